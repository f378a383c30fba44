//! Payouts beside their postings, calls and events.

use domain::payout::Status;
use domain::{Money, PayoutId, ShopId, Timestamp};
use sql::{Row, StoreError};

use super::place;
use super::witness::{Call, Told};
use crate::columns::Cells;
use crate::database::Conn;
use crate::payout;

/// A payout, its postings, calls and events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutProof {
    /// The payout.
    pub id: PayoutId,
    /// When it was created.
    pub created_at: Timestamp,
    /// How far it is.
    pub status: Status,
    /// How much it is.
    pub amount: Money,
    /// The account that it should be paid from.
    pub source: String,
    /// What was set aside, and from which account.
    pub reserved: Option<(Money, String)>,
    /// What left the books.
    pub settled: Option<Money>,
    /// What went back, and to which account.
    pub released: Option<(Money, String)>,
    /// What left the books when it was over.
    pub late: Option<Money>,
    /// What the payer was asked.
    pub calls: Vec<Call>,
    /// What was told of it.
    pub told: Vec<Told>,
}

const PAYOUTS: &str = "\
select p.id, p.created_at, p.state, p.currency, p.amount_minor,
       case when p.deal_id is null then 'available' else 'deal/' || p.deal_id end as source,
       (select e.amount_minor
          from transfer t
          join entry e on e.transfer_id = t.id
         where t.object_id = p.id and t.kind = 'payout_reserve'
           and e.side = 'debit') as reserved_minor,
       (select e.account
          from transfer t
          join entry e on e.transfer_id = t.id
         where t.object_id = p.id and t.kind = 'payout_reserve'
           and e.side = 'debit') as reserved_from,
       (select e.amount_minor
          from transfer t
          join entry e on e.transfer_id = t.id
         where t.object_id = p.id and t.kind = 'payout_settle'
           and e.side = 'debit') as settled_minor,
       (select e.amount_minor
          from transfer t
          join entry e on e.transfer_id = t.id
         where t.object_id = p.id and t.kind = 'payout_release'
           and e.side = 'credit') as released_minor,
       (select e.account
          from transfer t
          join entry e on e.transfer_id = t.id
         where t.object_id = p.id and t.kind = 'payout_release'
           and e.side = 'credit') as released_to,
       (select e.amount_minor
          from transfer t
          join entry e on e.transfer_id = t.id
         where t.object_id = p.id and t.kind = 'payout_late'
           and e.side = 'credit') as late_minor,
       (select string_agg(o.kind || ' ' || o.state || ' ' || o.currency || ' '
                          || cast(o.amount_minor as text) || ' '
                          || case when o.id = p.operation_id then '1' else '0' end, '\n')
          from operation o
         where o.object_id = p.id and o.shop_id = p.shop_id
           and o.object_kind = 'payout') as calls,
       (select string_agg(case when v.shop_id = p.shop_id then v.kind || ' ' || v.body end, '\n')
          from event v
         where v.object_id = p.id) as told
  from payout p
 where p.shop_id = $1 and (p.created_at, p.id) > ($2, $3)
 order by p.created_at, p.id
 limit $4";

/// The shop's payouts that follow `after`, the oldest first, at most `limit`.
pub fn payouts(
    conn: &mut Conn<'_>,
    shop: ShopId,
    after: Option<(Timestamp, PayoutId)>,
    limit: u32,
) -> Result<Vec<PayoutProof>, StoreError> {
    let (time, id) = place(after);
    conn.query(PAYOUTS, &[&shop, &time, &id, &limit], read)
}

fn read(row: &Row<'_>) -> Result<PayoutProof, StoreError> {
    let mut cells = Cells::new(row);
    let (id, created_at) = (cells.parse()?, cells.time()?);
    let status = cells.named(payout::status_from_code)?;
    let currency = cells.currency()?;
    let (amount, source) = (cells.money(currency)?, cells.get()?);
    let (reserved, from): (_, Option<String>) = (cells.money_or_null(currency)?, cells.get()?);
    let settled = cells.money_or_null(currency)?;
    let (released, to): (_, Option<String>) = (cells.money_or_null(currency)?, cells.get()?);
    let late = cells.money_or_null(currency)?;
    let calls = Call::list(cells.get()?).ok_or_else(|| cells.corrupt())?;
    let told = Told::list(cells.get()?).ok_or_else(|| cells.corrupt())?;
    Ok(PayoutProof {
        id,
        created_at,
        status,
        amount,
        source,
        reserved: reserved.zip(from),
        settled,
        released: released.zip(to),
        late,
        calls,
        told,
    })
}
