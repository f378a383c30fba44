//! One connection, used synchronously and pipelined.
//!
//! Writes wait in a list and leave together with the next read or the commit, in one *flight*:
//! everything is sent before the first answer is awaited. Every answer of a flight is looked at.
//! After the first failure nothing more is sent until [`Pipe::roll_back`].

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use futures_util::SinkExt as _;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Row, SimpleQueryMessage, Statement};

use super::config::{Config, FEW_ROWS, MANY_ROWS, SESSION, WRITES_IN_TRANSACTIONS_ONLY};
use super::failure::{Failure, LOST};
use crate::error::StoreError;
use crate::param::Param;
use crate::patience::{Course, Kind, QUICK_TIME_MAX, Rest, Watch};
use crate::statistics::Gauge;

/// A connection with its own executor, so that a thread can wait for it.
pub(crate) struct Pipe {
    client: Client,
    runtime: Runtime,
    statements: HashMap<(usize, usize), Statement>,
    deferred: Vec<Deferred>,
    failed: Option<Failure>,
    /// Whether BEGIN has left, so that there is something to end.
    open: bool,
    /// How many flights have left.
    flights: u64,
    /// How many writes have left in this transaction.
    writes_sent: usize,
    /// To cancel what runs here.
    config: Config,
    /// Of a reader: when the read that runs has to end.
    course: Course,
}

enum Deferred {
    /// A statement of the engine's own, and what is sent if it is more than that.
    Control(&'static str, Option<String>),
    /// Locks rows and changes none, so it can be forgotten with the writes around it.
    Lock {
        sql: &'static str,
        statement: Statement,
        params: Vec<Param<'static>>,
    },
    Write {
        sql: &'static str,
        statement: Statement,
        params: Vec<Param<'static>>,
        rows: Option<u64>,
    },
}

/// The server ends a statement itself when its time is up; after so much longer it is canceled.
const GRACE: Duration = Duration::from_millis(300);

/// How long the server has to end what was canceled.
const CANCEL_TIME_MAX: Duration = Duration::from_secs(1);

/// How a transaction ended.
#[derive(Debug, Clone)]
pub(super) enum Commit {
    Done,
    /// Not committed, for certain. The connection needs a rollback or, if lost, a successor.
    Failed(StoreError),
    /// The connection broke while the commit was under way.
    Unknown,
}

/// A place in a transaction to which it may be possible to return.
pub(super) struct Mark {
    flights: u64,
    deferred: usize,
    /// Writes before the mark, sent or not.
    writes: usize,
}

type Flying<'f> = Pin<Box<dyn Future<Output = Result<Landed, Error>> + 'f>>;

enum Landed {
    Changed(u64),
    Rows(Vec<Row>),
}

impl Pipe {
    pub(crate) fn connect(config: &Config) -> Result<Self, StoreError> {
        Self::connect_set_to(config, &[SESSION, FEW_ROWS])
    }

