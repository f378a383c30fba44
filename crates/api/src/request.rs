//! What surrounds every handler: the request's id, and the one place where an error becomes a body
//! and a line in the log.

use std::error::Error as _;

use app::Quiet;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use contract::error::ErrorBody;
use domain::card;
use http::header::{
    CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, StatusCode};
use tracing::{error, info};

use crate::error::{ApiError, Failed};
use crate::response::JSON;
use crate::state::ApiState;

static QUIET: Quiet = Quiet::new();

const REQUEST_ID: &str = "x-request-id";
const REQUEST_ID_BYTES_MAX: usize = 64;
/// The header that asks for a key.
const REALM: HeaderValue = HeaderValue::from_static("Basic realm=\"API\"");

/// The id of a request, in its answer and in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequestId(pub(crate) String);

impl RequestId {
    /// The id that came with the request: from the server's outer layers, or from the caller.
    fn brought(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(REQUEST_ID)?.to_str().ok()?;
        let permitted = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        let fits = (1..=REQUEST_ID_BYTES_MAX).contains(&text.len());
        let sound = fits && text.bytes().all(permitted) && !card::stands_in(text);
        sound.then(|| Self(text.to_owned()))
    }

    /// A random one in the shape of a UUID.
    fn new(high: u64, low: u64) -> Self {
        let (a, b, c) = (high >> 32, (high >> 16) & 0xffff, high & 0xfff);
        let (d, e) = (((low >> 48) & 0x3fff) | 0x8000, low & 0xffff_ffff_ffff);
        Self(format!("{a:08x}-{b:04x}-4{c:03x}-{d:04x}-{e:012x}"))
    }
}

/// Serves one request.
pub(crate) async fn serve(
    State(state): State<ApiState>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = RequestId::brought(request.headers());
    let id = id.unwrap_or_else(|| RequestId::new(state.app.random_bits(), state.app.random_bits()));
    request.extensions_mut().insert(id.clone());

    let mut response = next.run(request).await;
    if let Some(Failed(failure)) = response.extensions_mut().remove::<Failed>() {
        let name = failure.face().row.name;
        let status = response.status();
        if failure.is_of_storage() {
            // One line for all requests while the storage is away.
            if let Some(unsaid) = QUIET.turn() {
                let (cause, status) = (causes(&failure), status.as_u16());
                let id = id.0.as_str();
                error!(
                    request.id = id,
                    status, name, cause, unsaid, "request failed"
                );
            }
        } else if status.is_server_error() {
            let (cause, status) = (causes(&failure), status.as_u16());
            error!(request.id = id.0, status, name, cause, "request failed");
        } else {
            info!(
                request.id = id.0,
                status = status.as_u16(),
                name,
                "request refused"
            );
        }
        if let Some(wait_ms) = failure.face().row.retry_after {
            let seconds = HeaderValue::from(wait_ms.div_ceil(1_000));
            response.headers_mut().insert(RETRY_AFTER, seconds);
        }
        *response.body_mut() = body(&failure, &id).into();
    }
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let unknown = response.status() == StatusCode::UNAUTHORIZED;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, JSON);
    guard(headers);
    if unknown {
        // The HTTP libraries of several languages only send a key when they are asked in this way.
        headers.insert(WWW_AUTHENTICATE, REALM);
    }
    response
}

/// Headers of everything that the API says: it must not be cached or shared, and is nothing but
/// JSON.
pub(crate) fn guard(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

fn body(failure: &ApiError, id: &RequestId) -> Vec<u8> {
    let face = failure.face();
    contract::error::body(&ErrorBody {
        id: &id.0,
        code: face.row.code,
        description: &face.description,
        parameter: face.parameter.as_deref(),
        retry_after: face.row.retry_after,
    })
}

/// The error with all its causes, for the operator.
fn causes(failure: &ApiError) -> String {
    let mut text = failure.to_string();
    let mut source = failure.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
