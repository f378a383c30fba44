//! `/v3/deals`.

use axum::extract::RawQuery;
use contract::deal::{CreateDeal, ListDeals};
use domain::DealId;

use crate::cx::ApiCx;
use crate::id::Id;
use crate::once::Post;
use crate::response::{ApiResponse, ApiResult};

/// Opens a deal.
pub(crate) async fn create(ApiCx(cx): ApiCx, post: Post) -> ApiResult {
    let command = CreateDeal::parse(&post.body)?;
    Ok(ApiResponse(
        app::deal::create(&cx, post.once, command).await?,
    ))
}

/// Lists deals.
pub(crate) async fn list(ApiCx(cx): ApiCx, RawQuery(query): RawQuery) -> ApiResult {
    let list = ListDeals::parse(query.as_deref().unwrap_or(""))?;
    Ok(ApiResponse(app::deal::list(&cx, list).await?))
}

/// Shows a deal.
pub(crate) async fn show(ApiCx(cx): ApiCx, Id(id): Id<DealId>) -> ApiResult {
    Ok(ApiResponse(app::deal::show(&cx, id).await?))
}
