//! `/v3/webhooks`.

use contract::webhook::CreateWebhook;
use domain::WebhookId;

use crate::cx::ApiCx;
use crate::id::Id;
use crate::once::Post;
use crate::response::{ApiResponse, ApiResult};

/// Notifies the application of an event from now on.
pub(crate) async fn create(ApiCx(cx): ApiCx, post: Post) -> ApiResult {
    let command = CreateWebhook::parse(&post.body, cx.reach())?;
    let reply = app::webhook::create_own(&cx, post.once, command).await?;
    Ok(ApiResponse(reply))
}

/// Lists the token's webhooks.
pub(crate) async fn list(ApiCx(cx): ApiCx) -> ApiResult {
    Ok(ApiResponse(app::webhook::list_own(&cx).await?))
}

/// Removes one of them.
pub(crate) async fn remove(ApiCx(cx): ApiCx, Id(id): Id<WebhookId>) -> ApiResult {
    Ok(ApiResponse(app::webhook::remove_own(&cx, id).await?))
}
