//! Brings a database's schema to what this program expects.
//!
//! Migrations go forward and are never edited. The table `migration` says which were applied, with
//! the checksum of their text; a database that is newer than the program, or whose history differs,
//! is refused.

use rusqlite::{Connection, TransactionBehavior};
use sha2::{Digest, Sha256};

use crate::engine::Older;
use crate::error::StoreError;
use crate::param::Param;
use crate::postgres::{Config, Pipe};
use crate::sqlite::failure;

/// One step of the schema's history, with a text for each engine.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Its number: 1, 2, 3, … without gaps.
    pub number: i64,
    /// Its name, as in the file's name.
    pub name: &'static str,
    /// The text for SQLite.
    pub sqlite: &'static str,
    /// The text for PostgreSQL.
    pub postgres: &'static str,
}

/// A schema: what a database is for. The type itself has no value; it stands for the schema where
/// a handle, a connection or a parameter is one of it.
pub trait Schema: Send + Sync + 'static {
    /// Its history, the oldest first.
    const MIGRATIONS: &'static [Migration];
}

const TABLE_SQLITE: &str = "\
create table if not exists migration (
  number     integer not null,
  name       text    not null,
  checksum   text    not null,
  applied_at integer not null,
  constraint migration_pk primary key (number)
) strict";

const TABLE_POSTGRES: &str = "\
create table if not exists migration (
  number     bigint not null,
  name       text collate \"C\" not null,
  checksum   text collate \"C\" not null,
  applied_at bigint not null,
  constraint migration_pk primary key (number)
)";

const THERE_SQLITE: &str = "\
select count(*)
  from sqlite_master
 where type = 'table' and name = 'migration'";

const APPLIED: &str = "select number, checksum from migration order by number";

const INSERT: &str = "insert into migration (number, name, checksum, applied_at)
 values ($1, $2, $3, $4)";

const TABLES_POSTGRES: &str = "\
select tablename
  from pg_tables
 where schemaname = current_schema()
 order by tablename";

/// Waits at most this long for another process that is migrating.
const LOCK: &str = "set lock_timeout = '60s'; select pg_advisory_lock(4707193011)";

