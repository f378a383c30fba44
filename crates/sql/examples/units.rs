//! Measures the engine alone: units like "create payment" and reads of one row, no HTTP.
//!
//! `cargo run --release -p sql --example units -- sqlite /tmp/units.db`
//! `cargo run --release -p sql --example units -- postgres postgres://…`
//!
//! The database must be empty or left over from an earlier run, and lies on the disk that is to
//! be measured. A unit has five statements: two lookups, three inserts with four secondary indexes.
#![expect(clippy::print_stdout, reason = "the figures are its output")]
#![expect(
    clippy::disallowed_methods,
    reason = "it measures time and names its rows by it"
)]

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};
use std::time::{Duration, Instant, SystemTime};

use sql::{Database, Json, Migration, Options, Schema, StoreError};

const CALLERS: [u32; 4] = [1, 8, 64, 256];
const SHOPS: i64 = 200;
const WARM_UP: Duration = Duration::from_secs(1);
const MEASURED: Duration = Duration::from_secs(5);

const SCHEMA: &[Migration] = &[Migration {
    number: 1,
    name: "0001_units",
    sqlite: "
        create table shop (id integer not null primary key, name text not null) strict;
        create table payment (
          id text not null primary key, shop_id integer not null, state text not null,
          amount integer not null, currency text not null, description text,
          metadata text not null, version integer not null, created_at integer not null,
          expires_at integer
        ) strict;
        create index payment_by_shop on payment (shop_id, created_at, id);
        create index payment_by_state on payment (shop_id, state, created_at);
        create index payment_expiring on payment (expires_at) where expires_at is not null;
        create table idempotency (
          shop_id integer not null, key text not null, digest blob not null, answer text not null,
          primary key (shop_id, key)
        ) strict;
        create table event (
          id text not null primary key, shop_id integer not null, body text not null,
          due_at integer
        ) strict;
        create index event_due on event (due_at) where due_at is not null;",
    postgres: "
        create table shop (id bigint primary key, name text not null);
        create table payment (
          id text primary key, shop_id bigint not null, state text not null,
          amount bigint not null, currency text not null, description text,
          metadata jsonb not null, version bigint not null, created_at bigint not null,
          expires_at bigint
        );
        create index payment_by_shop on payment (shop_id, created_at, id);
        create index payment_by_state on payment (shop_id, state, created_at);
        create index payment_expiring on payment (expires_at) where expires_at is not null;
        create table idempotency (
          shop_id bigint not null, key text not null, digest bytea not null, answer text not null,
          primary key (shop_id, key)
        );
        create table event (
          id text primary key, shop_id bigint not null, body text not null, due_at bigint
        );
        create index event_due on event (due_at) where due_at is not null;",
}];

/// The schema of these tables.
enum Units {}

impl Schema for Units {
    const MIGRATIONS: &'static [Migration] = SCHEMA;
}

type Store = sql::Handle<Units>;
type Tx<'c> = sql::Tx<'c, Units>;
type Conn<'c> = sql::Conn<'c, Units>;

const KEY: &str = "select digest, answer from idempotency where shop_id = $1 and key = $2";
const SHOP: &str = "select name from shop where id = $1";
const SHOP_INSERT: &str =
    "insert into shop (id, name) values ($1, 'shop') on conflict (id) do nothing";
const PAYMENT_INSERT: &str = "insert into payment (id, shop_id, state, amount, currency,
  description, metadata, version, created_at, expires_at)
  values ($1, $2, 'pending', 10000, 'RUB', 'Order', $3, 1, $4, $4)";
const KEY_INSERT: &str =
    "insert into idempotency (shop_id, key, digest, answer) values ($1, $2, $3, $4)";
const EVENT_INSERT: &str = "insert into event (id, shop_id, body, due_at) values ($1, $2, $3, $4)";
const PAYMENT: &str = "select id, shop_id, state, amount, currency, description, metadata, version,
  created_at, expires_at from payment where id = $1";

