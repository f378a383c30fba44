//! A card, for as long as it is in memory. Its number and its verification code are types that
//! cannot be printed and are wiped when dropped; what may be kept of a card is [`CardFacts`].
//!
//! A line in a manifest decides who may name these types: among the pages only the checkout.

use std::fmt;

use domain::card::{CardBrand, CardFacts, Expiry, is_checked};
use domain::payout::PayoutCard;
use zeroize::Zeroizing;

/// A card number of 14 to 19 digits with a right check digit.
#[derive(Clone, PartialEq, Eq)]
pub struct CardNumber(Zeroizing<String>);

/// A verification code of 3 or 4 digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Csc(Zeroizing<String>);

/// A whole card, for as long as it is in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The number.
    pub number: CardNumber,
    /// The last valid month.
    pub expiry: Expiry,
    /// The verification code, if the payer gave it.
    pub csc: Option<Csc>,
}

impl CardNumber {
    /// Checks length and check digit; spaces and hyphens between digits are let through.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut digits = Zeroizing::new(String::with_capacity(text.len()));
        digits.extend(
            text.trim()
                .chars()
                .filter(|c| !matches!(c, ' ' | '-' | '\u{a0}')),
        );
        let valid = (14..=19).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            && is_checked(&digits);
        valid.then_some(Self(digits))
    }

    /// The digits, for the acquirer alone.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The first six digits.
    #[must_use]
    pub fn first6(&self) -> String {
        self.0.chars().take(6).collect()
    }

    /// The last four digits.
    #[must_use]
    pub fn last4(&self) -> String {
        let skip = self.0.len().saturating_sub(4);
        self.0.chars().skip(skip).collect()
    }

    /// The payment system.
    #[must_use]
    pub fn brand(&self) -> CardBrand {
        CardBrand::of(&self.0)
    }

    /// What may be kept of a card that is paid out to.
    #[must_use]
    pub fn payout_card(&self) -> PayoutCard {
        PayoutCard {
            first6: self.first6(),
            last4: self.last4(),
            brand: self.brand(),
            issuer_country: None,
            issuer_name: None,
        }
    }
}

impl fmt::Debug for CardNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardNumber(…)")
    }
}

impl Csc {
    /// The code; `None` if the text is not three or four digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let valid = (3..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        valid.then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The digits, for the acquirer alone.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Csc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Csc(…)")
    }
}

impl Card {
    /// What may be kept of it.
    #[must_use]
    pub fn facts(&self) -> CardFacts {
        CardFacts {
            first6: self.number.first6(),
            last4: self.number.last4(),
            expiry: self.expiry,
            brand: self.number.brand(),
            issuer_country: None,
            issuer_name: None,
        }
    }
}

#[cfg(test)]
mod tests;
