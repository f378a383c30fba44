//! An answer to a request that was carried out: always 200 and JSON.

use app::Reply;
use axum::response::{IntoResponse, Response};
use http::header::HeaderValue;

use crate::error::ApiError;

/// The content type of every answer.
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// An answer's body.
pub(crate) struct ApiResponse(pub(crate) Reply);

/// What a handler returns.
pub(crate) type ApiResult = Result<ApiResponse, ApiError>;

impl IntoResponse for ApiResponse {
    fn into_response(self) -> Response {
        let Reply(body) = self.0;
        body.into_response()
    }
}
