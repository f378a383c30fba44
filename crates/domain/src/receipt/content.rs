//! What stands on a receipt (YooKassa API v3: receipts; the tags are those of 54-FZ).

use super::quantity::Quantity;
use super::table::{AgentType, Measure, PaymentMode, PaymentSubject, SettlementType};
use super::tax::{TaxSystem, VatCode};
use crate::money::{Currency, Money, MoneyError};
use crate::time::Timestamp;

/// What stands on a receipt. Whoever parses it has checked each value; [`Content::check`] compares
/// them with each other and with the money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Who buys.
    pub customer: Customer,
    /// What is bought; at least one.
    pub items: Vec<Item>,
    /// How it is paid; empty stands for all of it without cash.
    pub settlements: Vec<Settlement>,
    /// Whether it was sold on the internet: tag 1125.
    pub internet: Option<bool>,
    /// How the shop is taxed.
    pub tax_system: Option<TaxSystem>,
    /// The register's time zone, 1 to 11: tag 1011.
    pub timezone: Option<u8>,
    /// What an industry requires: tag 1261.
    pub industry: Vec<IndustryDetails>,
    /// Tag 1270.
    pub operational: Option<OperationalDetails>,
    /// Tag 1084.
    pub user_props: Option<UserProps>,
}

/// Who buys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Customer {
    /// Name, at most 256 characters: tag 1227.
    pub full_name: Option<String>,
    /// Taxpayer number, 10 or 12 digits: tag 1228.
    pub inn: Option<String>,
    /// Where the receipt is sent: tag 1008.
    pub email: Option<String>,
    /// The same by phone, digits.
    pub phone: Option<String>,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The name, 1 to 128 characters: tag 1030.
    pub description: String,
    /// What one unit costs: tag 1079.
    pub price: Money,
    /// How many: tag 1023.
    pub quantity: Quantity,
    /// The VAT rate.
    pub vat: VatCode,
    /// What is counted.
    pub measure: Option<Measure>,
    /// A part of a package of marked goods: tag 1291.
    pub mark_quantity: Option<MarkQuantity>,
    /// What is sold.
    pub subject: Option<PaymentSubject>,
    /// How far it is paid.
    pub mode: Option<PaymentMode>,
    /// Two letters of ISO 3166: tag 1230.
    pub country: Option<String>,
    /// Number of the customs declaration, 1 to 32 characters: tag 1231.
    pub customs_declaration: Option<String>,
    /// Excise: tag 1229.
    pub excise: Option<Money>,
    /// Hex bytes with spaces between: tag 1162.
    pub product_code: Option<String>,
    /// 1 to 6: tag 2003.
    pub planned_status: Option<u8>,
    /// What was read from the goods: tag 1163.
    pub mark_code: Option<MarkCode>,
    /// `"0"`: tag 2102.
    pub mark_mode: Option<String>,
    /// What an industry requires: tag 1260.
    pub industry: Vec<IndustryDetails>,
    /// At most 64 characters: tag 1191.
    pub extra: Option<String>,
    /// Whose goods they are: tag 1224.
    pub supplier: Option<Supplier>,
    /// For whom they are sold.
    pub agent: Option<AgentType>,
}

/// A part of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarkQuantity {
    /// How many are sold: tag 1293.
    pub numerator: i64,
    /// Of how many in the package: tag 1294.
    pub denominator: i64,
}

/// A code of marked goods, in one or more of its forms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MarkCode {
    /// The forms that are given, in the wire's order.
    pub forms: Vec<(MarkForm, String)>,
}

/// A form of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkForm {
    /// As the scanner read it: tag 2000.
    Raw,
    /// Not recognised: tag 1300.
    Unknown,
    /// Tag 1301.
    Ean8,
    /// Tag 1302.
    Ean13,
    /// Tag 1303.
    Itf14,
    /// Tag 1304.
    Gs10,
    /// Tag 1305.
    Gs1m,
    /// Tag 1306.
    Short,
    /// Tag 1307.
    Fur,
    /// Tag 1308.
    Egais20,
    /// Tag 1309.
    Egais30,
}

impl MarkForm {
    /// All of them, in the wire's order.
    pub const ALL: [Self; 11] = [
        Self::Raw,
        Self::Unknown,
        Self::Ean8,
        Self::Ean13,
        Self::Itf14,
        Self::Gs10,
        Self::Gs1m,
        Self::Short,
        Self::Fur,
        Self::Egais20,
        Self::Egais30,
    ];

    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Raw => "mark_code_raw",
            Self::Unknown => "unknown",
            Self::Ean8 => "ean_8",
            Self::Ean13 => "ean_13",
            Self::Itf14 => "itf_14",
            Self::Gs10 => "gs_10",
            Self::Gs1m => "gs_1m",
            Self::Short => "short",
            Self::Fur => "fur",
            Self::Egais20 => "egais_20",
            Self::Egais30 => "egais_30",
        }
    }

    /// The form with this name on the wire.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.code() == code)
    }

    /// Fewest and most characters.
    #[must_use]
    pub const fn chars(self) -> (usize, usize) {
        match self {
            Self::Raw => (1, 512),
            Self::Unknown => (1, 32),
            Self::Ean8 => (8, 8),
            Self::Ean13 => (13, 13),
            Self::Itf14 | Self::Egais30 => (14, 14),
            Self::Gs10 | Self::Short => (1, 38),
            Self::Gs1m => (1, 200),
            Self::Fur => (20, 20),
            Self::Egais20 => (33, 33),
        }
    }
}

/// What an industry requires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndustryDetails {
    /// The authority, 001 to 073: tag 1262.
    pub federal_id: String,
    /// The day of its document, `YYYY-MM-DD`: tag 1263.
    pub document_date: String,
    /// Its number, at most 32 characters: tag 1264.
    pub document_number: String,
    /// At most 256 characters: tag 1265.
    pub value: String,
}

/// What an operation requires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationalDetails {
    /// 0 to 255: tag 1271.
    pub operation_id: u8,
    /// At most 64 characters: tag 1272.
    pub value: String,
    /// Tag 1273.
    pub created_at: Timestamp,
}

/// What the seller adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserProps {
    /// At most 64 characters: tag 1085.
    pub name: String,
    /// At most 234 characters: tag 1086.
    pub value: String,
}

/// Whose goods they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Supplier {
    /// Tag 1225.
    pub name: Option<String>,
    /// Digits: tag 1171.
    pub phone: Option<String>,
    /// 10 or 12 digits: tag 1226. Answers do not show it.
    pub inn: Option<String>,
}

/// A part of the money, by its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// In which form.
    pub kind: SettlementType,
    /// How much.
    pub amount: Money,
}

impl Item {
    /// What the line costs: price times quantity, rounded half up.
    ///
    /// # Errors
    /// The sum does not fit.
    pub fn total(&self) -> Result<Money, MoneyError> {
        self.quantity.cost(self.price)
    }
}

impl Content {
    /// What all lines cost, in `currency`.
    ///
    /// # Errors
    /// A line is in another currency, or the sum does not fit.
    pub fn total(&self, currency: Currency) -> Result<Money, MoneyError> {
        let mut total = Money::zero(currency);
        for item in &self.items {
            total = total.checked_add(item.total()?)?;
        }
        Ok(total)
    }

    /// How it is paid: `total` without cash unless the receipt says otherwise.
    #[must_use]
    pub fn paid_by(&self, total: Money) -> Vec<Settlement> {
        if !self.settlements.is_empty() {
            return self.settlements.clone();
        }
        vec![Settlement {
            kind: SettlementType::Cashless,
            amount: total,
        }]
    }
}
