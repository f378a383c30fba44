//! Webhooks of applications, both ways (YooKassa API v3: webhooks).

use domain::webhook::{APPLICATION_EVENTS, Webhook};
use domain::{EventKind, Reach, WebhookId};
use serde::Serialize;

use crate::address;
use crate::fields::Fields;
use crate::invalid::InvalidRequest;
use crate::json::Json;
use crate::wire::Shown;

/// The answer when a webhook is removed.
pub const REMOVED: &[u8] = b"{}";

/// `POST /webhooks`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateWebhook {
    /// The event to notify of.
    pub event: EventKind,
    /// Where to.
    pub url: String,
}

impl CreateWebhook {
    /// Reads a body; `reach` says which addresses may be notified.
    ///
    /// # Errors
    /// The first parameter that is wrong.
    pub fn parse(body: &[u8], reach: Reach) -> Result<Self, InvalidRequest> {
        let json = Json::parse(body)?;
        let fields = Fields::root(&json)?;
        let event = EventKind::from_code(fields.required_text("event")?);
        let event = event.filter(|kind| APPLICATION_EVENTS.contains(kind));
        let event = event.ok_or_else(|| fields.illegal("event"))?;
        let url = fields.required_text("url")?;
        if !address::may_be_called(url, reach) {
            return Err(fields.illegal("url"));
        }
        let url = url.to_owned();
        Ok(Self { event, url })
    }
}

#[derive(Serialize)]
struct WebhookBody<'a> {
    id: Shown<WebhookId>,
    event: &'static str,
    url: &'a str,
}

/// The body of an application's webhook.
#[must_use]
pub fn body(webhook: &Webhook) -> Vec<u8> {
    crate::wire::written(&WebhookBody {
        id: Shown(webhook.id),
        event: webhook.events.first().map_or("", |kind| kind.code()),
        url: &webhook.url,
    })
}

mod schema;
pub use schema::{CREATE_WEBHOOK, WEBHOOK, WEBHOOK_LIST, WEBHOOK_REMOVED};

#[cfg(test)]
mod tests {
    use domain::{IdSeed, ShopId, Timestamp};

    use super::*;

    fn parse(event: &str, url: &str) -> Result<CreateWebhook, InvalidRequest> {
        let body = format!(r#"{{"event":"{event}","url":"{url}"}}"#);
        CreateWebhook::parse(body.as_bytes(), Reach::Public)
    }

    #[test]
    fn five_events_can_be_asked_for() {
        for kind in EventKind::ALL {
            let parsed = parse(kind.code(), "https://partner.example/hook");
            if APPLICATION_EVENTS.contains(&kind) {
                assert_eq!(parsed.unwrap().event, kind);
            } else {
                assert_eq!(parsed.unwrap_err(), InvalidRequest::value("event"));
            }
        }
        let unknown = parse("payment.pending", "https://partner.example/hook");
        assert_eq!(unknown.unwrap_err(), InvalidRequest::value("event"));
    }

    #[test]
    fn an_address_that_is_none_is_named() {
        for url in ["", "partner.example", "ftp://partner.example/", "https://"] {
            let parsed = parse("payment.succeeded", url);
            assert_eq!(parsed.unwrap_err(), InvalidRequest::value("url"), "{url}");
        }
        for body in [&b"{}"[..], br#"{"event":1,"url":"https://a.example"}"#] {
            let refused = CreateWebhook::parse(body, Reach::Public).unwrap_err();
            assert_eq!(refused, InvalidRequest::value("event"));
        }
        let refused =
            CreateWebhook::parse(br#"{"event":"payment.succeeded"}"#, Reach::Public).unwrap_err();
        assert_eq!(refused, InvalidRequest::value("url"));
    }

    #[test]
    fn a_webhook_shows_one_event() {
        let seed = IdSeed {
            at: Timestamp::from_micros(1_784_548_800_000_000),
            random: 1,
        };
        let webhook = Webhook {
            id: WebhookId::new(seed),
            shop_id: ShopId::new(100_001).unwrap(),
            url: "https://partner.example/hook".to_owned(),
            events: vec![EventKind::PaymentSucceeded],
            strict_order: false,
            holder: None,
            created_at: seed.at,
        };
        insta::assert_snapshot!(String::from_utf8(body(&webhook)).unwrap());
    }
}
