//! Payment methods and their terms: how they are confirmed, how much time the payer and the
//! merchant have, what can be given back (YooKassa API v3: payment methods).

mod facts;
mod request;

pub use facts::{ApprovedArticle, Certificate, CompanyAccount, MethodFacts};
pub use request::{Article, Basket, MethodRequest, VatData, VatRate};

use crate::money::{Currency, Money};
use crate::time::Duration;

/// A way to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MethodKind {
    /// Bank card.
    BankCard,
    /// YooMoney wallet.
    YooMoney,
    /// The Central Bank's system for fast payments.
    Sbp,
    /// SberPay.
    Sberbank,
    /// T-Pay.
    TinkoffBank,
    /// The balance of a mobile phone.
    MobileBalance,
    /// Cash at a terminal, by a payment code.
    Cash,
    /// Alfa Pay.
    AlfaPay,
    /// A loan or instalments of Sberbank.
    SberLoan,
    /// Sberbank's payment in parts.
    SberBnpl,
    /// Sberbank's online banking for companies.
    B2bSberbank,
    /// A state certificate for certain goods, with a Mir card behind it.
    ElectronicCertificate,
}

/// Codes of methods that can no longer be used to pay. Old objects may show them, so lists can be
/// filtered by them.
pub const RETIRED: [&str; 7] = [
    "alfabank",
    "webmoney",
    "wechat",
    "qiwi",
    "installments",
    "apple_pay",
    "google_pay",
];

/// How the payer is asked to confirm (YooKassa API v3: confirmation).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConfirmationKind {
    /// Sent to a page and back.
    Redirect,
    /// In the widget on the shop's page.
    Embedded,
    /// Outside, for instance by SMS.
    External,
    /// By scanning a code.
    Qr,
    /// In the bank's application.
    MobileApplication,
}

/// What a method's payments can give back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundPolicy {
    /// The whole or any part.
    Partial,
    /// Only the whole.
    FullOnly,
    /// Nothing.
    None,
}

/// The terms of one method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The ways to confirm it.
    pub confirmations: &'static [ConfirmationKind],
    /// How long the payer has.
    pub time_to_pay: Duration,
    /// How long the merchant may hold; `None` where money is taken at once.
    pub hold: Option<Duration>,
    /// What can be given back.
    pub refunds: RefundPolicy,
    /// How long a refund is possible.
    pub refundable_for: Duration,
    /// Whether it can be charged again without the payer.
    pub saveable: bool,
    /// Whether it can pay for safe deals and be split between shops.
    pub for_platforms: bool,
    /// Least amount, in whole roubles.
    pub rub_min: i64,
    /// Largest amount, in whole roubles.
    pub rub_max: i64,
    /// Its code in registries (YooKassa API v3: registries).
    pub registry_code: &'static str,
}

/// Above this sum the taker of a loan has two days to withdraw: 200,000.00.
const LOAN_LARGE_MINOR: i64 = 20_000_000;
/// Above this sum the taker of a loan has some hours to withdraw: 50,000.00.
const LOAN_MIDDLE_MINOR: i64 = 5_000_000;
/// How long a payer has who has not chosen a method yet.
pub const TIME_TO_CHOOSE: Duration = Duration::hours(1);

use ConfirmationKind::{Embedded, External, MobileApplication, Qr, Redirect};

const YEARS_3: Duration = Duration::days(3 * 365);

const BANK_CARD: Terms = Terms {
    confirmations: &[Redirect, Embedded],
    time_to_pay: Duration::hours(1),
    hold: Some(Duration::days(7)),
    refunds: RefundPolicy::Partial,
    refundable_for: YEARS_3,
    saveable: true,
    for_platforms: true,
    rub_min: 1,
    rub_max: 350_000,
    registry_code: "AC",
};
const YOO_MONEY: Terms = Terms {
    confirmations: &[Redirect],
    rub_max: 250_000,
    registry_code: "PC",
    ..BANK_CARD
};
const SBP: Terms = Terms {
    confirmations: &[Redirect, Qr],
    hold: None,
    for_platforms: false,
    rub_max: 700_000,
    registry_code: "CP",
    ..BANK_CARD
};
const SBERBANK: Terms = Terms {
    confirmations: &[Redirect, External, MobileApplication, Qr],
    rub_max: 700_000,
    refundable_for: Duration::days(365),
    registry_code: "SB",
    ..BANK_CARD
};
const TINKOFF_BANK: Terms = Terms {
    confirmations: &[Redirect, MobileApplication],
    rub_max: 700_000,
    registry_code: "TB",
    ..BANK_CARD
};
// No limits of Alfa Pay are published; these are its neighbours'.
const ALFA_PAY: Terms = Terms {
    confirmations: &[Redirect],
    saveable: false,
    rub_max: 700_000,
    registry_code: "AP",
    ..BANK_CARD
};
/// The payer has more time for larger amounts: see [`MethodKind::time_to_pay`].
const SBER_LOAN: Terms = Terms {
    confirmations: &[Redirect],
    time_to_pay: Duration::hours(8),
    hold: Some(Duration::hours(2)),
    saveable: false,
    for_platforms: false,
    rub_min: 3_000,
    rub_max: 1_500_000,
    registry_code: "SL",
    ..BANK_CARD
};
const SBER_BNPL: Terms = Terms {
    confirmations: &[Redirect],
    saveable: false,
    rub_min: 1_000,
    rub_max: 150_000,
    registry_code: "BN",
    ..BANK_CARD
};
const B2B_SBERBANK: Terms = Terms {
    confirmations: &[Redirect],
    time_to_pay: Duration::hours(8),
    hold: None,
    refunds: RefundPolicy::None,
    saveable: false,
    for_platforms: false,
    rub_max: 700_000,
    registry_code: "2S",
    ..BANK_CARD
};
// Only the way to pay with certificates is published; the rest is that of cards.
const ELECTRONIC_CERTIFICATE: Terms = Terms {
    confirmations: &[Redirect],
    hold: None,
    saveable: false,
    for_platforms: false,
    registry_code: "EC",
    ..BANK_CARD
};
// The two below have no published limits; these are Altyn's own.
const MOBILE_BALANCE: Terms = Terms {
    confirmations: &[External],
    hold: None,
    refunds: RefundPolicy::FullOnly,
    saveable: false,
    rub_max: 15_000,
    registry_code: "MC",
    ..BANK_CARD
};
const CASH: Terms = Terms {
    confirmations: &[Redirect, External],
    time_to_pay: Duration::hours(24),
    hold: None,
    refunds: RefundPolicy::None,
    saveable: false,
    rub_max: 15_000,
    registry_code: "GP",
    ..BANK_CARD
};

