//! What the rules may not get for themselves: the time and randomness.

use chacha20::ChaCha12Rng;
use chacha20::rand_core::{Rng as _, SeedableRng as _};
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

    /// 256 bits that nobody can guess.
    fn seed(&self) -> [u8; 32] {
        let mut seed = [0; 32];
        for part in seed.as_chunks_mut::<8>().0 {
            *part = self.bits().to_le_bytes();
        }
        seed
    }
}

/// Makes the ids of one unit of work. A unit may run twice and has to make the same ids again, so
/// its seed is drawn before it starts. The stream is a cipher's: the ids that are shown do not
/// reveal the others.
#[derive(Debug)]
pub(crate) struct Mint {
    at: Timestamp,
    stream: ChaCha12Rng,
}

impl Mint {
    /// Ids of objects that come into being at `at`.
    pub(crate) fn new(at: Timestamp, seed: [u8; 32]) -> Self {
        let stream = ChaCha12Rng::from_seed(seed);
        Self { at, stream }
    }

    /// What the next id is made of.
    pub(crate) fn next(&mut self) -> IdSeed {
        IdSeed {
            at: self.at,
            random: self.stream.next_u64(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_784_548_800_000_000);

    fn made(seed: [u8; 32]) -> Vec<u64> {
        let mut ids = Mint::new(NOW, seed);
        (0..1_000).map(|_| ids.next().random).collect()
    }

    /// The output of SplitMix64, which is not a secret, for a state; and the state that gave
    /// `bits`.
    fn splitmix(state: u64) -> u64 {
        let bits = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    fn splitmix_undone(bits: u64) -> u64 {
        let bits = (bits ^ (bits >> 31) ^ (bits >> 62)).wrapping_mul(0x3196_42b2_d24d_8ec3);
        let bits = (bits ^ (bits >> 27) ^ (bits >> 54)).wrapping_mul(0x96de_1b17_3f11_9089);
        bits ^ (bits >> 30) ^ (bits >> 60)
    }

    #[test]
    fn from_one_id_of_a_unit_the_next_does_not_follow() {
        assert_eq!(splitmix_undone(splitmix(72)), 72);
        let shown = (1 << 60) - 1;
        let mut seed = [0; 32];
        seed[0] = 7;
        let made: Vec<u64> = made(seed).iter().map(|bits| bits & shown).collect();
        let known: HashSet<u64> = made.iter().copied().collect();
        assert_eq!(known.len(), made.len());
        for first in &made {
            for hidden in 0..16_u64 {
                let state = splitmix_undone(first | (hidden << 60));
                let next = splitmix(state.wrapping_add(0x9e37_79b9_7f4a_7c15)) & shown;
                assert!(!known.contains(&next), "{first:x} is followed by {next:x}");
            }
        }
    }

    #[test]
    fn a_unit_that_runs_twice_makes_the_same_ids_and_no_other_unit_does() {
        assert_eq!(made([1; 32]), made([1; 32]));
        for place in 0..32 {
            let mut other = [1; 32];
            other[place] = 2;
            assert_ne!(made([1; 32])[0], made(other)[0], "{place}");
        }
    }
}
