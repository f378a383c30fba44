//! The other doors: the checkout's pages and widgets, the page on which merchants grant access,
//! the demo's and the sandbox's pages, as HTML that needs no script.
//!
//! A page is a struct next to its handler, filled with texts that are ready to be shown; its
//! template stands under the same path in `templates/`. Handlers know no rule of a payment.

use std::sync::Arc;

use app::App;
use axum::Router;
use axum::extract::DefaultBodyLimit;

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
    checkout::router()
        .merge(sandbox::router())
        .merge(oauth::router())
        .merge(widget::router())
        .merge(assets::router())
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .with_state(app)
}
