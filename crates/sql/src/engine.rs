//! The handle on a database: opens it, hands units of work to the engine's threads and answers
//! after the commit.
//!
//! Callers never wait for room: a full queue answers [`StoreError::Busy`] at once.

use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::conn::{Conn, Tx};
use crate::error::{StoreError, UnitError};
use crate::migrate::{Migration, Schema};
use crate::patience::{self, Kind, QUICK_TIME_MAX};
use crate::statistics::{Gauge, Statistics};
use crate::unit::{Message, ReadUnit, Reading, Unit, Work};
use crate::{backup, migrate, postgres, sqlite};

/// Where the rows are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// One file, for one node.
    Sqlite {
        /// The file; created if it is not there.
        path: PathBuf,
    },
    /// A server, shared by several nodes.
    Postgres {
        /// `postgres://user@host/database`, or `key=value` words.
        url: String,
    },
}

/// Which engine is behind a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded SQLite.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

/// What becomes of a database that an older program made, or that nobody has made yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Older {
    /// It is brought up to date.
    Upgraded,
    /// It is refused, and stays as it is.
    Refused,
}

/// How to open a database.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the rows are.
    pub database: Database,
    /// Writing connections on PostgreSQL; SQLite has one writer.
    pub lanes: usize,
    /// Connections for quick reads.
    pub readers: usize,
    /// Connections for patient reads, which are made when the first one comes.
    pub patient_readers: usize,
    /// Units that may wait per lane, and reads that may wait, before callers are turned away.
    pub queue_length_max: usize,
    /// What becomes of an older database.
    pub older: Older,
    /// Another history than the schema's own: only for tests.
    pub migrations: Option<&'static [Migration]>,
}

impl Options {
    /// The defaults that fit a small machine.
    #[must_use]
    pub fn new(database: Database) -> Self {
        let readers = match &database {
            Database::Sqlite { .. } => 2,
            Database::Postgres { .. } => 4,
        };
        Self {
            database,
            lanes: 4,
            readers,
            patient_readers: patience::readers_that_fit(),
            queue_length_max: 4096,
            older: Older::Upgraded,
            migrations: None,
        }
    }
}

/// A cheap handle on an open database with the schema `S`. Clones share its threads.
///
/// Units of work are routed by their *place*: a number, below 2^63, of what they work on. Units of
/// one place go the same way and never wait for each other's locks; those that belong nowhere share
/// [`NO_PLACE`].
pub struct Handle<S> {
    inner: Arc<Inner>,
    schema: PhantomData<fn() -> S>,
}

impl<S> Clone for Handle<S> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            schema: PhantomData,
        }
    }
}

struct Inner {
    engine: Engine,
    database: Database,
    lanes: Vec<mpsc::Sender<Message<dyn Work>>>,
    reads: mpsc::Sender<Message<dyn Reading>>,
    patient_reads: Mutex<Patient>,
    patient_readers: usize,
    gauge: Arc<Gauge>,
    queue_length_max: usize,
    threads: Mutex<Threads>,
    /// How many units were run beside those of their places.
    beside: AtomicU64,
}

#[derive(Default)]
struct Threads {
    /// Those that work off queues and end when these are closed.
    workers: Vec<JoinHandle<()>>,
    /// The checkpointing thread, with what stops it.
    checkpointer: Option<(std::sync::mpsc::Sender<()>, JoinHandle<()>)>,
}

/// The patient readers. Most processes never need one, so they are started for the first read.
enum Patient {
    NotStarted,
    Started(mpsc::Sender<Message<dyn Reading>>),
    Closed,
}

/// Patient reads that may wait before callers are turned away.
const PATIENT_QUEUE_LENGTH_MAX: usize = 256;

/// The queue that all readers of a kind share.
pub(crate) struct Reads {
    pub(crate) kind: Kind,
    /// Who holds the lock takes the next read.
    queue: Mutex<mpsc::Receiver<Message<dyn Reading>>>,
}

impl Reads {
    fn new(kind: Kind, length_max: usize) -> (mpsc::Sender<Message<dyn Reading>>, Arc<Self>) {
        let (reads, queue) = mpsc::channel(length_max);
        let queue = Mutex::new(queue);
        (reads, Arc::new(Self { kind, queue }))
    }

    /// The next read; nothing once the queue is closed and worked off.
    pub(crate) fn take(&self) -> Option<Box<dyn Reading>> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match queue.blocking_recv()? {
                Message::Do(read) => return Some(read),
                Message::Stop => queue.close(),
            }
        }
    }
}

