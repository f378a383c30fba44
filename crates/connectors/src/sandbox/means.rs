//! What the sandbox remembers of a payer's means, and what it tells of it. Of a card's number it
//! keeps the first six and the last four digits and nothing else.

use card::Card;
use domain::card::{CardBrand, CardFacts, Expiry};
use domain::method::{ApprovedArticle, Article, Certificate, CompanyAccount};
use domain::{MethodFacts, MethodKind, Money, OperationId};
use serde::{Deserialize, Serialize};

use super::cards::{Outcome, outcome};
use super::numbers;
use super::wire;

const ISSUER_NAME: &str = "Sandbox Bank";
/// The card behind SberPay and T-Pay.
const LINKED_CARD: (&str, u16, u8) = ("220220", 2035, 12);
const SBP_BANK_ID: &str = "100000000111";
const SBP_BIC: &str = "044525225";
/// Up to here a loan is one in instalments.
const INSTALMENTS_MINOR_MAX: i64 = 5_000_000;
/// The discount of instalments: one part of so many.
const DISCOUNT_PART: i64 = 100;

/// A means, without what must not be remembered. As JSON it is the token of a saved means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Used {
    /// A card.
    Card {
        first6: u32,
        last4: u16,
        #[serde(with = "wire")]
        expiry: Expiry,
        /// Whether every charge without the payer is declined.
        first_only: bool,
    },
    /// Another method, and the operation in which the payer used it first: the numbers of its
    /// wallet or card come from there.
    Method {
        #[serde(with = "wire")]
        kind: MethodKind,
        #[serde(with = "wire")]
        payer: OperationId,
    },
    /// A token that is not the sandbox's.
    Unreadable,
}

impl Used {
    pub(super) fn card(card: &Card) -> Self {
        Self::Card {
            first6: card.number.first6().parse().unwrap_or(0),
            last4: card.number.last4().parse().unwrap_or(0),
            expiry: card.expiry,
            first_only: outcome(card.number.reveal()) == Outcome::FirstOnly,
        }
    }

    pub(super) fn from_token(token: &str) -> Self {
        serde_json::from_str(token).unwrap_or(Self::Unreadable)
    }

    /// Returns whether it is a card whose last month is before `this_month`.
    pub(super) fn is_past(&self, this_month: Option<Expiry>) -> bool {
        match self {
            Self::Card { expiry, .. } => this_month.is_some_and(|this_month| *expiry < this_month),
            Self::Method { .. } | Self::Unreadable => false,
        }
    }

    /// The token with which the means can be charged again.
    pub(super) fn token(&self) -> Option<String> {
        match self {
            Self::Card { .. } => serde_json::to_string(self).ok(),
            Self::Method { kind, .. } if kind.terms().saveable => serde_json::to_string(self).ok(),
            Self::Method { .. } | Self::Unreadable => None,
        }
    }

    /// The first six and the last four digits of a card.
    pub(super) fn outer_digits(&self) -> Option<(String, String)> {
        match self {
            Self::Card { first6, last4, .. } => Some((format!("{first6:06}"), last4_text(*last4))),
            Self::Method { .. } | Self::Unreadable => None,
        }
    }

    pub(super) fn method(&self) -> MethodKind {
        match self {
            Self::Card { .. } | Self::Unreadable => MethodKind::BankCard,
            Self::Method { kind, .. } => *kind,
        }
    }

    /// Returns whether the payment goes through the card networks.
    pub(super) fn is_card_based(&self) -> bool {
        match self.method() {
            MethodKind::BankCard
            | MethodKind::Sberbank
            | MethodKind::TinkoffBank
            | MethodKind::AlfaPay
            | MethodKind::ElectronicCertificate => true,
            MethodKind::Sbp
            | MethodKind::YooMoney
            | MethodKind::MobileBalance
            | MethodKind::Cash
            | MethodKind::SberLoan
            | MethodKind::SberBnpl
            | MethodKind::B2bSberbank => false,
        }
    }

    /// What the platform is told about the means in `operation`.
    pub(super) fn facts(
        &self,
        operation: OperationId,
        amount: Money,
        articles: &[Goods],
    ) -> Option<MethodFacts> {
        match self {
            Self::Card {
                first6,
                last4,
                expiry,
                ..
            } => Some(card_facts(
                format!("{first6:06}"),
                last4_text(*last4),
                *expiry,
            )),
            Self::Method {
                kind: MethodKind::ElectronicCertificate,
                payer,
            } => certificates(*payer, amount, articles),
            Self::Method {
                kind: MethodKind::SberLoan,
                ..
            } => Some(loan(amount)),
            Self::Method { kind, payer } => method_facts(*kind, *payer, operation),
            Self::Unreadable => None,
        }
    }
}

/// The last four digits as they stand on the card.
pub(super) fn last4_text(last4: u16) -> String {
    format!("{last4:04}")
}

