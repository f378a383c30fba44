//! `/v3/payment_methods`.

use contract::payment_method::CreatePaymentMethod;
use domain::PaymentMethodId;

use crate::answer::{Answer, Answered};
use crate::cx::ApiCx;
use crate::id::Id;
use crate::once::Post;

/// Binds a payment method without a payment.
pub(crate) async fn create(ApiCx(cx): ApiCx, post: Post) -> Answered {
    let command = CreatePaymentMethod::parse(&post.body)?;
    let reply = app::payment_method::create(&cx, post.once, command).await?;
    Ok(Answer(reply))
}

/// Shows a payment method.
pub(crate) async fn show(ApiCx(cx): ApiCx, Id(id): Id<PaymentMethodId>) -> Answered {
    Ok(Answer(app::payment_method::show(&cx, id).await?))
}
