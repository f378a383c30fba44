//! Payments: from creation to money taken, or to cancellation.
//!
//! Each command takes data and the time and returns a [`Step`] or a refusal; nothing is half
//! done. Money is never taken or let go without an [`Operation`](crate::Operation) that was
//! written down before.

mod answer;
mod capture;
mod confirm;
mod create;
mod deal;
mod details;
mod late;
mod receipt;
mod refund;
mod split;

pub use answer::{AnswerRefused, GivenBack, PaymentAnswer};
pub use capture::{CancelRefused, CaptureRefused, NewCapture};
pub use confirm::{Attempt, AuthorizeRefused, ExpireRefused};
pub use create::{CreateRefused, NewMeans, NewPayment};
pub use deal::PaymentDeal;
pub use details::{Details, Extras};
pub use receipt::{PaymentReceipt, ReceiptOrder, ReceiptWork, Registering};
pub use refund::RefundRefused;
pub use split::{
    NewPart, PARTS_MAX, Part, PartnerTransfer, Source, SourceRefused, Split, SplitRefused,
};

use std::net::IpAddr;

use crate::acquiring::{Approval, Challenge, Decline, ThreeDSecure};
use crate::connector::ConnectorName;
use crate::discrepancy::Remedy;
use crate::event::Event;
use crate::id::{GatewayId, OperationId, PaymentId, PaymentMethodId, ShopId};
use crate::ledger::{LedgerRefused, Transfer};
use crate::metadata::Metadata;
use crate::method::{ConfirmationKind, MethodFacts, MethodKind, RefundPolicy, TIME_TO_CHOOSE};
use crate::money::Money;
use crate::operation::NewOperation;
use crate::payment_method::PaymentMethod;
use crate::tariff::Fee;
use crate::time::{Duration, Timestamp};

/// A payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// The shop that is paid.
    pub shop_id: ShopId,
    /// Its sub-account.
    pub gateway_id: GatewayId,
    /// Whether it is only a test.
    pub test: bool,
    /// What is to be paid; after a partial capture, what was taken.
    pub amount: Money,
    /// What was asked for at first.
    pub amount_asked: Money,
    /// What it is for, at most 128 characters.
    pub description: Option<String>,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// The merchant's name for the payer, at most 200 characters.
    pub merchant_customer_id: Option<String>,
    /// The payer's address: the one that the merchant gave, or that of the first attempt.
    pub client_ip: Option<IpAddr>,
    /// Whether the money is taken at once or held first.
    pub capture_mode: CaptureMode,
    /// Who decides whether the method is saved.
    pub save_method: SaveMethod,
    /// How the payer was asked to confirm.
    pub confirmation: Option<Confirmation>,
    /// Where attempts are made.
    pub flow: Flow,
    /// The one method that the merchant asked for.
    pub method_asked: Option<MethodKind>,
    /// The means of the last attempt.
    pub method: Option<UsedMethod>,
    /// The connector of the last attempt, which also holds or has taken the money, if anybody does.
    pub connector: Option<ConnectorName>,
    /// The parts that few payments have.
    pub details: Option<Box<Details>>,
    /// Who gets what, if it is split between shops.
    pub split: Option<Box<Split>>,
    /// What the network said of the attempt by which the money was held or taken.
    pub authorization: Option<Authorization>,
    /// What the platform takes; known once money is held or taken.
    pub fee: Option<Fee>,
    /// The safe deal that it belongs to.
    pub deal: Option<PaymentDeal>,
    /// The receipt that came with it.
    pub receipt: Option<PaymentReceipt>,
    /// Given back to the payer.
    pub refunded: Money,
    /// Being given back: set aside, and still open outside.
    pub refunding: Money,
    /// Until when the payer may confirm.
    pub confirm_until: Timestamp,
    /// How far it is.
    pub state: State,
    /// When it was created.
    pub created_at: Timestamp,
    /// Counts changes.
    pub version: i64,
}

/// When money is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CaptureMode {
    /// As soon as the payer has confirmed: `capture: true`.
    OneStage,
    /// Held until the merchant captures.
    TwoStage,
}

/// Who decides whether the method may be charged again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SaveMethod {
    /// The merchant said yes.
    Always,
    /// The merchant said nothing: the payer may tick a box.
    PayerDecides,
    /// The payer ticked the box.
    PayerAgreed,
}

