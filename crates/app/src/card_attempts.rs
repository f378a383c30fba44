//! How often cards may be tried: one place before every door that takes a card, so that a thief of
//! numbers cannot tell the good ones from the bad ones here.
//!
//! Every attempt that reaches the bank is counted by the address that it comes from, by the card
//! and by the shop. One that the bank approves is given back: what is left are declines and
//! confirmations that nobody gave, of which honest buyers have few. A shop's own server is no
//! buyer's address; of its requests the address is the buyer's that it names, if it names one.
//! Such an address counts in that shop alone, as do all of a test shop: nobody shuts the buyers of
//! others out by a name. A shop's or gateway's key has its own limit of requests.
//!
//! One that comes to nothing here, because its unit failed or its call never arrived, is given back
//! too.
//!
//! Counts stand in the memory of one node, and cards in it as hashes under a key of the process. So
//! several nodes together allow several times as many. What one of them counted is given back by
//! itself alone: where another hears the approval (a callback, the bank's page, a look-up), the
//! attempt stays counted here, as one that was declined does, for as long as it takes to come back
//! by the hour. That is the safe side, and limits are far above what honest buyers need.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use card::CardNumber;
use domain::bucket::{self, Buckets};
use domain::{Answer, Duration, OperationId, Shop, ShopId, Timestamp};
use sha2::{Digest as _, Sha256};
use tracing::warn;

/// Most addresses, cards and shops that are remembered.
const REMEMBERED_MAX: usize = 50_000;
/// Most attempts that wait for their answer, a payer's included.
const OPEN_MAX: usize = 50_000;
/// How long one of them is remembered once there are too many: as long as a payer has.
const OPEN_LIFE: Duration = Duration::hours(1);
/// How far apart lines of the log about one limit are.
const LOG_PAUSE: Duration = Duration::seconds(1);

/// How many attempts that are not approved there may be at once, and again in each hour; 0 is as
/// many as there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardLimits {
    /// From one address: many buyers may stand behind one, a network of IPv6 counts as one.
    pub per_address: u32,
    /// With one card of a shop that is no test: everybody types the same test cards.
    pub per_card: u32,
    /// In one shop: a brake for numbers tried from many addresses, far above an honest hour.
    pub per_shop: u32,
}

impl Default for CardLimits {
    fn default() -> Self {
        Self {
            per_address: 240,
            per_card: 20,
            per_shop: 20_000,
        }
    }
}

/// What is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The attempts of one payment or binding.
    Object,
    /// Those from one address.
    Address,
    /// Those with one card.
    Card,
    /// Those in one shop.
    Shop,
}

impl Limit {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Object, Self::Address, Self::Card, Self::Shop];

    /// Its name in metrics and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Object => "object",
            Self::Address => "address",
            Self::Card => "card",
            Self::Shop => "shop",
        }
    }
}

/// A card is not tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cards were tried too often: the limit by {} is used up", .limit.name())]
pub struct Exceeded {
    /// What is used up.
    pub limit: Limit,
    /// After how long another attempt is possible; `None` if never.
    pub wait: Option<Duration>,
}

/// A buyer's address.
#[derive(Clone, Copy)]
pub(crate) enum Whence {
    /// The platform saw it.
    Seen(IpAddr),
    /// The shop's server named it.
    Named(IpAddr),
}

/// An attempt.
#[derive(Clone, Copy)]
pub(crate) struct Tried<'a> {
    /// The buyer's address, where it is known.
    pub(crate) from: Option<Whence>,
    /// The card, where its number is at hand.
    pub(crate) number: Option<&'a CardNumber>,
    /// The shop, where money or a saved card is asked for; a token's card is asked for later.
    pub(crate) shop: Option<ShopId>,
}

/// What an attempt has used, to be given back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Used {
    address: Option<Place>,
    card: Option<Card>,
    shop: Option<ShopId>,
}

/// An address, or a network of IPv6; of one shop alone if its count is not shared by all shops.
type Place = (Option<ShopId>, IpAddr);

/// A card number's hash.
type Card = [u8; 16];

/// What an attempt is known by while it is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// A call to the acquirer.
    Operation(OperationId),
    /// The hash of a token that a card was exchanged for.
    Token([u8; 32]),
}

/// What a unit of work has counted, until it is known whether the unit was committed.
#[derive(Clone, Default)]
pub(crate) struct Tally(Arc<Mutex<Option<Counted>>>);

#[derive(Clone, Copy)]
struct Counted {
    operation: OperationId,
    /// The token that the attempt uses up, by its hash.
    token: Option<[u8; 32]>,
}

/// Gives back what a unit counts, unless it is told that the unit was committed.
pub(crate) struct Trial<'a> {
    attempts: &'a CardAttempts,
    tally: Tally,
}

impl<'a> Trial<'a> {
    pub(crate) fn new(attempts: &'a CardAttempts) -> Self {
        let tally = Tally::default();
        Self { attempts, tally }
    }

