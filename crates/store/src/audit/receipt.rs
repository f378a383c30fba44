//! Receipts beside what they belong to and what the register was asked.

use domain::payment::ReceiptOrder;
use domain::receipt::Registration;
use domain::{Money, PaymentId, Receipt, ReceiptId, ShopId, Timestamp};
use sql::{Row, StoreError};

use super::place;
use crate::columns::Cells;
use crate::database::Conn;
use crate::receipt::Receipts;
use crate::table::{Rows, Sample, Select};

/// A receipt, its payment or refund, and what the register was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptProof {
    /// The receipt.
    pub receipt: Receipt,
    /// The payment that it names, if the shop has it.
    pub payment: Option<Owner>,
    /// The refund that it names, if that payment has it.
    pub refund: Option<Owner>,
    /// The calls that were made for it.
    pub asked: Asked,
    /// The receipts beside it.
    pub siblings: Siblings,
}

/// What a receipt belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    /// How far its money is.
    pub progress: Progress,
    /// The money: what was taken or given back, or what is about to be.
    pub amount: Money,
    /// How far it says that its own receipt is, if it has one.
    pub registration: Option<Registration>,
    /// When its own receipt is registered; only payments say so.
    pub order: Option<ReceiptOrder>,
}

/// How far money is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Not decided.
    Open,
    /// Held until the receipt is registered.
    AtRegister,
    /// Taken, or given back.
    Moved,
    /// It will never move.
    Never,
}

/// The calls that were made for a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// How many.
    pub attempts: i64,
    /// How many are not decided.
    pub open: i64,
    /// Whether the one that the receipt waits for is among those.
    pub waits: bool,
    /// How many were registered.
    pub registered: i64,
    /// What the register calls the one that was.
    pub register_id: Option<String>,
}

/// The receipts of the same payment or refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Siblings {
    /// How many came with it, this one among them.
    pub flow: i64,
    /// How many take one back, this one among them.
    pub reversals: i64,
    /// The sum of the one that came with it and is registered.
    pub registered: Option<Money>,
}

pub(crate) static RECEIPTS: Select = Select::new(
    Receipts::table,
    "\
left join payment p on p.id = receipt.payment_id and p.shop_id = receipt.shop_id
  left join refund r on r.id = receipt.refund_id and r.payment_id = receipt.payment_id
                    and r.shop_id = receipt.shop_id
 where receipt.shop_id = $1 and (receipt.created_at, receipt.id) > ($2, $3)
 order by receipt.created_at, receipt.id
 limit $4",
)
.with(&[
    "p.state as payment_state",
    "coalesce(p.capture_minor, p.amount_minor) as payment_minor",
    "p.receipt_registration as payment_registration",
    "p.receipt_order",
    "r.state as refund_state",
    "r.amount_minor as refund_minor",
    "r.receipt_registration as refund_registration",
    "\
(select count(*)
   from operation o
  where o.object_id = receipt.id and o.shop_id = receipt.shop_id
    and o.kind = 'register') as attempts_made",
    "\
(select count(*)
   from operation o
  where o.object_id = receipt.id and o.shop_id = receipt.shop_id and o.kind = 'register'
    and o.state in ('sent', 'unknown', 'challenged')) as attempts_open",
    "\
(select count(*)
   from operation o
  where o.id = receipt.operation_id and o.object_id = receipt.id and o.shop_id = receipt.shop_id
    and o.state in ('sent', 'unknown', 'challenged')) as waits",
    "\
(select count(*)
   from operation o
  where o.object_id = receipt.id and o.shop_id = receipt.shop_id and o.kind = 'register'
    and o.state = 'approved') as attempts_registered",
    "\
(select max(o.reference)
   from operation o
  where o.object_id = receipt.id and o.shop_id = receipt.shop_id and o.kind = 'register'
    and o.state = 'approved') as registered_as",
    "\
(select count(*)
   from receipt s
  where s.payment_id = receipt.payment_id and s.origin = 'flow'
    and coalesce(s.refund_id, '') = coalesce(receipt.refund_id, '')) as flow",
    "\
(select count(*)
   from receipt s
  where s.payment_id = receipt.payment_id and s.origin = 'reversal'
    and coalesce(s.refund_id, '') = coalesce(receipt.refund_id, '')) as reversals",
    "\
(select max(s.total_minor)
   from receipt s
  where s.payment_id = receipt.payment_id and s.origin = 'flow' and s.state = 'registered'
    and coalesce(s.refund_id, '') = coalesce(receipt.refund_id, '')) as flow_minor",
])
.by(
    "receipt_by_creation",
    &[
        Sample::Integer,
        Sample::Integer,
        Sample::Text,
        Sample::Integer,
    ],
);

