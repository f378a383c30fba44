//! Calls to outside systems, written down before they are made.
//!
//! `due_at` is the platform's time in the database and the shop's in the domain.

use domain::{
    Decline, Operation, OperationId, OperationKind, OperationObject, OperationState, Party, Shop,
    ShopId, Timestamp,
};
use sql::StoreError;

use crate::columns::{Cells, due_or_null};
use crate::database::{Conn, Tx};
use crate::table::{Rows, Sample, Select, table};

table! {
    pub(crate) Operations: Operation = "operation"
        from "operation join shop on shop.id = operation.shop_id";
    written of (shop: Shop, operation: Operation) with {
        let (code, cause) = state_columns(operation.state);
    };
    columns {
        key id = operation.id => parse();
        key shop_id = operation.shop_id => shop_id();
        fixed object_kind = object_kind(operation.object) => get();
        fixed object_id = object_id(operation.object) => object(object_kind);
        fixed kind = operation.kind.code() => named(OperationKind::from_code);
        fixed currency = operation.amount.currency() => currency();
        fixed amount_minor = operation.amount => money(currency);
        fixed created_at = operation.created_at => time();
        fixed connector = operation.connector => parse_or_null();
        changing reference = operation.reference.as_deref() => get();
        changing state = code => get();
        changing declined_by = cause.map(|cause| cause.party.code())
            => named_or_null(Party::from_code);
        changing declined_for = cause.map(|cause| cause.reason.code())
            => cause_or_null(declined_by);
        changing answered_at = operation.answered_at => time_or_null();
        changing looks = operation.looks => get();
        changing due_at ["operation.due_at + shop.clock_offset"]
            = due_or_null(shop, operation.due_at) => time_or_null();
        version version = operation.version => get();
    }
    read(cells) {
        Operation {
            id,
            shop_id,
            object: object_id,
            kind,
            amount: amount_minor,
            created_at,
            // A program of before names one for registers too.
            connector: connector.filter(|_| kind != OperationKind::Register),
            reference,
            state: read_state(state, declined_for).ok_or_else(|| cells.corrupt_at("state"))?,
            answered_at,
            looks,
            due_at,
            version,
        }
    }
}

pub(crate) static LIST_OF: Select = Select::new(
    Operations::table,
    "where operation.object_id = $1 and operation.object_kind = $2 and operation.shop_id = $3
 order by operation.created_at, operation.id",
)
.by(
    "operation_by_object",
    &[Sample::Text, Sample::Text, Sample::Integer],
);

const OBJECT_WITH_ID: &str = "\
select object_id, object_kind, object_id
  from operation
 where object_id = $1 and +shop_id = $2
 limit 1";

const COUNT_OPEN_ANY_SHOP: &str = "\
select count(*)
  from operation
 where due_at is not null and state <> 'given_up'";

/// Adds an operation.
pub fn insert(tx: &mut Tx<'_>, shop: &Shop, operation: &Operation) -> Result<(), StoreError> {
    Operations::insert(tx, (shop, operation))
}

/// Stores the next state of an operation, unless someone else was faster.
pub fn update(tx: &mut Tx<'_>, shop: &Shop, operation: &Operation) -> Result<(), StoreError> {
    Operations::update(tx, (shop, operation))
}

pub(crate) const fn object_kind(object: OperationObject) -> &'static str {
    match object {
        OperationObject::Payment(_) => "payment",
        OperationObject::Refund(_) => "refund",
        OperationObject::PaymentMethod(_) => "payment_method",
        OperationObject::Receipt(_) => "receipt",
        OperationObject::Payout(_) => "payout",
    }
}

pub(crate) fn object_id(object: OperationObject) -> String {
    match object {
        OperationObject::Payment(id) => id.to_string(),
        OperationObject::Refund(id) => id.to_string(),
        OperationObject::PaymentMethod(id) => id.to_string(),
        OperationObject::Receipt(id) => id.to_string(),
        OperationObject::Payout(id) => id.to_string(),
    }
}

const fn state_columns(state: OperationState) -> (&'static str, Option<Decline>) {
    match state {
        OperationState::Sent => ("sent", None),
        OperationState::Unknown => ("unknown", None),
        OperationState::Challenged => ("challenged", None),
        OperationState::GivenUp => ("given_up", None),
        OperationState::Approved => ("approved", None),
        OperationState::Declined(cause) => ("declined", Some(cause)),
    }
}

fn read_state(code: &str, cause: Option<Decline>) -> Option<OperationState> {
    match (code, cause) {
        ("sent", _) => Some(OperationState::Sent),
        ("unknown", _) => Some(OperationState::Unknown),
        ("challenged", _) => Some(OperationState::Challenged),
        ("given_up", _) => Some(OperationState::GivenUp),
        ("approved", _) => Some(OperationState::Approved),
        ("declined", Some(cause)) => Some(OperationState::Declined(cause)),
        _ => None,
    }
}

/// The shop's operation with this id.
pub fn find(
    conn: &mut Conn<'_>,
    shop: ShopId,
    id: OperationId,
) -> Result<Option<Operation>, StoreError> {
    Operations::find(conn, &[&id, &shop])
}

/// The operation with this id.
pub fn find_any_shop(
    conn: &mut Conn<'_>,
    id: OperationId,
) -> Result<Option<Operation>, StoreError> {
    Operations::find(conn, &[&id, &None::<i64>])
}

/// The shop's operation with this id, which nobody else changes until this unit has ended.
pub fn lock(
    tx: &mut Tx<'_>,
    shop: ShopId,
    id: OperationId,
) -> Result<Option<Operation>, StoreError> {
    Operations::lock(tx, &[&id, &shop])
}

/// All operations of one of the shop's objects, the oldest first.
pub fn list_of(
    conn: &mut Conn<'_>,
    shop: ShopId,
    of: OperationObject,
) -> Result<Vec<Operation>, StoreError> {
    let (kind, id) = (object_kind(of), object_id(of));
    LIST_OF.query(conn, &[&id, &kind, &shop], Operations::read)
}

/// The shop's object with this id, if the outside was asked about it.
pub fn object_with_id(
    conn: &mut Conn<'_>,
    shop: ShopId,
    id: &str,
) -> Result<Option<OperationObject>, StoreError> {
    conn.query_opt(OBJECT_WITH_ID, &[&id, &shop], |row| {
        let mut cells = Cells::new(row);
        let _id: &str = cells.get()?;
        let kind = cells.get()?;
        cells.object(kind)
    })
}

/// Operations that the reconciler should look at now, the longest due first.
pub fn due_any_shop(
    conn: &mut Conn<'_>,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(ShopId, OperationId)>, StoreError> {
    Operations::due(conn, now, limit)
}

/// How many operations have no final state yet.
pub fn count_open_any_shop(conn: &mut Conn<'_>) -> Result<u64, StoreError> {
    let count: i64 = conn.query_one(COUNT_OPEN_ANY_SHOP, &[], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}
