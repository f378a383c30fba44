//! Sealing: a secret that the platform must be able to read back stands in the database under
//! AES-256-GCM, bound to its place, so that one that is moved to another row is refused.
//!
//! Keys are outside of the database, in a file that every node has. Each has a number, which stands
//! in what it sealed: the newest that the database has noted seals, all that are known open. A
//! process that meets a number it does not know, or a key that does not open, reads the file again
//! before it fails, unless it has done so just now. What stood plain before is read as it is.

mod keyring;
mod reseal;

pub use keyring::{BadKeys, Keyring};
pub use reseal::{
    Difference, Resealed, Unreadable, compare, forget, register, registered, reseal, used,
};

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use domain::webhook::WebhookSecret;
use domain::{Duration, ShopId, Timestamp, WebhookId};
use ring::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce};
use store::Quiet;
use store::sealing::{Sealed, SealingKey};
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use crate::app::App;
use crate::error::{Cause, Error};

/// What begins a sealed text; its key's number follows.
const PREFIX: &str = "sealed:";

/// A line a second says that the keys cannot be read again.
static UNREAD: Quiet = Quiet::new();

/// How long the file is not read again for a key with the same number: a secret that cannot be
/// opened at all comes again and again.
const READ_INTERVAL: Duration = Duration::seconds(1);

/// Reads the keys from where they are kept, or says why they cannot be read. It may wait for a
/// disk.
pub type Source = Arc<dyn Fn() -> Result<Keyring, String> + Send + Sync>;

/// Seals and opens.
pub struct Sealing {
    known: RwLock<Arc<Known>>,
    source: Source,
    /// For which keys that did not open something the file was read, and when. Locked while it is
    /// read.
    read_for: Mutex<BTreeMap<u32, Timestamp>>,
    unopened: AtomicU64,
}

/// The keys, as they were read last.
#[derive(Debug)]
struct Known {
    keys: Keyring,
    /// The key that seals, or why nothing may be sealed.
    seals_with: Result<u32, String>,
}

/// Where a sealed text stands. It can be opened nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    column: &'static str,
    shop: ShopId,
    row: String,
}

/// Random bits that no other sealing uses.
pub type Once = [u8; NONCE_LEN];

/// Why a sealed text cannot be opened, in words that name no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unopened {
    /// Its key is not known here.
    #[error(
        "it is sealed with key {0}, which this process does not have: copy sealing.key \
             from the node that rotated, or from where a copy is kept"
    )]
    UnknownKey(u32),
    /// The key does not open it.
    #[error("key {0} does not open it: it is damaged, of another row, or sealed with another key")]
    Refused(u32),
    /// It is no sealed text.
    #[error("it is damaged")]
    Damaged,
}

impl Place {
    /// The secret of a webhook.
    #[must_use]
    pub fn of_webhook(shop: ShopId, webhook: WebhookId) -> Self {
        Self {
            column: "webhook.secret",
            shop,
            row: webhook.to_string(),
        }
    }

    /// What is authenticated beside the text. None of the parts can hold a line's end.
    fn bound(&self) -> String {
        let Self { column, shop, row } = self;
        format!("{column}\n{shop}\n{row}")
    }
}

impl Sealing {
    /// Seals with the newest of these keys; reads them again from `source`.
    #[must_use]
    pub fn new(keys: Keyring, source: Source) -> Self {
        let newest = keys.newest();
        let known = Known {
            keys,
            seals_with: newest.ok_or_else(|| "there is no key".to_owned()),
        };
        Self {
            known: RwLock::new(Arc::new(known)),
            source,
            read_for: Mutex::default(),
            unopened: AtomicU64::new(0),
        }
    }

    /// Takes in other keys, with the one that seals, or the reason why none may.
    pub fn replace(&self, keys: Keyring, seals_with: Result<u32, String>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        *known = Arc::new(Known { keys, seals_with });
    }

    /// The key that seals; `None` if nothing may be sealed.
    #[must_use]
    pub fn seals_with(&self) -> Option<u32> {
        self.known().seals_with.clone().ok()
    }

    /// How many notifications were not sent because their secrets could not be opened.
    #[must_use]
    pub fn unopened(&self) -> u64 {
        self.unopened.load(Ordering::Relaxed)
    }

    /// Counts a notification that was not sent.
    pub(crate) fn count_unopened(&self) {
        self.unopened.fetch_add(1, Ordering::Relaxed);
    }

    /// Seals a secret for its place. The same `once` must never seal anything else.
    pub(crate) fn seal(
        &self,
        place: &Place,
        secret: &WebhookSecret,
        once: Once,
    ) -> Result<Sealed, Error> {
        let known = self.known();
        let unsealable = |why| Error::Internal(Cause::Unsealable(why));
        let number = known.seals_with.clone().map_err(unsealable)?;
        let key = known.keys.get(number);
        let key = key.ok_or_else(|| Error::defect("the key that seals is not there"))?;
        // Enciphered where it stands; what it grows by fits, so no copy of it is left behind.
        let text = secret.reveal().as_bytes();
        let length = text.len().saturating_add(AES_256_GCM.tag_len());
        let mut sealed = Vec::with_capacity(length);
        sealed.extend_from_slice(text);
        let nonce = Nonce::assume_unique_for_key(once);
        let bound = Aad::from(place.bound());
        key.seal_in_place_append_tag(nonce, bound, &mut sealed)
            .map_err(|_unspecified| Error::defect("a secret is too long to be sealed"))?;
        sealed.splice(0..0, once);
        let encoded = STANDARD_NO_PAD.encode(sealed);
        Ok(Sealed::new(format!("{PREFIX}{number}:{encoded}")))
    }

