//! The contract between the platform and an acquirer, which a real acquirer and the sandbox both
//! fulfil.
//!
//! Each call carries the id of its [`domain::Operation`] as idempotency key: the same key again has
//! no second effect and gets the same answer.

use std::net::IpAddr;

use async_trait::async_trait;
use card::{Card, CardNumber};
use domain::method::Article;
use domain::{Answer, Duration, MethodKind, Money, OperationId, OperationKind, ShopId};

/// An acquirer.
#[async_trait]
pub trait Acquirer: Send + Sync {
    /// Asks to hold the payer's money, or with `capture` to take it at once.
    async fn authorize(&self, request: Authorize) -> Result<Answer, CallError>;

    /// Takes held money; what is above `amount` goes back to the payer.
    async fn capture(&self, request: Follow) -> Result<Answer, CallError>;

    /// Lets held money go.
    async fn void(&self, request: Follow) -> Result<Answer, CallError>;

    /// Gives taken money back.
    async fn refund(&self, request: Follow) -> Result<Answer, CallError>;

    /// Binds a means without taking money; the approval carries the token.
    async fn bind(&self, request: Bind) -> Result<Answer, CallError>;

    /// Keeps a card and gives a token for it. It moves no money and may be repeated blindly.
    async fn tokenize(&self, request: Tokenize) -> Result<Tokenized, CallError>;

    /// What became of an operation.
    async fn look_up(&self, operation: OperationId) -> Result<Found, CallError>;

    /// How long after a call began it may still arrive. A call that a look-up does not find before
    /// that may be found later.
    fn arrives_within(&self) -> Duration;

    /// A page of what it carried out, in the order of operations; `None` if it gives no such list.
    async fn statement(&self, after: Option<OperationId>) -> Result<Option<Statement>, CallError>;
}

/// A payer's means.
#[derive(Clone, Debug)]
pub enum Means {
    /// A card.
    Card(Card),
    /// A saved means, by the acquirer's token.
    Token(String),
    /// A card that its holder has just exchanged for a token, by the acquirer's token: it counts
    /// like the card itself.
    CardToken(String),
    /// A method that the payer confirms with its own application or page.
    Method {
        /// The method.
        kind: MethodKind,
        /// The payer's phone, digits.
        phone: Option<String>,
    },
}

/// How much of a challenge the payer can be put through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChallengePolicy {
    /// There is no payer to ask: if one is needed, decline.
    Never,
    /// If the issuer asks for one.
    IfNeeded,
    /// Always.
    Always,
}

/// A request to hold or take money.
#[derive(Clone, Debug)]
pub struct Authorize {
    /// Idempotency key.
    pub operation: OperationId,
    /// For whom.
    pub shop_id: ShopId,
    /// How much.
    pub amount: Money,
    /// Whether to take it at once.
    pub capture: bool,
    /// From what.
    pub means: Means,
    /// Whether the payer may, must or cannot be asked.
    pub challenge: ChallengePolicy,
    /// Where the payer is, for the acquirer's checks.
    pub client_ip: Option<IpAddr>,
    /// Whether the payer sees a code to scan rather than a page.
    pub by_qr: bool,
    /// Whether to return a token to charge the means again.
    pub save: bool,
    /// The goods, of a payment by certificate on the platform's page.
    pub articles: Vec<Article>,
    /// Where the payer comes back to after a challenge.
    pub return_url: String,
}

/// A request that builds on a reference.
#[derive(Clone, Debug)]
pub struct Follow {
    /// Idempotency key.
    pub operation: OperationId,
    /// For whom.
    pub shop_id: ShopId,
    /// The acquirer's id of the payment.
    pub reference: String,
    /// How much.
    pub amount: Money,
}

/// A request to bind a means.
#[derive(Clone, Debug)]
pub struct Bind {
    /// Idempotency key.
    pub operation: OperationId,
    /// For whom.
    pub shop_id: ShopId,
    /// What is bound.
    pub means: Means,
    /// Whether the payer may, must or cannot be asked.
    pub challenge: ChallengePolicy,
    /// Where the payer is, for the acquirer's checks.
    pub client_ip: Option<IpAddr>,
    /// Where the payer comes back to after a challenge.
    pub return_url: String,
}

/// A request to keep a card.
#[derive(Clone, Debug)]
pub struct Tokenize {
    /// For whom.
    pub shop_id: ShopId,
    /// The card, and what for.
    pub card: GivenCard,
}

/// A card that is given for a token.
#[derive(Clone, Debug)]
pub enum GivenCard {
    /// To pay with.
    Payment(Card),
    /// To be paid to.
    Payout(CardNumber),
}

/// What an acquirer says of a card that it is given.
#[derive(Clone, PartialEq, Eq)]
pub enum Tokenized {
    /// It keeps it.
    Kept {
        /// The name by which it knows the card from now on.
        token: String,
        /// Country of the issuer, ISO 3166 alpha-2.
        issuer_country: Option<String>,
        /// Name of the issuer.
        issuer_name: Option<String>,
    },
    /// Cards of this country are not paid to.
    CountryForbidden,
    /// It is not known which country the card is from.
    CountryUnknown,
}

/// What an acquirer knows of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "it is made once a look-up and matched at once"
)]
pub enum Found {
    /// It never arrived.
    Nothing,
    /// It works on it.
    Open,
    /// Its answer, as the call would give it: a challenge while the payer has not answered it, so
    /// that a challenge that got lost is found again.
    Answered(Answer),
}

/// What a connector says by itself of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// The operation.
    pub operation: OperationId,
    /// Its answer, as the call would give it.
    pub answer: Answer,
}

/// A page of what was carried out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// Its lines, in the order of operations.
    pub lines: Vec<CarriedOut>,
    /// The last operation that the page looks at; `None` if it is past the end.
    pub next: Option<OperationId>,
}

/// A line of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CarriedOut {
    /// The operation.
    pub operation: OperationId,
    /// Whose it is.
    pub shop_id: ShopId,
    /// What was done.
    pub kind: OperationKind,
    /// With how much.
    pub amount: Money,
}

/// Why a call brought no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// Nothing was sent: the call may be repeated blindly.
    #[error("the call was not sent")]
    NotSent(#[source] Option<Box<dyn std::error::Error + Send + Sync>>),
    /// It may have been carried out: only a look-up tells.
    #[error("the call was not answered")]
    Unknown(#[source] Option<Box<dyn std::error::Error + Send + Sync>>),
}