/// Applies what is missing, all in one exclusive transaction.
pub(crate) fn sqlite(
    connection: &mut Connection,
    migrations: &[Migration],
    older: Older,
) -> Result<(), StoreError> {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Exclusive)
        .map_err(|error| failure("begin exclusive", error))?;
    if older == Older::Refused {
        let there = transaction.query_row(THERE_SQLITE, [], |row| row.get::<_, bool>(0));
        if !there.map_err(|error| failure(THERE_SQLITE, error))? {
            return Err(StoreError::Unmade);
        }
    }
    transaction
        .execute_batch(TABLE_SQLITE)
        .map_err(|error| failure(TABLE_SQLITE, error))?;
    let applied = transaction
        .prepare(APPLIED)
        .and_then(|mut statement| {
            statement
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
        .map_err(|error| failure(APPLIED, error))?;
    let pending = pending(migrations, applied, |migration| migration.sqlite)?;
    refuse_older(older, migrations, &pending)?;
    for migration in pending {
        let number = migration.number;
        transaction
            .execute_batch(migration.sqlite)
            .map_err(|error| StoreError::Migration {
                number,
                reason: error.to_string(),
            })?;
        let checksum = checksum(migration.sqlite);
        transaction
            .execute(INSERT, (number, migration.name, checksum, now_us()))
            .map_err(|error| failure(INSERT, error))?;
        tracing::info!(number, name = migration.name, "applied a migration");
    }
    transaction
        .commit()
        .map_err(|error| failure("commit migrations", error))
}

/// Applies what is missing, each in its own transaction, under an advisory lock of the database.
pub(crate) fn postgres(
    config: &Config,
    migrations: &[Migration],
    older: Older,
) -> Result<(), StoreError> {
    let mut pipe = Pipe::connect(config)?;
    pipe.batch(LOCK)?;
    if older == Older::Refused {
        return require_postgres(&mut pipe, migrations);
    }
    pipe.batch("set client_min_messages = warning")?;
    pipe.batch(TABLE_POSTGRES)?;
    let pending = pending_postgres(&mut pipe, migrations)?;
    for migration in &pending {
        pipe.batch("begin")?;
        apply_postgres(&mut pipe, migration)?;
        pipe.batch("commit")?;
        tracing::info!(
            number = migration.number,
            name = migration.name,
            "applied a migration"
        );
    }
    if !pending.is_empty() {
        analyze(&mut pipe, migrations)?;
    }
    Ok(())
}

/// Refuses a database whose schema is not the one that these migrations make.
pub(crate) fn require_postgres(
    pipe: &mut Pipe,
    migrations: &[Migration],
) -> Result<(), StoreError> {
    let tables = tables_postgres(pipe, migrations)?;
    if !tables.iter().any(|table| table == "migration") {
        return Err(StoreError::Unmade);
    }
    let pending = pending_postgres(pipe, migrations)?;
    refuse_older(Older::Refused, migrations, &pending)
}

/// Applies what is missing inside of the transaction that is open, and looks at the tables.
pub(crate) fn postgres_inside(pipe: &mut Pipe, migrations: &[Migration]) -> Result<(), StoreError> {
    for migration in pending_postgres(pipe, migrations)? {
        apply_postgres(pipe, &migration)?;
    }
    analyze(pipe, migrations)
}

/// The tables of migrations that are in a schema. Others may stand beside them: those of
/// extensions, and of whoever shares the schema.
pub(crate) fn tables_postgres(
    pipe: &mut Pipe,
    migrations: &[Migration],
) -> Result<Vec<String>, StoreError> {
    let there = pipe.texts(TABLES_POSTGRES)?.into_iter().flatten().flatten();
    let ours = there.filter(|name| is_made(migrations, name));
    Ok(ours.collect())
}

/// Whether a table is one that migrations make, or their own.
fn is_made(migrations: &[Migration], table: &str) -> bool {
    let mut lines = migrations
        .iter()
        .flat_map(|migration| migration.postgres.lines());
    let makes = |line: &str| {
        let made = line.strip_prefix("create table ");
        made.and_then(|made| made.split([' ', '(']).next()) == Some(table)
    };
    table == "migration" || lines.any(makes)
}

/// Looks at the tables that have rows. An empty one is left alone: PostgreSQL takes a table that
/// it has never looked at for a small one, but one that it has seen empty for empty, and then all
/// plans cost the same and the wrong ones stay.
fn analyze(pipe: &mut Pipe, migrations: &[Migration]) -> Result<(), StoreError> {
    for table in tables_postgres(pipe, migrations)? {
        let filled = pipe.text(&format!("select exists (select 1 from {table})"))?;
        if filled.as_deref() == Some("t") {
            pipe.batch(&format!("analyze {table}"))?;
        }
    }
    Ok(())
}

fn pending_postgres(
    pipe: &mut Pipe,
    migrations: &[Migration],
) -> Result<Vec<Migration>, StoreError> {
    let applied = pipe
        .query(APPLIED, &[])?
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect::<Result<_, tokio_postgres::Error>>()
        .map_err(|error| StoreError::engine(APPLIED, error))?;
    pending(migrations, applied, |migration| migration.postgres)
}

fn apply_postgres(pipe: &mut Pipe, migration: &Migration) -> Result<(), StoreError> {
    let number = migration.number;
    pipe.batch(migration.postgres)
        .map_err(|error| StoreError::Migration {
            number,
            reason: detail(&error),
        })?;
    let checksum = checksum(migration.postgres);
    let row = [
        Param::Integer(number),
        Param::Text(migration.name.into()),
        Param::Text(checksum.into()),
        Param::Integer(now_us()),
    ];
    pipe.execute(INSERT, &row).map(|_| ())
}

/// Refuses a database of an older program, or of none, where it is to stay as it is.
fn refuse_older(
    older: Older,
    migrations: &[Migration],
    pending: &[Migration],
) -> Result<(), StoreError> {
    match older {
        Older::Refused if pending.is_empty() => Ok(()),
        Older::Refused if pending.len() == migrations.len() => Err(StoreError::Unmade),
        Older::Refused => Err(StoreError::Outdated),
        Older::Upgraded => Ok(()),
    }
}

/// The migrations to apply, after the history was found to agree with the program's.
fn pending(
    migrations: &[Migration],
    applied: Vec<(i64, String)>,
    text: impl Fn(&Migration) -> &'static str,
) -> Result<Vec<Migration>, StoreError> {
    let refuse = |number: i64, reason: &str| {
        Err(StoreError::Migration {
            number,
            reason: reason.to_owned(),
        })
    };
    for (expected, migration) in (1..).zip(migrations) {
        if migration.number != expected {
            return refuse(
                migration.number,
                "the program's migrations are not numbered in order",
            );
        }
    }
    for (index, (number, sum)) in applied.iter().enumerate() {
        let Some(migration) = migrations.get(index) else {
            return refuse(*number, "the database is newer than this program");
        };
        if migration.number != *number {
            return refuse(
                migration.number,
                "it was left out when later ones were applied",
            );
        }
        if *sum != checksum(text(migration)) {
            return refuse(*number, "its text differs from what was applied");
        }
    }
    Ok(migrations.get(applied.len()..).unwrap_or_default().to_vec())
}

fn checksum(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn detail(error: &StoreError) -> String {
    let source = std::error::Error::source(error).map(|source| format!("{source}: "));
    format!("{}{error}", source.unwrap_or_default())
}

#[expect(
    clippy::disallowed_methods,
    reason = "notes for the operator when the schema changed"
)]
fn now_us() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since
        .ok()
        .and_then(|time| i64::try_from(time.as_micros()).ok())
        .unwrap_or(0)
}
