//! What an auditor reads beside the books: whether payments, refunds and postings tell the same.
//!
//! Nothing is repaired here, and no sum is trusted that the database could add up itself.

mod invoice;
mod payout;
mod receipt;
mod statement;

pub use invoice::{InvoiceProof, invoice_orphans, invoices};
pub use payout::{PayoutProof, payouts};
pub use receipt::{
    Asked, Owner, Progress, ReceiptProof, Siblings, receipts, receipts_missing, registered_twice,
};
pub use statement::carried_out;

use domain::payment::PaymentDeal;
use domain::refund::{RefundDeal, Status};
use domain::{Money, PaymentId, RefundId, ShopId, Timestamp, TransferId};

use crate::columns::Cells;
use crate::conn::Conn;
use crate::error::StoreError;
use crate::facts;
use crate::refund;
use crate::row::Row;

/// A capture: the sum, and what the platform takes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Captured {
    /// What was taken.
    pub amount: Money,
    /// The commission.
    pub commission: Money,
    /// VAT on the commission.
    pub vat: Money,
}

/// A payment, the postings of its capture and the sums of its refunds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaymentProof {
    /// The payment.
    pub id: PaymentId,
    /// When it was created.
    pub created_at: Timestamp,
    /// What the payment says, if it succeeded.
    pub captured: Option<Captured>,
    /// What was posted, if anything was.
    pub posted: Option<Captured>,
    /// Given back, as the payment says.
    pub refunded: Money,
    /// Being given back, as the payment says.
    pub refunding: Money,
    /// The sum of its refunds that succeeded.
    pub refunds_succeeded: Money,
    /// The sum of its refunds that are on their way.
    pub refunds_pending: Money,
    /// Its part in a deal.
    pub deal: Option<PaymentDeal>,
}

/// A refund and its postings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// Its part in a deal.
    pub deal: Option<RefundDeal>,
}

impl PaymentProof {
    /// Do they tell the same?
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.captured == self.posted
            && self.refunded == self.refunds_succeeded
            && self.refunding == self.refunds_pending
    }
}

impl RefundProof {
    /// Do they tell the same? A refund that the shop had no money for is canceled without postings.
    #[must_use]
    pub fn agrees(&self) -> bool {
        let amount = Some(self.amount);
        let posted = (self.reserved, self.settled, self.released);
        let returned = posted == (amount, None, amount);
        match (self.status, self.late) {
            (Status::Pending, None) => posted == (amount, None, None),
            (Status::Succeeded, None) => posted == (amount, amount, None),
            (Status::Canceled, None) => returned || posted == (None, None, None),
            (Status::Succeeded | Status::Canceled, late) => returned && late == amount,
            (Status::Pending, Some(_)) => false,
        }
    }
}

const PAYMENTS: &str = "\
select p.id, p.created_at, p.currency, p.captured_at, p.amount_minor, p.commission_minor,
       p.vat_minor, p.refunded_minor, p.refunding_minor,
       (select cast(sum(case when e.account = 'acquirer' then e.amount_minor end) as bigint)
          from transfer t
          join entry e on e.transfer_id = t.id
         where t.object_id = p.id and t.kind = 'capture') as posted_minor,
       (select cast(sum(case when e.account = 'fees' then e.amount_minor end) as bigint)
          from transfer t
          join entry e on e.transfer_id = t.id
         where t.object_id = p.id and t.kind = 'capture') as posted_commission_minor,
       (select cast(sum(case when e.account = 'fees/vat' then e.amount_minor end) as bigint)
          from transfer t
          join entry e on e.transfer_id = t.id
         where t.object_id = p.id and t.kind = 'capture') as posted_vat_minor,
       (select cast(coalesce(sum(r.amount_minor), 0) as bigint)
          from refund r
         where r.payment_id = p.id and r.state = 'succeeded') as succeeded_minor,
       (select cast(coalesce(sum(r.amount_minor), 0) as bigint)
          from refund r
         where r.payment_id = p.id and r.state = 'sending') as pending_minor,
       p.deal_facts
  from payment p
 where p.shop_id = $1 and (p.created_at, p.id) > ($2, $3)
 order by p.created_at, p.id
 limit $4";

