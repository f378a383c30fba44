//! A payment or binding as the sandbox remembers it. What it answers is a function of that, so an
//! answer is the same however often and however late it is asked for.

use domain::acquiring::{Approval, ThreeDSecure};
use domain::card::Expiry;
use domain::{Answer, CancellationReason, Challenge, Decline, MethodKind, Money};
use domain::{OperationId, Party, ShopId, Timestamp};
use serde::{Deserialize, Serialize};

use super::cards::{Outcome, REVOKED, outcome};
use super::means::{Goods, Used};
use super::reference::Reference;
use super::token::KeptCard;
use super::{Effects, numbers, wire};
use crate::acquirer::{Authorize, Bind, ChallengePolicy, Means};

/// What is done with the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Purpose {
    /// Held until it is captured or voided.
    Hold,
    /// Taken at once.
    Take,
    /// There is none: the means is bound.
    Bind,
}

/// The sandbox's last word on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ruling {
    /// Done.
    Approved,
    /// Refused.
    Declined(#[serde(with = "wire")] Decline),
}

/// How far it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stage {
    /// Decided without the payer.
    Ruled(Ruling),
    /// The payer was sent to a page, and may have decided there.
    Asked {
        page: Box<Page>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ruling: Option<Ruling>,
        /// Until when a payer who agreed may step back, in microseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cooling_until: Option<i64>,
    },
}

/// How the payer gets to the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Way {
    /// 3-D Secure.
    ThreeDSecure,
    /// A page of the wallet or the bank.
    Redirect,
    /// A code to scan.
    Qr,
    /// A message on the phone.
    Message,
    /// A terminal.
    Terminal,
}

/// The page that the payer is sent to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Page {
    pub(super) way: Way,
    pub(super) return_url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) phone: Option<String>,
}

/// A payment or a binding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Purchase {
    #[serde(with = "wire")]
    pub(super) shop: ShopId,
    pub(super) purpose: Purpose,
    #[serde(with = "wire")]
    pub(super) amount: Money,
    pub(super) used: Used,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) save: bool,
    pub(super) stage: Stage,
    /// The goods, of a payment by certificate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) articles: Vec<Goods>,
    /// How much was taken, in minor units.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) captured: i64,
    /// How much of the hold was let go.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) released: i64,
    /// How much was given back.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) refunded: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(minor: &i64) -> bool {
    *minor == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

/// What the payer says on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PayersWord {
    Yes,
    No,
}

/// What the sandbox makes of a request.
enum Verdict {
    Rule(Ruling),
    Ask(Way),
}

const APPROVE: Verdict = Verdict::Rule(Ruling::Approved);

const fn decline(decline: Decline) -> Verdict {
    Verdict::Rule(Ruling::Declined(decline))
}

const fn network(reason: CancellationReason) -> Verdict {
    decline(Decline::new(Party::PaymentNetwork, reason))
}

const CHALLENGE_FAILED: Decline = Decline::new(
    Party::PaymentNetwork,
    CancellationReason::ThreeDSecureFailed,
);

impl Purchase {
    /// Decides a request to hold or take money in the month `this_month`.
    pub(super) fn authorize(request: Authorize, this_month: Option<Expiry>) -> Self {
        let purpose = if request.capture {
            Purpose::Take
        } else {
            Purpose::Hold
        };
        let bind = Bind {
            operation: request.operation,
            shop_id: request.shop_id,
            means: request.means,
            challenge: request.challenge,
            client_ip: request.client_ip,
            return_url: request.return_url,
        };
        let mut purchase = Self::decide(bind, request.by_qr, this_month);
        purchase.purpose = purpose;
        purchase.amount = request.amount;
        purchase.save = request.save;
        purchase.articles = request.articles.iter().map(Goods::of).collect();
        purchase.take_if_approved();
        purchase
    }

    /// Decides a request to bind a means in the month `this_month`.
    pub(super) fn bind(request: Bind, this_month: Option<Expiry>) -> Self {
        let mut purchase = Self::decide(request, false, this_month);
        if purchase.used.token().is_none() && purchase.ruling().is_none() {
            let reason = CancellationReason::PaymentMethodRestricted;
            let decline = Decline::new(Party::YooMoney, reason);
            purchase.stage = Stage::Ruled(Ruling::Declined(decline));
        }
        purchase
    }

