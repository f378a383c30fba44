//! A reading thread with its own connection: takes one read at a time from the queue that all
//! readers of its kind share and runs it in one snapshot.
//!
//! The end of the snapshot leaves when the read has its answer.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::failure::LOST;
use super::pipe::Commit;
use super::{Config, Pipe};
use crate::conn::Link;
use crate::engine::Reads;
use crate::error::StoreError;
use crate::quiet::Quiet;
use crate::statistics::Gauge;
use crate::unit::{End, Reading};

const BEGIN: &str = "begin isolation level repeatable read read only";

/// A lost connection is noticed by the read that meets it, which then runs on a new one.
const ATTEMPTS_MAX: u32 = 3;

static QUIET: Quiet = Quiet::new();

pub(crate) struct Reader {
    config: Config,
    pipe: Option<Pipe>,
    reads: Arc<Reads>,
    gauge: Arc<Gauge>,
    was_connected: bool,
}

impl Reader {
    /// A reader that connects when its first read comes.
    pub(crate) fn new(config: Config, reads: Arc<Reads>, gauge: Arc<Gauge>) -> Self {
        Self {
            config,
            pipe: None,
            reads,
            gauge,
            was_connected: false,
        }
    }

    /// The same, connected.
    pub(crate) fn connected(mut self) -> Result<Self, StoreError> {
        self.pipe = Some(self.connect(&self.config)?);
        self.was_connected = true;
        Ok(self)
    }

    fn connect(&self, config: &Config) -> Result<Pipe, StoreError> {
        Pipe::connect_to_read(config, (self.reads.kind, &self.gauge))
    }

    pub(crate) fn run(mut self) {
        while let Some(mut read) = self.reads.take() {
            let end = self.read(read.as_mut());
            self.gauge.read(self.reads.kind, &end);
            read.finish(end);
            let Some(pipe) = &mut self.pipe else { continue };
            if !matches!(pipe.commit(), Commit::Done) {
                self.pipe = None;
            } else if let Some(rest) = pipe.rest() {
                rest.take();
            }
        }
    }

    fn read(&mut self, read: &mut dyn Reading) -> End {
        if read.is_abandoned() {
            return End::Failed(StoreError::Abandoned);
        }
        let watch = read.watch();
        let mut error = LOST;
        for _ in 0..ATTEMPTS_MAX {
            if !self.reconnect() {
                return End::Failed(LOST);
            }
            let Some(pipe) = &mut self.pipe else { continue };
            pipe.begin_read(BEGIN, self.reads.kind, watch.clone());
            read.run(Link::Postgres(pipe));
            match pipe.end_read() {
                None => return End::Settled,
                Some(failure) => error = failure,
            }
            let lost = pipe.is_lost();
            if !pipe.roll_back() {
                self.pipe = None;
            }
            let ended = matches!(error, StoreError::TimedOut | StoreError::Abandoned);
            if !lost || ended {
                break;
            }
        }
        End::Failed(error)
    }

    /// Connects if there is no sound connection. Returns whether there is one now.
    fn reconnect(&mut self) -> bool {
        if self.pipe.as_ref().is_some_and(|pipe| !pipe.is_lost()) {
            return true;
        }
        let again = std::mem::replace(&mut self.was_connected, true);
        self.gauge.reconnects.fetch_add(again.into(), Relaxed);
        let connected = if again {
            self.connect(&self.config.for_another_try())
        } else {
            self.connect(&self.config)
        };
        match connected {
            Ok(pipe) => {
                self.pipe = Some(pipe);
                true
            }
            Err(error) => {
                if let Some(unsaid) = QUIET.turn() {
                    tracing::warn!(%error, unsaid, "a reader cannot connect to PostgreSQL");
                }
                self.pipe = None;
                false
            }
        }
    }
}
