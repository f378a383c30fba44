//! What outside systems say about one operation, and why things end in cancellation.
//!
//! A decline is an answer, not an error. No answer is neither: it is a state of the operation.

use crate::method::MethodFacts;
use crate::shop::Shop;
use crate::time::Timestamp;

/// Who ended it (YooKassa API v3: cancellation and refunds).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Party {
    /// The shop.
    Merchant,
    /// The platform; the wire knows it by this name.
    YooMoney,
    /// The issuer and everyone on the way to it.
    PaymentNetwork,
    /// The same on the way back of a refund.
    RefundNetwork,
    /// The receiver's bank and everyone on the way to it.
    PayoutNetwork,
}

impl Party {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Merchant,
        Self::YooMoney,
        Self::PaymentNetwork,
        Self::RefundNetwork,
        Self::PayoutNetwork,
    ];

    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Merchant => "merchant",
            Self::YooMoney => "yoo_money",
            Self::PaymentNetwork => "payment_network",
            Self::RefundNetwork => "refund_network",
            Self::PayoutNetwork => "payout_network",
        }
    }

    /// The party with this name on the wire.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|party| party.code() == code)
    }
}

/// Why it ended (YooKassa API v3: cancellation and refunds). SDKs refuse names that are not in
/// this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CancellationReason {
    /// 3-D Secure was not passed.
    ThreeDSecureFailed,
    /// Declined for reasons the issuer knows.
    CallIssuer,
    /// Canceled through the API.
    CanceledByMerchant,
    /// The card is out of date.
    CardExpired,
    /// Cards of this country are not taken.
    CountryForbidden,
    /// The safe deal's life ended.
    DealExpired,
    /// Not captured in time.
    ExpiredOnCapture,
    /// Not confirmed by the payer in time.
    ExpiredOnConfirmation,
    /// Blocked as suspected fraud.
    FraudSuspected,
    /// No details.
    GeneralDecline,
    /// The wallet's limits are exceeded.
    IdentificationRequired,
    /// Not enough money.
    InsufficientFunds,
    /// Not processed in time.
    InternalTimeout,
    /// Wrong card number.
    InvalidCardNumber,
    /// Wrong verification code.
    InvalidCsc,
    /// The issuer cannot be reached.
    IssuerUnavailable,
    /// A limit of the means or of the shop.
    PaymentMethodLimitExceeded,
    /// Operations with the means are forbidden.
    PaymentMethodRestricted,
    /// The payer withdrew the consent to be charged.
    PermissionRevoked,
    /// The mobile operator is not supported.
    UnsupportedMobileOperator,
    /// The receiver's side refused a refund.
    RejectedByPayee,
    /// A technical time limit.
    RejectedByTimeout,
    /// The payment is too old to be refunded.
    PaymentExpired,
    /// The destination may get only one payout.
    OneTimeLimitExceeded,
    /// A sum, or a number of payouts, above what the destination may get in a day or a month.
    PeriodicLimitExceeded,
    /// The bank has no account for this phone.
    RecipientNotFound,
    /// The account's owner has another name.
    RecipientCheckFailed,
    /// The self-employed person has earned what the law permits in a year.
    SelfEmployedAnnualLimitExceeded,
    /// The payment by certificate has no basket.
    PaymentBasketIdNotFound,
    /// The payment by certificate has no article with this number.
    PaymentArticleNumberNotFound,
    /// The article of the payment has another code in the catalogue.
    PaymentTruCodeNotFound,
    /// More units are given back than were paid for.
    TooManyRefundingArticles,
    /// Some of the units were given back before.
    SomeArticlesAlreadyRefunded,
}

