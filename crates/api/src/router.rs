//! The router: every route of the access table with its handler, and the layers around them.

use std::sync::Arc;

use app::App;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{MethodRouter, any, delete, get, post};
use axum::{Extension, Router};

use crate::error::ApiError;
use crate::limit::Limiter;
use crate::routes::{DESCRIPTION, Endpoint, REST, ROUTES};
use crate::state::{ApiState, Settings};
use crate::{
    account, bank_call, clock, deal, event, fiscal, grant, invoice, oauth, openapi, payment,
    payment_method, payout, personal_data, pos_link, receipt, refund, request, self_employed,
    webhook,
};

/// The merchant API under `/v3`, with the usual limits. It has no fallback of its own, so it can
/// be merged with other routers.
pub fn router(app: Arc<App>) -> Router {
    router_with(app, Settings::default())
}

/// The merchant API with these limits.
pub fn router_with(app: Arc<App>, settings: Settings) -> Router {
    let limiter = Limiter::new(settings.requests_per_second, settings.requests_burst);
    let oauth = oauth::router(Arc::clone(&app));
    let fiscal = fiscal::router(Arc::clone(&app));
    let banks = bank_call::router(Arc::clone(&app));
    let state = ApiState {
        app,
        limiter: Arc::new(limiter),
        body_bytes_max: settings.body_bytes_max,
    };
    let mut router = Router::new();
    for route in &ROUTES {
        let handler = handler(route.endpoint).route_layer(Extension(route.right));
        router = router.route(route.path, handler);
    }
    router = router.method_not_allowed_fallback(method_not_allowed);
    router = router.route(DESCRIPTION, get(openapi::show));
    for path in REST {
        router = router.route(path, any(unknown_path));
    }
    router
        .layer(middleware::from_fn_with_state(
            state.clone(),
            request::serve,
        ))
        .layer(DefaultBodyLimit::max(settings.body_bytes_max))
        .with_state(state)
        .merge(oauth)
        .merge(fiscal)
        .merge(banks)
}

fn handler(endpoint: Endpoint) -> MethodRouter<ApiState> {
    match endpoint {
        Endpoint::CreatePayment => post(payment::create),
        Endpoint::ListPayments => get(payment::list),
        Endpoint::ShowPayment => get(payment::show),
        Endpoint::CapturePayment => post(payment::capture),
        Endpoint::CancelPayment => post(payment::cancel),
        Endpoint::CreateRefund => post(refund::create),
        Endpoint::ListRefunds => get(refund::list),
        Endpoint::ShowRefund => get(refund::show),
        Endpoint::CreatePaymentMethod => post(payment_method::create),
        Endpoint::ShowPaymentMethod => get(payment_method::show),
        Endpoint::CreateDeal => post(deal::create),
        Endpoint::ListDeals => get(deal::list),
        Endpoint::ShowDeal => get(deal::show),
        Endpoint::CreateInvoice => post(invoice::create),
        Endpoint::ShowInvoice => get(invoice::show),
        Endpoint::CreateReceipt => post(receipt::create),
        Endpoint::ListReceipts => get(receipt::list),
        Endpoint::ShowReceipt => get(receipt::show),
        Endpoint::CreatePayout => post(payout::create),
        Endpoint::ListPayouts => get(payout::list),
        Endpoint::SearchPayouts => get(payout::search),
        Endpoint::ShowPayout => get(payout::show),
        Endpoint::ListSbpBanks => get(payout::banks),
        Endpoint::CreatePersonalData => post(personal_data::create),
        Endpoint::ShowPersonalData => get(personal_data::show),
        Endpoint::CreateSelfEmployed => post(self_employed::create),
        Endpoint::ShowSelfEmployed => get(self_employed::show),
        Endpoint::CreatePosLink => post(pos_link::create),
        Endpoint::ShowPosLink => get(pos_link::show),
        Endpoint::ActivatePosLink => post(pos_link::activate),
        Endpoint::DeactivatePosLink => post(pos_link::deactivate),
        Endpoint::MovePosLink => post(pos_link::recipient),
        Endpoint::ShowAccount => get(account::show),
        Endpoint::ListEvents => get(event::list),
        Endpoint::ShowEvent => get(event::show),
        Endpoint::ResendEvent => post(event::resend),
        Endpoint::ListGrants => get(grant::list),
        Endpoint::RemoveGrant => delete(grant::remove),
        Endpoint::ShowClock => get(clock::show),
        Endpoint::AdvanceClock => post(clock::advance),
        Endpoint::SimulatePayment => post(payment::simulate),
        Endpoint::CreateWebhook => post(webhook::create),
        Endpoint::ListWebhooks => get(webhook::list),
        Endpoint::RemoveWebhook => delete(webhook::remove),
    }
}

async fn method_not_allowed() -> ApiError {
    ApiError::MethodNotAllowed
}

async fn unknown_path() -> ApiError {
    ApiError::UnknownPath
}