    fn connect_set_to(config: &Config, settings: &[&str]) -> Result<Self, StoreError> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| StoreError::engine("start an executor", error))?;
        let client = runtime
            .block_on(async {
                let client = config.connect().await?;
                client.batch_execute(&settings.join(";\n")).await?;
                Ok(client)
            })
            .map_err(|error: Error| StoreError::engine("connect to PostgreSQL", error))?;
        Ok(Self {
            client,
            runtime,
            statements: HashMap::new(),
            deferred: Vec::new(),
            failed: None,
            open: false,
            flights: 0,
            writes_sent: 0,
            config: config.clone(),
            course: Course::default(),
        })
    }

    /// A connection for a reader, on which a read that has to end is ended.
    pub(super) fn connect_to_read(
        config: &Config,
        (kind, gauge): (Kind, &Arc<Gauge>),
    ) -> Result<Self, StoreError> {
        let time_max = limit(QUICK_TIME_MAX);
        let kinds = match kind {
            Kind::Quick => format!("{FEW_ROWS};\nset statement_timeout = {time_max}"),
            Kind::Patient => MANY_ROWS.to_owned(),
        };
        let mut pipe = Self::connect_set_to(config, &[SESSION, &kinds])?;
        pipe.course = Course::new(kind, gauge);
        Ok(pipe)
    }

    /// A connection for a lane. Outside of a transaction that says so it writes nothing: when only
    /// BEGIN is canceled, what flies behind it fails too, instead of running by itself.
    pub(super) fn connect_to_write(config: &Config) -> Result<Self, StoreError> {
        let mut pipe = Self::connect(config)?;
        pipe.batch(WRITES_IN_TRANSACTIONS_ONLY)?;
        Ok(pipe)
    }

    /// Waits for something else while the connection is served, so that its end is noticed.
    pub(super) fn wait_for<T>(&self, what: impl Future<Output = T>) -> T {
        self.runtime.block_on(what)
    }

    /// Whether the connection has to be replaced.
    pub(crate) fn is_lost(&self) -> bool {
        self.failed.as_ref().is_some_and(|failure| failure.lost) || self.client.is_closed()
    }

    /// The error of the first failed statement since the last rollback.
    pub(super) fn failure(&self) -> Option<StoreError> {
        self.failed.as_ref().map(|failure| failure.error.clone())
    }

    /// Runs statements of the engine itself, at once.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        self.runtime
            .block_on(self.client.batch_execute(sql))
            .map_err(|error| Failure::new("a statement of the engine", error).error)
    }

    /// The rows of a statement of the engine itself, as texts.
    pub(crate) fn texts(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, StoreError> {
        let answer = self.runtime.block_on(self.client.simple_query(sql));
        let answer =
            answer.map_err(|error| Failure::new("a question of the engine", error).error)?;
        let mut texts = Vec::new();
        for message in answer {
            if let SimpleQueryMessage::Row(row) = message {
                let cells = (0..row.len()).map(|column| row.get(column).map(str::to_owned));
                texts.push(cells.collect());
            }
        }
        Ok(texts)
    }

    /// The first cell of the first row.
    pub(crate) fn text(&mut self, sql: &str) -> Result<Option<String>, StoreError> {
        let first = self.texts(sql)?.into_iter().next();
        Ok(first.and_then(|row| row.into_iter().next().flatten()))
    }

    /// Runs `copy … from stdin` with the chunks that `next` gives.
    pub(crate) fn copy_in(
        &mut self,
        sql: &str,
        mut next: impl FnMut() -> Result<Option<Bytes>, StoreError>,
    ) -> Result<(), StoreError> {
        let failed = |error| Failure::new("copy rows into a table", error).error;
        self.runtime.block_on(async {
            let sink = self.client.copy_in::<_, Bytes>(sql).await.map_err(failed)?;
            let mut sink = pin!(sink);
            while let Some(chunk) = next()? {
                sink.send(chunk).await.map_err(failed)?;
            }
            sink.finish().await.map_err(failed).map(|_rows| ())
        })
    }

    /// Begins a transaction with the next flight.
    pub(super) fn begin(&mut self, begin: &'static str) {
        self.begin_with(begin, None);
    }

    fn begin_with(&mut self, begin: &'static str, whole: Option<String>) {
        self.writes_sent = 0;
        self.open = true;
        self.deferred.push(Deferred::Control(begin, whole));
    }

    /// Begins a read. A patient one ends by its own time limit, at the server too: nothing goes on
    /// there for long when this process can no more say so.
    pub(super) fn begin_read(&mut self, begin: &'static str, kind: Kind, watch: Watch) {
        match kind {
            Kind::Quick => self.begin(begin),
            Kind::Patient => {
                let time_max = limit(watch.time_max());
                let whole = format!("{begin}; set local statement_timeout = {time_max}");
                self.begin_with(begin, Some(whole));
            }
        }
        self.course.begin(watch);
    }

    /// The read has ended: the error of its first statement that failed.
    pub(super) fn end_read(&mut self) -> Option<StoreError> {
        // The server says only that a statement was canceled.
        let over = self.course.over();
        self.course.end();
        match (self.failure(), over) {
            (Some(StoreError::Retry), Some(reason)) => Some(reason),
            (failure, _) => failure,
        }
    }

    /// What the last reads owe to others.
    pub(super) fn rest(&mut self) -> Option<Rest> {
        self.course.rest()
    }

    pub(super) fn mark(&self) -> Mark {
        let waiting = self
            .deferred
            .iter()
            .filter(|it| matches!(it, Deferred::Write { .. }));
        Mark {
            flights: self.flights,
            deferred: self.deferred.len(),
            writes: self.writes_sent + waiting.count(),
        }
    }

    /// Forgets the writes since `mark`, unless some have left already: then answers false.
    pub(super) fn undo(&mut self, mark: &Mark) -> bool {
        if self.flights == mark.flights {
            self.deferred.truncate(mark.deferred);
        } else if self.writes_sent == mark.writes {
            // All from before the mark has left, so what waits is younger.
            self.deferred.clear();
        } else {
            return false;
        }
        true
    }

    fn has_begun(&self) -> bool {
        self.open
            && !self
                .deferred
                .iter()
                .any(|it| matches!(it, Deferred::Control(_, _)))
    }

    pub(crate) fn query(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        self.guard()?;
        let statement = self.statement(sql)?;
        match self.flight(Some((sql, &statement, params, true)))? {
            Some(Landed::Rows(rows)) => Ok(rows),
            Some(Landed::Changed(_)) | None => Ok(Vec::new()),
        }
    }

    pub(crate) fn execute(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> Result<u64, StoreError> {
        self.guard()?;
        let statement = self.statement(sql)?;
        self.writes_sent += 1;
        match self.flight(Some((sql, &statement, params, false)))? {
            Some(Landed::Changed(rows)) => Ok(rows),
            Some(Landed::Rows(_)) | None => Ok(0),
        }
    }

    pub(crate) fn write(
        &mut self,
        sql: &'static str,
        params: Vec<Param<'_>>,
        rows: Option<u64>,
    ) -> Result<(), StoreError> {
        self.guard()?;
        let statement = self.statement(sql)?;
        let params = params.into_iter().map(Param::into_owned).collect();
        self.deferred.push(Deferred::Write {
            sql,
            statement,
            params,
            rows,
        });
        Ok(())
    }

    /// Locks rows with the next flight.
    pub(crate) fn lock(
        &mut self,
        sql: &'static str,
        params: Vec<Param<'_>>,
    ) -> Result<(), StoreError> {
        self.guard()?;
        let statement = self.statement(sql)?;
        let params = params.into_iter().map(Param::into_owned).collect();
        self.deferred.push(Deferred::Lock {
            sql,
            statement,
            params,
        });
        Ok(())
    }

    /// Ends the transaction. Writes whose number of rows matters are looked at before the commit
    /// leaves; all others leave with it.
    pub(super) fn commit(&mut self) -> Commit {
        if let Some(failure) = &self.failed {
            return Commit::Failed(failure.error.clone());
        }
        if !self.open || !self.has_begun() && self.deferred.len() == 1 {
            // Nothing but BEGIN: the server never heard of this transaction.
            self.deferred.clear();
            self.open = false;
            return Commit::Done;
        }
        let checked = |it: &Deferred| matches!(it, Deferred::Write { rows: Some(_), .. });
        if self.deferred.iter().any(checked)
            && let Err(error) = self.flight(None)
        {
            return Commit::Failed(error);
        }
        if self.client.is_closed() {
            self.failed = Some(Failure::lost());
            return Commit::Failed(LOST);
        }
        self.deferred.push(Deferred::Control("commit", None));
        match self.flight(None) {
            Ok(_) => {
                self.open = false;
                Commit::Done
            }
            Err(_) if self.is_lost() => Commit::Unknown,
            Err(error) => Commit::Failed(error),
        }
    }

    /// Gives up the transaction. False if the connection has to be replaced.
    pub(super) fn roll_back(&mut self) -> bool {
        let lost = self.is_lost();
        let sent = self.open && self.has_begun();
        self.deferred.clear();
        self.open = false;
        self.writes_sent = 0;
        self.failed = None;
        if lost || sent && self.batch("rollback").is_err() {
            self.failed = Some(Failure::lost());
            return false;
        }
        true
    }

    fn guard(&mut self) -> Result<(), StoreError> {
        if let Some(rest) = self.course.pause() {
            rest.take();
            self.course.go_on();
        }
        if let Some(error) = self.course.over() {
            self.failed.get_or_insert(Failure { error, lost: false });
        }
        self.failure().map_or(Ok(()), Err)
    }

    fn statement(&mut self, sql: &'static str) -> Result<Statement, StoreError> {
        // A text lives for ever, so its address names it.
        let key = (sql.as_ptr().addr(), sql.len());
        if let Some(statement) = self.statements.get(&key) {
            return Ok(statement.clone());
        }
        let prepared = self.runtime.block_on(self.client.prepare(sql));
        let statement = prepared.map_err(|error| self.fail(Failure::new(sql, error)))?;
        self.statements.insert(key, statement.clone());
        Ok(statement)
    }

    fn fail(&mut self, failure: Failure) -> StoreError {
        let error = failure.error.clone();
        self.failed.get_or_insert(failure);
        error
    }

    /// Sends everything deferred and then `last`, and waits for all answers.
    fn flight(
        &mut self,
        last: Option<(&'static str, &Statement, &[Param<'_>], bool)>,
    ) -> Result<Option<Landed>, StoreError> {
        let deferred = std::mem::take(&mut self.deferred);
        self.flights += 1;
        let client = &self.client;
        let mut flying: Vec<Flying<'_>> = Vec::with_capacity(deferred.len() + 1);
        let mut expected: Vec<(&'static str, Option<u64>)> = Vec::with_capacity(deferred.len() + 1);
        for it in &deferred {
            match it {
                Deferred::Control(sql, whole) => {
                    expected.push((sql, None));
                    let sql = whole.as_deref().unwrap_or(sql);
                    flying.push(Box::pin(async move {
                        client.batch_execute(sql).await.map(|()| Landed::Changed(0))
                    }));
                }
                Deferred::Lock {
                    sql,
                    statement,
                    params,
                } => {
                    expected.push((sql, None));
                    flying.push(Box::pin(change(client, statement, params)));
                }
                Deferred::Write {
                    sql,
                    statement,
                    params,
                    rows,
                } => {
                    self.writes_sent += 1;
                    expected.push((sql, *rows));
                    flying.push(Box::pin(change(client, statement, params)));
                }
            }
        }
        if let Some((sql, statement, params, rows)) = last {
            expected.push((sql, None));
            flying.push(if rows {
                Box::pin(async move {
                    client
                        .query(statement, &refs(params))
                        .await
                        .map(Landed::Rows)
                })
            } else {
                Box::pin(change(client, statement, params))
            });
        }
        let landed = match self.land(flying) {
            Ok(landed) => landed,
            Err(failure) => return Err(self.fail(failure)),
        };
        let mut result = None;
        for ((sql, rows), landed) in expected.into_iter().zip(landed) {
            let failure = match landed {
                Ok(Landed::Changed(changed)) if rows.is_some_and(|rows| rows != changed) => {
                    Failure {
                        error: StoreError::Conflict,
                        lost: false,
                    }
                }
                Ok(landed) => {
                    result = Some(landed);
                    continue;
                }
                Err(error) => Failure::new(sql, error),
            };
            // What follows the first failure in a transaction only repeats it.
            return Err(self.fail(failure));
        }
        Ok(result)
    }

    /// Awaits the answers of a flight, as long as its read may go on.
    fn land(&self, flying: Vec<Flying<'_>>) -> Result<Vec<Result<Landed, Error>>, Failure> {
        let flight = in_order(flying);
        match self.course.watch() {
            Some(watch) if watch.has_asker() => {
                let token = self.client.cancel_token();
                let cancel = self.config.cancel(&token);
                let landed = self.runtime.block_on(unless_over(watch, cancel, flight));
                landed.map_err(|error| Failure { error, lost: true })
            }
            Some(_) | None => Ok(self.runtime.block_on(flight)),
        }
    }
}

/// A time as the server's settings say it, in milliseconds. None is not what is meant: that would
/// be no limit.
fn limit(time: Duration) -> i32 {
    i32::try_from(time.as_millis()).map_or(i32::MAX, |millis| millis.max(1))
}

/// Awaits a flight, unless its read has to end before: then the server is asked to stop, and its
/// answer awaited, so that nothing of this read runs there any more. Nobody knows when the request
/// arrives; it hits whatever runs on the connection then. So the connection counts as lost.
async fn unless_over<T>(
    watch: &Watch,
    cancel: impl Future<Output = Result<(), Error>>,
    flight: impl Future<Output = T>,
) -> Result<T, StoreError> {
    let mut flight = pin!(flight);
    let reason = tokio::select! {
        biased;
        landed = &mut flight => return Ok(landed),
        reason = watch.ended(GRACE) => reason,
    };
    let stopped = async {
        if let Err(error) = cancel.await {
            tracing::warn!(%error, "a statement in PostgreSQL could not be canceled");
            return;
        }
        drop(flight.await);
    };
    if tokio::time::timeout(CANCEL_TIME_MAX, stopped)
        .await
        .is_err()
    {
        tracing::warn!("a statement in PostgreSQL did not end when it was canceled");
    }
    Err(reason)
}

async fn change(
    client: &Client,
    statement: &Statement,
    params: &[Param<'_>],
) -> Result<Landed, Error> {
    client
        .execute(statement, &refs(params))
        .await
        .map(Landed::Changed)
}

fn refs<'p>(params: &'p [Param<'p>]) -> Vec<&'p (dyn ToSql + Sync)> {
    params
        .iter()
        .map(|param| -> &(dyn ToSql + Sync) { param })
        .collect()
}

/// Polls each future once in order, which sends its request, and then awaits the answers in order.
async fn in_order(mut flying: Vec<Flying<'_>>) -> Vec<Result<Landed, Error>> {
    let mut landed: Vec<Option<Result<Landed, Error>>> = Vec::with_capacity(flying.len());
    poll_fn(|cx| {
        for it in &mut flying {
            landed.push(match it.as_mut().poll(cx) {
                Poll::Ready(result) => Some(result),
                Poll::Pending => None,
            });
        }
        Poll::Ready(())
    })
    .await;
    let mut results = Vec::with_capacity(flying.len());
    for (it, landed) in flying.into_iter().zip(landed) {
        results.push(match landed {
            Some(result) => result,
            None => it.await,
        });
    }
    results
}
