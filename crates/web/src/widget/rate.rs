//! How many cards may be given for tokens: a bucket of permissions for each buyer's address in
//! each shop.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use domain::bucket::Buckets;
use domain::{Duration, ShopId, Timestamp};

/// How long one permission takes to come back.
const INTERVAL: Duration = Duration::millis(200);
/// So many at once.
const BURST: u32 = 50;
/// Most buyers that are remembered.
const BUYERS_MAX: usize = 50_000;

type Buyer = (ShopId, Option<IpAddr>);

/// The buckets.
#[derive(Debug)]
pub(crate) struct Limiter(Mutex<Buckets<Buyer>>);

impl Default for Limiter {
    fn default() -> Self {
        Self(Mutex::new(Buckets::new(INTERVAL, BURST, BUYERS_MAX)))
    }
}

impl Limiter {
    /// Takes a permission, if there is one.
    pub(crate) fn permits(&self, shop: ShopId, from: Option<IpAddr>, now: Timestamp) -> bool {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.take((shop, from), now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifty_come_at_once_then_five_a_second_and_each_address_has_its_own() {
        let limiter = Limiter::default();
        let (one, other) = (ShopId::new(1).unwrap(), ShopId::new(2).unwrap());
        let now = Timestamp::from_micros(1_784_548_800_000_000);
        let home: Option<IpAddr> = Some([192, 0, 2, 1].into());
        let many = |shop, from, now| {
            let asked = (0..100).filter(|_| limiter.permits(shop, from, now));
            asked.count()
        };
        assert_eq!(many(one, home, now), 50);
        assert_eq!(many(one, home, now.plus(Duration::seconds(1))), 5);
        assert_eq!(many(one, None, now), 50);
        assert_eq!(many(other, home, now), 50);
    }
}
