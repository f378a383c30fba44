//! `altyn shop webhook`: where a shop's notifications go.

use std::net::IpAddr;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use app::App;
use connectors::courier::Reach;
use domain::webhook::Webhook;
use domain::{EventKind, ShopId, WebhookId};
use serde_json::{Value, json};
use url::{Host, Url};

use super::shown;
use crate::cli;
use crate::output::{Told, table};

/// Runs one of the commands.
pub(super) async fn run(app: &Arc<App>, command: cli::ShopWebhook) -> Result<Told> {
    match command {
        cli::ShopWebhook::Add { shop, url, events } => add(app, (shop, url, events)).await,
        cli::ShopWebhook::List { shop } => list(app, shop).await,
        cli::ShopWebhook::Remove { shop, id } => remove(app, shop, id).await,
    }
}

async fn add(
    app: &Arc<App>,
    (shop, url, events): (ShopId, String, Vec<EventKind>),
) -> Result<Told> {
    refuse_private(&url)?;
    let events = all_if_none(events);
    let webhook = app::webhook::add(app, shop, url, events)
        .await
        .context("add the webhook")?;
    let mut json = json(&webhook);
    if let Some(fields) = json.as_object_mut() {
        let secret = Value::String(webhook.secret.clone());
        fields.insert("secret".to_owned(), secret);
    }
    let text = format!(
        "webhook  {}\nsecret   {}\n\nThe secret is shown only now; it signs the notifications \
         (Standard Webhooks).",
        webhook.id, webhook.secret
    );
    Ok(Told::good(text, json))
}

/// The named events, or all of them.
pub(super) fn all_if_none(events: Vec<EventKind>) -> Vec<EventKind> {
    if events.is_empty() {
        return EventKind::ALL.to_vec();
    }
    events
}

/// Refuses an address that will never be called, as far as it can be told from its spelling; the
/// courier looks again at what names resolve to. Loopback is the server's to decide: it may allow
/// it where this command does not know.
fn refuse_private(url: &str) -> Result<()> {
    let parsed = Url::parse(url).with_context(|| format!("{url:?} is no address"))?;
    let literal = match parsed.host() {
        Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        Some(Host::Domain(_)) | None => None,
    };
    if literal.is_some_and(|address| !Reach::PublicAndLoopback.allows(address)) {
        bail!("notifications may not go to {url}: the address is not public");
    }
    Ok(())
}

async fn list(app: &Arc<App>, shop: ShopId) -> Result<Told> {
    let webhooks = app::webhook::list(app, shop)
        .await
        .context("list the webhooks")?;
    let rows: Vec<Vec<String>> = webhooks
        .iter()
        .map(|webhook| {
            let (id, url) = (webhook.id.to_string(), webhook.url.clone());
            vec![id, shown(webhook.created_at), url, codes(webhook).join(" ")]
        })
        .collect();
    let text = if rows.is_empty() {
        "The shop has no webhooks; `altyn shop webhook add` adds one.".to_owned()
    } else {
        table(&["webhook", "created", "url", "events"], &rows)
    };
    let items: Vec<Value> = webhooks.iter().map(json).collect();
    Ok(Told::good(text, json!({ "items": items })))
}

async fn remove(app: &Arc<App>, shop: ShopId, id: WebhookId) -> Result<Told> {
    app::webhook::remove(app, shop, id)
        .await
        .context("remove the webhook")?;
    let json = json!({ "id": id.to_string(), "removed": true });
    Ok(Told::good(format!("{id} is removed."), json))
}

fn codes(webhook: &Webhook) -> Vec<&'static str> {
    webhook.events.iter().map(|event| event.code()).collect()
}

fn json(webhook: &Webhook) -> Value {
    json!({
        "id": webhook.id.to_string(),
        "shop_id": webhook.shop_id.to_string(),
        "url": webhook.url,
        "events": codes(webhook),
        "created_at": shown(webhook.created_at),
    })
}
