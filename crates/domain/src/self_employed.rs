//! Self-employed persons who are paid (YooKassa API v3 of before 2026: self-employed; SDKs still
//! call it). A person confirms once that receipts may be made out in their name.

use crate::id::{SelfEmployedId, ShopId};
use crate::time::Timestamp;

/// A self-employed person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelfEmployed {
    /// Their id.
    pub id: SelfEmployedId,
    /// The gateway that pays them.
    pub shop_id: ShopId,
    /// Whether it is only a test.
    pub test: bool,
    /// Taxpayer number, 12 digits.
    pub itn: Option<String>,
    /// The phone, digits.
    pub phone: Option<String>,
    /// Where they confirm.
    pub confirmation: Confirmation,
    /// How far they are.
    pub state: State,
    /// When they were created.
    pub created_at: Timestamp,
    /// Counts changes.
    pub version: i64,
}

/// Where a person confirms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Confirmation {
    /// In the tax service's application.
    Application,
    /// On a page that the merchant sends them to.
    Redirect,
}

/// How far a person is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// They have not decided.
    Pending,
    /// They agreed.
    Confirmed,
    /// They refused.
    Canceled,
    /// They agreed once and took it back.
    Unregistered,
}

/// What a person decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decision {
    /// Receipts may be made out.
    Agree,
    /// They may not, or not any more.
    Refuse,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Pending,
        Self::Confirmed,
        Self::Canceled,
        Self::Unregistered,
    ];

    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Canceled => "canceled",
            Self::Unregistered => "unregistered",
        }
    }

    /// The state with this name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// The state after a decision; `None` if it changes nothing.
    #[must_use]
    pub const fn decided(self, decision: Decision) -> Option<Self> {
        match (self, decision) {
            (Self::Pending, Decision::Agree) => Some(Self::Confirmed),
            (Self::Pending, Decision::Refuse) => Some(Self::Canceled),
            (Self::Confirmed, Decision::Refuse) => Some(Self::Unregistered),
            (Self::Confirmed, Decision::Agree) | (Self::Canceled | Self::Unregistered, _) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_lead_from_state_to_state() {
        let mut lines = Vec::new();
        for state in State::ALL {
            for decision in [Decision::Agree, Decision::Refuse] {
                let next = state.decided(decision).map_or("nothing", State::code);
                lines.push(format!("{} {decision:?}: {next}", state.code()));
            }
        }
        insta::assert_snapshot!(lines.join("\n"), @r"
        pending Agree: confirmed
        pending Refuse: canceled
        confirmed Agree: nothing
        confirmed Refuse: unregistered
        canceled Agree: nothing
        canceled Refuse: nothing
        unregistered Agree: nothing
        unregistered Refuse: nothing
        ");
    }
}
