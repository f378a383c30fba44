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

/// Measures how long something takes; nothing that is stored comes from it.
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

/// How many bytes are asked for at once: the question is dear, and this is on every payment's way.
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
        pool.take()
    }
}

impl Pool {
    fn take(&mut self) -> u64 {
        if self.bytes.get(self.used..).is_none_or(<[u8]>::is_empty) {
            self.refill();
        }
        let rest = self.bytes.get_mut(self.used..).unwrap_or_default();
        let Some(drawn) = rest.first_chunk_mut::<8>() else {
            unreachable!("a block is a multiple of eight bytes")
        };
        let bits = u64::from_ne_bytes(*drawn);
        // What was given away is not kept where it could be found.
        drawn.fill(0);
        self.used = self.used.saturating_add(8);
        bits
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
    }

    #[test]
    fn the_clock_tells_a_time_after_this_was_written() {
        let written_seconds = 1_763_700_000;
        assert!(SystemClock.now().as_seconds() > written_seconds);
    }
}
