//! Who may have a connection. There is a limit in all and one for each address, where a whole
//! network of IPv6 counts as one. The requests of a trusted proxy count for the client that it
//! names, one by one. If all places are taken, an idle connection is ended, or else one of the
//! address that has most. A few spare places are for saying that there is no room, and for the
//! questions whether the server is alive and ready.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::Timestamp;
use domain::bucket::{Buckets, network};
use tokio::time::Instant;

use super::line::{Doing, Line};

/// One holder may have this share of the spare places: one part of so many.
const SPARE_SHARE: usize = 4;
/// How often all connections are searched for an idle one.
const LOOK: Duration = Duration::from_millis(10);
/// How many connections of one holder are checked each time; the next search goes on from there.
const LOOKED_AT_MAX: usize = 64;
/// How often one holder is told that there is no room, after the first few times. Telling costs as
/// much as answering; after that, connections are cut.
const TOLD_INTERVAL: domain::Duration = domain::Duration::micros(10_000);
/// For how many holders that is remembered.
const TOLD_MAX: usize = 4_096;

/// How many connections there may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Most {
    pub(super) in_all: usize,
    pub(super) per_address: usize,
    pub(super) spare: usize,
    /// Bytes of answers that nobody has read yet.
    pub(super) unread_bytes: usize,
}

/// The connections that are open.
#[derive(Debug)]
pub(super) struct Places {
    most: Most,
    begun: Instant,
    taken: Mutex<Taken>,
}

/// Whoever a connection is counted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Holder {
    Address(IpAddr),
    /// A trusted proxy, which asks for others.
    Proxy(IpAddr),
}

/// In the order in which they came.
type Lines = BTreeMap<u64, Arc<Line>>;

#[derive(Debug)]
struct Taken {
    next: u64,
    total: usize,
    by_holder: BTreeMap<Holder, Lines>,
    /// How many connections each of them has.
    by_size: BTreeSet<(usize, Holder)>,
    /// When no connection was idle at the last search, so that not every new connection searches
    /// again.
    nothing_rests: Option<Instant>,
    /// How far the connections of a holder were searched.
    looked_to: BTreeMap<Holder, u64>,
    /// Who was told that there is no room.
    told: Buckets<Holder>,
    spare: BTreeMap<u64, (Holder, Arc<Line>)>,
    /// Open requests that came through proxies, by client.
    asked_for: BTreeMap<IpAddr, usize>,
}

/// The place of a connection.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    number: u64,
    holder: Mutex<Holder>,
    pub(super) line: Arc<Line>,
    /// Whether it is a spare place.
    pub(super) is_spare: bool,
}

/// An open request for a client behind a proxy.
#[derive(Debug)]
pub(super) struct AskedFor {
    places: Arc<Places>,
    client: IpAddr,
}

