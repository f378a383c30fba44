//! Invoices, and the payments that were begun from them.
//!
//! `due_at` is the platform's time; everything else in a row is the shop's.

use domain::invoice::{Attempt, Cause, Delivery, Order, Reason, State};
use domain::payment::Locale;
use domain::{Invoice, InvoiceId, Party, PaymentId, Shop, ShopId, Timestamp};
use sql::{Param, Row, StoreError};

use crate::columns::{
    Cells, due_or_null, id_or_null, json_or_null, refs, text, text_or_null, time_or_null,
};
use crate::database::{Conn, Tx};
use crate::facts;
use crate::payment::row::{
    capture_mode_code, capture_mode_from_code, save_method_code, save_method_from_code,
};
use crate::receipt::content;

const INSERT: &str = "\
insert into invoice (id, shop_id, test, currency, cart, amount_minor, payment_description,
       payment_metadata, client_ip, capture_mode, save_method, receipt, delivery, locale,
       description, metadata, expires_at, created_at, state, payment_id, awaited, canceled_by,
       canceled_for, canceled_at, due_at, version)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
       $21, $22, $23, $24, $25, $26)";

const UPDATE: &str = "\
update invoice
   set state = $4, payment_id = $5, awaited = $6, canceled_by = $7, canceled_for = $8,
       canceled_at = $9, due_at = $10, version = version + 1
 where id = $1 and shop_id = $2 and version = $3";

const FIND: &str = "\
select id, shop_id, test, currency, cart, amount_minor, payment_description, payment_metadata,
       client_ip, capture_mode, save_method, receipt, delivery, locale, description,
       metadata, expires_at, created_at, state, payment_id, awaited, canceled_by,
       canceled_for, canceled_at, version
  from invoice
 where id = $1 and shop_id = coalesce($2, shop_id)";

const LOCK_POSTGRES: &str = "\
select id, shop_id, test, currency, cart, amount_minor, payment_description, payment_metadata,
       client_ip, capture_mode, save_method, receipt, delivery, locale, description,
       metadata, expires_at, created_at, state, payment_id, awaited, canceled_by,
       canceled_for, canceled_at, version
  from invoice
 where id = $1 and shop_id = coalesce($2, shop_id)
   for update";

const DUE_ANY_SHOP: &str = "\
select id, shop_id
  from invoice
 where due_at <= $1
 order by due_at
 limit $2";

const INSERT_PAYMENT: &str = "\
insert into invoice_payment (payment_id, invoice_id, shop_id)
values ($1, $2, $3)";

/// Adds an invoice.
pub fn insert(tx: &mut Tx<'_>, shop: &Shop, invoice: &Invoice) -> Result<(), StoreError> {
    let order = &invoice.order;
    let receipt = order.receipt.as_ref().map(content::write).transpose()?;
    let mut params = vec![
        text(invoice.id.to_string()),
        Param::Integer(invoice.shop_id.as_i64()),
        Param::Bool(invoice.test),
        text(order.amount.currency().code()),
        Param::Json(facts::write_cart(&invoice.cart)?.into()),
        Param::Integer(order.amount.minor()),
        text_or_null(order.description.as_deref()),
        json_or_null(facts::write_metadata(&order.metadata)?),
        id_or_null(order.client_ip),
        text(capture_mode_code(order.capture_mode)),
        text(save_method_code(order.save_method)),
        json_or_null(receipt),
        text(invoice.delivery.code()),
        text_or_null(invoice.locale.map(Locale::code)),
        text_or_null(invoice.description.as_deref()),
        json_or_null(facts::write_metadata(&invoice.metadata)?),
        Param::Integer(invoice.expires_at.as_micros()),
        Param::Integer(invoice.created_at.as_micros()),
    ];
    params.extend(changing(shop, invoice));
    params.push(Param::Integer(invoice.version));
    tx.write(INSERT, &refs(&params))
}

/// Stores the next state of an invoice, unless someone else was faster.
pub fn update(tx: &mut Tx<'_>, shop: &Shop, invoice: &Invoice) -> Result<(), StoreError> {
    let mut params = vec![
        text(invoice.id.to_string()),
        Param::Integer(invoice.shop_id.as_i64()),
        Param::Integer(invoice.version),
    ];
    params.extend(changing(shop, invoice));
    tx.write_one(UPDATE, &refs(&params))
}

