//! The disk fails under SQLite: nothing is acknowledged until the file has been proved sound.

use std::collections::BTreeSet;
use std::process::Command;

use futures_util::future::join_all;
use sql::{Engine, StoreError};

use super::{Store, open, place, thing_exists};
use crate::cluster::TestDatabase;

const INSERT: &str = "insert into thing (id, bytes) values ($1, $2)";
const IDS: &str = "select id from thing order by id";

/// Writes things of 4 KiB each, starting at `first`; answers what was acknowledged and the first
/// error.
async fn fill(store: &Store, first: i64) -> (BTreeSet<i64>, StoreError) {
    let mut acknowledged = BTreeSet::new();
    for id in first..first + 100_000 {
        let bytes = vec![7_u8; 4096];
        match store
            .write(place(), move |tx| tx.write(INSERT, &[&id, &bytes]))
            .await
        {
            Ok(()) => acknowledged.insert(id),
            Err(error) => return (acknowledged, error),
        };
    }
    panic!("the disk never became full");
}

async fn stored(store: &Store) -> BTreeSet<i64> {
    let ids = store.read(|conn| conn.query(IDS, &[], |row| row.get::<i64>(0)));
    ids.await.unwrap().into_iter().collect()
}

/// The page limit belongs to the connection, so the new one that proves itself has room again.
#[tokio::test]
async fn a_failure_that_passes_is_not_told_and_loses_nothing() {
    let database = TestDatabase::empty(Engine::Sqlite).await;
    let store = open(&database).await;
    let limit = store.write(place(), |tx| {
        tx.query("pragma max_page_count = 100", &[], |row| row.get::<i64>(0))
    });
    assert_eq!(limit.await.unwrap(), [100]);
    let writes = (1..=300_i64).map(|id| {
        let bytes = vec![7_u8; 4096];
        store.write(place(), move |tx| tx.write(INSERT, &[&id, &bytes]))
    });
    for answer in join_all(writes).await {
        answer.unwrap();
    }
    assert_eq!(stored(&store).await, (1..=300).collect());
    assert!(0 < store.statistics().reconnects, "the limit was not met");
    assert!(0 < store.statistics().commits_failed);
    assert!(store.statistics().healthy);
    store.close().await;
}

#[tokio::test]
async fn under_constant_load_the_log_starts_over() {
    let database = TestDatabase::empty(Engine::Sqlite).await;
    let store = open(&database).await;
    let mut longest = 0;
    for id in 1..2_000_i64 {
        let bytes = vec![7_u8; 1 << 20];
        store
            .write(place(), move |tx| tx.write(INSERT, &[&id, &bytes]))
            .await
            .unwrap();
        let pages = store.statistics().wal_pages;
        if pages < longest {
            store.close().await;
            return;
        }
        longest = pages;
    }
    panic!("the log has grown to {longest} pages");
}

/// The name under which the test below starts itself with a limited file size.
const LIMITED: &str = "ALTYN_TEST_LIMITED";

/// Writes beyond the limit fail with an I/O error as long as the limit stands, also on a new
/// connection. The limit is that of a process, so the test runs in one of its own.
#[tokio::test]
async fn while_the_disk_fails_nothing_is_acknowledged_and_then_work_goes_on() {
    if std::env::var_os(LIMITED).is_some() {
        return with_a_failing_disk().await;
    }
    let test = "disk::while_the_disk_fails_nothing_is_acknowledged_and_then_work_goes_on";
    let limited = Command::new("sh")
        .args(["-c", r#"trap "" XFSZ; ulimit -S -f 4096; exec "$0" "$@""#])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(LIMITED, "1")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&limited.stdout);
    assert!(
        limited.status.success(),
        "{told}{}",
        String::from_utf8_lossy(&limited.stderr)
    );
    assert!(told.contains("1 passed"), "{told}");
}

async fn with_a_failing_disk() {
    let database = TestDatabase::empty(Engine::Sqlite).await;
    let store = open(&database).await;
    let (mut acknowledged, error) = fill(&store, 1).await;
    assert!(
        matches!(
            error,
            StoreError::Unavailable { .. } | StoreError::OutcomeUnknown
        ),
        "{error:?}"
    );
    assert!(!acknowledged.is_empty());
    // Small writes may still fit; in the end none does.
    while store.ready().await.is_ok() && store.statistics().healthy {
        let first = acknowledged.last().unwrap() + 1_000;
        acknowledged.extend(fill(&store, first).await.0);
    }
    assert!(!store.statistics().healthy);
    let refused = store
        .write(place(), |tx| tx.write(INSERT, &[&-1i64, &None::<Vec<u8>>]))
        .await;
    assert!(
        matches!(refused, Err(StoreError::Unavailable { .. })),
        "{refused:?}"
    );
    assert!(acknowledged.is_subset(&stored(&store).await), "reads go on");

    let pid = std::process::id().to_string();
    let lift = Command::new("prlimit")
        .args(["--fsize=unlimited:", "--pid", &pid])
        .status();
    assert!(lift.unwrap().success());
    store.ready().await.unwrap();
    assert!(store.statistics().healthy);
    assert!(!thing_exists(&store, -1).await, "it was refused");
    let bytes = vec![7_u8; 4096];
    store
        .write(place(), move |tx| tx.write(INSERT, &[&-2i64, &bytes]))
        .await
        .unwrap();
    store.close().await;

    let reopened = open(&database).await;
    let stored = stored(&reopened).await;
    assert!(
        acknowledged.is_subset(&stored),
        "what was acknowledged is there"
    );
    assert!(stored.contains(&-2) && !stored.contains(&-1));
    reopened.close().await;
}
