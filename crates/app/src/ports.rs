//! What the rules may not reach for themselves: the time and chance.

use domain::{IdSeed, Timestamp};

/// Tells the platform's time. Only the server's implementation reads a clock.
pub trait Clock: Send + Sync {
    /// The time now, UTC.
    fn now(&self) -> Timestamp;
}

/// Gives random bits.
pub trait Random: Send + Sync {
    /// 64 bits that nobody can guess.
    fn bits(&self) -> u64;
}

/// Makes the ids of one unit of work. A unit may run twice and makes the same ids again, so its
/// randomness is drawn before it starts.
#[derive(Clone, Debug)]
pub(crate) struct Mint {
    at: Timestamp,
    state: u64,
}

impl Mint {
    /// Ids of objects that come into being at `at`.
    pub(crate) fn new(at: Timestamp, bits: u64) -> Self {
        Self { at, state: bits }
    }

    /// What the next id is made of (SplitMix64).
    pub(crate) fn next(&mut self) -> IdSeed {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        IdSeed {
            at: self.at,
            random: bits ^ (bits >> 31),
        }
    }
}
