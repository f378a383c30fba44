//! `/v3/self_employed`.

use contract::self_employed::CreateSelfEmployed;
use domain::SelfEmployedId;

use crate::cx::ApiCx;
use crate::id::Id;
use crate::once::Post;
use crate::response::{ApiResponse, ApiResult};

/// Adds a self-employed person.
pub(crate) async fn create(ApiCx(cx): ApiCx, post: Post) -> ApiResult {
    let command = CreateSelfEmployed::parse(&post.body)?;
    let reply = app::self_employed::create(&cx, post.once, command).await?;
    Ok(ApiResponse(reply))
}

/// Shows a self-employed person.
pub(crate) async fn show(ApiCx(cx): ApiCx, Id(id): Id<SelfEmployedId>) -> ApiResult {
    Ok(ApiResponse(app::self_employed::show(&cx, id).await?))
}
