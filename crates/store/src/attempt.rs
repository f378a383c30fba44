//! Attempts to deliver a notification: what was sent, what came back, how long it took.

use domain::{DeliveryId, Duration, EventId, ShopId, Timestamp};
use sql::StoreError;

use crate::database::{Conn, Tx};
use crate::table::{Rows, Sample, Select, table};

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Of which delivery.
    pub delivery_id: DeliveryId,
    /// The first one is 1.
    pub number: i64,
    /// When it began, in the shop's time.
    pub started_at: Timestamp,
    /// How long it took.
    pub took: Duration,
    /// The HTTP status of the answer.
    pub status: Option<u16>,
    /// The headers that were sent, `name: value` a line.
    pub request_headers: String,
    /// The beginning of the answer's body.
    pub response_body: Option<String>,
    /// Why there was no answer.
    pub failure: Option<String>,
}

table! {
    pub(crate) Attempts: Attempt = "attempt"
        // An attempt that was sent although its lease was over comes second and is not noted.
        conflict "on conflict (delivery_id, number) do nothing";
    written of (attempt: Attempt);
    columns {
        key delivery_id = attempt.delivery_id => parse();
        key number = attempt.number => get();
        fixed started_at = attempt.started_at => time();
        fixed took_us = attempt.took => get();
        fixed status = attempt.status.map(i64::from) => small_or_null();
        fixed request_headers = attempt.request_headers.as_str() => get();
        fixed response_body = attempt.response_body.as_deref().map(without_nul) => get();
        fixed failure = attempt.failure.as_deref().map(without_nul) => get();
    }
    read(cells) {
        Attempt {
            delivery_id,
            number,
            started_at,
            took: Duration::micros(took_us),
            status,
            request_headers,
            response_body,
            failure,
        }
    }
}

/// Of an event's deliveries, in their order.
pub(crate) static LIST_OF_EVENT: Select = Select::new(
    Attempts::table,
    "join delivery on delivery.id = attempt.delivery_id
 where delivery.event_id = $1 and delivery.shop_id = $2
 order by +delivery.sequence, attempt.number",
)
.by("delivery_by_event", &[Sample::Text, Sample::Integer]);

/// Notes attempts.
pub fn insert_many(tx: &mut Tx<'_>, attempts: &[Attempt]) -> Result<(), StoreError> {
    Attempts::insert_many(tx, attempts.iter().map(|attempt| (attempt,)))
}

/// Strangers write these texts, and PostgreSQL takes no NUL in a text.
fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// All attempts to deliver one of the shop's events, those of one delivery after those of another.
pub fn list_of_event(
    conn: &mut Conn<'_>,
    shop: ShopId,
    event: EventId,
) -> Result<Vec<Attempt>, StoreError> {
    LIST_OF_EVENT.query(conn, &[&event, &shop], Attempts::read)
}
