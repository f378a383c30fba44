//! The writing thread: group commit.
//!
//! It takes all units that wait, runs each in a savepoint of one transaction, commits once and then
//! answers. A unit that fails is undone alone. When the engine itself fails, nothing is
//! acknowledged until a new connection has written and read back a probe.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use tokio::sync::mpsc::Receiver;

use super::{Session, failure, open_reader, open_writer};
use crate::conn::Link;
use crate::error::StoreError;
use crate::statistics::{Gauge, Soundness, Stopwatch};
use crate::unit::{End, Message, Verdict, Work};

/// The most units in one commit.
const BATCH_MAX: usize = 256;

/// How often a unit is tried alone.
const ATTEMPTS_MAX: u32 = 3;

const UNSOUND: StoreError = StoreError::Unavailable {
    reason: "the database file has not been proved sound",
};

pub(crate) struct Writer {
    path: PathBuf,
    session: Option<Session>,
    queue: Receiver<Message<dyn Work>>,
    gauge: Arc<Gauge>,
    soundness: Soundness,
}

/// How a transaction with several units ended.
enum Ending {
    /// Committed; the units with `Again` were undone in it.
    Committed(Vec<(Box<dyn Work>, Verdict)>),
    /// Rolled back for certain.
    RolledBack(Vec<Box<dyn Work>>),
    /// Not begun, or the commit failed below SQLite, so that the log may hold it or not.
    Failed(Vec<Box<dyn Work>>, StoreError),
}

impl Writer {
    pub(crate) fn new(
        path: PathBuf,
        session: Session,
        queue: Receiver<Message<dyn Work>>,
        gauge: Arc<Gauge>,
    ) -> Self {
        Self {
            path,
            session: Some(session),
            queue,
            gauge,
            soundness: Soundness::default(),
        }
    }

    pub(crate) fn run(mut self) {
        let mut messages = Vec::with_capacity(BATCH_MAX);
        while self.queue.blocking_recv_many(&mut messages, BATCH_MAX) != 0 {
            let mut units = Vec::with_capacity(messages.len());
            for message in messages.drain(..) {
                match message {
                    Message::Do(unit) => units.push(unit),
                    Message::Stop => self.queue.close(),
                }
            }
            self.work(units);
        }
    }

    fn work(&mut self, units: Vec<Box<dyn Work>>) {
        self.gauge
            .units
            .fetch_add(u64::try_from(units.len()).unwrap_or(0), Relaxed);
        if !self.prove_sound() {
            return answer_all(units, &UNSOUND);
        }
        self.shorten_log();
        match self.batch(units) {
            Ending::Committed(units) => {
                let mut again = Vec::new();
                for (unit, verdict) in units {
                    match verdict {
                        Verdict::Keep | Verdict::Undo => unit.finish(End::Settled),
                        Verdict::Again => again.push(unit),
                    }
                }
                self.each_alone(again);
            }
            Ending::RolledBack(units) => self.each_alone(units),
            Ending::Failed(units, error) => answer_all(units, &error),
        }
        // An idle writer must not wait for the next unit to find out that it is sound again.
        self.prove_sound();
    }

    /// Between two batches nobody appends to the log: a checkpoint can reach its end, and the next
    /// transaction starts it over.
    fn shorten_log(&mut self) {
        if self.gauge.wal_is_long.swap(false, Relaxed)
            && let Some(session) = &mut self.session
            && let Err(error) = session.checkpoint()
        {
            self.gauge.checkpoints_failed.fetch_add(1, Relaxed);
            tracing::error!(%error, "a checkpoint failed, the log grows until one succeeds");
        }
    }

    fn batch(&mut self, units: Vec<Box<dyn Work>>) -> Ending {
        let Some(session) = &mut self.session else {
            return Ending::RolledBack(units);
        };
        let watch = Stopwatch::start();
        if let Err(error) = session.control("begin immediate") {
            return Ending::Failed(units, error);
        }
        let size = units.len();
        let mut done = Vec::with_capacity(size);
        let mut units = units.into_iter();
        for mut unit in units.by_ref() {
            let step = run_in_savepoint(session, unit.as_mut());
            done.push((unit, step.unwrap_or(Verdict::Again)));
            if step.is_none() {
                break;
            }
        }
        let ran = watch.elapsed();
        let whole = done.len() == size && !session.is_broken();
        if whole && session.control("commit").is_ok() && session.connection.is_autocommit() {
            self.gauge
                .batch(size, ran, watch.elapsed().saturating_sub(ran));
            return Ending::Committed(done);
        }
        self.gauge
            .batch(size, ran, watch.elapsed().saturating_sub(ran));
        self.gauge.commits_failed.fetch_add(1, Relaxed);
        let unknown = whole && session.is_broken();
        let units = done
            .into_iter()
            .map(|(unit, _)| unit)
            .chain(units)
            .collect();
        self.roll_back();
        if unknown {
            Ending::Failed(units, StoreError::OutcomeUnknown)
        } else {
            Ending::RolledBack(units)
        }
    }

