//! Two kinds of readers: patient ones end when their asker goes or their time is up, and stand in
//! nobody's way.

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use sql::{Options, StoreError};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::{Conn, Store, open, postgres_only};
use crate::cluster::{ENGINES, TestDatabase, connect};

const HOUR: Duration = Duration::from_hours(1);
const SECOND: Duration = Duration::from_secs(1);

const ONE: &str = "select 1";

/// Counts to a number, which takes as long as it is large.
const COUNT: &str = "\
with recursive number (n) as (
  select 1 union all select n + 1 from number where n < cast($1 as bigint)
)
select count(*) from number";

/// Minutes.
const LONG: i64 = 2_000_000_000;

/// How many of them run at the server.
const COUNTS_THAT_RUN: &str = "\
select count(*) from pg_stat_activity
 where datname = current_database() and pid <> pg_backend_pid()
   and state = 'active' and query like 'with recursive%'";

fn count(conn: &mut Conn<'_>, to: i64) -> Result<i64, StoreError> {
    conn.query_one(COUNT, &[&to], |row| row.get(0))
}

fn one(conn: &mut Conn<'_>) -> Result<(), StoreError> {
    conn.query_one(ONE, &[], |_| Ok(()))
}

/// A store with one patient reader, so that whatever stays behind on it is met by the next read.
async fn with_one(database: &TestDatabase) -> Store {
    let options = Options {
        patient_readers: 1,
        ..database.options()
    };
    Store::open(options).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patient_read_stops_when_its_asker_goes() {
    for engine in ENGINES {
        let database = TestDatabase::empty(engine).await;
        let store = with_one(&database).await;
        let (begins, begun) = oneshot::channel();
        let (begins, heard) = (Mutex::new(Some(begins)), Arc::new(Mutex::new(None)));
        let hears = Arc::clone(&heard);
        let read = store.read_patiently(HOUR, move |conn| {
            one(conn)?;
            if let Some(begins) = begins.lock().unwrap().take() {
                begins.send(()).unwrap();
            }
            let counted = count(conn, LONG);
            *hears.lock().unwrap() = counted.clone().err();
            counted
        });
        let mut read = Box::pin(read);
        assert!(read.as_mut().now_or_never().is_none());
        begun.await.unwrap();
        // It is in the middle of its work.
        assert!(
            timeout(SECOND / 10, store.read_patiently(HOUR, one))
                .await
                .is_err()
        );
        if database.folder().is_none() {
            let client = connect(database.database()).await;
            let running = client.query_one(COUNTS_THAT_RUN, &[]).await.unwrap();
            assert_eq!(running.get::<_, i64>(0), 1);
        }
        drop(read);

        let next = timeout(SECOND, store.read_patiently(HOUR, one)).await;
        next.expect("the reader is held up").unwrap();
        let heard = heard.lock().unwrap().take();
        assert!(matches!(heard, Some(StoreError::Abandoned)), "{heard:?}");
        // The one that waited in vain was left out.
        assert_eq!(store.statistics().reads_abandoned, 2);
        if database.folder().is_none() {
            let client = connect(database.database()).await;
            let running = client.query_one(COUNTS_THAT_RUN, &[]).await.unwrap();
            assert_eq!(running.get::<_, i64>(0), 0);
        }
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_limit_ends_a_read_and_leaves_the_connection_as_it_was() {
    for engine in ENGINES {
        let database = TestDatabase::empty(engine).await;
        let store = with_one(&database).await;
        let limit = SECOND / 20;
        // One long statement, and many short ones.
        let long = store.read_patiently(limit, |conn| count(conn, LONG)).await;
        assert!(matches!(long, Err(StoreError::TimedOut)), "{long:?}");
        store.read_patiently(HOUR, one).await.unwrap();
        let many = store.read_patiently(limit, |conn| {
            loop {
                one(conn)?;
            }
        });
        let many: Result<(), _> = many.await;
        assert!(matches!(many, Err(StoreError::TimedOut)), "{many:?}");
        assert_eq!(
            store
                .read_patiently(HOUR, |conn| count(conn, 9))
                .await
                .unwrap(),
            9
        );

        let seen = store.statistics();
        assert_eq!((seen.reads_timed_out, seen.reads_abandoned), (2, 0));
        assert_eq!((seen.patient_reads, seen.reconnects), (4, 0));
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stuck_patient_read_holds_up_no_quick_one() {
    for engine in ENGINES {
        let database = TestDatabase::empty(engine).await;
        let store = with_one(&database).await;
        let (go_on, stuck) = mpsc::channel::<()>();
        let stuck = Mutex::new(stuck);
        let mut holding = Box::pin(store.read_patiently(HOUR, move |conn| {
            one(conn)?;
            stuck.lock().unwrap().recv().unwrap_err();
            one(conn)
        }));
        assert!(holding.as_mut().now_or_never().is_none());
        while store.statistics().patient_queue_length != 0 {
            tokio::task::yield_now().await;
        }
        for quick in join_all((0..20).map(|_| store.read(one))).await {
            quick.unwrap();
        }
        // Patient ones wait, and are turned away when too many do.
        let mut waiting = Vec::new();
        let turned_away = loop {
            let mut read = Box::pin(store.read_patiently(HOUR, one));
            match read.as_mut().now_or_never() {
                None => waiting.push(read),
                Some(answer) => break answer,
            }
        };
        assert!(
            matches!(turned_away, Err(StoreError::Busy)),
            "{turned_away:?}"
        );
        store.read(one).await.unwrap();
        drop(go_on);
        holding.await.unwrap();
        for read in join_all(waiting).await {
            read.unwrap();
        }
        store.close().await;
    }
}

/// Askers go at about the moment when their reads end. Whatever is told to stop then, the next read
/// on the connection is not.
#[tokio::test(flavor = "multi_thread")]
async fn an_asker_who_goes_late_stops_nobody_elses_read() {
    const ROUNDS: u32 = 30;
    for engine in ENGINES {
        let database = TestDatabase::empty(engine).await;
        let store = with_one(&database).await;
        let (mut answered, mut gone) = (0, 0);
        for round in 0..ROUNDS {
            let patience = SECOND * round / (ROUNDS * 100);
            let read = store.read_patiently(HOUR, |conn| count(conn, 10_000));
            match timeout(patience, read).await {
                Ok(counted) => {
                    assert_eq!(counted.unwrap(), 10_000);
                    answered += 1;
                }
                Err(_gone) => gone += 1,
            }
            let next = store.read_patiently(HOUR, |conn| count(conn, 5_000)).await;
            assert_eq!(next.unwrap(), 5_000, "round {round}");
        }
        assert!(0 < gone, "{answered} answered");
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn plans_are_for_few_rows_but_where_a_patient_reader_reads() {
    const PLANS: &str = "\
select replace(name, 'enable_', '') || ' ' || setting
  from pg_settings
 where name in ('enable_bitmapscan', 'enable_hashjoin', 'enable_mergejoin', 'enable_seqscan',
                'enable_sort', 'statement_timeout')
 order by name";
    const PATIENT: &str = "\
select replace(replace(name, 'client_connection_', ''), 'max_parallel_', '') || ' ' || setting
  from pg_settings
 where name in ('client_connection_check_interval', 'max_parallel_workers_per_gather',
                'plan_cache_mode')
 order by name";
    let database = postgres_only().await;
    let store = open(&database).await;
    let settings = |conn: &mut Conn<'_>, which| {
        let lines = conn.query(which, &[], |row| row.get::<String>(0))?;
        Ok::<_, StoreError>(lines.join(", "))
    };
    let shown = [
        store.read(move |conn| settings(conn, PLANS)).await,
        store.write(1, move |tx| settings(tx, PLANS)).await,
        store
            .read_patiently(SECOND, move |conn| settings(conn, PLANS))
            .await,
        store
            .read_patiently(SECOND, move |conn| settings(conn, PATIENT))
            .await,
    ];
    let shown: Vec<String> = shown.into_iter().map(Result::unwrap).collect();
    insta::assert_snapshot!(shown.join("\n"), @r"
    bitmapscan off, hashjoin off, mergejoin off, seqscan off, sort off, statement_timeout 30000
    bitmapscan off, hashjoin off, mergejoin off, seqscan off, sort off, statement_timeout 0
    bitmapscan on, hashjoin on, mergejoin on, seqscan on, sort on, statement_timeout 1000
    check_interval 1000, workers_per_gather 0, plan_cache_mode force_custom_plan
    ");
    store.close().await;
}
