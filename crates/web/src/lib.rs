//! The other doors: the checkout's pages and widgets, the page on which merchants grant access,
//! the demo's and the sandbox's pages, as HTML that needs no script.
//!
//! A page is a struct next to its handler, filled with texts that are ready to be shown; its
//! template stands under the same path in `templates/`. Handlers know no rule of a payment.

use std::sync::Arc;

use app::App;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Router};
use http::StatusCode;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};

mod answer;
mod asked;
pub mod assets;
pub mod checkout;
pub mod demo;
pub mod docs;
mod form_guard;
pub mod frame;
pub mod lang;
pub mod letter;
pub mod moment;
pub mod money;
pub mod oauth;
pub mod qr;
pub mod routes;
pub mod samples;
pub mod sandbox;
pub mod text;
pub mod widget;

/// The largest form: a buyer types a few dozen characters.
const FORM_BYTES_MAX: usize = 16 * 1024;

/// The pages of a payment, of access, and the test bank's.
pub fn router(app: Arc<App>) -> Router {
    let pages = checkout::router()
        .merge(sandbox::router())
        .merge(oauth::router())
        .merge(widget::router())
        .merge(assets::router());
    guarded(pages, &app).with_state(app)
}

/// Pages with forms that are read before anybody trusts them.
fn guarded<S: Clone + Send + Sync + 'static>(pages: Router<S>, app: &App) -> Router<S> {
    pages
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(from_fn(refuse_unread))
        .layer(Extension(form_guard::OverTls::of(app)))
}

/// Refuses a form that will not be read before it is sent: one that is packed, or too long.
async fn refuse_unread(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let encodings = headers.get_all(CONTENT_ENCODING).iter();
    let mut plain = encodings.map(|value| value.as_bytes().eq_ignore_ascii_case(b"identity"));
    if plain.any(|plain| !plain) {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    let length = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok());
    let length: Option<usize> = length.and_then(|length| length.parse().ok());
    if length.is_some_and(|length| FORM_BYTES_MAX < length) {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    next.run(request).await
}
