//! Invoices: a page that says what is to be paid for, and the payment that comes from it (YooKassa
//! API v3: invoices).
//!
//! The buyer presses a button and an *attempt* begins: a payment of the invoice. If it fails,
//! another may begin until the invoice expires. An invoice is canceled only when none of its
//! payments can take money any more: one whose call is under way is waited for.

mod cart;
mod life;

pub use cart::{CartRefused, LINES_MAX, Line};
pub use life::{BeginRefused, CreateRefused, Due, LIFE_MAX, NewInvoice};

use std::net::IpAddr;

use crate::acquiring::Party;
use crate::id::{InvoiceId, PaymentId, ShopId};
use crate::message::Address;
use crate::metadata::Metadata;
use crate::money::Money;
use crate::payment::{self, CaptureMode, Locale, SaveMethod};
use crate::receipt::Content;
use crate::time::Timestamp;

/// An invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    /// Its id.
    pub id: InvoiceId,
    /// The shop that is paid.
    pub shop_id: ShopId,
    /// Whether it is only a test.
    pub test: bool,
    /// What the buyer pays for.
    pub cart: Vec<Line>,
    /// What its payment is made of.
    pub order: Order,
    /// How the buyer gets it.
    pub delivery: Delivery,
    /// The language of its page and messages.
    pub locale: Option<Locale>,
    /// What it is for, at most 128 characters.
    pub description: Option<String>,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// Until when it can be paid.
    pub expires_at: Timestamp,
    /// How far it is.
    pub state: State,
    /// When it was created.
    pub created_at: Timestamp,
    /// Counts changes.
    pub version: i64,
}

/// What the payment of an invoice is made of: `payment_data` of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// How much.
    pub amount: Money,
    /// The payment's own description, at most 128 characters.
    pub description: Option<String>,
    /// The payment's own notes.
    pub metadata: Metadata,
    /// The payer's address.
    pub client_ip: Option<IpAddr>,
    /// Whether the money is taken at once or held first.
    pub capture_mode: CaptureMode,
    /// Whether the method is saved.
    pub save_method: SaveMethod,
    /// The payment's receipt.
    pub receipt: Option<Content>,
}

/// How the buyer gets an invoice. The address stands in the message alone, and is forgotten with
/// it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The merchant passes the page's address on.
    Link,
    /// The platform sends a text message.
    Sms,
    /// The platform sends a letter.
    Email,
}

impl Delivery {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Link, Self::Sms, Self::Email];

    /// The way to this address; [`Self::Link`] if there is none.
    #[must_use]
    pub const fn to(address: Option<&Address>) -> Self {
        match address {
            None => Self::Link,
            Some(Address::Phone(_)) => Self::Sms,
            Some(Address::Email(_)) => Self::Email,
        }
    }

    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Link => "self",
            Self::Sms => "sms",
            Self::Email => "email",
        }
    }

    /// The way with this name on the wire.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.code() == code)
    }
}

/// How far an invoice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nobody has paid yet.
    Open {
        /// The payment that the buyer has begun.
        attempt: Option<Attempt>,
    },
    /// The buyer's money is held: the merchant decides.
    Held {
        /// The payment.
        payment: PaymentId,
    },
    /// Paid.
    Succeeded {
        /// The payment.
        payment: PaymentId,
    },
    /// Over.
    Canceled {
        /// Who, and why.
        cause: Cause,
        /// The payment whose held money was let go.
        payment: Option<PaymentId>,
        /// When.
        canceled_at: Timestamp,
    },
}

/// A payment that the buyer has begun and not confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The payment.
    pub payment: PaymentId,
    /// Whether the invoice's time is over while the call for this payment is still open.
    pub awaited: bool,
}

/// Who ended an invoice, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The merchant or the platform.
    pub party: Party,
    /// Why.
    pub reason: Reason,
}

/// Why an invoice ended without money (YooKassa API v3: invoices).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The merchant took it back.
    InvoiceCanceled,
    /// Nobody paid in time.
    InvoiceExpired,
    /// No details are known.
    GeneralDecline,
    /// The merchant let the held money go.
    PaymentCanceled,
    /// The merchant did not take the held money in time.
    PaymentExpiredOnCapture,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::InvoiceCanceled,
        Self::InvoiceExpired,
        Self::GeneralDecline,
        Self::PaymentCanceled,
        Self::PaymentExpiredOnCapture,
    ];

    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::InvoiceCanceled => "invoice_canceled",
            Self::InvoiceExpired => "invoice_expired",
            Self::GeneralDecline => "general_decline",
            Self::PaymentCanceled => "payment_canceled",
            Self::PaymentExpiredOnCapture => "payment_expired_on_capture",
        }
    }

    /// The reason with this name on the wire.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

/// The status of an invoice as the API knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Waits for the buyer, or for the merchant to take the held money.
    Pending,
    /// Paid.
    Succeeded,
    /// Over without money.
    Canceled,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Succeeded, Self::Canceled];

    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }
}

impl State {
    /// Its name in the database.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Open { .. } => "open",
            Self::Held { .. } => "held",
            Self::Succeeded { .. } => "succeeded",
            Self::Canceled { .. } => "canceled",
        }
    }
}

impl Invoice {
    /// The status as the API knows it.
    #[must_use]
    pub fn status(&self) -> Status {
        match self.state {
            State::Open { .. } | State::Held { .. } => Status::Pending,
            State::Succeeded { .. } => Status::Succeeded,
            State::Canceled { .. } => Status::Canceled,
        }
    }

    /// The payment that the buyer has begun and not confirmed.
    #[must_use]
    pub fn attempt(&self) -> Option<PaymentId> {
        match self.state {
            State::Open { attempt } => attempt.map(|attempt| attempt.payment),
            State::Held { .. } | State::Succeeded { .. } | State::Canceled { .. } => None,
        }
    }

    /// The payment that the buyer has confirmed, with its status: `payment_details` of the API.
    #[must_use]
    pub fn paid_by(&self) -> Option<(PaymentId, payment::Status)> {
        match self.state {
            State::Open { .. } => None,
            State::Held { payment } => Some((payment, payment::Status::WaitingForCapture)),
            State::Succeeded { payment } => Some((payment, payment::Status::Succeeded)),
            State::Canceled { payment, .. } => {
                payment.map(|payment| (payment, payment::Status::Canceled))
            }
        }
    }
}

#[cfg(test)]
mod tests;
