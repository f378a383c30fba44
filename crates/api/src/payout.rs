//! `/v3/payouts` and `/v3/sbp_banks`.

use axum::extract::RawQuery;
use contract::payout::{CreatePayout, ListPayouts, SearchPayouts};
use domain::PayoutId;

use crate::answer::{Answer, Answered};
use crate::cx::ApiCx;
use crate::id::Id;
use crate::once::Post;

/// Pays out.
pub(crate) async fn create(ApiCx(cx): ApiCx, post: Post) -> Answered {
    let command = CreatePayout::parse(&post.body)?;
    let reply = app::payout::create(&cx, post.once, command).await?;
    Ok(Answer(reply))
}

/// Lists payouts.
pub(crate) async fn list(ApiCx(cx): ApiCx, RawQuery(query): RawQuery) -> Answered {
    let list = ListPayouts::parse(query.as_deref().unwrap_or(""))?;
    Ok(Answer(app::payout::list(&cx, list).await?))
}

/// Finds payouts by their metadata.
pub(crate) async fn search(ApiCx(cx): ApiCx, RawQuery(query): RawQuery) -> Answered {
    let search = SearchPayouts::parse(query.as_deref().unwrap_or(""))?;
    Ok(Answer(app::payout::search(&cx, search).await?))
}

/// Shows a payout.
pub(crate) async fn show(ApiCx(cx): ApiCx, Id(id): Id<PayoutId>) -> Answered {
    Ok(Answer(app::payout::show(&cx, id).await?))
}

/// Lists the banks that SBP reaches.
pub(crate) async fn banks(ApiCx(cx): ApiCx) -> Answered {
    Ok(Answer(app::payout::sbp_banks(&cx).await?))
}
