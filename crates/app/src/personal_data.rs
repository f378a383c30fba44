//! Data of persons who are paid: keep and show.

use contract::personal_data::CreatePersonalData;
use domain::{PersonalData, PersonalDataId, Right};

use crate::cx::Cx;
use crate::error::Error;
use crate::once::{self, Made, Once, Reply};

/// Keeps data for a payout to come.
///
/// # Errors
/// The key was used for something else, or the storage fails.
pub async fn create(cx: &Cx, once: Once, command: CreatePersonalData) -> Result<Reply, Error> {
    let cx = &cx.require(Right::PersonalDataCreate)?;
    once::make(cx, once, move |work| {
        let cx = work.cx;
        let data = PersonalData::create(
            PersonalDataId::new(work.ids.next()),
            cx.shop.id,
            (command.kind, command.person.clone()),
            command.metadata.clone(),
            cx.now,
        );
        store::personal_data::insert(work.tx, &cx.shop, &data)?;
        Ok(Made {
            object_id: data.id.to_string(),
            body: contract::personal_data::body(&data),
        })
    })
    .await
}

/// Shows data, without naming the person.
///
/// # Errors
/// They are not in this shop.
pub async fn show(cx: &Cx, id: PersonalDataId) -> Result<Reply, Error> {
    let cx = &cx.require(Right::PersonalDataRead)?;
    let shop = cx.shop.id;
    let data = cx
        .read(move |conn| Ok(store::personal_data::find(conn, shop, id)?))
        .await?;
    let data = data.ok_or_else(|| Error::not_found("personal data", id))?;
    Ok(Reply(contract::personal_data::body(&data)))
}
