//! Safe deals.
//!
//! `due_at` is the platform's time; everything else in a row is the shop's.

use domain::deal::{FeeMoment, State, Status, Sums};
use domain::{Deal, DealId, Shop, ShopId, Timestamp};
use sql::{Param, Row, StoreError, ToParam};

use crate::columns::{
    Cells, due_or_null, id_or_null, json_or_null, refs, text, text_or_null, time_or_null,
};
use crate::database::{Altyn, Conn, Tx};
use crate::facts;
use crate::range::Range;

/// Which deals to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Created when.
    pub created: Range,
    /// Ending when.
    pub expires: Range,
    /// With this status.
    pub status: Option<Status>,
    /// With this text in the description, in capital or small letters.
    pub text: Option<String>,
    /// At most so many.
    pub limit: u32,
    /// The last one of the page before.
    pub after: Option<(Timestamp, DealId)>,
}

const INSERT: &str = "\
insert into deal (id, shop_id, test, currency, fee_moment, description, description_folded,
       metadata, created_at, expires_at, payment_id, charged_minor, held_minor, payable_minor,
       paying_out_minor, paid_out_minor, refunding_minor, refunded_minor, covered_minor, state,
       look_at, awaits_payment, declined, closed_at, due_at, version)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
       $21, $22, $23, $24, $25, $26)";

const UPDATE: &str = "\
update deal
   set payment_id = $4, charged_minor = $5, held_minor = $6, payable_minor = $7,
       paying_out_minor = $8, paid_out_minor = $9, refunding_minor = $10, refunded_minor = $11,
       covered_minor = $12, state = $13, look_at = $14, awaits_payment = $15, declined = $16,
       closed_at = $17, due_at = $18, version = version + 1
 where id = $1 and shop_id = $2 and version = $3";

/// Leaves alone what `deal_due` holds, so that the index is not written.
const UPDATE_PAYMENT: &str = "\
update deal
   set payment_id = $4, charged_minor = $5, held_minor = $6, payable_minor = $7,
       version = version + 1
 where id = $1 and shop_id = $2 and version = $3";

const FIND: &str = "\
select id, shop_id, test, currency, fee_moment, description, metadata, created_at, expires_at,
       payment_id, charged_minor, held_minor, payable_minor, paying_out_minor, paid_out_minor,
       refunding_minor, refunded_minor, covered_minor, state, look_at, awaits_payment, declined,
       closed_at, version
  from deal
 where id = $1 and shop_id = $2";

const LOCK_POSTGRES: &str = "\
select id, shop_id, test, currency, fee_moment, description, metadata, created_at, expires_at,
       payment_id, charged_minor, held_minor, payable_minor, paying_out_minor, paid_out_minor,
       refunding_minor, refunded_minor, covered_minor, state, look_at, awaits_payment, declined,
       closed_at, version
  from deal
 where id = $1 and shop_id = $2
   for update";

/// Walks down `deal_by_creation`; the other conditions only leave rows out.
const LIST: &str = "\
select id, shop_id, test, currency, fee_moment, description, metadata, created_at, expires_at,
       payment_id, charged_minor, held_minor, payable_minor, paying_out_minor, paid_out_minor,
       refunding_minor, refunded_minor, covered_minor, state, look_at, awaits_payment, declined,
       closed_at, version
  from deal
 where shop_id = $1
   and created_at >= $2
   and (created_at, id) < ($3, $4)
   and expires_at >= $5
   and expires_at <= $6
   and (cast($7 as text) is null or state = $7)
   and (cast($8 as text) is null or replace(description_folded, $8, '') <> description_folded)
 order by created_at desc, id desc
 limit $9";

const DUE_ANY_SHOP: &str = "\
select id, shop_id
  from deal
 where due_at <= $1
 order by due_at
 limit $2";

/// Adds a deal.
pub fn insert(tx: &mut Tx<'_>, shop: &Shop, deal: &Deal) -> Result<(), StoreError> {
    let mut params = vec![
        text(deal.id.to_string()),
        Param::Integer(deal.shop_id.as_i64()),
        Param::Bool(deal.test),
        text(deal.currency().code()),
        text(deal.fee_moment.code()),
        text_or_null(deal.description.as_deref()),
        text_or_null(deal.description.as_deref().map(folded)),
        json_or_null(facts::write_metadata(&deal.metadata)?),
        Param::Integer(deal.created_at.as_micros()),
        Param::Integer(deal.expires_at.as_micros()),
    ];
    params.extend(changing(shop, deal));
    params.push(Param::Integer(deal.version));
    tx.write(INSERT, &refs(&params))
}

/// Stores the next state of a deal, unless someone else was faster. Its version in the database is
/// then one more than in `deal`.
pub fn update(tx: &mut Tx<'_>, shop: &Shop, deal: &Deal) -> Result<(), StoreError> {
    let mut params = vec![
        text(deal.id.to_string()),
        Param::Integer(deal.shop_id.as_i64()),
        Param::Integer(deal.version),
    ];
    params.extend(changing(shop, deal));
    tx.write_one(UPDATE, &refs(&params))
}

