//! `/v3/payment_methods`.

use contract::payment_method::CreatePaymentMethod;
use domain::PaymentMethodId;

use crate::cx::ApiCx;
use crate::id::Id;
use crate::once::Post;
use crate::response::{ApiResponse, ApiResult};

/// Binds a payment method without a payment.
pub(crate) async fn create(ApiCx(cx): ApiCx, post: Post) -> ApiResult {
    let command = CreatePaymentMethod::parse(&post.body)?;
    let reply = app::payment_method::create(&cx, post.once, command).await?;
    Ok(ApiResponse(reply))
}

/// Shows a payment method.
pub(crate) async fn show(ApiCx(cx): ApiCx, Id(id): Id<PaymentMethodId>) -> ApiResult {
    Ok(ApiResponse(app::payment_method::show(&cx, id).await?))
}
