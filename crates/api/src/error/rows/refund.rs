//! Errors of refunds.

use contract::error::ErrorCode;

use super::Row;

pub(in crate::error) const REFUND_PAYMENT_UNKNOWN: Row = Row {
    name: "refund.create.payment_unknown",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Payment not found or forbidden",
    parameter: Some("payment_id"),
    retry_after: None,
    advice: "Use the id of a payment of this shop.",
};

pub(in crate::error) const REFUND_NOT_SUCCEEDED: Row = Row {
    name: "refund.create.not_succeeded",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Payment can not be refunded in current status.",
    parameter: Some("payment_id"),
    retry_after: None,
    advice: "Wait until the payment succeeds; cancel it if it is only held.",
};

pub(in crate::error) const REFUND_PAYMENT_CANCELED: Row = Row {
    name: "refund.create.payment_canceled",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Payment is cancelled",
    parameter: Some("payment_id"),
    retry_after: None,
    advice: "Nothing is to be done: no money was taken.",
};

pub(in crate::error) const REFUND_METHOD_NOT_REFUNDABLE: Row = Row {
    name: "refund.create.method_not_refundable",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Refund is not allowed for payment method",
    parameter: Some("payment_id"),
    retry_after: None,
    advice: "Give the money back in another way.",
};

pub(in crate::error) const REFUND_CURRENCY_DIFFERS: Row = Row {
    name: "refund.create.currency_differs",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Currencies do not match",
    parameter: Some("amount.currency"),
    retry_after: None,
    advice: "Use the payment's currency.",
};

pub(in crate::error) const REFUND_ALREADY_REFUNDED: Row = Row {
    name: "refund.create.already_refunded",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Payment is already completely refunded",
    parameter: Some("payment_id"),
    retry_after: None,
    advice: "Nothing is left; refunds under way count too.",
};

pub(in crate::error) const REFUND_EXCEEDS_REMAINING: Row = Row {
    name: "refund.create.exceeds_remaining",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Refund sum exceeded",
    parameter: Some("amount.value"),
    retry_after: None,
    advice: "Refund what is left or less; refunds under way count too.",
};

pub(in crate::error) const REFUND_PART_NOT_PERMITTED: Row = Row {
    name: "refund.create.part_not_permitted",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Partial refund forbidden",
    parameter: Some("amount.value"),
    retry_after: None,
    advice: "Refund the whole payment.",
};

pub(in crate::error) const REFUND_BELOW_MINIMUM: Row = Row {
    name: "refund.create.below_minimum",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Refund for given sum is not available",
    parameter: Some("amount.value"),
    retry_after: None,
    advice: "Refund 1.00 or more.",
};

pub(in crate::error) const REFUND_REST_BELOW_MINIMUM: Row = Row {
    name: "refund.create.rest_below_minimum",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Remaining payment amount after refund must be greater than 1.00 RUB",
    parameter: Some("amount.value"),
    retry_after: None,
    advice: "Leave nothing, or 1.00 or more.",
};

pub(in crate::error) const REFUND_TOO_OLD: Row = Row {
    name: "refund.create.too_old",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Payment can not be refunded in current status.",
    parameter: Some("payment_id"),
    retry_after: None,
    advice: "The time for refunds is over: give the money back in another way.",
};

/// All of them, in the order of the table.
pub(super) const REFUND_ERRORS: &[&Row] = &[
    &REFUND_PAYMENT_UNKNOWN,
    &REFUND_NOT_SUCCEEDED,
    &REFUND_PAYMENT_CANCELED,
    &REFUND_METHOD_NOT_REFUNDABLE,
    &REFUND_CURRENCY_DIFFERS,
    &REFUND_ALREADY_REFUNDED,
    &REFUND_EXCEEDS_REMAINING,
    &REFUND_PART_NOT_PERMITTED,
    &REFUND_BELOW_MINIMUM,
    &REFUND_REST_BELOW_MINIMUM,
    &REFUND_TOO_OLD,
];
