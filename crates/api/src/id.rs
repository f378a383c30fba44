//! The id in a path. A text that is not an id of this kind is answered like an object that does not
//! exist.

use axum::extract::{FromRequestParts, RawPathParams};
use domain::EntityId;
use http::request::Parts;

use crate::error::ApiError;
use crate::state::ApiState;

/// The id in a path.
pub(crate) struct Id<I>(pub(crate) I);

impl<I: EntityId + Send> FromRequestParts<ApiState> for Id<I> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let not_found = || ApiError::NotFound(I::KIND);
        let params = RawPathParams::from_request_parts(parts, state).await;
        let params = params.map_err(|_not_text| not_found())?;
        let text = params.iter().next().map(|(_, text)| text);
        let id = text
            .and_then(|text| text.parse().ok())
            .ok_or_else(not_found)?;
        Ok(Self(id))
    }
}
