//! Webhooks of a shop: added, listed and taken away by the operator, later by the merchant. Those
//! of an application belong to its token, which sets them up by itself (YooKassa API v3: webhooks).

use contract::webhook::CreateWebhook;
use domain::webhook::{Holder, Webhook, WebhookSecret};
use domain::{EventKind, Grant, Reach, Right, Scope, ShopId, WebhookId};

use store::sealing::Sealed;
use zeroize::Zeroizing;

use crate::app::App;
use crate::cx::{Allowed, Cx, Work};
use crate::error::{Error, Refusal};
use crate::once::{self, Made, Once, Reply};
use crate::sealing::{self, Place};

/// How many random bytes a secret has.
const SECRET_BYTES: usize = 24;

/// A webhook that is to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWebhook {
    /// Where to.
    pub url: String,
    /// Of what.
    pub events: Vec<EventKind>,
    /// Whether an event waits until an earlier one of its object was taken or given up.
    pub strict_order: bool,
    /// Which addresses notifications may be sent to.
    pub reach: Reach,
}

impl NewWebhook {
    /// One that is notified of `events`, without a strict order, at the addresses that the operator
    /// permits.
    #[must_use]
    pub fn of(cx: &Cx, url: String, events: Vec<EventKind>) -> Self {
        Self {
            url,
            events,
            strict_order: false,
            reach: cx.reach(),
        }
    }
}

/// A webhook that was added, with its secret, which is shown only now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// The webhook.
    pub webhook: Webhook,
    /// The key of its signatures.
    pub secret: WebhookSecret,
}

/// Adds a webhook with a fresh signing secret.
///
/// # Errors
/// Notifications cannot be sent to the address, or there is no such shop.
pub async fn add(cx: &Cx, shop: ShopId, new: NewWebhook) -> Result<Added, Error> {
    let cx = cx.require_in(shop, Right::WebhookChange).await?;
    let NewWebhook {
        url,
        events,
        strict_order,
        reach,
    } = new;
    if !contract::address::may_be_called(&url, reach) || events.is_empty() {
        return Err(Refusal::WebhookUnusable.into());
    }
    let fresh = Fresh::new(&cx.app);
    let secret = fresh.secret.clone();
    let added = cx.write(move |work| {
        let webhook = Webhook {
            id: WebhookId::new(work.ids.next()),
            shop_id: work.cx.shop.id,
            url: url.clone(),
            events: events.clone(),
            strict_order,
            holder: None,
            created_at: work.now(),
        };
        let sealed = fresh.sealed(work, webhook.id)?;
        store::webhook::insert(work.tx, &webhook, &sealed)?;
        work.about(webhook.id);
        Ok(webhook)
    });
    let webhook = added.await?;
    Ok(Added { webhook, secret })
}

/// Gives a webhook another secret, which signs from now on. The one before is forgotten.
///
/// # Errors
/// There is no such webhook.
pub async fn renew(cx: &Cx, shop: ShopId, id: WebhookId) -> Result<Added, Error> {
    let cx = cx.require_in(shop, Right::WebhookChange).await?;
    let fresh = Fresh::new(&cx.app);
    let secret = fresh.secret.clone();
    let renewed = cx.write(move |work| {
        let found = store::webhook::find(work.tx, work.cx.shop.id, id)?;
        let webhook = found.ok_or_else(|| Error::not_found("webhook", id))?;
        let sealed = fresh.sealed(work, id)?;
        store::webhook::update_secret(work.tx, work.cx.shop.id, id, &sealed)?;
        work.about(id);
        Ok(webhook)
    });
    let webhook = renewed.await?;
    Ok(Added { webhook, secret })
}

/// The webhooks of a shop, oldest first.
///
/// # Errors
/// There is no such shop, or the storage fails.
pub async fn list(cx: &Cx, shop: ShopId) -> Result<Vec<Webhook>, Error> {
    let cx = cx.require_in(shop, Right::WebhookRead).await?;
    cx.read(move |conn| Ok(store::webhook::list(conn, shop)?))
        .await
}

/// Takes a webhook away; what is still on its way to it is not delivered any more.
///
/// # Errors
/// There is no such webhook.
pub async fn remove(cx: &Cx, shop: ShopId, id: WebhookId) -> Result<(), Error> {
    let cx = cx.require_in(shop, Right::WebhookChange).await?;
    cx.write(move |work| {
        let found = store::webhook::find(work.tx, work.cx.shop.id, id)?;
        found.ok_or_else(|| Error::not_found("webhook", id))?;
        work.about(id);
        Ok(store::webhook::delete(work.tx, work.cx.shop.id, id)?)
    })
    .await
}

