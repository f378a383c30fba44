//! Errors of payment methods.

use contract::error::ErrorCode;

use super::{NO_RECURRING, Row};

pub(in crate::error) const BIND_SAVING_NOT_PERMITTED: Row = Row {
    name: "payment_method.create.saving_not_permitted",
    status: 403,
    code: ErrorCode::Forbidden,
    description: NO_RECURRING,
    parameter: None,
    retry_after: None,
    advice: "Ask for the right to save methods and to charge them again.",
};

pub(in crate::error) const BIND_METHOD_NOT_BINDABLE: Row = Row {
    name: "payment_method.create.method_not_bindable",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Illegal payment method type",
    parameter: Some("type"),
    retry_after: None,
    advice: "Use a card; test shops bind nothing else.",
};

pub(in crate::error) const BIND_CARDS_NOT_PERMITTED: Row = Row {
    name: "payment_method.create.cards_not_permitted",
    status: 403,
    code: ErrorCode::Forbidden,
    description: "Forbidden to send raw bank card data",
    parameter: Some("card"),
    retry_after: None,
    advice: "Let the payer enter the card on the page, or ask for the right.",
};

pub(in crate::error) const BIND_CONFIRMATION_MISSING: Row = Row {
    name: "payment_method.create.confirmation_missing",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Confirmation is missing",
    parameter: Some("confirmation"),
    retry_after: None,
    advice: "Say how the payer confirms.",
};

pub(in crate::error) const BIND_CONFIRMATION_NOT_SUPPORTED: Row = Row {
    name: "payment_method.create.confirmation_not_supported",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Confirmation not supported for this payment method",
    parameter: Some("confirmation.type"),
    retry_after: None,
    advice: "Use a type that the method knows.",
};

pub(in crate::error) const BIND_NOT_PENDING: Row = Row {
    name: "payment_method.attempt.not_pending",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Payment method can not be confirmed in current status.",
    parameter: Some("payment_method_id"),
    retry_after: None,
    advice: "Look at the method; it is decided.",
};

pub(in crate::error) const BIND_IN_PROGRESS: Row = Row {
    name: "payment_method.attempt.in_progress",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Payment method is in progress",
    parameter: Some("payment_method_id"),
    retry_after: None,
    advice: "Wait for the result of the attempt before.",
};

pub(in crate::error) const BIND_EXPIRED: Row = Row {
    name: "payment_method.attempt.expired",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Payment method can not be confirmed in current status.",
    parameter: Some("payment_method_id"),
    retry_after: None,
    advice: "Start again with a new one.",
};

/// All of them, in the order of the table.
pub(super) const PAYMENT_METHOD_ERRORS: &[&Row] = &[
    &BIND_SAVING_NOT_PERMITTED,
    &BIND_METHOD_NOT_BINDABLE,
    &BIND_CARDS_NOT_PERMITTED,
    &BIND_CONFIRMATION_MISSING,
    &BIND_CONFIRMATION_NOT_SUPPORTED,
    &BIND_NOT_PENDING,
    &BIND_IN_PROGRESS,
    &BIND_EXPIRED,
];
