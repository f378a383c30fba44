//! Card numbers in texts that are made for something else: descriptions, notes, ids of requests.
//! Such a text is kept and shown, which a card number must never be.
//!
//! Long numbers of orders look alike, so only what could be a card counts: digits of any script in
//! one piece or in groups of at most six with one space or dash of any kind between, of a length
//! and with first digits that a payment system issues, and with a right check digit. With more than
//! one such letter between, or with the same dots or underscores everywhere, digits count that are
//! in groups as on a card. Parts of hexadecimal texts and decimals do not count; letters beside the
//! digits do not hide them otherwise.
//!
//! One series is taken by two: numbers of MasterCard that begin with 2221 to 2720, and numbers of
//! orders that begin with the time, `YYMMDDhhmmss` and four digits more, from 2023 to 2027. What
//! reads as such a time counts as an order, unless it stands in groups of four as on a card. Of
//! 1,000,000 such numbers of orders 99,517 are refused for their check digit without that rule, and
//! none with it; of 1,000,000 numbers of that series in one piece it lets 3,187 through, and of
//! other cards none. A time to the minute would let through 5 in 1,000, a date 36. None of
//! 1,000,000 is refused either that has dots, underscores or two spaces between date, time and
//! number, nor of so many coordinates and pairs of prices; none of 1,000,000 cards in fours with a
//! dot, two spaces or ` - ` between passes.

mod digits;

use std::ops::RangeInclusive;

use super::luhn_sum;

/// Fewest digits of a card that is looked for.
const DIGITS_MIN: usize = 15;
/// Most digits of a card.
const DIGITS_MAX: usize = 19;
/// Most digits of a group among several.
const GROUP_DIGITS_MAX: usize = 6;
/// Most letters between two groups.
const GAP_CHARS_MAX: usize = 4;

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

/// The years, less 2000, of which a time begins like MasterCard's second series.
const ORDER_YEARS: RangeInclusive<u8> = 23..=27;
/// Where the hyphens of a UUID stand, and how long it is.
const UUID_HYPHENS: [usize; 4] = [8, 13, 18, 23];
const UUID_LENGTH: usize = 36;

/// Returns whether a card's number stands in the text.
#[must_use]
pub fn stands_in(text: &str) -> bool {
    if text.len() < DIGITS_MIN {
        return false;
    }
    let text = digits::as_ours(text);
    let bytes = text.as_bytes();
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    if digits < DIGITS_MIN {
        return false;
    }
    let starts = (0..bytes.len()).filter(|at| {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        let is_digit = bytes.get(*at).is_some_and(u8::is_ascii_digit);
        is_digit && !before.is_some_and(u8::is_ascii_digit)
    });
    starts.into_iter().any(|at| begins_here(&text, at))
}

/// What stands between the groups of digits that were read so far.
#[derive(Clone, Copy, Debug)]
struct Gaps<'a> {
    first: Option<&'a str>,
    alike: bool,
    /// Whether each of them is one space or dash.
    plain: bool,
    /// Whether one of them has dots or underscores.
    dotted: bool,
    /// The lengths of the groups before them, a hexadecimal digit each.
    groups: u64,
}

impl<'a> Gaps<'a> {
    const NONE: Self = Self {
        first: None,
        alike: true,
        plain: true,
        dotted: false,
        groups: 0,
    };

    /// The same with one more gap, which follows a group of so many digits.
    fn and(self, gap: &'a str, digits: usize) -> Self {
        let dotted = gap.chars().any(is_dot);
        Self {
            first: self.first.or(Some(gap)),
            alike: self.alike && self.first.is_none_or(|first| first == gap),
            plain: self.plain && !dotted && gap.chars().nth(1).is_none(),
            dotted: self.dotted || dotted,
            groups: with_group(self.groups, digits),
        }
    }

    /// Returns whether groups with these gaps are read together, with a last one of so many digits.
    fn fit(self, digits: usize) -> bool {
        let as_on_card = || {
            matches!(
                with_group(self.groups, digits),
                0x4444 | 0x0004_4441..=0x0004_4443 | 0x465
            )
        };
        self.plain || (as_on_card() && (self.alike || !self.dotted))
    }
}

fn with_group(groups: u64, digits: usize) -> u64 {
    let digits = u64::try_from(digits).unwrap_or(u64::MAX).min(0xf);
    groups.saturating_mul(0x10).saturating_add(digits)
}

/// The text between this place and the next digit, if it may stand within a number.
fn gap(text: &str) -> Option<&str> {
    let letters = text.char_indices().take(GAP_CHARS_MAX.saturating_add(1));
    let mut end = letters.skip_while(|(_, letter)| separates(*letter) || is_dot(*letter));
    let (end, next) = end.next()?;
    (0 < end && next.is_ascii_digit()).then(|| text.get(..end))?
}

