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
    /// The role in which it was done.
    pub role: Role,
    /// Who did it; for the command line, the account and the machine.
    pub who: String,
    /// How it was done; for the command line, the command.
    pub way: String,
    /// The right that was needed.
    pub right: Right,
    /// The shop in which it was done, if any.
    pub shop_id: Option<ShopId>,
    /// The object that it was done to, if it was not the shop.
    pub object: Option<String>,
}
