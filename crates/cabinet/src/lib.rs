//! What merchants do on pages of their own; so far, granting an application access.

use std::sync::Arc;

use app::App;
use axum::Router;

pub mod oauth;
pub mod samples;

/// The cabinet's addresses.
pub fn router(app: Arc<App>) -> Router {
    pages::guarded(oauth::router(), &app).with_state(app)
}