impl Places {
    pub(super) fn new(most: Most) -> Arc<Self> {
        let share = u32::try_from(most.spare.div_ceil(SPARE_SHARE)).unwrap_or(u32::MAX);
        let taken = Taken {
            next: 0,
            total: 0,
            by_holder: BTreeMap::new(),
            by_size: BTreeSet::new(),
            nothing_rests: None,
            looked_to: BTreeMap::new(),
            told: Buckets::new(TOLD_INTERVAL, share, TOLD_MAX),
            spare: BTreeMap::new(),
            asked_for: BTreeMap::new(),
        };
        Arc::new(Self {
            most,
            begun: Instant::now(),
            taken: Mutex::new(taken),
        })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a connection from this address, which may be a spare one. `None` if there is
    /// none.
    pub(super) fn take(self: &Arc<Self>, from: IpAddr, trusted: bool) -> Option<Place> {
        let holder = if trusted {
            Holder::Proxy(from)
        } else {
            Holder::Address(network(from))
        };
        let mut taken = self.taken();
        let permitted = taken.has_room_for(holder, self.most.per_address);
        let is_spare = !(permitted && taken.has_room(holder, self.most.in_all));
        if is_spare && !taken.may_tell(holder, self.most.spare, self.begun) {
            return None;
        }
        let line = Arc::new(Line::default());
        let number = taken.next;
        taken.next = number.saturating_add(1);
        if is_spare {
            taken.take_spare(holder, (number, &line), self.most.spare);
        } else {
            taken.insert(holder, number, Arc::clone(&line));
        }
        Some(Place {
            places: Arc::clone(self),
            number,
            holder: Mutex::new(holder),
            line,
            is_spare,
        })
    }

    /// Ends an idle connection, or one of whoever has most. Returns whether there was one.
    pub(super) fn make_room(&self) -> bool {
        let mut taken = self.taken();
        taken.end_idle() || taken.end_of_most(0)
    }

    /// A request for a client behind a proxy begins. `None` if it has too many already.
    pub(super) fn ask_for(self: &Arc<Self>, client: IpAddr) -> Option<AskedFor> {
        let client = network(client);
        let mut taken = self.taken();
        let count = taken.asked_for.entry(client).or_default();
        if self.most.per_address <= *count {
            return None;
        }
        *count = count.saturating_add(1);
        Some(AskedFor {
            places: Arc::clone(self),
            client,
        })
    }

    /// While too much of all answers is unread, ends connections whose answers are not read, first
    /// those of the address with the most unread.
    pub(super) fn shed_unread(&self) {
        let mut taken = self.taken();
        loop {
            let unread = |lines: &Lines| {
                let each = lines.values().map(|line| line.unread.load(Relaxed));
                each.fold(0, usize::saturating_add)
            };
            let by_holder = taken.by_holder.iter();
            let by_holder: Vec<_> = by_holder
                .map(|(who, lines)| (unread(lines), *who))
                .collect();
            let in_all = by_holder
                .iter()
                .fold(0_usize, |sum, (bytes, _)| sum.saturating_add(*bytes));
            let most = by_holder.into_iter().max();
            let Some((_, holder)) = most.filter(|_| self.most.unread_bytes < in_all) else {
                return;
            };
            let lines = taken.by_holder.get(&holder).into_iter().flatten();
            let worst = lines.max_by_key(|(_, line)| line.unread.load(Relaxed));
            let Some(number) = worst.map(|(number, _)| *number) else {
                return;
            };
            taken.end(holder, number);
        }
    }
}

impl Taken {
    fn count(&self, holder: Holder) -> usize {
        self.by_holder.get(&holder).map_or(0, BTreeMap::len)
    }

    fn insert(&mut self, holder: Holder, number: u64, line: Arc<Line>) {
        let lines = self.by_holder.entry(holder).or_default();
        self.by_size.remove(&(lines.len(), holder));
        lines.insert(number, line);
        self.by_size.insert((lines.len(), holder));
        self.total = self.total.saturating_add(1);
    }

    fn remove(&mut self, holder: Holder, number: u64) -> Option<Arc<Line>> {
        let lines = self.by_holder.get_mut(&holder)?;
        let size = lines.len();
        let line = lines.remove(&number)?;
        self.by_size.remove(&(size, holder));
        if lines.is_empty() {
            self.by_holder.remove(&holder);
            self.looked_to.remove(&holder);
        } else {
            self.by_size.insert((lines.len(), holder));
        }
        self.total = self.total.saturating_sub(1);
        Some(line)
    }

    /// Ends a connection; its place is free at once.
    fn end(&mut self, holder: Holder, number: u64) {
        if let Some(line) = self.remove(holder, number) {
            line.ended.notify_one();
        }
    }

    /// Returns whether one holder may have one more connection. If needed, an idle one of its own
    /// is ended.
    fn has_room_for(&mut self, holder: Holder, most: usize) -> bool {
        match holder {
            Holder::Proxy(_) => true,
            Holder::Address(_) => self.count(holder) < most || self.end_idle_of(holder),
        }
    }

    /// Returns whether there is a place for one more connection of `holder`.
    fn has_room(&mut self, holder: Holder, most: usize) -> bool {
        if self.total < most || self.end_idle() {
            return true;
        }
        let own = self.count(holder);
        self.end_of_most(own.saturating_add(1))
    }

    fn end_idle_of(&mut self, holder: Holder) -> bool {
        let Some(lines) = self.by_holder.get(&holder) else {
            return false;
        };
        let from = self.looked_to.get(&holder).copied().unwrap_or(0);
        let in_turn = lines.range(from..).chain(lines.range(..from));
        let mut last = from;
        let idle = in_turn.take(LOOKED_AT_MAX).find(|(number, line)| {
            last = **number;
            line.doing() == Doing::Idle
        });
        let Some(number) = idle.map(|(number, _)| *number) else {
            self.looked_to.insert(holder, last.saturating_add(1));
            return false;
        };
        self.end(holder, number);
        true
    }

    /// Ends an idle connection of the holder that has most, among those with an idle one.
    fn end_idle(&mut self) -> bool {
        let now = Instant::now();
        if self.nothing_rests.is_some_and(|last| now < last + LOOK) {
            return false;
        }
        let holders: Vec<Holder> = self
            .by_size
            .iter()
            .rev()
            .map(|(_, holder)| *holder)
            .collect();
        let found = holders.into_iter().any(|holder| self.end_idle_of(holder));
        self.nothing_rests = (!found).then_some(now);
        found
    }

