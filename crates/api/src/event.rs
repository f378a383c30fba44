//! `/altyn/v1/events`: what happened in the shop, and who was told.

use axum::extract::RawQuery;
use contract::event::ListEvents;
use domain::EventId;

use crate::answer::{Answer, Answered};
use crate::cx::ApiCx;
use crate::id::Id;

/// Lists events.
pub(crate) async fn list(ApiCx(cx): ApiCx, RawQuery(query): RawQuery) -> Answered {
    let list = ListEvents::parse(query.as_deref().unwrap_or(""))?;
    Ok(Answer(app::event::feed(&cx, list).await?))
}

/// Shows an event with every attempt to deliver it.
pub(crate) async fn show(ApiCx(cx): ApiCx, Id(id): Id<EventId>) -> Answered {
    Ok(Answer(app::event::view(&cx, id).await?))
}

/// Sends an event again.
pub(crate) async fn resend(ApiCx(cx): ApiCx, Id(id): Id<EventId>) -> Answered {
    Ok(Answer(app::event::repeat(&cx, id).await?))
}
