//! Receipts of 54-FZ: what the tax service is told of a payment or a refund, and how far that is
//! (YooKassa API v3: receipts).
//!
//! Each attempt to register one is an [`Operation`](crate::Operation) of its own, whose id is the
//! register's key: the same key registers nothing twice. An attempt that the register does not
//! answer stays open until the reconciler has asked; one that failed technically is repeated; one
//! that was refused is over.

mod check;
mod content;
mod quantity;
mod table;
mod tax;

pub use check::ReceiptRefused;
pub use content::{
    Content, Customer, IndustryDetails, Item, MarkCode, MarkForm, MarkQuantity, OperationalDetails,
    Settlement, Supplier, UserProps,
};
pub use quantity::Quantity;
pub use table::{AgentType, Measure, PaymentMode, PaymentSubject, ReceiptKind, SettlementType};
pub use tax::{TaxSystem, VatCode};

use crate::fiscal::{FiscalFacts, Said};
use crate::id::{OperationId, PaymentId, ReceiptId, RefundId, ShopId};
use crate::money::Money;
use crate::operation::{NewOperation, OperationKind, OperationObject};
use crate::time::{Duration, Timestamp};

/// Most receipts of one payment, and of one refund.
pub const RECEIPTS_MAX: usize = 50;
/// How often a registration that fails technically is attempted.
pub const ATTEMPTS_MAX: i64 = 24;
/// After how many seconds a failed registration is attempted again; the last pause repeats.
const ATTEMPT_PAUSES_SECONDS: [i64; 5] = [30, 120, 600, 1_800, 3_600];

/// A receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its id.
    pub id: ReceiptId,
    /// Whose it is.
    pub shop_id: ShopId,
    /// Which way the money goes.
    pub kind: ReceiptKind,
    /// Where it comes from.
    pub origin: Origin,
    /// The payment that it belongs to.
    pub payment_id: PaymentId,
    /// The refund of that payment that it belongs to.
    pub refund_id: Option<RefundId>,
    /// The partner of a split payment who sells, if it is not the shop itself: the register of that
    /// partner is asked.
    pub on_behalf_of: Option<ShopId>,
    /// What stands on it.
    pub content: Content,
    /// What its lines add up to.
    pub total: Money,
    /// How far it is.
    pub state: State,
    /// How often a registration was attempted.
    pub attempts: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// Counts changes.
    pub version: i64,
}

/// Where a receipt comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// It came with its payment or refund, or was built from the payment's.
    Flow,
    /// A request of its own.
    Merchant,
    /// It takes back a receipt whose money was not taken after all.
    Reversal,
}

/// How far a receipt is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It waits for the money; nobody sees it yet.
    Draft,
    /// The register has been asked; its answer is open.
    Registering {
        /// The attempt.
        operation: OperationId,
    },
    /// The tax service knows it.
    Registered(FiscalFacts),
    /// The register refused it, or could not register it in all its attempts.
    Canceled {
        /// Why, for staff.
        reason: String,
        /// When.
        canceled_at: Timestamp,
    },
    /// A draft whose money never moved.
    Dropped,
}

/// How far a registration is, as payments, refunds and receipts show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Registration {
    /// Not decided.
    Pending,
    /// Registered.
    Succeeded,
    /// Not registered.
    Canceled,
}

/// What a receipt is made of.
#[derive(Clone, Debug)]
pub struct NewReceipt {
    /// Its id.
    pub id: ReceiptId,
    /// Whose it is.
    pub shop_id: ShopId,
    /// Which way the money goes.
    pub kind: ReceiptKind,
    /// Where it comes from.
    pub origin: Origin,
    /// The payment that it belongs to.
    pub payment_id: PaymentId,
    /// The refund that it belongs to.
    pub refund_id: Option<RefundId>,
    /// The partner who sells, if it is not the shop itself.
    pub on_behalf_of: Option<ShopId>,
    /// What stands on it.
    pub content: Content,
    /// What its lines add up to.
    pub total: Money,
}

/// What a command does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The receipt after it.
    pub next: Receipt,
    /// The call that is to be made now.
    pub operation: Option<NewOperation>,
    /// The call that is to be made after this pause.
    pub later: Option<(NewOperation, Duration)>,
}

impl Registration {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Succeeded, Self::Canceled];

    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }

    /// The one with this name on the wire.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

impl Origin {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Flow, Self::Merchant, Self::Reversal];

    /// Its name in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Flow => "flow",
            Self::Merchant => "merchant",
            Self::Reversal => "reversal",
        }
    }

    /// The origin with this name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

impl State {
    /// Its name in the database.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Registering { .. } => "registering",
            Self::Registered(_) => "registered",
            Self::Canceled { .. } => "canceled",
            Self::Dropped => "dropped",
        }
    }
}

impl Receipt {
    /// A receipt that waits for its money.
    #[must_use]
    pub fn draft(new: NewReceipt, now: Timestamp) -> Self {
        Self {
            id: new.id,
            shop_id: new.shop_id,
            kind: new.kind,
            origin: new.origin,
            payment_id: new.payment_id,
            refund_id: new.refund_id,
            on_behalf_of: new.on_behalf_of,
            content: new.content,
            total: new.total,
            state: State::Draft,
            attempts: 0,
            created_at: now,
            version: 1,
        }
    }