    /// Ends the newest connection that waits for its client, of the address that has most, if that
    /// is more than `more_than`. Requests that are being carried out are left alone, and so are
    /// connections of proxies.
    fn end_of_most(&mut self, more_than: usize) -> bool {
        let waits = |line: &Arc<Line>| matches!(line.doing(), Doing::Reading | Doing::Blocked);
        let large = self.by_size.iter().rev();
        let large = large.take_while(|(size, _)| more_than < *size);
        let mut strangers = large.filter(|(_, holder)| matches!(holder, Holder::Address(_)));
        let newest = strangers.find_map(|(_, holder)| {
            let mut lines = self.by_holder.get(holder)?.iter().rev();
            let (number, _) = lines.find(|(_, line)| waits(line))?;
            Some((*holder, *number))
        });
        let Some((holder, number)) = newest else {
            return false;
        };
        self.end(holder, number);
        true
    }

    /// Returns whether a holder may have a spare place now.
    fn may_tell(&mut self, holder: Holder, most: usize, begun: Instant) -> bool {
        let own = self.spare.values().filter(|(other, _)| *other == holder);
        if most.div_ceil(SPARE_SHARE) <= own.count() {
            return false;
        }
        let micros = i64::try_from(begun.elapsed().as_micros()).unwrap_or(i64::MAX);
        self.told.take(holder, Timestamp::from_micros(micros))
    }

    /// Takes a spare place. If all are taken the oldest is ended, because what they are for takes
    /// no time.
    fn take_spare(&mut self, holder: Holder, line: (u64, &Arc<Line>), most: usize) {
        if most <= self.spare.len()
            && let Some((_, (_, oldest))) = self.spare.pop_first()
        {
            oldest.ended.notify_one();
        }
        let (number, line) = line;
        self.spare.insert(number, (holder, Arc::clone(line)));
    }
}

impl Place {
    /// Returns whether it is known to be a proxy's.
    pub(super) fn is_of_proxy(&self) -> bool {
        matches!(*self.holder(), Holder::Proxy(_))
    }

    fn holder(&self) -> MutexGuard<'_, Holder> {
        self.holder.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A trusted address turned out to be no proxy: it counts like any other. Returns whether there
    /// is room for it.
    pub(super) fn is_no_proxy(&self) -> bool {
        let mut holder = self.holder();
        let Holder::Proxy(from) = *holder else {
            return true;
        };
        let own = Holder::Address(network(from));
        let mut taken = self.places.taken();
        if !taken.has_room_for(own, self.places.most.per_address) {
            return false;
        }
        if let Some(line) = taken.remove(*holder, self.number) {
            taken.insert(own, self.number, line);
        }
        *holder = own;
        true
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let holder = *self.holder();
        let mut taken = self.places.taken();
        if self.is_spare {
            taken.spare.remove(&self.number);
        } else {
            taken.remove(holder, self.number);
        }
    }
}

impl Drop for AskedFor {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        if let Some(count) = taken.asked_for.get_mut(&self.client) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.asked_for.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: [u8; 4] = [192, 0, 2, 1];
    const AWAY: [u8; 4] = [192, 0, 2, 2];

    fn places(in_all: usize, per_address: usize) -> Arc<Places> {
        Places::new(Most {
            in_all,
            per_address,
            spare: 8,
            unread_bytes: 1_000,
        })
    }

    /// So many connections from an address, all in the same state.
    fn many(places: &Arc<Places>, from: [u8; 4], count: usize, doing: Doing) -> Vec<Place> {
        let one = |_| {
            let place = places.take(from.into(), false)?;
            place.line.does(doing);
            Some(place)
        };
        (0..count).filter_map(one).collect()
    }

    fn own(places: &[Place]) -> usize {
        places.iter().filter(|place| !place.is_spare).count()
    }

    fn ended(place: &Place) -> bool {
        let taken = place.places.taken();
        let mut lines = taken.by_holder.values();
        !place.is_spare && !lines.any(|lines| lines.contains_key(&place.number))
    }

