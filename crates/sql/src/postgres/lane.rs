//! A writing thread with its own connection.
//!
//! It takes the units that wait, runs them in one transaction and commits once. The batch is
//! optimistic: a unit that fails before any of its writes has left is undone alone by forgetting
//! them; otherwise the transaction is rolled back and each unit runs in its own. So does a unit
//! that met a lock or a conflict. If it meets one again it steps aside, and the lane goes on with
//! the others until its next try is due. Where a lock is held for long, all units of that place
//! go the same way, and the lane gives them a part of its time only.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::sync::mpsc::Receiver;

use super::failure::LOST;
use super::pipe::Commit;
use super::{Config, Pipe};
use crate::conn::Link;
use crate::error::StoreError;
use crate::statistics::{Gauge, Soundness, Stopwatch};
use crate::unit::{End, Message, Verdict, Work};

/// The most units in one transaction.
const BATCH_MAX: usize = 16;

/// How often and how long a unit is tried that meets locks. A lock is waited for up to 50 ms at
/// the first try and up to 5 ms at each later one; the pauses between them double up to a bound.
const ATTEMPTS_MAX: u32 = 64;
const ASIDE_TIME_MAX: Duration = Duration::from_secs(5);

/// The most units that wait aside. More are told at once that the rows are held.
const ASIDE_MAX: usize = 1_024;

/// The longest pause before the second attempt, in microseconds; it doubles up to a bound. Two
/// lanes that lock rows in opposite order would else meet again and again.
const LOCK_PAUSE_US: u64 = 2_000;
const LOCK_PAUSE_DOUBLINGS_MAX: u32 = 7;

/// How often a unit is tried alone after a conflict.
const CONFLICTS_MAX: u32 = 3;

/// After a try that waited for a lock in vain the lane is free of such tries for so many times as
/// long as it took: the neighbours keep three quarters of it.
const REST_AFTER_LOCK: u32 = 3;

/// The first and the longest pause between attempts to connect.
const PAUSE_MIN: Duration = Duration::from_millis(20);
const PAUSE_MAX: Duration = Duration::from_millis(100);

/// The longest sleep of a lane without a connection, which cannot be woken.
const NAP: Duration = Duration::from_millis(2);

const BEGIN: &str = "begin isolation level read committed read write";
const BEGIN_IMPATIENT: &str = "begin isolation level read committed read write; \
                               set local lock_timeout = '5ms'";

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
    /// What time it is for the lane.
    clock: Stopwatch,
    /// Units that wait for their next try.
    aside: Vec<Aside>,
    /// No unit that waits for a lock is tried before.
    rest_until: Duration,
}

/// A unit that ran, and what it wishes for its writes.
type Ran = (Box<dyn Work>, Verdict);

/// A unit that waits for its next try.
struct Aside {
    unit: Box<dyn Work>,
    attempts: u32,
    conflicts: u32,
    /// Whether it met a lock, and so its place is in trouble.
    locked: bool,
    since: Duration,
    due: Duration,
}

/// How one attempt ended.
enum Attempt {
    Ended(End),
    /// Another one may help; else this is the answer.
    Again {
        end: End,
        why: Why,
    },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    Lock,
    Conflict,
    Lost,
}

impl Lane {
    pub(crate) fn open(
        config: Config,
        queue: Receiver<Message<dyn Work>>,
        gauge: Arc<Gauge>,
    ) -> Result<Self, StoreError> {
        let pipe = Some(Pipe::connect_to_write(&config)?);
        Ok(Self {
            config: config.for_another_try(),
            pipe,
            queue,
            gauge,
            soundness: Soundness::default(),
            batch_max: BATCH_MAX,
            refused: None,
            clock: Stopwatch::start(),
            aside: Vec::new(),
            rest_until: Duration::ZERO,
        })
    }

