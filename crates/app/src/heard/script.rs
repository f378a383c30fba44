//! Troubles of the storage that tests and simulations order: they meet units that write down what
//! was heard, and no others. Without an order there are none.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// What goes wrong with a unit that writes an answer down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The storage refuses it. Nothing was done.
    Refused,
    /// The storage does it and does not say so.
    Unconfirmed,
}

/// The script: queued troubles come first, then chance decides.
#[derive(Debug, Default)]
pub struct Script {
    /// Whether anything is ordered.
    active: AtomicBool,
    lines: Mutex<Lines>,
}

#[derive(Debug, Default)]
struct Lines {
    queued: VecDeque<Trouble>,
    /// How many of a thousand units meet a trouble.
    per_mille: u64,
    /// State of the generator of chance, SplitMix64.
    chance: u64,
}

impl Script {
    /// The next units meet these, in this order.
    pub fn next(&self, troubles: impl IntoIterator<Item = Trouble>) {
        self.change(|lines| lines.queued.extend(troubles));
    }

    /// From now on so many of a thousand units meet one, the same for the same seed.
    pub fn by_chance(&self, seed: u64, per_mille: u64) {
        self.change(|lines| (lines.chance, lines.per_mille) = (seed, per_mille));
    }

    /// From now on nothing goes wrong.
    pub fn calm(&self) {
        self.change(|lines| *lines = Lines::default());
        self.active.store(false, Ordering::Release);
    }

    fn change(&self, change: impl FnOnce(&mut Lines)) {
        change(&mut self.lines.lock().unwrap_or_else(PoisonError::into_inner));
        self.active.store(true, Ordering::Release);
    }

    pub(super) fn turn(&self) -> Option<Trouble> {
        if !self.active.load(Ordering::Acquire) {
            return None;
        }
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queued) = lines.queued.pop_front() {
            return Some(queued);
        }
        lines.chance = lines.chance.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let bits = (lines.chance ^ (lines.chance >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let bits = bits ^ (bits >> 31);
        let kind = match bits >> 63 {
            0 => Trouble::Refused,
            _ => Trouble::Unconfirmed,
        };
        (bits % 1_000 < lines.per_mille).then_some(kind)
    }
}
