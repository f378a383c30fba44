//! Receipts of 54-FZ.

pub(crate) mod content;

use domain::receipt::{Origin, ReceiptKind, Registration, State};
use domain::{ApplicationId, PaymentId, Receipt, ReceiptId, RefundId, Shop, ShopId, Timestamp};
use sql::{Param, Row, StoreError, ToParam};

use crate::columns::{Cells, id_or_null, integer_or_null, refs, text, text_or_null, time_or_null};
use crate::database::{Altyn, Conn, Tx};
use crate::range::Range;

/// Which receipts to list; drafts are none that anybody sees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Created when.
    pub created: Range,
    /// Of this payment.
    pub payment_id: Option<PaymentId>,
    /// Of this refund.
    pub refund_id: Option<RefundId>,
    /// With this status.
    pub status: Option<Registration>,
    /// Of payments and refunds that this application made.
    pub application: Option<ApplicationId>,
    /// At most so many.
    pub limit: u32,
    /// The last one of the page before.
    pub after: Option<(Timestamp, ReceiptId)>,
}

const INSERT: &str = "\
insert into receipt (id, shop_id, kind, origin, payment_id, refund_id, currency, total_minor,
       content, created_at, state, operation_id, attempts, document_number, storage_number,
       attribute, registered_at, register_id, reason, canceled_at, on_behalf_of, version)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
       $21, $22)";

const UPDATE: &str = "\
update receipt
   set total_minor = $4, content = $5, created_at = $6, state = $7, operation_id = $8,
       attempts = $9, document_number = $10, storage_number = $11, attribute = $12,
       registered_at = $13, register_id = $14, reason = $15, canceled_at = $16,
       version = version + 1
 where id = $1 and shop_id = $2 and version = $3";

const FIND: &str = "\
select id, shop_id, kind, origin, payment_id, refund_id, currency, total_minor, content,
       created_at, state, operation_id, attempts, document_number, storage_number, attribute,
       registered_at, register_id, reason, canceled_at, on_behalf_of, version
  from receipt
 where id = $1 and shop_id = $2";

/// Walks down `receipt_by_creation`.
const LIST: &str = "\
select id, shop_id, kind, origin, payment_id, refund_id, currency, total_minor, content,
       created_at, state, operation_id, attempts, document_number, storage_number, attribute,
       registered_at, register_id, reason, canceled_at, on_behalf_of, version
  from receipt
 where shop_id = $1
   and created_at >= $2
   and (created_at, id) < ($3, $4)
   and state in ('registering', 'registered', 'canceled')
   and (cast($5 as text) is null or state = $5)
   and (cast($7 as text) is null
        or $7 = case when receipt.refund_id is null
                     then (select p.application_id from payment p where p.id = receipt.payment_id)
                     else (select r.application_id from refund r where r.id = receipt.refund_id)
                end)
 order by created_at desc, id desc
 limit $6";

/// A payment has few receipts: takes them from `receipt_by_payment` and sorts them.
const LIST_OF_PAYMENT: &str = "\
select id, shop_id, kind, origin, payment_id, refund_id, currency, total_minor, content,
       created_at, state, operation_id, attempts, document_number, storage_number, attribute,
       registered_at, register_id, reason, canceled_at, on_behalf_of, version
  from receipt
 where payment_id = $7
   and +shop_id = $1
   and +created_at >= $2
   and (+created_at, id) < ($3, $4)
   and state in ('registering', 'registered', 'canceled')
   and (cast($5 as text) is null or state = $5)
   and (cast($8 as text) is null
        or $8 = case when receipt.refund_id is null
                     then (select p.application_id from payment p where p.id = receipt.payment_id)
                     else (select r.application_id from refund r where r.id = receipt.refund_id)
                end)
 order by +created_at desc, id desc
 limit $6";

/// The same of a refund, from `receipt_by_refund`.
const LIST_OF_REFUND: &str = "\
select id, shop_id, kind, origin, payment_id, refund_id, currency, total_minor, content,
       created_at, state, operation_id, attempts, document_number, storage_number, attribute,
       registered_at, register_id, reason, canceled_at, on_behalf_of, version
  from receipt
 where refund_id = $7
   and +shop_id = $1
   and +created_at >= $2
   and (+created_at, id) < ($3, $4)
   and state in ('registering', 'registered', 'canceled')
   and (cast($5 as text) is null or state = $5)
   and (cast($8 as text) is null
        or $8 = case when receipt.refund_id is null
                     then (select p.application_id from payment p where p.id = receipt.payment_id)
                     else (select r.application_id from refund r where r.id = receipt.refund_id)
                end)
 order by +created_at desc, id desc
 limit $6";

const ALL_OF_PAYMENT: &str = "\
select id, shop_id, kind, origin, payment_id, refund_id, currency, total_minor, content,
       created_at, state, operation_id, attempts, document_number, storage_number, attribute,
       registered_at, register_id, reason, canceled_at, on_behalf_of, version
  from receipt
 where payment_id = $1 and shop_id = $2
 order by created_at, id";

/// Adds a receipt.
pub fn insert(tx: &mut Tx<'_>, _shop: &Shop, receipt: &Receipt) -> Result<(), StoreError> {
    let mut params = vec![
        text(receipt.id.to_string()),
        Param::Integer(receipt.shop_id.as_i64()),
        text(receipt.kind.code()),
        text(receipt.origin.code()),
        text(receipt.payment_id.to_string()),
        id_or_null(receipt.refund_id),
        text(receipt.total.currency().code()),
    ];
    params.extend(changing(receipt)?);
    params.push(integer_or_null(receipt.on_behalf_of.map(ShopId::as_i64)));
    params.push(Param::Integer(receipt.version));
    tx.write(INSERT, &refs(&params))
}

