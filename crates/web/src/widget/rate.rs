//! How many cards may be given for tokens: a bucket of permissions for each buyer's address in
//! each shop.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};

use axum::Extension;
use axum::extract::ConnectInfo;
use domain::bucket::Buckets;
use domain::{Duration, ShopId, Timestamp};
use http::HeaderMap;

/// How long one permission takes to come back.
const INTERVAL: Duration = Duration::millis(200);
/// So many at once.
const BURST: u32 = 50;
/// Most buyers that are remembered.
const BUYERS_MAX: usize = 50_000;

type Buyer = (ShopId, Option<IpAddr>);

/// Where a request comes from. A proxy on the same machine is believed when it says for whom it
/// asks.
pub(crate) fn client(
    from: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: &HeaderMap,
) -> Option<IpAddr> {
    let peer = from.map(|Extension(ConnectInfo(address))| address.ip())?;
    let said = headers.get("x-real-ip").filter(|_| peer.is_loopback());
    let said = said.and_then(|value| value.to_str().ok());
    Some(said.and_then(|text| text.parse().ok()).unwrap_or(peer))
}

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
    fn a_proxy_on_the_same_machine_is_believed_and_nobody_else() {
        let mut headers = HeaderMap::new();
        headers.insert("x-real-ip", http::HeaderValue::from_static("192.0.2.7"));
        let from = |ip: [u8; 4]| Some(Extension(ConnectInfo(SocketAddr::from((ip, 5_000)))));
        let said: IpAddr = [192, 0, 2, 7].into();
        assert_eq!(client(from([127, 0, 0, 1]), &headers), Some(said));
        let elsewhere = [198, 51, 100, 1];
        assert_eq!(client(from(elsewhere), &headers), Some(elsewhere.into()));
        assert_eq!(client(None, &headers), None);
    }

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