impl<S: Schema> Handle<S> {
    /// Connects, brings the schema up to date, if that is wished, and starts the engine's threads.
    ///
    /// Safe when several processes start on one database at once: one migrates, the others wait.
    pub async fn open(options: Options) -> Result<Self, StoreError> {
        let migrations = options.migrations.unwrap_or(S::MIGRATIONS);
        let inner = off_thread("store-open", move || match options.database.clone() {
            Database::Sqlite { path } => Inner::open_sqlite(options, migrations, &path),
            Database::Postgres { url } => Inner::open_postgres(options, migrations, &url),
        });
        Ok(Self {
            inner: Arc::new(inner.await??),
            schema: PhantomData,
        })
    }

    /// Runs a unit of work and answers after its commit.
    ///
    /// `unit` may run more than once, so it takes its ids and clock as input and has no effects but
    /// through `tx`. An error from `unit` undoes all that it wrote, and nothing of anyone else.
    pub async fn write<T, E, F>(&self, place: u64, unit: F) -> Result<T, E>
    where
        F: Fn(&mut Tx<'_, S>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: UnitError,
    {
        self.write_in_lane((self.lane_of(place), place), unit).await
    }

    /// Runs a unit of work on rows of this place that none of its other units lock. It has its turn
    /// before what is written there after it, as with [`Handle::write`], and unlike there it keeps
    /// that where others wait for held rows of the place. A lock or a failure of its own still
    /// takes it out of its turn.
    pub async fn write_beside<T, E, F>(&self, place: u64, unit: F) -> Result<T, E>
    where
        F: Fn(&mut Tx<'_, S>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: UnitError,
    {
        let own = self.inner.beside.fetch_add(1, Relaxed) | BESIDE;
        self.write_in_lane((self.lane_of(place), own), unit).await
    }

    fn lane_of(&self, place: u64) -> usize {
        let lanes = u64::try_from(self.inner.lanes.len()).unwrap_or(1);
        usize::try_from(place % lanes.max(1)).unwrap_or(0)
    }

    async fn write_in_lane<T, E, F>(&self, (lane, place): (usize, u64), unit: F) -> Result<T, E>
    where
        F: Fn(&mut Tx<'_, S>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: UnitError,
    {
        let (caller, answer) = oneshot::channel();
        let message = Message::Do::<dyn Work>(Box::new(Unit::new(unit, place, caller)));
        let Some(lane) = self.inner.lanes.get(lane) else {
            return Err(closed().into());
        };
        self.accept(lane.try_send(message))?;
        answer
            .await
            .unwrap_or_else(|_gone| Err(StoreError::OutcomeUnknown.into()))
    }

    /// Runs a quick read on a read-only connection, in one snapshot: a few rows that an index leads
    /// to. What was answered by [`Handle::write`] before is seen. `unit` may run more than once.
    ///
    /// One that takes half a minute is ended as [`StoreError::TimedOut`].
    pub async fn read<T, E, F>(&self, unit: F) -> Result<T, E>
    where
        F: Fn(&mut Conn<'_, S>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: UnitError,
    {
        let (caller, answer) = oneshot::channel();
        let read = ReadUnit {
            unit: Unit::new(unit, NO_PLACE, caller),
            time_max: QUICK_TIME_MAX,
            asker: None,
        };
        self.accept(self.inner.reads.try_send(Message::Do(Box::new(read))))?;
        answer.await.unwrap_or_else(|_gone| Err(closed().into()))
    }

    /// Runs a read that may read a lot, for which nobody else waits: patient reads have few
    /// connections, which give way to everything else. As with [`Handle::read`] it sees one
    /// snapshot, and `unit` may run more than once.
    ///
    /// It may take `time_max` from when its turn comes, then it is ended as
    /// [`StoreError::TimedOut`]. When this future is dropped, it is ended as
    /// [`StoreError::Abandoned`].
    ///
    /// A snapshot that stays open keeps what is written meanwhile from being put away: SQLite's log
    /// grows, PostgreSQL keeps old rows. What needs no single moment is read in pages, each a read
    /// of its own; between them others get their turn.
    pub async fn read_patiently<T, E, F>(&self, time_max: Duration, unit: F) -> Result<T, E>
    where
        F: Fn(&mut Conn<'_, S>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: UnitError,
    {
        let asker = CancellationToken::new();
        let (caller, answer) = oneshot::channel();
        let read = ReadUnit {
            unit: Unit::new(unit, NO_PLACE, caller),
            time_max,
            asker: Some(asker.clone()),
        };
        let reads = self.inner.patient_reads()?;
        self.accept(reads.try_send(Message::Do(Box::new(read))))?;
        let _goes = asker.drop_guard();
        answer.await.unwrap_or_else(|_gone| Err(closed().into()))
    }

    fn accept<M>(&self, sent: Result<(), mpsc::error::TrySendError<M>>) -> Result<(), StoreError> {
        sent.map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => {
                self.inner.gauge.turned_away.fetch_add(1, Relaxed);
                StoreError::Busy
            }
            mpsc::error::TrySendError::Closed(_) => closed(),
        })
    }

    /// The engine's numbers now.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        let inner = &self.inner;
        let waiting = |capacity: usize| inner.queue_length_max.saturating_sub(capacity);
        let queue = inner
            .lanes
            .iter()
            .map(|lane| waiting(lane.capacity()))
            .sum();
        let patient = match &*inner.lock_patient() {
            Patient::Started(reads) => PATIENT_QUEUE_LENGTH_MAX.saturating_sub(reads.capacity()),
            Patient::NotStarted | Patient::Closed => 0,
        };
        let reads = waiting(inner.reads.capacity());
        inner.gauge.look([queue, reads, patient])
    }

    /// Whether units can be accepted now: a read succeeds, and every writer writes something that
    /// needs room on the disk. An unsound writer uses the question to try to recover.
    pub async fn ready(&self) -> Result<(), StoreError> {
        self.read(|conn| conn.query_one("select 1", &[], |_| Ok::<_, StoreError>(())))
            .await?;
        for lane in 0..self.inner.lanes.len() {
            self.write_in_lane((lane, NO_PLACE), probe).await?;
        }
        Ok(())
    }

    /// Copies the database into one new file, consistent and without stopping work. PostgreSQL has
    /// its own tool for this, which the error names.
    pub async fn backup(&self, target: &Path) -> Result<(), StoreError> {
        match &self.inner.database {
            Database::Sqlite { path } => {
                let (path, target) = (path.clone(), target.to_owned());
                off_thread("store-backup", move || backup::sqlite(&path, &target)).await?
            }
            Database::Postgres { .. } => Err(StoreError::Unavailable {
                reason: "PostgreSQL is backed up by pg_dump",
            }),
        }
    }

    /// Finishes all accepted work, then stops the threads. Later calls, also on clones, are
    /// refused.
    pub async fn close(self) {
        for lane in &self.inner.lanes {
            // A lane that is gone needs no stop.
            drop(lane.send(Message::Stop).await);
        }
        drop(self.inner.reads.send(Message::Stop).await);
        let patient = std::mem::replace(&mut *self.inner.lock_patient(), Patient::Closed);
        if let Patient::Started(reads) = patient {
            drop(reads.send(Message::Stop).await);
        }
        let threads = std::mem::take(
            &mut *self
                .inner
                .threads
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        let joined = off_thread("store-close", move || {
            let panicked = threads
                .workers
                .into_iter()
                .filter(|_| true)
                .map(JoinHandle::join);
            let panicked = panicked.filter(Result::is_err).count();
            if let Some((stop, thread)) = threads.checkpointer {
                drop(stop);
                drop(thread.join());
            }
            panicked
        });
        if joined.await.unwrap_or(1) != 0 {
            tracing::error!("a thread of the store had panicked");
        }
    }

    /// Which engine is behind this store.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.inner.engine
    }

    /// Where the rows are.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.inner.database
    }
}

impl Inner {
    fn open_sqlite(
        options: Options,
        migrations: &[Migration],
        path: &Path,
    ) -> Result<Self, StoreError> {
        let gauge = Arc::new(Gauge::default());
        let mut connection = sqlite::open_writer(path)?;
        migrate::sqlite(&mut connection, migrations, options.older)?;
        let (lane, queue) = mpsc::channel(options.queue_length_max);
        let (reads, read_queue) = Reads::new(Kind::Quick, options.queue_length_max);
        let (stop, stopped) = std::sync::mpsc::channel();

        let writer = sqlite::Writer::new(
            path.to_owned(),
            sqlite::Session::new(connection),
            queue,
            Arc::clone(&gauge),
        );
        let checkpointer =
            sqlite::Checkpointer::open(path.to_owned(), stopped, Arc::clone(&gauge))?;
        let mut workers = vec![spawn("store-writer", move || writer.run())?];
        for _ in 0..options.readers.max(1) {
            let (queue, gauge) = (Arc::clone(&read_queue), Arc::clone(&gauge));
            let reader = sqlite::Reader::new(path.to_owned(), queue, gauge).connected()?;
            workers.push(spawn("store-reader", move || reader.run())?);
        }
        let checkpointer = spawn("store-checkpoint", move || checkpointer.run())?;
        let threads = Threads {
            workers,
            checkpointer: Some((stop, checkpointer)),
        };
        Ok(Self::assemble(options, vec![lane], reads, (gauge, threads)))
    }

