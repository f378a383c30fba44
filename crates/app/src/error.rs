//! Why a use case did not do what was asked.
//!
//! `Refused` and `Invalid` are for the caller, with advice; `Internal` is for the operator, and the
//! caller sees only the request's id.

use std::fmt;

use connectors::CallError;
use contract::InvalidRequest;
use domain::application::ApplicationRefused;
use domain::grant::ExchangeRefused;
use domain::invoice::CartRefused;
use domain::ledger::LedgerRefused;
use domain::payment::{AnswerRefused, AuthorizeRefused, CancelRefused, CaptureRefused};
use domain::payment_method::BindRefused;
use domain::pos_link::{PosLinkChangeRefused, PosLinkRefused};
use domain::receipt::ReceiptRefused;
use domain::token::RedeemRefused;
use domain::{Duration, MoneyError, Right, deal, payment, payout, refund};
use store::book::PostError;
use store::{StoreError, UnitError};

use crate::card_attempts::Exceeded;

/// Why a use case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such object, or it is another shop's.
    #[error("{kind} {id} not found")]
    NotFound {
        /// The kind of object.
        kind: &'static str,
        /// What was asked for.
        id: String,
    },
    /// The credentials prove nothing.
    #[error("wrong shop id or secret key")]
    Denied,
    /// Whoever asks has not got the right.
    #[error("the right {} is missing", .right.code())]
    Forbidden {
        /// What was asked for.
        right: Right,
    },
    /// The request cannot be understood.
    #[error("invalid request: {}", .0.description)]
    Invalid(InvalidRequest),
    /// A rule does not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Someone else changed it at the same time, again and again.
    #[error("changed by someone else at the same time")]
    Conflict,
    /// More than the platform can take right now.
    #[error("too much to do")]
    Busy,
    /// The storage is away, or others hold what has to be changed. Nothing was done.
    #[error("the storage is away")]
    Unavailable(#[source] StoreError),
    /// The storage did not say whether it was done.
    #[error("the storage did not confirm it")]
    Unconfirmed(#[source] StoreError),
    /// A defect, or a broken part.
    #[error("internal error")]
    Internal(#[source] Cause),
}

/// What is behind an internal error.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// The storage.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The books refused what had been checked before.
    #[error(transparent)]
    Ledger(#[from] LedgerRefused),
    /// Sums that do not fit.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A background task ended early.
    #[error("a task of the platform ended early")]
    Task(#[from] tokio::task::JoinError),
    /// The payer did not answer before anything was written.
    #[error("the payer did not answer")]
    Payer(#[source] CallError),
    /// The acquirer did not answer.
    #[error("the acquirer did not answer")]
    Call(#[source] CallError),
    /// The sandbox's memory.
    #[error("the sandbox's memory fails")]
    Sandbox(#[source] connectors::sandbox::MemoryError),
    /// There is no key to seal a secret with.
    #[error("a secret cannot be sealed: {0}")]
    Unsealable(String),
    /// Something that the rules exclude, and that happened all the same.
    #[error("defect: {0}")]
    Defect(&'static str),
}

/// A rule that does not allow what was asked. Each has a name of its own; the words for clients are
/// in `api`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A payment cannot be created.
    #[error(transparent)]
    CreatePayment(#[from] payment::CreateRefused),
    /// An attempt is not possible.
    #[error(transparent)]
    Authorize(#[from] AuthorizeRefused),
    /// Money cannot be taken.
    #[error(transparent)]
    Capture(#[from] CaptureRefused),
    /// Money cannot be let go.
    #[error(transparent)]
    Cancel(#[from] CancelRefused),
    /// Money cannot be given back.
    #[error(transparent)]
    Refund(#[from] payment::RefundRefused),
    /// A method cannot be bound.
    #[error(transparent)]
    Bind(#[from] BindRefused),
    /// A receipt is refused.
    #[error(transparent)]
    Receipt(#[from] ReceiptRefused),
    /// A receipt of a request of its own is refused.
    #[error("{0}")]
    ReceiptAlone(ReceiptRefused),
    /// The payment of a receipt does not exist in this shop.
    #[error("the payment of the receipt is not found")]
    ReceiptPaymentNotFound,
    /// The refund of a receipt does not exist in this shop.
    #[error("the refund of the receipt is not found")]
    ReceiptRefundNotFound,
    /// The payment's status does not allow such a receipt.
    #[error("the payment has no such receipt in its status")]
    ReceiptPaymentStatus,
    /// The refund did not succeed.
    #[error("the refund has no receipt in its status")]
    ReceiptRefundStatus,
    /// The seller that is named has no part of the payment.
    #[error("the shop has no part of the payment")]
    ReceiptSellerUnknown,
    /// The payment or refund has as many receipts as it may have.
    #[error("there are too many receipts")]
    ReceiptsTooMany,
    /// A payout cannot be created.
    #[error(transparent)]
    CreatePayout(#[from] payout::CreateRefused),
    /// The gateway may not send card numbers.
    #[error("the gateway may not send card numbers")]
    PayoutCardsNotPermitted,
    /// The personal data that a payout names do not exist in this gateway.
    #[error("the personal data are not found")]
    PersonalDataNotFound,
    /// The self-employed person that a payout names does not exist in this gateway.
    #[error("the self-employed person is not found")]
    SelfEmployedNotFound,
    /// Only gateways are topped up, with a sum in their currency.
    #[error("only a payout gateway is topped up, in its own currency")]
    NotToppedUp,
    /// A card token cannot be used.
    #[error(transparent)]
    Token(#[from] RedeemRefused),
    /// The payout token cannot be used.
    #[error("the payout token cannot be used")]
    PayoutTokenUnusable,
    /// The shop's pages may not exchange cards for payment tokens.
    #[error("the shop may not exchange cards for tokens")]
    TokenizationNotPermitted,
    /// The idempotency key was used with another request.
    #[error("the idempotency key was used with another request")]
    KeyReused,
    /// The saved method does not exist in this shop.
    #[error("the payment method is not found")]
    PaymentMethodNotFound,
    /// The payment that a refund names does not exist in this shop.
    #[error("the payment is not found")]
    PaymentNotFound,
    /// A command moves the time of test shops only, and forward only.
    #[error("only a test shop's clock can be moved, and only forward")]
    ClockNotMovable,
    /// Only in a test shop can somebody decide for the buyer.
    #[error("only in a test shop")]
    NotATest,
    /// Notifications cannot be sent to the URL, or no event is named.
    #[error(
        "the webhook needs an https URL with a public address and at least one event; http:// and \
         this machine are for the demo and where `allow_loopback` is set"
    )]
    WebhookUnusable,
    /// A deal cannot be created.
    #[error(transparent)]
    CreateDeal(#[from] deal::CreateRefused),
    /// The deal that a request names does not exist in this shop.
    #[error("the deal is not found")]
    DealNotFound,
    /// A payment cannot belong to a deal.
    #[error(transparent)]
    DealPayment(#[from] deal::AttachRefused),
    /// The seller's part of a payment is not possible.
    #[error(transparent)]
    Settlement(#[from] deal::SettlementRefused),
    /// A deal gives nothing back.
    #[error(transparent)]
    DealRefund(#[from] deal::RefundRefused),
    /// A refund in a deal does not say what of it is the seller's.
    #[error("the payment belongs to a deal")]
    RefundWithoutDeal,
    /// The payment belongs to no deal.
    #[error("the payment belongs to no deal")]
    PaymentNotInDeal,
    /// A deal pays nothing out.
    #[error(transparent)]
    DealPayout(#[from] deal::PayoutRefused),
    /// The shop that a platform asks about is not one of its partners.
    #[error("the shop is no partner of the platform that is asking")]
    PartnerUnknown,
    /// An application of a partner cannot be added.
    #[error(transparent)]
    Application(ApplicationRefused),
    /// A code or a token of an application is not valid.
    #[error(transparent)]
    Exchange(ExchangeRefused),
    /// A secret key cannot be taken back.
    #[error(transparent)]
    SecretKey(KeyRefused),
    /// The shop is switched off.
    #[error("the shop is switched off")]
    ShopDisabled,
    /// Cards were tried too often.
    #[error(transparent)]
    CardAttempts(#[from] Exceeded),
    /// Too many wrong keys of a shop.
    #[error("too many wrong keys; try again in some minutes")]
    TooManyAttempts {
        /// After how long the next one is accepted.
        wait: Duration,
    },
    /// A payment cannot go through a plate.
    #[error(transparent)]
    PosLink(#[from] PosLinkRefused),
    /// A plate cannot be changed or added.
    #[error(transparent)]
    PosLinkChange(#[from] PosLinkChangeRefused),
    /// The payment of an invoice would not be possible.
    #[error("{0}")]
    InvoicePayment(Box<Refusal>),
    /// The cart of an invoice is refused.
    #[error(transparent)]
    Cart(#[from] CartRefused),
    /// The end of an invoice is not within the next 30 days.
    #[error("the end of the invoice is not within the next 30 days")]
    InvoiceExpiry,
    /// The plate that a payment names does not exist in this shop.
    #[error("the plate is not found")]
    PosLinkNotFound,
    /// The platform of a new shop does not exist, or is itself a partner.
    #[error("the platform is no shop that may have partners")]
    PlatformUnknown,
    /// The sub-account is not this shop's.
    #[error("the gateway is not this shop's")]
    GatewayUnknown,
}

/// Why a key cannot be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyRefused {
    /// Others on the machine can read what stands on a command line.
    #[error(
        "a whole key must not stand on a command line, where others can read it: name the key by \
         its number or its last four characters, and take this one back, for it has stood there"
    )]
    Whole,
    /// There is no such key.
    #[error("the shop has no key with this number or these last four characters")]
    Unknown,
    /// Several keys are meant.
    #[error("more than one key of the shop ends so: name the key by its number")]
    Ambiguous,
    /// It was taken back before.
    #[error("the key was taken back before")]
    Revoked,
}

impl Error {
    /// There is no such object.
    pub(crate) fn not_found(kind: &'static str, id: impl fmt::Display) -> Self {
        Self::NotFound {
            kind,
            id: id.to_string(),
        }
    }

    /// Something that the rules exclude, and that happened all the same.
    pub(crate) fn defect(what: &'static str) -> Self {
        Self::Internal(Cause::Defect(what))
    }

    /// An error that the storage has tried to avoid by repeating becomes the caller's answer.
    pub(crate) fn settled(self) -> Self {
        match self {
            Self::Internal(Cause::Store(StoreError::Conflict)) => Self::Conflict,
            other @ (Self::NotFound { .. }
            | Self::Denied
            | Self::Forbidden { .. }
            | Self::Invalid(_)
            | Self::Refused(_)
            | Self::Conflict
            | Self::Busy
            | Self::Unavailable(_)
            | Self::Unconfirmed(_)
            | Self::Internal(_)) => other,
        }
    }

    /// Returns whether the storage is away or in trouble. Then all callers get the same answer, and
    /// one line in the log is enough.
    #[must_use]
    pub fn is_of_storage(&self) -> bool {
        !matches!(self, Self::Conflict | Self::Busy) && self.passes()
    }

    /// Returns whether it is a trouble of the storage that passes by itself, so that the same unit
    /// may succeed later.
    pub(crate) fn passes(&self) -> bool {
        match self {
            Self::Conflict | Self::Busy | Self::Unavailable(_) | Self::Unconfirmed(_) => true,
            Self::Internal(Cause::Store(error)) => {
                matches!(error, StoreError::Conflict | StoreError::Engine { .. })
            }
            Self::Internal(
                Cause::Ledger(_)
                | Cause::Money(_)
                | Cause::Task(_)
                | Cause::Call(_)
                | Cause::Sandbox(_)
                | Cause::Payer(_)
                | Cause::Unsealable(_)
                | Cause::Defect(_),
            )
            | Self::NotFound { .. }
            | Self::Denied
            | Self::Forbidden { .. }
            | Self::Invalid(_)
            | Self::Refused(_) => false,
        }
    }
}

impl UnitError for Error {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Internal(Cause::Store(error))
            | Self::Unavailable(error)
            | Self::Unconfirmed(error) => Some(error),
            Self::Internal(
                Cause::Ledger(_)
                | Cause::Money(_)
                | Cause::Task(_)
                | Cause::Call(_)
                | Cause::Sandbox(_)
                | Cause::Payer(_)
                | Cause::Unsealable(_)
                | Cause::Defect(_),
            )
            | Self::NotFound { .. }
            | Self::Denied
            | Self::Forbidden { .. }
            | Self::Invalid(_)
            | Self::Refused(_)
            | Self::Conflict
            | Self::Busy => None,
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Retry
            | StoreError::Unavailable { .. }
            | StoreError::TimedOut
            | StoreError::Abandoned => Self::Unavailable(error),
            StoreError::OutcomeUnknown => Self::Unconfirmed(error),
            StoreError::Busy => Self::Busy,
            StoreError::Duplicate { .. }
            | StoreError::Violated { .. }
            | StoreError::Conflict
            | StoreError::Corrupt { .. }
            | StoreError::Panicked
            | StoreError::Migration { .. }
            | StoreError::Outdated
            | StoreError::Unmade
            | StoreError::Engine { .. } => Self::Internal(Cause::Store(error)),
        }
    }
}

impl From<LedgerRefused> for Error {
    fn from(refused: LedgerRefused) -> Self {
        Self::Internal(Cause::Ledger(refused))
    }
}

impl From<PostError> for Error {
    fn from(error: PostError) -> Self {
        match error {
            PostError::Refused(refused) => refused.into(),
            PostError::Store(error) => error.into(),
        }
    }
}

impl From<AnswerRefused> for Error {
    fn from(AnswerRefused(refused): AnswerRefused) -> Self {
        Self::Internal(Cause::Ledger(refused))
    }
}

impl From<MoneyError> for Error {
    fn from(error: MoneyError) -> Self {
        Self::Internal(Cause::Money(error))
    }
}

impl From<tokio::task::JoinError> for Error {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::Internal(Cause::Task(error))
    }
}

impl From<refund::CreateRefused> for Error {
    fn from(refused: refund::CreateRefused) -> Self {
        match refused {
            refund::CreateRefused::Payment(refused) => Refusal::Refund(refused).into(),
            refund::CreateRefused::Ledger(refused) => refused.into(),
        }
    }
}

/// A refusal of the domain is a refusal of the use case.
impl From<payment::CreateRefused> for Error {
    fn from(refused: payment::CreateRefused) -> Self {
        Refusal::CreatePayment(refused).into()
    }
}

impl From<deal::CreateRefused> for Error {
    fn from(refused: deal::CreateRefused) -> Self {
        Refusal::CreateDeal(refused).into()
    }
}

impl From<deal::PayoutRefused> for Error {
    fn from(refused: deal::PayoutRefused) -> Self {
        Refusal::DealPayout(refused).into()
    }
}

/// A deal cannot refuse the answer of a call that it waited for.
impl From<deal::CloseRefused> for Error {
    fn from(refused: deal::CloseRefused) -> Self {
        match refused {
            deal::CloseRefused::Ledger(refused) => refused.into(),
            deal::CloseRefused::Closed => Self::defect("a deal was closed too early"),
            deal::CloseRefused::InFlight => Self::defect("a deal closes with money on its way"),
        }
    }
}

impl From<payment::RefundRefused> for Error {
    fn from(refused: payment::RefundRefused) -> Self {
        Refusal::Refund(refused).into()
    }
}

impl From<PosLinkRefused> for Error {
    fn from(refused: PosLinkRefused) -> Self {
        Refusal::PosLink(refused).into()
    }
}

impl From<PosLinkChangeRefused> for Error {
    fn from(refused: PosLinkChangeRefused) -> Self {
        Refusal::PosLinkChange(refused).into()
    }
}

impl From<AuthorizeRefused> for Error {
    fn from(refused: AuthorizeRefused) -> Self {
        Refusal::Authorize(refused).into()
    }
}

impl From<CaptureRefused> for Error {
    fn from(refused: CaptureRefused) -> Self {
        Refusal::Capture(refused).into()
    }
}

impl From<payout::CreateRefused> for Error {
    fn from(refused: payout::CreateRefused) -> Self {
        match refused {
            payout::CreateRefused::Ledger(refused) => refused.into(),
            refused @ (payout::CreateRefused::DealMissing
            | payout::CreateRefused::DealNotPermitted
            | payout::CreateRefused::CurrencyNotPaid { .. }
            | payout::CreateRefused::DestinationNotPaid { .. }
            | payout::CreateRefused::BelowMinimum
            | payout::CreateRefused::PersonalDataNotPermitted
            | payout::CreateRefused::PersonalDataNotForDestination
            | payout::CreateRefused::PersonalDataTwice
            | payout::CreateRefused::PersonalDataUnusable
            | payout::CreateRefused::SelfEmployedNotPermitted
            | payout::CreateRefused::SelfEmployedNotConfirmed) => {
                Refusal::CreatePayout(refused).into()
            }
        }
    }
}

impl From<CancelRefused> for Error {
    fn from(refused: CancelRefused) -> Self {
        Refusal::Cancel(refused).into()
    }
}

impl From<ReceiptRefused> for Error {
    fn from(refused: ReceiptRefused) -> Self {
        Refusal::Receipt(refused).into()
    }
}

impl From<BindRefused> for Error {
    fn from(refused: BindRefused) -> Self {
        Refusal::Bind(refused).into()
    }
}

impl From<Exceeded> for Error {
    fn from(refused: Exceeded) -> Self {
        Refusal::CardAttempts(refused).into()
    }
}

impl From<RedeemRefused> for Error {
    fn from(refused: RedeemRefused) -> Self {
        Refusal::Token(refused).into()
    }
}
