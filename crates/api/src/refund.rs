//! `/v3/refunds`.

use axum::extract::RawQuery;
use contract::refund::{CreateRefund, ListRefunds};
use domain::RefundId;

use crate::cx::ApiCx;
use crate::id::Id;
use crate::once::Post;
use crate::response::{ApiResponse, ApiResult};

/// Gives money back.
pub(crate) async fn create(ApiCx(cx): ApiCx, post: Post) -> ApiResult {
    let command = CreateRefund::parse(&post.body)?;
    let reply = app::refund::create(&cx, post.once, command).await?;
    Ok(ApiResponse(reply))
}

/// Lists refunds.
pub(crate) async fn list(ApiCx(cx): ApiCx, RawQuery(query): RawQuery) -> ApiResult {
    let list = ListRefunds::parse(query.as_deref().unwrap_or(""))?;
    Ok(ApiResponse(app::refund::list(&cx, list).await?))
}

/// Shows a refund.
pub(crate) async fn show(ApiCx(cx): ApiCx, Id(id): Id<RefundId>) -> ApiResult {
    Ok(ApiResponse(app::refund::show(&cx, id).await?))
}
