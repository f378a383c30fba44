//! Which keys this node has seen lately, so that a repetition need not fail first to be known.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use domain::ShopId;

/// How many keys are remembered at most: 128 KiB, some seconds under full load.
const SLOTS: usize = 1 << 14;

/// A table of hashes, in which a new key takes the place of an older one. It may forget, which
/// costs a second run, and may mistake a new key for one that was seen, which costs a look.
pub(crate) struct Seen(Box<[AtomicU64]>);

impl Default for Seen {
    fn default() -> Self {
        Self((0..SLOTS).map(|_| AtomicU64::new(0)).collect())
    }
}

impl Seen {
    /// Notes a shop's key; returns whether it was there already.
    pub(crate) fn note(&self, shop: ShopId, key: &str) -> bool {
        // Unlike a hasher of chance, this one lets a simulation replay.
        let mut hasher = DefaultHasher::new();
        (shop, key).hash(&mut hasher);
        let hash = hasher.finish();
        let slots = u64::try_from(self.0.len()).unwrap_or(1);
        let slot = usize::try_from(hash % slots).ok();
        let slot = slot.and_then(|slot| self.0.get(slot));
        slot.is_some_and(|slot| slot.swap(hash, Relaxed) == hash)
    }
}

#[cfg(test)]
mod tests {
    use domain::ShopId;

    use super::Seen;

    #[test]
    fn a_key_is_seen_by_its_shop_alone() {
        let seen = Seen::default();
        let [one, two] = [1, 2].map(|number| ShopId::new(number).unwrap());
        assert!(!seen.note(one, "key"));
        assert!(seen.note(one, "key"));
        assert!(!seen.note(two, "key"));
        assert!(!seen.note(one, "another"));
    }
}
