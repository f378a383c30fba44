//! Invoices, and the payments that were begun from them.
//!
//! `due_at` is the platform's time; everything else in a row is the shop's.

use domain::invoice::{Attempt, Cause, Delivery, Order, Reason, State};
use domain::payment::Locale;
use domain::{Invoice, InvoiceId, Party, PaymentId, Shop, ShopId, Timestamp};
use sql::StoreError;

use crate::columns::{Json, due_or_null, json_or_null};
use crate::database::{Conn, Tx};
use crate::facts;
use crate::payment::row::{
    capture_mode_code, capture_mode_from_code, save_method_code, save_method_from_code,
};
use crate::receipt::content;
use crate::table::{Rows, table};

table! {
    pub(crate) Invoices: Invoice = "invoice";
    written of (shop: Shop, invoice: Invoice) with {
        let state = StateColumns::of(&invoice.state);
    };
    columns {
        key id = invoice.id => parse();
        key shop_id = invoice.shop_id => shop_id();
        fixed test = invoice.test => get();
        fixed currency = invoice.order.amount.currency() => currency();
        fixed cart = Json(facts::write_cart(&invoice.cart)?)
            => named(|json| facts::read_cart(json, currency));
        fixed amount_minor = invoice.order.amount => money(currency);
        fixed payment_description = invoice.order.description.as_deref() => get();
        fixed payment_metadata = json_or_null(facts::write_metadata(&invoice.order.metadata)?)
            => metadata();
        fixed client_ip = invoice.order.client_ip => parse_or_null();
        fixed capture_mode = capture_mode_code(invoice.order.capture_mode)
            => named(capture_mode_from_code);
        fixed save_method = save_method_code(invoice.order.save_method)
            => named(save_method_from_code);
        fixed receipt = json_or_null(invoice.order.receipt.as_ref().map(content::write).transpose()?)
            => named_or_null(content::read);
        fixed delivery = invoice.delivery.code() => named(Delivery::from_code);
        fixed locale = invoice.locale.map(Locale::code) => named_or_null(Locale::from_code);
        fixed description = invoice.description.as_deref() => get();
        fixed metadata = json_or_null(facts::write_metadata(&invoice.metadata)?) => metadata();
        fixed expires_at = invoice.expires_at => time();
        fixed created_at = invoice.created_at => time();
        changing state = invoice.state.code() => get();
        changing payment_id = state.payment => parse_or_null();
        changing awaited = state.awaited => get();
        changing canceled_by = state.party.map(Party::code) => named_or_null(Party::from_code);
        changing canceled_for = state.reason.map(Reason::code) => named_or_null(Reason::from_code);
        changing canceled_at = state.canceled_at => time_or_null();
        changing due_at = due_or_null(shop, invoice.due_at());
        version version = invoice.version => get();
    }
    read(cells) {
        let facts = StateColumns {
            payment: payment_id,
            awaited,
            party: canceled_by,
            reason: canceled_for,
            canceled_at,
        };
        Invoice {
            id,
            shop_id,
            test,
            cart,
            order: Order {
                amount: amount_minor,
                description: payment_description,
                metadata: payment_metadata,
                client_ip,
                capture_mode,
                save_method,
                receipt,
            },
            delivery,
            locale,
            description,
            metadata,
            expires_at,
            created_at,
            state: facts.state(state).ok_or_else(|| cells.corrupt_at("state"))?,
            version,
        }
    }
}

const INSERT_PAYMENT: &str = "\
insert into invoice_payment (payment_id, invoice_id, shop_id)
values ($1, $2, $3)";

/// The values of the states, as columns.
struct StateColumns {
    payment: Option<PaymentId>,
    awaited: bool,
    party: Option<Party>,
    reason: Option<Reason>,
    canceled_at: Option<Timestamp>,
}

impl StateColumns {
    fn of(state: &State) -> Self {
        let (payment, awaited, canceled) = match *state {
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
        Self {
            payment,
            awaited,
            party: canceled.map(|(cause, _)| cause.party),
            reason: canceled.map(|(cause, _)| cause.reason),
            canceled_at: canceled.map(|(_, at)| at),
        }
    }

    /// The state in these columns; `None` if one is missing. Columns that the state does not have
    /// are ignored.
    fn state(self, code: &str) -> Option<State> {
        Some(match code {
            "open" => State::Open {
                attempt: self.payment.map(|payment| Attempt {
                    payment,
                    awaited: self.awaited,
                }),
            },
            "held" => State::Held {
                payment: self.payment?,
            },
            "succeeded" => State::Succeeded {
                payment: self.payment?,
            },
            "canceled" => State::Canceled {
                cause: Cause {
                    party: self.party?,
                    reason: self.reason?,
                },
                payment: self.payment,
                canceled_at: self.canceled_at?,
            },
            _ => return None,
        })
    }
}

/// Adds an invoice.
pub fn insert(tx: &mut Tx<'_>, shop: &Shop, invoice: &Invoice) -> Result<(), StoreError> {
    Invoices::insert(tx, (shop, invoice))
}

/// Stores the next state of an invoice, unless someone else was faster.
pub fn update(tx: &mut Tx<'_>, shop: &Shop, invoice: &Invoice) -> Result<(), StoreError> {
    Invoices::update(tx, (shop, invoice))
}

/// The shop's invoice with this id.
pub fn find(
    conn: &mut Conn<'_>,
    shop: ShopId,
    id: InvoiceId,
) -> Result<Option<Invoice>, StoreError> {
    Invoices::find(conn, &[&id, &shop])
}

/// The invoice with this id.
pub fn find_any_shop(conn: &mut Conn<'_>, id: InvoiceId) -> Result<Option<Invoice>, StoreError> {
    Invoices::find(conn, &[&id, &None::<i64>])
}

/// The shop's invoice with this id, which nobody else changes until this unit has ended.
pub fn lock(tx: &mut Tx<'_>, shop: ShopId, id: InvoiceId) -> Result<Option<Invoice>, StoreError> {
    Invoices::lock(tx, &[&id, &shop])
}

/// Invoices that time alone will change now, the longest due first.
pub fn due_any_shop(
    conn: &mut Conn<'_>,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(ShopId, InvoiceId)>, StoreError> {
    Invoices::due(conn, now, limit)
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
