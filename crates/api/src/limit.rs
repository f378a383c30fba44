//! How many requests a shop may send: a bucket of permissions per shop. Only shops that have proved
//! who they are get one.

use std::sync::{Mutex, PoisonError};

use domain::bucket::Buckets;
use domain::{Duration, ShopId, Timestamp};

const MICROS_PER_SECOND: i64 = 1_000_000;
/// Most shops that are remembered.
const SHOPS_MAX: usize = 100_000;

/// The buckets of all shops; `None` means no limit.
pub(crate) struct Limiter(Option<Mutex<Buckets<ShopId>>>);

impl Limiter {
    /// `per_second` requests, `burst` of them at once; 0 means no limit.
    pub(crate) fn new(per_second: u32, burst: u32) -> Self {
        let micros = MICROS_PER_SECOND.checked_div(i64::from(per_second));
        Self(micros.map(|micros| {
            let interval = Duration::micros(micros);
            Mutex::new(Buckets::new(interval, burst.max(1), SHOPS_MAX))
        }))
    }

    /// Takes a permission, if there is one.
    pub(crate) fn permits(&self, shop: ShopId, now: Timestamp) -> bool {
        self.0.as_ref().is_none_or(|buckets| {
            let mut buckets = buckets.lock().unwrap_or_else(PoisonError::into_inner);
            buckets.take(shop, now)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Limiter;
    use domain::{ShopId, Timestamp};

    #[test]
    fn so_many_are_permitted_and_zero_is_no_limit() {
        let permitted = |per_second, burst| {
            let limiter = Limiter::new(per_second, burst);
            let shop = ShopId::new(1).unwrap();
            let asked = (0..10_000).filter(|_| limiter.permits(shop, Timestamp::from_micros(0)));
            asked.count()
        };
        assert_eq!(permitted(10, 5), 5);
        assert_eq!(permitted(10, 0), 1);
        assert_eq!(permitted(0, 0), 10_000);
    }
}
