//! Money as people write it: `1 234,50 ₽` in Russian, `₽1,234.50` in English.

use domain::Money;

use crate::lang::Lang;

const NBSP: char = '\u{a0}';

/// `amount` as written in `lang`, with non-breaking spaces.
#[must_use]
pub fn text(amount: Money, lang: Lang) -> String {
    let value = amount.value();
    let (sign, digits) = match value.strip_prefix('-') {
        Some(digits) => ("\u{2212}", digits),
        None => ("", value.as_str()),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let symbol = amount.currency().symbol();
    // A code needs a space after it, a sign does not: `₽10`, but `CHF 10`.
    let spelled = symbol.chars().all(|c| c.is_ascii_alphabetic());
    match lang {
        Lang::Ru => {
            let point = if part.is_empty() { "" } else { "," };
            format!("{sign}{}{point}{part}{NBSP}{symbol}", grouped(whole, NBSP))
        }
        Lang::En => {
            let point = if part.is_empty() { "" } else { "." };
            let space = if spelled {
                NBSP.to_string()
            } else {
                String::new()
            };
            format!("{sign}{symbol}{space}{}{point}{part}", grouped(whole, ','))
        }
    }
}

/// The digits in groups of three, from the right.
fn grouped(digits: &str, separator: char) -> String {
    let mut text = String::with_capacity(digits.len().saturating_mul(2));
    for (place, digit) in digits.chars().enumerate() {
        let left = digits.len().saturating_sub(place);
        if place > 0 && left.is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use domain::{Currency, Money};

    use super::text;
    use crate::lang::Lang;

    #[track_caller]
    fn check(minor: i64, code: &str, ru: &str, en: &str) {
        let amount = Money::new(minor, Currency::from_code(code).unwrap());
        let visible = |lang| text(amount, lang).replace('\u{a0}', "_");
        assert_eq!(
            (visible(Lang::Ru).as_str(), visible(Lang::En).as_str()),
            (ru, en)
        );
    }

    #[test]
    fn roubles_are_grouped_by_thousands() {
        check(0, "RUB", "0,00_₽", "₽0.00");
        check(99_999, "RUB", "999,99_₽", "₽999.99");
        check(100_000, "RUB", "1_000,00_₽", "₽1,000.00");
        check(123_456_789, "RUB", "1_234_567,89_₽", "₽1,234,567.89");
        check(-4_000, "RUB", "−40,00_₽", "−₽40.00");
    }

    #[test]
    fn other_currencies_have_their_own_digits() {
        check(1_500, "JPY", "1_500_¥", "¥1,500");
        check(1_234_567, "KWD", "1_234,567_د.ك", "د.ك1,234.567");
    }
}
