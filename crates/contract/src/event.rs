//! Notifications (YooKassa API v3: notifications), and the feed of a shop's events, which is
//! Altyn's own.

use domain::webhook::Delivery;
use domain::{Duration, EventId, EventKind, Timestamp};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::invalid::InvalidRequest;
use crate::moment::{self, Moment};
use crate::query::{Filters, Query};
use crate::wire::{Shown, written};

/// `GET /altyn/v1/events`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListEvents {
    /// Not before this time.
    pub since: Timestamp,
    /// Most events on the page.
    pub limit: u32,
    /// The last event of the page before.
    pub after: Option<(Timestamp, EventId)>,
}

impl ListEvents {
    /// Reads a query.
    ///
    /// # Errors
    /// The first parameter that is wrong.
    pub fn parse(query: &str) -> Result<Self, InvalidRequest> {
        let query = Query::parse(query)?;
        let since = query.read("since", moment::parse)?;
        let mut list = Self {
            since: since.unwrap_or(Timestamp::from_micros(0)),
            limit: query.limit()?,
            after: None,
        };
        list.after = query.after(list.filters())?;
        Ok(list)
    }

    /// Where the page after the event with this id and time begins.
    #[must_use]
    pub fn next_cursor(&self, at: Timestamp, id: EventId) -> String {
        self.filters().cursor(at, id)
    }

    fn filters(&self) -> Filters {
        Filters::of("events", &self.since)
    }
}

/// An event of the feed.
#[derive(Clone, Copy, Debug)]
pub struct FeedEvent<'a> {
    /// Its id.
    pub id: EventId,
    /// What happened.
    pub kind: EventKind,
    /// The object that it is about.
    pub object_id: &'a str,
    /// When.
    pub created_at: Timestamp,
    /// The notification, as it was sent.
    pub notification: &'a str,
}

/// One attempt to deliver a notification.
#[derive(Clone, Copy, Debug)]
pub struct FeedAttempt<'a> {
    /// The first one is 1.
    pub number: i64,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took.
    pub took: Duration,
    /// The HTTP status of the answer.
    pub status: Option<u16>,
    /// Why there was no answer.
    pub failure: Option<&'a str>,
}

#[derive(Serialize)]
struct EventBody<'a> {
    id: Shown<EventId>,
    event: &'static str,
    object_id: &'a str,
    created_at: Moment,
    notification: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    deliveries: Option<Vec<DeliveryBody<'a>>>,
}

#[derive(Serialize)]
struct DeliveryBody<'a> {
    id: Shown<domain::DeliveryId>,
    webhook_id: Shown<domain::WebhookId>,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_attempt_at: Option<Moment>,
    attempts: Vec<AttemptBody<'a>>,
}

#[derive(Serialize)]
struct AttemptBody<'a> {
    number: i64,
    started_at: Moment,
    took_micros: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<&'a str>,
}

/// The body of an event; with its deliveries, if they are given.
///
/// # Errors
/// The notification is not JSON.
pub fn feed_body(
    event: &FeedEvent<'_>,
    deliveries: Option<&[(Delivery, Vec<FeedAttempt<'_>>)]>,
) -> Result<Vec<u8>, InvalidRequest> {
    let notification =
        serde_json::from_str(event.notification).map_err(|_detail| InvalidRequest::unreadable())?;
    let deliveries = deliveries.map(|all| all.iter().map(delivery).collect());
    Ok(written(&EventBody {
        id: Shown(event.id),
        event: event.kind.code(),
        object_id: event.object_id,
        created_at: Moment(event.created_at),
        notification,
        deliveries,
    }))
}

fn delivery<'a>((delivery, attempts): &(Delivery, Vec<FeedAttempt<'a>>)) -> DeliveryBody<'a> {
    let attempt = |attempt: &FeedAttempt<'a>| AttemptBody {
        number: attempt.number,
        started_at: Moment(attempt.started_at),
        took_micros: attempt.took.as_micros(),
        status: attempt.status,
        failure: attempt.failure,
    };
    DeliveryBody {
        id: Shown(delivery.id),
        webhook_id: Shown(delivery.webhook_id),
        state: delivery.state.code(),
        next_attempt_at: delivery.due_at.map(Moment),
        attempts: attempts.iter().map(attempt).collect(),
    }
}

/// The body that says how many deliveries a repetition made.
#[must_use]
pub fn resent_body(deliveries: usize) -> Vec<u8> {
    #[derive(Serialize)]
    struct Resent {
        deliveries: usize,
    }
    written(&Resent { deliveries })
}

/// The body of a notification about an object whose body is `object`.
#[must_use]
pub fn body(kind: EventKind, object: &[u8]) -> Vec<u8> {
    let head = format!(
        r#"{{"type":"notification","event":"{}","object":"#,
        kind.code()
    );
    [head.as_bytes(), object, b"}"].concat()
}

/// The notification for an application that may not see what the shop pays for a payment.
#[must_use]
pub fn without_fees(mut body: String) -> String {
    crate::fees::cut(&mut body);
    body
}

mod schema;
pub use schema::{EVENT, EVENT_LIST, RESENT};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_holds_the_whole_object() {
        let body = body(EventKind::RefundSucceeded, br#"{"id":"1"}"#);
        insta::assert_snapshot!(
            String::from_utf8(body).unwrap(),
            @r#"{"type":"notification","event":"refund.succeeded","object":{"id":"1"}}"#
        );
    }
}
