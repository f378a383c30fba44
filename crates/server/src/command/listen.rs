//! `altyn listen`: shows a shop's notifications live and forwards them to an address on this
//! machine, through a webhook that exists while the command runs.
//!
//! The shop's server gets the same body and the same signature headers, and its answer is the
//! answer that the platform gets: a refused notification is tried again like any other.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use app::Clock as _;
use app::webhook::{Added, NewWebhook};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use connectors::Courier as _;
use connectors::courier::{HttpCourier, Outcome, Parcel, Settings as Calls};
use domain::Reach;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::shown;
use super::webhook::all_if_none;
use crate::cli;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::http::{Door, Limits, bind};
use crate::output::say;
use crate::platform::Platform;
use crate::sealing::prepare;
use crate::serve::Asked;

/// The headers that are passed on.
const PASSED_ON: [&str; 3] = ["webhook-id", "webhook-timestamp", "webhook-signature"];

struct Listener {
    forward_to: Option<String>,
    courier: HttpCourier,
    as_json: bool,
}

/// Listens until it is asked to stop.
pub(super) async fn run(config: &Config, listen: cli::Listen, as_json: bool) -> Result<()> {
    let platform = Platform::of_command(config).await?;
    let mut asked = Asked::new()?;
    let (socket, address) = bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    let events = all_if_none(listen.events);
    let url = format!("http://{address}/");
    let new = NewWebhook {
        reach: Reach::PublicAndLoopback,
        ..NewWebhook::of(&platform.cx, url, events)
    };
    prepare(config, &platform.store, platform.app.sealing()).await?;
    let added = app::webhook::add(&platform.cx, listen.shop, new).await;
    let added = added.context("add the webhook to listen with")?;
    let calls = Calls {
        reach: Reach::PublicAndLoopback,
        ..Calls::default()
    };
    let listener = Arc::new(Listener {
        forward_to: listen.forward_to,
        courier: HttpCourier::new(calls).context("set up outgoing calls")?,
        as_json,
    });
    listener.tell_begin(&added)?;

    let (stopper, stop) = watch::channel(false);
    let router = Router::new().fallback(hear).with_state(listener);
    let door = tokio::spawn(Door::new(socket, router, Limits::new(config)).serve(stop));
    asked.next().await;
    let removed = app::webhook::remove(&platform.cx, listen.shop, added.webhook.id).await;
    stopper.send_replace(true);
    door.await.context("listen")?;
    platform.close().await;
    removed.context("remove the webhook that was listened with")
}

impl Listener {
    fn tell_begin(&self, added: &Added) -> Result<()> {
        let (shop, id) = (added.webhook.shop_id, added.webhook.id);
        let secret = added.secret.reveal();
        if self.as_json {
            let output = json!({
                "shop_id": shop.to_string(),
                "webhook_id": id.to_string(),
                "secret": secret,
            });
            return Ok(say(&output.to_string())?);
        }
        let text = format!(
            "Listening for shop {shop} through {id}, signed with {secret}.\n\
             The server must be allowed to call this machine (the demo is). Ctrl-C ends it."
        );
        Ok(say(&text)?)
    }

    fn tell(&self, notification: &Value, outcome: Option<&Outcome>) -> Result<()> {
        let text = |pointer: &str| {
            let value = notification.pointer(pointer).and_then(Value::as_str);
            value.unwrap_or("?").to_owned()
        };
        let (event, object) = (text("/event"), text("/object/id"));
        let (state, when) = (text("/object/status"), shown(SystemClock.now()));
        let (status, failure) = match outcome {
            Some(Outcome::Answered { status, .. }) => (Some(*status), None),
            Some(Outcome::Failed { reason } | Outcome::Forbidden { reason }) => {
                (None, Some(reason.clone()))
            }
            None => (None, None),
        };
        if self.as_json {
            let output = json!({
                "at": when,
                "event": event,
                "object_id": object,
                "status": state,
                "forward_status": status,
                "forward_failure": failure,
                "notification": notification,
            });
            return Ok(say(&output.to_string())?);
        }
        let forwarded = match (status, failure) {
            (Some(status), _) => format!(" -> {status}"),
            (None, Some(failure)) => format!(" -> {failure}"),
            (None, None) => String::new(),
        };
        Ok(say(&format!(
            "{when}  {event}  {object}  {state}{forwarded}"
        ))?)
    }

    async fn forward(&self, headers: &HeaderMap, body: String) -> Option<Outcome> {
        let url = self.forward_to.clone()?;
        let header = |name: &'static str| {
            let value = headers.get(name)?.to_str().ok()?;
            Some((name, value.to_owned()))
        };
        let headers = PASSED_ON.into_iter().filter_map(header).collect();
        let receipt = self.courier.post(Parcel { url, headers, body }).await;
        Some(receipt.outcome)
    }
}

async fn hear(
    State(listener): State<Arc<Listener>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let Ok(text) = String::from_utf8(body.to_vec()) else {
        return StatusCode::BAD_REQUEST;
    };
    let Ok(notification) = serde_json::from_str::<Value>(&text) else {
        return StatusCode::BAD_REQUEST;
    };
    let outcome = listener.forward(&headers, text).await;
    if let Err(error) = listener.tell(&notification, outcome.as_ref()) {
        tracing::warn!(%error, "a notification could not be shown");
    }
    match outcome {
        None => StatusCode::OK,
        Some(Outcome::Answered { status, .. }) => {
            StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY)
        }
        Some(Outcome::Failed { .. } | Outcome::Forbidden { .. }) => StatusCode::BAD_GATEWAY,
    }
}
