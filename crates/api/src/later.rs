//! Parts of the API that come with later work. They answer as the API does where a feature is
//! not switched on for a shop, which clients know; they never answer as if they were there.

use crate::cx::ApiCx;
use crate::error::ApiError;

/// The feature is not switched on.
pub(crate) async fn refuse(ApiCx(_): ApiCx) -> ApiError {
    ApiError::Later
}
