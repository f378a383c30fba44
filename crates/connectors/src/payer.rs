//! The contract between the platform and a payer, who sends the platform's money to persons. A real
//! one and the sandbox both fulfil it.
//!
//! Each payout carries the id of its [`domain::Operation`] as idempotency key: the same key again
//! has no second effect and gets the same answer.

mod banks;

use async_trait::async_trait;
use card::CardNumber;
use domain::personal_data::Person;
use domain::{Answer, Duration, Money, OperationId, ShopId};

use crate::acquirer::{CallError, Found, Statement};

pub use banks::{SBP_BANKS, SbpBank};

/// A payer.
#[async_trait]
pub trait Payer: Send + Sync {
    /// Exchanges a card for a name that may be kept. It moves no money, so it may be repeated.
    async fn identify(&self, card: CardSource) -> Result<Identified, CallError>;

    /// Sends money. An approval carries the payer's own id, and through SBP the transfer's.
    async fn pay_out(&self, request: PayOut) -> Result<Answer, CallError>;

    /// What became of a payout.
    async fn look_up(&self, operation: OperationId) -> Result<Found, CallError>;

    /// How long after a call began it may still arrive. A call that a look-up does not find before
    /// that may be found later.
    fn arrives_within(&self) -> Duration;

    /// A page of what it carried out, in the order of operations; `None` if it gives no such list.
    async fn statement(&self, after: Option<OperationId>) -> Result<Option<Statement>, CallError>;

    /// The banks that SBP reaches, in any order.
    async fn sbp_banks(&self) -> Result<Vec<SbpBank>, CallError>;
}

/// A card as a merchant names it.
#[derive(Clone, Debug)]
pub enum CardSource {
    /// By its number.
    Number(CardNumber),
    /// A saved one, by the acquirer's token.
    Saved(String),
}

/// A card as the payer knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identified {
    /// The name by which it is paid to.
    pub token: String,
    /// The same for the same card, and useless for finding its number; `None` for a card without
    /// limits, such as the published test cards.
    pub fingerprint: Option<String>,
}

/// Where to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receiver {
    /// A card, by the payer's name for it.
    Card {
        /// That name.
        token: String,
    },
    /// A wallet.
    Wallet {
        /// Its number.
        account_number: String,
    },
    /// An account behind a phone.
    Sbp {
        /// The phone, digits.
        phone: String,
        /// The bank's id in SBP.
        bank_id: String,
        /// Who the account has to belong to; anyone if nobody is named.
        owner: Option<Person>,
    },
}

/// A request to send money.
#[derive(Clone, Debug)]
pub struct PayOut {
    /// Idempotency key.
    pub operation: OperationId,
    /// For whom.
    pub shop_id: ShopId,
    /// How much.
    pub amount: Money,
    /// Where to.
    pub receiver: Receiver,
}
