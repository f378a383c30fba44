//! The scripts under the addresses that merchants write into their pages. Browsers ask for them
//! again after a while, unlike our own pages' scripts, whose addresses name their content.

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use pages::assets;
use pages::sent::Path;

/// How the versions that merchants write begin.
const PAYOUTS_VERSIONS: &str = "3.";

/// `GET /checkout-widget/v1/checkout-widget.js`
pub(crate) async fn widget() -> Response {
    script("checkout-widget.js")
}

/// `GET /checkout-js/v1/checkout.js`
pub(crate) async fn checkout_js() -> Response {
    script("checkout-js.js")
}

/// `GET /payouts-data/{version}/widget.js`
pub(crate) async fn payouts_data(Path(version): Path) -> Response {
    if version.starts_with(PAYOUTS_VERSIONS) {
        script("payouts-data.js")
    } else {
        StatusCode::NOT_FOUND.into_response()
    }
}

/// A script that any page may load, also one that asks for more isolation than most.
fn script(name: &str) -> Response {
    let Some(content) = assets::content(name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (
            header::CONTENT_TYPE.as_str(),
            "text/javascript; charset=utf-8",
        ),
        (header::CACHE_CONTROL.as_str(), "public, max-age=600"),
        (header::X_CONTENT_TYPE_OPTIONS.as_str(), "nosniff"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN.as_str(), "*"),
        ("cross-origin-resource-policy", "cross-origin"),
    ];
    (headers, content.into_owned()).into_response()
}
