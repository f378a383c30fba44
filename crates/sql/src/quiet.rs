//! A line in the log that a trouble of the storage would write a thousand times a second: it is
//! written once a second, or as often as it says, with how many were left out since.

use std::num::NonZeroU64;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The shortest time between two lines of a kind.
const INTERVAL: Duration = Duration::from_secs(1);

/// One kind of lines; a `static` where they are written.
#[derive(Debug)]
pub struct Quiet(Mutex<Said>);

#[derive(Debug)]
struct Said {
    interval: Duration,
    last: Option<Instant>,
    unsaid: u64,
}

impl Quiet {
    /// A kind of which nothing was said so far.
    #[must_use]
    pub const fn new() -> Self {
        Self::every(INTERVAL)
    }

    /// The same, with another shortest time between two lines.
    #[must_use]
    pub const fn every(interval: Duration) -> Self {
        Self(Mutex::new(Said {
            interval,
            last: None,
            unsaid: 0,
        }))
    }

    /// Whether a line may be written now, and how many were left out since the last one:
    /// a field of the line, which is not there if it was none.
    pub fn turn(&self) -> Option<Option<NonZeroU64>> {
        self.turn_at(Instant::now()).map(NonZeroU64::new)
    }

    fn turn_at(&self, now: Instant) -> Option<u64> {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let silent = |last: Instant| now.saturating_duration_since(last) < said.interval;
        if said.last.is_some_and(silent) {
            said.unsaid = said.unsaid.saturating_add(1);
            return None;
        }
        said.last = Some(now);
        Some(std::mem::take(&mut said.unsaid))
    }
}

impl Default for Quiet {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::Quiet;

    #[test]
    fn a_kind_has_one_line_a_second_which_counts_what_was_left_out() {
        let (quiet, begin) = (Quiet::new(), Instant::now());
        let at = |millis| begin.checked_add(Duration::from_millis(millis)).unwrap();
        assert_eq!(quiet.turn_at(at(0)), Some(0));
        for millis in 1..1_000 {
            assert_eq!(quiet.turn_at(at(millis)), None);
        }
        assert_eq!(quiet.turn_at(at(1_000)), Some(999));
        assert_eq!(quiet.turn_at(at(1_001)), None);
        assert_eq!(quiet.turn_at(at(9_000)), Some(1));
    }
}
