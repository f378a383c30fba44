//! Numbers about the engine, for metrics and readiness.
//!
//! Counters only grow; times are sums in microseconds, so a rate is a difference of two looks.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use crate::error::StoreError;
use crate::patience::Kind;
use crate::unit::End;

/// One look at the engine's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statistics {
    /// Units of work that wait now.
    pub queue_length: u64,
    /// Quick reads that wait now.
    pub read_queue_length: u64,
    /// Patient reads that wait now.
    pub patient_queue_length: u64,
    /// Units of work answered, however.
    pub units: u64,
    /// Transactions that were committed or failed: units share them.
    pub batches: u64,
    /// The largest batch so far.
    pub batch_size_max: u64,
    /// Time inside units, in microseconds.
    pub unit_us: u64,
    /// Time from a batch's end to its commit's answer, in microseconds.
    pub commit_us: u64,
    /// Units that ran once more because of a conflict or a neighbour's failure.
    pub replays: u64,
    /// Commits that the engine refused or did not confirm.
    pub commits_failed: u64,
    /// Units and reads turned away because the queue was full.
    pub turned_away: u64,
    /// Quick reads answered.
    pub reads: u64,
    /// Patient reads answered.
    pub patient_reads: u64,
    /// Reads that were ended because their time was up.
    pub reads_timed_out: u64,
    /// Reads that were left out or ended because their asker had gone.
    pub reads_abandoned: u64,
    /// Connections opened anew after a failure.
    pub reconnects: u64,
    /// Pages in the write-ahead log at the last checkpoint (SQLite).
    pub wal_pages: u64,
    /// Checkpoints that failed (SQLite).
    pub checkpoints_failed: u64,
    /// Whether every writer has been proved sound since its last failure.
    pub healthy: bool,
}

/// The counters behind [`Statistics`], shared by the engine's threads.
#[derive(Debug, Default)]
pub(crate) struct Gauge {
    pub(crate) units: AtomicU64,
    pub(crate) batches: AtomicU64,
    batch_size_max: AtomicU64,
    unit_us: AtomicU64,
    commit_us: AtomicU64,
    pub(crate) replays: AtomicU64,
    pub(crate) commits_failed: AtomicU64,
    pub(crate) turned_away: AtomicU64,
    reads: AtomicU64,
    patient_reads: AtomicU64,
    reads_timed_out: AtomicU64,
    reads_abandoned: AtomicU64,
    pub(crate) reconnects: AtomicU64,
    pub(crate) wal_pages: AtomicU64,
    pub(crate) checkpoints_failed: AtomicU64,
    /// The log is long enough to start over (SQLite).
    pub(crate) wal_is_long: AtomicBool,
    /// Writers that are not sound now.
    unsound: AtomicU64,
}

impl Gauge {
    pub(crate) fn batch(&self, size: usize, units: Duration, commit: Duration) {
        self.batches.fetch_add(1, Relaxed);
        self.batch_size_max.fetch_max(number(size), Relaxed);
        self.unit_us.fetch_add(micros(units), Relaxed);
        self.commit_us.fetch_add(micros(commit), Relaxed);
    }

    /// A read was answered.
    pub(crate) fn read(&self, kind: Kind, end: &End) {
        let reads = match kind {
            Kind::Quick => &self.reads,
            Kind::Patient => &self.patient_reads,
        };
        reads.fetch_add(1, Relaxed);
        match end {
            End::Failed(StoreError::TimedOut) => self.reads_timed_out.fetch_add(1, Relaxed),
            End::Failed(StoreError::Abandoned) => self.reads_abandoned.fetch_add(1, Relaxed),
            End::Failed(_) | End::Settled => 0,
        };
    }

    /// How many units and quick reads were answered so far.
    pub(crate) fn served(&self) -> u64 {
        let units = self.units.load(Relaxed);
        units.saturating_add(self.reads.load(Relaxed))
    }

    /// One look. The lengths of the queues: of units, of quick reads, of patient ones.
    pub(crate) fn look(&self, [queue, reads, patient]: [usize; 3]) -> Statistics {
        Statistics {
            queue_length: number(queue),
            read_queue_length: number(reads),
            patient_queue_length: number(patient),
            units: self.units.load(Relaxed),
            batches: self.batches.load(Relaxed),
            batch_size_max: self.batch_size_max.load(Relaxed),
            unit_us: self.unit_us.load(Relaxed),
            commit_us: self.commit_us.load(Relaxed),
            replays: self.replays.load(Relaxed),
            commits_failed: self.commits_failed.load(Relaxed),
            turned_away: self.turned_away.load(Relaxed),
            reads: self.reads.load(Relaxed),
            patient_reads: self.patient_reads.load(Relaxed),
            reads_timed_out: self.reads_timed_out.load(Relaxed),
            reads_abandoned: self.reads_abandoned.load(Relaxed),
            reconnects: self.reconnects.load(Relaxed),
            wal_pages: self.wal_pages.load(Relaxed),
            checkpoints_failed: self.checkpoints_failed.load(Relaxed),
            healthy: self.unsound.load(Relaxed) == 0,
        }
    }
}

/// Whether one writer is sound, counted in the [`Gauge`] while it is not.
#[derive(Debug, Default)]
pub(crate) struct Soundness(AtomicBool);

impl Soundness {
    /// Notes the state and answers whether it is new.
    pub(crate) fn note(&self, gauge: &Gauge, sound: bool) -> bool {
        let changed = self.0.swap(!sound, Relaxed) == sound;
        if changed && sound {
            gauge.unsound.fetch_sub(1, Relaxed);
        } else if changed {
            gauge.unsound.fetch_add(1, Relaxed);
        }
        changed
    }
}

/// Measures the engine itself; rules and rows never see this clock.
#[derive(Clone, Copy)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(
        clippy::disallowed_methods,
        reason = "the engine measures itself, for statistics"
    )]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn number(size: usize) -> u64 {
    u64::try_from(size).unwrap_or(u64::MAX)
}
