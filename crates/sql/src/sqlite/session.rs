//! One connection with what is known about its transaction.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex};

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, Statement, ToSql};

use super::checkpoint::PASSIVE;
use super::constraint;
use crate::error::StoreError;
use crate::param::Param;
use crate::patience::{Course, Rest, SharedCourse, Watch, look};
use crate::quiet::Quiet;
use crate::row::Row;

/// A connection, the first failed statement of the current unit, and whether the engine itself
/// failed.
pub(crate) struct Session {
    pub(crate) connection: Connection,
    places: Places,
    failed: Option<StoreError>,
    broken: bool,
    /// Of a reader: when the read that runs has to end.
    course: Option<SharedCourse>,
}

impl Session {
    pub(crate) fn new(connection: Connection) -> Self {
        Self {
            connection,
            places: Places::new(),
            failed: None,
            broken: false,
            course: None,
        }
    }

    /// A session whose statements stop when the read that runs has to end, and rest when it is time
    /// to. SQLite asks while it works: nothing is ever interrupted but the read that is meant.
    pub(crate) fn of_reader(
        mut connection: Connection,
        course: Course,
    ) -> Result<Self, StoreError> {
        let course = Arc::new(Mutex::new(course));
        let looked_at = Arc::clone(&course);
        let progress = move || is_over(&looked_at);
        connection
            .progress_handler(STEPS, Some(progress))
            .map_err(|error| failure("watch over the reads of a connection", error))?;
        let course = Some(course);
        Ok(Self {
            course,
            ..Self::new(connection)
        })
    }

    /// A read begins.
    pub(crate) fn begin(&mut self, watch: Watch) -> Result<(), StoreError> {
        self.control("begin")?;
        if let Some(course) = &self.course {
            look(course).begin(watch);
        }
        Ok(())
    }

    /// The read has ended: the error of its first statement that failed.
    pub(crate) fn end(&mut self) -> Option<StoreError> {
        if let Some(course) = &self.course {
            look(course).end();
        }
        self.take_failure()
    }

    /// What the last reads owe to others.
    pub(crate) fn rest(&self) -> Option<Rest> {
        look(self.course.as_ref()?).rest()
    }

    /// Why the read that runs has to end; nothing if it may go on, or if there is none.
    fn over(&self) -> Option<StoreError> {
        look(self.course.as_ref()?).over()
    }

    /// The first error among the statements since the last call.
    pub(crate) fn take_failure(&mut self) -> Option<StoreError> {
        self.failed.take()
    }

    /// Whether the engine failed below the level of statements: disk full, I/O error, corruption,
    /// memory. Nothing on this connection may be acknowledged until it has been proved sound.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken
    }

    pub(crate) fn query<T>(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
        map: &mut dyn FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.guard()?;
        let outcome = query(&self.connection, &mut self.places, sql, params, map);
        match outcome {
            Ok(rows) => rows,
            Err(error) => Err(self.fail(sql, error)),
        }
    }

    pub(crate) fn execute(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> Result<u64, StoreError> {
        self.guard()?;
        let places = &mut self.places;
        let outcome = self
            .connection
            .prepare_cached(sql)
            .and_then(|mut statement| {
                bind(&mut statement, places, sql, params)?;
                statement.raw_execute()
            });
        match outcome {
            Ok(rows) => Ok(u64::try_from(rows).unwrap_or(u64::MAX)),
            Err(error) => Err(self.fail(sql, error)),
        }
    }

    pub(crate) fn write(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
        rows: Option<u64>,
    ) -> Result<(), StoreError> {
        let changed = self.execute(sql, params)?;
        if rows.is_some_and(|rows| rows != changed) {
            self.failed = Some(StoreError::Conflict);
            return Err(StoreError::Conflict);
        }
        Ok(())
    }

    /// Moves what it can from the log into the database file, without waiting for anyone.
    pub(crate) fn checkpoint(&mut self) -> Result<(), StoreError> {
        let outcome = self.connection.query_row(PASSIVE, [], |_| Ok(()));
        outcome.map_err(|error| self.note(PASSIVE, error))
    }

    /// Runs a statement of the engine itself: begin, savepoint, commit and the like.
    pub(crate) fn control(&mut self, sql: &'static str) -> Result<(), StoreError> {
        let outcome = self
            .connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.raw_execute());
        outcome.map(|_| ()).map_err(|error| self.note(sql, error))
    }

    fn guard(&mut self) -> Result<(), StoreError> {
        if self.failed.is_none() {
            self.failed = self.over();
        }
        self.failed.clone().map_or(Ok(()), Err)
    }

    fn fail(&mut self, sql: &'static str, error: rusqlite::Error) -> StoreError {
        let error = self.note(sql, error);
        self.failed = Some(error.clone());
        error
    }

    fn note(&mut self, sql: &'static str, error: rusqlite::Error) -> StoreError {
        if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted)
            && let Some(reason) = self.over()
        {
            return reason;
        }
        if is_broken(&error) {
            self.broken = true;
        }
        constraint::named(&self.connection, &error).unwrap_or_else(|| failure(sql, error))
    }
}

