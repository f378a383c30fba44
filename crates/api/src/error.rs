//! What a client is told when a request is not carried out.
//!
//! Every error has a row in [`rows`]: the stable name that logs show, the status, the wire's words
//! and advice. `docs/errors.md` is printed from the same rows. An error becomes a body in one
//! place, [`crate::request`], where the request's id is known.

mod refusal;
pub mod rows;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::response::{IntoResponse, Response};
use contract::InvalidRequest;
use http::StatusCode;

use crate::credentials::CredentialsRefused;
use crate::key::KeyRefused;
use rows::Row;

/// Why a request is not carried out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    #[error("{0}")]
    App(#[source] app::Error),
    #[error(transparent)]
    Credentials(#[from] CredentialsRefused),
    #[error(transparent)]
    Key(#[from] KeyRefused),
    #[error("the path's id is not the id of a {0}")]
    NotFound(&'static str),
    #[error("the body is not announced as JSON")]
    NotJson,
    #[error("the body is packed")]
    Encoded,
    #[error("the body is too large")]
    BodyTooLarge,
    #[error("the body did not arrive")]
    BodyBroken,
    #[error("the path knows other methods")]
    MethodNotAllowed,
    #[error("no such path")]
    UnknownPath,
    #[error("too many requests")]
    TooManyRequests,
    #[error("too many wrong keys from this address")]
    TooManyKeys,
    #[error("the shop has not granted this right")]
    ScopeMissing,
}

/// An error as the wire shows it.
pub(crate) struct Face<'e> {
    pub(crate) row: &'static Row,
    pub(crate) description: Cow<'e, str>,
    pub(crate) parameter: Option<Cow<'e, str>>,
}

/// An error on its way to the place where it becomes a body.
#[derive(Clone)]
pub(crate) struct Failed(pub(crate) Arc<ApiError>);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.face().row.status);
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(Failed(Arc::new(self)));
        response
    }
}

impl From<app::Error> for ApiError {
    fn from(error: app::Error) -> Self {
        Self::App(error)
    }
}

impl From<InvalidRequest> for ApiError {
    fn from(refused: InvalidRequest) -> Self {
        Self::App(app::Error::Invalid(refused))
    }
}

impl From<BytesRejection> for ApiError {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "axum's own list may grow; whatever else it is, the body is not here"
    )]
    fn from(rejection: BytesRejection) -> Self {
        match rejection {
            BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
                Self::BodyTooLarge
            }
            _ => Self::BodyBroken,
        }
    }
}

impl<'e> Face<'e> {
    /// The error of a row.
    pub(crate) fn of(row: &'static Row) -> Self {
        Self {
            row,
            description: Cow::Borrowed(row.description),
            parameter: row.parameter.map(Cow::Borrowed),
        }
    }

    /// The error of a row, with `value` in the place of `{x}`.
    pub(crate) fn with(row: &'static Row, value: &str) -> Self {
        Self {
            description: Cow::Owned(row.description.replace("{x}", value)),
            ..Self::of(row)
        }
    }

    /// The same error for another parameter.
    pub(crate) fn at(self, parameter: String) -> Self {
        Self {
            parameter: Some(Cow::Owned(parameter)),
            ..self
        }
    }

    fn invalid(refused: &'e InvalidRequest) -> Self {
        Self {
            row: &rows::INVALID_PARAMETER,
            description: Cow::Borrowed(&refused.description),
            parameter: refused.parameter.as_deref().map(Cow::Borrowed),
        }
    }

