//! How long a read may take, who waits for it, and how patient reads give way to all others.
//!
//! A read is over when its asker has gone or its time is up. A patient reader rests after each
//! stretch of work while others are served beside it, so that it takes a small part of the
//! machine's processors: a priority of its thread would not do, since a thread that seldom runs may
//! hold a lock of the engine's that the others wait for, and the work may be another process's.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::error::StoreError;
use crate::statistics::{Gauge, Stopwatch};

/// How long a quick read may take. What needs longer is stuck, or should be patient.
pub(crate) const QUICK_TIME_MAX: Duration = Duration::from_secs(30);

/// A part of the machine's processors that a patient reader may have while others are served: one
/// of so many.
const SHARE: u32 = 10;

/// Patient readers: one for so many processors, within bounds.
const PROCESSORS_EACH: usize = 8;
const PATIENT_MAX: usize = 4;

/// Others are served if as much of the work is done in this time as one unit or read.
const SERVED_EVERY: Duration = Duration::from_millis(10);

/// A rest is not shorter than this, because it would cost more than it gives, and not longer than
/// that, so that whoever waits behind a long statement hears something.
const REST_MIN: Duration = Duration::from_millis(2);
const REST_MAX: Duration = Duration::from_secs(2);

/// How often somebody who rests looks whether the asker has gone.
const NAP: Duration = Duration::from_millis(50);

/// How many patient readers fit this machine.
pub(crate) fn readers_that_fit() -> usize {
    (processors() / PROCESSORS_EACH).clamp(1, PATIENT_MAX)
}

fn processors() -> usize {
    available_parallelism().map_or(1, usize::from)
}

/// Which queue a reader works off, and so what it may cost others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A few rows by an index, which somebody waits for.
    Quick,
    /// As much as it takes, behind everything else.
    Patient,
}

/// A read that is under way: since when, how long it may take, and whether its asker is there.
#[derive(Clone)]
pub(crate) struct Watch {
    since: Stopwatch,
    time_max: Duration,
    asker: Option<CancellationToken>,
}

impl Watch {
    /// Its time begins now.
    pub(crate) fn begin(time_max: Duration, asker: Option<CancellationToken>) -> Self {
        Self {
            since: Stopwatch::start(),
            time_max,
            asker,
        }
    }

    /// Why the read has to end; nothing as long as it may go on.
    pub(crate) fn over(&self) -> Option<StoreError> {
        let asker = self.asker.as_ref();
        if asker.is_some_and(CancellationToken::is_cancelled) {
            Some(StoreError::Abandoned)
        } else if self.time_max <= self.since.elapsed() {
            Some(StoreError::TimedOut)
        } else {
            None
        }
    }

    /// Whether it is a patient read's, which ends when its asker goes.
    pub(crate) fn has_asker(&self) -> bool {
        self.asker.is_some()
    }

    /// How long it may take in all.
    pub(crate) fn time_max(&self) -> Duration {
        self.time_max
    }

    /// Waits until the asker has gone or the time has been up for `grace`.
    pub(crate) async fn ended(&self, grace: Duration) -> StoreError {
        let left = self.time_max.saturating_sub(self.since.elapsed());
        let gone = async {
            match &self.asker {
                Some(asker) => asker.cancelled().await,
                None => std::future::pending().await,
            }
        };
        let waited = tokio::time::timeout(left.saturating_add(grace), gone).await;
        waited.map_or(StoreError::TimedOut, |()| StoreError::Abandoned)
    }
}

/// What a session looks at while a read runs on it.
#[derive(Default)]
pub(crate) struct Course {
    watch: Option<Watch>,
    /// Of a patient reader.
    pace: Option<Pace>,
}

impl Course {
    pub(crate) fn new(kind: Kind, gauge: &Arc<Gauge>) -> Self {
        let pace = match kind {
            Kind::Quick => None,
            Kind::Patient => Some(Pace::new(Arc::clone(gauge))),
        };
        Self { watch: None, pace }
    }

    /// A read begins.
    pub(crate) fn begin(&mut self, watch: Watch) {
        self.watch = Some(watch);
        self.go_on();
    }

    /// The read has ended: nothing is over any more.
    pub(crate) fn end(&mut self) {
        self.worked();
        self.watch = None;
    }