const REFUNDS: &str = "\
select r.id, r.created_at, r.state, r.currency, r.amount_minor,
       (select cast(sum(e.amount_minor) as bigint)
          from transfer t
          join entry e on e.transfer_id = t.id
         where t.object_id = r.id and t.kind = 'refund_reserve'
           and e.side = 'credit') as reserved_minor,
       (select cast(sum(e.amount_minor) as bigint)
          from transfer t
          join entry e on e.transfer_id = t.id
         where t.object_id = r.id and t.kind = 'refund_settle'
           and e.side = 'debit') as settled_minor,
       (select cast(sum(e.amount_minor) as bigint)
          from transfer t
          join entry e on e.transfer_id = t.id
         where t.object_id = r.id and t.kind = 'refund_release'
           and e.side = 'debit') as released_minor,
       (select cast(sum(e.amount_minor) as bigint)
          from transfer t
          join entry e on e.transfer_id = t.id
         where t.object_id = r.id and t.kind = 'refund_late'
           and e.side = 'credit') as late_minor,
       r.deal_facts
  from refund r
 where r.shop_id = $1 and (r.created_at, r.id) > ($2, $3)
 order by r.created_at, r.id
 limit $4";

const STRAYS: &str = "\
select t.id
  from transfer t
 where t.shop_id = $1
   and t.kind not in ('split_capture', 'split_reserve', 'split_release')
   and not exists (select 1
                     from payment p
                    where p.id = t.object_id and p.shop_id = t.shop_id and t.kind = 'capture')
   and not exists (select 1
                     from refund r
                    where r.id = t.object_id and r.shop_id = t.shop_id
                      and t.kind in ('refund_reserve', 'refund_settle', 'refund_release',
                                     'refund_late'))
   and not exists (select 1
                     from deal d
                    where d.id = t.object_id and d.shop_id = t.shop_id
                      and t.kind = 'deal_close')
   and not exists (select 1
                     from payout p
                    where p.id = t.object_id and p.shop_id = t.shop_id
                      and t.kind in ('payout_reserve', 'payout_settle', 'payout_release',
                                     'payout_late'))
   and t.kind <> 'top_up'
 order by t.sequence";

/// Each transfer of a split payment in a partner's book has its line in the platform's: of the same
/// payment or refund, of the same sum, on the other side.
const UNPAIRED: &str = "\
select t.id
  from transfer t
 where t.shop_id = $1
   and t.kind in ('split_capture', 'split_reserve', 'split_release')
   and not exists (select 1
                     from entry e
                     join transfer p on p.object_id = substr(t.object_id, 1, 36)
                     join entry q on q.transfer_id = p.id
                    where e.transfer_id = t.id
                      and e.account = 'clearing/' || cast(p.shop_id as text)
                      and q.account = 'clearing/' || cast(t.shop_id as text)
                      and q.amount_minor = e.amount_minor
                      and q.currency = e.currency
                      and q.side <> e.side
                      and p.kind = case t.kind when 'split_capture' then 'capture'
                                               when 'split_reserve' then 'refund_reserve'
                                               else 'refund_release' end)
 order by t.sequence";

/// What two shops owe each other stands in both books, once on each side.
const UNCLEARED: &str = "\
select a.shop_id, a.name
  from account a
 where a.shop_id = $1
   and a.name like 'clearing/%'
   and a.balance_minor + coalesce((select b.balance_minor
                                     from account b
                                    where cast(b.shop_id as text) = substr(a.name, 10)
                                      and b.name = 'clearing/' || cast(a.shop_id as text)
                                      and b.currency = a.currency), 0) <> 0
 order by a.name";