impl MethodKind {
    /// All methods, in the order in which the checkout offers them.
    pub const ALL: [Self; 12] = [
        Self::BankCard,
        Self::Sbp,
        Self::Sberbank,
        Self::TinkoffBank,
        Self::AlfaPay,
        Self::YooMoney,
        Self::SberBnpl,
        Self::SberLoan,
        Self::ElectronicCertificate,
        Self::B2bSberbank,
        Self::MobileBalance,
        Self::Cash,
    ];

    /// Its code in the API.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::BankCard => "bank_card",
            Self::YooMoney => "yoo_money",
            Self::Sbp => "sbp",
            Self::Sberbank => "sberbank",
            Self::TinkoffBank => "tinkoff_bank",
            Self::MobileBalance => "mobile_balance",
            Self::Cash => "cash",
            Self::AlfaPay => "alfa_pay",
            Self::SberLoan => "sber_loan",
            Self::SberBnpl => "sber_bnpl",
            Self::B2bSberbank => "b2b_sberbank",
            Self::ElectronicCertificate => "electronic_certificate",
        }
    }

    /// The method with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.code() == code)
    }

    /// Its terms.
    #[must_use]
    pub const fn terms(self) -> &'static Terms {
        match self {
            Self::BankCard => &BANK_CARD,
            Self::YooMoney => &YOO_MONEY,
            Self::Sbp => &SBP,
            Self::Sberbank => &SBERBANK,
            Self::TinkoffBank => &TINKOFF_BANK,
            Self::MobileBalance => &MOBILE_BALANCE,
            Self::Cash => &CASH,
            Self::AlfaPay => &ALFA_PAY,
            Self::SberLoan => &SBER_LOAN,
            Self::SberBnpl => &SBER_BNPL,
            Self::B2bSberbank => &B2B_SBERBANK,
            Self::ElectronicCertificate => &ELECTRONIC_CERTIFICATE,
        }
    }

    /// Returns whether it can pay into a safe deal (YooKassa API v3: safe deals).
    #[must_use]
    pub const fn in_deals(self) -> bool {
        self.terms().for_platforms
    }

    /// How long the law lets the payer of `amount` withdraw after agreeing; `None` if the law does
    /// not. A part of [`MethodKind::time_to_pay`].
    #[must_use]
    pub fn cooling_off(self, amount: Money) -> Option<Duration> {
        let minor = amount.minor();
        match self {
            Self::SberLoan if minor > LOAN_LARGE_MINOR => Some(Duration::hours(48)),
            Self::SberLoan if minor > LOAN_MIDDLE_MINOR => Some(Duration::hours(4)),
            Self::SberLoan
            | Self::BankCard
            | Self::YooMoney
            | Self::Sbp
            | Self::Sberbank
            | Self::TinkoffBank
            | Self::MobileBalance
            | Self::Cash
            | Self::AlfaPay
            | Self::SberBnpl
            | Self::B2bSberbank
            | Self::ElectronicCertificate => None,
        }
    }

    /// How long the payer of `amount` has. Where the law lets the payer withdraw, that time comes
    /// on top of a day to agree.
    #[must_use]
    pub fn time_to_pay(self, amount: Money) -> Duration {
        match self.cooling_off(amount) {
            Some(cooling_off) => Duration::hours(24).plus(cooling_off),
            None => self.terms().time_to_pay,
        }
    }

    /// Returns whether a payer can choose it on the page. Some methods need data that only the
    /// merchant has.
    #[must_use]
    pub const fn can_be_chosen(self) -> bool {
        !matches!(self, Self::B2bSberbank | Self::ElectronicCertificate)
    }

    /// Returns whether `amount` is within the method's limits. These are in roubles; in other
    /// currencies any positive amount is.
    #[must_use]
    pub fn allows(self, amount: Money) -> bool {
        if amount.currency() != Currency::RUB {
            return amount.is_positive();
        }
        let terms = self.terms();
        let kopecks = |roubles: i64| roubles.saturating_mul(100);
        kopecks(terms.rub_min) <= amount.minor() && amount.minor() <= kopecks(terms.rub_max)
    }
}

impl ConfirmationKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [Redirect, Embedded, External, Qr, MobileApplication];

    /// Its code in the API.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Redirect => "redirect",
            Embedded => "embedded",
            External => "external",
            Qr => "qr",
            MobileApplication => "mobile_application",
        }
    }

    /// The kind with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}
