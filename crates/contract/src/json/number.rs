//! Numbers as they are spelled. A reader of JSON hands over floats, which lose digits; the text
//! still has them.

use std::borrow::Cow;

/// So many significant digits survive a float.
const FLOAT_DIGITS: usize = 15;

/// A number with its digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Number<'a>(&'a str);

impl<'a> Number<'a> {
    /// As it was written.
    pub(crate) fn as_str(self) -> &'a str {
        self.0
    }

    /// The number, if it is a whole one that is written as such.
    pub(crate) fn as_i64(self) -> Option<i64> {
        self.0.parse().ok()
    }

    /// One spelling for numbers that are equal: `1.50` and `1.5`. Those with more digits than
    /// a float holds stand as they are, so that no two different ones become the same.
    pub(crate) fn canonical(self) -> Cow<'a, str> {
        let digits = self.0.bytes().filter(u8::is_ascii_digit).count();
        let is_whole = self.0.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        if is_whole || FLOAT_DIGITS < digits {
            return Cow::Borrowed(self.0);
        }
        let shortened = self.0.parse::<serde_json::Number>();
        shortened.map_or(Cow::Borrowed(self.0), |number| {
            Cow::Owned(number.to_string())
        })
    }
}

/// The numbers of a JSON text, in the order in which they stand there. Only as much of the text is
/// looked at as has been read already, so that it needs no check.
pub(super) struct Numbers<'a> {
    rest: &'a [u8],
}

impl<'a> Numbers<'a> {
    pub(super) fn of(text: &'a [u8]) -> Self {
        Self { rest: text }
    }

    /// The next one. What begins with a quotation mark is a string, and has none.
    pub(super) fn next(&mut self) -> Option<Number<'a>> {
        let is_first = |b: &u8| b.is_ascii_digit() || matches!(*b, b'-' | b'"');
        let is_further = |b: &u8| b.is_ascii_digit() || b"+-.eE".contains(b);
        loop {
            let start = self.rest.iter().position(is_first)?;
            let (_, found) = self.rest.split_at_checked(start)?;
            if found.first() == Some(&b'"') {
                self.rest = after_string(found)?;
                continue;
            }
            let length = found.iter().position(|b| !is_further(b));
            let (number, rest) = found.split_at_checked(length.unwrap_or(found.len()))?;
            self.rest = rest;
            return std::str::from_utf8(number).ok().map(Number);
        }
    }
}

/// What comes after the string that begins here.
fn after_string(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text.get(1..)?;
    loop {
        let end = rest.iter().position(|b| matches!(*b, b'"' | b'\\'))?;
        let escaped = rest.get(end) == Some(&b'\\');
        rest = rest.get(end.checked_add(if escaped { 2 } else { 1 })?..)?;
        if !escaped {
            return Some(rest);
        }
    }
}