impl CancellationReason {
    /// The reasons that only payouts have.
    pub const OF_PAYOUTS: [Self; 5] = [
        Self::OneTimeLimitExceeded,
        Self::PeriodicLimitExceeded,
        Self::RecipientNotFound,
        Self::RecipientCheckFailed,
        Self::SelfEmployedAnnualLimitExceeded,
    ];

    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::ThreeDSecureFailed,
        Self::CallIssuer,
        Self::CanceledByMerchant,
        Self::CardExpired,
        Self::CountryForbidden,
        Self::DealExpired,
        Self::ExpiredOnCapture,
        Self::ExpiredOnConfirmation,
        Self::FraudSuspected,
        Self::GeneralDecline,
        Self::IdentificationRequired,
        Self::InsufficientFunds,
        Self::InternalTimeout,
        Self::InvalidCardNumber,
        Self::InvalidCsc,
        Self::IssuerUnavailable,
        Self::PaymentMethodLimitExceeded,
        Self::PaymentMethodRestricted,
        Self::PermissionRevoked,
        Self::UnsupportedMobileOperator,
        Self::RejectedByPayee,
        Self::RejectedByTimeout,
        Self::PaymentExpired,
        Self::OneTimeLimitExceeded,
        Self::PeriodicLimitExceeded,
        Self::RecipientNotFound,
        Self::RecipientCheckFailed,
        Self::SelfEmployedAnnualLimitExceeded,
        Self::PaymentBasketIdNotFound,
        Self::PaymentArticleNumberNotFound,
        Self::PaymentTruCodeNotFound,
        Self::TooManyRefundingArticles,
        Self::SomeArticlesAlreadyRefunded,
    ];

    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ThreeDSecureFailed => "3d_secure_failed",
            Self::CallIssuer => "call_issuer",
            Self::CanceledByMerchant => "canceled_by_merchant",
            Self::CardExpired => "card_expired",
            Self::CountryForbidden => "country_forbidden",
            Self::DealExpired => "deal_expired",
            Self::ExpiredOnCapture => "expired_on_capture",
            Self::ExpiredOnConfirmation => "expired_on_confirmation",
            Self::FraudSuspected => "fraud_suspected",
            Self::GeneralDecline => "general_decline",
            Self::IdentificationRequired => "identification_required",
            Self::InsufficientFunds => "insufficient_funds",
            Self::InternalTimeout => "internal_timeout",
            Self::InvalidCardNumber => "invalid_card_number",
            Self::InvalidCsc => "invalid_csc",
            Self::IssuerUnavailable => "issuer_unavailable",
            Self::PaymentMethodLimitExceeded => "payment_method_limit_exceeded",
            Self::PaymentMethodRestricted => "payment_method_restricted",
            Self::PermissionRevoked => "permission_revoked",
            Self::UnsupportedMobileOperator => "unsupported_mobile_operator",
            Self::RejectedByPayee => "rejected_by_payee",
            Self::RejectedByTimeout => "rejected_by_timeout",
            Self::PaymentExpired => "payment_expired",
            Self::OneTimeLimitExceeded => "one_time_limit_exceeded",
            Self::PeriodicLimitExceeded => "periodic_limit_exceeded",
            Self::RecipientNotFound => "recipient_not_found",
            Self::RecipientCheckFailed => "recipient_check_failed",
            Self::SelfEmployedAnnualLimitExceeded => "self_employed_annual_limit_exceeded",
            Self::PaymentBasketIdNotFound => "payment_basket_id_not_found",
            Self::PaymentArticleNumberNotFound => "payment_article_number_not_found",
            Self::PaymentTruCodeNotFound => "payment_tru_code_not_found",
            Self::TooManyRefundingArticles => "too_many_refunding_articles",
            Self::SomeArticlesAlreadyRefunded => "some_articles_already_refunded",
        }
    }

    /// The reason with this name on the wire.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|reason| reason.code() == code)
    }
}

/// Who ended it, and why: `cancellation_details` on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decline {
    /// Who.
    pub party: Party,
    /// Why.
    pub reason: CancellationReason,
}

impl Decline {
    /// A decline by this party for this reason.
    #[must_use]
    pub const fn new(party: Party, reason: CancellationReason) -> Self {
        Self { party, reason }
    }
}

/// What the payer has to do before an operation is decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Challenge {
    /// Visit this page of the bank or the wallet.
    Redirect {
        /// Its address.
        url: String,
    },
    /// Scan this code, or open the bank's page on the same device.
    Qr {
        /// The text of the code.
        data: String,
        /// The page that the code leads to.
        url: String,
    },
    /// Answer a message, or pay at a terminal; there is no page to open.
    External {
        /// The code to name at the terminal, where there is one.
        code: Option<String>,
        /// The sandbox's page that stands for the phone or the terminal.
        url: Option<String>,
    },
    /// Wait: a loan was taken, and until then the law lets the payer withdraw (YooKassa API v3:
    /// loans with a cooling-off period).
    CoolingOff {
        /// When that period ends. The acquirer says it in the platform's time; what is kept is in
        /// the shop's time.
        until: Timestamp,
    },
}

impl Answer {
    /// The acquirer's answer, with its times turned into the shop's time.
    #[must_use]
    pub fn in_time_of(self, shop: &Shop) -> Self {
        match self {
            Self::Challenged(Challenge::CoolingOff { until }) => {
                let until = shop.now(until);
                Self::Challenged(Challenge::CoolingOff { until })
            }
            other @ (Self::Approved(_) | Self::Challenged(_) | Self::Declined { .. }) => other,
        }
    }
}

/// How 3-D Secure went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreeDSecure {
    /// Whether the payer was authenticated by it.
    pub applied: bool,
    /// Whether the device data was collected.
    pub method_completed: bool,
    /// Whether the payer answered a challenge.
    pub challenge_completed: bool,
}

/// What an acquirer says of an operation that it carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The acquirer's own id of the payment; later operations name it.
    pub reference: String,
    /// What became known of the means of payment.
    pub facts: Option<MethodFacts>,
    /// Retrieval reference number of the network.
    pub rrn: Option<String>,
    /// The issuer's authorization code.
    pub auth_code: Option<String>,
    /// How 3-D Secure went; `None` where it does not exist.
    pub three_d_secure: Option<ThreeDSecure>,
    /// What the means can be charged with again, if that was asked for.
    pub token: Option<String>,
}

/// What an acquirer says of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is done.
    Approved(Approval),
    /// The payer has to do something first.
    Challenged(Challenge),
    /// It will not be done.
    Declined {
        /// Who, and why.
        decline: Decline,
        /// What became known of the means of payment.
        facts: Option<MethodFacts>,
    },
}
