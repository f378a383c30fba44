//! The bare ceiling: the HTTP stack of the server, which reads who asks and sends the body back.

use std::net::SocketAddr;

use anyhow::Result;
use axum::Router;
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};

/// Echoes until it is killed.
pub(crate) fn serve(listen: SocketAddr) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen).await?;
        let ready = get(|| async { "ready" });
        let router = Router::new()
            .route("/v3/payments", post(echo))
            .route("/readyz", ready);
        axum::serve(listener, router).await?;
        Ok(())
    })
}

async fn echo(
    headers: HeaderMap,
    body: Bytes,
) -> Result<impl axum::response::IntoResponse, StatusCode> {
    let given = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let coded = given.and_then(|value| value.strip_prefix("Basic "));
    let plain = coded.and_then(|coded| STANDARD.decode(coded).ok());
    if !plain.is_some_and(|plain| plain.contains(&b':')) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let object: serde_json::Value =
        serde_json::from_slice(&body).map_err(|_broken| StatusCode::BAD_REQUEST)?;
    Ok(([(CONTENT_TYPE, "application/json")], object.to_string()))
}
