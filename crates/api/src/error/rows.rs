//! Every error that a client can get: name, status, code, words, parameter, advice.
//!
//! The words are the wire's own where it has some (YooKassa API v3: errors), because clients
//! compare them; the names are ours, and never change.

mod application;
mod deal;
mod invoice;
mod payment;
mod payment_method;
mod payout;
mod receipt;
mod refund;
mod request;
mod split;
mod token;

use contract::error::ErrorCode;
use contract::words::ILLEGAL_VALUE;

pub(super) use application::*;
pub(super) use deal::*;
pub(super) use invoice::*;
pub(super) use payment::*;
pub(super) use payment_method::*;
pub(super) use payout::*;
pub(super) use receipt::*;
pub(super) use refund::*;
pub(super) use request::*;
pub(super) use split::*;
pub(super) use token::*;

/// One error.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// Its own name, in logs and in `docs/errors.md`.
    pub name: &'static str,
    /// The status of the answer.
    pub status: u16,
    /// Its class on the wire.
    pub code: ErrorCode,
    /// The words of the wire; `{x}` stands for a value.
    pub description: &'static str,
    /// The parameter that is named.
    pub parameter: Option<&'static str>,
    /// After how many milliseconds the same request may be sent again.
    pub retry_after: Option<u32>,
    /// What to do.
    pub advice: &'static str,
}

const NO_RECURRING: &str = "This store can't make recurring payments. Contact the YooMoney \
                            manager to learn more";

/// All of them, as the table of errors shows them.
pub fn all() -> impl Iterator<Item = &'static Row> {
    let groups = [
        REQUEST_ERRORS,
        PAYMENT_ERRORS,
        REFUND_ERRORS,
        PAYMENT_METHOD_ERRORS,
        SPLIT_ERRORS,
        DEAL_ERRORS,
        INVOICE_ERRORS,
        APPLICATION_ERRORS,
        RECEIPT_ERRORS,
        PAYOUT_ERRORS,
        TOKEN_ERRORS,
    ];
    groups.into_iter().flatten().copied()
}
