//! The names of connectors, through which money goes, and shops' rules for choosing one. A name is
//! written down with everything that goes through its connector, and never changes its meaning.

mod choice;

use std::fmt;
use std::str::FromStr;

pub use choice::{Choice, ChoiceError};

/// The name of a connector: lower-case letters, digits and `-`, from 1 to 32 of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectorName {
    /// Its letters, and zeros after them: the order is that of the texts.
    bytes: [u8; ConnectorName::LENGTH_MAX],
}

/// A text that is not the name of a connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a connector's name has 1 to 32 lower-case letters, digits and dashes")]
pub struct ConnectorNameError;

impl ConnectorName {
    /// Most characters of a name.
    pub const LENGTH_MAX: usize = 32;

    /// The test bank that Altyn brings. What was written down before connectors had names went
    /// through it.
    pub const SANDBOX: Self = Self {
        bytes: *b"sandbox\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
    };

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let letters = self.bytes.split(|byte| *byte == 0).next();
        letters
            .and_then(|letters| std::str::from_utf8(letters).ok())
            .unwrap_or_default()
    }
}

impl FromStr for ConnectorName {
    type Err = ConnectorNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        if text.is_empty() || !text.bytes().all(named) {
            return Err(ConnectorNameError);
        }
        let mut bytes = [0; Self::LENGTH_MAX];
        let place = bytes.get_mut(..text.len()).ok_or(ConnectorNameError)?;
        place.copy_from_slice(text.as_bytes());
        Ok(Self { bytes })
    }
}

impl fmt::Display for ConnectorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for ConnectorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests;
