//! When keys and tokens were last used, to help decide which can be removed. It is written in the
//! background, at most once an hour for each, and never while a request waits for it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::{Duration, Timestamp};

/// How long a use is not written again.
const INTERVAL: Duration = Duration::hours(1);
/// Most keys that are remembered.
const KEYS_MAX: usize = 10_000;

/// What was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Used {
    /// A shop's secret key.
    Key,
    /// An application's token.
    Token,
}

/// When the use of each was last written by this process, by its hash.
#[derive(Debug, Default)]
pub(crate) struct UseOfKeys(Mutex<HashMap<[u8; 32], Timestamp>>);

impl UseOfKeys {
    /// Returns whether it is time to write that this was used.
    pub(crate) fn is_due(&self, hash: [u8; 32], now: Timestamp) -> bool {
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = written.get(&hash)
            && now < at.plus(INTERVAL)
        {
            return false;
        }
        if KEYS_MAX <= written.len() {
            written.clear();
        }
        written.insert(hash, now);
        true
    }
}
