//! Alive and ready: for whoever watches the process and sends it traffic.

use std::sync::Arc;

use app::App;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use tracing::warn;

/// `/healthz` says that the process runs, `/readyz` that it can do its work.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(ready))
        .with_state(app)
}

async fn ready(State(app): State<Arc<App>>) -> (StatusCode, &'static str) {
    match app.ready().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            warn!(%error, cause, "the storage is not ready");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the storage is not ready\n",
            )
        }
    }
}