    /// Returns whether the API shows it.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        match &self.state {
            State::Registering { .. } | State::Registered(_) | State::Canceled { .. } => true,
            State::Draft | State::Dropped => false,
        }
    }

    /// Whose register is asked.
    #[must_use]
    pub fn seller(&self) -> ShopId {
        self.on_behalf_of.unwrap_or(self.shop_id)
    }

    /// How far it is, as the API knows it.
    #[must_use]
    pub fn registration(&self) -> Registration {
        match &self.state {
            State::Draft | State::Registering { .. } => Registration::Pending,
            State::Registered(_) => Registration::Succeeded,
            State::Canceled { .. } | State::Dropped => Registration::Canceled,
        }
    }

    /// Another content for a draft: the one that came with the capture.
    #[must_use]
    pub fn replaced(&self, content: Content, total: Money) -> Option<Self> {
        match &self.state {
            State::Draft => Some(Self {
                content,
                total,
                ..self.clone()
            }),
            State::Registering { .. }
            | State::Registered(_)
            | State::Canceled { .. }
            | State::Dropped => None,
        }
    }

    /// The money has moved, or is about to: the register is asked. `None` if the register was asked
    /// already. A draft that was dropped counts as well, because its money has moved after all.
    #[must_use]
    pub fn register(&self, operation: OperationId, now: Timestamp) -> Option<Step> {
        match &self.state {
            State::Draft | State::Dropped => {}
            State::Registering { .. } | State::Registered(_) | State::Canceled { .. } => {
                return None;
            }
        }
        let mut next = self.attempted(operation);
        next.created_at = now;
        Some(Step {
            operation: Some(next.call(operation)),
            next,
            later: None,
        })
    }

    /// The money will never move. `None` if it is not a draft.
    #[must_use]
    pub fn drop_draft(&self) -> Option<Self> {
        match &self.state {
            State::Draft => Some(Self {
                state: State::Dropped,
                ..self.clone()
            }),
            State::Registering { .. }
            | State::Registered(_)
            | State::Canceled { .. }
            | State::Dropped => None,
        }
    }

    /// Takes in what the register says of an attempt. `None` if it changes nothing: the register
    /// still works on it, or it is not the attempt that the receipt waits for.
    #[must_use]
    pub fn answered(
        &self,
        operation: OperationId,
        said: &Said,
        spare: OperationId,
        now: Timestamp,
    ) -> Option<Step> {
        match &self.state {
            State::Registering { operation: own } if *own == operation => {}
            State::Registering { .. }
            | State::Draft
            | State::Registered(_)
            | State::Canceled { .. }
            | State::Dropped => return None,
        }
        let to = |state: State| Step {
            next: Self {
                state,
                ..self.clone()
            },
            operation: None,
            later: None,
        };
        match said {
            Said::Accepted { .. } => None,
            Said::Registered(facts) => Some(to(State::Registered(facts.clone()))),
            Said::Failed { .. } if self.attempts < ATTEMPTS_MAX => {
                let next = self.attempted(spare);
                let call = next.call(spare);
                Some(Step {
                    next,
                    operation: None,
                    later: Some((call, self.pause())),
                })
            }
            Said::Refused { reason } | Said::Failed { reason } => Some(to(State::Canceled {
                reason: reason.clone(),
                canceled_at: now,
            })),
        }
    }

    /// The receipt that takes this one back.
    #[must_use]
    pub fn reversal(&self, id: ReceiptId, now: Timestamp) -> Self {
        let kind = match self.kind {
            ReceiptKind::Payment => ReceiptKind::Refund,
            ReceiptKind::Refund => ReceiptKind::Payment,
        };
        let new = NewReceipt {
            id,
            shop_id: self.shop_id,
            kind,
            origin: Origin::Reversal,
            payment_id: self.payment_id,
            refund_id: self.refund_id,
            on_behalf_of: self.on_behalf_of,
            content: self.content.clone(),
            total: self.total,
        };
        Self::draft(new, now)
    }

    fn attempted(&self, operation: OperationId) -> Self {
        Self {
            state: State::Registering { operation },
            attempts: self.attempts.saturating_add(1),
            ..self.clone()
        }
    }

    fn call(&self, operation: OperationId) -> NewOperation {
        NewOperation {
            id: operation,
            shop_id: self.shop_id,
            object: OperationObject::Receipt(self.id),
            kind: OperationKind::Register,
            connector: None,
            amount: self.total,
            reference: None,
        }
    }

    fn pause(&self) -> Duration {
        let last = ATTEMPT_PAUSES_SECONDS.len().saturating_sub(1);
        let index = usize::try_from(self.attempts.saturating_sub(1)).unwrap_or(last);
        let seconds = ATTEMPT_PAUSES_SECONDS.get(index.min(last)).copied();
        Duration::seconds(seconds.unwrap_or(3_600))
    }
}

#[cfg(test)]
mod tests;
