//! The answers to requests that never reach a handler.

use axum::http::StatusCode;
use axum::http::header::{CONNECTION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use axum::response::{IntoResponse as _, Response};
use contract::error::{ErrorBody, ErrorCode, body};

/// After how many seconds it is worth trying again.
const RETRY_SECONDS: u32 = 1;

/// Paths that always answer with JSON.
const API_PATHS: [&str; 2] = ["/v3/", "/altyn/v1/"];

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// It is not HTTP, or two readers could understand it in two ways.
    Malformed,
    /// Its head has more bytes or fields than permitted.
    HeadTooLong,
    /// Its address alone is longer than permitted.
    AddressTooLong,
    /// Its head did not arrive in time.
    HeadLate,
    /// Its body did not arrive in time.
    BodyLate,
    /// There is no place for it.
    Full,
}

/// A request that is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) why: Why,
    /// Whether it is for an address of the API, whose clients can read its errors.
    pub(super) of_api: bool,
}

/// Returns whether a path is one of the API's.
pub(super) fn is_of_api(path: &str) -> bool {
    API_PATHS.iter().any(|prefix| path.starts_with(prefix))
}

impl Why {
    fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::HeadTooLong => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::AddressTooLong => StatusCode::URI_TOO_LONG,
            Self::HeadLate | Self::BodyLate => StatusCode::REQUEST_TIMEOUT,
            Self::Full => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn code(self) -> ErrorCode {
        match self {
            Self::Malformed
            | Self::HeadTooLong
            | Self::AddressTooLong
            | Self::HeadLate
            | Self::BodyLate => ErrorCode::InvalidRequest,
            Self::Full => ErrorCode::TooManyRequests,
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::Malformed => "The request is not valid HTTP",
            Self::HeadTooLong => "The request's headers are too long",
            Self::AddressTooLong => "The request's address is too long",
            Self::HeadLate => "The request's headers did not arrive in time",
            Self::BodyLate => "The request's body did not arrive in time",
            Self::Full => "Too many connections. Try again later: nothing was done",
        }
    }
}

impl Refused {
    /// The answer, after which the connection ends.
    pub(super) fn answer(self, id: &str) -> Response {
        let (status, description) = (self.why.status(), self.why.description());
        let retry = self.why == Why::Full;
        let mut response = if self.of_api {
            let body = body(&ErrorBody {
                id,
                code: self.why.code(),
                description,
                parameter: None,
                retry_after: retry.then(|| RETRY_SECONDS.saturating_mul(1_000)),
            });
            let json = (CONTENT_TYPE, "application/json");
            (status, [json], body).into_response()
        } else {
            (status, format!("{description}\n")).into_response()
        };
        let headers = response.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
        if retry {
            headers.insert(RETRY_AFTER, RETRY_SECONDS.into());
        }
        response
    }
}
