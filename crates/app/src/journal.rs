//! The journal of actions: looking at it, and noting what was done beside the storage. What changes
//! rows leaves its line in the unit that changes them (see [`crate::cx`]).

use domain::{Action, Right, ShopId};
use store::Conn;

use crate::cx::{About, Cx, LIST_TIME_MAX};
use crate::error::Error;

/// The newest lines, of one shop or of everything.
///
/// # Errors
/// There is no such shop, or the storage fails.
pub async fn list(cx: &Cx, shop: Option<ShopId>, limit: u32) -> Result<Vec<Action>, Error> {
    let rows = cx.require_any_shop(Right::JournalRead)?;
    if let Some(shop) = shop {
        cx.at(shop).await?;
    }
    let read = move |conn: &mut Conn<'_>| Ok(store::action::list(conn, shop, limit)?);
    rows.read_patiently(LIST_TIME_MAX, read).await
}

/// Notes what was done by this right beside the storage, or in many units.
///
/// # Errors
/// The storage fails.
pub async fn note(cx: &Cx, right: Right, object: Option<String>) -> Result<(), Error> {
    let rows = cx.require_any_shop(right)?;
    rows.write_about(move |_tx| {
        let object = object.clone();
        Ok(((), About { shop: None, object }))
    })
    .await
}
