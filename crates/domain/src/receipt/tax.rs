//! Taxes on a receipt (YooKassa API v3: receipts). The wire has them as numbers.

/// A VAT rate: tag 1199. The rates of codes 11 and 12 are in force since 2026.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VatCode {
    /// Without VAT.
    None,
    /// 0 %.
    Zero,
    /// 10 %.
    Ten,
    /// 20 %.
    Twenty,
    /// 10/110, of a sum that includes it.
    TenOf110,
    /// 20/120.
    TwentyOf120,
    /// 5 %.
    Five,
    /// 7 %.
    Seven,
    /// 5/105.
    FiveOf105,
    /// 7/107.
    SevenOf107,
    /// 22 %.
    TwentyTwo,
    /// 22/122.
    TwentyTwoOf122,
}

impl VatCode {
    /// All of them, by number.
    pub const ALL: [Self; 12] = [
        Self::None,
        Self::Zero,
        Self::Ten,
        Self::Twenty,
        Self::TenOf110,
        Self::TwentyOf120,
        Self::Five,
        Self::Seven,
        Self::FiveOf105,
        Self::SevenOf107,
        Self::TwentyTwo,
        Self::TwentyTwoOf122,
    ];

    /// Its number on the wire.
    #[must_use]
    pub const fn code(self) -> i64 {
        match self {
            Self::None => 1,
            Self::Zero => 2,
            Self::Ten => 3,
            Self::Twenty => 4,
            Self::TenOf110 => 5,
            Self::TwentyOf120 => 6,
            Self::Five => 7,
            Self::Seven => 8,
            Self::FiveOf105 => 9,
            Self::SevenOf107 => 10,
            Self::TwentyTwo => 11,
            Self::TwentyTwoOf122 => 12,
        }
    }

    /// The one with this number on the wire.
    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// How the shop is taxed: tag 1055.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TaxSystem {
    /// The general system.
    General,
    /// Simplified, by income.
    SimplifiedIncome,
    /// Simplified, by income less expense.
    SimplifiedIncomeLessExpense,
    /// Single tax on imputed income.
    ImputedIncome,
    /// Single agricultural tax.
    Agricultural,
    /// By patent.
    Patent,
}

impl TaxSystem {
    /// All of them, by number.
    pub const ALL: [Self; 6] = [
        Self::General,
        Self::SimplifiedIncome,
        Self::SimplifiedIncomeLessExpense,
        Self::ImputedIncome,
        Self::Agricultural,
        Self::Patent,
    ];

    /// Its number on the wire.
    #[must_use]
    pub const fn code(self) -> i64 {
        match self {
            Self::General => 1,
            Self::SimplifiedIncome => 2,
            Self::SimplifiedIncomeLessExpense => 3,
            Self::ImputedIncome => 4,
            Self::Agricultural => 5,
            Self::Patent => 6,
        }
    }

    /// The one with this number on the wire.
    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}
