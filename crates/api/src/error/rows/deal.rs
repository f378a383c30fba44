//! Errors of safe deals.

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

pub(in crate::error) const DEAL_CLOSED: Row = Row {
    name: "deal.payment.closed",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Deal is closed",
    parameter: Some("deal.id"),
    retry_after: None,
    advice: "Make a new deal.",
};

pub(in crate::error) const DEAL_EXPIRED: Row = Row {
    name: "deal.payment.expired",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Deal has expired",
    parameter: Some("deal.id"),
    retry_after: None,
    advice: "Make a new deal.",
};

pub(in crate::error) const DEAL_PAYMENT_TAKEN: Row = Row {
    name: "deal.payment.taken",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Deal already has a payment",
    parameter: Some("deal.id"),
    retry_after: None,
    advice: "A deal has one payment that is not canceled: wait for its end, or make a new deal.",
};

pub(in crate::error) const DEAL_METHOD_NOT_ACCEPTED: Row = Row {
    name: "deal.payment.method_not_accepted",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Illegal payment method type",
    parameter: Some("payment_method_data.type"),
    retry_after: None,
    advice: "Use another method: this one cannot pay into a safe deal.",
};

pub(in crate::error) const DEAL_SETTLEMENT_CURRENCY_DIFFERS: Row = Row {
    name: "deal.settlement.currency_differs",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Currencies do not match",
    parameter: Some("deal.settlements"),
    retry_after: None,
    advice: "Use the payment's currency.",
};

pub(in crate::error) const DEAL_SETTLEMENT_TOO_LARGE: Row = Row {
    name: "deal.settlement.too_large",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Settlements must leave more than the commission of the payment; the sum is too \
                  large by {x}",
    parameter: Some("deal.settlements"),
    retry_after: None,
    advice: "Give the seller less by at least this sum.",
};

pub(in crate::error) const DEAL_SETTLEMENT_MISSING: Row = Row {
    name: "deal.settlement.missing",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Settlements are missing",
    parameter: Some("deal.settlements"),
    retry_after: None,
    advice: "A capture of a part says what of it is the seller's.",
};

pub(in crate::error) const DEAL_PAYMENT_NOT_IN_DEAL: Row = Row {
    name: "deal.payment.not_in_deal",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Payment does not belong to a deal",
    parameter: Some("deal"),
    retry_after: None,
    advice: "Leave it out.",
};

pub(in crate::error) const DEAL_REFUND_SETTLEMENTS_MISSING: Row = Row {
    name: "deal.refund.settlements_missing",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Refund settlements are missing",
    parameter: Some("deal.refund_settlements"),
    retry_after: None,
    advice: "A refund in a deal says what of it is the seller's.",
};

pub(in crate::error) const DEAL_REFUND_CLOSED: Row = Row {
    name: "deal.refund.closed",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Deal is closed",
    parameter: Some("payment_id"),
    retry_after: None,
    advice: "Give the money back in another way: the deal is over.",
};

pub(in crate::error) const DEAL_REFUND_EXPIRED: Row = Row {
    name: "deal.refund.expired",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Deal has expired",
    parameter: Some("payment_id"),
    retry_after: None,
    advice: "Nothing is to be done: the buyer gets the money back by itself.",
};

pub(in crate::error) const DEAL_REFUND_CURRENCY_DIFFERS: Row = Row {
    name: "deal.refund.currency_differs",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Currencies do not match",
    parameter: Some("deal.refund_settlements"),
    retry_after: None,
    advice: "Use the deal's currency.",
};

pub(in crate::error) const DEAL_REFUND_PART_ABOVE_AMOUNT: Row = Row {
    name: "deal.refund.part_above_amount",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Refund settlements exceed the refund by {x}",
    parameter: Some("deal.refund_settlements"),
    retry_after: None,
    advice: "Name the refund's sum or less.",
};

pub(in crate::error) const DEAL_REFUND_PART_ABOVE_BALANCE: Row = Row {
    name: "deal.refund.part_above_balance",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Refund settlements exceed the deal's payout balance by {x}",
    parameter: Some("deal.refund_settlements"),
    retry_after: None,
    advice: "Name what `payout_balance` says or less; payouts and refunds under way count too.",
};

pub(in crate::error) const DEAL_REFUND_AMOUNT_ABOVE_FEE: Row = Row {
    name: "deal.refund.amount_above_fee",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Refund exceeds its settlements and what is left of the platform's fee in the \
                  deal by {x}",
    parameter: Some("deal.refund_settlements"),
    retry_after: None,
    advice: "With `payment_succeeded` the amount is the sum of the settlements; with `deal_closed` \
             it may exceed them by the platform's own fee.",
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
    &DEAL_CLOSED,
    &DEAL_EXPIRED,
    &DEAL_PAYMENT_TAKEN,
    &DEAL_METHOD_NOT_ACCEPTED,
    &DEAL_SETTLEMENT_CURRENCY_DIFFERS,
    &DEAL_SETTLEMENT_TOO_LARGE,
    &DEAL_SETTLEMENT_MISSING,
    &DEAL_PAYMENT_NOT_IN_DEAL,
    &DEAL_REFUND_SETTLEMENTS_MISSING,
    &DEAL_REFUND_CLOSED,
    &DEAL_REFUND_EXPIRED,
    &DEAL_REFUND_CURRENCY_DIFFERS,
    &DEAL_REFUND_PART_ABOVE_AMOUNT,
    &DEAL_REFUND_PART_ABOVE_BALANCE,
    &DEAL_REFUND_AMOUNT_ABOVE_FEE,
    &DEAL_PAYOUT_CLOSED,
    &DEAL_PAYOUT_EXPIRED,
    &DEAL_PAYOUT_CURRENCY_DIFFERS,
    &DEAL_PAYOUT_EXCEEDS_BALANCE,
];
