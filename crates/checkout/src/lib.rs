//! The hosted payment page: choose, pay, wait, see how it ended; invoices, bindings, and the
//! widgets in shops' pages. No other pages see a card.

use std::sync::Arc;

use app::App;
use axum::Router;
use axum::routing::{get, post};
use pages::routes;

pub mod bind;
pub mod card_form;
pub mod invoice;
pub mod payment;
pub mod phone_form;
pub mod qr;
pub mod samples;
pub mod stage;
pub mod waiting;
pub mod widget;

/// The checkout's addresses.
pub fn router(app: Arc<App>) -> Router {
    let pages = Router::new()
        .route(routes::CONTRACT, get(payment::show::show))
        .route(routes::PAY, post(payment::pay::create))
        .route(routes::STATUS, get(payment::back::status))
        .route(routes::RETURN, get(payment::back::returned))
        .route(routes::INVOICE, get(invoice::show))
        .route(routes::INVOICE_PAY, post(invoice::pay))
        .route(routes::BIND, get(bind::show).post(bind::create))
        .route(routes::BIND_STATUS, get(bind::status))
        .route(routes::BIND_RETURN, get(bind::returned))
        .merge(widget::router());
    pages::guarded(pages, &app).with_state(app)
}
