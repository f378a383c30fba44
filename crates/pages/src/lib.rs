//! What all pages share: their frame and texts, languages, styles and scripts, how forms are read
//! and how errors look; and letters in words. It knows no page that takes a card.
//!
//! A page is a struct next to its handler, filled with texts that are ready to be shown; its
//! template stands under the same path in `templates/`. Handlers know no rule of a payment.

use app::App;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Router};
use http::StatusCode;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};

pub mod assets;
pub mod cart;
pub mod form_guard;
pub mod frame;
pub mod lang;
pub mod leave;
pub mod letter;
pub mod means;
pub mod moment;
pub mod money;
pub mod notice;
pub mod order;
pub mod phone;
pub mod request;
pub mod response;
pub mod result;
pub mod routes;
pub mod samples;
pub mod sent;
pub mod test_cards;
pub mod text;

/// The largest form; a buyer types a few dozen characters.
const FORM_BYTES_MAX: usize = 16 * 1024;

/// Styles and scripts of all pages.
pub fn router(app: &App) -> Router {
    guarded(assets::router(), app)
}

/// Pages with forms, whose size is limited before they are read.
pub fn guarded<S: Clone + Send + Sync + 'static>(pages: Router<S>, app: &App) -> Router<S> {
    pages
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(from_fn(refuse_unread))
        .layer(Extension(form_guard::OverTls::of(app)))
}

/// Refuses a form that is compressed or too long, before it is sent.
async fn refuse_unread(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let encodings = headers.get_all(CONTENT_ENCODING).iter();
    let mut plain = encodings.map(|value| value.as_bytes().eq_ignore_ascii_case(b"identity"));
    if plain.any(|plain| !plain) {
        return unread(&request, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let length = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok());
    let length: Option<usize> = length.and_then(|length| length.parse().ok());
    if length.is_some_and(|length| FORM_BYTES_MAX < length) {
        return unread(&request, StatusCode::PAYLOAD_TOO_LARGE);
    }
    next.run(request).await
}

fn unread(request: &Request, status: StatusCode) -> Response {
    let lang = request::lang(request.uri(), request.headers());
    sent::Unread::form(lang, status).into_response()
}
