//! Accepted work is finished, work beyond the queue's length is turned away.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join_all;
use sql::{Options, StoreError};

use super::{Store, add_thing, gate, open, place, thing_exists};
use crate::cluster::{ENGINES, TestDatabase};

const READ: &str = "select 1";

#[tokio::test(flavor = "multi_thread")]
async fn closing_finishes_what_was_accepted_and_refuses_the_rest() {
    for engine in ENGINES {
        let database = TestDatabase::empty(engine).await;
        let store = open(&database).await;
        let (opened, held) = gate();
        let mut holding = Box::pin(store.write(place(), held));
        assert!(holding.as_mut().now_or_never().is_none());
        let mut accepted: Vec<_> = (1..=100)
            .map(|id| Box::pin(store.write(place(), move |tx| add_thing(tx, id))))
            .collect();
        for unit in &mut accepted {
            assert!(unit.as_mut().now_or_never().is_none());
        }
        let closing = tokio::spawn(store.clone().close());
        drop(opened);
        closing.await.unwrap();
        holding.await.unwrap();
        for answer in join_all(accepted).await {
            answer.unwrap();
        }
        let late = store.write(place(), |tx| add_thing(tx, 101)).await;
        assert!(matches!(late, Err(StoreError::Unavailable { .. })));
        let late = store.read(|conn| conn.query(READ, &[], |_| Ok(()))).await;
        assert!(matches!(late, Err(StoreError::Unavailable { .. })));
        let late = store.read_patiently(Duration::from_secs(1), |conn| {
            conn.query(READ, &[], |_| Ok(()))
        });
        assert!(matches!(late.await, Err(StoreError::Unavailable { .. })));
        store.close().await;

        let again = open(&database).await;
        assert!(thing_exists(&again, 100).await && !thing_exists(&again, 101).await);
        again.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_turns_callers_away() {
    for engine in ENGINES {
        let database = TestDatabase::empty(engine).await;
        let options = Options {
            queue_length_max: 4,
            ..database.options()
        };
        let store = Store::open(options).await.unwrap();
        let (opened, held) = gate();
        let mut holding = Box::pin(store.write(place(), held));
        assert!(holding.as_mut().now_or_never().is_none());
        while store.statistics().queue_length != 0 {
            tokio::task::yield_now().await;
        }
        let mut waiting = Vec::new();
        let turned_away = loop {
            let mut unit = Box::pin(store.write(place(), |_| Ok::<_, StoreError>(())));
            match unit.as_mut().now_or_never() {
                None => waiting.push(unit),
                Some(answer) => break answer,
            }
            assert!(waiting.len() <= 4);
        };
        assert!(matches!(turned_away, Err(StoreError::Busy)));
        assert_eq!(store.statistics().turned_away, 1);
        assert_eq!(store.statistics().queue_length, 4);
        drop(opened);
        holding.await.unwrap();
        for answer in join_all(waiting).await {
            answer.unwrap();
        }
        store.close().await;
    }
}

#[tokio::test]
async fn a_store_may_be_dropped_without_closing() {
    for engine in ENGINES {
        let database = TestDatabase::empty(engine).await;
        let store = open(&database).await;
        store.write(place(), |tx| add_thing(tx, 1)).await.unwrap();
        drop(store);
        let again = open(&database).await;
        assert!(thing_exists(&again, 1).await);
        again.close().await;
    }
}
