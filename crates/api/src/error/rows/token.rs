//! Errors of card tokens.

use contract::error::ErrorCode;

use super::{ILLEGAL_VALUE, Row};

pub(in crate::error) const TOKENS_NOT_PERMITTED: Row = Row {
    name: "token.not_permitted",
    status: 403,
    code: ErrorCode::Forbidden,
    description: "Forbidden to use checkout-js payment token",
    parameter: Some("payment_token"),
    retry_after: None,
    advice: "Let the payer enter the card on the payment page, or ask for the right.",
};

pub(in crate::error) const TOKENIZATION_NOT_PERMITTED: Row = Row {
    name: "tokenization_not_permitted",
    status: 403,
    code: ErrorCode::Forbidden,
    description: "Forbidden to make card data tokenization",
    parameter: None,
    retry_after: None,
    advice: "Ask for the right to use Checkout.js.",
};

pub(in crate::error) const TOKEN_UNKNOWN: Row = Row {
    name: "token.unknown",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Unable to decrypt payment token",
    parameter: Some("payment_token"),
    retry_after: None,
    advice: "Send the token as Checkout.js gave it.",
};

pub(in crate::error) const TOKEN_FOREIGN: Row = Row {
    name: "token.foreign",
    status: 403,
    code: ErrorCode::Forbidden,
    description: "Attempt to use restricted payment token",
    parameter: Some("payment_token"),
    retry_after: None,
    advice: "Use the token with the shop that Checkout.js was started for.",
};

pub(in crate::error) const TOKEN_OTHER_PURPOSE: Row = Row {
    name: "token.other_purpose",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Unsupported payment token type",
    parameter: Some("payment_token"),
    retry_after: None,
    advice: "A token of the payout widget cannot pay, nor one of Checkout.js be paid to.",
};

pub(in crate::error) const TOKEN_USED: Row = Row {
    name: "token.used",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: ILLEGAL_VALUE,
    parameter: Some("payment_token"),
    retry_after: None,
    advice: "A token pays once: ask Checkout.js for another one.",
};

pub(in crate::error) const TOKEN_EXPIRED: Row = Row {
    name: "token.expired",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: ILLEGAL_VALUE,
    parameter: Some("payment_token"),
    retry_after: None,
    advice: "A token lives for an hour: ask Checkout.js for another one.",
};

pub(in crate::error) const CARDS_TOO_OFTEN: Row = Row {
    name: "card.too_often",
    status: 429,
    code: ErrorCode::TooManyRequests,
    description: "Too many attempts by card",
    parameter: None,
    retry_after: Some(60_000),
    advice: "Nothing was done. This card, cards from the address that `client_ip` names, or cards \
             in the whole shop were declined or not confirmed so often that the platform takes \
             them for stolen numbers being tried; guard your own form, and repeat later.",
};

/// All of them, in the order of the table.
pub(super) const TOKEN_ERRORS: &[&Row] = &[
    &TOKENS_NOT_PERMITTED,
    &TOKENIZATION_NOT_PERMITTED,
    &TOKEN_UNKNOWN,
    &TOKEN_FOREIGN,
    &TOKEN_OTHER_PURPOSE,
    &TOKEN_USED,
    &TOKEN_EXPIRED,
    &CARDS_TOO_OFTEN,
];
