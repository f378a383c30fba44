//! Attempts to deliver a notification: what was sent, what came back, how long it took.

use domain::{DeliveryId, Duration, Timestamp};
use sql::{Param, ROWS_MAX, StoreError, many};

use crate::columns::{Cells, integer_or_null, refs, text, text_or_null};
use crate::database::{Conn, Tx};

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

const INSERT_HEAD: &str = "\
insert into attempt (delivery_id, number, started_at, took_us, status, request_headers,
       response_body, failure)
values";

/// Who sent it although its lease was over comes second and is not noted.
const INSERT_TAIL: &str = "on conflict (delivery_id, number) do nothing";

const LIST: &str = "\
select a.delivery_id, a.number, a.started_at, a.took_us, a.status, a.request_headers,
       a.response_body, a.failure
  from attempt a
 where a.delivery_id = $1
 order by a.number";

/// Notes attempts.
pub fn insert_many(tx: &mut Tx<'_>, attempts: &[Attempt]) -> Result<(), StoreError> {
    for attempts in attempts.chunks(ROWS_MAX) {
        let mut rows = Vec::new();
        for attempt in attempts {
            rows.extend([
                text(attempt.delivery_id.to_string()),
                Param::Integer(attempt.number),
                Param::Integer(attempt.started_at.as_micros()),
                Param::Integer(attempt.took.as_micros()),
                integer_or_null(attempt.status.map(i64::from)),
                text(attempt.request_headers.as_str()),
                text_or_null(attempt.response_body.as_deref().map(without_nul)),
                text_or_null(attempt.failure.as_deref().map(without_nul)),
            ]);
        }
        tx.write(
            many(INSERT_HEAD, 8, attempts.len(), INSERT_TAIL),
            &refs(&rows),
        )?;
    }
    Ok(())
}

/// Strangers write these texts, and PostgreSQL takes no NUL in a text.
fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// All attempts of a delivery, which the caller has found by its shop.
pub fn list(conn: &mut Conn<'_>, delivery: DeliveryId) -> Result<Vec<Attempt>, StoreError> {
    conn.query(LIST, &[&delivery], |row| {
        let mut cells = Cells::new(row);
        Ok(Attempt {
            delivery_id: cells.parse()?,
            number: cells.get()?,
            started_at: cells.time()?,
            took: Duration::micros(cells.get()?),
            status: match cells.get::<Option<i64>>()? {
                Some(status) => Some(u16::try_from(status).map_err(|_range| cells.corrupt())?),
                None => None,
            },
            request_headers: cells.get()?,
            response_body: cells.get()?,
            failure: cells.get()?,
        })
    })
}
