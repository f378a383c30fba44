//! The parts that few payments have: what a shop sends along for others, and what it says of the
//! method.

use crate::id::{InvoiceId, PosLinkId};
use crate::method::MethodRequest;

/// The parts that few payments have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// What is passed on to others.
    pub extras: Extras,
    /// What the merchant said of the method.
    pub request: Option<MethodRequest>,
    /// The plate that is paid through.
    pub pos_link: Option<PosLinkId>,
    /// The invoice that it comes from.
    pub invoice: Option<InvoiceId>,
}

/// What a shop sends along for banks, airlines and registers of the state. No rule looks into it:
/// each part is a text in the wire's own form, which was checked when it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extras {
    /// Tickets, passengers and flights.
    pub airline: Option<String>,
    /// An order to the bank of a housing company.
    pub payment_order: Option<String>,
    /// Whose balance, wallet or account is topped up.
    pub receiver: Option<String>,
    /// To whom overviews of the payment are sent once it succeeds.
    pub statements: Option<String>,
    /// What helps to find fraud.
    pub fraud_data: Option<String>,
}

impl Extras {
    /// Returns whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Details {
    /// The details; `None` if there are none, so that most payments keep nothing.
    #[must_use]
    pub fn unless_empty(self) -> Option<Box<Self>> {
        (self != Self::default()).then(|| Box::new(self))
    }
}
