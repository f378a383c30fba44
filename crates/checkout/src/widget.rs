//! What shops put into their own pages: the payment widget, the payout widget and Checkout.js
//! (YooKassa API v3: widget, Checkout.js, payout widget). Scripts run in the shop's page and open
//! frames of ours; a card is typed into a frame, or goes from the shop's form straight to us.

use std::sync::Arc;

use app::App;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use pages::routes;

mod pay;
pub mod payout;
pub mod problem;
pub mod returned;
mod script;
mod show;
mod token;

/// The largest body with a card.
const CARD_BYTES_MAX: usize = 2 * 1024;

/// The widgets' addresses.
pub(crate) fn router() -> Router<Arc<App>> {
    let payment_tokens = post(token::create).options(token::preflight);
    let payout_tokens = post(payout::create);
    Router::new()
        .route(routes::WIDGET_SCRIPT, get(script::widget))
        .route(routes::WIDGET_FRAME, get(show::show))
        .route(routes::WIDGET_PAY, post(pay::create))
        .route(routes::CHECKOUT_JS, get(script::checkout_js))
        .route(routes::PAYOUTS_SCRIPT, get(script::payouts_data))
        .route(routes::PAYOUTS_FRAME, get(payout::show))
        .merge(
            Router::new()
                .route(routes::CHECKOUT_JS_TOKENS, payment_tokens)
                .route(routes::PAYOUTS_TOKENS, payout_tokens)
                .layer(DefaultBodyLimit::max(CARD_BYTES_MAX)),
        )
}

pub(crate) use returned::show as returned_page;
