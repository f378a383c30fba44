//! `/altyn/v1/grants`: what the shop has granted to applications, and its end.

use domain::GrantId;

use crate::cx::ApiCx;
use crate::id::Id;
use crate::response::{ApiResponse, ApiResult};

/// Lists what the shop has granted.
pub(crate) async fn list(ApiCx(cx): ApiCx) -> ApiResult {
    Ok(ApiResponse(app::grant::list_own(&cx).await?))
}

/// Takes a grant back.
pub(crate) async fn remove(ApiCx(cx): ApiCx, Id(id): Id<GrantId>) -> ApiResult {
    Ok(ApiResponse(app::grant::revoke_own(&cx, id).await?))
}
