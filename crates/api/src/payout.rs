//! `/v3/payouts` and `/v3/sbp_banks`.

use axum::extract::RawQuery;
use contract::payout::{CreatePayout, ListPayouts, SearchPayouts};
use domain::PayoutId;

use crate::cx::ApiCx;
use crate::id::Id;
use crate::once::Post;
use crate::response::{ApiResponse, ApiResult};

/// Pays out.
pub(crate) async fn create(ApiCx(cx): ApiCx, post: Post) -> ApiResult {
    let command = CreatePayout::parse(&post.body)?;
    let reply = app::payout::create(&cx, post.once, command).await?;
    Ok(ApiResponse(reply))
}

/// Lists payouts.
pub(crate) async fn list(ApiCx(cx): ApiCx, RawQuery(query): RawQuery) -> ApiResult {
    let list = ListPayouts::parse(query.as_deref().unwrap_or(""))?;
    Ok(ApiResponse(app::payout::list(&cx, list).await?))
}

/// Finds payouts by their metadata.
pub(crate) async fn search(ApiCx(cx): ApiCx, RawQuery(query): RawQuery) -> ApiResult {
    let search = SearchPayouts::parse(query.as_deref().unwrap_or(""))?;
    Ok(ApiResponse(app::payout::search(&cx, search).await?))
}

/// Shows a payout.
pub(crate) async fn show(ApiCx(cx): ApiCx, Id(id): Id<PayoutId>) -> ApiResult {
    Ok(ApiResponse(app::payout::show(&cx, id).await?))
}

/// Lists the banks that SBP reaches.
pub(crate) async fn banks(ApiCx(cx): ApiCx) -> ApiResult {
    Ok(ApiResponse(app::payout::sbp_banks(&cx).await?))
}
