//! Errors of any request: its form, the credentials, the key, the platform.

use contract::error::ErrorCode;

use super::{ILLEGAL_VALUE, Row};

// The request itself.

pub(in crate::error) const INVALID_PARAMETER: Row = Row {
    name: "invalid_parameter",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: ILLEGAL_VALUE,
    parameter: None,
    retry_after: None,
    advice: "Correct the parameter that is named; where several words fit, the description has \
             those of the catalogue.",
};

pub(in crate::error) const BODY_BROKEN: Row = Row {
    name: "body_broken",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Failed to parse request body",
    parameter: None,
    retry_after: None,
    advice: "Send the whole body.",
};

pub(in crate::error) const NOT_JSON: Row = Row {
    name: "not_json",
    status: 415,
    code: ErrorCode::InvalidRequest,
    description: "Content-Type must be application/json",
    parameter: Some("Content-Type"),
    retry_after: None,
    advice: "Announce the body as application/json.",
};

pub(in crate::error) const ENCODED: Row = Row {
    name: "encoded",
    status: 415,
    code: ErrorCode::InvalidRequest,
    description: "Content-Encoding is not supported",
    parameter: Some("Content-Encoding"),
    retry_after: None,
    advice: "Send the body as it is, not packed.",
};

pub(in crate::error) const BODY_TOO_LARGE: Row = Row {
    name: "body_too_large",
    status: 413,
    code: ErrorCode::InvalidRequest,
    description: "Request body is too large",
    parameter: None,
    retry_after: None,
    advice: "Send less; 256 KiB unless the operator decides otherwise.",
};

pub(in crate::error) const METHOD_NOT_ALLOWED: Row = Row {
    name: "method_not_allowed",
    status: 405,
    code: ErrorCode::InvalidRequest,
    description: "Method is not allowed",
    parameter: None,
    retry_after: None,
    advice: "Use a method that the path knows.",
};

pub(in crate::error) const UNKNOWN_PATH: Row = Row {
    name: "unknown_path",
    status: 404,
    code: ErrorCode::NotFound,
    description: "Path is not found",
    parameter: None,
    retry_after: None,
    advice: "Check the address.",
};

// The credentials.

pub(in crate::error) const CREDENTIALS_MISSING: Row = Row {
    name: "credentials.missing",
    status: 401,
    code: ErrorCode::InvalidCredentials,
    description: "Authorization header not found",
    parameter: Some("Authorization"),
    retry_after: None,
    advice: "Send the shop's id and secret key by Basic authentication.",
};

pub(in crate::error) const CREDENTIALS_TWICE: Row = Row {
    name: "credentials.twice",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Authorization header is given twice",
    parameter: Some("Authorization"),
    retry_after: None,
    advice: "Send one `Authorization`.",
};

pub(in crate::error) const CREDENTIALS_MALFORMED: Row = Row {
    name: "credentials.malformed",
    status: 401,
    code: ErrorCode::InvalidCredentials,
    description: "Authorization header has illegal format",
    parameter: Some("Authorization"),
    retry_after: None,
    advice: "Send `Basic` and the base64 of `shopId:secretKey`.",
};

pub(in crate::error) const CREDENTIALS_KIND: Row = Row {
    name: "credentials.kind",
    status: 401,
    code: ErrorCode::InvalidCredentials,
    description: "Authentication type is not allowed",
    parameter: Some("Authorization"),
    retry_after: None,
    advice: "Webhooks by API are for tokens of applications, invoices and others for the shop's \
             id and secret key; payments and refunds take both.",
};

pub(in crate::error) const CREDENTIALS_LOGIN: Row = Row {
    name: "credentials.login",
    status: 401,
    code: ErrorCode::InvalidCredentials,
    description: "Login has illegal format",
    parameter: Some("Authorization"),
    retry_after: None,
    advice: "Use the shop's id, a number, as the user name.",
};

pub(in crate::error) const CREDENTIALS_PASSWORD: Row = Row {
    name: "credentials.password",
    status: 401,
    code: ErrorCode::InvalidCredentials,
    description: "Incorrect password format in the Authorization header. Use Secret key issued \
                  in Merchant Profile as the password.",
    parameter: Some("Authorization"),
    retry_after: None,
    advice: "Use the secret key as the password.",
};

