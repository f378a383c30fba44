//! What a unit of work sees: [`Conn`] to read, [`Tx`] to read and write.
//!
//! `S` is the schema that the database has: it says which values can be parameters.
//!
//! Everything is synchronous: there is nothing to await inside a transaction, so nothing outside
//! can be called from it. A statement that fails fails its whole unit on both engines, even if
//! the unit swallows the error.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::engine::Engine;
use crate::error::StoreError;
use crate::param::{Param, ToParam};
use crate::postgres::Pipe;
use crate::row::Row;
use crate::sqlite::Session;

/// Values of one statement, in the order of `$1`, `$2`, …
pub type Params<'p, S> = &'p [&'p dyn ToParam<S>];

/// A connection to read through.
pub struct Conn<'c, S> {
    link: Link<'c>,
    schema: PhantomData<fn() -> S>,
}

/// The engine's side of a connection.
pub(crate) enum Link<'c> {
    Sqlite(&'c mut Session),
    Postgres(&'c mut Pipe),
}

impl<'c, S> Conn<'c, S> {
    pub(crate) fn new(link: Link<'c>) -> Self {
        Self {
            link,
            schema: PhantomData,
        }
    }

    /// All rows of a query, mapped one by one.
    pub fn query<T>(
        &mut self,
        sql: &'static str,
        params: Params<'_, S>,
        mut map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let params = bind(params);
        match &mut self.link {
            Link::Sqlite(session) => session.query(sql, &params, &mut map),
            Link::Postgres(pipe) => {
                let rows = pipe.query(sql, &params)?;
                rows.iter()
                    .map(|row| map(&Row::postgres(row, sql)))
                    .collect()
            }
        }
    }

    /// The only row of a query, or none; a second row is [`StoreError::Corrupt`].
    pub fn query_opt<T>(
        &mut self,
        sql: &'static str,
        params: Params<'_, S>,
        mut map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut seen = false;
        let mut rows = self.query(sql, params, |row| {
            if std::mem::replace(&mut seen, true) {
                return Err(row.corrupt(0));
            }
            map(row)
        })?;
        Ok(rows.pop())
    }

    /// The only row of a query; none or a second row is [`StoreError::Corrupt`].
    pub fn query_one<T>(
        &mut self,
        sql: &'static str,
        params: Params<'_, S>,
        map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.query_opt(sql, params, map)?
            .ok_or_else(|| StoreError::corrupt("no row", "for statement", sql))
    }

    /// The text for this engine, where one text cannot serve both. Each use is a counted exception.
    #[must_use]
    pub fn pick(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self.engine() {
            Engine::Sqlite => sqlite,
            Engine::Postgres => postgres,
        }
    }

    /// The engine behind this connection.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match &self.link {
            Link::Sqlite(_) => Engine::Sqlite,
            Link::Postgres(_) => Engine::Postgres,
        }
    }
}

/// A unit of work's hold on the database: reads like [`Conn`], and writes.
pub struct Tx<'c, S> {
    conn: Conn<'c, S>,
}

impl<'c, S> Deref for Tx<'c, S> {
    type Target = Conn<'c, S>;

    fn deref(&self) -> &Self::Target {
        &self.conn
    }
}

impl<S> DerefMut for Tx<'_, S> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.conn
    }
}

impl<'c, S> Tx<'c, S> {
    pub(crate) fn new(link: Link<'c>) -> Self {
        Self {
            conn: Conn::new(link),
        }
    }

    /// Runs a statement now and answers how many rows it changed.
    pub fn execute(&mut self, sql: &'static str, params: Params<'_, S>) -> Result<u64, StoreError> {
        let params = bind(params);
        match &mut self.conn.link {
            Link::Sqlite(session) => session.execute(sql, &params),
            Link::Postgres(pipe) => pipe.execute(sql, &params),
        }
    }

    /// Runs a statement at the latest before the next read or the commit. Its errors may come
    /// that late too, so a constraint that is part of the logic belongs into [`Tx::execute`].
    pub fn write(&mut self, sql: &'static str, params: Params<'_, S>) -> Result<(), StoreError> {
        self.deferred(sql, params, None)
    }

    /// Locks rows until this unit has ended, in the order of the calls and before the next read:
    /// what is read after it stays so. SQLite has one writer and no such statement.
    pub fn lock(
        &mut self,
        postgres: &'static str,
        params: Params<'_, S>,
    ) -> Result<(), StoreError> {
        match &mut self.conn.link {
            Link::Sqlite(_) => Ok(()),
            Link::Postgres(pipe) => pipe.lock(postgres, bind(params)),
        }
    }

    /// Like [`Tx::write`], and exactly one row must change, else [`StoreError::Conflict`].
    pub fn write_one(
        &mut self,
        sql: &'static str,
        params: Params<'_, S>,
    ) -> Result<(), StoreError> {
        self.deferred(sql, params, Some(1))
    }

    /// Like [`Tx::write`], and exactly `rows` rows must change, else [`StoreError::Conflict`].
    pub fn write_rows(
        &mut self,
        rows: u64,
        sql: &'static str,
        params: Params<'_, S>,
    ) -> Result<(), StoreError> {
        self.deferred(sql, params, Some(rows))
    }

    fn deferred(
        &mut self,
        sql: &'static str,
        params: Params<'_, S>,
        rows: Option<u64>,
    ) -> Result<(), StoreError> {
        let params = bind(params);
        match &mut self.conn.link {
            Link::Sqlite(session) => session.write(sql, &params, rows),
            Link::Postgres(pipe) => pipe.write(sql, params, rows),
        }
    }
}

fn bind<'p, S>(params: Params<'p, S>) -> Vec<Param<'p>> {
    params.iter().map(|param| param.to_param()).collect()
}

/// The most rows that [`many`] writes at once.
pub const ROWS_MAX: usize = 64;

type Text = (&'static str, usize, usize, &'static str);

static TEXTS: LazyLock<Mutex<HashMap<Text, &'static str>>> = LazyLock::new(Mutex::default);

/// The text `head ($1, …), ($3, …), … tail` for `rows` rows of `columns` columns.
///
/// Each text is built once and kept, so its statement stays prepared; [`ROWS_MAX`] bounds how many
/// there can be. Callers with more rows write them in several statements.
///
/// # Panics
///
/// If `rows` is 0 or above [`ROWS_MAX`].
#[must_use]
pub fn many(head: &'static str, columns: usize, rows: usize, tail: &'static str) -> &'static str {
    assert!(
        (1..=ROWS_MAX).contains(&rows),
        "{rows} rows in one statement"
    );
    let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    texts.entry((head, columns, rows, tail)).or_insert_with(|| {
        let mut text = String::from(head);
        let mut number = 0;
        for row in 0..rows {
            text.push_str(if row == 0 { " (" } else { ", (" });
            for column in 0..columns {
                number += 1;
                let comma = if column == 0 { "" } else { ", " };
                // Writing to a String cannot fail.
                write!(text, "{comma}${number}").unwrap_or_default();
            }
            text.push(')');
        }
        if !tail.is_empty() {
            text.push(' ');
            text.push_str(tail);
        }
        text.leak()
    })
}