    pub(crate) fn run(mut self) {
        let mut messages = Vec::with_capacity(BATCH_MAX);
        while self.receive(&mut messages) || !self.aside.is_empty() {
            let mut units = Vec::with_capacity(messages.len());
            for message in messages.drain(..) {
                match message {
                    Message::Do(unit) => units.push(unit),
                    Message::Stop => self.queue.close(),
                }
            }
            self.work(units);
            self.try_aside();
        }
    }

    /// Waits for messages, or until a unit that waits aside is due. False if there will be none.
    fn receive(&mut self, messages: &mut Vec<Message<dyn Work>>) -> bool {
        let Some(due) = self.aside.iter().map(|aside| self.due(aside)).min() else {
            let received = match &self.pipe {
                Some(pipe) => pipe.wait_for(self.queue.recv_many(messages, self.batch_max)),
                None => self.queue.blocking_recv_many(messages, self.batch_max),
            };
            return received != 0;
        };
        let wait = due.saturating_sub(self.clock.elapsed());
        if wait.is_zero() || self.queue.is_closed() || self.pipe.is_none() {
            while messages.len() < self.batch_max
                && let Ok(message) = self.queue.try_recv()
            {
                messages.push(message);
            }
            if messages.is_empty() {
                self.sleep(wait);
            }
        } else if let Some(pipe) = &self.pipe {
            let receiving = self.queue.recv_many(messages, self.batch_max);
            // Nothing is lost by giving up: messages stay in the queue.
            drop(pipe.wait_for(async { tokio::time::timeout(wait, receiving).await }));
        }
        true
    }

    fn due(&self, aside: &Aside) -> Duration {
        if aside.locked {
            aside.due.max(self.rest_until)
        } else {
            aside.due
        }
    }

    fn is_in_trouble(&self, place: u64) -> bool {
        self.aside
            .iter()
            .any(|aside| aside.locked && aside.unit.place() == place)
    }

    fn work(&mut self, mut units: Vec<Box<dyn Work>>) {
        self.gauge
            .units
            .fetch_add(u64::try_from(units.len()).unwrap_or(0), Relaxed);
        if !self.aside.is_empty() {
            // Whoever works where a lock is held does not take the others along.
            let (mut free, now) = (Vec::with_capacity(units.len()), self.clock.elapsed());
            for unit in units {
                if self.is_in_trouble(unit.place()) {
                    let aside = Aside::new(unit, now);
                    self.step_aside(aside, Why::Lock, End::Failed(StoreError::Retry));
                } else {
                    free.push(unit);
                }
            }
            units = free;
        }
        if units.is_empty() {
            return;
        }
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
                let verdict = unit.run(Link::Postgres(pipe));
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
        for unit in units {
            let aside = Aside::new(unit, self.clock.elapsed());
            if self.is_in_trouble(aside.unit.place()) {
                self.step_aside(aside, Why::Lock, End::Failed(StoreError::Retry));
            } else {
                self.alone(aside, BEGIN);
            }
        }
    }

    /// Tries the units that are due, the longest due first.
    fn try_aside(&mut self) {
        self.end_overdue();
        for _ in 0..BATCH_MAX {
            let now = self.clock.elapsed();
            let next = (0..self.aside.len())
                .filter_map(|index| Some((self.due(self.aside.get(index)?), index)))
                .min();
            let Some((_, index)) = next.filter(|(due, _)| *due <= now) else {
                return;
            };
            let aside = self.aside.remove(index);
            self.gauge.replays.fetch_add(1, Relaxed);
            let begin = if aside.locked { BEGIN_IMPATIENT } else { BEGIN };
            self.alone(aside, begin);
        }
    }

    /// Answers the units whose time is over. Each has had its try.
    fn end_overdue(&mut self) {
        let now = self.clock.elapsed();
        let over = |aside: &mut Aside| ASIDE_TIME_MAX <= now.saturating_sub(aside.since);
        for aside in self.aside.extract_if(.., over) {
            aside.unit.finish(End::Failed(StoreError::Retry));
        }
    }