/// Notifies an application of an event at this address from now on. There is one address an event:
/// another one takes the place of the first, under the same id.
///
/// # Errors
/// The caller is not an application, the key was used for something else, or the storage fails.
pub async fn create_own(cx: &Cx, sent: Once, command: CreateWebhook) -> Result<Reply, Error> {
    let cx = &cx.require(Right::OwnWebhookChange)?;
    let fresh = Fresh::new(&cx.app);
    once::make(cx, sent, move |work| {
        let grant = own_grant(work.cx)?.clone();
        let webhook = set(work, &grant, &command, &fresh)?;
        Ok(Made {
            object_id: webhook.id.to_string(),
            body: contract::webhook::body(&webhook),
        })
    })
    .await
}

fn set(
    work: &mut Work<'_, '_>,
    grant: &Grant,
    command: &CreateWebhook,
    fresh: &Fresh,
) -> Result<Webhook, Error> {
    let cx = work.cx;
    // Whoever ends the grant takes its webhooks along: none is added behind its back.
    let locked = store::grant::lock(work.tx, cx.shop.id, grant.id)?;
    let open_until = locked.and_then(|grant| grant.open_until(cx.app.now()));
    let ends_at = open_until.ok_or(Error::Denied)?;
    let known = store::webhook::list_of_grant(work.tx, cx.shop.id, grant.id)?;
    let known = known
        .into_iter()
        .find(|it| it.events.contains(&command.event));
    if let Some(known) = known {
        store::webhook::update_url(work.tx, cx.shop.id, known.id, &command.url)?;
        let url = command.url.clone();
        return Ok(Webhook { url, ..known });
    }
    let webhook = Webhook {
        id: WebhookId::new(work.ids.next()),
        shop_id: cx.shop.id,
        url: command.url.clone(),
        events: vec![command.event],
        strict_order: false,
        holder: Some(Holder {
            application_id: grant.application_id,
            grant_id: grant.id,
            shows_fees: grant.permits(Scope::GetFees),
            ends_at,
        }),
        created_at: work.now(),
    };
    let sealed = fresh.sealed(work, webhook.id)?;
    store::webhook::insert(work.tx, &webhook, &sealed)?;
    Ok(webhook)
}

/// The webhooks of the token that is asking.
///
/// # Errors
/// Whoever asks is no application, or the storage fails.
pub async fn list_own(cx: &Cx) -> Result<Reply, Error> {
    let cx = &cx.require(Right::OwnWebhookRead)?;
    let (shop, grant) = (cx.shop.id, own_grant(cx)?.id);
    let webhooks = cx
        .read(move |conn| Ok(store::webhook::list_of_grant(conn, shop, grant)?))
        .await?;
    let items: Vec<Vec<u8>> = webhooks.iter().map(contract::webhook::body).collect();
    Ok(Reply(contract::list::body(&items, None)))
}

/// Takes a webhook of the token that is asking away; what is still on its way to it is not
/// delivered any more.
///
/// # Errors
/// The token has no such webhook, or the storage fails.
pub async fn remove_own(cx: &Cx, id: WebhookId) -> Result<Reply, Error> {
    let cx = &cx.require(Right::OwnWebhookChange)?;
    let grant = own_grant(cx)?.id;
    cx.write(move |work| {
        let found = store::webhook::find(work.tx, work.cx.shop.id, id)?;
        let own = found.and_then(|webhook| webhook.holder);
        own.filter(|holder| holder.grant_id == grant)
            .ok_or_else(|| Error::not_found("webhook", id))?;
        Ok(store::webhook::delete(work.tx, work.cx.shop.id, id)?)
    })
    .await?;
    Ok(Reply(contract::webhook::REMOVED.to_vec()))
}

fn own_grant(cx: &Allowed) -> Result<&Grant, Error> {
    cx.grant().ok_or(Error::Denied)
}

/// A secret that was drawn before the unit of work that seals it, which may run twice.
struct Fresh {
    secret: WebhookSecret,
    once: sealing::Once,
}

impl Fresh {
    fn new(app: &App) -> Self {
        use base64::Engine as _;
        use base64::engine::general_purpose::STANDARD;

        let drawn = Zeroizing::new(app.random_seed());
        let (bytes, _) = drawn.split_at(SECRET_BYTES);
        let encoded = Zeroizing::new(STANDARD.encode(bytes));
        Self {
            secret: WebhookSecret::new(Zeroizing::new(format!("whsec_{}", *encoded))),
            once: sealing::once(app),
        }
    }

    fn sealed(&self, work: &mut Work<'_, '_>, id: WebhookId) -> Result<Sealed, Error> {
        let place = Place::of_webhook(work.cx.shop.id, id);
        let sealing = &work.cx.app.sealing;
        sealing.keep_to(&store::sealing::list(work.tx)?)?;
        sealing.seal(&place, &self.secret, self.once)
    }
}