/// A refund that was canceled when it was created never got as far as its receipt.
const MISSING: &str = "\
select p.id
  from payment p
 where p.shop_id = $1
   and p.receipt_registration is not null
   and not exists (select 1
                     from receipt q
                    where q.payment_id = p.id and q.shop_id = p.shop_id and q.refund_id is null
                      and q.origin = 'flow')
union all
select r.payment_id
  from refund r
 where r.shop_id = $1
   and r.receipt_registration is not null
   and r.state <> 'canceled'
   and not exists (select 1
                     from receipt q
                    where q.payment_id = r.payment_id and q.refund_id = r.id
                      and q.shop_id = r.shop_id and q.origin = 'flow')";

const TWICE: &str = "\
select max(id)
  from receipt
 where shop_id = $1 and register_id is not null
 group by register_id
having count(*) > 1";

/// The shop's receipts that follow `after`, the oldest first, at most `limit`; drafts too.
pub fn receipts(
    conn: &mut Conn<'_>,
    shop: ShopId,
    after: Option<(Timestamp, ReceiptId)>,
    limit: u32,
) -> Result<Vec<ReceiptProof>, StoreError> {
    let (time, id) = place(after);
    RECEIPTS.query(conn, &[&shop, &time, &id, &limit], read)
}

/// Payments of the shop that say that they or their refunds have a receipt, and there is none.
pub fn receipts_missing(conn: &mut Conn<'_>, shop: ShopId) -> Result<Vec<PaymentId>, StoreError> {
    conn.query(MISSING, &[&shop], |row| Cells::new(row).parse())
}

/// Receipts of the shop whose document in the register is another receipt's too.
pub fn registered_twice(conn: &mut Conn<'_>, shop: ShopId) -> Result<Vec<ReceiptId>, StoreError> {
    conn.query(TWICE, &[&shop], |row| Cells::new(row).parse())
}

fn read(row: &Row<'_>) -> Result<ReceiptProof, StoreError> {
    let mut cells = Cells::new(row);
    let receipt = Receipts::read_cells(&mut cells)?;
    let currency = receipt.total.currency();
    let state = cells.named_or_null(|code| Some(progress(code)))?;
    let amount = cells.money_or_null(currency)?;
    let registration = cells.named_or_null(Registration::from_code)?;
    let order = cells.named_or_null(ReceiptOrder::from_code)?;
    let payment = state.zip(amount).map(|(progress, amount)| Owner {
        progress,
        amount,
        registration,
        order,
    });
    let state = cells.named_or_null(|code| Some(progress(code)))?;
    let amount = cells.money_or_null(currency)?;
    let registration = cells.named_or_null(Registration::from_code)?;
    let refund = state.zip(amount).map(|(progress, amount)| Owner {
        progress,
        amount,
        registration,
        order: None,
    });
    let (attempts, open) = (cells.get()?, cells.get()?);
    let waits: i64 = cells.get()?;
    let asked = Asked {
        attempts,
        open,
        waits: waits == 1,
        registered: cells.get()?,
        register_id: cells.get()?,
    };
    let siblings = Siblings {
        flow: cells.get()?,
        reversals: cells.get()?,
        registered: cells.money_or_null(currency)?,
    };
    Ok(ReceiptProof {
        receipt,
        payment,
        refund,
        asked,
        siblings,
    })
}

fn progress(code: &str) -> Progress {
    match code {
        "registering" | "registering_capture" => Progress::AtRegister,
        "succeeded" => Progress::Moved,
        "canceled" => Progress::Never,
        _ => Progress::Open,
    }
}