    #[test]
    fn an_address_has_so_many_and_others_have_theirs() {
        let places = places(100, 10);
        let here = many(&places, HOME, 50, Doing::Reading);
        // Ten to be served, two to be told that there is no room, and no more.
        assert_eq!((own(&here), here.len()), (10, 12));
        assert_eq!(own(&many(&places, AWAY, 10, Doing::Working)), 10);
        drop(here);
        assert_eq!(own(&many(&places, HOME, 10, Doing::Working)), 10);
        assert_eq!(places.taken().total, 0);
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let places = places(100, 10);
        let from = |last: u16| {
            let address = IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, last]);
            let place = places.take(address, false);
            place.inspect(|place| place.line.does(Doing::Reading))
        };
        let here: Vec<Place> = (0..11).filter_map(from).collect();
        assert_eq!(own(&here), 10);
    }

    #[test]
    fn what_rests_gives_way_first() {
        let places = places(10, 10);
        let here = many(&places, HOME, 9, Doing::Working);
        let resting = many(&places, AWAY, 1, Doing::Idle);
        let next = many(&places, HOME, 1, Doing::Working);
        assert_eq!((own(&next), ended(&resting[0])), (1, true));
        // None is idle, and nobody has more than they do.
        assert_eq!(own(&many(&places, HOME, 1, Doing::Working)), 0);
        assert!(!here.iter().any(ended));
    }

    #[test]
    fn what_rests_among_many_is_found_by_and_by() {
        let places = places(1_000, 200);
        let here = many(&places, HOME, 200, Doing::Reading);
        here[150].line.does(Doing::Idle);
        let tries = (1..=4).find(|_| own(&many(&places, HOME, 1, Doing::Reading)) == 1);
        assert_eq!((tries, ended(&here[150])), (Some(3), true));
    }

    #[test]
    fn who_is_told_again_and_again_is_cut_off() {
        let places = places(100, 1);
        let _one = many(&places, HOME, 1, Doing::Reading);
        let told = (0..1_000).filter(|_| places.take(HOME.into(), false).is_some());
        let told = told.count();
        assert!((2..100).contains(&told), "{told} were told");
        assert_eq!(many(&places, AWAY, 2, Doing::Reading).len(), 2);
    }

    #[test]
    fn whoever_has_most_makes_room_for_those_who_have_less() {
        let places = places(10, 10);
        let attack = many(&places, HOME, 10, Doing::Reading);
        let fair = many(&places, AWAY, 20, Doing::Reading);
        assert_eq!(own(&fair), 5, "half of all");
        assert_eq!(attack.iter().filter(|place| ended(place)).count(), 5);
        assert!(ended(&attack[9]) && !ended(&attack[0]), "the newest");
        // Requests that are being carried out are not touched.
        for place in attack.iter().chain(&fair) {
            place.line.does(Doing::Working);
        }
        assert_eq!(own(&many(&places, [192, 0, 2, 3], 1, Doing::Working)), 0);
    }

    #[test]
    fn a_proxy_counts_for_whom_it_asks() {
        let places = places(100, 10);
        let proxied: Vec<Place> = (0..50)
            .filter_map(|_| places.take(HOME.into(), true))
            .collect();
        assert_eq!(own(&proxied), 50);
        let asked: Vec<_> = (0..20)
            .filter_map(|_| places.ask_for(AWAY.into()))
            .collect();
        assert_eq!(asked.len(), 10);
        drop(asked);
        assert!(places.taken().asked_for.is_empty());
        // A holder that sends its own requests is no proxy, and counts.
        proxied
            .iter()
            .for_each(|place| place.line.does(Doing::Working));
        assert_eq!(
            proxied.iter().filter(|place| place.is_no_proxy()).count(),
            10
        );
        drop(proxied);
        let taken = places.taken();
        assert!(taken.total == 0 && taken.by_size.is_empty() && taken.by_holder.is_empty());
    }

    #[test]
    fn spare_places_are_always_to_be_had() {
        let places = places(1, 1);
        let one = many(&places, HOME, 1, Doing::Working);
        let from = |last: u8| places.take([198, 51, 100, last].into(), false);
        let asking: Vec<Place> = (0..100).filter_map(from).collect();
        assert_eq!((own(&one), own(&asking), asking.len()), (1, 0, 100));
        assert_eq!(places.taken().spare.len(), 8);
    }

    #[test]
    fn what_nobody_reads_is_bounded_in_all() {
        let places = places(100, 100);
        let here = many(&places, HOME, 4, Doing::Blocked);
        let away = many(&places, AWAY, 1, Doing::Blocked);
        let unread = |place: &Place, bytes| place.line.unread.store(bytes, Relaxed);
        here.iter().for_each(|place| unread(place, 200));
        unread(&away[0], 300);
        places.shed_unread();
        assert_eq!(here.iter().filter(|place| ended(place)).count(), 1);
        assert!(!ended(&away[0]), "they leave less unread");
    }
}