pub(in crate::error) const CREDENTIALS_WRONG: Row = Row {
    name: "credentials.wrong",
    status: 401,
    code: ErrorCode::InvalidCredentials,
    description: "Error in shopId or secret key. Check their validity. You can reissue the key \
                  in the Merchant Profile",
    parameter: Some("Authorization"),
    retry_after: None,
    advice: "Check both; make a new key if it is lost.",
};

// Idempotency.

pub(in crate::error) const KEY_MISSING: Row = Row {
    name: "key.missing",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Idempotence key is empty",
    parameter: Some("Idempotence-Key"),
    retry_after: None,
    advice: "Send a fresh key, such as a UUID, with every POST.",
};

pub(in crate::error) const KEY_TWICE: Row = Row {
    name: "key.twice",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Idempotence key is given twice",
    parameter: Some("Idempotence-Key"),
    retry_after: None,
    advice: "Send one key with each request.",
};

pub(in crate::error) const KEY_TOO_LONG: Row = Row {
    name: "key.too_long",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Idempotence key is too long. Send the value in accordance with the documentation",
    parameter: Some("Idempotence-Key"),
    retry_after: None,
    advice: "Use at most 64 characters.",
};

pub(in crate::error) const KEY_ILLEGAL: Row = Row {
    name: "key.illegal",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: ILLEGAL_VALUE,
    parameter: Some("Idempotence-Key"),
    retry_after: None,
    advice: "Use letters, digits and the signs from `+` to `_`.",
};

pub(in crate::error) const KEY_REUSED: Row = Row {
    name: "key.reused",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Idempotence key duplicated",
    parameter: Some("Idempotence-Key"),
    retry_after: None,
    advice: "The key was used for another request in the last 24 hours: use a fresh one.",
};

// Objects that do not exist.

pub(in crate::error) const PAYMENT_NOT_FOUND: Row = Row {
    name: "payment.not_found",
    status: 404,
    code: ErrorCode::NotFound,
    description: "Payment not found or forbidden",
    parameter: Some("payment_id"),
    retry_after: None,
    advice: "Check the id; payments of other shops are not shown.",
};

pub(in crate::error) const REFUND_NOT_FOUND: Row = Row {
    name: "refund.not_found",
    status: 404,
    code: ErrorCode::NotFound,
    description: "Refund not found or forbidden",
    parameter: Some("refund_id"),
    retry_after: None,
    advice: "Check the id; refunds of other shops are not shown.",
};

pub(in crate::error) const PAYMENT_METHOD_NOT_FOUND: Row = Row {
    name: "payment_method.not_found",
    status: 404,
    code: ErrorCode::NotFound,
    description: "Payment method not found or forbidden",
    parameter: Some("payment_method_id"),
    retry_after: None,
    advice: "Check the id; methods of other shops are not shown.",
};

pub(in crate::error) const NOT_FOUND: Row = Row {
    name: "not_found",
    status: 404,
    code: ErrorCode::NotFound,
    description: "Object not found or forbidden",
    parameter: None,
    retry_after: None,
    advice: "Check the id.",
};

pub(in crate::error) const EVENT_NOT_FOUND: Row = Row {
    name: "event.not_found",
    status: 404,
    code: ErrorCode::NotFound,
    description: "Event not found or forbidden",
    parameter: Some("event_id"),
    retry_after: None,
    advice: "Check the id; events of other shops are not shown.",
};

// What only test shops may do, and what only the operator's own commands get.

pub(in crate::error) const NOT_A_TEST: Row = Row {
    name: "payment.simulate.not_a_test",
    status: 403,
    code: ErrorCode::Forbidden,
    description: "Only test shops can do this",
    parameter: None,
    retry_after: None,
    advice: "Use the key of a test shop.",
};

pub(in crate::error) const CLOCK_NOT_MOVABLE: Row = Row {
    name: "shop.clock_not_movable",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "The clock can not be moved",
    parameter: None,
    retry_after: None,
    advice: "Move a test shop's clock, and forward only.",
};

pub(in crate::error) const WEBHOOK_UNUSABLE: Row = Row {
    name: "webhook.unusable",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: ILLEGAL_VALUE,
    parameter: Some("url"),
    retry_after: None,
    advice: "Use an https address and at least one event.",
};

pub(in crate::error) const CREDENTIALS_TOO_OFTEN: Row = Row {
    name: "credentials.too_often",
    status: 429,
    code: ErrorCode::TooManyRequests,
    description: "Too many requests with wrong credentials",
    parameter: None,
    retry_after: Some(2_000),
    advice: "From this address came too many wrong keys or tokens, this one among them. Right ones \
             are let in at any time: check shop id and secret key.",
};

