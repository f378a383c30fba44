//! Card numbers in texts that are made for something else: descriptions, notes, ids of requests.
//! Such a text is kept and shown, which a card number must never be.
//!
//! Long numbers of orders look alike, so only what could be a card counts: digits in one piece or
//! in groups of at most six with a space or a hyphen between, of a length and with first digits
//! that a payment system issues, and with a right check digit. Parts of hexadecimal texts and
//! decimals do not count.

use std::ops::RangeInclusive;

use super::luhn_sum;

/// Fewest digits of a card that is looked for.
const DIGITS_MIN: usize = 15;
/// Most digits of a card.
const DIGITS_MAX: usize = 19;
/// Most digits of a group among several.
const GROUP_DIGITS_MAX: usize = 6;

/// What payment systems issue: the first four digits from and to, and the lengths.
const ISSUED: [(RangeInclusive<u16>, RangeInclusive<usize>); 17] = [
    // Visa.
    (4000..=4999, 16..=16),
    // MasterCard.
    (2221..=2720, 16..=16),
    (5100..=5599, 16..=16),
    // Maestro.
    (5018..=5018, 16..=19),
    (5020..=5020, 16..=19),
    (5038..=5038, 16..=19),
    (5893..=5893, 16..=19),
    (6304..=6304, 16..=19),
    (6390..=6390, 16..=19),
    (6700..=6799, 16..=19),
    // Mir.
    (2200..=2204, 16..=19),
    // American Express.
    (3400..=3499, 15..=15),
    (3700..=3799, 15..=15),
    // UnionPay.
    (6200..=6299, 16..=19),
    (8100..=8171, 16..=19),
    // JCB.
    (3528..=3589, 16..=19),
    // Discover.
    (6011..=6011, 16..=16),
];

/// Whether a card's number stands in the text.
#[must_use]
pub fn stands_in(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = || bytes.iter().filter(|b| b.is_ascii_digit()).count();
    if bytes.len() < DIGITS_MIN || digits() < DIGITS_MIN {
        return false;
    }
    let starts = (0..bytes.len()).filter(|at| {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at)).copied();
        let is_digit = bytes.get(*at).is_some_and(u8::is_ascii_digit);
        is_digit && before.is_none_or(|b| !b.is_ascii_hexdigit()) && !is_decimal(bytes, *at)
    });
    starts.into_iter().any(|at| begins_here(bytes, at))
}

/// Whether the digits after this place are those of a decimal: `0.4111…`.
fn is_decimal(bytes: &[u8], at: usize) -> bool {
    let before = |back| at.checked_sub(back).and_then(|at| bytes.get(at));
    matches!(before(1), Some(b'.' | b',')) && before(2).is_some_and(u8::is_ascii_digit)
}

/// Whether the groups of digits that begin here are a card's number, or the first of them are.
fn begins_here(bytes: &[u8], start: usize) -> bool {
    let mut number = String::with_capacity(DIGITS_MAX);
    let mut rest = bytes.get(start..).unwrap_or_default();
    let mut several = false;
    loop {
        let length = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        let Some((group, after)) = rest.split_at_checked(length) else {
            return false;
        };
        if several && GROUP_DIGITS_MAX < length {
            return false;
        }
        number.extend(group.iter().copied().map(char::from));
        if DIGITS_MAX < number.len() {
            return false;
        }
        let ends = !after.first().is_some_and(u8::is_ascii_hexdigit);
        if ends && is_issued(&number) {
            return true;
        }
        match after {
            [b' ' | b'-', next, ..] if next.is_ascii_digit() && length <= GROUP_DIGITS_MAX => {
                rest = after.get(1..).unwrap_or_default();
                several = true;
            }
            _ => return false,
        }
    }
}

fn is_issued(digits: &str) -> bool {
    let first = digits.get(..4).and_then(|first| first.parse().ok());
    let issued = |first: u16| {
        ISSUED
            .iter()
            .any(|(range, lengths)| range.contains(&first) && lengths.contains(&digits.len()))
    };
    first.is_some_and(issued) && luhn_sum(digits) == Some(0)
}
