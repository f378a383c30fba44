//! How many requests a shop may send: a bucket of permissions per shop, filled at a steady rate.
//!
//! A bucket is kept as one number, the time at which it is full again (the generic cell rate
//! algorithm). Only shops that have proved who they are get one.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::{Duration, ShopId, Timestamp};

const MICROS_PER_SECOND: i64 = 1_000_000;

/// The buckets of all shops.
pub(crate) struct Limiter {
    /// How long one permission takes to come back; zero is no limit.
    interval: Duration,
    /// How long an empty bucket takes to be full.
    depth: Duration,
    full_at: Mutex<HashMap<ShopId, Timestamp>>,
}

impl Limiter {
    /// `per_second` requests, `burst` of them at once; 0 is no limit.
    pub(crate) fn new(per_second: u32, burst: u32) -> Self {
        let micros = MICROS_PER_SECOND
            .checked_div(i64::from(per_second))
            .unwrap_or(0);
        Self {
            interval: Duration::micros(micros),
            depth: Duration::micros(micros.saturating_mul(i64::from(burst.max(1)))),
            full_at: Mutex::default(),
        }
    }

    /// Takes a permission, if there is one.
    pub(crate) fn permits(&self, shop: ShopId, now: Timestamp) -> bool {
        if self.interval == Duration::ZERO {
            return true;
        }
        let mut buckets = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let full_at = buckets.entry(shop).or_insert(now);
        // A clock that was set back must not shut a shop out for long.
        *full_at = (*full_at).clamp(now, now.plus(self.depth));
        let next = full_at.plus(self.interval);
        if now.plus(self.depth) < next {
            return false;
        }
        *full_at = next;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(1_784_548_800_000_000 + micros)
    }

    fn permitted(limiter: &Limiter, shop: i64, micros: i64, requests: usize) -> usize {
        let shop = ShopId::new(shop).unwrap();
        (0..requests)
            .filter(|_| limiter.permits(shop, at(micros)))
            .count()
    }

    #[test]
    fn a_shop_may_send_a_burst_and_then_at_its_rate() {
        let limiter = Limiter::new(10, 5);
        assert_eq!(permitted(&limiter, 1, 0, 20), 5);
        assert_eq!(permitted(&limiter, 1, 99_999, 5), 0);
        assert_eq!(permitted(&limiter, 1, 100_000, 5), 1);
        assert_eq!(permitted(&limiter, 1, 400_000, 5), 3);
        assert_eq!(permitted(&limiter, 1, 3_600_000_000, 20), 5);
    }

    #[test]
    fn shops_do_not_use_each_others_permissions() {
        let limiter = Limiter::new(10, 5);
        assert_eq!(permitted(&limiter, 1, 0, 20), 5);
        assert_eq!(permitted(&limiter, 2, 0, 20), 5);
    }

    #[test]
    fn zero_is_no_limit() {
        assert_eq!(permitted(&Limiter::new(0, 0), 1, 0, 10_000), 10_000);
    }

    #[test]
    fn a_clock_that_is_set_back_shuts_nobody_out_for_long() {
        let limiter = Limiter::new(10, 5);
        assert_eq!(permitted(&limiter, 1, 86_400_000_000, 20), 5);
        assert_eq!(permitted(&limiter, 1, 0, 20), 0);
        assert_eq!(permitted(&limiter, 1, 500_000, 20), 5);
    }
}
