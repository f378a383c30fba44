//! Numbers as they are spelled. A reader of JSON turns them into floats, which lose digits; the
//! text still has them.

use std::borrow::Cow;

/// The number of significant digits that survive a float.
const FLOAT_DIGITS: usize = 15;

/// A number with its digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Number<'a>(&'a str);

impl<'a> Number<'a> {
    /// As it was written.
    pub(crate) fn as_str(self) -> &'a str {
        self.0
    }

    /// The number; `None` unless it is written as a whole number.
    pub(crate) fn as_i64(self) -> Option<i64> {
        self.0.parse().ok()
    }

    /// One spelling for equal numbers: `1.50` and `1.5`. Those with more digits than a float holds
    /// stay as they are, so that different ones do not become the same.
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

/// The numbers of a JSON text, in their order. It only looks at text that the reader has already
/// passed, so that it needs no checks of its own.
pub(super) struct Numbers<'a> {
    rest: &'a [u8],
}

impl<'a> Numbers<'a> {
    pub(super) fn of(text: &'a [u8]) -> Self {
        Self { rest: text }
    }

    /// The next one; `None` if it begins with a quotation mark and is therefore a string.
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

/// The text after the string that begins here.
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
