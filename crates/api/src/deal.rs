//! `/v3/deals`.

use axum::extract::RawQuery;
use contract::deal::{CreateDeal, ListDeals};
use domain::DealId;

use crate::answer::{Answer, Answered};
use crate::cx::ApiCx;
use crate::id::Id;
use crate::once::Post;

/// Opens a deal.
pub(crate) async fn create(ApiCx(cx): ApiCx, post: Post) -> Answered {
    let command = CreateDeal::parse(&post.body)?;
    Ok(Answer(app::deal::create(&cx, post.once, command).await?))
}

/// Lists deals.
pub(crate) async fn list(ApiCx(cx): ApiCx, RawQuery(query): RawQuery) -> Answered {
    let list = ListDeals::parse(query.as_deref().unwrap_or(""))?;
    Ok(Answer(app::deal::list(&cx, list).await?))
}

/// Shows a deal.
pub(crate) async fn show(ApiCx(cx): ApiCx, Id(id): Id<DealId>) -> Answered {
    Ok(Answer(app::deal::show(&cx, id).await?))
}
