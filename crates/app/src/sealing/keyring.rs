//! The sealing keys, and the text of their file: a line for each, its number and 256 bits as
//! base64.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use ring::hmac;
use zeroize::Zeroizing;

/// What stands above the keys.
const HEAD: &str = "\
# The keys that secrets in Altyn's database are sealed with, the newest last. Without this file they
# cannot be read: keep a copy, but not where the backups are.
";

/// Keys by their numbers. They cannot be printed.
#[derive(Clone, Default)]
pub struct Keyring(BTreeMap<u32, Key>);

#[derive(Clone)]
struct Key {
    bytes: Zeroizing<[u8; 32]>,
    cipher: Arc<LessSafeKey>,
}

/// Why a file of keys is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKeys {
    /// A line does not have the form of our lines.
    #[error("line {0} is no sealing key")]
    Line(usize),
    /// Two keys have the same number.
    #[error("line {0} has the number of another key")]
    Twice(usize),
    /// There is no key at all.
    #[error("there is no key in it")]
    Empty,
}

impl Keyring {
    /// Reads a file.
    ///
    /// # Errors
    /// It is not what [`Keyring::to_text`] writes.
    pub fn parse(text: &str) -> Result<Self, BadKeys> {
        let mut keys = Self::default();
        for (line, text) in (1..).zip(text.lines()) {
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let (number, bytes) = read_line(text).ok_or(BadKeys::Line(line))?;
            if keys.0.contains_key(&number) {
                return Err(BadKeys::Twice(line));
            }
            keys.add(number, bytes);
        }
        if keys.0.is_empty() {
            return Err(BadKeys::Empty);
        }
        Ok(keys)
    }

    /// The text of a file.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(HEAD.to_owned());
        for (number, key) in &self.0 {
            let encoded = Zeroizing::new(STANDARD.encode(key.bytes.as_slice()));
            text.push_str(&format!("{number} "));
            text.push_str(&encoded);
            text.push('\n');
        }
        text
    }

    /// Adds a key.
    pub fn add(&mut self, number: u32, bytes: Zeroizing<[u8; 32]>) {
        let Ok(unbound) = UnboundKey::new(&AES_256_GCM, bytes.as_slice()) else {
            unreachable!("a key of 256 bits has the length of a key of 256 bits")
        };
        let cipher = Arc::new(LessSafeKey::new(unbound));
        self.0.insert(number, Key { bytes, cipher });
    }

    /// The numbers of all keys, the oldest first.
    pub fn numbers(&self) -> impl Iterator<Item = u32> {
        self.0.keys().copied()
    }

    /// The same keys without some of them.
    #[must_use]
    pub fn without(&self, numbers: &[u32]) -> Self {
        let mut keys = self.clone();
        keys.0.retain(|number, _| !numbers.contains(number));
        keys
    }

    /// The number of the newest key.
    #[must_use]
    pub fn newest(&self) -> Option<u32> {
        self.0.keys().next_back().copied()
    }

    /// A value that follows from the key alone and reveals nothing of it; databases note it.
    #[must_use]
    pub fn check(&self, number: u32) -> Option<[u8; 32]> {
        let key = self.0.get(&number)?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.bytes.as_slice());
        let said = format!("altyn sealing key {number}");
        hmac::sign(&key, said.as_bytes()).as_ref().try_into().ok()
    }

    pub(super) fn get(&self, number: u32) -> Option<&LessSafeKey> {
        self.0.get(&number).map(|key| key.cipher.as_ref())
    }
}

fn read_line(text: &str) -> Option<(u32, Zeroizing<[u8; 32]>)> {
    let (number, encoded) = text.split_once(' ')?;
    let number: u32 = number.parse().ok().filter(|number| *number != 0)?;
    let bytes = Zeroizing::new(STANDARD.decode(encoded.trim()).ok()?);
    let bytes: [u8; 32] = bytes.as_slice().try_into().ok()?;
    Some((number, Zeroizing::new(bytes)))
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}
