//! A reading thread with its own connection: takes one read at a time from the queue that all
//! readers share and runs it in one snapshot.
//!
//! The end of the snapshot travels with the next read's beginning, or alone if none waits.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::failure::LOST;
use super::pipe::Commit;
use super::{Config, Pipe};
use crate::conn::Link;
use crate::engine::{ReadQueue, take_read};
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
    queue: Arc<ReadQueue>,
    gauge: Arc<Gauge>,
}

impl Reader {
    pub(crate) fn open(
        config: Config,
        queue: Arc<ReadQueue>,
        gauge: Arc<Gauge>,
    ) -> Result<Self, StoreError> {
        let pipe = Some(Pipe::connect(&config)?);
        Ok(Self {
            config,
            pipe,
            queue,
            gauge,
        })
    }

    pub(crate) fn run(mut self) {
        while let Some(mut read) = take_read(&self.queue) {
            let end = self.read(read.as_mut());
            self.gauge.reads.fetch_add(1, Relaxed);
            read.finish(end);
            if let Some(pipe) = &mut self.pipe
                && !matches!(pipe.commit(), Commit::Done)
            {
                self.pipe = None;
            }
        }
    }

    fn read(&mut self, read: &mut dyn Reading) -> End {
        let mut error = LOST;
        for _ in 0..ATTEMPTS_MAX {
            if self.pipe.as_ref().is_none_or(Pipe::is_lost) {
                self.gauge.reconnects.fetch_add(1, Relaxed);
                match Pipe::connect(&self.config.for_another_try()) {
                    Ok(pipe) => self.pipe = Some(pipe),
                    Err(error) => {
                        if let Some(unsaid) = QUIET.turn() {
                            tracing::warn!(%error, unsaid, "a reader cannot connect to PostgreSQL");
                        }
                        return End::Failed(LOST);
                    }
                }
            }
            let Some(pipe) = &mut self.pipe else { continue };
            pipe.begin(BEGIN);
            read.run(Link::Postgres(pipe));
            match pipe.failure() {
                None => return End::Settled,
                Some(failure) => error = failure,
            }
            let lost = pipe.is_lost();
            if !pipe.roll_back() {
                self.pipe = None;
            }
            if !lost {
                break;
            }
        }
        End::Failed(error)
    }
}