/// Where attempts are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flow {
    /// On the platform's page or widget, where a declined attempt can be repeated.
    Page,
    /// By the merchant's request alone: a decline ends the payment.
    Direct,
}

/// How the merchant wants the payer to confirm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// The way.
    pub kind: ConfirmationKind,
    /// Where the payer goes back to.
    pub return_url: Option<String>,
    /// Whether the payer must be authenticated.
    pub enforce: bool,
    /// The language of the pages.
    pub locale: Option<Locale>,
}

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Locale {
    /// `ru_RU`
    Russian,
    /// `en_US`
    English,
}

/// The means of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedMethod {
    /// Its id: the payment's, or that of the saved method.
    pub id: PaymentMethodId,
    /// The method.
    pub kind: MethodKind,
    /// Whether it can be charged again.
    pub saved: bool,
    /// The phone that was given for it.
    pub phone: Option<String>,
    /// What became known of it.
    pub facts: Option<MethodFacts>,
}

/// What the network said of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization {
    /// Retrieval reference number.
    pub rrn: Option<String>,
    /// The issuer's code.
    pub auth_code: Option<String>,
    /// How 3-D Secure went.
    pub three_d_secure: Option<ThreeDSecure>,
}

/// Money that an acquirer holds for the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The acquirer's id of it.
    pub reference: String,
    /// Until when it can be captured.
    pub expires_at: Timestamp,
}

/// How far a payment is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// The payer has not chosen yet, or may try again.
    Pending {
        /// The call of the last attempt, which has ended without money.
        last_attempt: Option<OperationId>,
    },
    /// The acquirer has been asked; its answer is open.
    Authorizing {
        /// The call.
        operation: OperationId,
    },
    /// The payer has to do something first.
    Challenged {
        /// The call that waits for it.
        operation: OperationId,
        /// What to do.
        challenge: Challenge,
    },
    /// Money is held.
    WaitingForCapture {
        /// The hold.
        hold: Hold,
    },
    /// The acquirer has been asked to take it; its answer is open.
    Capturing {
        /// The hold.
        hold: Hold,
        /// The call.
        operation: OperationId,
        /// How much of it.
        amount: Money,
    },
    /// The acquirer has been asked to let it go; its answer is open.
    Voiding {
        /// The hold.
        hold: Hold,
        /// The call.
        operation: OperationId,
        /// Why.
        cause: Decline,
    },
    /// Money is held, and is taken once its receipt is registered.
    Registering {
        /// The hold.
        hold: Hold,
        /// How much of it is to be taken.
        amount: Money,
        /// Whether the payment takes its money by itself, or a merchant's capture waits.
        stage: CaptureMode,
        /// How far that is.
        step: Registering,
    },
    /// Money is taken.
    Succeeded {
        /// The acquirer's id of it.
        reference: String,
        /// When.
        captured_at: Timestamp,
    },
    /// It ended without money.
    Canceled {
        /// Who, and why.
        cause: Decline,
        /// When.
        canceled_at: Timestamp,
    },
}

/// What a command does: the next state with everything that goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The payment after it.
    pub next: Payment,
    /// Money that moves.
    pub transfers: Vec<Transfer>,
    /// Money that moves in the books of partners.
    pub partners: Vec<PartnerTransfer>,
    /// What the merchant is notified of.
    pub events: Vec<Event>,
    /// Calls that are to be made.
    pub operations: Vec<NewOperation>,
    /// A method that can be charged again from now on.
    pub saved_method: Option<PaymentMethod>,
    /// What is to be done with its receipt.
    pub receipt: ReceiptWork,
    /// What was done with money that it did not wait for.
    pub late: Option<Remedy>,
}

/// The payment's status as the API knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Waits for the payer.
    Pending,
    /// Money is held.
    WaitingForCapture,
    /// Money is taken.
    Succeeded,
    /// Ended without money.
    Canceled,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Pending,
        Self::WaitingForCapture,
        Self::Succeeded,
        Self::Canceled,
    ];

    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::WaitingForCapture => "waiting_for_capture",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }

    /// The status with this name on the wire.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }
}

impl Locale {
    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Russian => "ru_RU",
            Self::English => "en_US",
        }
    }

    /// The language with this name on the wire.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Russian, Self::English]
            .into_iter()
            .find(|locale| locale.code() == code)
    }
}

