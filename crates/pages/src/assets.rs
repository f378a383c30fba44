//! Styles and scripts. `cargo xtask build` bundles them into `assets/dist`; without it the style is
//! served as written, and pages work without a script.

use std::borrow::Cow;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{StatusCode, header};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::routes;
use crate::sent::Path;

#[derive(RustEmbed)]
#[folder = "assets/dist"]
struct Built;

#[derive(RustEmbed)]
#[folder = "assets/src"]
struct Written;

/// The files we serve, and their content types; nothing else is ever looked up.
const SERVED: [(&str, &str); 8] = [
    ("docs.css", "text/css; charset=utf-8"),
    ("docs.js", "text/javascript; charset=utf-8"),
    ("checkout.css", "text/css; charset=utf-8"),
    ("checkout.js", "text/javascript; charset=utf-8"),
    ("demo.css", "text/css; charset=utf-8"),
    ("demo.js", "text/javascript; charset=utf-8"),
    ("frame.js", "text/javascript; charset=utf-8"),
    ("icon.svg", "image/svg+xml"),
];

/// Address of the checkout's style.
#[must_use]
pub fn style_url() -> String {
    address("checkout.css").unwrap_or_default()
}

/// Address of the documentation's style.
#[must_use]
pub fn docs_style_url() -> String {
    address("docs.css").unwrap_or_default()
}

/// Address of the documentation's script, if it has been built.
#[must_use]
pub fn docs_script_url() -> Option<String> {
    address("docs.js")
}

/// Returns whether the pages have their scripts; a build for development may lack them.
#[must_use]
pub fn are_built() -> bool {
    script_url().is_some()
}

/// Address of the checkout's script, if it has been built.
#[must_use]
pub fn script_url() -> Option<String> {
    address("checkout.js")
}

/// Address of the script of pages in frames, if it has been built.
#[must_use]
pub fn frame_script_url() -> Option<String> {
    address("frame.js")
}

/// Address of the demo's style.
#[must_use]
pub fn demo_style_url() -> String {
    address("demo.css").unwrap_or_default()
}

/// Address of the demo's script, if it has been built.
#[must_use]
pub fn demo_script_url() -> Option<String> {
    address("demo.js")
}

/// Address of the icon in the browser's tab.
#[must_use]
pub fn icon_url() -> String {
    address("icon.svg").unwrap_or_default()
}

/// The file's bytes as served.
#[must_use]
pub fn content(name: &str) -> Option<Cow<'static, [u8]>> {
    find(name).map(|file| file.data)
}

/// Serves the files.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route(routes::ASSETS, get(show))
}

/// `GET /checkout/assets/{name}`: the address names the content, so it may be kept for ever.
async fn show(Path(name): Path) -> Response {
    let known = SERVED.iter().find(|(served, _)| *served == name);
    let (Some((name, content_type)), Some(file)) = (known, find(&name)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    tracing::trace!(asset = name, "served {name}");
    let headers = [
        (header::CONTENT_TYPE, *content_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, file.data.into_owned()).into_response()
}

/// A file that was not built is served as written, except scripts: browsers cannot read TypeScript,
/// and `assets/src` has no file with the name of a built one.
fn find(name: &str) -> Option<EmbeddedFile> {
    Built::get(name).or_else(|| Written::get(name))
}

fn address(name: &str) -> Option<String> {
    let hash = find(name)?.metadata.sha256_hash();
    let version: String = hash
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Some(routes::asset(name, &version))
}
