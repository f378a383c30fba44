//! A reading thread: takes one read at a time from the queue that all readers of its kind share and
//! runs it in one snapshot.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::{Session, open_reader};
use crate::conn::Link;
use crate::engine::Reads;
use crate::error::StoreError;
use crate::patience::Course;
use crate::statistics::Gauge;
use crate::unit::{End, Reading};

pub(crate) struct Reader {
    path: PathBuf,
    session: Option<Session>,
    reads: Arc<Reads>,
    gauge: Arc<Gauge>,
    was_connected: bool,
}

impl Reader {
    /// A reader that connects when its first read comes.
    pub(crate) fn new(path: PathBuf, reads: Arc<Reads>, gauge: Arc<Gauge>) -> Self {
        Self {
            path,
            session: None,
            reads,
            gauge,
            was_connected: false,
        }
    }

    /// The same, connected.
    pub(crate) fn connected(mut self) -> Result<Self, StoreError> {
        self.session = Some(self.connect()?);
        self.was_connected = true;
        Ok(self)
    }

    fn connect(&self) -> Result<Session, StoreError> {
        let course = Course::new(self.reads.kind, &self.gauge);
        Session::of_reader(open_reader(&self.path)?, course)
    }

    pub(crate) fn run(mut self) {
        while let Some(mut read) = self.reads.take() {
            let end = match self.read(read.as_mut()) {
                Ok(()) => End::Settled,
                Err(error) => End::Failed(error),
            };
            self.gauge.read(self.reads.kind, &end);
            read.finish(end);
            if let Some(rest) = self.session.as_ref().and_then(Session::rest) {
                rest.take();
            }
        }
    }

    fn read(&mut self, read: &mut dyn Reading) -> Result<(), StoreError> {
        if read.is_abandoned() {
            return Err(StoreError::Abandoned);
        }
        let session = match self.session.take() {
            Some(session) => session,
            None => {
                let again = std::mem::replace(&mut self.was_connected, true);
                self.gauge.reconnects.fetch_add(again.into(), Relaxed);
                self.connect()?
            }
        };
        let session = self.session.insert(session);
        session.begin(read.watch())?;
        read.run(Link::Sqlite(session));
        let failure = session.end();
        let ended = session.control("commit");
        if session.is_broken() || ended.is_err() {
            self.session = None;
        }
        failure.map_or(ended, Err)
    }
}
