//! Who is asking. A handler that takes an [`ApiCx`] acts in that shop and in no other.

use app::Cx;
use axum::extract::FromRequestParts;
use http::request::Parts;
use tracing::{Span, field};

use crate::credentials::Credentials;
use crate::door::Door;
use crate::error::ApiError;
use crate::request::RequestId;

/// The context of a request by a shop that has proved who it is.
pub(crate) struct ApiCx(pub(crate) Cx);

impl FromRequestParts<Door> for ApiCx {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, ApiError> {
        let shown = Credentials::read(&parts.headers)?;
        let id = parts.extensions.get::<RequestId>();
        let id = id.map(|RequestId(id)| id.clone()).unwrap_or_default();
        let cx = app::shop::authenticate(&door.app, shown.shop, &shown.secret, id).await?;
        if !door.limiter.permits(cx.shop.id, door.app.now()) {
            return Err(ApiError::TooManyRequests);
        }
        Span::current().record("shop.id", field::display(cx.shop.id));
        Ok(Self(cx))
    }
}
