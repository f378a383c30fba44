//! PostgreSQL holds rows, cancels statements or has no room: nobody else waits, nothing runs by
//! itself, and readiness tells it.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use futures_util::future::try_join_all;
use sql::{Database, Options, StoreError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::{COUNTER_ADD, Store, counter, insert_counter, postgres_only};
use crate::cluster::{OwnCluster, connect};

async fn add(store: &Store, place: u64, name: &'static str) -> Result<(), StoreError> {
    let unit = store.write(place, move |tx| tx.write_one(COUNTER_ADD, &[&name, &1i64]));
    unit.await
}

#[tokio::test(flavor = "multi_thread")]
async fn units_that_wait_for_a_lock_step_aside_for_the_others() {
    let database = postgres_only().await;
    let mut options = database.options();
    options.lanes = 1;
    let store = Store::open(options).await.unwrap();
    insert_counter(&store, "held", 0).await;
    insert_counter(&store, "free", 0).await;
    insert_counter(&store, "beside", 0).await;
    let other = connect(database.database()).await;
    other
        .batch_execute("begin; select value from counter where name = 'held' for update")
        .await
        .unwrap();
    let waiting: Vec<_> = (0..24)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { add(&store, 1, "held").await })
        })
        .collect();
    let began = tokio::time::Instant::now();
    // What is beside the shop's rows has its turn although all others of the shop stepped aside.
    while store.statistics().replays == 0 {
        tokio::task::yield_now().await;
    }
    let beside = store.write_beside(1, |tx| tx.write_one(COUNTER_ADD, &[&"beside", &1_i64]));
    let behind = tokio::spawn({
        let store = store.clone();
        async move { add(&store, 1, "beside").await }
    });
    beside.await.unwrap();
    assert_eq!(counter(&store, "beside").await, 1);
    assert!(!behind.is_finished());
    let mut free = 0;
    while began.elapsed() < Duration::from_millis(700) {
        add(&store, 2, "free").await.unwrap();
        free += 1;
    }
    assert!(waiting.iter().all(|unit| !unit.is_finished()));
    other.batch_execute("rollback").await.unwrap();
    for unit in waiting {
        unit.await.unwrap().unwrap();
    }
    behind.await.unwrap().unwrap();
    assert_eq!(counter(&store, "held").await, 24);
    assert_eq!(counter(&store, "beside").await, 2);
    assert_eq!(counter(&store, "free").await, free);
    // Each try that waits for the lock takes 50 ms, so fourteen fit, were they in the way.
    assert!(28 < free, "{free} units beside those that wait for a lock");
    store.close().await;
}

/// What a lane sends to begin, and of the same length what cancels itself.
const BEGIN: &[u8] = b"begin isolation level read committed read write";
const CANCELED: &[u8] = b"select pg_cancel_backend(pg_backend_pid())     ";

/// Passes on between a client and the server, and changes the next BEGIN that it is told to.
async fn pass_on(client: TcpStream, server: TcpStream, cancel: Arc<AtomicBool>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let there = async {
        let mut bytes = vec![0_u8; 1 << 16];
        while let Ok(length @ 1..) = from_client.read(&mut bytes).await {
            let sent = &mut bytes[..length];
            let begin = sent.windows(BEGIN.len()).position(|part| part == BEGIN);
            if let Some(begin) = begin
                && cancel.swap(false, Relaxed)
            {
                sent[begin..begin + BEGIN.len()].copy_from_slice(CANCELED);
            }
            to_server.write_all(sent).await.unwrap();
        }
    };
    let back = async {
        drop(tokio::io::copy(&mut from_server, &mut to_client).await);
    };
    tokio::join!(there, back);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_runs_by_itself_when_only_its_begin_is_canceled() {
    let database = postgres_only().await;
    let Database::Postgres { url } = database.database().clone() else {
        panic!("not PostgreSQL")
    };
    let parsed: tokio_postgres::Config = url.parse().unwrap();
    let server = format!("127.0.0.1:{}", parsed.get_ports()[0]);
    let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = door.local_addr().unwrap().to_string();
    let cancel = Arc::new(AtomicBool::new(false));
    let armed = Arc::clone(&cancel);
    let between = server.clone();
    let proxy = tokio::spawn(async move {
        while let Ok((client, _)) = door.accept().await {
            let server = TcpStream::connect(&between).await.unwrap();
            tokio::spawn(pass_on(client, server, Arc::clone(&armed)));
        }
    });
    let there = parsed.get_ports()[0].to_string();
    let here = address.rsplit(':').next().unwrap();
    assert!(url.contains(&there), "{url}");
    let mut options = database.options();
    options.database = Database::Postgres {
        url: url.replace(&there, here),
    };
    options.lanes = 1;
    let store = Store::open(options).await.unwrap();
    insert_counter(&store, "a", 0).await;
    for round in 1..=4_i64 {
        cancel.store(true, Relaxed);
        // Alone, and several in a batch.
        try_join_all((0..round).map(|_| add(&store, 1, "a")))
            .await
            .unwrap();
        assert!(!cancel.load(Relaxed), "no BEGIN was canceled");
    }
    assert_eq!(counter(&store, "a").await, 10);
    store.close().await;
    proxy.abort();
}

/// As the server's user, which is another one where the tests run as root.
fn limited(limit: &str, pid: &str) -> bool {
    let prlimit = ["prlimit", limit, "--pid", pid];
    let server = ["--reuid=postgres", "--regid=postgres", "--init-groups"];
    let as_server = Command::new("setpriv").args(server).args(prlimit).status();
    let directly = || Command::new("prlimit").args(&prlimit[1..]).status();
    as_server.unwrap().success() || directly().unwrap().success()
}

/// Sets how far the files of the lanes' server processes may grow.
async fn limit_files(client: &tokio_postgres::Client, limit: &str) {
    let lanes = "select pid from pg_stat_activity where application_name = 'altyn'";
    for row in client.query(lanes, &[]).await.unwrap() {
        let pid = row.get::<_, i32>(0).to_string();
        let limit = format!("--fsize={limit}:");
        assert!(limited(&limit, &pid), "{limit}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_room_is_not_ready() {
    let cluster = OwnCluster::start(&[]);
    let database = Database::Postgres {
        url: format!("postgres://altyn@127.0.0.1:{}/postgres", cluster.port()),
    };
    let store = Store::open(Options::new(database.clone())).await.unwrap();
    store.ready().await.unwrap();
    let client = connect(&database).await;
    limit_files(&client, "0").await;
    assert!(store.ready().await.is_err());
    assert!(
        store
            .read(|conn| conn.query_one("select 1", &[], |_| Ok::<_, StoreError>(())))
            .await
            .is_ok()
    );
    limit_files(&client, "unlimited").await;
    store.ready().await.unwrap();
    store.close().await;
    drop(client);
}
