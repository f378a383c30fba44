//! When keys and tokens were last used, for who decides which may go. It is written in the
//! background, once an hour at most for each, and never while a request waits for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::access::Job;
use domain::{Duration, Right, ShopId, Timestamp};
use tracing::warn;

use crate::app::App;
use crate::error::Error;

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
    /// Is it time to write that this was used?
    fn is_due(&self, hash: [u8; 32], now: Timestamp) -> bool {
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

impl App {
    /// Notes that a key or a token was used.
    pub(crate) fn note_use(self: &Arc<Self>, shop: ShopId, hash: [u8; 32], used: Used) {
        let now = self.now();
        if !self.use_of_keys.is_due(hash, now) {
            return;
        }
        let app = Arc::clone(self);
        self.tasks.spawn(async move {
            let unit = move |tx: &mut store::Tx<'_>| {
                match used {
                    Used::Key => store::secret_key::note_use(tx, shop, &hash, now)?,
                    Used::Token => store::grant::note_use_any_shop(tx, &hash, now)?,
                }
                Ok::<_, Error>(())
            };
            let noted = async {
                let meter = app.job(Job::Meter).require_any_shop(Right::UseNote)?;
                meter.write_in(shop, unit).await
            };
            if let Err(error) = noted.await {
                warn!(shop.id = %shop, %error, "the use of a key could not be noted");
            }
        });
    }
}