    /// One transaction for one unit, which is answered after it or steps aside.
    fn alone(&mut self, mut aside: Aside, begin: &'static str) {
        let began = self.clock.elapsed();
        match self.attempt(aside.unit.as_mut(), begin) {
            Attempt::Ended(end) => {
                if aside.locked {
                    self.hurry(aside.unit.place());
                }
                aside.unit.finish(end);
            }
            Attempt::Again { end, why } => {
                if why == Why::Lock {
                    let now = self.clock.elapsed();
                    let took = now.saturating_sub(began);
                    self.rest_until = now.saturating_add(took.saturating_mul(REST_AFTER_LOCK));
                }
                self.step_aside(aside, why, end);
            }
        }
    }

    /// A lock of this place is free: whoever waits for it is due now.
    fn hurry(&mut self, place: u64) {
        let now = self.clock.elapsed();
        for aside in &mut self.aside {
            if aside.unit.place() == place {
                aside.due = now;
            }
        }
    }

    fn step_aside(&mut self, mut aside: Aside, why: Why, end: End) {
        let now = self.clock.elapsed();
        aside.locked = why == Why::Lock;
        aside.conflicts = aside
            .conflicts
            .saturating_add(u32::from(why == Why::Conflict));
        let over = ATTEMPTS_MAX <= aside.attempts
            || CONFLICTS_MAX <= aside.conflicts
            || ASIDE_TIME_MAX <= now.saturating_sub(aside.since)
            || ASIDE_MAX <= self.aside.len();
        if over {
            return aside.unit.finish(end);
        }
        aside.attempts = aside.attempts.saturating_add(1);
        aside.due = now.saturating_add(pause(aside.attempts));
        self.aside.push(aside);
    }

    fn attempt(&mut self, unit: &mut dyn Work, begin: &'static str) -> Attempt {
        let Some(pipe) = self.connected() else {
            return Attempt::Ended(End::Failed(LOST));
        };
        let watch = Stopwatch::start();
        pipe.begin(begin);
        let verdict = unit.run(Link::Postgres(pipe));
        let ran = watch.elapsed();
        if verdict != Verdict::Keep && pipe.failure().is_none() {
            pipe.roll_back();
            return match verdict {
                Verdict::Again => Attempt::Again {
                    end: End::Settled,
                    why: Why::Conflict,
                },
                Verdict::Keep | Verdict::Undo => Attempt::Ended(End::Settled),
            };
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
                return Attempt::Ended(End::Settled);
            }
            Commit::Unknown => return Attempt::Ended(End::Failed(StoreError::OutcomeUnknown)),
            Commit::Failed(error) => error,
        };
        let why = if matches!(error, StoreError::Retry) {
            self.batch_max = 1;
            Some(Why::Lock)
        } else if matches!(error, StoreError::Conflict) {
            Some(Why::Conflict)
        } else {
            lost.then_some(Why::Lost)
        };
        let end = match verdict {
            Verdict::Keep => End::Failed(error),
            Verdict::Undo | Verdict::Again => End::Settled,
        };
        match why {
            Some(why) => Attempt::Again { end, why },
            None => Attempt::Ended(end),
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the lane's thread waits; no caller's does"
    )]
    fn sleep(&self, wait: Duration) {
        match &self.pipe {
            Some(pipe) => pipe.wait_for(async { tokio::time::sleep(wait).await }),
            None => std::thread::sleep(wait.min(NAP)),
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
            match Pipe::connect_to_write(&self.config) {
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

impl Aside {
    fn new(unit: Box<dyn Work>, now: Duration) -> Self {
        Self {
            unit,
            attempts: 0,
            conflicts: 0,
            locked: false,
            since: now,
            due: now,
        }
    }
}

/// Gives others time to finish, for a random while, so that two lanes do not keep step.
fn pause(attempt: u32) -> Duration {
    let longest = LOCK_PAUSE_US << attempt.min(LOCK_PAUSE_DOUBLINGS_MAX);
    let random = RandomState::new().build_hasher().finish();
    Duration::from_micros(random % longest)
}
