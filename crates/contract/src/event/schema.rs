//! Events of the feed.

use domain::webhook::DeliveryState;
use domain::{DeliveryId, EventId, EventKind, WebhookId};

use super::ListEvents;
use crate::schema::{
    Named, Parameter, Schema, id_of, limit_and_cursor, list_of, may, must, parameter,
};

/// An event.
pub static EVENT: Named = Named {
    name: "Event",
    schema: || {
        let kinds = Schema::codes(EventKind::ALL.map(EventKind::code));
        let notification = Schema::default().with("type", "object");
        Schema::object([
            must("id", id_of::<EventId>("Its id.")),
            must("event", kinds.says("What happened.")),
            must(
                "object_id",
                Schema::text().says("The object that it is about."),
            ),
            must("created_at", Schema::moment().says("When it happened.")),
            must(
                "notification",
                notification.says("The notification as it was sent."),
            ),
            may(
                "deliveries",
                Schema::array(delivery()).says("Who was told; of one event only."),
            ),
        ])
    },
};

fn delivery() -> Schema {
    let count = || Schema::integer(0, i64::MAX);
    let attempt = Schema::object([
        must(
            "number",
            Schema::integer(1, i64::MAX).says("Which try it was, from 1."),
        ),
        must(
            "started_at",
            Schema::moment().says("When the notification was sent."),
        ),
        must(
            "took_micros",
            count().says("How long it took, in microseconds."),
        ),
        may(
            "status",
            Schema::integer(100, 599).says("The HTTP status of the answer."),
        ),
        may("failure", Schema::text().says("Why there was no answer.")),
    ]);
    Schema::object([
        must("id", id_of::<DeliveryId>("Its id.")),
        must("webhook_id", id_of::<WebhookId>("Where to.")),
        must(
            "state",
            Schema::codes(DeliveryState::ALL.map(DeliveryState::code)).says(
                "`pending` is tried again, `delivered` was answered with 200, `exhausted` was \
                 given up after 24 hours, `dropped` was not delivered because its webhook was \
                 removed.",
            ),
        ),
        may(
            "next_attempt_at",
            Schema::moment().says("When it is tried next; while it is pending."),
        ),
        must(
            "attempts",
            Schema::array(attempt).says("Every try, the first one first."),
        ),
    ])
}

/// A page of events.
pub static EVENT_LIST: Named = Named {
    name: "EventList",
    schema: || list_of(&EVENT),
};

/// The result of a repetition.
pub static RESENT: Named = Named {
    name: "Resent",
    schema: || {
        let count = Schema::integer(0, i64::MAX);
        Schema::object([must("deliveries", count.says("How many are on their way."))])
    },
};

impl ListEvents {
    /// Its filters.
    #[must_use]
    pub fn parameters() -> Vec<Parameter> {
        let says = "Not before this time.";
        let mut filters = vec![parameter("since", Schema::moment(), says)];
        filters.extend(limit_and_cursor());
        filters
    }
}