    /// Where the unit notes what it counts.
    pub(crate) fn tally(&self) -> Tally {
        self.tally.clone()
    }

    /// The unit was committed.
    pub(crate) fn stands(self) {
        *self.tally.counted() = None;
    }
}

impl Drop for Trial<'_> {
    fn drop(&mut self) {
        self.tally.undo(self.attempts);
    }
}

impl Tally {
    fn counted(&self) -> MutexGuard<'_, Option<Counted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes one attempt. A unit that runs twice takes it once, since it makes the same operation
    /// again.
    pub(crate) fn take(
        &self,
        attempts: &CardAttempts,
        operation: OperationId,
        (tried, shop, now): (Tried<'_>, &Shop, Timestamp),
    ) -> Result<(), Exceeded> {
        attempts.take(Key::Operation(operation), tried, shop, now)?;
        let token = self.counted().and_then(|before| before.token);
        *self.counted() = Some(Counted { operation, token });
        Ok(())
    }

    /// Gives back what was counted.
    pub(crate) fn undo(&self, attempts: &CardAttempts) {
        if let Some(counted) = self.counted().take() {
            attempts.undo(&counted);
        }
    }

    /// The card of a token is now tried by the operation that was counted.
    pub(crate) fn carry_over(&self, attempts: &CardAttempts, token: [u8; 32]) {
        if let Some(counted) = self.counted().as_mut()
            && attempts.carry_over(token, counted.operation)
        {
            counted.token = Some(token);
        }
    }
}

/// The counts.
pub(crate) struct CardAttempts {
    secret: [u8; 32],
    counts: Mutex<Counts>,
    refused: [AtomicU64; Limit::ALL.len()],
    logged: [AtomicI64; Limit::ALL.len()],
}

struct Counts {
    addresses: Option<Buckets<Place>>,
    cards: Option<Buckets<Card>>,
    shops: Option<Buckets<ShopId>>,
    open: HashMap<Key, (Used, Timestamp)>,
}

impl CardAttempts {
    /// Nothing was tried yet.
    pub(crate) fn new(limits: CardLimits, secret: [u8; 32]) -> Self {
        let counts = Counts {
            addresses: hourly(limits.per_address),
            cards: hourly(limits.per_card),
            shops: hourly(limits.per_shop),
            open: HashMap::new(),
        };
        Self {
            secret,
            counts: Mutex::new(counts),
            refused: Default::default(),
            logged: Default::default(),
        }
    }

    /// Takes one attempt whose end the caller waits for.
    pub(crate) fn take_once(
        &self,
        tried: Tried<'_>,
        shop: &Shop,
        now: Timestamp,
    ) -> Result<Used, Exceeded> {
        let used = self.used(tried, shop);
        let outcome = self.counts().try_take(used, now);
        if let Err(exceeded) = outcome {
            self.refuse(exceeded.limit, shop.id, now);
        }
        outcome.map(|()| used)
    }

    /// Gives back what such an attempt has used.
    pub(crate) fn give_back(&self, used: Used) {
        self.counts().give_back(used);
    }

    fn used(&self, tried: Tried<'_>, shop: &Shop) -> Used {
        let number = tried.number.filter(|_| !shop.test);
        let place = |from| match from {
            Whence::Seen(address) if !shop.test => (None, bucket::network(address)),
            Whence::Seen(address) | Whence::Named(address) => {
                (Some(shop.id), bucket::network(address))
            }
        };
        Used {
            address: tried.from.map(place),
            card: number.map(|number| self.hash(number)),
            shop: tried.shop,
        }
    }

    /// Takes one attempt, the same only once.
    pub(crate) fn take(
        &self,
        key: Key,
        tried: Tried<'_>,
        shop: &Shop,
        now: Timestamp,
    ) -> Result<(), Exceeded> {
        let used = self.used(tried, shop);
        let outcome = self.counts().take(key, used, now);
        if let Err(exceeded) = outcome {
            self.refuse(exceeded.limit, shop.id, now);
        }
        outcome
    }

    /// The card of a token is now tried by this operation, which takes over what the token has
    /// used. Returns whether there was anything to take over.
    fn carry_over(&self, token: [u8; 32], operation: OperationId) -> bool {
        let mut counts = self.counts();
        let Some((carried, _)) = counts.open.remove(&Key::Token(token)) else {
            return false;
        };
        let Some((used, _)) = counts.open.get_mut(&Key::Operation(operation)) else {
            return false;
        };
        // It is counted once: at the address where the card was typed, and not at the one that the
        // shop names.
        let named = Used {
            address: used.address.take(),
            card: used.card.take(),
            shop: None,
        };
        used.address = carried.address;
        used.card = carried.card;
        counts.give_back(named);
        true
    }

