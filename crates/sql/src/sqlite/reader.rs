//! A reading thread: takes one read at a time from the queue that all readers share and runs it in
//! one snapshot.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::{Session, open_reader};
use crate::conn::Link;
use crate::engine::{ReadQueue, take_read};
use crate::error::StoreError;
use crate::statistics::Gauge;
use crate::unit::{End, Reading};

pub(crate) struct Reader {
    path: PathBuf,
    session: Option<Session>,
    queue: Arc<ReadQueue>,
    gauge: Arc<Gauge>,
}

impl Reader {
    pub(crate) fn open(
        path: PathBuf,
        queue: Arc<ReadQueue>,
        gauge: Arc<Gauge>,
    ) -> Result<Self, StoreError> {
        let session = Some(Session::new(open_reader(&path)?));
        Ok(Self {
            path,
            session,
            queue,
            gauge,
        })
    }

    pub(crate) fn run(mut self) {
        while let Some(mut read) = take_read(&self.queue) {
            let end = match self.read(read.as_mut()) {
                Ok(()) => End::Settled,
                Err(error) => End::Failed(error),
            };
            self.gauge.reads.fetch_add(1, Relaxed);
            read.finish(end);
        }
    }

    fn read(&mut self, read: &mut dyn Reading) -> Result<(), StoreError> {
        let session = match &mut self.session {
            Some(session) => session,
            empty => {
                self.gauge.reconnects.fetch_add(1, Relaxed);
                empty.insert(Session::new(open_reader(&self.path)?))
            }
        };
        session.control("begin")?;
        read.run(Link::Sqlite(session));
        let failure = session.take_failure();
        let ended = session.control("commit");
        if session.is_broken() || ended.is_err() {
            self.session = None;
        }
        failure.map_or(ended, Err)
    }
}
