//! Idempotency keys (YooKassa API v3: idempotency).

use domain::card;
use http::HeaderMap;
use sha2::{Digest as _, Sha256};

const KEY_HEADER: &str = "idempotence-key";
pub(crate) const KEY_BYTES_MAX: usize = 64;

/// Why a key is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeyRefused {
    /// The header is missing.
    #[error("no idempotency key")]
    Missing,
    /// The header came twice, and it is not clear which one counts.
    #[error("two idempotency keys")]
    Twice,
    /// More than [`KEY_BYTES_MAX`] characters.
    #[error("the idempotency key is too long")]
    TooLong,
    /// A character outside of `[0-9a-zA-Z+-_.]`.
    #[error("the idempotency key has a character that is not permitted")]
    Illegal,
}

/// The key. In the documented set of characters, `+-_` is read as a range from the plus sign to the
/// underscore.
pub(crate) fn read(headers: &HeaderMap) -> Result<String, KeyRefused> {
    let mut shown = headers.get_all(KEY_HEADER).iter();
    let value = shown.next().filter(|value| !value.is_empty());
    if shown.next().is_some() {
        return Err(KeyRefused::Twice);
    }
    let bytes = value.ok_or(KeyRefused::Missing)?.as_bytes();
    if KEY_BYTES_MAX < bytes.len() {
        return Err(KeyRefused::TooLong);
    }
    let permitted = |b: u8| b.is_ascii_alphanumeric() || (b'+'..=b'_').contains(&b);
    match std::str::from_utf8(bytes) {
        // A key is kept for a day, which a card number must not be. Its hash also tells whether it
        // is new.
        Ok(key) if key.bytes().all(permitted) && card::stands_in(key) => {
            let hash = Sha256::digest(key);
            Ok(hash.iter().map(|byte| format!("{byte:02x}")).collect())
        }
        Ok(key) if key.bytes().all(permitted) => Ok(key.to_owned()),
        Ok(_) | Err(_) => Err(KeyRefused::Illegal),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn with_key(text: &str) -> Result<String, KeyRefused> {
        let mut headers = HeaderMap::new();
        let value = HeaderValue::from_bytes(text.as_bytes()).unwrap();
        headers.insert("Idempotence-Key", value);
        read(&headers)
    }

    #[test]
    fn a_key_has_up_to_64_characters_of_a_set() {
        for key in [
            "1",
            "018e5f0a-1b2c-7d4e-9f0a-1b2c3d4e5f6a",
            "a+b_c.d/e:f@g=h",
            &"k".repeat(64),
        ] {
            assert_eq!(with_key(key).as_deref(), Ok(key));
        }
        assert_eq!(read(&HeaderMap::new()), Err(KeyRefused::Missing));
        assert_eq!(with_key(""), Err(KeyRefused::Missing));
        let mut two = HeaderMap::new();
        two.append("Idempotence-Key", HeaderValue::from_static("1"));
        two.append("Idempotence-Key", HeaderValue::from_static("1"));
        assert_eq!(read(&two), Err(KeyRefused::Twice));
        assert_eq!(with_key(&"k".repeat(65)), Err(KeyRefused::TooLong));
        // What might be a card number is kept as a hash, the same each time.
        let hashed = with_key("5555-5555-5555-4444").unwrap();
        assert!(hashed.len() == KEY_BYTES_MAX && !hashed.contains("5555-5555"));
        assert_eq!(with_key("5555-5555-5555-4444"), Ok(hashed.clone()));
        assert_ne!(with_key("5555555555554444"), Ok(hashed));
        for key in ["with space", "ключ", "a*b", "a#b", "a\"b"] {
            assert_eq!(with_key(key), Err(KeyRefused::Illegal), "{key}");
        }
    }
}