fn changing(shop: &Shop, invoice: &Invoice) -> [Param<'static>; 7] {
    let (payment, awaited, canceled) = match invoice.state {
        State::Open { attempt } => (
            attempt.map(|attempt| attempt.payment),
            attempt.is_some_and(|attempt| attempt.awaited),
            None,
        ),
        State::Held { payment } | State::Succeeded { payment } => (Some(payment), false, None),
        State::Canceled {
            cause,
            payment,
            canceled_at,
        } => (payment, false, Some((cause, canceled_at))),
    };
    [
        text(invoice.state.code()),
        id_or_null(payment),
        Param::Bool(awaited),
        text_or_null(canceled.map(|(cause, _)| cause.party.code())),
        text_or_null(canceled.map(|(cause, _)| cause.reason.code())),
        time_or_null(canceled.map(|(_, at)| at)),
        due_or_null(shop, invoice.due_at()),
    ]
}

/// The shop's invoice with this id.
pub fn find(
    conn: &mut Conn<'_>,
    shop: ShopId,
    id: InvoiceId,
) -> Result<Option<Invoice>, StoreError> {
    conn.query_opt(FIND, &[&id, &shop], read)
}

/// The invoice with this id.
pub fn find_any_shop(conn: &mut Conn<'_>, id: InvoiceId) -> Result<Option<Invoice>, StoreError> {
    conn.query_opt(FIND, &[&id, &None::<i64>], read)
}

/// The shop's invoice with this id, which nobody else changes until this unit has ended.
pub fn lock(tx: &mut Tx<'_>, shop: ShopId, id: InvoiceId) -> Result<Option<Invoice>, StoreError> {
    let statement = tx.pick(FIND, LOCK_POSTGRES);
    tx.query_opt(statement, &[&id, &shop], read)
}

/// Invoices that time alone will change now, the longest due first.
pub fn due_any_shop(
    conn: &mut Conn<'_>,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(ShopId, InvoiceId)>, StoreError> {
    conn.query(DUE_ANY_SHOP, &[&now, &limit], |row| {
        let mut cells = Cells::new(row);
        let id = cells.parse()?;
        Ok((cells.shop_id()?, id))
    })
}

/// Notes that a payment was begun from an invoice.
pub fn note_payment(
    tx: &mut Tx<'_>,
    shop: ShopId,
    invoice: InvoiceId,
    payment: PaymentId,
) -> Result<(), StoreError> {
    tx.write(INSERT_PAYMENT, &[&payment, &invoice, &shop])
}

fn read(row: &Row<'_>) -> Result<Invoice, StoreError> {
    let mut cells = Cells::new(row);
    let (id, shop_id, test) = (cells.parse()?, cells.shop_id()?, cells.get()?);
    let currency = cells.currency()?;
    let cart = cells.named(|json| facts::read_cart(json, currency))?;
    let order = Order {
        amount: cells.money(currency)?,
        description: cells.get()?,
        metadata: cells
            .named_or_null(facts::read_metadata)?
            .unwrap_or_default(),
        client_ip: cells.parse_or_null()?,
        capture_mode: cells.named(capture_mode_from_code)?,
        save_method: cells.named(save_method_from_code)?,
        receipt: cells.named_or_null(content::read)?,
    };
    Ok(Invoice {
        id,
        shop_id,
        test,
        cart,
        order,
        delivery: cells.named(Delivery::from_code)?,
        locale: cells.named_or_null(Locale::from_code)?,
        description: cells.get()?,
        metadata: cells
            .named_or_null(facts::read_metadata)?
            .unwrap_or_default(),
        expires_at: cells.time()?,
        created_at: cells.time()?,
        state: read_state(&mut cells)?,
        version: cells.get()?,
    })
}

/// Columns that the state does not carry are not looked at; one that it misses is corrupt.
fn read_state(cells: &mut Cells<'_>) -> Result<State, StoreError> {
    let code: &str = cells.get()?;
    let unknown = cells.corrupt();
    let payment: Option<PaymentId> = cells.parse_or_null()?;
    let awaited = cells.get()?;
    let party = cells.named_or_null(Party::from_code)?;
    let reason = cells.named_or_null(Reason::from_code)?;
    let canceled_at = cells.time_or_null()?;
    let state = || {
        Some(match code {
            "open" => State::Open {
                attempt: payment.map(|payment| Attempt { payment, awaited }),
            },
            "held" => State::Held { payment: payment? },
            "succeeded" => State::Succeeded { payment: payment? },
            "canceled" => State::Canceled {
                cause: Cause {
                    party: party?,
                    reason: reason?,
                },
                payment,
                canceled_at: canceled_at?,
            },
            _ => return None,
        })
    };
    state().ok_or(unknown)
}
