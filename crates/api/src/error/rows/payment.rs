//! Errors of payments.

use contract::error::ErrorCode;

use super::{ILLEGAL_VALUE, NO_RECURRING, Row};

// Creating a payment.

pub(in crate::error) const PAYMENT_AMOUNT_NOT_POSITIVE: Row = Row {
    name: "payment.create.amount_not_positive",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Payment amount is illegal",
    parameter: Some("amount.value"),
    retry_after: None,
    advice: "Ask for more than zero.",
};

pub(in crate::error) const PAYMENT_CURRENCY_NOT_TAKEN: Row = Row {
    name: "payment.create.currency_not_taken",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Currency code is illegal",
    parameter: Some("amount.currency"),
    retry_after: None,
    advice: "Use the shop's currency.",
};

pub(in crate::error) const PAYMENT_METHOD_NOT_TAKEN: Row = Row {
    name: "payment.create.method_not_taken",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Illegal payment method type",
    parameter: Some("payment_method_data.type"),
    retry_after: None,
    advice: "Use a method that `GET /me` lists.",
};

pub(in crate::error) const PAYMENT_NO_METHOD: Row = Row {
    name: "payment.create.no_method",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "No payment method of the shop can be used with this amount and these settings",
    parameter: None,
    retry_after: None,
    advice: "Check amount, `capture` and `save_payment_method` against the terms of the shop's \
             methods.",
};

pub(in crate::error) const PAYMENT_AMOUNT_OUTSIDE_LIMITS: Row = Row {
    name: "payment.create.amount_outside_limits",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Payment amount is illegal",
    parameter: Some("amount.value"),
    retry_after: None,
    advice: "Stay within the method's limits.",
};

pub(in crate::error) const PAYMENT_CARDS_NOT_PERMITTED: Row = Row {
    name: "payment.create.cards_not_permitted",
    status: 403,
    code: ErrorCode::Forbidden,
    description: "Forbidden to send raw bank card data",
    parameter: Some("payment_method_data.card"),
    retry_after: None,
    advice: "Let the payer enter the card on the payment page, or ask for the right.",
};

pub(in crate::error) const PAYMENT_SAVING_NOT_PERMITTED: Row = Row {
    name: "payment.create.saving_not_permitted",
    status: 403,
    code: ErrorCode::Forbidden,
    description: NO_RECURRING,
    parameter: None,
    retry_after: None,
    advice: "Ask for the right to save methods and to charge them again.",
};

pub(in crate::error) const SAVED_METHOD_UNKNOWN: Row = Row {
    name: "payment.create.saved_method_unknown",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Payment method is not found",
    parameter: Some("payment_method_id"),
    retry_after: None,
    advice: "Use the id of a method that this shop saved.",
};

pub(in crate::error) const PAYMENT_METHOD_NOT_SAVED: Row = Row {
    name: "payment.create.method_not_saved",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Payment method is not saved",
    parameter: Some("payment_method_id"),
    retry_after: None,
    advice: "Use a method whose `saved` is true.",
};

pub(in crate::error) const PAYMENT_METHOD_NOT_SAVEABLE: Row = Row {
    name: "payment.create.method_not_saveable",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: ILLEGAL_VALUE,
    parameter: Some("save_payment_method"),
    retry_after: None,
    advice: "Leave it out; this method cannot be charged again.",
};

pub(in crate::error) const PAYMENT_METHOD_NOT_HELD: Row = Row {
    name: "payment.create.method_not_held",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: ILLEGAL_VALUE,
    parameter: Some("capture"),
    retry_after: None,
    advice: "Send true; this method takes money at once.",
};

pub(in crate::error) const PAYMENT_CONFIRMATION_MISSING: Row = Row {
    name: "payment.create.confirmation_missing",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Confirmation is missing",
    parameter: Some("confirmation"),
    retry_after: None,
    advice: "Say how the payer confirms.",
};

pub(in crate::error) const PAYMENT_CONFIRMATION_MISSING_FOR: Row = Row {
    name: "payment.create.confirmation_missing_for",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Missing confirmation type for payment method type: {x}",
    parameter: Some("confirmation"),
    retry_after: None,
    advice: "Say how the payer confirms.",
};

pub(in crate::error) const PAYMENT_CONFIRMATION_WITH_SAVED: Row = Row {
    name: "payment.create.confirmation_with_saved",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Confirmation must be null when using payment_method_id",
    parameter: Some("confirmation"),
    retry_after: None,
    advice: "Leave it out; saved methods are charged without the payer.",
};

pub(in crate::error) const PAYMENT_CONFIRMATION_MUST_BE: Row = Row {
    name: "payment.create.confirmation_must_be",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Confirmation type must be: {x}",
    parameter: Some("confirmation.type"),
    retry_after: None,
    advice: "Use the type that is named.",
};

pub(in crate::error) const PAYMENT_CONFIRMATION_NOT_SUPPORTED: Row = Row {
    name: "payment.create.confirmation_not_supported",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Confirmation not supported for this payment method",
    parameter: Some("confirmation.type"),
    retry_after: None,
    advice: "Use a type that the method knows.",
};

pub(in crate::error) const PAYMENT_PHONE_MISSING: Row = Row {
    name: "payment.create.phone_missing",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Phone is missing",
    parameter: Some("payment_method_data.phone"),
    retry_after: None,
    advice: "Send the payer's phone, digits only.",
};

