//! How often somebody may do something: a bucket of permissions each, filled at a steady rate.
//!
//! A bucket is kept as one number, the time at which it is full again (the generic cell rate
//! algorithm). A full bucket equals a new one and may be forgotten. When there are too many, those
//! with the most permissions left are forgotten first, so whoever makes up names gets no more than
//! anybody else, and shuts nobody out.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};

use crate::time::{Duration, Timestamp};

/// The address under which a sender is counted. In IPv6 everybody has a network of 64 bits to
/// choose addresses from, so the whole network counts as one.
#[must_use]
pub fn network(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        v4 @ IpAddr::V4(_) => v4,
        IpAddr::V6(v6) => {
            let host = u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !host))
        }
    }
}

/// The buckets of everybody who is known by a `K`.
#[derive(Clone, Debug)]
pub struct Buckets<K> {
    /// How long one permission takes to come back.
    interval: Duration,
    /// How long an empty bucket takes to be full.
    depth: Duration,
    /// How many buckets are remembered.
    most: usize,
    full_at: HashMap<K, Timestamp>,
}

impl<K: Eq + Hash> Buckets<K> {
    /// Buckets of `burst` permissions, each of which takes `interval` to come back; `most` of them
    /// are remembered.
    #[must_use]
    pub fn new(interval: Duration, burst: u32, most: usize) -> Self {
        let depth = interval.as_micros().saturating_mul(i64::from(burst));
        Self {
            interval,
            depth: Duration::micros(depth.max(0)),
            most,
            full_at: HashMap::new(),
        }
    }

    /// Takes a permission, if there is one.
    pub fn take(&mut self, key: K, now: Timestamp) -> bool {
        if self.most <= self.full_at.len() && !self.full_at.contains_key(&key) {
            self.make_room(now);
        }
        let last = now.plus(self.depth);
        let full_at = self.full_at.entry(key).or_insert(now);
        // A clock that was set back must not shut anybody out for long.
        *full_at = (*full_at).clamp(now, last);
        let next = full_at.plus(self.interval);
        if last < next {
            return false;
        }
        *full_at = next;
        true
    }

    /// How long it takes until a permission can be taken.
    #[must_use]
    pub fn wait(&self, key: &K, now: Timestamp) -> Duration {
        let Some(full_at) = self.full_at.get(key) else {
            return Duration::ZERO;
        };
        let last = now.plus(self.depth);
        let next = (*full_at).min(last).plus(self.interval);
        next.since(last).max(Duration::ZERO)
    }

    /// Returns whether there is a permission, without taking it.
    #[must_use]
    pub fn has(&self, key: &K, now: Timestamp) -> bool {
        self.wait(key, now) == Duration::ZERO
    }

    /// Gives back a permission that was taken and not used.
    pub fn give_back(&mut self, key: &K) {
        if let Some(full_at) = self.full_at.get_mut(key) {
            *full_at = full_at.minus(self.interval);
        }
    }

    fn make_room(&mut self, now: Timestamp) {
        let quarter = self.depth.as_micros().div_euclid(4);
        let mut until = now;
        for _ in 0..4 {
            self.full_at.retain(|_, full_at| until < *full_at);
            if self.full_at.len() < self.most {
                return;
            }
            until = until.plus(Duration::micros(quarter));
        }
        self.full_at.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(1_784_548_800_000_000 + micros)
    }

    /// Five at once, then ten a second.
    fn buckets(most: usize) -> Buckets<u32> {
        Buckets::new(Duration::millis(100), 5, most)
    }

    fn taken(buckets: &mut Buckets<u32>, key: u32, micros: i64) -> usize {
        (0..20).filter(|_| buckets.take(key, at(micros))).count()
    }

    #[test]
    fn a_burst_is_permitted_and_then_the_rate() {
        let mut buckets = buckets(9);
        assert_eq!(taken(&mut buckets, 1, 0), 5);
        assert_eq!(taken(&mut buckets, 1, 99_999), 0);
        assert_eq!(taken(&mut buckets, 1, 100_000), 1);
        assert_eq!(taken(&mut buckets, 1, 400_000), 3);
        assert_eq!(taken(&mut buckets, 1, 3_600_000_000), 5);
    }

    #[test]
    fn how_long_there_is_to_wait_is_known() {
        let mut buckets = buckets(9);
        assert!(buckets.has(&1, at(0)) && buckets.wait(&1, at(0)) == Duration::ZERO);
        assert_eq!(taken(&mut buckets, 1, 0), 5);
        for (micros, expected) in [(0, 100_000), (60_000, 40_000), (100_000, 0), (900_000, 0)] {
            let wait = buckets.wait(&1, at(micros));
            assert_eq!(wait, Duration::micros(expected), "{micros}");
            assert_eq!(buckets.has(&1, at(micros)), expected == 0, "{micros}");
        }
        // A clock that was set back.
        assert_eq!(buckets.wait(&1, at(-86_400_000_000)), Duration::millis(100));
    }

    #[test]
    fn a_network_of_ipv6_and_an_address_of_ipv4_count_as_one() {
        for (from, expected) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::"),
            ("2001:db8:1:3::", "2001:db8:1:3::"),
            ("::1", "::"),
        ] {
            let from: IpAddr = from.parse().unwrap();
            assert_eq!(network(from).to_string(), expected, "{from}");
        }
    }

    #[test]
    fn nobody_uses_anothers_permissions() {
        let mut buckets = buckets(9);
        assert_eq!(taken(&mut buckets, 1, 0), 5);
        assert_eq!(taken(&mut buckets, 2, 0), 5);
    }

    #[test]
    fn what_is_given_back_can_be_taken_again() {
        let mut buckets = buckets(9);
        assert_eq!(taken(&mut buckets, 1, 0), 5);
        buckets.give_back(&1);
        buckets.give_back(&2);
        assert_eq!(taken(&mut buckets, 1, 0), 1);
    }

    #[test]
    fn a_clock_that_is_set_back_shuts_nobody_out_for_long() {
        let mut buckets = buckets(9);
        assert_eq!(taken(&mut buckets, 1, 86_400_000_000), 5);
        assert_eq!(taken(&mut buckets, 1, 0), 0);
        assert_eq!(taken(&mut buckets, 1, 500_000), 5);
    }

    #[test]
    fn a_full_table_forgets_who_has_most_left_and_shuts_nobody_out() {
        let mut buckets = buckets(3);
        assert_eq!(taken(&mut buckets, 1, 0), 5);
        assert!(buckets.take(2, at(0)) && buckets.take(3, at(0)));
        for newcomer in 4..1_000 {
            assert!(buckets.take(newcomer, at(0)), "{newcomer}");
            assert!(buckets.full_at.len() <= 3);
        }
        assert_eq!(
            taken(&mut buckets, 1, 0),
            0,
            "who has used it up is remembered"
        );
        for spender in 1..=4 {
            taken(&mut buckets, spender, 0);
        }
        assert!(buckets.full_at.len() <= 3);
        assert_eq!(taken(&mut buckets, 9, 0), 5);
    }

    #[test]
    fn a_full_table_and_a_clock_that_was_set_back_shut_nobody_out() {
        let mut buckets = buckets(2);
        assert!(buckets.take(1, at(86_400_000_000)) && buckets.take(2, at(86_400_000_000)));
        assert_eq!(taken(&mut buckets, 3, 0), 5);
    }
}
