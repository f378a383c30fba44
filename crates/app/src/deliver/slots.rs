//! Slots: how many notifications are under way to whom, and who gets the next slot.
//!
//! A receiver that answers quickly always finds a slot. One that does not answer holds its slots
//! for seconds; therefore slow and unknown receivers share smaller pools, and a receiver that hung
//! again and again is tried by one notification at a time until it answers. Shops and hosts have
//! shares: many webhooks of one shop are not many receivers.
//!
//! What is known of receivers is kept in memory and lost with the process.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::Duration;

use domain::{DeliveryId, ShopId, WebhookId};
use store::delivery::{Claimed, Lease};
use tokio::time::Instant;

/// Most notifications under way.
const ALL_MAX: u32 = 1_024;
/// Most of them that began less than [`QUICK`] ago.
const YOUNG_MAX: u32 = 512;
/// Most under way if the next one goes to a slow or new receiver: the rest is for quick ones.
const ALL_BUT_QUICK_MAX: u32 = 768;
/// Most young ones to webhooks that nobody knows yet.
const NEW_MAX: u32 = 128;
/// Most of those to one webhook.
const NEW_PER_WEBHOOK: u32 = 2;
/// Most to webhooks that are slow.
const SLOW_MAX: u32 = 256;
/// Most for one shop, and most to one host.
const SHARE_MAX: u32 = 128;
/// Most of a share that slow webhooks may take.
const SLOW_SHARE_MAX: u32 = 64;
/// An answer within this time is a quick one.
const QUICK: Duration = Duration::from_secs(1);
/// A notification that is longer under way has its lease renewed.
const RENEWED_AFTER: Duration = Duration::from_secs(2);
/// How often a webhook is looked at whose host has nothing left for it: by then it may have moved
/// to another one.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Most webhooks that are known.
const KNOWN_MAX: usize = 10_000;

/// What the last notification to a webhook showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Health {
    /// Nothing yet.
    New,
    /// It ended within [`QUICK`].
    Quick,
    /// It was answered, late.
    Slow,
    /// Nothing came; so many in a row.
    Hung(u32),
}

/// How a notification ended, as far as slots need to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// There was an answer, whatever it said.
    Answered,
    /// There was none.
    Unanswered,
}

/// Whom a slot is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Receiver {
    webhook: WebhookId,
    shop: ShopId,
    host: Host,
}

/// The hash of a host with its port: another port is another server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Host(u64);

/// What is known of a receiver.
#[derive(Clone, Copy, Debug)]
struct Known {
    receiver: Receiver,
    health: Health,
    /// When something left to it last.
    last: Instant,
}

#[derive(Clone, Copy, Debug)]
struct Call {
    receiver: Receiver,
    since: Instant,
    attempts: i64,
}

/// The notifications under way, and what is known of their receivers.
#[derive(Debug)]
pub struct Slots {
    per_webhook_max: u32,
    under_way: BTreeMap<DeliveryId, Call>,
    known: Arc<HashMap<WebhookId, Known>>,
    /// Those whose host has nothing left for them, with when they were looked at last.
    shut: HashMap<WebhookId, Instant>,
    /// Whose turn was last.
    pub(super) after: Option<WebhookId>,
}

/// What is free at a moment; it shrinks with each delivery that it admits.
#[derive(Clone, Debug, Default)]
pub(super) struct Rooms {
    per_webhook_max: u32,
    all: u32,
    young: u32,
    new: u32,
    slow: u32,
    known: Arc<HashMap<WebhookId, Known>>,
    /// Those that are offered one to see whether they have moved from a host that is full.
    looked_at: BTreeSet<WebhookId>,
    /// Those with something under way.
    webhooks: HashMap<WebhookId, Webhook>,
    shops: HashMap<ShopId, Share>,
    hosts: HashMap<Host, Share>,
}

#[derive(Clone, Copy, Debug)]
struct Webhook {
    health: Health,
    /// Whether a delivery to it is slow to end.
    lags: bool,
    under_way: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Share {
    all: u32,
    slow: u32,
    /// Among how many webhooks what is left is divided: those to which something left just now.
    among: u32,
}

impl Receiver {
    fn of(claimed: &Claimed) -> Self {
        Self {
            webhook: claimed.delivery.webhook_id,
            shop: claimed.delivery.shop_id,
            host: Host::of(&claimed.url),
        }
    }
}

impl Host {
    fn of(url: &str) -> Self {
        let (_, rest) = url.split_once("://").unwrap_or(("", url));
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let mut hasher = DefaultHasher::new();
        for byte in rest.bytes().take(end) {
            byte.to_ascii_lowercase().hash(&mut hasher);
        }
        Self(hasher.finish())
    }
}

impl Slots {
    /// Nothing is under way yet; at most `per_webhook_max` will be to each webhook.
    #[must_use]
    pub fn new(per_webhook_max: u32) -> Self {
        Self {
            per_webhook_max,
            under_way: BTreeMap::new(),
            known: Arc::default(),
            shut: HashMap::new(),
            after: None,
        }
    }

