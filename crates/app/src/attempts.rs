//! How often somebody may show a wrong key. Whoever shows the right one is never slowed by the
//! wrong ones of others, and nobody can lock a shop's owner out.
//!
//! Counts are kept in the memory of one node. The address that shows a wrong key is logged with the
//! login; the key is not.

use std::fmt;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::bucket::{self, Buckets};
use domain::{Duration, ShopId, Timestamp};
use tracing::warn;

/// Wrong keys of one address at the API and where applications get tokens: how many at once, and
/// how long one takes to come back. A server with a wrong key in its settings shows many.
const ADDRESS_BURST: u32 = 30;
const ADDRESS_INTERVAL: Duration = Duration::seconds(2);
/// Wrong keys of one shop from one address on the page of consent, which people type in.
const PAGE_BURST: u32 = 10;
const PAGE_INTERVAL: Duration = Duration::seconds(30);
/// Wrong keys of one shop on that page from wherever they come; above it each attempt is delayed.
const SHOP_BURST: u32 = 100;
const SHOP_INTERVAL: Duration = Duration::seconds(10);
/// The length of that delay.
const SHOP_DELAY: std::time::Duration = std::time::Duration::from_millis(800);
/// Most addresses and shops that are remembered.
const REMEMBERED_MAX: usize = 10_000;

/// Where a wrong key is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyDoor {
    /// The merchant API.
    Api,
    /// Where applications exchange codes and give tokens back.
    Token,
    /// The page of consent.
    Page,
}

impl KeyDoor {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Api, Self::Token, Self::Page];

    /// Its name in metrics and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Token => "token",
            Self::Page => "page",
        }
    }
}

/// Too many wrong keys; holds after how long the next one is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyKeys(pub Duration);

/// The counts.
#[derive(Debug)]
pub(crate) struct Attempts {
    addresses: Mutex<Buckets<IpAddr>>,
    pages: Mutex<Buckets<(ShopId, IpAddr)>>,
    shops: Mutex<Buckets<ShopId>>,
    wrong: [AtomicU64; KeyDoor::ALL.len()],
}

impl Default for Attempts {
    fn default() -> Self {
        let addresses = Buckets::new(ADDRESS_INTERVAL, ADDRESS_BURST, REMEMBERED_MAX);
        let pages = Buckets::new(PAGE_INTERVAL, PAGE_BURST, REMEMBERED_MAX);
        let shops = Buckets::new(SHOP_INTERVAL, SHOP_BURST, REMEMBERED_MAX);
        Self {
            addresses: Mutex::new(addresses),
            pages: Mutex::new(pages),
            shops: Mutex::new(shops),
            wrong: Default::default(),
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Attempts {
    /// Takes an attempt to prove on a page who a shop is. A successful one is given back. Attempts
    /// from an unknown address are not counted against an address, so that they cannot shut out the
    /// owner.
    pub(crate) fn take_page(
        &self,
        shop: ShopId,
        from: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<PageAttempt, TooManyKeys> {
        let from = from.map(|from| (shop, bucket::network(from)));
        let mut pages = locked(&self.pages);
        if let Some(key) = from
            && !pages.take(key, now)
        {
            return Err(TooManyKeys(pages.wait(&key, now)));
        }
        let counted = locked(&self.shops).take(shop, now);
        Ok(PageAttempt {
            shop,
            from,
            counted,
        })
    }

    /// Gives such an attempt back.
    pub(crate) fn give_back(&self, attempt: &PageAttempt) {
        if let Some(key) = &attempt.from {
            locked(&self.pages).give_back(key);
        }
        if attempt.counted {
            locked(&self.shops).give_back(&attempt.shop);
        }
    }

    fn count(&self, door: KeyDoor) {
        for (of, count) in KeyDoor::ALL.iter().zip(&self.wrong) {
            if *of == door {
                count.fetch_add(1, Relaxed);
            }
        }
    }
}

/// An attempt on the page.
pub(crate) struct PageAttempt {
    shop: ShopId,
    from: Option<(ShopId, IpAddr)>,
    /// Whether it is within the limit of the whole shop.
    counted: bool,
}

impl PageAttempt {
    /// Delays the attempt if somebody tries the shop's keys from many addresses. It only slows them
    /// down: the owner's right key is accepted after the delay.
    #[expect(
        clippy::disallowed_methods,
        reason = "the real time of who tries is what is to be spent"
    )]
    pub(crate) async fn slow_down(&self) {
        if !self.counted {
            tokio::time::sleep(SHOP_DELAY).await;
        }
    }
}

impl Attempts {
    /// Counts a wrong key that somebody showed as `login`; refused if the address has shown too
    /// many.
    pub(crate) fn wrong_key(
        &self,
        door: KeyDoor,
        login: &dyn fmt::Display,
        from: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<(), TooManyKeys> {
        self.count(door);
        let Some(address) = from.map(bucket::network) else {
            let at = door.name();
            warn!(door = at, %login, "a wrong key of {login} was shown from an unknown address");
            return Ok(());
        };
        let mut addresses = locked(&self.addresses);
        // The page has counts of its own, with messages for people.
        if door != KeyDoor::Page && !addresses.take(address, now) {
            return Err(TooManyKeys(addresses.wait(&address, now)));
        }
        drop(addresses);
        let at = door.name();
        warn!(door = at, %login, %address, "a wrong key of {login} was shown from {address}");
        Ok(())
    }

    /// How many wrong keys were shown since the process started, by where.
    pub(crate) fn wrong_keys(&self) -> [(KeyDoor, u64); KeyDoor::ALL.len()] {
        let mut counts = self.wrong.iter();
        KeyDoor::ALL.map(|door| {
            let count = counts.next().map_or(0, |count| count.load(Relaxed));
            (door, count)
        })
    }
}