/// Stores the next state of a receipt, unless someone else was faster.
pub fn update(tx: &mut Tx<'_>, _shop: &Shop, receipt: &Receipt) -> Result<(), StoreError> {
    let mut params = vec![
        text(receipt.id.to_string()),
        Param::Integer(receipt.shop_id.as_i64()),
        Param::Integer(receipt.version),
    ];
    params.extend(changing(receipt)?);
    tx.write_one(UPDATE, &refs(&params))
}

const fn state_code(status: Registration) -> &'static str {
    match status {
        Registration::Pending => "registering",
        Registration::Succeeded => "registered",
        Registration::Canceled => "canceled",
    }
}

fn changing(receipt: &Receipt) -> Result<[Param<'_>; 13], StoreError> {
    let facts = match &receipt.state {
        State::Registered(facts) => Some(facts),
        State::Draft | State::Registering { .. } | State::Canceled { .. } | State::Dropped => None,
    };
    let (operation, reason, canceled_at) = match &receipt.state {
        State::Registering { operation } => (Some(*operation), None, None),
        State::Canceled {
            reason,
            canceled_at,
        } => (None, Some(reason.as_str()), Some(*canceled_at)),
        State::Draft | State::Registered(_) | State::Dropped => (None, None, None),
    };
    Ok([
        Param::Integer(receipt.total.minor()),
        Param::Json(content::write(&receipt.content)?.into()),
        Param::Integer(receipt.created_at.as_micros()),
        text(receipt.state.code()),
        id_or_null(operation),
        Param::Integer(receipt.attempts),
        text_or_null(facts.map(|facts| facts.document_number.as_str())),
        text_or_null(facts.map(|facts| facts.storage_number.as_str())),
        text_or_null(facts.map(|facts| facts.attribute.as_str())),
        time_or_null(facts.map(|facts| facts.registered_at)),
        text_or_null(facts.map(|facts| facts.register_id.as_str())),
        text_or_null(reason),
        time_or_null(canceled_at),
    ])
}

/// The shop's receipt with this id.
pub fn find(
    conn: &mut Conn<'_>,
    shop: ShopId,
    id: ReceiptId,
) -> Result<Option<Receipt>, StoreError> {
    conn.query_opt(FIND, &[&id, &shop], read)
}

/// All receipts of a payment of the shop and of its refunds, drafts too, the oldest first.
pub fn all_of_payment(
    conn: &mut Conn<'_>,
    shop: ShopId,
    payment: PaymentId,
) -> Result<Vec<Receipt>, StoreError> {
    conn.query(ALL_OF_PAYMENT, &[&payment, &shop], read)
}

/// The shop's receipts that `filter` lets through, the newest first.
pub fn list(
    conn: &mut Conn<'_>,
    shop: ShopId,
    filter: &Filter,
) -> Result<Vec<Receipt>, StoreError> {
    let after = filter.after.map(|(time, id)| (time, id.to_string()));
    let (below, below_id) = filter.created.below(after);
    let from = filter.created.first();
    let state = filter.status.map(state_code);
    let mut params: Vec<&dyn ToParam<Altyn>> =
        vec![&shop, &from, &below, &below_id, &state, &filter.limit];
    match (&filter.payment_id, &filter.refund_id) {
        (None, None) => {
            params.push(&filter.application);
            conn.query(LIST, &params, read)
        }
        (Some(payment), _) => {
            params.push(payment);
            params.push(&filter.application);
            conn.query(LIST_OF_PAYMENT, &params, read)
        }
        (None, Some(refund)) => {
            params.push(refund);
            params.push(&filter.application);
            conn.query(LIST_OF_REFUND, &params, read)
        }
    }
}

fn read(row: &Row<'_>) -> Result<Receipt, StoreError> {
    read_cells(&mut Cells::new(row))
}

/// Reads the columns of [`FIND`]; whoever selects more goes on behind them.
pub(crate) fn read_cells(cells: &mut Cells<'_>) -> Result<Receipt, StoreError> {
    let (id, shop_id) = (cells.parse()?, cells.shop_id()?);
    let kind = cells.named(ReceiptKind::from_code)?;
    let origin = cells.named(Origin::from_code)?;
    let (payment_id, refund_id) = (cells.parse()?, cells.parse_or_null()?);
    let currency = cells.currency()?;
    let total = cells.money(currency)?;
    let content = cells.named(content::read)?;
    let created_at = cells.time()?;
    let code: &str = cells.get()?;
    let unknown = cells.corrupt();
    let operation = cells.parse_or_null()?;
    let attempts = cells.get()?;
    let document_number: Option<String> = cells.get()?;
    let storage_number: Option<String> = cells.get()?;
    let attribute: Option<String> = cells.get()?;
    let registered_at = cells.time_or_null()?;
    let register_id: Option<String> = cells.get()?;
    let reason: Option<String> = cells.get()?;
    let canceled_at = cells.time_or_null()?;
    let state = || {
        Some(match code {
            "draft" => State::Draft,
            "registering" => State::Registering {
                operation: operation?,
            },
            "registered" => State::Registered(domain::fiscal::FiscalFacts {
                document_number: document_number?,
                storage_number: storage_number?,
                attribute: attribute?,
                registered_at: registered_at?,
                register_id: register_id?,
            }),
            "canceled" => State::Canceled {
                reason: reason?,
                canceled_at: canceled_at?,
            },
            "dropped" => State::Dropped,
            _ => return None,
        })
    };
    Ok(Receipt {
        id,
        shop_id,
        kind,
        origin,
        payment_id,
        refund_id,
        content,
        total,
        state: state().ok_or(unknown)?,
        attempts,
        created_at,
        on_behalf_of: cells.shop_id_or_null()?,
        version: cells.get()?,
    })
}
