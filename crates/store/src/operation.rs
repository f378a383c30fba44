//! Calls to outside systems, written down before they are made.
//!
//! `due_at` is the platform's time in the database and the shop's in the domain.

use domain::{
    Operation, OperationId, OperationKind, OperationObject, OperationState, Shop, ShopId, Timestamp,
};
use sql::{Param, Row, StoreError};

use crate::columns::{Cells, due_or_null, id_or_null, refs, text, text_or_null, time_or_null};
use crate::database::{Conn, Tx};

const INSERT: &str = "\
insert into operation (id, shop_id, object_kind, object_id, kind, currency, amount_minor,
       created_at, connector, reference, state, declined_by, declined_for, answered_at, looks,
       due_at, version)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";

const UPDATE: &str = "\
update operation
   set reference = $4, state = $5, declined_by = $6, declined_for = $7, answered_at = $8,
       looks = $9, due_at = $10, version = version + 1
 where id = $1 and shop_id = $2 and version = $3";

const FIND: &str = "\
select o.id, o.shop_id, o.object_kind, o.object_id, o.kind, o.currency, o.amount_minor,
       o.created_at, o.connector, o.reference, o.state, o.declined_by, o.declined_for,
       o.answered_at, o.looks, o.due_at + s.clock_offset as due_at, o.version
  from operation o
  join shop s on s.id = o.shop_id
 where o.id = $1 and o.shop_id = coalesce($2, o.shop_id)";

const LOCK_POSTGRES: &str = "\
select o.id, o.shop_id, o.object_kind, o.object_id, o.kind, o.currency, o.amount_minor,
       o.created_at, o.connector, o.reference, o.state, o.declined_by, o.declined_for,
       o.answered_at, o.looks, o.due_at + s.clock_offset as due_at, o.version
  from operation o
  join shop s on s.id = o.shop_id
 where o.id = $1 and o.shop_id = coalesce($2, o.shop_id)
   for update of o";

const LIST_OF: &str = "\
select o.id, o.shop_id, o.object_kind, o.object_id, o.kind, o.currency, o.amount_minor,
       o.created_at, o.connector, o.reference, o.state, o.declined_by, o.declined_for,
       o.answered_at, o.looks, o.due_at + s.clock_offset as due_at, o.version
  from operation o
  join shop s on s.id = o.shop_id
 where o.object_id = $1 and o.object_kind = $2 and o.shop_id = $3
 order by o.created_at, o.id";

const COUNT_OPEN_ANY_SHOP: &str = "\
select count(*)
  from operation
 where due_at is not null and state <> 'given_up'";

const DUE_ANY_SHOP: &str = "\
select id, shop_id
  from operation
 where due_at <= $1
 order by due_at
 limit $2";

/// Adds an operation.
pub fn insert(tx: &mut Tx<'_>, shop: &Shop, operation: &Operation) -> Result<(), StoreError> {
    let (object_kind, object_id) = object(operation.object);
    let mut params = vec![
        text(operation.id.to_string()),
        Param::Integer(operation.shop_id.as_i64()),
        text(object_kind),
        text(object_id),
        text(operation.kind.code()),
        text(operation.amount.currency().code()),
        Param::Integer(operation.amount.minor()),
        Param::Integer(operation.created_at.as_micros()),
        id_or_null(operation.connector),
    ];
    params.extend(changing(shop, operation));
    params.push(Param::Integer(operation.version));
    tx.write(INSERT, &refs(&params))
}

/// Stores the next state of an operation, unless someone else was faster.
pub fn update(tx: &mut Tx<'_>, shop: &Shop, operation: &Operation) -> Result<(), StoreError> {
    let mut params = vec![
        text(operation.id.to_string()),
        Param::Integer(operation.shop_id.as_i64()),
        Param::Integer(operation.version),
    ];
    params.extend(changing(shop, operation));
    tx.write_one(UPDATE, &refs(&params))
}

pub(crate) fn object(object: OperationObject) -> (&'static str, String) {
    match object {
        OperationObject::Payment(id) => ("payment", id.to_string()),
        OperationObject::Refund(id) => ("refund", id.to_string()),
        OperationObject::PaymentMethod(id) => ("payment_method", id.to_string()),
        OperationObject::Receipt(id) => ("receipt", id.to_string()),
        OperationObject::Payout(id) => ("payout", id.to_string()),
    }
}

