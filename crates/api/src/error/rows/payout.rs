//! Errors of payouts, and of persons who are paid.

use contract::error::ErrorCode;

use super::{ILLEGAL_VALUE, Row};

pub(in crate::error) const PAYOUT_NOT_FOUND: Row = Row {
    name: "payout.not_found",
    status: 404,
    code: ErrorCode::NotFound,
    description: "Payout not found or forbidden",
    parameter: Some("payout_id"),
    retry_after: None,
    advice: "Use the id of a payout of this gateway or shop.",
};

pub(in crate::error) const PAYOUT_CARDS_NOT_PERMITTED: Row = Row {
    name: "payout.create.cards_not_permitted",
    status: 403,
    code: ErrorCode::Forbidden,
    description: "Forbidden to send raw bank card data",
    parameter: Some("payout_destination_data.card"),
    retry_after: None,
    advice: "Ask the operator for the right, or pay to a saved card.",
};

pub(in crate::error) const PAYOUT_TOKEN_UNUSABLE: Row = Row {
    name: "payout.create.token_unusable",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: ILLEGAL_VALUE,
    parameter: Some("payout_token"),
    retry_after: None,
    advice: "Send a token of the payout widget that was started for this account.",
};

pub(in crate::error) const PAYOUT_KIND: Row = Row {
    name: "payout.create.kind",
    status: 401,
    code: ErrorCode::InvalidCredentials,
    description: "Authentication type is not allowed",
    parameter: Some("Authorization"),
    retry_after: None,
    advice: "Pay ordinary payouts with the key of a payout gateway, and payouts of a deal with the \
             key of the platform's shop.",
};

pub(in crate::error) const PAYOUT_CURRENCY_NOT_PAID: Row = Row {
    name: "payout.create.currency_not_paid",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Currency code is illegal",
    parameter: Some("amount.currency"),
    retry_after: None,
    advice: "Use the currency of the gateway or the shop.",
};

pub(in crate::error) const PAYOUT_DESTINATION_NOT_PAID: Row = Row {
    name: "payout.create.destination_not_paid",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: ILLEGAL_VALUE,
    parameter: Some("payout_destination_data.type"),
    retry_after: None,
    advice: "Pay in a way that `payout_methods` names; deals pay to cards and wallets only.",
};

pub(in crate::error) const PAYOUT_BELOW_MINIMUM: Row = Row {
    name: "payout.create.below_minimum",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Payment amount is illegal",
    parameter: Some("amount.value"),
    retry_after: None,
    advice: "Pay out 5.00 or more to a card, 1.00 or more otherwise.",
};

pub(in crate::error) const PAYOUT_PERSONAL_DATA_NOT_PERMITTED: Row = Row {
    name: "payout.create.personal_data_not_permitted",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: ILLEGAL_VALUE,
    parameter: Some("personal_data"),
    retry_after: None,
    advice: "Leave personal data out of payouts of a deal.",
};

pub(in crate::error) const PAYOUT_PERSONAL_DATA_NOT_FOR_DESTINATION: Row = Row {
    name: "payout.create.personal_data_not_for_destination",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: ILLEGAL_VALUE,
    parameter: Some("personal_data"),
    retry_after: None,
    advice: "Names are compared by SBP only.",
};

pub(in crate::error) const PAYOUT_PERSONAL_DATA_TWICE: Row = Row {
    name: "payout.create.personal_data_twice",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: ILLEGAL_VALUE,
    parameter: Some("personal_data"),
    retry_after: None,
    advice: "Name personal data of different types.",
};

pub(in crate::error) const PAYOUT_PERSONAL_DATA_UNUSABLE: Row = Row {
    name: "payout.create.personal_data_unusable",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: ILLEGAL_VALUE,
    parameter: Some("personal_data"),
    retry_after: None,
    advice: "Their time is over: create them again.",
};

pub(in crate::error) const PAYOUT_PERSONAL_DATA_UNKNOWN: Row = Row {
    name: "payout.create.personal_data_unknown",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Personal data not found or forbidden",
    parameter: Some("personal_data"),
    retry_after: None,
    advice: "Use the id of personal data of this gateway.",
};

pub(in crate::error) const PAYOUT_SELF_EMPLOYED_NOT_PERMITTED: Row = Row {
    name: "payout.create.self_employed_not_permitted",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: ILLEGAL_VALUE,
    parameter: Some("self_employed"),
    retry_after: None,
    advice: "Leave self-employed persons out of payouts of a deal.",
};

pub(in crate::error) const PAYOUT_SELF_EMPLOYED_NOT_CONFIRMED: Row = Row {
    name: "payout.create.self_employed_not_confirmed",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: ILLEGAL_VALUE,
    parameter: Some("self_employed.id"),
    retry_after: None,
    advice: "Wait until the person has agreed.",
};

pub(in crate::error) const PAYOUT_SELF_EMPLOYED_UNKNOWN: Row = Row {
    name: "payout.create.self_employed_unknown",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Self-employed not found or forbidden",
    parameter: Some("self_employed.id"),
    retry_after: None,
    advice: "Use the id of a self-employed person of this gateway.",
};

pub(in crate::error) const PERSONAL_DATA_NOT_FOUND: Row = Row {
    name: "personal_data.not_found",
    status: 404,
    code: ErrorCode::NotFound,
    description: "Personal data not found or forbidden",
    parameter: Some("personal_data_id"),
    retry_after: None,
    advice: "Use the id of personal data of this gateway.",
};

pub(in crate::error) const SELF_EMPLOYED_NOT_FOUND: Row = Row {
    name: "self_employed.not_found",
    status: 404,
    code: ErrorCode::NotFound,
    description: "Self-employed not found or forbidden",
    parameter: Some("self_employed_id"),
    retry_after: None,
    advice: "Use the id of a self-employed person of this gateway.",
};

pub(in crate::error) const NOT_TOPPED_UP: Row = Row {
    name: "top_up.refused",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Only a payout gateway is topped up, in its own currency",
    parameter: None,
    retry_after: None,
    advice: "Name a gateway, and a sum above zero in its currency.",
};

/// All of them, in the order of the table.
pub(super) const PAYOUT_ERRORS: &[&Row] = &[
    &PAYOUT_NOT_FOUND,
    &PAYOUT_CARDS_NOT_PERMITTED,
    &PAYOUT_TOKEN_UNUSABLE,
    &PAYOUT_KIND,
    &PAYOUT_CURRENCY_NOT_PAID,
    &PAYOUT_DESTINATION_NOT_PAID,
    &PAYOUT_BELOW_MINIMUM,
    &PAYOUT_PERSONAL_DATA_NOT_PERMITTED,
    &PAYOUT_PERSONAL_DATA_NOT_FOR_DESTINATION,
    &PAYOUT_PERSONAL_DATA_TWICE,
    &PAYOUT_PERSONAL_DATA_UNUSABLE,
    &PAYOUT_PERSONAL_DATA_UNKNOWN,
    &PAYOUT_SELF_EMPLOYED_NOT_PERMITTED,
    &PAYOUT_SELF_EMPLOYED_NOT_CONFIRMED,
    &PAYOUT_SELF_EMPLOYED_UNKNOWN,
    &PERSONAL_DATA_NOT_FOUND,
    &SELF_EMPLOYED_NOT_FOUND,
    &NOT_TOPPED_UP,
];
