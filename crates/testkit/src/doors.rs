//! All pages at once, as the server merges them.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use app::App;
use axum::Router;
use pages::lang::Lang;
use pages::samples::Sample;

/// The pages of a payment, of access, and the test bank's.
pub fn pages(app: &Arc<App>) -> Router {
    checkout::router(Arc::clone(app))
        .merge(cabinet::router(Arc::clone(app)))
        .merge(docs::sandbox::router(Arc::clone(app)))
        .merge(pages::router(app))
}

/// All pages in each of their looks, in `lang`.
#[must_use]
pub fn samples(lang: Lang) -> Vec<Sample> {
    [
        pages::samples::all,
        checkout::samples::all,
        cabinet::samples::all,
        docs::samples::all,
    ]
    .into_iter()
    .flat_map(|all| all(lang).expect("render every page"))
    .collect()
}
