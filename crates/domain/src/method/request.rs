//! What a merchant says of a method beside its name.

use crate::money::Money;

/// What a merchant says of the method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MethodRequest {
    /// For a company's payment: its purpose, and the tax in it.
    Company {
        /// What it is for, 1 to 210 characters.
        purpose: String,
        /// The tax in it.
        vat: VatData,
    },
    /// For a payment by certificate on the shop's own form: what the state's system has approved.
    Basket(Basket),
    /// For a payment by certificate on the platform's page: the goods.
    Articles(Vec<Article>),
}

/// The tax in a company's payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VatData {
    /// At one rate.
    Calculated {
        /// The rate.
        rate: VatRate,
        /// How much of the payment is tax.
        amount: Money,
    },
    /// At several rates.
    Mixed {
        /// How much of the payment is tax.
        amount: Money,
    },
    /// There is none.
    Untaxed,
}

/// A rate of the tax.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VatRate {
    /// 5 %
    Five,
    /// 7 %
    Seven,
    /// 10 %
    Ten,
    /// 20 %
    Twenty,
    /// 22 %
    TwentyTwo,
}

/// What the system of certificates has approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basket {
    /// What certificates pay; the card pays the rest.
    pub amount: Money,
    /// Its number, 24 digits.
    pub id: String,
}

/// An article that may be paid for by certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Article {
    /// Its place in the basket, 1 to 999.
    pub number: u16,
    /// Its code in the catalogue of the state, 30 characters.
    pub tru_code: String,
    /// The shop's own code for it, at most 128 characters.
    pub code: Option<String>,
    /// Its name on the page, at most 128 characters.
    pub name: String,
    /// How many units.
    pub quantity: i64,
    /// The price of one.
    pub price: Money,
}

impl VatData {
    /// How much of the payment is tax.
    #[must_use]
    pub const fn amount(self) -> Option<Money> {
        match self {
            Self::Calculated { amount, .. } | Self::Mixed { amount } => Some(amount),
            Self::Untaxed => None,
        }
    }
}

impl VatRate {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Five,
        Self::Seven,
        Self::Ten,
        Self::Twenty,
        Self::TwentyTwo,
    ];

    /// In percent, as the wire has it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Five => "5",
            Self::Seven => "7",
            Self::Ten => "10",
            Self::Twenty => "20",
            Self::TwentyTwo => "22",
        }
    }

    /// The rate with this percentage.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rate| rate.code() == code)
    }
}