    /// Opens what was sealed for this place, with keys that are read again if they do not.
    ///
    /// # Errors
    /// The key is not there, or it is not the right one for this text in this place.
    pub async fn open_or_read(
        &self,
        place: &Place,
        sealed: &Sealed,
        now: Timestamp,
    ) -> Result<WebhookSecret, Unopened> {
        match self.open(place, sealed) {
            Err(Unopened::UnknownKey(number) | Unopened::Refused(number)) => {
                self.read_for(number, now).await;
                self.open(place, sealed)
            }
            opened => opened,
        }
    }

    /// Opens what was sealed for this place, with the keys that are known. A text from before is
    /// returned as it is.
    ///
    /// # Errors
    /// The key is not known, or it is not the right one for this text in this place.
    pub fn open(&self, place: &Place, sealed: &Sealed) -> Result<WebhookSecret, Unopened> {
        let Some(rest) = sealed.as_text().strip_prefix(PREFIX) else {
            let plain = Zeroizing::new(sealed.as_text().to_owned());
            return Ok(WebhookSecret::new(plain));
        };
        let (number, encoded) = rest.split_once(':').ok_or(Unopened::Damaged)?;
        let number: u32 = number.parse().map_err(|_no_number| Unopened::Damaged)?;
        let bytes = STANDARD_NO_PAD.decode(encoded);
        let bytes = bytes.map_err(|_no_base64| Unopened::Damaged)?;
        open_with(&self.known().keys, number, place, &bytes)
    }

    /// Seals from now on with the newest of the keys that the database has noted, and with no
    /// other; reads the file again if that key is not known here. If none is noted, nothing
    /// changes. It may wait for a disk, as units of work may.
    pub(crate) fn keep_to(&self, registered: &[SealingKey]) -> Result<(), Error> {
        let Some(newest) = registered.last() else {
            return Ok(());
        };
        let is_there = |keys: &Keyring| keys.check(newest.number) == Some(newest.check);
        if !is_there(&self.known().keys) {
            self.take_in((self.source)());
        }
        let known = self.known();
        if !is_there(&known.keys) {
            let why = format!(
                "the database is sealed with key {}, which this process does not have: copy \
                 sealing.key from the node that rotated",
                newest.number
            );
            return Err(Error::Internal(Cause::Unsealable(why)));
        }
        if known.seals_with != Ok(newest.number) {
            self.replace(known.keys.clone(), Ok(newest.number));
        }
        Ok(())
    }

    /// Returns whether this text is sealed with the key that seals now.
    fn is_current(&self, sealed: &Sealed) -> bool {
        let number = self.seals_with();
        number.is_some_and(|number| {
            let prefix = format!("{PREFIX}{number}:");
            sealed.as_text().starts_with(&prefix)
        })
    }

    /// Reads the file again where no executor waits for it. Whoever comes meanwhile waits for that
    /// and not for a reading of its own.
    async fn read_for(&self, number: u32, now: Timestamp) {
        let mut read_for = self.read_for.lock().await;
        read_for.retain(|_, at| *at <= now && now < at.plus(READ_INTERVAL));
        if read_for.contains_key(&number) {
            return;
        }
        let source = Arc::clone(&self.source);
        let read = tokio::task::spawn_blocking(move || source()).await;
        self.take_in(read.unwrap_or_else(|ended| Err(ended.to_string())));
        read_for.insert(number, now);
    }

    /// Another process may have put another key into the file. That does not change which of them
    /// seals: the database decides it.
    fn take_in(&self, read: Result<Keyring, String>) {
        match read {
            Ok(keys) => {
                let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
                let seals_with = known.seals_with.clone();
                *known = Arc::new(Known { keys, seals_with });
            }
            Err(why) => {
                if let Some(unsaid) = UNREAD.turn() {
                    tracing::warn!(unsaid, "the sealing keys cannot be read again: {why}");
                }
            }
        }
    }

    fn known(&self) -> Arc<Known> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&known)
    }
}

fn open_with(
    keys: &Keyring,
    number: u32,
    place: &Place,
    bytes: &[u8],
) -> Result<WebhookSecret, Unopened> {
    let key = keys.get(number).ok_or(Unopened::UnknownKey(number))?;
    let (once, text) = bytes.split_at_checked(NONCE_LEN).ok_or(Unopened::Damaged)?;
    let nonce = Nonce::try_assume_unique_for_key(once);
    let nonce = nonce.map_err(|_length| Unopened::Damaged)?;
    let mut text = Zeroizing::new(text.to_vec());
    let opened = key.open_in_place(nonce, Aad::from(place.bound()), &mut text);
    let opened = opened.map_err(|_unspecified| Unopened::Refused(number))?;
    let opened = str::from_utf8(opened).map_err(|_no_text| Unopened::Damaged)?;
    Ok(WebhookSecret::new(Zeroizing::new(opened.to_owned())))
}

/// The number of the key that a text was sealed with; `None` of a plain or a damaged one.
fn key_of(sealed: &Sealed) -> Option<u32> {
    let (number, _text) = sealed.as_text().strip_prefix(PREFIX)?.split_once(':')?;
    number.parse().ok()
}

/// Returns whether a text is plain, as it was before there was sealing.
pub(crate) fn is_plain(sealed: &Sealed) -> bool {
    !sealed.as_text().starts_with(PREFIX)
}

/// Random bits for one sealing. Drawn before a unit of work, which may run twice: then it seals the
/// same text for the same place.
pub(crate) fn once(app: &App) -> Once {
    let mut once = Once::default();
    for (bit, drawn) in once.iter_mut().zip(app.random_seed()) {
        *bit = drawn;
    }
    once
}

impl fmt::Debug for Sealing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealing").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
