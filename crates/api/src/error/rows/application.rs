//! Errors of requests by applications of partners.

use contract::error::ErrorCode;

use super::{ILLEGAL_VALUE, Row};

pub(in crate::error) const TOKEN_WRONG: Row = Row {
    name: "credentials.token",
    status: 401,
    code: ErrorCode::InvalidCredentials,
    description: "Access token is unknown, expired or revoked",
    parameter: Some("Authorization"),
    retry_after: None,
    advice: "Ask the merchant to grant access again; tokens live three years unless the shop or \
             the application ends them.",
};

pub(in crate::error) const SCOPE_MISSING: Row = Row {
    name: "scope_missing",
    status: 403,
    code: ErrorCode::Forbidden,
    description: "Operation forbidden",
    parameter: None,
    retry_after: None,
    advice: "The shop has not granted this right to the application; register it with the right \
             and ask the merchant to grant access again.",
};

pub(in crate::error) const RIGHT_MISSING: Row = Row {
    name: "right_missing",
    status: 403,
    code: ErrorCode::Forbidden,
    description: "Operation forbidden: the right {x} is missing",
    parameter: None,
    retry_after: None,
    advice: "Ask with the credentials of somebody who has this right.",
};

pub(in crate::error) const PARTNER_UNKNOWN: Row = Row {
    name: "me.partner_unknown",
    status: 403,
    code: ErrorCode::Forbidden,
    description: "Operation forbidden",
    parameter: Some("on_behalf_of"),
    retry_after: None,
    advice: "Ask about a shop that is a partner of this platform, with the platform's own key.",
};

pub(in crate::error) const GRANT_NOT_FOUND: Row = Row {
    name: "grant.not_found",
    status: 404,
    code: ErrorCode::NotFound,
    description: "Grant not found or forbidden",
    parameter: Some("grant_id"),
    retry_after: None,
    advice: "Check the id; grants of other shops are not shown.",
};

pub(in crate::error) const WEBHOOK_NOT_FOUND: Row = Row {
    name: "webhook.not_found",
    status: 404,
    code: ErrorCode::NotFound,
    description: "Webhook not found or forbidden",
    parameter: Some("webhook_id"),
    retry_after: None,
    advice: "Check the id; webhooks of other tokens are not shown.",
};

// Used by the operator's own commands and the pages; no request of the API gets it.

pub(in crate::error) const APPLICATION_UNUSABLE: Row = Row {
    name: "application.unusable",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: ILLEGAL_VALUE,
    parameter: None,
    retry_after: None,
    advice: "Give it a name, an https callback and at least one right.",
};

pub(in crate::error) const GRANT_REFUSED: Row = Row {
    name: "grant.refused",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: ILLEGAL_VALUE,
    parameter: Some("code"),
    retry_after: None,
    advice: "`/oauth/v2/token` says `invalid_grant`: ask the merchant again, and use a code once, \
             within five minutes.",
};

pub(in crate::error) const PROOF_TOO_OFTEN: Row = Row {
    name: "grant.proof_too_often",
    status: 429,
    code: ErrorCode::TooManyRequests,
    description: "Too many requests",
    parameter: None,
    retry_after: Some(30_000),
    advice: "Ten wrong keys of a shop were typed on the page; wait some minutes.",
};

/// All of them, in the order of the table.
pub(super) const APPLICATION_ERRORS: &[&Row] = &[
    &TOKEN_WRONG,
    &SCOPE_MISSING,
    &RIGHT_MISSING,
    &PARTNER_UNKNOWN,
    &GRANT_NOT_FOUND,
    &WEBHOOK_NOT_FOUND,
    &APPLICATION_UNUSABLE,
    &GRANT_REFUSED,
    &PROOF_TOO_OFTEN,
];
