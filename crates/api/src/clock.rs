//! `/altyn/v1/clock`: a test shop's time.

use contract::clock::AdvanceClock;

use crate::answer::{Answer, Answered};
use crate::cx::ApiCx;
use crate::once::Plain;

/// Shows the shop's time.
pub(crate) async fn show(ApiCx(cx): ApiCx) -> Answered {
    Ok(Answer(app::shop::clock(&cx)?))
}

/// Lets time pass.
pub(crate) async fn advance(ApiCx(cx): ApiCx, Plain(body): Plain) -> Answered {
    let command = AdvanceClock::parse(&body)?;
    Ok(Answer(app::shop::advance_own_clock(&cx, command.by).await?))
}