    /// A delivery leaves.
    pub(super) fn begin(&mut self, claimed: &Claimed, now: Instant) {
        let call = Call {
            receiver: Receiver::of(claimed),
            since: now,
            attempts: claimed.delivery.attempts,
        };
        self.after = Some(call.receiver.webhook);
        self.under_way.insert(claimed.delivery.id, call);
        let health = self.health(call.receiver.webhook);
        self.learn(call.receiver, health, now);
    }

    /// A delivery is over.
    pub fn end(&mut self, id: DeliveryId, ending: Ending, now: Instant) {
        let Some(call) = self.under_way.remove(&id) else {
            return;
        };
        let health = self.health(call.receiver.webhook);
        let quick = now.saturating_duration_since(call.since) < QUICK;
        let next = match (ending, health) {
            (Ending::Answered | Ending::Unanswered, _) if quick => Health::Quick,
            (Ending::Answered, _) => Health::Slow,
            (Ending::Unanswered, Health::Hung(times)) => Health::Hung(times.saturating_add(1)),
            (Ending::Unanswered, Health::New | Health::Quick | Health::Slow) => Health::Hung(1),
        };
        if next != health {
            self.learn(call.receiver, next, call.since);
        }
    }

    fn health(&self, webhook: WebhookId) -> Health {
        self.known
            .get(&webhook)
            .map_or(Health::New, |known| known.health)
    }

    fn learn(&mut self, receiver: Receiver, health: Health, last: Instant) {
        let known = Arc::make_mut(&mut self.known);
        if KNOWN_MAX <= known.len() && !known.contains_key(&receiver.webhook) {
            known.clear();
        }
        let of = known.entry(receiver.webhook).or_insert(Known {
            receiver,
            health,
            last,
        });
        let last = last.max(of.last);
        *of = Known {
            receiver,
            health,
            last,
        };
    }

    /// What is so long under way that its lease has to be renewed.
    #[must_use]
    pub fn to_renew(&self, now: Instant) -> Vec<Lease> {
        let old = self
            .under_way
            .iter()
            .filter(|(_, call)| RENEWED_AFTER <= now.saturating_duration_since(call.since));
        old.map(|(id, call)| Lease {
            id: *id,
            attempts: call.attempts,
        })
        .collect()
    }

    /// What is free now.
    pub(super) fn rooms(&mut self, now: Instant) -> Rooms {
        let mut rooms = Rooms {
            per_webhook_max: self.per_webhook_max,
            known: Arc::clone(&self.known),
            ..Rooms::default()
        };
        let is_young = |call: &Call| now.saturating_duration_since(call.since) < QUICK;
        for call in self.under_way.values().filter(|call| !is_young(call)) {
            let id = call.receiver.webhook;
            let mut webhook = rooms.webhook(id);
            webhook.lags = true;
            rooms.webhooks.insert(id, webhook);
        }
        for call in self.under_way.values() {
            rooms.take(call.receiver, is_young(call));
        }
        let busy = |known: &&Known| now.saturating_duration_since(known.last) < QUICK;
        for known in self.known.values().filter(busy) {
            rooms.shops.entry(known.receiver.shop).or_default().among += 1;
            rooms.hosts.entry(known.receiver.host).or_default().among += 1;
        }
        rooms.looked_at = self.look_at_shut(&rooms, now);
        rooms
    }

    /// The host of a webhook is only known from its deliveries. So a webhook whose host is full is
    /// offered one now and then, in case it has moved.
    fn look_at_shut(&mut self, rooms: &Rooms, now: Instant) -> BTreeSet<WebhookId> {
        let shut = rooms.shut();
        self.shut.retain(|id, _| shut.contains(id));
        let mut due = BTreeSet::new();
        for id in shut {
            let last = *self.shut.entry(id).or_insert(now);
            if LOOK_AGAIN <= now.saturating_duration_since(last) {
                self.shut.insert(id, now);
                due.insert(id);
            }
        }
        due
    }
}

impl Rooms {
    /// How many may leave now.
    pub(super) fn free(&self) -> u32 {
        let young = YOUNG_MAX.saturating_sub(self.young);
        young.min(ALL_MAX.saturating_sub(self.all))
    }

