//! Cases in which the outside did something else than the platform had written down. The operator
//! sees them in a list of their own. Money that can be put right without a person has been; the
//! rest waits for one.

use crate::acquiring::Answer;
use crate::id::{OperationId, ShopId};
use crate::money::Money;
use crate::operation::{Operation, OperationKind, OperationObject, OperationState};
use crate::time::Timestamp;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DiscrepancyKind {
    /// It was carried out after it had been given up, or after its object had gone on without it.
    LateApproval,
    /// The outside said one thing at first, and the opposite later.
    ChangedAnswer,
    /// The outside had begun it, and does not know it any more.
    Forgotten,
    /// Money that nobody waited for could not be given back.
    NotGivenBack,
    /// The connector that was asked is not there any more, so nobody can ask what became of it.
    NoConnector,
}

/// What was done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Remedy {
    /// The object takes it as its answer.
    Taken,
    /// The money goes back by an operation of its own.
    GivingBack(OperationId),
    /// Money that has left is in the books; it cannot be fetched back.
    Booked,
    /// The same for an object that stays canceled, because others have acted on that: nothing of it
    /// is repeated.
    Held,
    /// Nothing: a person has to look.
    Nothing,
}

/// Something that the operator should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discrepancy {
    /// Whose operation it is.
    pub shop_id: ShopId,
    /// The operation; it has at most one of each kind.
    pub operation_id: OperationId,
    /// What the operation belongs to.
    pub object: OperationObject,
    /// What the operation asks.
    pub asked: OperationKind,
    /// What is wrong.
    pub kind: DiscrepancyKind,
    /// How much money it is about.
    pub amount: Money,
    /// What was done.
    pub remedy: Remedy,
    /// When it was found, in the shop's time.
    pub found_at: Timestamp,
    /// Since when nothing is left to do, in the shop's time.
    pub resolved_at: Option<Timestamp>,
    /// What a person has done about it, at most [`NOTE_CHARS_MAX`] characters.
    pub note: Option<String>,
}

/// Most characters of a note.
pub const NOTE_CHARS_MAX: usize = 1_000;

impl DiscrepancyKind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::LateApproval,
        Self::ChangedAnswer,
        Self::Forgotten,
        Self::NotGivenBack,
        Self::NoConnector,
    ];

    /// Its name in the database, in figures and in lists.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::LateApproval => "late_approval",
            Self::ChangedAnswer => "changed_answer",
            Self::Forgotten => "forgotten",
            Self::NotGivenBack => "not_given_back",
            Self::NoConnector => "no_connector",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The kind of discrepancy when this answer comes to an operation in this state. `None` if the
    /// answer only ends the wait for it.
    #[must_use]
    pub fn of_answer(before: &Operation, answer: &Answer) -> Option<Self> {
        match (before.state, answer) {
            (OperationState::Declined(_), Answer::Approved(_))
            | (OperationState::Approved, Answer::Declined { .. }) => Some(Self::ChangedAnswer),
            (OperationState::GivenUp, Answer::Approved(_)) => Some(Self::LateApproval),
            (
                OperationState::Sent
                | OperationState::Unknown
                | OperationState::Challenged
                | OperationState::GivenUp
                | OperationState::Approved
                | OperationState::Declined(_),
                _,
            ) => None,
        }
    }
}

impl Remedy {
    /// Its name in the database, in figures and in lists.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::GivingBack(_) => "giving_back",
            Self::Booked => "booked",
            Self::Held => "held",
            Self::Nothing => "nothing",
        }
    }

    /// The operation that gives the money back.
    #[must_use]
    pub const fn given_back_by(self) -> Option<OperationId> {
        match self {
            Self::GivingBack(operation) => Some(operation),
            Self::Taken | Self::Booked | Self::Held | Self::Nothing => None,
        }
    }

    /// Returns whether it leaves nothing to do.
    #[must_use]
    pub const fn is_final(self) -> bool {
        match self {
            Self::Taken => true,
            Self::GivingBack(_) | Self::Booked | Self::Held | Self::Nothing => false,
        }
    }

    /// The remedy with this name and this operation.
    #[must_use]
    pub fn from_parts(code: &str, given_back_by: Option<OperationId>) -> Option<Self> {
        match (code, given_back_by) {
            ("taken", None) => Some(Self::Taken),
            ("giving_back", Some(operation)) => Some(Self::GivingBack(operation)),
            ("booked", None) => Some(Self::Booked),
            ("held", None) => Some(Self::Held),
            ("nothing", None) => Some(Self::Nothing),
            _ => None,
        }
    }
}

impl Discrepancy {
    /// A discrepancy that is found now. Only [`Remedy::Taken`] needs nothing more.
    #[must_use]
    pub fn found(
        operation: &Operation,
        kind: DiscrepancyKind,
        remedy: Remedy,
        now: Timestamp,
    ) -> Self {
        Self {
            shop_id: operation.shop_id,
            operation_id: operation.id,
            object: operation.object,
            asked: operation.kind,
            kind,
            amount: operation.amount,
            remedy,
            found_at: now,
            resolved_at: remedy.is_final().then_some(now),
            note: None,
        }
    }

    /// What is left to do, for a person; `None` if nothing is left, or it has been done.
    #[must_use]
    pub fn advice(&self) -> Option<&'static str> {
        if self.resolved_at.is_some() {
            return None;
        }
        if self.kind == DiscrepancyKind::NoConnector {
            return Some(
                "nobody is asked: configure the connector again under its name, and settle this \
                 once the operation has its answer",
            );
        }
        match self.remedy {
            Remedy::Taken => None,
            Remedy::GivingBack(_) => Some("wait until the bank has given the money back"),
            Remedy::Booked => Some(
                "the money has left and is in the books: let the merchant know, and collect what \
                 the shop owes on its claim account",
            ),
            Remedy::Held => Some(
                "the payer has the money of a refund that stays canceled, and it cannot be given \
                 back once more: settle it with the merchant, its partners or the deal's sides; if \
                 the money has come back, settle it with --came-back",
            ),
            Remedy::Nothing => Some(
                "nothing was done: ask the bank what it has taken and given, and put right there \
                 what differs",
            ),
        }
    }
}
