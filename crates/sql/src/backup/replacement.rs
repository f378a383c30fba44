//! Replaces what is in a PostgreSQL database by a dump, in one transaction: what is there is set
//! aside in a schema of its own, the dump comes in its place, is looked at, and only then counts.
//! Tables of others are left alone, in whichever schema they are. It needs no more rights than the
//! database's owner has.

use std::borrow::Cow;
use std::io::{BufRead, Error};
use std::marker::PhantomData;

use bytes::Bytes;

use super::{Cells, Overview};
use crate::conn::{Conn, Link};
use crate::engine::Engine;
use crate::error::StoreError;
use crate::migrate::{self, Schema};
use crate::postgres::{Config, Pipe};
use crate::serving::LOCK;

/// How the names of schemas begin that hold what was replaced.
const KEPT: &str = "altyn_replaced_";

/// How many bytes of a table travel at once.
const CHUNK_BYTES: usize = 64 * 1024;

const BEGIN: &str = "\
set idle_in_transaction_session_timeout = 0;
set lock_timeout = '10s';
begin";

/// Others of ours that are connected, also those that hold no lock.
const OTHERS_POSTGRES: &str = "\
select count(*)
  from pg_stat_activity
 where datname = current_database()
   and pid <> pg_backend_pid()
   and application_name = current_setting('application_name')";

/// The table `migration`, if it is the one that we make: it is there, and has these columns.
const IS_OURS_POSTGRES: &str = "\
select count(*) = 3
  from information_schema.columns
 where table_schema = current_schema()
   and table_name = 'migration'
   and column_name in ('number', 'checksum', 'applied_at')";

const NEWEST_POSTGRES: &str = "select max(number) from migration";

const SCHEMA_POSTGRES: &str = "select quote_ident(current_schema())";

const PAUSE_POSTGRES: &str = "select pg_sleep(0.1)";

const KEPT_POSTGRES: &str = "\
select nspname
  from pg_namespace
 where nspname like 'altyn\\_replaced\\_%'
 order by nspname";

/// A transaction that replaces what is in a database. Dropped before the commit, it has done
/// nothing. It blocks its thread, which must be no executor's.
pub struct Replacement<S> {
    pipe: Pipe,
    schema: PhantomData<fn() -> S>,
}

/// How long those who have ended may take to leave, in seconds.
const PATIENCE_S: u32 = 1;

impl<S: Schema> Replacement<S> {
    /// Begins, unless anybody works with the database.
    pub fn begin(url: &str) -> Result<Self, StoreError> {
        let mut pipe = Pipe::connect(&Config::parse(url)?)?;
        let lock = format!("set lock_timeout = '{PATIENCE_S}s'; select pg_advisory_lock({LOCK})");
        if let Err(error) = pipe.batch(&lock) {
            if !matches!(error, StoreError::Retry) {
                return Err(error);
            }
            return Err(StoreError::Unavailable {
                reason: "somebody serves from this database, or restores it: stop every server \
                         that uses it",
            });
        }
        wait_until_alone(&mut pipe)?;
        pipe.batch(BEGIN)?;
        Ok(Self {
            pipe,
            schema: PhantomData,
        })
    }

    /// Returns whether tables of ours would be replaced. Refuses tables of another program that
    /// have our names, and those of a newer program, of which not all are known here.
    pub fn is_needed(&mut self) -> Result<bool, StoreError> {
        if migrate::tables_postgres(&mut self.pipe, S::MIGRATIONS)?.is_empty() {
            return Ok(false);
        }
        if self.pipe.text(IS_OURS_POSTGRES)?.as_deref() != Some("t") {
            return Err(StoreError::Unavailable {
                reason: "tables of another program have the names of ours: give Altyn a schema of \
                         its own",
            });
        }
        let newest = self.pipe.text(NEWEST_POSTGRES)?;
        let newest = newest.and_then(|number| number.parse::<i64>().ok());
        if S::MIGRATIONS.last().map(|last| last.number) < newest {
            return Err(StoreError::Unavailable {
                reason: "the database is of a newer program: restore with that one, or with this \
                         one into an empty database or schema",
            });
        }
        Ok(true)
    }

    /// Sets aside what is there, in a schema whose name ends so.
    pub fn set_aside(&mut self, suffix: &str) -> Result<String, StoreError> {
        let tables = migrate::tables_postgres(&mut self.pipe, S::MIGRATIONS)?;
        let schema = format!("{KEPT}{suffix}");
        self.pipe.batch(&format!("create schema {schema}"))?;
        for table in tables {
            let table = quoted(&table);
            let aside = format!("alter table {table} set schema {schema}");
            self.pipe.batch(&aside)?;
        }
        Ok(schema)
    }