    /// The webhooks that may get less than others, with how much. Of what is left to a shop or a
    /// host each of its webhooks is offered a part, so that few are looked at in vain.
    pub(super) fn narrow(&self) -> Vec<(WebhookId, u32)> {
        let rooms = self.known.iter().map(|(id, known)| {
            let webhook = self.webhook(*id);
            let (shop, host) = self.shares(known.receiver);
            let of_host = match self.looked_at.contains(id) {
                true => 1,
                false => host.part(webhook),
            };
            let part = shop.part(webhook).min(of_host);
            (*id, self.room(webhook).min(part))
        });
        let mut narrow: Vec<(WebhookId, u32)> = rooms
            .filter(|(_, room)| *room < self.per_webhook_max)
            .collect();
        narrow.sort_unstable();
        narrow
    }

    /// The webhooks for which their hosts have nothing left.
    fn shut(&self) -> BTreeSet<WebhookId> {
        if !self.hosts.values().any(|share| share.is_full()) {
            return BTreeSet::new();
        }
        let shut = self.known.iter().filter(|(id, known)| {
            let (_, host) = self.shares(known.receiver);
            host.left(self.webhook(**id)) == 0
        });
        shut.map(|(id, _)| *id).collect()
    }

    /// Returns whether a delivery may leave; if so, its slot is taken.
    pub(super) fn admits(&mut self, claimed: &Claimed) -> bool {
        let receiver = Receiver::of(claimed);
        let webhook = self.webhook(receiver.webhook);
        let (shop, host) = self.shares(receiver);
        let shared = 0 < shop.left(webhook) && 0 < host.left(webhook);
        let admitted = shared && 0 < self.free() && 0 < self.room(webhook);
        if admitted {
            self.take(receiver, true);
        }
        admitted
    }

    /// What the shop and the host of a receiver have under way.
    fn shares(&self, receiver: Receiver) -> (Share, Share) {
        let shop = self.shops.get(&receiver.shop).copied();
        let host = self.hosts.get(&receiver.host).copied();
        (shop.unwrap_or_default(), host.unwrap_or_default())
    }

    /// How many more a webhook may get, without regard to the shares of its shop and host. The
    /// fewer are left, the less one may have.
    fn room(&self, webhook: Webhook) -> u32 {
        let most = match self.all {
            ..YOUNG_MAX => self.per_webhook_max,
            YOUNG_MAX..ALL_BUT_QUICK_MAX => (self.per_webhook_max / 4).max(1),
            ALL_BUT_QUICK_MAX.. => 1,
        };
        let but_quick = ALL_BUT_QUICK_MAX.saturating_sub(self.all);
        let each = match webhook.health {
            Health::New if NEW_MAX / 2 <= self.new => 1,
            Health::New => most.min(NEW_PER_WEBHOOK),
            Health::Quick | Health::Slow => most,
            Health::Hung(1) => (most / 4).max(1),
            Health::Hung(_) => 1,
        };
        let pool = match webhook.health {
            _ if webhook.is_slow() => SLOW_MAX.saturating_sub(self.slow).min(but_quick),
            Health::New => NEW_MAX.saturating_sub(self.new).min(but_quick),
            Health::Quick | Health::Slow | Health::Hung(_) => most,
        };
        each.saturating_sub(webhook.under_way).min(pool)
    }

    fn take(&mut self, receiver: Receiver, young: bool) {
        let mut webhook = self.webhook(receiver.webhook);
        webhook.under_way += 1;
        self.webhooks.insert(receiver.webhook, webhook);
        let slow = u32::from(webhook.is_slow());
        self.all += 1;
        self.young += u32::from(young);
        self.new += u32::from(young && webhook.health == Health::New);
        self.slow += slow;
        let shop = self.shops.entry(receiver.shop).or_default();
        let host = self.hosts.entry(receiver.host).or_default();
        for share in [shop, host] {
            share.all += 1;
            share.slow += slow;
        }
    }

    fn webhook(&self, id: WebhookId) -> Webhook {
        let idle = || Webhook {
            health: self.known.get(&id).map_or(Health::New, |it| it.health),
            lags: false,
            under_way: 0,
        };
        self.webhooks.get(&id).copied().unwrap_or_else(idle)
    }
}

impl Share {
    /// How many more may leave to a webhook of this shop or host.
    fn left(self, webhook: Webhook) -> u32 {
        let slow = match webhook.is_slow() {
            true => SLOW_SHARE_MAX.saturating_sub(self.slow),
            false => u32::MAX,
        };
        SHARE_MAX.saturating_sub(self.all).min(slow)
    }

    /// Returns whether there are webhooks for which nothing is left.
    fn is_full(self) -> bool {
        SHARE_MAX <= self.all || SLOW_SHARE_MAX <= self.slow
    }

    /// What a webhook is offered of what is left.
    fn part(self, webhook: Webhook) -> u32 {
        self.left(webhook).div_ceil(self.among.max(1))
    }
}

impl Webhook {
    fn is_slow(self) -> bool {
        match self.health {
            Health::New | Health::Quick => self.lags,
            Health::Slow | Health::Hung(_) => true,
        }
    }
}

#[cfg(test)]
mod tests;
