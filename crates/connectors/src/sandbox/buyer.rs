//! The payer's side of the sandbox: what its pages show, and what the payer decides there.

use domain::{Answer, MethodKind, Money, OperationId, ShopId};

use super::means::{Used, last4_text};
use super::memory::MemoryError;
use super::purchase::{Page, PayersWord, Purchase, Purpose, Ruling, Way, terminal_code};

/// Which page it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShownKind {
    /// The bank asks for the code of 3-D Secure.
    ThreeDSecure,
    /// The wallet or the bank asks for approval.
    Approve,
}

/// How far the payer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShownStatus {
    /// Has to decide.
    Waiting,
    /// Agreed.
    Approved,
    /// Refused.
    Declined,
}

/// What a page of the sandbox shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Which page it is.
    pub kind: ShownKind,
    /// Who is paid.
    pub shop_id: ShopId,
    /// How much; zero if a means is bound.
    pub amount: Money,
    /// Whether a means is bound rather than used to pay.
    pub binding: bool,
    /// By which method.
    pub method: MethodKind,
    /// The last four digits of the card that 3-D Secure is about.
    pub card_last4: Option<String>,
    /// The phone that is asked, digits.
    pub phone: Option<String>,
    /// The code to name at the terminal.
    pub code: Option<String>,
    /// Where the payer goes afterwards.
    pub return_url: String,
    /// How far the payer is.
    pub status: ShownStatus,
}

/// What the payer decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Pays.
    Approve,
    /// Refuses.
    Decline,
    /// Leaves without deciding.
    Close,
}

/// The result of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// Who is paid.
    pub shop_id: ShopId,
    /// Where the payer goes now.
    pub return_url: String,
    /// What the platform is told: the first decision, if there were several; after
    /// [`Decision::Close`] still the challenge.
    pub answer: Answer,
}

/// Why a payer cannot decide.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// There is nothing to decide in this operation, or it is forgotten.
    #[error("the sandbox knows no page for this operation")]
    NotFound,
    /// The decision could not be written down, and was not made.
    #[error("the sandbox's memory fails")]
    Memory(#[source] MemoryError),
}

impl From<MemoryError> for DecideError {
    fn from(error: MemoryError) -> Self {
        Self::Memory(error)
    }
}

impl Decision {
    /// The word that decides; `None` if none was said.
    pub(super) fn word(self) -> Option<PayersWord> {
        match self {
            Self::Approve => Some(PayersWord::Yes),
            Self::Decline => Some(PayersWord::No),
            Self::Close => None,
        }
    }
}

/// What the page of `purchase` shows.
pub(super) fn shown(operation: OperationId, purchase: &Purchase) -> Option<Shown> {
    let page: &Page = purchase.page()?;
    Some(Shown {
        kind: match page.way {
            Way::ThreeDSecure => ShownKind::ThreeDSecure,
            Way::Redirect | Way::Qr | Way::Message | Way::Terminal => ShownKind::Approve,
        },
        shop_id: purchase.shop,
        amount: purchase.amount,
        binding: purchase.purpose == Purpose::Bind,
        method: purchase.used.method(),
        card_last4: match &purchase.used {
            Used::Card { last4, .. } => Some(last4_text(*last4)),
            Used::Method { .. } | Used::Unreadable => None,
        },
        phone: page.phone.clone(),
        code: (page.way == Way::Terminal).then(|| terminal_code(operation)),
        return_url: page.return_url.clone(),
        status: match purchase.ruling() {
            None => ShownStatus::Waiting,
            Some(Ruling::Approved) => ShownStatus::Approved,
            Some(Ruling::Declined(_)) => ShownStatus::Declined,
        },
    })
}