fn changing<'a>(shop: &Shop, operation: &'a Operation) -> [Param<'a>; 7] {
    let (code, cause) = match operation.state {
        OperationState::Sent => ("sent", None),
        OperationState::Unknown => ("unknown", None),
        OperationState::Challenged => ("challenged", None),
        OperationState::GivenUp => ("given_up", None),
        OperationState::Approved => ("approved", None),
        OperationState::Declined(cause) => ("declined", Some(cause)),
    };
    [
        text_or_null(operation.reference.as_deref()),
        text(code),
        text_or_null(cause.map(|cause| cause.party.code())),
        text_or_null(cause.map(|cause| cause.reason.code())),
        time_or_null(operation.answered_at),
        Param::Integer(operation.looks),
        due_or_null(shop, operation.due_at),
    ]
}

/// The shop's operation with this id.
pub fn find(
    conn: &mut Conn<'_>,
    shop: ShopId,
    id: OperationId,
) -> Result<Option<Operation>, StoreError> {
    conn.query_opt(FIND, &[&id, &shop], read)
}

/// The operation with this id.
pub fn find_any_shop(
    conn: &mut Conn<'_>,
    id: OperationId,
) -> Result<Option<Operation>, StoreError> {
    conn.query_opt(FIND, &[&id, &None::<i64>], read)
}

/// The shop's operation with this id, which nobody else changes until this unit has ended.
pub fn lock(
    tx: &mut Tx<'_>,
    shop: ShopId,
    id: OperationId,
) -> Result<Option<Operation>, StoreError> {
    let statement = tx.pick(FIND, LOCK_POSTGRES);
    tx.query_opt(statement, &[&id, &shop], read)
}

/// All operations of one of the shop's objects, the oldest first.
pub fn list_of(
    conn: &mut Conn<'_>,
    shop: ShopId,
    of: OperationObject,
) -> Result<Vec<Operation>, StoreError> {
    let (kind, id) = object(of);
    conn.query(LIST_OF, &[&id, &kind, &shop], read)
}

/// Operations that the reconciler should look at now, the longest due first.
pub fn due_any_shop(
    conn: &mut Conn<'_>,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(ShopId, OperationId)>, StoreError> {
    conn.query(DUE_ANY_SHOP, &[&now, &limit], |row| {
        let mut cells = Cells::new(row);
        let id = cells.parse()?;
        Ok((cells.shop_id()?, id))
    })
}

/// How many operations have no final state yet.
pub fn count_open_any_shop(conn: &mut Conn<'_>) -> Result<u64, StoreError> {
    let count: i64 = conn.query_one(COUNT_OPEN_ANY_SHOP, &[], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

fn read(row: &Row<'_>) -> Result<Operation, StoreError> {
    let mut cells = Cells::new(row);
    let (id, shop_id) = (cells.parse()?, cells.shop_id()?);
    let object = read_object(&mut cells)?;
    let kind = cells.named(OperationKind::from_code)?;
    let currency = cells.currency()?;
    let (amount, created_at) = (cells.money(currency)?, cells.time()?);
    // A program of before has named one for registers too.
    let connector = cells.parse_or_null()?;
    let connector = connector.filter(|_| kind != OperationKind::Register);
    Ok(Operation {
        id,
        shop_id,
        object,
        kind,
        connector,
        amount,
        created_at,
        reference: cells.get()?,
        state: read_state(&mut cells)?,
        answered_at: cells.time_or_null()?,
        looks: cells.get()?,
        due_at: cells.time_or_null()?,
        version: cells.get()?,
    })
}

pub(crate) fn read_object(cells: &mut Cells<'_>) -> Result<OperationObject, StoreError> {
    Ok(match cells.get()? {
        "payment" => OperationObject::Payment(cells.parse()?),
        "refund" => OperationObject::Refund(cells.parse()?),
        "payment_method" => OperationObject::PaymentMethod(cells.parse()?),
        "receipt" => OperationObject::Receipt(cells.parse()?),
        "payout" => OperationObject::Payout(cells.parse()?),
        _ => return Err(cells.corrupt()),
    })
}

fn read_state(cells: &mut Cells<'_>) -> Result<OperationState, StoreError> {
    let code: &str = cells.get()?;
    let unknown = cells.corrupt();
    match (code, cells.decline_or_null()?) {
        ("sent", _) => Ok(OperationState::Sent),
        ("unknown", _) => Ok(OperationState::Unknown),
        ("challenged", _) => Ok(OperationState::Challenged),
        ("given_up", _) => Ok(OperationState::GivenUp),
        ("approved", _) => Ok(OperationState::Approved),
        ("declined", Some(cause)) => Ok(OperationState::Declined(cause)),
        _ => Err(unknown),
    }
}
