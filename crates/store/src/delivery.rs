//! Deliveries: events on their way to webhooks.
//!
//! First attempts of one object's deliveries to one webhook go in the order of `sequence`: while an
//! earlier one was not tried yet, a later one is not claimed; where the webhook wants its order
//! strict, not while an earlier one is pending. `due_at` is the platform's time in the database and
//! the shop's in the domain.

mod claim;

pub use claim::{Claim, Claimed, Lease, claim_any_shop, renew_any_shop};

use domain::webhook::{Delivery, DeliveryState};
use domain::{DeliveryId, Duration, EventId, EventKind, Shop, ShopId, Timestamp, WebhookId};
use sql::{Param, ROWS_MAX, StoreError, ToParam, many};

use crate::columns::{due_or_null, refs, text, time_or_null};
use crate::database::{Altyn, Conn, Tx};
use crate::table::{Rows, Sample, Select, table};

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The delivery.
    pub id: DeliveryId,
    /// Whose it is.
    pub shop_id: ShopId,
    /// How far it is now.
    pub state: DeliveryState,
    /// How many attempts there were, this one included.
    pub attempts: i64,
    /// When it is tried next, in the platform's time; only of a pending one.
    pub due_at: Option<Timestamp>,
}

table! {
    pub(crate) Deliveries: Delivery = "delivery"
        from "delivery join shop on shop.id = delivery.shop_id";
    written of (shop: Shop, delivery: Delivery);
    columns {
        key id = delivery.id => parse();
        key shop_id = delivery.shop_id => shop_id();
        fixed event_id = delivery.event_id => parse();
        fixed webhook_id = delivery.webhook_id => parse();
        fixed object_id = delivery.object_id.as_str() => get();
        fixed state = delivery.state.code() => named(DeliveryState::from_code);
        fixed attempts = delivery.attempts => get();
        fixed created_at = delivery.created_at => time();
        fixed due_at ["delivery.due_at + shop.clock_offset"] = due_or_null(shop, delivery.due_at)
            => time_or_null();
    }
    read(cells) {
        Delivery {
            id,
            shop_id,
            event_id,
            webhook_id,
            object_id,
            state,
            attempts,
            created_at,
            due_at,
        }
    }
}

pub(crate) static LIST: Select = Select::new(
    Deliveries::table,
    "where delivery.event_id = $1 and delivery.shop_id = $2
 order by +delivery.sequence",
)
.by("delivery_by_event", &[Sample::Text, Sample::Integer]);

const COUNT_PENDING_ANY_SHOP: &str = "\
select count(*)
  from delivery
 where due_at is not null";

/// The first row matches nothing; it tells PostgreSQL the columns' types.
const RECORD_HEAD: &str = "\
update delivery
   set state = case when delivery.state = 'pending' or v.column3 = 'delivered'
                    then v.column3 else delivery.state end,
       attempts = v.column4,
       due_at = case when delivery.state = 'pending' then v.column5 end
  from (values (cast(null as text), cast(null as bigint), cast(null as text),
                cast(null as bigint), cast(null as bigint)),";

/// Who sent it although its lease was over comes second and changes nothing. What was dropped while
/// the attempt was under way stays so, unless it was delivered.
const RECORD_TAIL: &str = ") v
 where delivery.id = v.column1 and delivery.shop_id = v.column2
   and delivery.attempts = v.column4 - 1";

const COUNT_TAKEN: &str = "\
select count(*)
  from event e
  join delivery d on d.event_id = e.id
 where e.object_id = $1 and e.shop_id = $2 and e.kind = $3
   and d.shop_id = $2 and d.state = 'delivered'";

const RESEND: &str = "\
update delivery
   set state = 'pending', due_at = $3
 where id = $1 and shop_id = $2";

const DROP_ALL: &str = "\
update delivery
   set state = 'dropped', due_at = null
 where webhook_id = $1 and due_at is not null";

const ADVANCE: &str = "\
update delivery
   set due_at = due_at - $2
 where due_at is not null
   and shop_id = $1
   and webhook_id in (select id
                        from webhook
                       where shop_id = $1)";

/// Adds deliveries of one shop, in their order.
pub fn insert(tx: &mut Tx<'_>, shop: &Shop, deliveries: &[Delivery]) -> Result<(), StoreError> {
    let rows = deliveries.iter().map(|delivery| (shop, delivery));
    Deliveries::insert_many(tx, rows)
}

/// Takes down what became of attempts.
pub fn record(tx: &mut Tx<'_>, recorded: &[Recorded]) -> Result<(), StoreError> {
    for recorded in recorded.chunks(ROWS_MAX) {
        let mut rows = Vec::new();
        for it in recorded {
            rows.extend([
                text(it.id.to_string()),
                Param::Integer(it.shop_id.as_i64()),
                text(it.state.code()),
                Param::Integer(it.attempts),
                time_or_null(it.due_at),
            ]);
        }
        let statement = many(RECORD_HEAD, 5, recorded.len(), RECORD_TAIL);
        tx.write(statement, &refs(&rows))?;
    }
    Ok(())
}

/// The shop's delivery with this id.
pub fn find(
    conn: &mut Conn<'_>,
    shop: ShopId,
    id: DeliveryId,
) -> Result<Option<Delivery>, StoreError> {
    Deliveries::find(conn, &[&id, &shop])
}

/// All deliveries of one of the shop's events, in their order.
pub fn list(
    conn: &mut Conn<'_>,
    shop: ShopId,
    event: EventId,
) -> Result<Vec<Delivery>, StoreError> {
    LIST.query(conn, &[&event, &shop], Deliveries::read)
}

/// Sends a delivery once more at `due_at`, in the shop's time. Its attempts are counted on.
/// [`StoreError::Conflict`] if the shop has no such delivery.
pub fn resend(
    tx: &mut Tx<'_>,
    shop: &Shop,
    id: DeliveryId,
    due_at: Timestamp,
) -> Result<(), StoreError> {
    let due_at = due_or_null(shop, Some(due_at));
    let params: [&dyn ToParam<Altyn>; 3] = [&id, &shop.id, &due_at];
    tx.write_one(RESEND, &params)
}

/// Ends all deliveries to a webhook that is removed.
pub(crate) fn drop_all(tx: &mut Tx<'_>, webhook: WebhookId) -> Result<(), StoreError> {
    tx.write(DROP_ALL, &[&webhook])
}

/// The shop's clock moves ahead.
pub(crate) fn advance(tx: &mut Tx<'_>, shop: ShopId, by: Duration) -> Result<(), StoreError> {
    tx.write(ADVANCE, &[&shop, &by])
}

/// Whether any webhook of the shop has taken an event of this kind about one of its objects.
pub fn was_taken(
    conn: &mut Conn<'_>,
    shop: ShopId,
    object_id: &str,
    kind: EventKind,
) -> Result<bool, StoreError> {
    let params: [&dyn ToParam<Altyn>; 3] = [&object_id, &shop, &kind.code()];
    let taken: i64 = conn.query_one(COUNT_TAKEN, &params, |row| row.get(0))?;
    Ok(0 < taken)
}

/// How many deliveries are on their way.
pub fn count_pending_any_shop(conn: &mut Conn<'_>) -> Result<u64, StoreError> {
    let count: i64 = conn.query_one(COUNT_PENDING_ANY_SHOP, &[], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}
