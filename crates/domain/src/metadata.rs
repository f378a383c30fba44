//! Notes that a merchant keeps on an object: up to 16 short pairs, given back as they came
//! (yookassa-api, section 5).

use std::collections::BTreeMap;

/// Most pairs an object carries.
pub const KEYS_MAX: usize = 16;
/// Longest key, in characters.
pub const KEY_CHARS_MAX: usize = 32;
/// Longest value, in characters.
pub const VALUE_CHARS_MAX: usize = 512;

/// The pairs, in the order of their keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata(BTreeMap<String, String>);

/// Why these are no metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// More than [`KEYS_MAX`] pairs.
    #[error("Metadata object is limited to {KEYS_MAX} keys")]
    TooManyKeys,
    /// A key is longer than [`KEY_CHARS_MAX`].
    #[error("The key names length in metadata object is limited to {KEY_CHARS_MAX} characters")]
    KeyTooLong,
    /// A value is longer than [`VALUE_CHARS_MAX`].
    #[error("The key values length in metadata object is limited to {VALUE_CHARS_MAX} characters")]
    ValueTooLong,
}

impl Metadata {
    /// Checks the limits.
    ///
    /// # Errors
    /// The first limit that does not hold.
    pub fn new(pairs: BTreeMap<String, String>) -> Result<Self, MetadataError> {
        if pairs.len() > KEYS_MAX {
            return Err(MetadataError::TooManyKeys);
        }
        for (key, value) in &pairs {
            if key.chars().count() > KEY_CHARS_MAX {
                return Err(MetadataError::KeyTooLong);
            }
            if value.chars().count() > VALUE_CHARS_MAX {
                return Err(MetadataError::ValueTooLong);
            }
        }
        Ok(Self(pairs))
    }

    /// The pairs.
    #[must_use]
    pub fn pairs(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// Are there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
