//! `/connectors/{name}/…`: a bank calls. The body goes untouched to the connector, which proves by
//! its signature whose call it is; nothing of it is logged.

use std::sync::Arc;

use app::bank_call::{self, BankCall};
use app::{App, Error};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use http::{HeaderMap, StatusCode, header};
use tracing::error;

use crate::routes;

/// The longest body of a call.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// The addresses, for banks only.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route(routes::BANK_CALL, post(called))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(app)
}

async fn called(
    State(app): State<Arc<App>>,
    Path((name, path)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let call = BankCall {
        path,
        query,
        headers,
        body: body.into(),
    };
    match bank_call::receive(&app, &name, call).await {
        Ok(reply) => ([(header::CONTENT_TYPE, reply.content_type)], reply.body).into_response(),
        Err(refused) => status(&refused).into_response(),
    }
}

fn status(refused: &Error) -> StatusCode {
    match refused {
        Error::NotFound { .. } => StatusCode::NOT_FOUND,
        Error::Denied => StatusCode::FORBIDDEN,
        Error::Conflict | Error::Busy | Error::Unavailable(_) | Error::Unconfirmed(_) => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        Error::Forbidden { .. } | Error::Invalid(_) | Error::Refused(_) | Error::Internal(_) => {
            error!(cause = ?refused, "a bank's call could not be taken in");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}