pub(in crate::error) const GATEWAY_UNKNOWN: Row = Row {
    name: "gateway_unknown",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Failed to resolve gateway id, please provide recipient field in request",
    parameter: Some("recipient.gateway_id"),
    retry_after: None,
    advice: "Use the shop's own gateway, or leave it out.",
};

// Attempts to pay.

pub(in crate::error) const ATTEMPT_NOT_PENDING: Row = Row {
    name: "payment.attempt.not_pending",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Payment can not be confirmed in current status.",
    parameter: Some("payment_id"),
    retry_after: None,
    advice: "Look at the payment; it is decided.",
};

pub(in crate::error) const ATTEMPT_IN_PROGRESS: Row = Row {
    name: "payment.attempt.in_progress",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Payment is in progress",
    parameter: Some("payment_id"),
    retry_after: None,
    advice: "Wait for the result of the attempt before.",
};

pub(in crate::error) const ATTEMPT_EXPIRED: Row = Row {
    name: "payment.attempt.expired",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Payment can not be confirmed in current status.",
    parameter: Some("payment_id"),
    retry_after: None,
    advice: "Create a new payment.",
};

pub(in crate::error) const ATTEMPT_METHOD_NOT_ACCEPTED: Row = Row {
    name: "payment.attempt.method_not_accepted",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Illegal payment method type",
    parameter: Some("payment_method_data.type"),
    retry_after: None,
    advice: "Use another method.",
};

// Capture and cancellation.

pub(in crate::error) const CAPTURE_ONE_STAGE: Row = Row {
    name: "payment.capture.one_stage",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "You can not capture payment with autocapture",
    parameter: Some("payment_id"),
    retry_after: None,
    advice: "Nothing is to be done: it captures itself.",
};

pub(in crate::error) const CAPTURE_NOT_WAITING: Row = Row {
    name: "payment.capture.not_waiting",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Payment can not be captured in current status.",
    parameter: Some("payment_id"),
    retry_after: None,
    advice: "Look at the payment; only `waiting_for_capture` can be captured.",
};

pub(in crate::error) const CAPTURE_IN_PROGRESS: Row = Row {
    name: "payment.capture.in_progress",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Payment is in progress",
    parameter: Some("payment_id"),
    retry_after: None,
    advice: "Wait; a capture or a cancellation is under way.",
};

pub(in crate::error) const CAPTURE_EXPIRED: Row = Row {
    name: "payment.capture.expired",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Payment can not be captured in current status.",
    parameter: Some("payment_id"),
    retry_after: None,
    advice: "`expires_at` has passed: create a new payment.",
};

pub(in crate::error) const CAPTURE_AMOUNT_NOT_HELD: Row = Row {
    name: "payment.capture.amount_not_held",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Illegal amount for capture",
    parameter: Some("amount.value"),
    retry_after: None,
    advice: "Capture what is held or less, in its currency.",
};

pub(in crate::error) const CANCEL_ONE_STAGE: Row = Row {
    name: "payment.cancel.one_stage",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "You can not cancel payment with autocapture",
    parameter: Some("payment_id"),
    retry_after: None,
    advice: "Create a refund instead.",
};

pub(in crate::error) const CANCEL_NOT_WAITING: Row = Row {
    name: "payment.cancel.not_waiting",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Payment can not be canceled in current status",
    parameter: Some("payment_id"),
    retry_after: None,
    advice: "Look at the payment; only `waiting_for_capture` can be canceled.",
};

pub(in crate::error) const CANCEL_IN_PROGRESS: Row = Row {
    name: "payment.cancel.in_progress",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Payment is in progress",
    parameter: Some("payment_id"),
    retry_after: None,
    advice: "Wait; a capture or a cancellation is under way.",
};

/// All of them, in the order of the table.
pub(super) const PAYMENT_ERRORS: &[&Row] = &[
    &PAYMENT_AMOUNT_NOT_POSITIVE,
    &PAYMENT_CURRENCY_NOT_TAKEN,
    &PAYMENT_METHOD_NOT_TAKEN,
    &PAYMENT_NO_METHOD,
    &PAYMENT_AMOUNT_OUTSIDE_LIMITS,
    &PAYMENT_CARDS_NOT_PERMITTED,
    &PAYMENT_SAVING_NOT_PERMITTED,
    &SAVED_METHOD_UNKNOWN,
    &PAYMENT_METHOD_NOT_SAVED,
    &PAYMENT_METHOD_NOT_SAVEABLE,
    &PAYMENT_METHOD_NOT_HELD,
    &PAYMENT_CONFIRMATION_MISSING,
    &PAYMENT_CONFIRMATION_MISSING_FOR,
    &PAYMENT_CONFIRMATION_WITH_SAVED,
    &PAYMENT_CONFIRMATION_MUST_BE,
    &PAYMENT_CONFIRMATION_NOT_SUPPORTED,
    &PAYMENT_PHONE_MISSING,
    &GATEWAY_UNKNOWN,
    &ATTEMPT_NOT_PENDING,
    &ATTEMPT_IN_PROGRESS,
    &ATTEMPT_EXPIRED,
    &ATTEMPT_METHOD_NOT_ACCEPTED,
    &CAPTURE_ONE_STAGE,
    &CAPTURE_NOT_WAITING,
    &CAPTURE_IN_PROGRESS,
    &CAPTURE_EXPIRED,
    &CAPTURE_AMOUNT_NOT_HELD,
    &CANCEL_ONE_STAGE,
    &CANCEL_NOT_WAITING,
    &CANCEL_IN_PROGRESS,
];
