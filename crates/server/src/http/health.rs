//! Alive and ready: for programs that watch the process and send it traffic.

use std::sync::Arc;
use std::time::Duration;

use app::{App, Error};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, RETRY_AFTER};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use tracing::warn;

/// Paths that are answered even if there is no place for a connection.
pub(super) const PATHS: [&str; 2] = ["/healthz", "/readyz"];

/// `/healthz` says that the process runs, `/readyz` that it can work. If that is not known within
/// `time_max`, the answer is no.
pub(crate) fn router(app: Arc<App>, time_max: Duration) -> Router {
    let [alive, ready_path] = PATHS;
    Router::new()
        .route(
            alive,
            get(|| async { kept_nowhere(StatusCode::OK, "alive\n") }),
        )
        .route(ready_path, get(ready))
        .with_state((app, time_max))
}

async fn ready(State((app, time_max)): State<(Arc<App>, Duration)>) -> Response {
    within(time_max, app.ready()).await
}

async fn within(time_max: Duration, ready: impl Future<Output = Result<(), Error>>) -> Response {
    match tokio::time::timeout(time_max, ready).await {
        Ok(Ok(())) => return kept_nowhere(StatusCode::OK, "ready\n"),
        Ok(Err(error)) => {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            warn!(%error, cause, "the storage is not ready");
        }
        Err(_elapsed) => warn!("the storage does not answer in time"),
    }
    let text = "the storage is not ready\n";
    let mut response = kept_nowhere(StatusCode::SERVICE_UNAVAILABLE, text);
    response.headers_mut().insert(RETRY_AFTER, 1.into());
    response
}

fn kept_nowhere(status: StatusCode, text: &'static str) -> Response {
    (status, [(CACHE_CONTROL, "no-store")], text).into_response()
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::time::Duration;

    use super::within;

    #[tokio::test]
    async fn a_storage_that_hangs_is_not_ready() {
        let soon = Duration::from_millis(20);
        let response = within(soon, pending()).await;
        assert_eq!(response.status(), 503);
        assert_eq!(response.headers()["retry-after"], "1");
        assert_eq!(within(soon, ready(Ok(()))).await.status(), 200);
        assert_eq!(
            within(soon, ready(Err(app::Error::Busy))).await.status(),
            503
        );
    }
}
