//! `/v3/payments`.

use axum::extract::RawQuery;
use contract::payment::{CapturePayment, CreatePayment, ListPayments, SimulatePayment};
use domain::PaymentId;

use crate::cx::ApiCx;
use crate::id::Id;
use crate::once::{Bare, Plain, Post};
use crate::response::{ApiResponse, ApiResult};

/// Creates a payment.
pub(crate) async fn create(ApiCx(cx): ApiCx, post: Post) -> ApiResult {
    let command = CreatePayment::parse(&post.body)?;
    let reply = app::payment::create(&cx, post.once, command).await?;
    Ok(ApiResponse(reply))
}

/// Lists payments.
pub(crate) async fn list(ApiCx(cx): ApiCx, RawQuery(query): RawQuery) -> ApiResult {
    let list = ListPayments::parse(query.as_deref().unwrap_or(""))?;
    Ok(ApiResponse(app::payment::list(&cx, list).await?))
}

/// Shows a payment.
pub(crate) async fn show(ApiCx(cx): ApiCx, Id(id): Id<PaymentId>) -> ApiResult {
    Ok(ApiResponse(app::payment::show(&cx, id).await?))
}

/// Takes held money.
pub(crate) async fn capture(ApiCx(cx): ApiCx, Id(id): Id<PaymentId>, post: Post) -> ApiResult {
    let command = CapturePayment::parse(&post.body)?;
    let reply = app::payment::capture(&cx, post.once, id, command).await?;
    Ok(ApiResponse(reply))
}

/// Lets held money go.
pub(crate) async fn cancel(ApiCx(cx): ApiCx, Id(id): Id<PaymentId>, Bare(once): Bare) -> ApiResult {
    Ok(ApiResponse(app::payment::cancel(&cx, once, id).await?))
}

/// Decides a test payment in the place of its buyer.
pub(crate) async fn simulate(
    ApiCx(cx): ApiCx,
    Id(id): Id<PaymentId>,
    Plain(body): Plain,
) -> ApiResult {
    let command = SimulatePayment::parse(&body)?;
    Ok(ApiResponse(app::simulate::payment(&cx, id, command).await?))
}
