//! `/v3/me`.

use axum::extract::RawQuery;
use contract::account::ShowAccount;

use crate::cx::ApiCx;
use crate::response::{ApiResponse, ApiResult};

/// Shows the shop's or the gateway's own settings.
pub(crate) async fn show(ApiCx(cx): ApiCx, RawQuery(query): RawQuery) -> ApiResult {
    let show = ShowAccount::parse(query.as_deref().unwrap_or(""))?;
    Ok(ApiResponse(app::shop::account(&cx, show).await?))
}
