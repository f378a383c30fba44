//! Events: facts that merchants are notified of, with the notification as it is sent.

use domain::{EventId, EventKind, ShopId, Timestamp};
use sql::StoreError;

use crate::database::{Conn, Tx};
use crate::table::{Rows, Sample, Select, table};

/// An event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// Whose it is.
    pub shop_id: ShopId,
    /// What happened.
    pub kind: EventKind,
    /// The object that it is about.
    pub object_id: String,
    /// The notification, byte for byte.
    pub body: String,
    /// When, in the shop's time.
    pub created_at: Timestamp,
}

table! {
    pub(crate) Events: Event = "event";
    written of (event: Event);
    columns {
        key id = event.id => parse();
        key shop_id = event.shop_id => shop_id();
        fixed kind = event.kind.code() => named(EventKind::from_code);
        fixed object_id = event.object_id.as_str() => get();
        fixed body = event.body.as_str() => get();
        fixed created_at = event.created_at => time();
    }
    read(cells) { Event { id, shop_id, kind, object_id, body, created_at } }
}

pub(crate) static LIST: Select = Select::new(
    Events::table,
    "where event.shop_id = $1
   and (event.created_at, event.sequence) > ($2, coalesce((select last.sequence
                                                             from event last
                                                            where last.id = $3), 0))
 order by event.created_at, event.sequence
 limit $4",
)
.by(
    "event_by_creation",
    &[
        Sample::Integer,
        Sample::Integer,
        Sample::Text,
        Sample::Integer,
    ],
);

pub(crate) static NEWEST: Select = Select::new(
    Events::table,
    "where event.shop_id = $1
   and event.created_at between $2 and $3
 order by event.created_at desc, event.sequence desc
 limit $4",
)
.by(
    "event_by_creation",
    &[
        Sample::Integer,
        Sample::Integer,
        Sample::Integer,
        Sample::Integer,
    ],
);

pub(crate) static LIST_OF_OBJECT: Select = Select::new(
    Events::table,
    "where event.object_id = $1 and +event.shop_id = $2
 order by +event.sequence",
)
.by("event_by_object", &[Sample::Text, Sample::Integer]);

/// Adds an event.
pub fn insert(tx: &mut Tx<'_>, event: &Event) -> Result<(), StoreError> {
    Events::insert(tx, (event,))
}

/// The shop's event with this id.
pub fn find(conn: &mut Conn<'_>, shop: ShopId, id: EventId) -> Result<Option<Event>, StoreError> {
    Events::find(conn, &[&id, &shop])
}

/// The shop's events from `since` on, the oldest first; of those at `since` itself only what
/// follows `after`, the last event of the page before.
pub fn list(
    conn: &mut Conn<'_>,
    shop: ShopId,
    since: Timestamp,
    after: Option<EventId>,
    limit: u32,
) -> Result<Vec<Event>, StoreError> {
    LIST.query(conn, &[&shop, &since, &after, &limit], Events::read)
}

/// The newest of the shop's events from `since` to `until`, the newest first.
pub fn newest(
    conn: &mut Conn<'_>,
    shop: ShopId,
    (since, until): (Timestamp, Timestamp),
    limit: u32,
) -> Result<Vec<Event>, StoreError> {
    NEWEST.query(conn, &[&shop, &since, &until, &limit], Events::read)
}

/// All events about one of the shop's objects, the oldest first.
pub fn list_of_object(
    conn: &mut Conn<'_>,
    shop: ShopId,
    object_id: &str,
) -> Result<Vec<Event>, StoreError> {
    LIST_OF_OBJECT.query(conn, &[&object_id, &shop], Events::read)
}
