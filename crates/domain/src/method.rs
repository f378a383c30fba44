//! Payment methods and their terms: how they are confirmed, how long the payer and the merchant
//! have, what can be given back (YooKassa API v3: payment methods).

use crate::card::CardFacts;
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
}

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
    /// Can it be charged again without the payer?
    pub saveable: bool,
    /// Least amount, in whole roubles.
    pub rub_min: i64,
    /// Largest amount, in whole roubles.
    pub rub_max: i64,
    /// Its code in registries (YooKassa API v3: registries).
    pub registry_code: &'static str,
}

/// How long the payer has who has not chosen a method yet.
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
    pub const ALL: [Self; 7] = [
        Self::BankCard,
        Self::Sbp,
        Self::Sberbank,
        Self::TinkoffBank,
        Self::YooMoney,
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
        }
    }

    /// Can it pay into a safe deal (YooKassa API v3: safe deals)?
    #[must_use]
    pub const fn in_deals(self) -> bool {
        match self {
            Self::Sbp => false,
            Self::BankCard
            | Self::YooMoney
            | Self::Sberbank
            | Self::TinkoffBank
            | Self::MobileBalance
            | Self::Cash => true,
        }
    }

    /// Is `amount` within the method's limits? They are in roubles; of another currency any
    /// positive amount is.
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

/// What became known of the means that was used; nothing that could be paid with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MethodFacts {
    /// A card, typed in or behind SberPay or T-Pay.
    Card(CardFacts),
    /// A wallet.
    Wallet {
        /// Its number, 11 to 33 digits.
        account_number: String,
    },
    /// A transfer through SBP.
    Sbp {
        /// The payer's bank in SBP, 12 letters and digits.
        bank_id: String,
        /// The payer's bank's BIC, 9 digits.
        bic: String,
        /// The operation's number in SBP.
        sbp_operation_id: String,
    },
}

impl MethodFacts {
    /// A short name of the means for people: `Bank card *4444`.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Card(card) => format!("Bank card *{}", card.last4),
            Self::Wallet { account_number } => format!("YooMoney wallet {account_number}"),
            Self::Sbp { bank_id, .. } => format!("SBP {bank_id}"),
        }
    }
}
