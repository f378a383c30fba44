//! One moment of a PostgreSQL database, which `pg_dump` copies while it is looked at here.

use std::marker::PhantomData;

use super::{Cells, Overview};
use crate::conn::{Conn, Link};
use crate::engine::Engine;
use crate::error::StoreError;
use crate::migrate::{self, Schema};
use crate::postgres::{Config, Pipe};

/// A transaction that sees one moment, and lends it to others by name. It blocks its thread, which
/// must be no executor's.
pub struct Snapshot<S> {
    pipe: Pipe,
    name: String,
    schema: PhantomData<fn() -> S>,
}

const BEGIN: &str = "\
set idle_in_transaction_session_timeout = 0;
begin isolation level repeatable read read only";

const NAME_POSTGRES: &str = "select pg_export_snapshot()";

const SCHEMA_POSTGRES: &str = "select current_schema()";

impl<S: Schema> Snapshot<S> {
    /// Takes the moment of now.
    pub fn open(url: &str) -> Result<Self, StoreError> {
        let mut pipe = Pipe::connect(&Config::parse(url)?)?;
        pipe.batch(BEGIN)?;
        let name = pipe.text(NAME_POSTGRES)?;
        let name = name.ok_or_else(|| StoreError::corrupt("no snapshot", "name", "?"))?;
        Ok(Self {
            pipe,
            name,
            schema: PhantomData,
        })
    }

    /// Refuses a database whose schema is not this program's.
    pub fn require_current(&mut self) -> Result<(), StoreError> {
        migrate::require_postgres(&mut self.pipe, S::MIGRATIONS)
    }

    /// What `pg_dump --snapshot` is told.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The schema that our tables are in.
    pub fn schema(&mut self) -> Result<String, StoreError> {
        let schema = self.pipe.text(SCHEMA_POSTGRES)?;
        schema.ok_or(StoreError::Unavailable {
            reason: "no schema of the database is on the search path",
        })
    }

    /// To read it through.
    pub fn conn(&mut self) -> Conn<'_, S> {
        Conn::new(Link::Postgres(&mut self.pipe))
    }
}

impl<S: Schema> Overview for Snapshot<S> {
    fn engine(&self) -> Engine {
        Engine::Postgres
    }

    fn tables(&mut self) -> Result<Vec<String>, StoreError> {
        migrate::tables_postgres(&mut self.pipe, S::MIGRATIONS)
    }

    fn texts(&mut self, sql: &str) -> Result<Vec<Cells>, StoreError> {
        self.pipe.texts(sql)
    }
}
