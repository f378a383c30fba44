//! `/v3/receipts`.

use axum::extract::RawQuery;
use contract::receipt::{CreateReceipt, ListReceipts};
use domain::ReceiptId;

use crate::cx::ApiCx;
use crate::id::Id;
use crate::once::Post;
use crate::response::{ApiResponse, ApiResult};

/// Registers a receipt of a payment or a refund.
pub(crate) async fn create(ApiCx(cx): ApiCx, post: Post) -> ApiResult {
    let command = CreateReceipt::parse(&post.body)?;
    let reply = app::receipt::create(&cx, post.once, command).await?;
    Ok(ApiResponse(reply))
}

/// Lists receipts.
pub(crate) async fn list(ApiCx(cx): ApiCx, RawQuery(query): RawQuery) -> ApiResult {
    let list = ListReceipts::parse(query.as_deref().unwrap_or(""))?;
    Ok(ApiResponse(app::receipt::list(&cx, list).await?))
}

/// Shows a receipt.
pub(crate) async fn show(ApiCx(cx): ApiCx, Id(id): Id<ReceiptId>) -> ApiResult {
    Ok(ApiResponse(app::receipt::show(&cx, id).await?))
}
