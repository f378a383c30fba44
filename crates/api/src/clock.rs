//! `/altyn/v1/clock`: a test shop's time.

use contract::clock::AdvanceClock;

use crate::cx::ApiCx;
use crate::once::Plain;
use crate::response::{ApiResponse, ApiResult};

/// Shows the shop's time.
pub(crate) async fn show(ApiCx(cx): ApiCx) -> ApiResult {
    Ok(ApiResponse(app::shop::clock(&cx)?))
}

/// Lets time pass.
pub(crate) async fn advance(ApiCx(cx): ApiCx, Plain(body): Plain) -> ApiResult {
    let command = AdvanceClock::parse(&body)?;
    Ok(ApiResponse(
        app::shop::advance_own_clock(&cx, command.by).await?,
    ))
}
