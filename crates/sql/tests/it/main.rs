//! The engine, with tables of its own: each test runs on SQLite and on PostgreSQL.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

/// The same file as in `testkit`, which would bring the whole platform with it.
#[path = "../../../testkit/src/cluster.rs"]
pub mod cluster;

mod backup;
mod close;
mod concurrency;
mod disk;
mod facade;
mod locks;
mod loss;
mod migrations;
mod patience;
mod tls;
mod units;

use std::future::Future;
use std::sync::{Mutex, mpsc};

use sql::{Engine, Migration, Schema, StoreError};

use crate::cluster::{ENGINES, TestDatabase};

/// The tables that the engine's tests use.
const SCHEMA: &[Migration] = &[Migration {
    number: 1,
    name: "0001_engine_test",
    sqlite: "
        create table counter (
          name  text    not null constraint counter_pk primary key,
          value integer not null constraint counter_not_negative check (0 <= value)
        ) strict;
        create table thing (
          id     integer not null,
          label  text,
          number integer,
          truth  integer,
          bytes  blob,
          body   text,
          constraint thing_pk primary key (id)
        ) strict;
        create unique index thing_label on thing (label) where label is not null;
        create table child (
          id       integer not null,
          thing_id integer not null,
          constraint child_pk primary key (id),
          constraint child_thing_ref foreign key (thing_id) references thing (id)
            deferrable initially deferred
        ) strict;",
    postgres: "
        create table counter (
          name  text   not null constraint counter_pk primary key,
          value bigint not null constraint counter_not_negative check (0 <= value)
        );
        create table thing (
          id     bigint not null,
          label  text,
          number bigint,
          truth  boolean,
          bytes  bytea,
          body   jsonb,
          constraint thing_pk primary key (id)
        );
        create unique index thing_label on thing (label) where label is not null;
        create table child (
          id       bigint not null,
          thing_id bigint not null,
          constraint child_pk primary key (id),
          constraint child_thing_ref foreign key (thing_id) references thing (id)
            deferrable initially deferred
        );",
}];

/// The schema of these tables.
enum Things {}

impl Schema for Things {
    const MIGRATIONS: &'static [Migration] = SCHEMA;
}

type Store = sql::Handle<Things>;
type Tx<'c> = sql::Tx<'c, Things>;
type Conn<'c> = sql::Conn<'c, Things>;

const COUNTER_INSERT: &str = "insert into counter (name, value) values ($1, $2)";
const COUNTER_ADD: &str = "update counter set value = value + $2 where name = $1";
const COUNTER_SET: &str = "update counter set value = $3 where name = $1 and value = $2";
const COUNTER_GET: &str = "select value from counter where name = $1";
const COUNTER_SUM: &str = "select cast(coalesce(sum(value), 0) as bigint) from counter";
const THING_INSERT: &str = "insert into thing (id, label) values ($1, $2)";
const THING_EXISTS: &str = "select id from thing where id = $1";
const CHILD_INSERT: &str = "insert into child (id, thing_id) values ($1, $2)";

async fn open(database: &TestDatabase) -> Store {
    Store::open(database.options())
        .await
        .expect("open the test's database")
}

/// Runs a test on both engines, each with a fresh database.
async fn both<F, Fut>(test: F)
where
    F: Fn(Store) -> Fut,
    Fut: Future<Output = ()>,
{
    for engine in ENGINES {
        let database = TestDatabase::empty(engine).await;
        let store = open(&database).await;
        test(store.clone()).await;
        store.close().await;
    }
}

async fn postgres_only() -> TestDatabase {
    TestDatabase::empty(Engine::Postgres).await
}

fn place() -> u64 {
    100_001
}

async fn insert_counter(store: &Store, name: &'static str, value: i64) {
    store
        .write(place(), move |tx| {
            tx.write(COUNTER_INSERT, &[&name, &value])
        })
        .await
        .expect("insert a counter");
}

async fn counter(store: &Store, name: &'static str) -> i64 {
    store
        .read(move |conn| conn.query_one(COUNTER_GET, &[&name], |row| row.get::<i64>(0)))
        .await
        .expect("read a counter")
}

async fn thing_exists(store: &Store, id: i64) -> bool {
    store
        .read(move |conn| conn.query_opt(THING_EXISTS, &[&id], |_| Ok::<_, StoreError>(())))
        .await
        .expect("look for a thing")
        .is_some()
}

fn add_thing(tx: &mut Tx<'_>, id: i64) -> Result<(), StoreError> {
    tx.write(THING_INSERT, &[&id, &None::<&str>])
}

/// A unit that holds its lane until the sender is dropped, so that what is sent meanwhile shares
/// the next batch.
fn gate() -> (
    mpsc::Sender<()>,
    impl Fn(&mut Tx<'_>) -> Result<(), StoreError> + Send + 'static,
) {
    let (open, closed) = mpsc::channel::<()>();
    let closed = Mutex::new(closed);
    let unit = move |_: &mut Tx<'_>| {
        closed.lock().unwrap().recv().unwrap_err();
        Ok(())
    };
    (open, unit)
}