    /// The unit that counted an attempt was undone, or nobody waited for its end: no call leaves. A
    /// token that it was to use up is as it was before.
    fn undo(&self, counted: &Counted) {
        let mut counts = self.counts();
        let Some((mut used, taken_at)) = counts.open.remove(&Key::Operation(counted.operation))
        else {
            return;
        };
        if let Some(token) = counted.token {
            let of_token = Used {
                address: used.address.take(),
                card: used.card.take(),
                shop: None,
            };
            counts.open.insert(Key::Token(token), (of_token, taken_at));
        }
        counts.give_back(used);
    }

    /// Takes in the answer about an attempt, however often it comes.
    pub(crate) fn heard(&self, operation: OperationId, answer: &Answer) {
        match answer {
            Answer::Challenged(_) => {}
            Answer::Approved(_) => self.ended(Key::Operation(operation), true),
            Answer::Declined { .. } => self.ended(Key::Operation(operation), false),
        }
    }

    /// An attempt never arrived: no card was tried.
    pub(crate) fn never_arrived(&self, operation: OperationId) {
        self.ended(Key::Operation(operation), true);
    }

    /// An attempt is over; if `free`, it no longer counts.
    pub(crate) fn ended(&self, key: Key, free: bool) {
        let mut counts = self.counts();
        if let Some((used, _)) = counts.open.remove(&key)
            && free
        {
            counts.give_back(used);
        }
    }

    /// Counts a card that was not tried, and logs that.
    pub(crate) fn refuse(&self, limit: Limit, shop: ShopId, now: Timestamp) {
        for (of, (count, logged)) in Limit::ALL.iter().zip(self.refused.iter().zip(&self.logged)) {
            if *of != limit {
                continue;
            }
            count.fetch_add(1, Relaxed);
            let last = Timestamp::from_micros(logged.load(Relaxed));
            if last.plus(LOG_PAUSE) <= now || now < last {
                logged.store(now.as_micros(), Relaxed);
                let by = limit.name();
                warn!(shop.id = %shop, limit = by, "cards were tried too often, by {by}");
            }
        }
    }

    /// How many cards were not tried since the process started, by what was used up.
    pub(crate) fn refused(&self) -> [(Limit, u64); Limit::ALL.len()] {
        let mut counts = self.refused.iter();
        Limit::ALL.map(|limit| {
            let count = counts.next().map_or(0, |count| count.load(Relaxed));
            (limit, count)
        })
    }

    fn hash(&self, number: &CardNumber) -> Card {
        let hash = Sha256::new().chain_update(self.secret);
        let hash: [u8; 32] = hash.chain_update(number.reveal()).finalize().into();
        let mut card = Card::default();
        card.copy_from_slice(&hash[..16]);
        card
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hourly<K: Eq + std::hash::Hash>(attempts: u32) -> Option<Buckets<K>> {
    let interval = Duration::hours(1).as_micros().checked_div(attempts.into());
    interval.map(|interval| Buckets::new(Duration::micros(interval), attempts, REMEMBERED_MAX))
}

impl Counts {
    fn take(&mut self, key: Key, used: Used, now: Timestamp) -> Result<(), Exceeded> {
        if self.open.contains_key(&key) {
            return Ok(());
        }
        self.try_take(used, now)?;
        if self.open.len() >= OPEN_MAX {
            let old = now.minus(OPEN_LIFE);
            self.open.retain(|_, (_, taken_at)| old < *taken_at);
        }
        if self.open.len() >= OPEN_MAX {
            self.open.clear();
        }
        self.open.insert(key, (used, now));
        Ok(())
    }

    /// Takes all or nothing.
    fn try_take(&mut self, used: Used, now: Timestamp) -> Result<(), Exceeded> {
        let mut taken = Used::default();
        let checked = try_take(&mut self.addresses, used.address, Limit::Address, now)
            .inspect(|()| taken.address = used.address)
            .and_then(|()| try_take(&mut self.cards, used.card, Limit::Card, now))
            .inspect(|()| taken.card = used.card)
            .and_then(|()| try_take(&mut self.shops, used.shop, Limit::Shop, now));
        if checked.is_err() {
            self.give_back(taken);
        }
        checked
    }

    fn give_back(&mut self, used: Used) {
        give_back(&mut self.addresses, used.address);
        give_back(&mut self.cards, used.card);
        give_back(&mut self.shops, used.shop);
    }
}

fn try_take<K: Eq + std::hash::Hash + Copy>(
    buckets: &mut Option<Buckets<K>>,
    key: Option<K>,
    limit: Limit,
    now: Timestamp,
) -> Result<(), Exceeded> {
    let (Some(buckets), Some(key)) = (buckets, key) else {
        return Ok(());
    };
    if buckets.take(key, now) {
        return Ok(());
    }
    let wait = Some(buckets.wait(&key, now));
    Err(Exceeded { limit, wait })
}

fn give_back<K: Eq + std::hash::Hash>(buckets: &mut Option<Buckets<K>>, key: Option<K>) {
    if let (Some(buckets), Some(key)) = (buckets, key) {
        buckets.give_back(&key);
    }
}
