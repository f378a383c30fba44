//! Chance from a seed.

use connectors::fiscal::Chances as RegisterChances;
use connectors::sandbox::Chances;

/// A generator (SplitMix64): the same for the same seed.
#[derive(Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let bits = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below `bound`; zero if `bound` is.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.bits().checked_rem(bound).unwrap_or(0)
    }

    /// Returns whether something happens that happens `weight` times in a thousand.
    pub(crate) fn happens(&mut self, weight: u64) -> bool {
        self.below(1_000) < weight
    }

    /// One of `choices`.
    pub(crate) fn one_of<'c, T>(&mut self, choices: &'c [T]) -> Option<&'c T> {
        let length = u64::try_from(choices.len()).unwrap_or(u64::MAX);
        let index = usize::try_from(self.below(length)).unwrap_or(0);
        choices.get(index)
    }

    /// What goes wrong at the bank in this life; it contradicts itself so often at most.
    pub(crate) fn faults(&mut self, overruled_most: u64) -> Chances {
        let mut weight = |most| u32::try_from(self.below(most)).unwrap_or(0);
        Chances {
            reply_lost: weight(200),
            request_lost: weight(200),
            not_sent: weight(100),
            late: weight(100),
            delayed: weight(100),
            declined: weight(300),
            callback_lost: weight(300),
            callback_twice: weight(300),
            callback_held: weight(200),
            overruled: weight(overruled_most),
        }
    }

    /// What goes wrong at the register in this life.
    pub(crate) fn register_faults(&mut self) -> RegisterChances {
        let mut weight = |most| u32::try_from(self.below(most)).unwrap_or(0);
        RegisterChances {
            reply_lost: weight(200),
            request_lost: weight(200),
            not_sent: weight(100),
            late: weight(200),
            refused: weight(50),
            failed: weight(150),
        }
    }
}