    pub(crate) fn watch(&self) -> Option<&Watch> {
        self.watch.as_ref()
    }

    /// Why the read has to end; nothing as long as it may go on, or if there is none.
    pub(crate) fn over(&self) -> Option<StoreError> {
        self.watch.as_ref().and_then(Watch::over)
    }

    /// Whether it is time to rest in the middle of a read. [`Course::go_on`] follows the rest.
    pub(crate) fn pause(&mut self) -> Option<Rest> {
        self.worked();
        self.rest()
    }

    /// A stretch of work begins.
    pub(crate) fn go_on(&mut self) {
        if let Some(pace) = &mut self.pace {
            pace.work();
        }
    }

    fn worked(&mut self) {
        if let Some(pace) = &mut self.pace {
            pace.worked();
        }
    }

    /// Whether it is time to rest, and for how long.
    pub(crate) fn rest(&mut self) -> Option<Rest> {
        let time = self.pace.as_mut().and_then(Pace::rest)?;
        let watch = self.watch.clone();
        Some(Rest { time, watch })
    }
}

/// What a patient reader owes to others.
pub(crate) struct Rest {
    time: Duration,
    watch: Option<Watch>,
}

impl Rest {
    /// Rests on the thread of the reader, as long as the read may go on.
    #[expect(
        clippy::disallowed_methods,
        reason = "a patient reader's thread gives way to others"
    )]
    pub(crate) fn take(self) {
        let since = Stopwatch::start();
        let is_over = || {
            self.watch
                .as_ref()
                .is_some_and(|watch| watch.over().is_some())
        };
        while !is_over() {
            let left = self.time.saturating_sub(since.elapsed());
            if left.is_zero() {
                return;
            }
            std::thread::sleep(left.min(NAP));
        }
    }
}

/// A session's course, which its progress handler looks at too, on the same thread.
pub(crate) type SharedCourse = Arc<Mutex<Course>>;

pub(crate) fn look(course: &Mutex<Course>) -> MutexGuard<'_, Course> {
    course.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Counts how much rest a patient reader owes to others.
struct Pace {
    gauge: Arc<Gauge>,
    /// How many times as long as it has worked it rests.
    times: u32,
    since: Stopwatch,
    served: u64,
    owed: Duration,
}

impl Pace {
    fn new(gauge: Arc<Gauge>) -> Self {
        Self {
            times: rest_times(processors()),
            since: Stopwatch::start(),
            served: gauge.served(),
            gauge,
            owed: Duration::ZERO,
        }
    }

    fn work(&mut self) {
        self.since = Stopwatch::start();
        self.served = self.gauge.served();
    }

    fn worked(&mut self) {
        let worked = self.since.elapsed();
        let served = self.gauge.served().saturating_sub(self.served);
        if is_busy(worked, served) {
            let more = worked.saturating_mul(self.times);
            self.owed = self.owed.saturating_add(more).min(REST_MAX);
        }
        self.work();
    }

    fn rest(&mut self) -> Option<Duration> {
        let due = REST_MIN <= self.owed;
        due.then(|| std::mem::take(&mut self.owed))
    }
}

/// Whether others had so much done meanwhile that they may want the processors.
fn is_busy(worked: Duration, served: u64) -> bool {
    let served = u32::try_from(served).unwrap_or(u32::MAX);
    0 < served && worked <= SERVED_EVERY.saturating_mul(served)
}

/// One reader that works all the time takes one of the processors; with rests, one in [`SHARE`].
fn rest_times(processors: usize) -> u32 {
    let processors = u32::try_from(processors).unwrap_or(u32::MAX).max(1);
    (SHARE / processors).saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{is_busy, rest_times};

    #[test]
    fn a_patient_reader_takes_a_tenth_of_the_processors() {
        let times = [1, 2, 3, 4, 5, 8, 64].map(rest_times);
        assert_eq!(times, [9, 4, 2, 1, 1, 0, 0]);
    }

    #[test]
    fn others_are_served_if_they_have_more_than_a_hundred_things_done_in_a_second() {
        let second = Duration::from_secs(1);
        let busy = [0, 99, 100, 5_000].map(|served| is_busy(second, served));
        assert_eq!(busy, [false, false, true, true]);
        assert!(is_busy(Duration::from_millis(1), 1));
        assert!(!is_busy(Duration::ZERO, 0));
    }
}
