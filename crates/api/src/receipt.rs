//! `/v3/receipts`.

use axum::extract::RawQuery;
use contract::receipt::{CreateReceipt, ListReceipts};
use domain::ReceiptId;

use crate::answer::{Answer, Answered};
use crate::cx::ApiCx;
use crate::id::Id;
use crate::once::Post;

/// Registers a receipt of a payment or a refund.
pub(crate) async fn create(ApiCx(cx): ApiCx, post: Post) -> Answered {
    let command = CreateReceipt::parse(&post.body)?;
    let reply = app::receipt::create(&cx, post.once, command).await?;
    Ok(Answer(reply))
}

/// Lists receipts.
pub(crate) async fn list(ApiCx(cx): ApiCx, RawQuery(query): RawQuery) -> Answered {
    let list = ListReceipts::parse(query.as_deref().unwrap_or(""))?;
    Ok(Answer(app::receipt::list(&cx, list).await?))
}

/// Shows a receipt.
pub(crate) async fn show(ApiCx(cx): ApiCx, Id(id): Id<ReceiptId>) -> Answered {
    Ok(Answer(app::receipt::show(&cx, id).await?))
}