pub(in crate::error) const SECRET_KEY_REFUSED: Row = Row {
    name: "shop.key_refused",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: ILLEGAL_VALUE,
    parameter: None,
    retry_after: None,
    advice: "Name a secret key that is in use, by its number or its last four characters.",
};

pub(in crate::error) const SHOP_DISABLED: Row = Row {
    name: "shop.disabled",
    status: 403,
    code: ErrorCode::Forbidden,
    description: "The store is switched off",
    parameter: None,
    retry_after: None,
    advice: "The operator has switched the shop or the gateway off. Nothing new begins; what was \
             begun is finished, and everything can still be looked at. Ask the operator.",
};

// The platform.

pub(in crate::error) const TOO_MANY_REQUESTS: Row = Row {
    name: "too_many_requests",
    status: 429,
    code: ErrorCode::TooManyRequests,
    description: "Too many requests",
    parameter: None,
    retry_after: Some(1_000),
    advice: "Slow down; repeat with the same key after `retry_after` milliseconds.",
};

pub(in crate::error) const BUSY: Row = Row {
    name: "busy",
    status: 429,
    code: ErrorCode::TooManyRequests,
    description: "The service is busy",
    parameter: None,
    retry_after: Some(1_000),
    advice: "Nothing was done: repeat with the same key after `retry_after` milliseconds.",
};

pub(in crate::error) const CONFLICT: Row = Row {
    name: "conflict",
    status: 429,
    code: ErrorCode::TooManyRequests,
    description: "The object is being changed by other requests",
    parameter: None,
    retry_after: Some(1_000),
    advice: "Nothing was done: repeat with the same key after `retry_after` milliseconds.",
};

pub(in crate::error) const UNAVAILABLE: Row = Row {
    name: "unavailable",
    status: 503,
    code: ErrorCode::InternalServerError,
    description: "The service is temporarily unavailable",
    parameter: None,
    retry_after: Some(1_000),
    advice: "Nothing was done: repeat with the same key after `retry_after` milliseconds.",
};

pub(in crate::error) const UNCONFIRMED: Row = Row {
    name: "unconfirmed",
    status: 503,
    code: ErrorCode::InternalServerError,
    description: "The outcome of the request is not known yet",
    parameter: None,
    retry_after: Some(1_000),
    advice: "It may have been done: repeat with the same key after `retry_after` milliseconds \
             and learn it. A new key would do it twice.",
};

pub(in crate::error) const INTERNAL: Row = Row {
    name: "internal",
    status: 500,
    code: ErrorCode::InternalServerError,
    description: "Internal server error",
    parameter: None,
    retry_after: None,
    advice: "Repeat with the same key, or look at the object; tell the operator the error's id.",
};

/// All of them, in the order of the table.
pub(super) const REQUEST_ERRORS: &[&Row] = &[
    &INVALID_PARAMETER,
    &BODY_BROKEN,
    &NOT_JSON,
    &ENCODED,
    &BODY_TOO_LARGE,
    &METHOD_NOT_ALLOWED,
    &UNKNOWN_PATH,
    &CREDENTIALS_MISSING,
    &CREDENTIALS_TWICE,
    &CREDENTIALS_MALFORMED,
    &CREDENTIALS_KIND,
    &CREDENTIALS_LOGIN,
    &CREDENTIALS_PASSWORD,
    &CREDENTIALS_WRONG,
    &KEY_MISSING,
    &KEY_TWICE,
    &KEY_TOO_LONG,
    &KEY_ILLEGAL,
    &KEY_REUSED,
    &PAYMENT_NOT_FOUND,
    &REFUND_NOT_FOUND,
    &PAYMENT_METHOD_NOT_FOUND,
    &EVENT_NOT_FOUND,
    &NOT_FOUND,
    &NOT_A_TEST,
    &CLOCK_NOT_MOVABLE,
    &WEBHOOK_UNUSABLE,
    &CREDENTIALS_TOO_OFTEN,
    &SECRET_KEY_REFUSED,
    &SHOP_DISABLED,
    &TOO_MANY_REQUESTS,
    &BUSY,
    &CONFLICT,
    &UNAVAILABLE,
    &UNCONFIRMED,
    &INTERNAL,
];