/// Returns whether the digits at this place are the decimals of a number: `0.4111…`.
fn is_decimal(bytes: &[u8], at: usize) -> bool {
    let before = |back| at.checked_sub(back).and_then(|at| bytes.get(at));
    matches!(before(1), Some(b'.' | b',')) && before(2).is_some_and(u8::is_ascii_digit)
}

/// Returns whether the groups of digits that begin here, or the first of them, are a card's number.
fn begins_here(text: &str, start: usize) -> bool {
    let mut number = String::with_capacity(DIGITS_MAX);
    let after_point = is_decimal(text.as_bytes(), start);
    let (mut end, mut gaps, mut fours) = (start, Gaps::NONE, true);
    loop {
        let rest = text.get(end..).unwrap_or_default();
        let length = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (group, after) = rest.split_at_checked(length).unwrap_or_default();
        let several = gaps.first.is_some();
        if several && GROUP_DIGITS_MAX < length {
            return false;
        }
        number.push_str(group);
        if DIGITS_MAX < number.len() {
            return false;
        }
        end = end.saturating_add(length);
        fours &= length == 4;
        let may_be_order = !(several && fours);
        if is_issued(&number)
            && gaps.fit(length)
            && (several || !after_point)
            && !(may_be_order && is_order(&number))
            && !is_hexadecimal(text.as_bytes(), start, end)
        {
            return true;
        }
        match gap(after).filter(|_| length <= GROUP_DIGITS_MAX) {
            Some(gap) => {
                end = end.saturating_add(gap.len());
                gaps = gaps.and(gap, length);
            }
            None => return false,
        }
    }
}

/// Returns whether it is a space or a dash, as people and programs put them between groups of
/// digits.
fn separates(between: char) -> bool {
    matches!(
        between,
        ' ' | '\t' | '-'
        // Spaces of other widths, those that break no line, and those that nobody sees.
        | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200d}' | '\u{202f}' | '\u{205f}' | '\u{2060}'
        | '\u{3000}' | '\u{feff}'
        // Hyphens, dashes and minus signs.
        | '\u{ad}' | '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{fe58}'
        | '\u{fe63}' | '\u{ff0d}'
    )
}

/// Returns whether it is a dot or an underscore, which have other uses as well.
fn is_dot(between: char) -> bool {
    matches!(
        between,
        '.' | '_'
            | '\u{b7}'
            | '\u{2022}'
            | '\u{2024}'
            | '\u{2027}'
            | '\u{2219}'
            | '\u{22c5}'
            | '\u{30fb}'
            | '\u{fe52}'
            | '\u{ff0e}'
            | '\u{ff3f}'
    )
}

/// Returns whether sixteen digits are a time to the second, `YYMMDDhhmmss`, and four digits more.
fn is_order(digits: &str) -> bool {
    let two = |at: usize| {
        let pair = digits.get(at..at.saturating_add(2));
        pair.and_then(|pair| pair.parse::<u8>().ok())
    };
    let [
        Some(year),
        Some(month),
        Some(day),
        Some(hour),
        Some(minute),
        Some(second),
    ] = [0, 2, 4, 6, 8, 10].map(two)
    else {
        return false;
    };
    let days = match month {
        2 if year.is_multiple_of(4) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    digits.len() == 16
        && ORDER_YEARS.contains(&year)
        && (1..=12).contains(&month)
        && (1..=days).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60
}

/// Returns whether these digits are a part of a UUID, or of another hexadecimal word that has more
/// digits than these. Letters alone beside the digits do not make it one.
fn is_hexadecimal(bytes: &[u8], start: usize, end: usize) -> bool {
    let before = bytes.get(..start).unwrap_or_default().iter().rev();
    let after = bytes.get(end..).unwrap_or_default().iter();
    let beside = |byte: &&u8| byte.is_ascii_alphanumeric();
    let mut word = before
        .take_while(beside)
        .chain(after.clone().take_while(beside));
    if word.clone().any(u8::is_ascii_digit) && word.all(u8::is_ascii_hexdigit) {
        return true;
    }
    let joined = |byte: &&u8| beside(byte) || **byte == b'-';
    let end = end.saturating_add(after.take_while(joined).count());
    let uuid = end.checked_sub(UUID_LENGTH).filter(|begin| *begin <= start);
    let uuid = uuid.and_then(|begin| bytes.get(begin..end));
    uuid.is_some_and(|uuid| {
        uuid.iter().enumerate().all(|(at, byte)| {
            let hyphen = UUID_HYPHENS.contains(&at);
            (hyphen && *byte == b'-') || (!hyphen && byte.is_ascii_hexdigit())
        })
    })
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
