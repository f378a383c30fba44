//! The pages of merchants; for now, the one that grants an application access.

use std::sync::Arc;

use app::App;
use axum::Router;

pub mod oauth;
pub mod samples;

/// The cabinet's addresses.
pub fn router(app: Arc<App>) -> Router {
    pages::guarded(oauth::router(), &app).with_state(app)
}
