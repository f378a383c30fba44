//! Webhooks of a shop: added, listed and taken away by the operator, later by the merchant.

use std::sync::Arc;

use domain::webhook::Webhook;
use domain::{EventKind, ShopId, WebhookId};

use crate::app::App;
use crate::error::{Error, Refusal};

/// Longest address.
const URL_CHARS_MAX: usize = 2_048;

/// Adds a webhook with a fresh signing secret.
///
/// # Errors
/// The address is none that notifications can be carried to, or there is no such shop.
pub async fn add(
    app: &Arc<App>,
    shop: ShopId,
    url: String,
    events: Vec<EventKind>,
) -> Result<Webhook, Error> {
    let scheme = ["https://", "http://"]
        .iter()
        .any(|scheme| url.starts_with(scheme));
    if !scheme || url.chars().count() > URL_CHARS_MAX || events.is_empty() {
        return Err(Refusal::WebhookUnusable.into());
    }
    let secret = new_secret(app);
    let cx = app.cx(shop).await?;
    cx.write(move |work| {
        let webhook = Webhook {
            id: WebhookId::new(work.ids.next()),
            shop_id: work.cx.shop.id,
            url: url.clone(),
            events: events.clone(),
            secret: secret.clone(),
            created_at: work.now(),
        };
        store::webhook::insert(work.tx, &webhook)?;
        Ok(webhook)
    })
    .await
}

/// The webhooks of a shop, oldest first.
///
/// # Errors
/// The storage fails.
pub async fn list(app: &Arc<App>, shop: ShopId) -> Result<Vec<Webhook>, Error> {
    app.store
        .read(move |conn| Ok(store::webhook::list(conn, shop)?))
        .await
}

/// Takes a webhook away; what is still on its way to it is not delivered any more.
///
/// # Errors
/// There is no such webhook.
pub async fn remove(app: &Arc<App>, shop: ShopId, id: WebhookId) -> Result<(), Error> {
    let cx = app.cx(shop).await?;
    cx.write(move |work| {
        let found = store::webhook::find(work.tx, work.cx.shop.id, id)?;
        found.ok_or_else(|| Error::not_found("webhook", id))?;
        Ok(store::webhook::delete(work.tx, work.cx.shop.id, id)?)
    })
    .await
}

fn new_secret(app: &App) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    let bytes: Vec<u8> = (0..3)
        .flat_map(|_| app.random_bits().to_be_bytes())
        .collect();
    format!("whsec_{}", STANDARD.encode(bytes))
}
