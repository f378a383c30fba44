//! A writing thread with its own connection.
//!
//! It takes the units that wait, runs them in one transaction and commits once. The batch is
//! optimistic: a unit that fails before any of its writes has left is undone alone by forgetting
//! them; otherwise the transaction is rolled back and each unit runs in its own. So does a unit
//! that met a lock or a conflict.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::sync::mpsc::Receiver;

use super::failure::LOST;
use super::pipe::Commit;
use super::{Config, Pipe};
use crate::conn::{Link, Tx};
use crate::error::StoreError;
use crate::statistics::{Gauge, Soundness, Stopwatch};
use crate::unit::{End, Message, Verdict, Work};

/// The most units in one transaction.
const BATCH_MAX: usize = 16;

/// How often a unit is tried alone. Waiting for a lock takes up to 50 ms and the pauses double, so
/// this bounds a unit at about a second.
const ATTEMPTS_MAX: u32 = 10;

/// The longest pause before the second attempt, in microseconds; it doubles up to a bound. Two
/// lanes that lock rows in opposite order would else meet again and again.
const LOCK_PAUSE_US: u64 = 2_000;
const LOCK_PAUSE_DOUBLINGS_MAX: u32 = 5;

/// How often a unit is tried alone after a conflict.
const CONFLICTS_MAX: u32 = 3;

/// The first and the longest pause between attempts to connect.
const PAUSE_MIN: Duration = Duration::from_millis(20);
const PAUSE_MAX: Duration = Duration::from_secs(2);

const BEGIN: &str = "begin isolation level read committed read write";

pub(crate) struct Lane {
    config: Config,
    pipe: Option<Pipe>,
    queue: Receiver<Message<dyn Work>>,
    gauge: Arc<Gauge>,
    soundness: Soundness,
    /// The most units in the next transaction: one after a lock was not got, then growing again.
    batch_max: usize,
    /// When the last attempt to connect failed, and how long to wait after it.
    refused: Option<(Stopwatch, Duration)>,
}

/// A unit that ran, and what it wishes for its writes.
type Ran = (Box<dyn Work>, Verdict);

impl Lane {
    pub(crate) fn open(
        config: Config,
        queue: Receiver<Message<dyn Work>>,
        gauge: Arc<Gauge>,
    ) -> Result<Self, StoreError> {
        let pipe = Some(Pipe::connect(&config)?);
        Ok(Self {
            config,
            pipe,
            queue,
            gauge,
            soundness: Soundness::default(),
            batch_max: BATCH_MAX,
            refused: None,
        })
    }

