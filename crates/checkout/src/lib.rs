//! The hosted payment page: choose, pay, wait, see how it ended; invoices, bindings, and the
//! widgets in shops' pages. No other pages see a card.

use std::sync::Arc;

use app::App;
use axum::Router;
use axum::routing::{get, post};
use pages::routes;

mod back;
pub mod bind;
mod bind_door;
pub mod card_form;
pub mod contract;
pub mod invoice;
mod invoice_door;
mod pay;
pub mod phone_form;
pub mod qr;
pub mod samples;
mod show;
pub mod stage;
pub mod waiting;
pub mod widget;

/// The checkout's addresses.
pub fn router(app: Arc<App>) -> Router {
    let pages = Router::new()
        .route(routes::CONTRACT, get(show::show))
        .route(routes::PAY, post(pay::create))
        .route(routes::STATUS, get(back::status))
        .route(routes::RETURN, get(back::returned))
        .route(routes::INVOICE, get(invoice_door::show))
        .route(routes::INVOICE_PAY, post(invoice_door::pay))
        .route(routes::BIND, get(bind_door::show).post(bind_door::create))
        .route(routes::BIND_STATUS, get(bind_door::status))
        .route(routes::BIND_RETURN, get(bind_door::returned))
        .merge(widget::router());
    pages::guarded(pages, &app).with_state(app)
}