    fn not_found(kind: &str) -> Self {
        match kind {
            "payment" => Self::of(&rows::PAYMENT_NOT_FOUND),
            "refund" => Self::of(&rows::REFUND_NOT_FOUND),
            "deal" => Self::of(&rows::DEAL_NOT_FOUND),
            "event" => Self::of(&rows::EVENT_NOT_FOUND),
            "invoice" => Self::of(&rows::INVOICE_NOT_FOUND),
            "pos link" => Self::of(&rows::POS_LINK_NOT_FOUND),
            "receipt" => Self::of(&rows::RECEIPT_NOT_FOUND),
            "payout" => Self::of(&rows::PAYOUT_NOT_FOUND),
            "personal data" => Self::of(&rows::PERSONAL_DATA_NOT_FOUND),
            "self-employed" => Self::of(&rows::SELF_EMPLOYED_NOT_FOUND),
            "payment method" => Self::of(&rows::PAYMENT_METHOD_NOT_FOUND),
            "grant" => Self::of(&rows::GRANT_NOT_FOUND),
            "webhook" => Self::of(&rows::WEBHOOK_NOT_FOUND),
            _ => Self::of(&rows::NOT_FOUND),
        }
    }
}

impl ApiError {
    /// Returns whether the storage causes the error and will recover.
    pub(crate) fn is_of_storage(&self) -> bool {
        match self {
            Self::App(error) => error.is_of_storage(),
            Self::Credentials(_)
            | Self::Key(_)
            | Self::NotFound(_)
            | Self::NotJson
            | Self::Encoded
            | Self::BodyTooLarge
            | Self::BodyBroken
            | Self::MethodNotAllowed
            | Self::UnknownPath
            | Self::TooManyRequests
            | Self::TooManyKeys
            | Self::ScopeMissing => false,
        }
    }

    /// The error as the wire shows it.
    pub(crate) fn face(&self) -> Face<'_> {
        match self {
            Self::App(error) => match error {
                app::Error::NotFound { kind, .. } => Face::not_found(kind),
                app::Error::Denied => Face::of(&rows::CREDENTIALS_WRONG),
                app::Error::Forbidden { right } => Face::with(&rows::RIGHT_MISSING, right.code()),
                app::Error::Invalid(refused) => Face::invalid(refused),
                app::Error::Refused(refusal) => refusal::face(refusal),
                app::Error::Conflict => Face::of(&rows::CONFLICT),
                app::Error::Busy => Face::of(&rows::BUSY),
                app::Error::Unavailable(_) => Face::of(&rows::UNAVAILABLE),
                app::Error::Unconfirmed(_) => Face::of(&rows::UNCONFIRMED),
                app::Error::Internal(_) => Face::of(&rows::INTERNAL),
            },
            Self::Credentials(refused) => Face::of(match refused {
                CredentialsRefused::Missing => &rows::CREDENTIALS_MISSING,
                CredentialsRefused::Twice => &rows::CREDENTIALS_TWICE,
                CredentialsRefused::Malformed => &rows::CREDENTIALS_MALFORMED,
                CredentialsRefused::Kind => &rows::CREDENTIALS_KIND,
                CredentialsRefused::Login => &rows::CREDENTIALS_LOGIN,
                CredentialsRefused::Password => &rows::CREDENTIALS_PASSWORD,
                CredentialsRefused::Token => &rows::TOKEN_WRONG,
            }),
            Self::Key(refused) => Face::of(match refused {
                KeyRefused::Missing => &rows::KEY_MISSING,
                KeyRefused::Twice => &rows::KEY_TWICE,
                KeyRefused::TooLong => &rows::KEY_TOO_LONG,
                KeyRefused::Illegal => &rows::KEY_ILLEGAL,
            }),
            Self::NotFound(kind) => Face::not_found(kind),
            Self::NotJson => Face::of(&rows::NOT_JSON),
            Self::Encoded => Face::of(&rows::ENCODED),
            Self::BodyTooLarge => Face::of(&rows::BODY_TOO_LARGE),
            Self::BodyBroken => Face::of(&rows::BODY_BROKEN),
            Self::MethodNotAllowed => Face::of(&rows::METHOD_NOT_ALLOWED),
            Self::UnknownPath => Face::of(&rows::UNKNOWN_PATH),
            Self::TooManyKeys => Face::of(&rows::CREDENTIALS_TOO_OFTEN),
            Self::TooManyRequests => Face::of(&rows::TOO_MANY_REQUESTS),
            Self::ScopeMissing => Face::of(&rows::SCOPE_MISSING),
        }
    }
}