/// Five statements, as when a payment is created.
fn create(tx: &mut Tx<'_>, shop: i64, number: i64) -> Result<(), StoreError> {
    let id = payment_id(number);
    let body = "x".repeat(700);
    tx.query_opt(KEY, &[&shop, &id], |row| row.get::<String>(1))?;
    tx.query_one(SHOP, &[&shop], |row| row.get::<String>(0))?;
    let metadata = Json("{\"order\": \"37\"}");
    tx.write(PAYMENT_INSERT, &[&id, &shop, &metadata, &number])?;
    tx.write(KEY_INSERT, &[&shop, &id, &[7_u8; 32], &body])?;
    tx.write(EVENT_INSERT, &[&id, &shop, &body, &number])
}

fn find(conn: &mut Conn<'_>, number: i64) -> Result<(String, i64), StoreError> {
    let id = payment_id(number);
    conn.query_one(PAYMENT, &[&id], |row| Ok((row.get(2)?, row.get(3)?)))
}

fn payment_id(number: i64) -> String {
    format!("{number:016x}-000f-5000-8000-000000000000")
}

#[tokio::main(worker_threads = 2)]
async fn main() -> Called {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let database = match arguments.as_slice() {
        [engine, path] if engine == "sqlite" => Database::Sqlite { path: path.into() },
        [engine, url] if engine == "postgres" => Database::Postgres { url: url.clone() },
        _ => return Err("usage: units sqlite PATH | postgres URL".into()),
    };
    let store = Store::open(Options::new(database)).await?;
    for shop in 1..=SHOPS {
        store
            .write(u64::try_from(shop)?, move |tx| {
                tx.write(SHOP_INSERT, &[&shop])
            })
            .await?;
    }
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let first = i64::try_from(since.as_micros())? * 100;
    let next = Arc::new(AtomicI64::new(first));
    for callers in CALLERS {
        measure("create", callers, &store, {
            let next = Arc::clone(&next);
            move |store: Store| {
                let number = next.fetch_add(1, Relaxed);
                async move {
                    let shop = 1 + number % SHOPS;
                    let place = u64::try_from(shop)?;
                    store
                        .write(place, move |tx| create(tx, shop, number))
                        .await?;
                    Ok(())
                }
            }
        })
        .await?;
    }
    let created = next.load(Relaxed) - first - 1_000;
    for callers in CALLERS {
        let (next, step) = (Arc::new(AtomicI64::new(0)), 7_919);
        measure("read", callers, &store, move |store: Store| {
            let number = first + next.fetch_add(step, Relaxed) % created;
            async move {
                store.read(move |conn| find(conn, number)).await?;
                Ok(())
            }
        })
        .await?;
    }
    println!("{:?}", store.statistics());
    store.close().await;
    Ok(())
}

type Called = Result<(), Box<dyn Error + Send + Sync>>;

/// Runs `call` from `callers` tasks, each waiting for its answer, and prints what came out.
async fn measure<F, Fut>(what: &str, callers: u32, store: &Store, call: F) -> Called
where
    F: Fn(Store) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = Called> + Send,
{
    let (warm, stop) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicBool::new(false)),
    );
    let before = store.statistics();
    let tasks: Vec<_> = (0..callers)
        .map(|_| {
            let (store, call) = (store.clone(), call.clone());
            let (warm, stop) = (Arc::clone(&warm), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut times = Vec::new();
                while !stop.load(Relaxed) {
                    let began = Instant::now();
                    call(store.clone()).await?;
                    if warm.load(Relaxed) {
                        times.push(began.elapsed());
                    }
                }
                Ok::<_, Box<dyn Error + Send + Sync>>(times)
            })
        })
        .collect();
    tokio::time::sleep(WARM_UP).await;
    warm.store(true, Relaxed);
    let began = Instant::now();
    tokio::time::sleep(MEASURED).await;
    stop.store(true, Relaxed);
    let elapsed = began.elapsed();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await??);
    }
    times.sort();
    let count = u128::try_from(times.len())?;
    let rate = count * 1_000_000 / elapsed.as_micros().max(1);
    let percentile = |percent: usize| {
        times
            .get(times.len() * percent / 100)
            .copied()
            .unwrap_or_default()
    };
    let now = store.statistics();
    let batch = (now.units - before.units) / (now.batches - before.batches).max(1);
    println!(
        "{what}: {callers} callers, {rate}/s, p50 {:?}, p99 {:?}, max {:?}, batch {batch}",
        percentile(50),
        percentile(99),
        times.last().copied().unwrap_or_default(),
    );
    Ok(())
}
