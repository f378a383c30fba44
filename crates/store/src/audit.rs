//! What an auditor reads beside the books: whether payments, refunds and postings tell the same.
//!
//! Nothing is repaired here, and no sum is trusted that the database could add up itself.

mod delivery;
mod invoice;
mod orphan;
mod payment;
mod payout;
mod receipt;
mod refund;
mod statement;
mod witness;

pub use delivery::{Carried, EventProof, events};
pub use invoice::{InvoiceProof, invoice_orphans, invoices};
pub use orphan::{Orphan, orphans_any_shop, owners_without_shop};
pub use payment::{Captured, PaymentProof, payments};
pub use payout::{PayoutProof, payouts};
pub(crate) use receipt::RECEIPTS;
pub use receipt::{
    Asked, Owner, Progress, ReceiptProof, Siblings, receipts, receipts_missing, registered_twice,
};
pub use refund::{RefundProof, refunds};
pub use statement::{Approved, carried_out};
pub use witness::{Call, Told};

use domain::{ShopId, Timestamp, TransferId};
use sql::StoreError;

use crate::columns::Cells;
use crate::database::Conn;

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
                                     'refund_late', 'refund_repay', 'refund_return'))
   and not exists (select 1
                     from deal d
                    where d.id = t.object_id and d.shop_id = t.shop_id
                      and t.kind = 'deal_close')
   and not exists (select 1
                     from payout p
                    where p.id = t.object_id and p.shop_id = t.shop_id
                      and t.kind in ('payout_reserve', 'payout_settle', 'payout_release',
                                     'payout_late', 'payout_repay'))
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
