//! What may be kept of a bank card: [`CardFacts`]. Numbers and verification codes are in the crate
//! `card`, which few crates depend on.

mod seek;

pub use seek::stands_in;

/// The last month in which a card is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expiry {
    year: u16,
    month: u8,
}

/// A payment system, as `card_type` names it (YooKassa API v3: payment methods).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CardBrand {
    /// MasterCard, Maestro too.
    MasterCard,
    /// Visa, Visa Electron too.
    Visa,
    /// Mir.
    Mir,
    /// UnionPay.
    UnionPay,
    /// JCB.
    Jcb,
    /// American Express.
    AmericanExpress,
    /// Diners Club.
    DinersClub,
    /// Discover.
    DiscoverCard,
    /// Any other.
    Unknown,
}

/// What may be kept and shown of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardFacts {
    /// The first six digits.
    pub first6: String,
    /// The last four digits.
    pub last4: String,
    /// The last valid month.
    pub expiry: Expiry,
    /// The payment system.
    pub brand: CardBrand,
    /// Country of the issuer, ISO 3166 alpha-2.
    pub issuer_country: Option<String>,
    /// Name of the issuer.
    pub issuer_name: Option<String>,
}

/// Returns whether the check digit of a number is right.
#[must_use]
pub fn is_checked(digits: &str) -> bool {
    luhn_sum(digits) == Some(0)
}

/// The sum of the Luhn formula modulo ten; right numbers give zero.
fn luhn_sum(digits: &str) -> Option<u32> {
    let mut sum = 0_u32;
    for (position, digit) in digits.chars().rev().enumerate() {
        let mut value = digit.to_digit(10)?;
        if position % 2 == 1 {
            value = value.saturating_mul(2);
            if value > 9 {
                value = value.saturating_sub(9);
            }
        }
        sum = sum.saturating_add(value);
    }
    sum.checked_rem(10)
}

impl Expiry {
    /// A month 1 to 12 of a four-digit year.
    #[must_use]
    pub fn new(year: u16, month: u8) -> Option<Self> {
        let valid = (2000..=2099).contains(&year) && (1..=12).contains(&month);
        valid.then_some(Self { year, month })
    }

    /// Reads what people type and programs fill in: `12/30`, `1/30`, `12 / 2030`, `1230`, `122030`,
    /// `2030-12`, `203012`. The page's script reads the same.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let separates = |c: char| matches!(c, '/' | '-' | '.' | '\u{2013}') || c.is_whitespace();
        let mut groups = text.split(separates).filter(|group| !group.is_empty());
        let groups = [
            groups.next()?,
            groups.next().unwrap_or(""),
            groups.next().unwrap_or(""),
        ];
        let (month, year) = match (groups, groups.map(str::len)) {
            ([whole, _, _], [6, 0, 0]) if whole.starts_with("20") => {
                let (year, month) = whole.split_at_checked(4)?;
                (month, year)
            }
            ([whole, _, _], [4 | 6, 0, 0]) => whole.split_at_checked(2)?,
            ([month, year, _], [1 | 2, 2 | 4, 0]) => (month, year),
            ([year, month, _], [4, 1 | 2, 0]) => (month, year),
            _ => return None,
        };
        let digits = [month, year]
            .iter()
            .all(|part| part.bytes().all(|b| b.is_ascii_digit()));
        let month = month.parse().ok().filter(|_| digits)?;
        let year: u16 = year.parse().ok()?;
        let year = if year < 100 {
            year.saturating_add(2000)
        } else {
            year
        };
        Self::new(year, month)
    }

    /// The year, four digits.
    #[must_use]
    pub fn year(self) -> u16 {
        self.year
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        self.month
    }
}

impl CardBrand {
    /// All payment systems that have a name.
    pub const ALL: [Self; 9] = [
        Self::MasterCard,
        Self::Visa,
        Self::Mir,
        Self::UnionPay,
        Self::Jcb,
        Self::AmericanExpress,
        Self::DinersClub,
        Self::DiscoverCard,
        Self::Unknown,
    ];

    /// The payment system that issues numbers with these first digits.
    #[must_use]
    pub fn of(digits: &str) -> Self {
        let prefix = |length: usize| {
            digits
                .get(..length)
                .and_then(|p| p.parse::<u32>().ok())
                .unwrap_or(0)
        };
        match (prefix(1), prefix(2), prefix(3), prefix(4)) {
            (_, _, _, 2200..=2204) => Self::Mir,
            (_, _, _, 2221..=2720) | (_, 51..=55 | 50 | 56..=58 | 67 | 63, _, _) => {
                Self::MasterCard
            }
            (_, 34 | 37, _, _) => Self::AmericanExpress,
            (_, _, _, 3528..=3589) => Self::Jcb,
            (_, 36 | 38 | 39, _, _) | (_, _, 300..=305, _) => Self::DinersClub,
            (_, 62 | 81, _, _) => Self::UnionPay,
            (_, 64 | 65, _, _) | (_, _, _, 6011) => Self::DiscoverCard,
            (4, _, _, _) => Self::Visa,
            _ => Self::Unknown,
        }
    }

    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::MasterCard => "MasterCard",
            Self::Visa => "Visa",
            Self::Mir => "Mir",
            Self::UnionPay => "UnionPay",
            Self::Jcb => "JCB",
            Self::AmericanExpress => "AmericanExpress",
            Self::DinersClub => "DinersClub",
            Self::DiscoverCard => "DiscoverCard",
            Self::Unknown => "Unknown",
        }
    }

    /// The payment system with this name on the wire.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|brand| brand.code() == code)
    }

    /// How many digits its verification code has.
    #[must_use]
    pub const fn csc_length(self) -> usize {
        match self {
            Self::AmericanExpress => 4,
            Self::MasterCard
            | Self::Visa
            | Self::Mir
            | Self::UnionPay
            | Self::Jcb
            | Self::DinersClub
            | Self::DiscoverCard
            | Self::Unknown => 3,
        }
    }
}

#[cfg(test)]
mod tests;
