//! `/v3/personal_data`.

use contract::personal_data::CreatePersonalData;
use domain::PersonalDataId;

use crate::cx::ApiCx;
use crate::id::Id;
use crate::once::Post;
use crate::response::{ApiResponse, ApiResult};

/// Keeps data of a person who is to be paid.
pub(crate) async fn create(ApiCx(cx): ApiCx, post: Post) -> ApiResult {
    let command = CreatePersonalData::parse(&post.body)?;
    let reply = app::personal_data::create(&cx, post.once, command).await?;
    Ok(ApiResponse(reply))
}

/// Shows data, without naming the person.
pub(crate) async fn show(ApiCx(cx): ApiCx, Id(id): Id<PersonalDataId>) -> ApiResult {
    Ok(ApiResponse(app::personal_data::show(&cx, id).await?))
}
