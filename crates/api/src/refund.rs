//! `/v3/refunds`.

use axum::extract::RawQuery;
use contract::refund::{CreateRefund, ListRefunds};
use domain::RefundId;

use crate::answer::{Answer, Answered};
use crate::cx::ApiCx;
use crate::id::Id;
use crate::once::Post;

/// Gives money back.
pub(crate) async fn create(ApiCx(cx): ApiCx, post: Post) -> Answered {
    let command = CreateRefund::parse(&post.body)?;
    let reply = app::refund::create(&cx, post.once, command).await?;
    Ok(Answer(reply))
}

/// Lists refunds.
pub(crate) async fn list(ApiCx(cx): ApiCx, RawQuery(query): RawQuery) -> Answered {
    let list = ListRefunds::parse(query.as_deref().unwrap_or(""))?;
    Ok(Answer(app::refund::list(&cx, list).await?))
}

/// Shows a refund.
pub(crate) async fn show(ApiCx(cx): ApiCx, Id(id): Id<RefundId>) -> Answered {
    Ok(Answer(app::refund::show(&cx, id).await?))
}
