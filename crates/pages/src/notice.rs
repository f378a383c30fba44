//! What went wrong with the last attempt, above the form.

use app::Exceeded;
use domain::acquiring::CancellationReason;

use crate::text::Texts;

/// A message above the form.
#[derive(Clone, Debug)]
pub struct Notice {
    /// `bad` for a refusal, `warn` for something that the buyer can correct at once.
    pub tone: &'static str,
    /// What happened.
    pub title: String,
    /// What it means for the money, and what to do.
    pub text: String,
}

impl Notice {
    /// The last attempt was declined.
    #[must_use]
    pub fn declined(reason: CancellationReason, t: Texts) -> Self {
        Self {
            tone: "bad",
            title: title(reason, t),
            text: text(reason, t),
        }
    }

    /// Cards were tried too often, by the payer or by others; the text says how long to wait.
    #[must_use]
    pub fn too_often(exceeded: Exceeded, t: Texts) -> Self {
        let Some(wait) = exceeded.wait else {
            return Self::cards_over(t);
        };
        let minutes = wait.as_seconds().saturating_add(59).div_euclid(60);
        let text = format!("cards-too-often-{}", exceeded.limit.name());
        Self {
            tone: "bad",
            title: t.say("cards-too-often"),
            text: t.say_with(&text, "minutes", &minutes.max(1).to_string()),
        }
    }

    /// There were so many attempts that cards are no longer taken.
    #[must_use]
    pub fn cards_over(t: Texts) -> Self {
        Self {
            tone: "bad",
            title: t.say("cards-over"),
            text: t.say("cards-over-text"),
        }
    }

    /// The notice about the attempts before.
    #[must_use]
    pub fn of_attempts(decline: Option<CancellationReason>, over: bool, t: Texts) -> Option<Self> {
        if over {
            return Some(Self::cards_over(t));
        }
        decline.map(|reason| Self::declined(reason, t))
    }

    /// The form has fields that need a correction.
    #[must_use]
    pub fn form_wrong(t: Texts) -> Self {
        Self {
            tone: "warn",
            title: t.say("form-wrong-title"),
            text: t.say("form-wrong-text"),
        }
    }

    /// The form was served too long ago.
    #[must_use]
    pub fn form_stale(t: Texts) -> Self {
        Self {
            tone: "warn",
            title: t.say("form-stale-title"),
            text: t.say("form-stale-text"),
        }
    }
}

/// What happened, in a few words.
#[must_use]
pub fn title(reason: CancellationReason, t: Texts) -> String {
    t.say(&format!("decline-{}", shown(reason).code()))
}

/// That no money was taken, and what to do.
#[must_use]
pub fn text(reason: CancellationReason, t: Texts) -> String {
    let advice = t.say(&format!("decline-{}-text", shown(reason).code()));
    format!("{} {advice}", t.say("decline-money"))
}

/// Reasons that only refunds and payouts have never reach a buyer; they would show as "no details".
fn shown(reason: CancellationReason) -> CancellationReason {
    match reason {
        CancellationReason::RejectedByPayee
        | CancellationReason::PaymentExpired
        | CancellationReason::OneTimeLimitExceeded
        | CancellationReason::PeriodicLimitExceeded
        | CancellationReason::RecipientNotFound
        | CancellationReason::RecipientCheckFailed
        | CancellationReason::SelfEmployedAnnualLimitExceeded
        | CancellationReason::PaymentBasketIdNotFound
        | CancellationReason::PaymentArticleNumberNotFound
        | CancellationReason::PaymentTruCodeNotFound
        | CancellationReason::TooManyRefundingArticles
        | CancellationReason::SomeArticlesAlreadyRefunded => CancellationReason::GeneralDecline,
        CancellationReason::ThreeDSecureFailed
        | CancellationReason::CallIssuer
        | CancellationReason::CanceledByMerchant
        | CancellationReason::CardExpired
        | CancellationReason::CountryForbidden
        | CancellationReason::DealExpired
        | CancellationReason::ExpiredOnCapture
        | CancellationReason::ExpiredOnConfirmation
        | CancellationReason::FraudSuspected
        | CancellationReason::GeneralDecline
        | CancellationReason::IdentificationRequired
        | CancellationReason::InsufficientFunds
        | CancellationReason::InternalTimeout
        | CancellationReason::InvalidCardNumber
        | CancellationReason::InvalidCsc
        | CancellationReason::IssuerUnavailable
        | CancellationReason::PaymentMethodLimitExceeded
        | CancellationReason::PaymentMethodRestricted
        | CancellationReason::PermissionRevoked
        | CancellationReason::UnsupportedMobileOperator
        | CancellationReason::RejectedByTimeout => reason,
    }
}
