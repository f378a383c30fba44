//! What may not be possible with a safe deal.

use contract::error::ErrorCode;

use super::Row;

pub(in crate::error) const DEAL_NOT_PERMITTED: Row = Row {
    name: "deal.not_permitted",
    status: 403,
    code: ErrorCode::Forbidden,
    description: "Safe deals are not enabled for this store",
    parameter: None,
    retry_after: None,
    advice: "Ask for the right to make safe deals.",
};

pub(in crate::error) const DEAL_NOT_FOUND: Row = Row {
    name: "deal.not_found",
    status: 404,
    code: ErrorCode::NotFound,
    description: "Deal not found or forbidden",
    parameter: Some("deal_id"),
    retry_after: None,
    advice: "Use the id of a deal of this shop.",
};

pub(in crate::error) const DEAL_UNKNOWN: Row = Row {
    name: "deal.unknown",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Deal not found or forbidden",
    parameter: Some("deal.id"),
    retry_after: None,
    advice: "Use the id of a deal of this shop.",
};

pub(in crate::error) const DEAL_PAYOUT_CLOSED: Row = Row {
    name: "deal.payout.closed",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Deal is closed",
    parameter: Some("deal.id"),
    retry_after: None,
    advice: "Nothing is to be done: the deal is over.",
};

pub(in crate::error) const DEAL_PAYOUT_EXPIRED: Row = Row {
    name: "deal.payout.expired",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Deal has expired",
    parameter: Some("deal.id"),
    retry_after: None,
    advice: "The buyer gets the money back by itself; make a new deal.",
};

pub(in crate::error) const DEAL_PAYOUT_CURRENCY_DIFFERS: Row = Row {
    name: "deal.payout.currency_differs",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Currencies do not match",
    parameter: Some("amount.currency"),
    retry_after: None,
    advice: "Use the deal's currency.",
};

pub(in crate::error) const DEAL_PAYOUT_EXCEEDS_BALANCE: Row = Row {
    name: "deal.payout.exceeds_balance",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Payout amount exceeds the deal's payout balance {x}",
    parameter: Some("amount.value"),
    retry_after: None,
    advice: "Pay out what `payout_balance` says or less; payouts and refunds under way count too.",
};

/// All of them, in the order of the table.
pub(super) const DEAL_ERRORS: &[&Row] = &[
    &DEAL_NOT_PERMITTED,
    &DEAL_NOT_FOUND,
    &DEAL_UNKNOWN,
    &DEAL_PAYOUT_CLOSED,
    &DEAL_PAYOUT_EXPIRED,
    &DEAL_PAYOUT_CURRENCY_DIFFERS,
    &DEAL_PAYOUT_EXCEEDS_BALANCE,
];
