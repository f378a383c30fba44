//! How often someone may try to prove who a shop is on a page: a bucket of attempts per shop. A
//! right answer gives its attempt back, so only wrong ones use it up.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::{Duration, ShopId, Timestamp};

/// How long one attempt takes to come back.
const INTERVAL: Duration = Duration::seconds(30);
/// How long an empty bucket takes to be full: ten attempts.
const DEPTH: Duration = Duration::seconds(300);
/// Most shops that are remembered.
const SHOPS_MAX: usize = 10_000;

/// The buckets of all shops; a bucket is kept as the time at which it is full again.
#[derive(Debug, Default)]
pub(crate) struct Attempts(Mutex<HashMap<ShopId, Timestamp>>);

impl Attempts {
    /// Takes an attempt, if there is one.
    pub(crate) fn take(&self, shop: ShopId, now: Timestamp) -> bool {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= SHOPS_MAX {
            buckets.retain(|_, full_at| now < *full_at);
        }
        let full_at = buckets.get(&shop).copied().unwrap_or(now);
        let next = full_at.clamp(now, now.plus(DEPTH)).plus(INTERVAL);
        // Whoever makes up more shops than are remembered finds no attempt for any other.
        let room = buckets.len() < SHOPS_MAX || buckets.contains_key(&shop);
        if !room || now.plus(DEPTH) < next {
            return false;
        }
        buckets.insert(shop, next);
        true
    }

    /// Gives an attempt back.
    pub(crate) fn give_back(&self, shop: ShopId) {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(full_at) = buckets.get_mut(&shop) {
            *full_at = full_at.minus(INTERVAL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(1_784_548_800_000_000).plus(Duration::seconds(seconds))
    }

    #[test]
    fn wrong_attempts_are_used_up_and_come_back_one_by_one() {
        let attempts = Attempts::default();
        let (one, two) = (ShopId::new(1).unwrap(), ShopId::new(2).unwrap());
        let taken = (0..20).filter(|_| attempts.take(one, at(0))).count();
        assert_eq!(taken, 10);
        assert!(attempts.take(two, at(0)));
        assert!(!attempts.take(one, at(29)));
        assert!(attempts.take(one, at(30)) && !attempts.take(one, at(30)));
    }

    #[test]
    fn right_attempts_cost_nothing() {
        let attempts = Attempts::default();
        let shop = ShopId::new(1).unwrap();
        for _ in 0..100 {
            assert!(attempts.take(shop, at(0)));
            attempts.give_back(shop);
        }
    }

    #[test]
    fn no_more_shops_are_remembered_than_there_is_room_for() {
        let attempts = Attempts::default();
        for number in 1..=20_000 {
            attempts.take(ShopId::new(number).unwrap(), at(0));
        }
        assert_eq!(attempts.0.lock().unwrap().len(), SHOPS_MAX);
        assert!(!attempts.take(ShopId::new(20_000).unwrap(), at(0)));
        assert!(attempts.take(ShopId::new(20_000).unwrap(), at(60)));
    }
}
