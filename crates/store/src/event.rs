//! Events: facts that merchants are notified of, with the notification as it is sent.

use domain::{EventId, EventKind, ShopId, Timestamp};
use sql::{Row, StoreError};

use crate::columns::Cells;
use crate::database::{Conn, Tx};

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

const INSERT: &str = "\
insert into event (id, shop_id, kind, object_id, body, created_at)
values ($1, $2, $3, $4, $5, $6)";

const FIND: &str = "\
select id, shop_id, kind, object_id, body, created_at
  from event
 where id = $1 and shop_id = $2";

const LIST: &str = "\
select id, shop_id, kind, object_id, body, created_at
  from event
 where shop_id = $1
   and (created_at, sequence) > ($2, coalesce((select last.sequence
                                                 from event last
                                                where last.id = $3), 0))
 order by created_at, sequence
 limit $4";

const NEWEST: &str = "\
select id, shop_id, kind, object_id, body, created_at
  from event
 where shop_id = $1
   and created_at between $2 and $3
 order by created_at desc, sequence desc
 limit $4";

const LIST_OF_OBJECT: &str = "\
select id, shop_id, kind, object_id, body, created_at
  from event
 where object_id = $1 and shop_id = $2
 order by sequence";

/// Adds an event.
pub fn insert(tx: &mut Tx<'_>, event: &Event) -> Result<(), StoreError> {
    tx.write(
        INSERT,
        &[
            &event.id,
            &event.shop_id,
            &event.kind.code(),
            &event.object_id,
            &event.body,
            &event.created_at,
        ],
    )
}

/// The shop's event with this id.
pub fn find(conn: &mut Conn<'_>, shop: ShopId, id: EventId) -> Result<Option<Event>, StoreError> {
    conn.query_opt(FIND, &[&id, &shop], read)
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
    conn.query(LIST, &[&shop, &since, &after, &limit], read)
}

/// The newest of the shop's events from `since` to `until`, the newest first.
pub fn newest(
    conn: &mut Conn<'_>,
    shop: ShopId,
    (since, until): (Timestamp, Timestamp),
    limit: u32,
) -> Result<Vec<Event>, StoreError> {
    conn.query(NEWEST, &[&shop, &since, &until, &limit], read)
}

/// All events about one of the shop's objects, the oldest first.
pub fn list_of_object(
    conn: &mut Conn<'_>,
    shop: ShopId,
    object_id: &str,
) -> Result<Vec<Event>, StoreError> {
    conn.query(LIST_OF_OBJECT, &[&object_id, &shop], read)
}

fn read(row: &Row<'_>) -> Result<Event, StoreError> {
    let mut cells = Cells::new(row);
    Ok(Event {
        id: cells.parse()?,
        shop_id: cells.shop_id()?,
        kind: cells.named(EventKind::from_code)?,
        object_id: cells.get()?,
        body: cells.get()?,
        created_at: cells.time()?,
    })
}
