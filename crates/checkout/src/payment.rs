//! `/checkout/payments/v2/…`: the page of a payment, attempts to pay, and the way back.

pub(crate) mod back;
pub mod page;
pub(crate) mod pay;
pub(crate) mod show;