fn method_facts(
    kind: MethodKind,
    payer: OperationId,
    operation: OperationId,
) -> Option<MethodFacts> {
    match kind {
        MethodKind::Sberbank | MethodKind::TinkoffBank | MethodKind::AlfaPay => {
            linked_card(payer).map(MethodFacts::Card)
        }
        MethodKind::YooMoney => Some(MethodFacts::Wallet {
            account_number: format!("41001{}", numbers::decimal(payer, "wallet", 10)),
        }),
        MethodKind::Sbp => Some(sbp_facts(operation)),
        MethodKind::B2bSberbank => Some(MethodFacts::Company(Box::new(company()))),
        MethodKind::BankCard
        | MethodKind::MobileBalance
        | MethodKind::Cash
        | MethodKind::SberLoan
        | MethodKind::SberBnpl
        | MethodKind::ElectronicCertificate => None,
    }
}

/// The card behind a bank's application.
fn linked_card(payer: OperationId) -> Option<CardFacts> {
    let (first6, year, month) = LINKED_CARD;
    let last4 = numbers::decimal(payer, "card", 4);
    let expiry = Expiry::new(year, month)?;
    Some(plain_facts(first6.to_owned(), last4, expiry))
}

/// Small sums are paid in instalments, for which the shop gives a discount; large ones are lent.
fn loan(amount: Money) -> MethodFacts {
    if amount.minor() > INSTALMENTS_MINOR_MAX {
        return MethodFacts::Loan {
            option: "loan".to_owned(),
            discount: None,
        };
    }
    let discount = amount.minor().checked_div(DISCOUNT_PART).unwrap_or(0);
    MethodFacts::Loan {
        option: "installments_3".to_owned(),
        discount: Some(Money::new(discount, amount.currency())),
    }
}

fn company() -> CompanyAccount {
    CompanyAccount {
        full_name: "Общество с ограниченной ответственностью «Песочница»".to_owned(),
        short_name: "ООО «Песочница»".to_owned(),
        address: "г. Москва, ул. Тестовая, д. 1".to_owned(),
        inn: "7700000016".to_owned(),
        kpp: Some("770001001".to_owned()),
        bank_name: ISSUER_NAME.to_owned(),
        bank_branch: "Sandbox Bank, branch 1".to_owned(),
        bank_bik: SBP_BIC.to_owned(),
        account: "40702810000000000001".to_owned(),
    }
}

/// The state pays for all goods, as far as the payment goes.
fn certificates(payer: OperationId, amount: Money, articles: &[Goods]) -> Option<MethodFacts> {
    let mut left = amount.minor();
    let approve = |goods: &Goods| {
        let price = goods.price.saturating_mul(goods.quantity);
        let applied = price.min(left);
        left = left.saturating_sub(applied);
        let place = format!("certificate {}", goods.number);
        let money = |minor| Money::new(minor, amount.currency());
        ApprovedArticle {
            number: goods.number,
            tru_code: goods.tru_code.clone(),
            code: goods.code.clone(),
            certificates: vec![Certificate {
                id: numbers::hexadecimal(payer, &place)
                    .chars()
                    .take(20)
                    .collect(),
                quantity: goods.quantity,
                available: money(price),
                applied: money(applied),
            }],
        }
    };
    Some(MethodFacts::Certificates {
        articles: articles.iter().map(approve).collect(),
        card: linked_card(payer)?,
    })
}

/// An article as the sandbox remembers it; the price is that of one, in minor units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Goods {
    number: u16,
    tru_code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    quantity: i64,
    price: i64,
}

impl Goods {
    pub(super) fn of(article: &Article) -> Self {
        Self {
            number: article.number,
            tru_code: article.tru_code.clone(),
            code: article.code.clone(),
            quantity: article.quantity,
            price: article.price.minor(),
        }
    }
}

/// What is told of a transfer through SBP, either way.
pub(super) fn sbp_facts(operation: OperationId) -> MethodFacts {
    MethodFacts::Sbp {
        bank_id: SBP_BANK_ID.to_owned(),
        bic: SBP_BIC.to_owned(),
        sbp_operation_id: numbers::hexadecimal(operation, "sbp"),
    }
}

pub(super) fn card_facts(first6: String, last4: String, expiry: Expiry) -> MethodFacts {
    MethodFacts::Card(plain_facts(first6, last4, expiry))
}

fn plain_facts(first6: String, last4: String, expiry: Expiry) -> CardFacts {
    let brand = CardBrand::of(&first6);
    let country = if brand == CardBrand::Mir { "RU" } else { "US" };
    CardFacts {
        first6,
        last4,
        expiry,
        brand,
        issuer_country: Some(country.to_owned()),
        issuer_name: Some(ISSUER_NAME.to_owned()),
    }
}
