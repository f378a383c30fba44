//! `/fiscal/v1/callback`: a fiscal register says that a document is done. Anybody can send that, so
//! it is only a reason to ask the register, and the body is not even read.

use std::sync::Arc;

use app::{App, Error};
use axum::Router;
use axum::extract::{Path, State};
use axum::routing::post;
use http::StatusCode;
use tracing::error;

use crate::routes;

/// The address, for registers only.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route(routes::FISCAL_CALLBACK, post(called_back))
        .with_state(app)
}

async fn called_back(State(app): State<Arc<App>>, Path(id): Path<String>) -> StatusCode {
    let Ok(id) = id.parse() else {
        return StatusCode::NOT_FOUND;
    };
    match app::register::called_back(&app, id).await {
        Ok(()) => StatusCode::OK,
        Err(Error::NotFound { .. }) => StatusCode::NOT_FOUND,
        Err(Error::Conflict | Error::Busy | Error::Unavailable(_) | Error::Unconfirmed(_)) => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        Err(
            failure @ (Error::Denied
            | Error::Forbidden { .. }
            | Error::Invalid(_)
            | Error::Refused(_)
            | Error::Internal(_)),
        ) => {
            error!(cause = ?failure, "a register's callback could not be taken in");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}
