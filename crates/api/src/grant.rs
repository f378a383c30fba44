//! `/altyn/v1/grants`: what the shop has granted to applications, and its end.

use domain::GrantId;

use crate::answer::{Answer, Answered};
use crate::cx::ApiCx;
use crate::id::Id;

/// Lists what the shop has granted.
pub(crate) async fn list(ApiCx(cx): ApiCx) -> Answered {
    Ok(Answer(app::grant::list_own(&cx).await?))
}

/// Takes a grant back.
pub(crate) async fn remove(ApiCx(cx): ApiCx, Id(id): Id<GrantId>) -> Answered {
    Ok(Answer(app::grant::revoke_own(&cx, id).await?))
}
