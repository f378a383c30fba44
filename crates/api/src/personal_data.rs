//! `/v3/personal_data`.

use contract::personal_data::CreatePersonalData;
use domain::PersonalDataId;

use crate::answer::{Answer, Answered};
use crate::cx::ApiCx;
use crate::id::Id;
use crate::once::Post;

/// Keeps data of a person who is to be paid.
pub(crate) async fn create(ApiCx(cx): ApiCx, post: Post) -> Answered {
    let command = CreatePersonalData::parse(&post.body)?;
    let reply = app::personal_data::create(&cx, post.once, command).await?;
    Ok(Answer(reply))
}

/// Shows data, without naming the person.
pub(crate) async fn show(ApiCx(cx): ApiCx, Id(id): Id<PersonalDataId>) -> Answered {
    Ok(Answer(app::personal_data::show(&cx, id).await?))
}
