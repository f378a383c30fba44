//! Digits of other scripts, and variants of our own such as full-width and mathematical ones. In
//! Unicode the ten digits of a script stand in a row, from its zero on.

use std::borrow::Cow;

/// The zeros of all scripts except our own, as of Unicode 16.
const ZEROS: [u32; 74] = [
    0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66,
    0x0de6, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90,
    0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
    0x104a0, 0x10d30, 0x10d40, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0,
    0x11650, 0x116c0, 0x116d0, 0x116da, 0x11730, 0x118e0, 0x11950, 0x11bf0, 0x11c50, 0x11d50,
    0x11da0, 0x11f50, 0x16a60, 0x16ac0, 0x16b50, 0x16d70, 0x1ccf0, 0x1d7ce, 0x1d7d8, 0x1d7e2,
    0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e5f1, 0x1e950, 0x1fbf0,
];

/// The lowest first byte of these digits in UTF-8; letters before them begin with a lower one.
const FIRST_BYTE: u8 = 0xd9;

/// The same text with our own digits in place of all others.
pub(super) fn as_ours(text: &str) -> Cow<'_, str> {
    // Most texts have no letter from there on.
    let may_have = text.bytes().any(|byte| FIRST_BYTE <= byte);
    if !may_have || !text.chars().any(|letter| ours(letter).is_some()) {
        return text.into();
    }
    let letters = text.chars();
    letters
        .map(|letter| ours(letter).unwrap_or(letter))
        .collect()
}

/// Our own digit for one of another script.
pub(super) fn ours(letter: char) -> Option<char> {
    let code = u32::from(letter);
    if code < ZEROS[0] {
        return None;
    }
    let before = ZEROS.partition_point(|zero| *zero <= code);
    let zero = ZEROS.get(before.checked_sub(1)?)?;
    char::from_digit(code.checked_sub(*zero)?, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_of_each_script_are_digits_in_order() {
        assert!(ZEROS.is_sorted());
        let first = char::from_u32(ZEROS[0]).unwrap().to_string();
        assert_eq!(first.as_bytes()[0], FIRST_BYTE);
        for zero in ZEROS {
            for (expected, code) in ('0'..='9').zip(zero..) {
                let letter = char::from_u32(code).unwrap();
                assert!(letter.is_numeric(), "{code:x}");
                assert_eq!(ours(letter), Some(expected), "{code:x}");
            }
        }
        let mixed = "Карта ４１１１ ٤٥٦٧ १२३ 𝟙𝟎x";
        assert_eq!(as_ours(mixed), "Карта 4111 4567 123 10x");
        for text in ["Заказ №7, 25 ₽ ½ ②", "Order 7"] {
            assert!(matches!(as_ours(text), Cow::Borrowed(_)), "{text}");
        }
    }
}
