//! Refunds beside their postings, calls and events.

use domain::refund::{RefundDeal, Status};
use domain::{Money, RefundId, ShopId, Timestamp};
use sql::{Row, StoreError};

use super::place;
use super::witness::{Call, Sums, Told};
use crate::columns::Cells;
use crate::database::Conn;
use crate::facts;
use crate::refund;

/// A refund, its postings, calls and events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundProof {
    /// The refund.
    pub id: RefundId,
    /// When it was created.
    pub created_at: Timestamp,
    /// How far it is.
    pub status: Status,
    /// How much it is.
    pub amount: Money,
    /// What was set aside.
    pub reserved: Option<Money>,
    /// What left the books.
    pub settled: Option<Money>,
    /// What went back to where it came from.
    pub released: Option<Money>,
    /// What left the books when it was over.
    pub late: Option<Money>,
    /// What of that came back.
    pub returned: Option<Money>,
    /// What the acquirer was asked.
    pub calls: Vec<Call>,
    /// What was told of it.
    pub told: Vec<Told>,
    /// Its part in a deal.
    pub deal: Option<RefundDeal>,
}

/// Of what is set aside or leaves late the credits count, of the rest the debits.
const REFUNDS: &str = "\
select r.id, r.created_at, r.state, r.currency, r.amount_minor,
       (select string_agg(t.kind || ' ' || e.currency || ' ' || cast(e.amount_minor as text), '\n')
          from transfer t
          join entry e on e.transfer_id = t.id
         where t.object_id = r.id
           and e.side = case when t.kind in ('refund_reserve', 'refund_late') then 'credit'
                             else 'debit' end) as posted,
       (select string_agg(o.kind || ' ' || o.state || ' ' || o.currency || ' '
                          || cast(o.amount_minor as text) || ' '
                          || case when o.id = r.operation_id then '1' else '0' end, '\n')
          from operation o
         where o.object_id = r.id and o.shop_id = r.shop_id
           and o.object_kind = 'refund') as calls,
       (select string_agg(case when v.shop_id = r.shop_id then v.kind || ' ' || v.body end, '\n')
          from event v
         where v.object_id = r.id) as told,
       r.deal_facts
  from refund r
 where r.shop_id = $1 and (r.created_at, r.id) > ($2, $3)
 order by r.created_at, r.id
 limit $4";

/// The shop's refunds that follow `after`, the oldest first, at most `limit`.
pub fn refunds(
    conn: &mut Conn<'_>,
    shop: ShopId,
    after: Option<(Timestamp, RefundId)>,
    limit: u32,
) -> Result<Vec<RefundProof>, StoreError> {
    let (time, id) = place(after);
    conn.query(REFUNDS, &[&shop, &time, &id, &limit], read)
}

fn read(row: &Row<'_>) -> Result<RefundProof, StoreError> {
    let mut cells = Cells::new(row);
    let (id, created_at) = (cells.parse()?, cells.time()?);
    let status = cells.named(refund::status_from_code)?;
    let currency = cells.currency()?;
    let amount = cells.money(currency)?;
    let posted = Sums::read(cells.get()?).ok_or_else(|| cells.corrupt())?;
    let calls = Call::list(cells.get()?).ok_or_else(|| cells.corrupt())?;
    let told = Told::list(cells.get()?).ok_or_else(|| cells.corrupt())?;
    Ok(RefundProof {
        id,
        created_at,
        status,
        amount,
        reserved: posted.of("refund_reserve", currency),
        settled: posted.of("refund_settle", currency),
        released: posted.of("refund_release", currency),
        late: posted.of("refund_late", currency),
        returned: posted.of("refund_return", currency),
        calls,
        told,
        deal: cells.named_or_null(|json| facts::read_refund_deal(json, currency))?,
    })
}