/// How many steps of a statement's program lie between two looks: less than a millisecond's work.
const STEPS: i32 = 20_000;

/// Whether the read that runs has to end. Rests if it is time to.
fn is_over(course: &Mutex<Course>) -> bool {
    let rest = match &mut *look(course) {
        course if course.watch().is_some() => course.pause(),
        _none_runs => return false,
    };
    if let Some(rest) = rest {
        rest.take();
        look(course).go_on();
    }
    look(course).over().is_some()
}

type Rows<T> = Result<Vec<T>, StoreError>;

/// The outer error is the statement's, the inner one is `map`'s.
fn query<T>(
    connection: &Connection,
    places: &mut Places,
    sql: &'static str,
    params: &[Param<'_>],
    map: &mut dyn FnMut(&Row<'_>) -> Result<T, StoreError>,
) -> rusqlite::Result<Rows<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    bind(&mut statement, places, sql, params)?;
    let mut rows = statement.raw_query();
    let mut mapped = Vec::new();
    while let Some(row) = rows.next()? {
        match map(&Row::sqlite(row, sql)) {
            Ok(value) => mapped.push(value),
            Err(error) => return Ok(Err(error)),
        }
    }
    Ok(Ok(mapped))
}

/// For each placeholder of a statement the place of its parameter. A text lives as long as the
/// program, so its address and length name it.
type Places = HashMap<(usize, usize), Box<[usize]>>;

fn bind(
    statement: &mut Statement<'_>,
    places: &mut Places,
    sql: &'static str,
    params: &[Param<'_>],
) -> rusqlite::Result<()> {
    let places = match places.entry((sql.as_ptr().addr(), sql.len())) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(new) => new.insert(read_places(statement)?),
    };
    let count = places.iter().max().map_or(0, |last| last.saturating_add(1));
    if count != params.len() {
        return Err(rusqlite::Error::InvalidParameterCount(params.len(), count));
    }
    for (index, param) in (1..).zip(places.iter().filter_map(|place| params.get(*place))) {
        statement.raw_bind_parameter(index, param)?;
    }
    Ok(())
}

/// Reads the numbers in the placeholders' names: to SQLite, `$2` is a name like any other.
fn read_places(statement: &Statement<'_>) -> rusqlite::Result<Box<[usize]>> {
    let place = |index: usize| {
        let name = statement.parameter_name(index);
        let number = name.and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok());
        let place = number.and_then(|number| number.checked_sub(1));
        place.ok_or(rusqlite::Error::InvalidParameterCount(0, index))
    };
    (1..=statement.parameter_count()).map(place).collect()
}

impl ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Bool(truth) => ValueRef::Integer(i64::from(*truth)),
            Self::Text(text) | Self::Json(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// The store's words for an engine error that names no constraint.
pub(crate) fn failure(statement: &'static str, error: rusqlite::Error) -> StoreError {
    if is_broken(&error) {
        static QUIET: Quiet = Quiet::new();
        if let Some(unsaid) = QUIET.turn() {
            tracing::error!(%error, statement, unsaid, "the database file failed");
        }
        return StoreError::Unavailable {
            reason: "the database file failed",
        };
    }
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Retry,
        _ => StoreError::engine(statement, error),
    }
}

fn is_broken(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::CannotOpen
                | ErrorCode::OutOfMemory
                | ErrorCode::ReadOnly
                | ErrorCode::FileLockingProtocolFailed
                | ErrorCode::OperationInterrupted
        )
    )
}
