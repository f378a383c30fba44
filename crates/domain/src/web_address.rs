//! An address that people are sent to: a page, or something that an application on their phone
//! opens. Whether the platform itself may call it is another question.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

/// Longest address, in characters.
pub const CHARS_MAX: usize = 2_048;

/// Everything that is escaped in a value: all but letters, digits and a few harmless signs.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// An address that every browser reads alike: with `scheme://`, without credentials, backslashes
/// and control characters. It is kept as it was given; letters of any alphabet are permitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebAddress {
    given: String,
    url: Url,
}

impl WebAddress {
    /// The address of a page, or of an application by its own scheme, but not by a scheme that a
    /// browser executes or reads files by.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let harmful = |c: char| c.is_control() || c == '\\';
        if CHARS_MAX < text.chars().count() || text.contains(harmful) || text != text.trim() {
            return None;
        }
        let (scheme, rest) = text.split_once("://")?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
        let url = Url::parse(text).ok()?;
        // What stands before `://` might also be a part of something longer.
        let sound = url.scheme().eq_ignore_ascii_case(scheme)
            && !authority.contains('@')
            && !matches!(
                url.scheme(),
                "javascript" | "data" | "vbscript" | "file" | "blob" | "about"
            );
        let address = Self {
            given: text.to_owned(),
            url,
        };
        let has_place = !address.is_page() || !authority.is_empty() && address.url.has_host();
        (sound && has_place).then_some(address)
    }

    /// Returns whether it is a page and not an application.
    #[must_use]
    pub fn is_page(&self) -> bool {
        matches!(self.url.scheme(), "http" | "https")
    }

    /// Returns whether it is a page over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// As it was given.
    #[must_use]
    pub fn given(&self) -> &str {
        &self.given
    }

    /// The same in ASCII, as headers carry it: host names in Punycode, the rest percent-encoded.
    #[must_use]
    pub fn ascii(&self) -> &str {
        if self.given.bytes().all(|b| b.is_ascii_graphic()) {
            &self.given
        } else {
            self.url.as_str()
        }
    }
}

/// The parts of a value as it stands in the query of an address, whatever is in it.
pub fn in_query(value: &str) -> impl Iterator<Item = &str> {
    utf8_percent_encode(value, ESCAPED)
}

#[cfg(test)]
mod tests;
