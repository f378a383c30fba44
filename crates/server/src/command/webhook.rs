//! `altyn shop webhook`: where a shop's notifications go.

use anyhow::{Context as _, Result, bail};
use app::Cx;
use app::webhook::{Added, NewWebhook};
use domain::webhook::Webhook;
use domain::{EventKind, ShopId, WebhookId};
use serde_json::{Value, json};

use super::shown;
use crate::cli;
use crate::output::{Output, table};

/// Runs one of the commands.
pub(super) async fn run(cx: &Cx, command: cli::ShopWebhook) -> Result<Output> {
    match command {
        cli::ShopWebhook::Add {
            shop,
            url,
            events,
            strict_order,
        } => {
            let new = NewWebhook {
                strict_order,
                ..NewWebhook::of(cx, url, all_if_none(events))
            };
            add(cx, shop, new).await
        }
        cli::ShopWebhook::Renew { shop, id } => renew(cx, shop, id).await,
        cli::ShopWebhook::List { shop } => list(cx, shop).await,
        cli::ShopWebhook::Remove { shop, id } => remove(cx, shop, id).await,
    }
}

async fn add(cx: &Cx, shop: ShopId, new: NewWebhook) -> Result<Output> {
    if let Err(why) = contract::address::check(&new.url, new.reach) {
        bail!("notifications cannot go to this address: {why}");
    }
    let added = app::webhook::add(cx, shop, new).await;
    Ok(shown_once(&added.context("add the webhook")?))
}

async fn renew(cx: &Cx, shop: ShopId, id: WebhookId) -> Result<Output> {
    let renewed = app::webhook::renew(cx, shop, id).await;
    Ok(shown_once(&renewed.context("renew the webhook's secret")?))
}

fn shown_once(added: &Added) -> Output {
    let (id, secret) = (added.webhook.id, added.secret.reveal());
    let mut json = json(&added.webhook);
    if let Some(fields) = json.as_object_mut() {
        let secret = Value::String(secret.to_owned());
        fields.insert("secret".to_owned(), secret);
    }
    let text = format!(
        "webhook  {id}\nsecret   {secret}\n\nThe secret is shown only now; it signs the \
         notifications (Standard Webhooks)."
    );
    Output::good(text, json)
}

/// The named events, or all of them.
pub(super) fn all_if_none(events: Vec<EventKind>) -> Vec<EventKind> {
    if events.is_empty() {
        return EventKind::ALL.to_vec();
    }
    events
}

async fn list(cx: &Cx, shop: ShopId) -> Result<Output> {
    let webhooks = app::webhook::list(cx, shop)
        .await
        .context("list the webhooks")?;
    let rows: Vec<Vec<String>> = webhooks
        .iter()
        .map(|webhook| {
            let (id, url) = (webhook.id.to_string(), webhook.url.clone());
            let order = if webhook.strict_order {
                "strict"
            } else {
                "free"
            };
            let events = codes(webhook).join(" ");
            vec![id, shown(webhook.created_at), order.to_owned(), url, events]
        })
        .collect();
    let text = if rows.is_empty() {
        "The shop has no webhooks; `altyn shop webhook add` adds one.".to_owned()
    } else {
        table(&["webhook", "created", "order", "url", "events"], &rows)
    };
    let items: Vec<Value> = webhooks.iter().map(json).collect();
    Ok(Output::good(text, json!({ "items": items })))
}

async fn remove(cx: &Cx, shop: ShopId, id: WebhookId) -> Result<Output> {
    app::webhook::remove(cx, shop, id)
        .await
        .context("remove the webhook")?;
    let json = json!({ "id": id.to_string(), "removed": true });
    Ok(Output::good(format!("{id} is removed."), json))
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
        "strict_order": webhook.strict_order,
        "created_at": shown(webhook.created_at),
    })
}