    pub(crate) fn run(mut self) {
        let mut messages = Vec::with_capacity(BATCH_MAX);
        while self.receive(&mut messages) != 0 {
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

    fn receive(&mut self, messages: &mut Vec<Message<dyn Work>>) -> usize {
        match &self.pipe {
            Some(pipe) => pipe.wait_for(self.queue.recv_many(messages, self.batch_max)),
            None => self.queue.blocking_recv_many(messages, self.batch_max),
        }
    }

    fn work(&mut self, units: Vec<Box<dyn Work>>) {
        self.gauge
            .units
            .fetch_add(u64::try_from(units.len()).unwrap_or(0), Relaxed);
        if units.len() == 1 {
            return self.each_alone(units);
        }
        let Some((done, commit)) = self.batch(units) else {
            return;
        };
        match commit {
            Commit::Done => {
                self.batch_max = BATCH_MAX.min(self.batch_max * 2);
                let mut again = Vec::new();
                for (unit, verdict) in done {
                    match verdict {
                        Verdict::Keep | Verdict::Undo => unit.finish(End::Settled),
                        Verdict::Again => again.push(unit),
                    }
                }
                self.replay(again);
            }
            Commit::Failed(_) => {
                self.gauge.commits_failed.fetch_add(1, Relaxed);
                self.replay(done.into_iter().map(|(unit, _)| unit).collect());
            }
            Commit::Unknown => {
                self.gauge.commits_failed.fetch_add(1, Relaxed);
                for (unit, _) in done {
                    unit.finish(End::Failed(StoreError::OutcomeUnknown));
                }
            }
        }
    }

    /// Runs all units in one transaction. Nothing if there is no connection: then all are answered.
    fn batch(&mut self, units: Vec<Box<dyn Work>>) -> Option<(Vec<Ran>, Commit)> {
        let Some(pipe) = self.connected() else {
            for unit in units {
                unit.finish(End::Failed(LOST));
            }
            return None;
        };
        let watch = Stopwatch::start();
        pipe.begin(BEGIN);
        let size = units.len();
        let mut done = Vec::with_capacity(size);
        let mut commit = None;
        for mut unit in units {
            if commit.is_none() {
                let mark = pipe.mark();
                let verdict = unit.run(&mut Tx::new(Link::Postgres(pipe)));
                let undone = verdict == Verdict::Keep || pipe.undo(&mark);
                if pipe.failure().is_some() || !undone {
                    commit = Some(Commit::Failed(StoreError::Retry));
                }
                done.push((unit, verdict));
            } else {
                done.push((unit, Verdict::Again));
            }
        }
        let ran = watch.elapsed();
        let commit = commit.unwrap_or_else(|| pipe.commit());
        if !matches!(commit, Commit::Done) {
            pipe.roll_back();
        }
        self.gauge
            .batch(size, ran, watch.elapsed().saturating_sub(ran));
        Some((done, commit))
    }

    fn replay(&mut self, units: Vec<Box<dyn Work>>) {
        self.gauge
            .replays
            .fetch_add(u64::try_from(units.len()).unwrap_or(0), Relaxed);
        self.each_alone(units);
    }

    fn each_alone(&mut self, units: Vec<Box<dyn Work>>) {
        for mut unit in units {
            let end = self.alone(unit.as_mut());
            unit.finish(end);
        }
    }

    fn alone(&mut self, unit: &mut dyn Work) -> End {
        let mut conflicts = 0;
        let mut end = End::Failed(LOST);
        for attempt in 0..ATTEMPTS_MAX {
            if 0 < attempt {
                self.gauge.replays.fetch_add(1, Relaxed);
                self.pause(attempt);
            }
            let Some(pipe) = self.connected() else {
                return End::Failed(LOST);
            };
            let watch = Stopwatch::start();
            pipe.begin(BEGIN);
            let verdict = unit.run(&mut Tx::new(Link::Postgres(pipe)));
            let ran = watch.elapsed();
            if verdict != Verdict::Keep && pipe.failure().is_none() {
                pipe.roll_back();
                end = End::Settled;
                conflicts += 1;
                if verdict == Verdict::Undo || CONFLICTS_MAX <= conflicts {
                    break;
                }
                continue;
            }
            let commit = pipe.commit();
            let lost = pipe.is_lost();
            if !matches!(commit, Commit::Done) {
                pipe.roll_back();
                self.gauge.commits_failed.fetch_add(1, Relaxed);
            }
            self.gauge
                .batch(1, ran, watch.elapsed().saturating_sub(ran));
            let error = match commit {
                Commit::Done => {
                    self.batch_max = BATCH_MAX.min(self.batch_max * 2);
                    return End::Settled;
                }
                Commit::Unknown => return End::Failed(StoreError::OutcomeUnknown),
                Commit::Failed(error) => error,
            };
            conflicts += u32::from(matches!(error, StoreError::Conflict));
            if matches!(error, StoreError::Retry) {
                self.batch_max = 1;
            }
            let again = (error.worth_replaying() || lost) && conflicts < CONFLICTS_MAX;
            end = if verdict == Verdict::Keep {
                End::Failed(error)
            } else {
                End::Settled
            };
            if !again {
                break;
            }
        }
        end
    }

    /// Gives others time to finish, for a random while, so that two lanes do not keep step.
    #[expect(
        clippy::disallowed_methods,
        reason = "the lane's thread waits; no caller's does"
    )]
    fn pause(&self, attempt: u32) {
        let longest = LOCK_PAUSE_US << attempt.min(LOCK_PAUSE_DOUBLINGS_MAX);
        let random = RandomState::new().build_hasher().finish();
        let pause = Duration::from_micros(random % longest);
        match &self.pipe {
            Some(pipe) => pipe.wait_for(async { tokio::time::sleep(pause).await }),
            None => std::thread::sleep(pause),
        }
    }

    /// The connection, opened anew if it was lost. After a refusal there is a growing pause before
    /// the next attempt; units that come meanwhile are answered at once.
    fn connected(&mut self) -> Option<&mut Pipe> {
        if self.pipe.as_ref().is_some_and(Pipe::is_lost) {
            self.pipe = None;
        }
        if self.pipe.is_none() {
            if self
                .refused
                .as_ref()
                .is_some_and(|(since, pause)| since.elapsed() < *pause)
            {
                return None;
            }
            self.gauge.reconnects.fetch_add(1, Relaxed);
            match Pipe::connect(&self.config) {
                Ok(pipe) => {
                    self.pipe = Some(pipe);
                    self.refused = None;
                }
                Err(error) => {
                    if self.soundness.note(&self.gauge, false) {
                        tracing::error!(%error, "a lane cannot connect to PostgreSQL");
                    }
                    let pause = self
                        .refused
                        .take()
                        .map_or(PAUSE_MIN, |(_, pause)| pause * 2);
                    self.refused = Some((Stopwatch::start(), pause.min(PAUSE_MAX)));
                }
            }
        }
        if self.pipe.is_some() && self.soundness.note(&self.gauge, true) {
            tracing::info!("a lane is connected to PostgreSQL again");
        }
        self.pipe.as_mut()
    }
}
