//! Where the outside did something else than was written down: the operator's list.

use domain::{
    DealId, Discrepancy, DiscrepancyKind, OperationId, OperationKind, Remedy, ShopId, Timestamp,
};
use sql::{Param, Row, StoreError};

use crate::columns::{Cells, id_or_null, refs, text, time_or_null};
use crate::database::{Conn, Tx};
use crate::operation::{object, read_object};

const INSERT: &str = "\
insert into discrepancy (operation_id, kind, shop_id, object_kind, object_id, asked, currency,
       amount_minor, remedy, given_back_by, found_at, resolved_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

const FIND: &str = "\
select operation_id, kind, shop_id, object_kind, object_id, asked, currency, amount_minor, remedy,
       given_back_by, found_at, resolved_at, note
  from discrepancy
 where operation_id = $1 and kind = $2 and shop_id = $3";

/// Of one shop or of all, only what is open or everything, the newest first.
const LIST: &str = "\
select operation_id, kind, shop_id, object_kind, object_id, asked, currency, amount_minor, remedy,
       given_back_by, found_at, resolved_at, note
  from discrepancy
 where shop_id = coalesce($1, shop_id) and ($2 = 1 or resolved_at is null)
 order by found_at desc, operation_id desc, kind
 limit $3";

/// The money is back: what waited for this operation, and what was wrong with it.
const RESOLVE: &str = "\
update discrepancy
   set resolved_at = $3
 where shop_id = $1 and resolved_at is null
   and (given_back_by = $2 or operation_id = $2)";

/// What nothing was done about.
const REMEDY: &str = "\
update discrepancy
   set remedy = $3, given_back_by = $4, resolved_at = $5
 where shop_id = $1 and operation_id = $2 and remedy = 'nothing' and resolved_at is null
   and kind in ('late_approval', 'changed_answer')";

/// A deal has repaid what its shop gave for payouts that came late.
const RESOLVE_LATE_PAYOUTS: &str = "\
update discrepancy
   set resolved_at = $3
 where shop_id = $1 and resolved_at is null and remedy = 'booked' and object_kind = 'payout'
   and object_id in (select id
                       from payout
                      where deal_id = $2)";

/// A person has dealt with it; of what is held also once more, with another note.
const SETTLE_ANY_SHOP: &str = "\
update discrepancy
   set resolved_at = coalesce(resolved_at, $2), note = $3
 where operation_id = $1 and (resolved_at is null or ($4 = 1 and remedy = 'held'))";

const COUNT_OPEN_ANY_SHOP: &str = "\
select count(*)
  from discrepancy
 where resolved_at is null";

/// Adds a discrepancy.
pub fn insert(tx: &mut Tx<'_>, found: &Discrepancy) -> Result<(), StoreError> {
    let (object_kind, object_id) = object(found.object);
    let params = [
        text(found.operation_id.to_string()),
        text(found.kind.code()),
        Param::Integer(found.shop_id.as_i64()),
        text(object_kind),
        text(object_id),
        text(found.asked.code()),
        text(found.amount.currency().code()),
        Param::Integer(found.amount.minor()),
        text(found.remedy.code()),
        id_or_null(found.remedy.given_back_by()),
        Param::Integer(found.found_at.as_micros()),
        time_or_null(found.resolved_at),
    ];
    tx.write(INSERT, &refs(&params))
}

/// The discrepancy of this kind of the shop's operation.
pub fn find(
    conn: &mut Conn<'_>,
    shop: ShopId,
    operation: OperationId,
    kind: DiscrepancyKind,
) -> Result<Option<Discrepancy>, StoreError> {
    conn.query_opt(FIND, &[&operation, &kind.code(), &shop], read)
}

/// What is open, or with `all` everything; of one shop, or of all.
pub fn list(
    conn: &mut Conn<'_>,
    shop: Option<ShopId>,
    all: bool,
    limit: u32,
) -> Result<Vec<Discrepancy>, StoreError> {
    let shop = shop.map(ShopId::as_i64);
    conn.query(LIST, &[&shop, &i64::from(all), &limit], read)
}

/// This operation of the shop has given its money back.
pub fn resolve(
    tx: &mut Tx<'_>,
    shop: ShopId,
    operation: OperationId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.write(RESOLVE, &[&shop, &operation, &now])
}

/// What was left alone of a late approval of this operation is done now.
pub fn remedy(
    tx: &mut Tx<'_>,
    shop: ShopId,
    operation: OperationId,
    (remedy, resolved_at): (Remedy, Option<Timestamp>),
) -> Result<(), StoreError> {
    let params = [
        Param::Integer(shop.as_i64()),
        text(operation.to_string()),
        text(remedy.code()),
        id_or_null(remedy.given_back_by()),
        time_or_null(resolved_at),
    ];
    tx.write(REMEDY, &refs(&params))
}

/// The deal has paid for all of its payouts that came late.
pub fn resolve_late_payouts(
    tx: &mut Tx<'_>,
    shop: ShopId,
    deal: DealId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.write(RESOLVE_LATE_PAYOUTS, &[&shop, &deal, &now])
}

/// What a settlement is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settles {
    /// What is open.
    Open,
    /// That, and what is held though it was settled before.
    Held,
}

/// A person has dealt with this of the operation. How many rows that were.
pub fn settle_any_shop(
    tx: &mut Tx<'_>,
    operation: OperationId,
    what: Settles,
    (now, note): (Timestamp, &str),
) -> Result<u64, StoreError> {
    let held = i64::from(what == Settles::Held);
    tx.execute(SETTLE_ANY_SHOP, &[&operation, &now, &note, &held])
}

/// How many nobody has put right.
pub fn count_open_any_shop(conn: &mut Conn<'_>) -> Result<u64, StoreError> {
    let count: i64 = conn.query_one(COUNT_OPEN_ANY_SHOP, &[], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

fn read(row: &Row<'_>) -> Result<Discrepancy, StoreError> {
    let mut cells = Cells::new(row);
    let operation_id = cells.parse()?;
    let kind = cells.named(DiscrepancyKind::from_code)?;
    let shop_id = cells.shop_id()?;
    let object = read_object(&mut cells)?;
    let asked = cells.named(OperationKind::from_code)?;
    let currency = cells.currency()?;
    let amount = cells.money(currency)?;
    let remedy: &str = cells.get()?;
    let unknown = cells.corrupt();
    let remedy = Remedy::from_parts(remedy, cells.parse_or_null()?).ok_or(unknown)?;
    Ok(Discrepancy {
        shop_id,
        operation_id,
        object,
        asked,
        kind,
        amount,
        remedy,
        found_at: cells.time()?,
        resolved_at: cells.time_or_null()?,
        note: cells.get()?,
    })
}