    fn each_alone(&mut self, units: Vec<Box<dyn Work>>) {
        for mut unit in units {
            self.gauge.replays.fetch_add(1, Relaxed);
            let end = self.alone(unit.as_mut());
            unit.finish(end);
        }
    }

    fn alone(&mut self, unit: &mut dyn Work) -> End {
        let mut end = End::Failed(StoreError::Retry);
        for _ in 0..ATTEMPTS_MAX {
            if !self.prove_sound() {
                return End::Failed(UNSOUND);
            }
            let (settled, again) = self.attempt(unit);
            end = settled;
            if !again {
                break;
            }
        }
        end
    }

    /// One transaction for one unit: how it ended, and whether another attempt may help.
    fn attempt(&mut self, unit: &mut dyn Work) -> (End, bool) {
        let Some(session) = &mut self.session else {
            return (End::Failed(UNSOUND), true);
        };
        if let Err(error) = session.control("begin immediate") {
            return (End::Failed(error), true);
        }
        let verdict = unit.run(Link::Sqlite(session));
        let failed = session.take_failure();
        let again =
            verdict == Verdict::Again || failed.as_ref().is_some_and(StoreError::worth_replaying);
        if verdict != Verdict::Keep || failed.is_some() {
            self.roll_back();
            let end = match failed {
                Some(error) if verdict == Verdict::Keep => End::Failed(error),
                _ => End::Settled,
            };
            return (end, again);
        }
        let committed = session.control("commit");
        if committed.is_ok() && session.connection.is_autocommit() {
            return (End::Settled, false);
        }
        let unknown = session.is_broken();
        self.gauge.commits_failed.fetch_add(1, Relaxed);
        self.roll_back();
        let error = committed.err().unwrap_or(UNSOUND);
        (
            End::Failed(if unknown {
                StoreError::OutcomeUnknown
            } else {
                error
            }),
            false,
        )
    }

    /// Ends a transaction that must not count. If even that fails, the connection is given up.
    fn roll_back(&mut self) {
        if let Some(session) = &mut self.session {
            let open = !session.connection.is_autocommit();
            if open && session.control("rollback").is_err() || session.is_broken() {
                self.session = None;
            }
        }
    }

    /// Whether units may be acknowledged. After a failure this needs a new connection on which a
    /// probe is written durably and read back by another.
    fn prove_sound(&mut self) -> bool {
        let suspect = self.session.as_ref().is_none_or(Session::is_broken);
        if suspect {
            self.session = None;
            match self.probe() {
                Ok(session) => {
                    self.gauge.reconnects.fetch_add(1, Relaxed);
                    self.session = Some(session);
                }
                Err(error) => {
                    if self.soundness.note(&self.gauge, false) {
                        tracing::error!(%error, "the database file cannot be written");
                    }
                    return false;
                }
            }
        }
        if self.soundness.note(&self.gauge, true) {
            tracing::info!("the database file is sound again");
        }
        true
    }

    /// Counts up the file's user version, which nothing else uses: a real, durable write.
    fn probe(&self) -> Result<Session, StoreError> {
        let connection = open_writer(&self.path)?;
        let version = "pragma user_version";
        let before: i32 = connection
            .query_row(version, [], |row| row.get(0))
            .map_err(|error| failure(version, error))?;
        let next = before.wrapping_add(1);
        connection
            .pragma_update(None, "user_version", next)
            .map_err(|error| failure("write the probe", error))?;
        let read: i32 = open_reader(&self.path)?
            .query_row(version, [], |row| row.get(0))
            .map_err(|error| failure(version, error))?;
        if read == next {
            Ok(Session::new(connection))
        } else {
            Err(UNSOUND)
        }
    }
}

/// Runs a unit between two savepoint statements. Nothing if the transaction around it is lost.
fn run_in_savepoint(session: &mut Session, unit: &mut dyn Work) -> Option<Verdict> {
    session.control("savepoint unit").ok()?;
    let ran = unit.run(Link::Sqlite(session));
    let verdict = match session.take_failure() {
        // It failed, whatever it says: what it should answer is found out alone.
        Some(_) if ran == Verdict::Keep => Verdict::Again,
        Some(error) if error.worth_replaying() => Verdict::Again,
        Some(_) | None => ran,
    };
    if session.is_broken() || session.connection.is_autocommit() {
        return None;
    }
    if verdict != Verdict::Keep {
        session.control("rollback to unit").ok()?;
    }
    session.control("release unit").ok()?;
    Some(verdict)
}

fn answer_all(units: Vec<Box<dyn Work>>, error: &StoreError) {
    for unit in units {
        unit.finish(End::Failed(error.clone()));
    }
}
