//! How often someone may try to prove who a shop is on a page: a bucket of attempts per shop. A
//! right answer gives its attempt back, so only wrong ones use it up.

use std::sync::{Mutex, PoisonError};

use domain::bucket::Buckets;
use domain::{Duration, ShopId, Timestamp};

/// How long one attempt takes to come back.
const INTERVAL: Duration = Duration::seconds(30);
/// So many at once.
const BURST: u32 = 10;
/// Most shops that are remembered.
const SHOPS_MAX: usize = 10_000;

/// The buckets of all shops.
#[derive(Debug)]
pub(crate) struct Attempts(Mutex<Buckets<ShopId>>);

impl Default for Attempts {
    fn default() -> Self {
        Self(Mutex::new(Buckets::new(INTERVAL, BURST, SHOPS_MAX)))
    }
}

impl Attempts {
    /// Takes an attempt, if there is one.
    pub(crate) fn take(&self, shop: ShopId, now: Timestamp) -> bool {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.take(shop, now)
    }

    /// Gives an attempt back.
    pub(crate) fn give_back(&self, shop: ShopId) {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.give_back(&shop);
    }
}
