//! The only place that reads the clock and asks the operating system for randomness.

use std::sync::{Mutex, PoisonError};
use std::time::{Instant, SystemTime};

use app::{Clock, Random};
use domain::Timestamp;

/// The clock of the machine.
#[derive(Debug, Default)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is where the platform's time comes from"
    )]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let micros = since.map_or(0, |since| since.as_micros());
        Timestamp::from_micros(i64::try_from(micros).unwrap_or(i64::MAX))
    }
}

/// Measures how long something takes; what is stored does not depend on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(
        clippy::disallowed_methods,
        reason = "the server measures itself, for logs and metrics"
    )]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(self) -> std::time::Duration {
        self.0.elapsed()
    }
}

/// How many bytes are drawn at once: a draw is expensive, and every payment needs some.
const BLOCK: usize = 4_096;

/// Randomness of the operating system, drawn in blocks.
pub(crate) struct SystemRandom {
    pool: Mutex<Pool>,
}

struct Pool {
    bytes: Box<[u8; BLOCK]>,
    /// Where the unused bytes begin.
    used: usize,
}

impl SystemRandom {
    pub(crate) fn new() -> Self {
        let pool = Pool {
            bytes: Box::new([0; BLOCK]),
            used: BLOCK,
        };
        Self {
            pool: Mutex::new(pool),
        }
    }
}

impl Random for SystemRandom {
    fn bits(&self) -> u64 {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        u64::from_ne_bytes(pool.take())
    }

    fn seed(&self) -> [u8; 32] {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        pool.take()
    }
}

impl Pool {
    /// The next bytes. If too few are left, they are thrown away.
    fn take<const COUNT: usize>(&mut self) -> [u8; COUNT] {
        const { assert!(COUNT <= BLOCK, "drawn from one block") };
        if BLOCK.saturating_sub(self.used) < COUNT {
            self.refill();
        }
        let rest = self.bytes.get_mut(self.used..).unwrap_or_default();
        let Some(drawn) = rest.first_chunk_mut::<COUNT>() else {
            unreachable!("a block was filled just now")
        };
        let taken = *drawn;
        // Bytes that were handed out are erased, so that nobody can find them here.
        drawn.fill(0);
        self.used = self.used.saturating_add(COUNT);
        taken
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is where the platform's randomness comes from"
    )]
    #[expect(
        clippy::panic,
        reason = "keys and ids that can be guessed are worse than no server"
    )]
    fn refill(&mut self) {
        if let Err(error) = getrandom::fill(self.bytes.as_mut_slice()) {
            panic!("the operating system gives no randomness: {error}");
        }
        self.used = 0;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use app::{Clock, Random};

    use super::{BLOCK, SystemClock, SystemRandom};

    #[test]
    fn no_bits_are_given_twice_across_blocks() {
        let random = SystemRandom::new();
        let drawn: HashSet<u64> = (0..BLOCK).map(|_| random.bits()).collect();
        assert_eq!(drawn.len(), BLOCK);
        let seeds: HashSet<[u8; 32]> = (0..BLOCK).map(|_| random.seed()).collect();
        assert_eq!(seeds.len(), BLOCK);
        // Bytes that are too few for a seed lie between the blocks.
        random.bits();
        let seeds: HashSet<[u8; 32]> = (0..BLOCK).map(|_| random.seed()).collect();
        assert!(seeds.len() == BLOCK && !seeds.contains(&[0; 32]));
    }

    #[test]
    fn the_clock_tells_a_time_after_this_was_written() {
        let written_seconds = 1_763_700_000;
        assert!(SystemClock.now().as_seconds() > written_seconds);
    }
}
