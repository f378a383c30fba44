//! PostgreSQL takes connections away: nothing that was acknowledged is lost, nothing is doubled.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, mpsc};

use sql::StoreError;

use super::{
    COUNTER_ADD, COUNTER_GET, Store, add_thing, counter, insert_counter, open, place,
    postgres_only, thing_exists,
};
use crate::cluster::connect;

/// Ends all connections of the store, and waits until they are gone.
const TERMINATE: &str = "select pg_terminate_backend(pid, 5000) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()";

#[tokio::test(flavor = "multi_thread")]
async fn a_store_whose_connections_were_ended_goes_on() {
    let database = postgres_only().await;
    let store = open(&database).await;
    let client = connect(database.database()).await;
    for id in 1..=5 {
        client.batch_execute(TERMINATE).await.unwrap();
        store
            .write(place(), move |tx| add_thing(tx, id))
            .await
            .unwrap();
        assert!(thing_exists(&store, id).await);
        store.ready().await.unwrap();
    }
    assert!(0 < store.statistics().reconnects);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_loses_its_connection_before_the_commit_runs_again() {
    let database = postgres_only().await;
    let store = open(&database).await;
    insert_counter(&store, "a", 0).await;
    let client = connect(database.database()).await;
    let (reached, at_half) = tokio::sync::oneshot::channel();
    let (go_on, waiting) = mpsc::channel::<()>();
    let (reached, waiting) = (Mutex::new(Some(reached)), Mutex::new(waiting));
    let unit = store.write(place(), move |tx| {
        tx.execute(COUNTER_ADD, &[&"a", &1i64])?;
        if let Some(reached) = reached.lock().unwrap().take() {
            reached.send(()).unwrap();
            waiting.lock().unwrap().recv().unwrap();
        }
        tx.query_one(COUNTER_GET, &[&"a"], |row| row.get::<i64>(0))
    });
    let cut = async {
        at_half.await.unwrap();
        client.batch_execute(TERMINATE).await.unwrap();
        go_on.send(()).unwrap();
    };
    let (seen, ()) = tokio::join!(unit, cut);
    assert_eq!(seen.unwrap(), 1);
    assert_eq!(counter(&store, "a").await, 1);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn under_load_each_answer_stays_true_when_connections_are_ended() {
    let database = postgres_only().await;
    let store = open(&database).await;
    insert_counter(&store, "a", 0).await;
    let client = connect(database.database()).await;
    let stop = Arc::new(AtomicBool::new(false));
    let (done, unknown) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicI64::new(0)));
    let callers: Vec<_> = (0..16)
        .map(|_| {
            let (store, stop) = (store.clone(), Arc::clone(&stop));
            let (done, unknown) = (Arc::clone(&done), Arc::clone(&unknown));
            tokio::spawn(async move {
                while !stop.load(Relaxed) {
                    let unit = store.write(place(), |tx| tx.write(COUNTER_ADD, &[&"a", &1i64]));
                    match unit.await {
                        Ok(()) => done.fetch_add(1, Relaxed),
                        Err(StoreError::OutcomeUnknown) => unknown.fetch_add(1, Relaxed),
                        Err(StoreError::Unavailable { .. } | StoreError::Engine { .. }) => 0,
                        Err(other) => panic!("{other:?}"),
                    };
                }
            })
        })
        .collect();
    for round in 1..=20 {
        client.batch_execute(TERMINATE).await.unwrap();
        // Some work gets through between two cuts.
        let before = done.load(Relaxed);
        while done.load(Relaxed) < before + 20 {
            tokio::task::yield_now().await;
        }
        assert!(round <= done.load(Relaxed));
    }
    stop.store(true, Relaxed);
    for caller in callers {
        caller.await.unwrap();
    }
    let (value, done) = (counter(&store, "a").await, done.load(Relaxed));
    let unknown = unknown.load(Relaxed);
    assert!(
        (done..=done + unknown).contains(&value),
        "{value}: {done} done, {unknown} unknown"
    );
    store.ready().await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_an_error_and_not_a_wait() {
    let missing = sql::Database::Postgres {
        url: "postgres://nobody@%2Fnonexistent/none".to_owned(),
    };
    let opened = Store::open(sql::Options::new(missing)).await;
    assert!(matches!(
        opened.err(),
        Some(StoreError::Engine { .. } | StoreError::Unavailable { .. })
    ));
    let unknown = sql::Database::Postgres {
        url: "postgres://nobody@localhost/none?sslmode=allow".to_owned(),
    };
    let opened = Store::open(sql::Options::new(unknown)).await;
    assert!(matches!(opened.err(), Some(StoreError::Unavailable { .. })));
}