    fn decide(request: Bind, by_qr: bool, this_month: Option<Expiry>) -> Self {
        let policy = request.challenge;
        let mut payer_phone = None;
        let (used, verdict) = match request.means {
            Means::Card(card) => {
                let expired = is_past(card.expiry, this_month);
                let verdict = judge_card(outcome(card.number.reveal()), policy, expired);
                (Used::card(&card), verdict)
            }
            Means::Token(token) => {
                let used = Used::from_token(&token);
                let verdict = judge_token(&used, policy, this_month);
                (used, verdict)
            }
            Means::CardToken(token) => match KeptCard::read(&token) {
                Some(KeptCard { used, outcome }) => {
                    let expired = used.is_past(this_month);
                    (used, judge_card(outcome, policy, expired))
                }
                None => (
                    Used::Unreadable,
                    network(CancellationReason::GeneralDecline),
                ),
            },
            Means::Method { kind, phone } => {
                let payer = request.operation;
                let verdict = judge_method(kind, policy, by_qr, phone.is_some());
                payer_phone = phone;
                (Used::Method { kind, payer }, verdict)
            }
        };
        let stage = match verdict {
            Verdict::Rule(ruling) => Stage::Ruled(ruling),
            Verdict::Ask(way) => Stage::Asked {
                page: Box::new(Page {
                    way,
                    return_url: request.return_url,
                    phone: payer_phone,
                }),
                ruling: None,
                cooling_until: None,
            },
        };
        Self {
            shop: request.shop_id,
            purpose: Purpose::Bind,
            amount: Money::zero(domain::Currency::RUB),
            used,
            save: true,
            stage,
            articles: Vec::new(),
            captured: 0,
            released: 0,
            refunded: 0,
        }
    }

    /// The last word, once there is one.
    pub(super) fn ruling(&self) -> Option<Ruling> {
        match self.stage {
            Stage::Ruled(ruling) => Some(ruling),
            Stage::Asked { ruling, .. } => ruling,
        }
    }

    /// The page that the payer was sent to.
    pub(super) fn page(&self) -> Option<&Page> {
        match &self.stage {
            Stage::Ruled(_) => None,
            Stage::Asked { page, .. } => Some(page),
        }
    }

    /// The payer agreed, or refused. `None` if there is nothing to decide any more. Who has taken a
    /// large loan may still refuse for some time.
    pub(super) fn decided(&self, word: PayersWord, now: Timestamp) -> Option<Self> {
        let mut next = self.clone();
        let refusal = self.refusal();
        let cooling_off = self.used.method().cooling_off(self.amount);
        match &mut next.stage {
            Stage::Asked {
                ruling: ruling @ None,
                cooling_until,
                ..
            } => match (word, cooling_off) {
                (PayersWord::No, _) => *ruling = Some(Ruling::Declined(refusal)),
                (PayersWord::Yes, None) => *ruling = Some(Ruling::Approved),
                (PayersWord::Yes, Some(_)) if cooling_until.is_some() => return None,
                (PayersWord::Yes, Some(length)) => {
                    *cooling_until = Some(now.plus(length).as_micros());
                }
            },
            Stage::Asked { .. } | Stage::Ruled(_) => return None,
        }
        next.take_if_approved();
        Some(next)
    }

    /// The loan's taker has not stepped back; `None` if there is no such loan, or it is decided. It
    /// is so when the platform asks: the clock of a test shop may be ahead of the sandbox's.
    pub(super) fn cooled_off(&self) -> Option<Self> {
        let mut next = self.clone();
        match &mut next.stage {
            Stage::Asked {
                ruling: ruling @ None,
                cooling_until: Some(_),
                ..
            } => *ruling = Some(Ruling::Approved),
            Stage::Asked { .. } | Stage::Ruled(_) => return None,
        }
        next.take_if_approved();
        Some(next)
    }

    fn take_if_approved(&mut self) {
        if self.ruling() == Some(Ruling::Approved) && self.purpose == Purpose::Take {
            self.captured = self.amount.minor();
        }
    }

    /// What the platform hears when the payer refuses.
    fn refusal(&self) -> Decline {
        let party = match self.used.method() {
            MethodKind::BankCard => return CHALLENGE_FAILED,
            MethodKind::YooMoney => Party::YooMoney,
            MethodKind::Sbp
            | MethodKind::Sberbank
            | MethodKind::TinkoffBank
            | MethodKind::MobileBalance
            | MethodKind::Cash
            | MethodKind::AlfaPay
            | MethodKind::SberLoan
            | MethodKind::SberBnpl
            | MethodKind::B2bSberbank
            | MethodKind::ElectronicCertificate => Party::PaymentNetwork,
        };
        Decline::new(party, CancellationReason::GeneralDecline)
    }

    /// What the platform is told. `base_url` is where the sandbox's pages are.
    pub(super) fn answer(&self, operation: OperationId, base_url: &str) -> Answer {
        let ruling = match &self.stage {
            Stage::Asked {
                ruling: None,
                cooling_until: Some(until),
                ..
            } => {
                let until = Timestamp::from_micros(*until);
                return Answer::Challenged(Challenge::CoolingOff { until });
            }
            Stage::Asked {
                page, ruling: None, ..
            } => return Answer::Challenged(page.challenge(operation, base_url)),
            Stage::Ruled(ruling)
            | Stage::Asked {
                ruling: Some(ruling),
                ..
            } => *ruling,
        };
        match ruling {
            Ruling::Approved => Answer::Approved(self.approval(operation)),
            Ruling::Declined(decline) => Answer::Declined {
                decline,
                facts: match self.used {
                    Used::Card { .. } => self.facts(operation),
                    Used::Method { .. } | Used::Unreadable => None,
                },
            },
        }
    }

