//! How a shop's receipts get to the tax service: the provider, the order of receipt and money,
//! and the register that is asked (YooKassa API v3: receipts, providers and scenarios).

use std::fmt;

use zeroize::Zeroizing;

use crate::receipt::TaxSystem;
use crate::time::Timestamp;

/// A shop's settings for receipts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fiscalization {
    /// Whose registers, as the API names them.
    pub provider: Provider,
    /// In which order receipt and money come.
    pub scenario: Scenario,
    /// The register that is asked.
    pub register: Register,
}

/// Who registers receipts. What may stand on them depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provider {
    /// ATOL Online.
    Atol,
    /// The platform's own service, by Avanpost.
    Avanpost,
    /// aQsi online.
    AQsi,
    /// Business.Ru.
    BusinessRu,
    /// digitalkassa.
    DigitalKassa,
    /// Evotor.
    Evotor,
    /// 1-OFD.
    FirstOfd,
    /// Kit Invest.
    KitInvest,
    /// KOMTET Kassa.
    Komtet,
    /// LIFE PAY.
    LifePay,
    /// Mertrade.
    Mertrade,
    /// ModulKassa.
    ModulKassa,
    /// RocketR.
    Rocket,
    /// Orange Data.
    ShtrihM,
    /// The platform's own service.
    YooReceipt,
}

/// In which order receipt and money come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scenario {
    /// The payment carries its receipt, which is registered when the money was taken.
    Together,
    /// The payment carries its receipt; the money is taken only when the receipt is registered.
    ReceiptFirst,
    /// Receipts are made by requests of their own; a payment may carry one.
    Separate,
}

/// The register that is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Register {
    /// The platform's simulated one.
    Sandbox,
    /// ATOL Online.
    Atol(AtolAccount),
}

/// A shop's account with ATOL Online.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtolAccount {
    /// Which protocol.
    pub version: AtolVersion,
    /// The address of the service, up to the version and without it:
    /// `https://online.atol.ru/possystem`.
    pub base_url: String,
    /// The login.
    pub login: String,
    /// The file with the password, on every machine that calls the service. The password itself is
    /// kept nowhere else.
    pub password_file: String,
    /// The group of registers.
    pub group_code: String,
    /// The seller's taxpayer number, as the registers have it.
    pub inn: String,
    /// The shop's site: tag 1187.
    pub payment_address: String,
    /// The seller's e-mail: tag 1117.
    pub email: String,
    /// How the seller is taxed, if a receipt does not say.
    pub tax_system: Option<TaxSystem>,
}

/// A protocol of ATOL Online.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AtolVersion {
    /// v4, documents of format 1.05.
    V4,
    /// v5, documents of format 1.2.
    V5,
}

/// A text that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

/// What a register says of a document that it registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FiscalFacts {
    /// Number of the document: tag 1040.
    pub document_number: String,
    /// Number of the fiscal storage: tag 1041.
    pub storage_number: String,
    /// The document's fiscal sign: tag 1077.
    pub attribute: String,
    /// When it was registered: tag 1012.
    pub registered_at: Timestamp,
    /// The register's own id of it.
    pub register_id: String,
}

/// What a register says of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It works on it; from now on it is asked by this id.
    Accepted {
        /// The register's own id.
        register_id: String,
    },
    /// It is done.
    Registered(FiscalFacts),
    /// It will never be registered, because the document is wrong.
    Refused {
        /// Why, for staff.
        reason: String,
    },
    /// It was not registered, for reasons that may pass; it can be tried again.
    Failed {
        /// Why, for staff.
        reason: String,
    },
}

impl Provider {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Atol,
        Self::Avanpost,
        Self::AQsi,
        Self::BusinessRu,
        Self::DigitalKassa,
        Self::Evotor,
        Self::FirstOfd,
        Self::KitInvest,
        Self::Komtet,
        Self::LifePay,
        Self::Mertrade,
        Self::ModulKassa,
        Self::Rocket,
        Self::ShtrihM,
        Self::YooReceipt,
    ];

    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Atol => "atol",
            Self::Avanpost => "avanpost",
            Self::AQsi => "a_qsi",
            Self::BusinessRu => "business_ru",
            Self::DigitalKassa => "digital_kassa",
            Self::Evotor => "evotor",
            Self::FirstOfd => "first_ofd",
            Self::KitInvest => "kit_invest",
            Self::Komtet => "komtet",
            Self::LifePay => "life_pay",
            Self::Mertrade => "mertrade",
            Self::ModulKassa => "modul_kassa",
            Self::Rocket => "rocket",
            Self::ShtrihM => "shtrih_m",
            Self::YooReceipt => "yoo_receipt",
        }
    }

    /// The provider with this name on the wire.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// Returns whether it is the platform's own service. That sends receipts by e-mail only, needs
    /// the measure of each item and takes fewer of them.
    #[must_use]
    pub const fn is_platforms_own(self) -> bool {
        match self {
            Self::Avanpost | Self::YooReceipt => true,
            Self::Atol
            | Self::AQsi
            | Self::BusinessRu
            | Self::DigitalKassa
            | Self::Evotor
            | Self::FirstOfd
            | Self::KitInvest
            | Self::Komtet
            | Self::LifePay
            | Self::Mertrade
            | Self::ModulKassa
            | Self::Rocket
            | Self::ShtrihM => false,
        }
    }

    /// How many lines a receipt may have.
    #[must_use]
    pub const fn items_max(self) -> usize {
        if self.is_platforms_own() { 80 } else { 100 }
    }
}

impl Scenario {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Together, Self::ReceiptFirst, Self::Separate];

    /// Its name in the database and in commands.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Together => "together",
            Self::ReceiptFirst => "receipt_first",
            Self::Separate => "separate",
        }
    }

    /// The scenario with this name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// Returns whether a payment must carry its receipt.
    #[must_use]
    pub const fn requires_receipt(self) -> bool {
        match self {
            Self::Together | Self::ReceiptFirst => true,
            Self::Separate => false,
        }
    }
}

impl AtolVersion {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::V4, Self::V5];

    /// Its name in addresses, in the database and in commands.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::V4 => "v4",
            Self::V5 => "v5",
        }
    }

    /// The protocol with this name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

impl Secret {
    /// A secret.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text, for whoever needs it to ask the outside or to store it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