/// The shop's payments that follow `after`, the oldest first, at most `limit`.
pub fn payments(
    conn: &mut Conn<'_>,
    shop: ShopId,
    after: Option<(Timestamp, PaymentId)>,
    limit: u32,
) -> Result<Vec<PaymentProof>, StoreError> {
    let (time, id) = place(after);
    conn.query(PAYMENTS, &[&shop, &time, &id, &limit], read_payment)
}

/// The shop's refunds that follow `after`, the oldest first, at most `limit`.
pub fn refunds(
    conn: &mut Conn<'_>,
    shop: ShopId,
    after: Option<(Timestamp, RefundId)>,
    limit: u32,
) -> Result<Vec<RefundProof>, StoreError> {
    let (time, id) = place(after);
    conn.query(REFUNDS, &[&shop, &time, &id, &limit], read_refund)
}

/// Transfers of the shop's book that belong to no object of the shop.
pub fn strays(conn: &mut Conn<'_>, shop: ShopId) -> Result<Vec<TransferId>, StoreError> {
    conn.query(STRAYS, &[&shop], |row| Cells::new(row).parse())
}

/// Transfers of the shop's book that have no counterpart in the book of its platform.
pub fn unpaired(conn: &mut Conn<'_>, shop: ShopId) -> Result<Vec<TransferId>, StoreError> {
    conn.query(UNPAIRED, &[&shop], |row| Cells::new(row).parse())
}

/// Clearing accounts of the shop's book that are not even with those of the other shop's.
pub fn uncleared(conn: &mut Conn<'_>, shop: ShopId) -> Result<Vec<String>, StoreError> {
    conn.query(UNCLEARED, &[&shop], |row| {
        let mut cells = Cells::new(row);
        cells.shop_id()?;
        cells.get()
    })
}

fn place(after: Option<(Timestamp, impl ToString)>) -> (i64, String) {
    match after {
        Some((time, id)) => (time.as_micros(), id.to_string()),
        None => (i64::MIN, String::new()),
    }
}

fn read_payment(row: &Row<'_>) -> Result<PaymentProof, StoreError> {
    let mut cells = Cells::new(row);
    let (id, created_at) = (cells.parse()?, cells.time()?);
    let currency = cells.currency()?;
    let zero = Money::zero(currency);
    let succeeded = cells.time_or_null()?.is_some();
    let said = Captured {
        amount: cells.money(currency)?,
        commission: cells.money_or_null(currency)?.unwrap_or(zero),
        vat: cells.money_or_null(currency)?.unwrap_or(zero),
    };
    let (refunded, refunding) = (cells.money(currency)?, cells.money(currency)?);
    let posted = cells.money_or_null(currency)?;
    let commission = cells.money_or_null(currency)?.unwrap_or(zero);
    let vat = cells.money_or_null(currency)?.unwrap_or(zero);
    Ok(PaymentProof {
        id,
        created_at,
        captured: succeeded.then_some(said),
        posted: posted.map(|amount| Captured {
            amount,
            commission,
            vat,
        }),
        refunded,
        refunding,
        refunds_succeeded: cells.money(currency)?,
        refunds_pending: cells.money(currency)?,
        deal: cells.named_or_null(|json| facts::read_payment_deal(json, currency))?,
    })
}

fn read_refund(row: &Row<'_>) -> Result<RefundProof, StoreError> {
    let mut cells = Cells::new(row);
    let (id, created_at) = (cells.parse()?, cells.time()?);
    let status = cells.named(refund::status_from_code)?;
    let currency = cells.currency()?;
    Ok(RefundProof {
        id,
        created_at,
        status,
        amount: cells.money(currency)?,
        reserved: cells.money_or_null(currency)?,
        settled: cells.money_or_null(currency)?,
        released: cells.money_or_null(currency)?,
        late: cells.money_or_null(currency)?,
        deal: cells.named_or_null(|json| facts::read_refund_deal(json, currency))?,
    })
}
