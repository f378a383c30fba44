//! `/v3/me`.

use axum::extract::RawQuery;
use contract::me::ShowMe;

use crate::answer::{Answer, Answered};
use crate::cx::ApiCx;

/// Shows the shop's or the gateway's own settings.
pub(crate) async fn show(ApiCx(cx): ApiCx, RawQuery(query): RawQuery) -> Answered {
    let show = ShowMe::parse(query.as_deref().unwrap_or(""))?;
    Ok(Answer(app::shop::me(&cx, show).await?))
}
