//! Notes that a merchant keeps on an object: up to 16 short pairs, which are given back as they
//! came (YooKassa API v3: common types).

/// Most pairs an object carries.
pub const KEYS_MAX: usize = 16;
/// Longest key, in characters.
pub const KEY_CHARS_MAX: usize = 32;
/// Longest value, in characters.
pub const VALUE_CHARS_MAX: usize = 512;

/// The pairs, in the order in which they were given; each key once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata(Vec<(String, String)>);

/// Why metadata is refused.
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
    /// Checks the limits. If a key is given twice, the later value counts.
    ///
    /// # Errors
    /// The first limit that is exceeded.
    pub fn new(given: impl IntoIterator<Item = (String, String)>) -> Result<Self, MetadataError> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (key, value) in given {
            if key.chars().count() > KEY_CHARS_MAX {
                return Err(MetadataError::KeyTooLong);
            }
            if value.chars().count() > VALUE_CHARS_MAX {
                return Err(MetadataError::ValueTooLong);
            }
            let full = pairs.len() == KEYS_MAX;
            match pairs.iter_mut().find(|(known, _)| *known == key) {
                Some((_, known_value)) => *known_value = value,
                None if full => return Err(MetadataError::TooManyKeys),
                None => pairs.push((key, value)),
            }
        }
        Ok(Self(pairs))
    }

    /// The pairs.
    #[must_use]
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// Returns whether there are no pairs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