    fn open_postgres(
        options: Options,
        migrations: &[Migration],
        url: &str,
    ) -> Result<Self, StoreError> {
        let gauge = Arc::new(Gauge::default());
        let config = postgres::Config::parse(url)?;
        migrate::postgres(&config, migrations, options.older)?;
        let (reads, read_queue) = Reads::new(Kind::Quick, options.queue_length_max);

        let mut lanes = Vec::new();
        let mut threads = Threads::default();
        for _ in 0..options.lanes.max(1) {
            let (lane, queue) = mpsc::channel(options.queue_length_max);
            let worker = postgres::Lane::open(config.clone(), queue, Arc::clone(&gauge))?;
            threads
                .workers
                .push(spawn("store-lane", move || worker.run())?);
            lanes.push(lane);
        }
        for _ in 0..options.readers.max(1) {
            let (queue, gauge) = (Arc::clone(&read_queue), Arc::clone(&gauge));
            let reader = postgres::Reader::new(config.clone(), queue, gauge).connected()?;
            threads
                .workers
                .push(spawn("store-reader", move || reader.run())?);
        }
        Ok(Self::assemble(options, lanes, reads, (gauge, threads)))
    }

    fn lock_patient(&self) -> MutexGuard<'_, Patient> {
        let locked = self.patient_reads.lock();
        locked.unwrap_or_else(PoisonError::into_inner)
    }

