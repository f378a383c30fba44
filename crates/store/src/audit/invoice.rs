//! Invoices beside the payments that were begun from them.

use domain::payment::Status;
use domain::{InvoiceId, PaymentId, ShopId, Timestamp};
use sql::{Row, StoreError};

use super::place;
use crate::columns::Cells;
use crate::database::Conn;
use crate::payment::row::states;

/// An invoice, and what its payments say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceProof {
    /// The invoice.
    pub id: InvoiceId,
    /// When it was created.
    pub created_at: Timestamp,
    /// Its state.
    pub state: String,
    /// Whether it names a payment.
    pub names_payment: bool,
    /// The state of the payment that it names, if that was begun from it.
    pub payment_state: Option<String>,
    /// How many of its payments are not canceled.
    pub alive: i64,
    /// How many of its payments are not there, are another shop's or of another sum.
    pub strange: i64,
}

impl InvoiceProof {
    /// Returns whether the invoice and its payments agree: at most the one payment that it names is
    /// not canceled, and has the state that the invoice says.
    #[must_use]
    pub fn agrees(&self) -> bool {
        let payment = self.payment_state.as_deref();
        let stands = match (self.state.as_str(), payment) {
            ("open", None) => !self.names_payment,
            ("open", Some(state)) => states(Status::Pending).contains(&state),
            ("held", Some(state)) => states(Status::WaitingForCapture).contains(&state),
            ("succeeded", Some(state)) => state == "succeeded",
            ("canceled", None) => !self.names_payment,
            ("canceled", Some(state)) => state == "canceled",
            _ => false,
        };
        let alive = match (self.state.as_str(), payment) {
            ("canceled", _) | (_, None) => 0,
            (_, Some(_)) => 1,
        };
        stands && self.alive == alive && self.strange == 0
    }
}

const INVOICES: &str = "\
select i.id, i.created_at, i.state, i.payment_id,
       (select p.state
          from invoice_payment l
          join payment p on p.id = l.payment_id
         where l.invoice_id = i.id and l.payment_id = i.payment_id) as payment_state,
       (select count(*)
          from invoice_payment l
          join payment p on p.id = l.payment_id
         where l.invoice_id = i.id and p.state <> 'canceled') as alive,
       (select count(*)
          from invoice_payment l
          left join payment p on p.id = l.payment_id
         where l.invoice_id = i.id
           and (p.id is null or p.shop_id <> i.shop_id or p.currency <> i.currency
                or p.amount_asked_minor <> i.amount_minor)) as strange
  from invoice i
 where i.shop_id = $1 and (i.created_at, i.id) > ($2, $3)
 order by i.created_at, i.id
 limit $4";

const ORPHANS: &str = "\
select l.payment_id
  from invoice_payment l
 where l.shop_id = $1
   and not exists (select 1
                     from invoice i
                    where i.id = l.invoice_id and i.shop_id = l.shop_id)
 order by l.payment_id";

/// Payments of the shop that were begun from an invoice which is not there.
pub fn invoice_orphans(conn: &mut Conn<'_>, shop: ShopId) -> Result<Vec<PaymentId>, StoreError> {
    conn.query(ORPHANS, &[&shop], |row| Cells::new(row).parse())
}

/// The shop's invoices that follow `after`, the oldest first, at most `limit`.
pub fn invoices(
    conn: &mut Conn<'_>,
    shop: ShopId,
    after: Option<(Timestamp, InvoiceId)>,
    limit: u32,
) -> Result<Vec<InvoiceProof>, StoreError> {
    let (time, id) = place(after);
    conn.query(INVOICES, &[&shop, &time, &id, &limit], read)
}

fn read(row: &Row<'_>) -> Result<InvoiceProof, StoreError> {
    let mut cells = Cells::new(row);
    Ok(InvoiceProof {
        id: cells.parse()?,
        created_at: cells.time()?,
        state: cells.get()?,
        names_payment: cells.get::<Option<&str>>()?.is_some(),
        payment_state: cells.get()?,
        alive: cells.get()?,
        strange: cells.get()?,
    })
}