    /// What really happened to the money of an approved payment.
    pub(super) fn effects(&self, operation: OperationId) -> Effects {
        let money = |minor| Money::new(minor, self.amount.currency());
        Effects {
            shop_id: self.shop,
            operation,
            held: self.amount,
            captured: money(self.captured),
            voided: money(self.released),
            refunded: money(self.refunded),
        }
    }

    fn facts(&self, operation: OperationId) -> Option<domain::MethodFacts> {
        self.used.facts(operation, self.amount, &self.articles)
    }

    fn approval(&self, operation: OperationId) -> Approval {
        let card_based = self.used.is_card_based();
        let passed = self.page().map(|page| page.way) == Some(Way::ThreeDSecure);
        Approval {
            reference: Reference::new(operation, self.used.method()).to_string(),
            facts: self.facts(operation),
            rrn: card_based.then(|| numbers::decimal(operation, "rrn", 12)),
            auth_code: card_based.then(|| numbers::decimal(operation, "auth", 6)),
            three_d_secure: card_based.then_some(ThreeDSecure {
                applied: passed,
                method_completed: false,
                challenge_completed: passed,
            }),
            token: self.save.then(|| self.used.token()).flatten(),
        }
    }
}

impl Page {
    fn challenge(&self, operation: OperationId, base_url: &str) -> Challenge {
        let url = format!("{base_url}/sandbox/approve?operation={operation}");
        match self.way {
            Way::ThreeDSecure => Challenge::Redirect {
                url: format!("{base_url}/sandbox/3ds?operation={operation}"),
            },
            Way::Redirect => Challenge::Redirect { url },
            Way::Qr => Challenge::Qr {
                data: url.clone(),
                url,
            },
            Way::Message => Challenge::External {
                code: None,
                url: Some(url),
            },
            Way::Terminal => Challenge::External {
                code: Some(terminal_code(operation)),
                url: Some(url),
            },
        }
    }
}

/// The code that a payer names at a terminal.
pub(super) fn terminal_code(operation: OperationId) -> String {
    numbers::decimal(operation, "terminal", 12)
}

fn is_past(expiry: Expiry, this_month: Option<Expiry>) -> bool {
    this_month.is_some_and(|this_month| expiry < this_month)
}

fn judge_card(outcome: Outcome, policy: ChallengePolicy, expired: bool) -> Verdict {
    if expired {
        return network(CancellationReason::CardExpired);
    }
    match (outcome, policy) {
        (Outcome::Declined(reason), _) => decline(reason),
        (Outcome::SuccessAfterChallenge, ChallengePolicy::Never) => decline(CHALLENGE_FAILED),
        (Outcome::SuccessAfterChallenge, _)
        | (Outcome::Success | Outcome::FirstOnly, ChallengePolicy::Always) => {
            Verdict::Ask(Way::ThreeDSecure)
        }
        (Outcome::Success | Outcome::FirstOnly, _) => APPROVE,
    }
}

/// A saved means needs the payer only if the shop insists on it.
fn judge_token(used: &Used, policy: ChallengePolicy, this_month: Option<Expiry>) -> Verdict {
    match (used, policy) {
        (Used::Unreadable, _) => network(CancellationReason::GeneralDecline),
        (Used::Card { expiry, .. }, _) if is_past(*expiry, this_month) => {
            network(CancellationReason::CardExpired)
        }
        (Used::Card { first_only, .. }, _) if *first_only => decline(REVOKED),
        (Used::Card { .. }, ChallengePolicy::Always) => Verdict::Ask(Way::ThreeDSecure),
        (Used::Method { .. }, ChallengePolicy::Always) => Verdict::Ask(Way::Redirect),
        (Used::Card { .. } | Used::Method { .. }, _) => APPROVE,
    }
}

fn judge_method(
    kind: MethodKind,
    policy: ChallengePolicy,
    by_qr: bool,
    has_phone: bool,
) -> Verdict {
    if policy == ChallengePolicy::Never {
        return network(CancellationReason::GeneralDecline);
    }
    match kind {
        MethodKind::BankCard => network(CancellationReason::InvalidCardNumber),
        MethodKind::YooMoney
        | MethodKind::TinkoffBank
        | MethodKind::AlfaPay
        | MethodKind::SberLoan
        | MethodKind::SberBnpl
        | MethodKind::B2bSberbank
        | MethodKind::ElectronicCertificate => Verdict::Ask(Way::Redirect),
        MethodKind::Sbp => Verdict::Ask(Way::Qr),
        MethodKind::Sberbank if by_qr => Verdict::Ask(Way::Qr),
        MethodKind::Sberbank if has_phone => Verdict::Ask(Way::Message),
        MethodKind::Sberbank => Verdict::Ask(Way::Redirect),
        MethodKind::MobileBalance => Verdict::Ask(Way::Message),
        MethodKind::Cash => Verdict::Ask(Way::Terminal),
    }
}
