//! Invoices, both ways (YooKassa API v3: invoices).

mod create;
mod schema;

pub use create::CreateInvoice;
pub(crate) use schema::details as details_schema;
pub use schema::{CREATE_INVOICE, INVOICE};

use domain::invoice::{Cause, Delivery, Line, State, Status};
use domain::payment::Status as PaymentStatus;
use domain::{Invoice, InvoiceId, PaymentId};
use serde::Serialize;

use crate::amount::Amount;
use crate::confirmation::Links;
use crate::metadata::Notes;
use crate::moment::Moment;
use crate::receipt::Exact;
use crate::wire::Shown;

#[derive(Serialize)]
struct InvoiceBody<'a> {
    id: Shown<InvoiceId>,
    status: &'static str,
    cart: Vec<LineBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_method: Option<DeliveryBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_details: Option<PaymentBody>,
    created_at: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancellation_details: Option<CauseBody>,
    metadata: Notes<'a>,
}

#[derive(Serialize)]
struct LineBody<'a> {
    description: &'a str,
    price: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    discount_price: Option<Amount>,
    quantity: Exact,
}

#[derive(Serialize)]
struct DeliveryBody {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct PaymentBody {
    id: Shown<PaymentId>,
    status: &'static str,
}

#[derive(Serialize)]
struct CauseBody {
    party: &'static str,
    reason: &'static str,
}

/// The invoice that a payment comes from, as the payment shows it.
#[derive(Serialize)]
pub(crate) struct InvoiceDetailsBody {
    pub(crate) id: Shown<InvoiceId>,
}

/// The body of an invoice.
#[must_use]
pub fn body(invoice: &Invoice, links: &Links) -> Vec<u8> {
    let waits = invoice.status() == Status::Pending;
    let cause = match &invoice.state {
        State::Canceled { cause, .. } => Some(*cause),
        State::Open { .. } | State::Held { .. } | State::Succeeded { .. } => None,
    };
    crate::wire::written(&InvoiceBody {
        id: Shown(invoice.id),
        status: invoice.status().code(),
        cart: invoice.cart.iter().map(line).collect(),
        delivery_method: waits.then(|| delivery(invoice, links)),
        payment_details: invoice.paid_by().map(payment),
        created_at: Moment(invoice.created_at),
        expires_at: waits.then_some(Moment(invoice.expires_at)),
        description: invoice.description.as_deref(),
        cancellation_details: cause.map(ended),
        metadata: Notes(&invoice.metadata),
    })
}

fn line(line: &Line) -> LineBody<'_> {
    LineBody {
        description: &line.description,
        price: Amount(line.price),
        discount_price: line.discount_price.map(Amount),
        quantity: Exact(line.quantity),
    }
}

/// The page's address is shown only to merchants who pass it on themselves.
fn delivery(invoice: &Invoice, links: &Links) -> DeliveryBody {
    let url = match invoice.delivery {
        Delivery::Link => Some(links.invoice_page(invoice.id)),
        Delivery::Sms | Delivery::Email => None,
    };
    DeliveryBody {
        r#type: invoice.delivery.code(),
        url,
    }
}

fn payment((id, status): (PaymentId, PaymentStatus)) -> PaymentBody {
    PaymentBody {
        id: Shown(id),
        status: status.code(),
    }
}

fn ended(cause: Cause) -> CauseBody {
    CauseBody {
        party: cause.party.code(),
        reason: cause.reason.code(),
    }
}

#[cfg(test)]
mod tests;
