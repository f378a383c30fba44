//! `/altyn/v1/events`: what happened in the shop, and who was told.

use axum::extract::RawQuery;
use contract::event::ListEvents;
use domain::EventId;

use crate::cx::ApiCx;
use crate::id::Id;
use crate::response::{ApiResponse, ApiResult};

/// Lists events.
pub(crate) async fn list(ApiCx(cx): ApiCx, RawQuery(query): RawQuery) -> ApiResult {
    let list = ListEvents::parse(query.as_deref().unwrap_or(""))?;
    Ok(ApiResponse(app::event::feed(&cx, list).await?))
}

/// Shows an event with every attempt to deliver it.
pub(crate) async fn show(ApiCx(cx): ApiCx, Id(id): Id<EventId>) -> ApiResult {
    Ok(ApiResponse(app::event::view(&cx, id).await?))
}

/// Sends an event again.
pub(crate) async fn resend(ApiCx(cx): ApiCx, Id(id): Id<EventId>) -> ApiResult {
    Ok(ApiResponse(app::event::repeat(&cx, id).await?))
}
