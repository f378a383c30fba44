//! `/v3/pos_links`.

use contract::pos_link::{CreatePosLink, parse_recipient};
use domain::PosLinkId;

use crate::cx::ApiCx;
use crate::id::Id;
use crate::once::{Bare, Post};
use crate::response::{ApiResponse, ApiResult};

/// Adds a plate.
pub(crate) async fn create(ApiCx(cx): ApiCx, post: Post) -> ApiResult {
    let command = CreatePosLink::parse(&post.body)?;
    Ok(ApiResponse(
        app::pos_link::create(&cx, post.once, command).await?,
    ))
}

/// Shows a plate.
pub(crate) async fn show(ApiCx(cx): ApiCx, Id(id): Id<PosLinkId>) -> ApiResult {
    Ok(ApiResponse(app::pos_link::show(&cx, id).await?))
}

/// Switches a plate on.
pub(crate) async fn activate(
    ApiCx(cx): ApiCx,
    Id(id): Id<PosLinkId>,
    Bare(once): Bare,
) -> ApiResult {
    Ok(ApiResponse(
        app::pos_link::switch(&cx, once, id, true).await?,
    ))
}

/// Switches a plate off.
pub(crate) async fn deactivate(
    ApiCx(cx): ApiCx,
    Id(id): Id<PosLinkId>,
    Bare(once): Bare,
) -> ApiResult {
    Ok(ApiResponse(
        app::pos_link::switch(&cx, once, id, false).await?,
    ))
}

/// Moves a plate to another till.
pub(crate) async fn recipient(ApiCx(cx): ApiCx, Id(id): Id<PosLinkId>, post: Post) -> ApiResult {
    let gateway_id = parse_recipient(&post.body)?;
    let reply = app::pos_link::move_to(&cx, post.once, id, gateway_id).await?;
    Ok(ApiResponse(reply))
}