impl State {
    /// The status as the API knows it.
    #[must_use]
    pub const fn status(&self) -> Status {
        match self {
            Self::Pending { .. }
            | Self::Authorizing { .. }
            | Self::Challenged { .. }
            | Self::Registering {
                stage: CaptureMode::OneStage,
                ..
            } => Status::Pending,
            Self::WaitingForCapture { .. }
            | Self::Capturing { .. }
            | Self::Voiding { .. }
            | Self::Registering {
                stage: CaptureMode::TwoStage,
                ..
            } => Status::WaitingForCapture,
            Self::Succeeded { .. } => Status::Succeeded,
            Self::Canceled { .. } => Status::Canceled,
        }
    }

    /// Its name in the database.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Pending { .. } => "pending",
            Self::Authorizing { .. } => "authorizing",
            Self::Challenged { .. } => "challenged",
            Self::WaitingForCapture { .. } => "waiting_for_capture",
            Self::Capturing { .. } => "capturing",
            Self::Voiding { .. } => "voiding",
            Self::Registering {
                stage: CaptureMode::OneStage,
                ..
            } => "registering",
            Self::Registering {
                stage: CaptureMode::TwoStage,
                ..
            } => "registering_capture",
            Self::Succeeded { .. } => "succeeded",
            Self::Canceled { .. } => "canceled",
        }
    }
}

impl Payment {
    /// The status as the API knows it.
    #[must_use]
    pub fn status(&self) -> Status {
        self.state.status()
    }

    /// Returns whether the payer has paid, so that the money is held or taken.
    #[must_use]
    pub fn paid(&self) -> bool {
        match self.status() {
            Status::WaitingForCapture | Status::Succeeded => true,
            Status::Pending | Status::Canceled => false,
        }
    }

    /// What can still be given back: what was taken less what was and is being given back.
    #[must_use]
    pub fn refundable_amount(&self) -> Money {
        let none = Money::zero(self.amount.currency());
        if self.status() != Status::Succeeded {
            return none;
        }
        let rest = self
            .returnable()
            .checked_sub(self.refunded)
            .and_then(|m| m.checked_sub(self.refunding));
        rest.ok().filter(|rest| rest.is_positive()).unwrap_or(none)
    }

    /// Returns whether anything can be given back.
    #[must_use]
    pub fn refundable(&self) -> bool {
        let policy = self
            .method
            .as_ref()
            .map(|method| method.kind.terms().refunds);
        policy.is_some_and(|p| p != RefundPolicy::None) && self.refundable_amount().is_positive()
    }

    /// When time alone will change it; `None` if time alone changes nothing.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        match &self.state {
            // Whoever took a loan has confirmed; its bank has some time to send the money.
            State::Challenged {
                challenge: Challenge::CoolingOff { until },
                ..
            } => Some(self.confirm_until.max(until.plus(TIME_TO_CHOOSE))),
            State::Pending { .. } | State::Challenged { .. } => Some(self.confirm_until),
            State::WaitingForCapture { hold }
            | State::Registering {
                hold,
                step: Registering::Asked,
                ..
            } => Some(hold.expires_at),
            State::Authorizing { .. }
            | State::Capturing { .. }
            | State::Voiding { .. }
            | State::Registering { .. }
            | State::Succeeded { .. }
            | State::Canceled { .. } => None,
        }
    }

    /// What the shop receives: the amount less the fee. Known once money is held or taken.
    #[must_use]
    pub fn income(&self) -> Option<Money> {
        let fee = self.fee.filter(|_| self.paid())?;
        self.amount.checked_sub(fee.total().ok()?).ok()
    }

    /// The connector that holds or has taken the money.
    pub(crate) fn holder(&self) -> Result<ConnectorName, LedgerRefused> {
        self.connector.ok_or(LedgerRefused::ConnectorUnknown)
    }

    /// The hold that an approval gives, as long as the method allows.
    fn hold_of(&self, approval: &Approval, now: Timestamp) -> Hold {
        let kind = self
            .method
            .as_ref()
            .map_or(MethodKind::BankCard, |method| method.kind);
        let length = kind.terms().hold.unwrap_or(Duration::ZERO);
        Hold {
            reference: approval.reference.clone(),
            expires_at: now.plus(length),
        }
    }
}

impl Step {
    /// A step that changes only the state.
    fn to(next: Payment) -> Self {
        Self {
            next,
            transfers: Vec::new(),
            partners: Vec::new(),
            events: Vec::new(),
            operations: Vec::new(),
            saved_method: None,
            receipt: ReceiptWork::None,
            late: None,
        }
    }
}

#[cfg(test)]
mod tests;