    /// The queue of the patient reads, whose readers are started if this is the first one.
    fn patient_reads(&self) -> Result<mpsc::Sender<Message<dyn Reading>>, StoreError> {
        let mut patient = self.lock_patient();
        match &*patient {
            Patient::Started(reads) => return Ok(reads.clone()),
            Patient::Closed => return Err(closed()),
            Patient::NotStarted => {}
        }
        let (reads, queue) = Reads::new(Kind::Patient, PATIENT_QUEUE_LENGTH_MAX);
        for _ in 0..self.patient_readers {
            let (queue, gauge) = (Arc::clone(&queue), Arc::clone(&self.gauge));
            let started = match &self.database {
                Database::Sqlite { path } => {
                    let reader = sqlite::Reader::new(path.clone(), queue, gauge);
                    spawn("store-patient", move || reader.run())?
                }
                Database::Postgres { url } => {
                    let config = postgres::Config::parse(url)?;
                    let reader = postgres::Reader::new(config, queue, gauge);
                    spawn("store-patient", move || reader.run())?
                }
            };
            let threads = self.threads.lock();
            let mut threads = threads.unwrap_or_else(PoisonError::into_inner);
            threads.workers.push(started);
        }
        *patient = Patient::Started(reads.clone());
        Ok(reads)
    }

    fn assemble(
        options: Options,
        lanes: Vec<mpsc::Sender<Message<dyn Work>>>,
        reads: mpsc::Sender<Message<dyn Reading>>,
        (gauge, threads): (Arc<Gauge>, Threads),
    ) -> Self {
        let engine = match options.database {
            Database::Sqlite { .. } => Engine::Sqlite,
            Database::Postgres { .. } => Engine::Postgres,
        };
        Self {
            engine,
            database: options.database,
            lanes,
            reads,
            patient_reads: Mutex::new(Patient::NotStarted),
            patient_readers: options.patient_readers.max(1),
            gauge,
            queue_length_max: options.queue_length_max,
            threads: Mutex::new(threads),
            beside: AtomicU64::new(0),
        }
    }
}

/// The place of units that belong nowhere. All of them go the same way, so they do not meet each
/// other.
pub const NO_PLACE: u64 = 0;

/// Places from here on are of one unit each: nothing else has such a number.
const BESIDE: u64 = 1 << 63;

/// A page of its own that must find room, and a record that must reach the log's disk. A table of
/// the session leaves nothing behind: its file is cut off at the commit.
const PROBE_POSTGRES: &str = "\
do $$
begin
  create temp table if not exists altyn_probe (filling text) on commit delete rows;
  insert into pg_temp.altyn_probe (filling) values (repeat('x', 1000));
  perform pg_logical_emit_message(true, 'altyn', 'ready');
end
$$";

/// Changes nothing, and yet the row's page goes to the log.
const PROBE_SQLITE: &str = "\
update migration
   set name = name
 where number = 1";

/// Writes for the sake of writing.
fn probe<S>(tx: &mut Tx<'_, S>) -> Result<(), StoreError> {
    let statement = tx.pick(PROBE_SQLITE, PROBE_POSTGRES);
    tx.execute(statement, &[]).map(drop)
}

fn closed() -> StoreError {
    StoreError::Unavailable {
        reason: "the store is closed",
    }
}

fn spawn(
    name: &'static str,
    body: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, StoreError> {
    Builder::new()
        .name(name.to_owned())
        .spawn(body)
        .map_err(|error| StoreError::engine("start a thread", error))
}

/// Runs blocking work on a thread of its own, so that no executor waits.
async fn off_thread<T: Send + 'static>(
    name: &'static str,
    body: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    let (done, result) = oneshot::channel();
    // The handle is not needed: the channel tells the end, also that of a panic. A caller that went
    // away does not need the result.
    drop(spawn(name, move || drop(done.send(body())))?);
    result.await.map_err(|_gone| StoreError::Panicked)
}