    /// Runs a dump, written out as a script. Its tables come into our schema, whichever they were
    /// in.
    pub fn load(&mut self, script: &mut dyn BufRead) -> Result<(), StoreError> {
        let here = self.pipe.text(SCHEMA_POSTGRES)?;
        let here = here.ok_or(StoreError::Unavailable {
            reason: "no schema of the database is on the search path: make the one that its \
                     address names",
        })?;
        let mut there = None;
        let mut statements = String::new();
        let mut line = Vec::new();
        while next_line(script, &mut line)? {
            let text = str::from_utf8(&line)
                .map_err(|error| StoreError::engine("read the dump", error))?;
            there = there.or_else(|| schema_of(text));
            let text = moved(text, there.as_deref(), &here);
            if text.starts_with("COPY ") && text.ends_with(" FROM stdin;\n") {
                self.run(&mut statements)?;
                let copy = text.trim_end().trim_end_matches(';').to_owned();
                let mut ended = false;
                self.pipe.copy_in(&copy, || {
                    (!ended).then(|| next_chunk(script, &mut ended)).transpose()
                })?;
            } else if let Some(schema) = text.strip_prefix("CREATE SCHEMA ") {
                // One that is there is as good.
                statements.push_str("create schema if not exists ");
                statements.push_str(schema);
            } else if !is_of_the_session(&text) {
                statements.push_str(&text);
            }
        }
        self.run(&mut statements)
    }

    fn run(&mut self, statements: &mut String) -> Result<(), StoreError> {
        self.pipe.batch(statements)?;
        statements.clear();
        Ok(())
    }

    /// Brings the schema up to date, and makes the server look at the tables.
    pub fn migrate(&mut self) -> Result<(), StoreError> {
        migrate::postgres_inside(&mut self.pipe, S::MIGRATIONS)
    }

    /// To read what will be there.
    pub fn conn(&mut self) -> Conn<'_, S> {
        Conn::new(Link::Postgres(&mut self.pipe))
    }

    /// Makes it count.
    pub fn commit(mut self) -> Result<(), StoreError> {
        let committed = self.pipe.batch("commit");
        committed.map_err(|error| match self.pipe.is_lost() {
            true => StoreError::OutcomeUnknown,
            false => error,
        })
    }
}

impl<S: Schema> Overview for Replacement<S> {
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

fn wait_until_alone(pipe: &mut Pipe) -> Result<(), StoreError> {
    for _ in 0..PATIENCE_S.saturating_mul(10) {
        if pipe.text(OTHERS_POSTGRES)?.as_deref() == Some("0") {
            return Ok(());
        }
        pipe.batch(PAUSE_POSTGRES)?;
    }
    Err(StoreError::Unavailable {
        reason: "a server or a command of Altyn is connected to this database: stop it",
    })
}

/// Drops all that was ever set aside. The schemas' names. What others have made of it, as views,
/// is not dropped with it: then it stays, and PostgreSQL says why.
pub fn drop_kept(url: &str) -> Result<Vec<String>, StoreError> {
    let mut pipe = Pipe::connect(&Config::parse(url)?)?;
    let kept = pipe.texts(KEPT_POSTGRES)?.into_iter().flatten().flatten();
    let kept: Vec<String> = kept.collect();
    for schema in &kept {
        let tables = format!("select tablename from pg_tables where schemaname = '{schema}'");
        let tables = pipe.texts(&tables)?.into_iter().flatten().flatten();
        let tables: Vec<String> = tables
            .map(|table| format!("{schema}.{}", quoted(&table)))
            .collect();
        let tables = match tables.as_slice() {
            [] => String::new(),
            tables => format!("drop table {};", tables.join(", ")),
        };
        pipe.batch(&format!("{tables} drop schema {schema}"))?;
    }
    Ok(kept)
}

/// A name as SQL takes it, whatever it is.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The schema of the table that a line makes.
fn schema_of(line: &str) -> Option<String> {
    let (schema, _table) = line.strip_prefix("CREATE TABLE ")?.split_once('.')?;
    Some(schema.to_owned())
}

/// A line of a dump for another schema. It has names of the schema only where SQL has them.
fn moved<'a>(line: &'a str, there: Option<&str>, here: &str) -> Cow<'a, str> {
    let Some(there) = there.filter(|there| *there != here) else {
        return line.into();
    };
    let name = |before: char, schema: &str| format!("{before}{schema}.");
    let line = line.replace(&name(' ', there), &name(' ', here));
    line.replace(&name('\'', there), &name('\'', here)).into()
}

/// Settings and commands for `psql`: our session has its own.
fn is_of_the_session(line: &str) -> bool {
    line.starts_with('\\')
        || line.starts_with("--")
        || line.starts_with("SET ")
        || line.starts_with("SELECT pg_catalog.set_config(")
}

fn next_line(script: &mut dyn BufRead, line: &mut Vec<u8>) -> Result<bool, StoreError> {
    line.clear();
    let read = script.read_until(b'\n', line);
    Ok(read.map_err(|error| StoreError::engine("read the dump", error))? != 0)
}

/// Rows of a table, up to the line that ends them.
fn next_chunk(script: &mut dyn BufRead, ended: &mut bool) -> Result<Bytes, StoreError> {
    let mut rows = Vec::with_capacity(CHUNK_BYTES);
    let mut line = Vec::new();
    while rows.len() < CHUNK_BYTES {
        if !next_line(script, &mut line)? {
            let short = Error::from(std::io::ErrorKind::UnexpectedEof);
            return Err(StoreError::engine("read the dump", short));
        }
        if line == b"\\.\n" {
            *ended = true;
            break;
        }
        rows.extend_from_slice(&line);
    }
    Ok(Bytes::from(rows))
}
