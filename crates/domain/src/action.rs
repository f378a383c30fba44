//! The journal of actions: what somebody did by hand, written in the unit that did it. Its lines
//! are added and read, and never changed.

use crate::{ActionId, Right, Role, ShopId, Timestamp};

/// A line of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Its id.
    pub id: ActionId,
    /// When it was done, by the platform's clock.
    pub done_at: Timestamp,
    /// As what somebody did it.
    pub role: Role,
    /// Who: for the command line the account and the machine.
    pub who: String,
    /// In which way: for the command line the command.
    pub way: String,
    /// The right that it took.
    pub right: Right,
    /// In which shop, if in one.
    pub shop_id: Option<ShopId>,
    /// What it was done to, beside the shop.
    pub object: Option<String>,
}
