//! Where the outside did something else than was written down: the operator's list.

use domain::{
    DealId, Discrepancy, DiscrepancyKind, OperationId, OperationKind, Remedy, ShopId, Timestamp,
};
use sql::{Param, StoreError};

use crate::columns::{id_or_null, refs, text, time_or_null};
use crate::database::{Conn, Tx};
use crate::operation::{object_id, object_kind};
use crate::table::{Rows, Select, table};

table! {
    pub(crate) Discrepancies: Discrepancy = "discrepancy";
    written of (found: Discrepancy);
    columns {
        key operation_id = found.operation_id => parse();
        key kind = found.kind.code() => named(DiscrepancyKind::from_code);
        key shop_id = found.shop_id => shop_id();
        fixed object_kind = object_kind(found.object) => get();
        fixed object_id = object_id(found.object) => object(object_kind);
        fixed asked = found.asked.code() => named(OperationKind::from_code);
        fixed currency = found.amount.currency() => currency();
        fixed amount_minor = found.amount => money(currency);
        fixed remedy = found.remedy.code() => get();
        fixed given_back_by = found.remedy.given_back_by() => parse_or_null();
        fixed found_at = found.found_at => time();
        fixed resolved_at = found.resolved_at => time_or_null();
        noted note => get();
    }
    read(cells) {
        let remedy = Remedy::from_parts(remedy, given_back_by);
        Discrepancy {
            shop_id,
            operation_id,
            object: object_id,
            asked,
            kind,
            amount: amount_minor,
            remedy: remedy.ok_or_else(|| cells.corrupt_at("remedy"))?,
            found_at,
            resolved_at,
            note,
        }
    }
}

/// Of one shop or of all, only what is open or everything, the newest first.
pub(crate) static LIST: Select = Select::new(
    Discrepancies::table,
    "where discrepancy.shop_id = coalesce($1, discrepancy.shop_id)
   and ($2 = 1 or discrepancy.resolved_at is null)
 order by discrepancy.found_at desc, discrepancy.operation_id desc, discrepancy.kind
 limit $3",
);

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
    Discrepancies::insert(tx, (found,))
}

/// The discrepancy of this kind of the shop's operation.
pub fn find(
    conn: &mut Conn<'_>,
    shop: ShopId,
    operation: OperationId,
    kind: DiscrepancyKind,
) -> Result<Option<Discrepancy>, StoreError> {
    Discrepancies::find(conn, &[&operation, &kind.code(), &shop])
}

/// What is open, or with `all` everything; of one shop, or of all.
pub fn list(
    conn: &mut Conn<'_>,
    shop: Option<ShopId>,
    all: bool,
    limit: u32,
) -> Result<Vec<Discrepancy>, StoreError> {
    let shop = shop.map(ShopId::as_i64);
    LIST.query(conn, &[&shop, &i64::from(all), &limit], Discrepancies::read)
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