/// Stores which payment counts in the deal and what came in with it, like [`update`]; nothing else
/// of the deal may have changed.
pub fn update_payment(tx: &mut Tx<'_>, deal: &Deal) -> Result<(), StoreError> {
    let params = [
        text(deal.id.to_string()),
        Param::Integer(deal.shop_id.as_i64()),
        Param::Integer(deal.version),
        id_or_null(deal.payment_id),
        Param::Integer(deal.sums.charged.minor()),
        Param::Integer(deal.sums.held.minor()),
        Param::Integer(deal.sums.payable.minor()),
    ];
    tx.write_one(UPDATE_PAYMENT, &refs(&params))
}

/// A text as it is searched for.
fn folded(text: &str) -> String {
    text.to_lowercase()
}

fn changing(shop: &Shop, deal: &Deal) -> [Param<'static>; 15] {
    let sums = &deal.sums;
    let (look_at, awaits_payment, declined, closed_at) = match deal.state {
        State::Opened {
            look_at,
            awaits_payment,
            declined,
        } => (
            Some(look_at),
            Param::Bool(awaits_payment),
            Param::Integer(declined),
            None,
        ),
        State::Closed { closed_at } => (None, Param::Null, Param::Null, Some(closed_at)),
    };
    [
        id_or_null(deal.payment_id),
        Param::Integer(sums.charged.minor()),
        Param::Integer(sums.held.minor()),
        Param::Integer(sums.payable.minor()),
        Param::Integer(sums.paying_out.minor()),
        Param::Integer(sums.paid_out.minor()),
        Param::Integer(sums.refunding.minor()),
        Param::Integer(sums.refunded.minor()),
        Param::Integer(sums.covered.minor()),
        text(deal.status().code()),
        time_or_null(look_at),
        awaits_payment,
        declined,
        time_or_null(closed_at),
        due_or_null(shop, deal.due_at()),
    ]
}

/// The shop's deal with this id.
pub fn find(conn: &mut Conn<'_>, shop: ShopId, id: DealId) -> Result<Option<Deal>, StoreError> {
    conn.query_opt(FIND, &[&id, &shop], read)
}

/// The shop's deal with this id, which nobody else changes until this unit has ended.
pub fn lock(tx: &mut Tx<'_>, shop: ShopId, id: DealId) -> Result<Option<Deal>, StoreError> {
    let statement = tx.pick(FIND, LOCK_POSTGRES);
    tx.query_opt(statement, &[&id, &shop], read)
}

/// The shop's deals that `filter` lets through, the newest first.
pub fn list(conn: &mut Conn<'_>, shop: ShopId, filter: &Filter) -> Result<Vec<Deal>, StoreError> {
    let after = filter.after.map(|(time, id)| (time, id.to_string()));
    let (below, below_id) = filter.created.below(after);
    let from = filter.created.first();
    let (first, last) = (filter.expires.first(), filter.expires.last());
    let state = filter.status.map(Status::code);
    let part = filter.text.as_deref().map(folded);
    let params: [&dyn ToParam<Altyn>; 9] = [
        &shop,
        &from,
        &below,
        &below_id,
        &first,
        &last,
        &state,
        &part,
        &filter.limit,
    ];
    conn.query(LIST, &params, read)
}

/// Deals that time alone will change now, the longest due first.
pub fn due_any_shop(
    conn: &mut Conn<'_>,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(ShopId, DealId)>, StoreError> {
    conn.query(DUE_ANY_SHOP, &[&now, &limit], |row| {
        let mut cells = Cells::new(row);
        let id = cells.parse()?;
        Ok((cells.shop_id()?, id))
    })
}

fn read(row: &Row<'_>) -> Result<Deal, StoreError> {
    let mut cells = Cells::new(row);
    let (id, shop_id, test) = (cells.parse()?, cells.shop_id()?, cells.get()?);
    let currency = cells.currency()?;
    Ok(Deal {
        id,
        shop_id,
        test,
        fee_moment: cells.named(FeeMoment::from_code)?,
        description: cells.get()?,
        metadata: cells
            .named_or_null(facts::read_metadata)?
            .unwrap_or_default(),
        created_at: cells.time()?,
        expires_at: cells.time()?,
        payment_id: cells.parse_or_null()?,
        sums: Sums {
            charged: cells.money(currency)?,
            held: cells.money(currency)?,
            payable: cells.money(currency)?,
            paying_out: cells.money(currency)?,
            paid_out: cells.money(currency)?,
            refunding: cells.money(currency)?,
            refunded: cells.money(currency)?,
            covered: cells.money(currency)?,
        },
        state: read_state(&mut cells)?,
        version: cells.get()?,
    })
}

/// Columns that the state does not carry are not looked at; one that it misses is corrupt.
fn read_state(cells: &mut Cells<'_>) -> Result<State, StoreError> {
    let status = cells.named(Status::from_code)?;
    let unknown = cells.corrupt();
    let look_at = cells.time_or_null()?;
    let awaits_payment: Option<bool> = cells.get()?;
    let declined: Option<i64> = cells.get()?;
    let closed_at = cells.time_or_null()?;
    let state = || {
        Some(match status {
            Status::Opened => State::Opened {
                look_at: look_at?,
                awaits_payment: awaits_payment?,
                declined: declined?,
            },
            Status::Closed => State::Closed {
                closed_at: closed_at?,
            },
        })
    };
    state().ok_or(unknown)
}
