//! `/v3/me`.

use crate::answer::{Answer, Answered};
use crate::cx::ApiCx;

/// Shows the shop's or the gateway's own settings.
pub(crate) async fn show(ApiCx(cx): ApiCx) -> Answered {
    Ok(Answer(app::shop::me(&cx).await?))
}
