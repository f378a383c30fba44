//! Nothing is lost and nothing waits for ever when many work on the same rows.

use std::time::Duration;

use futures_util::future::try_join_all;
use sql::StoreError;

use super::{
    COUNTER_ADD, COUNTER_GET, COUNTER_SET, COUNTER_SUM, Conn, Store, Tx, both, counter,
    insert_counter, open, place, postgres_only,
};
use crate::cluster::{ENGINES, TestDatabase};

const CALLERS: u32 = 64;
const ROUNDS: u32 = 10;

/// The longest that contending callers may take. Deadlock detection alone would be slower.
const BOUND: Duration = Duration::from_secs(20);

/// Reads a counter and writes it back one higher, as a use case does with a version.
fn increment(tx: &mut Tx<'_>, name: &str) -> Result<(), StoreError> {
    let value = tx.query_one(COUNTER_GET, &[&name], |row| row.get::<i64>(0))?;
    tx.write_one(COUNTER_SET, &[&name, &value, &(value + 1)])
}

async fn increments(store: &Store) -> Result<(), StoreError> {
    let callers = (0..CALLERS).map(|_| async {
        for _ in 0..ROUNDS {
            store.write(place(), |tx| increment(tx, "a")).await?;
        }
        Ok::<_, StoreError>(())
    });
    try_join_all(callers).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_that_increment_one_row_are_all_counted() {
    both(|store| async move {
        insert_counter(&store, "a", 0).await;
        increments(&store).await.unwrap();
        assert_eq!(counter(&store, "a").await, i64::from(CALLERS * ROUNDS));
        let statistics = store.statistics();
        assert!(u64::from(CALLERS * ROUNDS) <= statistics.units);
        assert!(statistics.batches < statistics.units, "{statistics:?}");
        assert!(1 < statistics.batch_size_max);
        assert_eq!(statistics.queue_length, 0);
        assert!(statistics.healthy);
    })
    .await;
}

/// Moves one from a row to another, in either order, holding both rows.
async fn transfers(store: &Store, from: &'static str, to: &'static str) -> Result<(), StoreError> {
    let callers = (0..CALLERS / 2).map(|_| async {
        for _ in 0..ROUNDS {
            store
                .write(place(), move |tx| {
                    tx.execute(COUNTER_ADD, &[&from, &-1i64])?;
                    tx.execute(COUNTER_ADD, &[&to, &1i64]).map(drop)
                })
                .await?;
        }
        Ok::<_, StoreError>(())
    });
    try_join_all(callers).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_that_lock_rows_in_opposite_order_do_not_stand_still() {
    for engine in ENGINES {
        let database = TestDatabase::empty(engine).await;
        let (first, second) = (open(&database).await, open(&database).await);
        insert_counter(&first, "a", 10_000).await;
        insert_counter(&first, "b", 10_000).await;
        let both_ways = async {
            let (there, back) =
                tokio::join!(transfers(&first, "a", "b"), transfers(&second, "b", "a"));
            there.unwrap();
            back.unwrap();
        };
        tokio::time::timeout(BOUND, both_ways)
            .await
            .expect("the nodes block each other");
        assert_eq!(counter(&first, "a").await, 10_000);
        assert_eq!(counter(&second, "b").await, 10_000);
        first.close().await;
        second.close().await;
    }
}

/// With optimistic versions a loser's unit runs again; a caller that is told of a conflict after
/// all attempts asks again, as a client would. Nothing may be counted twice.
#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_that_increment_one_row_are_both_counted() {
    let database = postgres_only().await;
    let (first, second) = (open(&database).await, open(&database).await);
    insert_counter(&first, "a", 0).await;
    let node = async |store: &Store| {
        let mut done = 0_u32;
        while done < 200 {
            match store.write(place(), |tx| increment(tx, "a")).await {
                Ok(()) => done += 1,
                Err(StoreError::Conflict | StoreError::Retry) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
    };
    let all = async { tokio::join!(node(&first), node(&first), node(&second), node(&second)) };
    tokio::time::timeout(BOUND, all)
        .await
        .expect("the nodes block each other");
    assert_eq!(counter(&first, "a").await, 800);
    first.close().await;
    second.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_sees_one_moment() {
    both(|store| async move {
        insert_counter(&store, "a", 1_000).await;
        insert_counter(&store, "b", 1_000).await;
        let moving = transfers(&store, "a", "b");
        let looking = async {
            for _ in 0..100 {
                let (parts, sum) = store.read(parts_and_sum).await.unwrap();
                assert_eq!((parts, sum), (2_000, 2_000));
            }
        };
        let (moved, ()) = tokio::join!(moving, looking);
        moved.unwrap();
    })
    .await;
}

/// The same total in three statements, which agree only within one snapshot.
fn parts_and_sum(conn: &mut Conn<'_>) -> Result<(i64, i64), StoreError> {
    let a = conn.query_one(COUNTER_GET, &[&"a"], |row| row.get::<i64>(0))?;
    let sum = conn.query_one(COUNTER_SUM, &[], |row| row.get::<i64>(0))?;
    let b = conn.query_one(COUNTER_GET, &[&"b"], |row| row.get::<i64>(0))?;
    Ok((a + b, sum))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_sees_what_was_answered_before() {
    both(|store| async move {
        insert_counter(&store, "a", 0).await;
        for expected in 1..=200 {
            store.write(place(), |tx| increment(tx, "a")).await.unwrap();
            assert_eq!(counter(&store, "a").await, expected);
        }
    })
    .await;
}
