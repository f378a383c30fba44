//! `/v3/payments`.

use axum::extract::RawQuery;
use contract::payment::{CapturePayment, CreatePayment, ListPayments, SimulatePayment};
use domain::PaymentId;

use crate::answer::{Answer, Answered};
use crate::cx::ApiCx;
use crate::id::Id;
use crate::once::{Bare, Plain, Post};

/// Creates a payment.
pub(crate) async fn create(ApiCx(cx): ApiCx, post: Post) -> Answered {
    let command = CreatePayment::parse(&post.body)?;
    let reply = app::payment::create(&cx, post.once, command).await?;
    Ok(Answer(reply))
}

/// Lists payments.
pub(crate) async fn list(ApiCx(cx): ApiCx, RawQuery(query): RawQuery) -> Answered {
    let list = ListPayments::parse(query.as_deref().unwrap_or(""))?;
    Ok(Answer(app::payment::list(&cx, list).await?))
}

/// Shows a payment.
pub(crate) async fn show(ApiCx(cx): ApiCx, Id(id): Id<PaymentId>) -> Answered {
    Ok(Answer(app::payment::show(&cx, id).await?))
}

/// Takes held money.
pub(crate) async fn capture(ApiCx(cx): ApiCx, Id(id): Id<PaymentId>, post: Post) -> Answered {
    let command = CapturePayment::parse(&post.body)?;
    let reply = app::payment::capture(&cx, post.once, id, command).await?;
    Ok(Answer(reply))
}

/// Lets held money go.
pub(crate) async fn cancel(ApiCx(cx): ApiCx, Id(id): Id<PaymentId>, Bare(once): Bare) -> Answered {
    Ok(Answer(app::payment::cancel(&cx, once, id).await?))
}

/// Decides a test payment in the place of its buyer.
pub(crate) async fn simulate(
    ApiCx(cx): ApiCx,
    Id(id): Id<PaymentId>,
    Plain(body): Plain,
) -> Answered {
    let command = SimulatePayment::parse(&body)?;
    Ok(Answer(app::simulate::payment(&cx, id, command).await?))
}
