//! A unit is done as a whole or not at all, and fails alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use futures_util::future::join_all;
use sql::{StoreError, UnitError};

use super::{
    CHILD_INSERT, COUNTER_ADD, COUNTER_GET, COUNTER_INSERT, COUNTER_SET, Store, THING_INSERT, Tx,
    add_thing, both, counter, gate, insert_counter, place, thing_exists,
};

/// What a use case may answer.
#[derive(Debug)]
enum Refusal {
    Store(StoreError),
    NotToday,
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl UnitError for Refusal {
    fn store_error(&self) -> Option<&StoreError> {
        if let Self::Store(error) = self {
            Some(error)
        } else {
            None
        }
    }
}

/// Four ways to end, in one batch: things 1 and 4 must stay, 2 and 3 must not.
async fn batch_with(
    store: &Store,
    bad: impl Fn(&mut Tx<'_>) -> Result<(), Refusal> + Clone + Send + 'static,
) -> Vec<Result<(), Refusal>> {
    let (open, held) = gate();
    let holding = store.write(place(), held);
    let units: Vec<_> = (1..=4)
        .map(|id| {
            let (store, bad) = (store.clone(), bad.clone());
            async move {
                store
                    .write(place(), move |tx| {
                        add_thing(tx, id)?;
                        if id == 2 || id == 3 { bad(tx) } else { Ok(()) }
                    })
                    .await
            }
        })
        .collect();
    let free = async move { drop(open) };
    let (held, answers, ()) = tokio::join!(holding, join_all(units), free);
    held.unwrap();
    for id in 1..=4 {
        assert_eq!(
            thing_exists(store, id).await,
            id == 1 || id == 4,
            "thing {id}"
        );
    }
    answers
}

#[tokio::test]
async fn a_refusal_undoes_its_unit_and_no_neighbour() {
    both(|store| async move {
        let answers = batch_with(&store, |_| Err(Refusal::NotToday)).await;
        assert!(matches!(
            answers[..],
            [
                Ok(()),
                Err(Refusal::NotToday),
                Err(Refusal::NotToday),
                Ok(())
            ]
        ));
    })
    .await;
}

#[tokio::test]
async fn a_refusal_after_its_writes_have_left_undoes_its_unit_and_no_neighbour() {
    both(|store| async move {
        insert_counter(&store, "a", 0).await;
        let answers = batch_with(&store, |tx| {
            tx.execute(COUNTER_ADD, &[&"a", &1i64])?;
            tx.query_one(COUNTER_GET, &[&"a"], |row| row.get::<i64>(0))?;
            Err(Refusal::NotToday)
        })
        .await;
        assert!(matches!(
            answers[..],
            [
                Ok(()),
                Err(Refusal::NotToday),
                Err(Refusal::NotToday),
                Ok(())
            ]
        ));
        assert_eq!(counter(&store, "a").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_panic_fails_its_unit_alone() {
    both(|store| async move {
        let answers = batch_with(&store, |_| panic!("on purpose")).await;
        assert!(matches!(
            answers[..],
            [
                Ok(()),
                Err(Refusal::Store(StoreError::Panicked)),
                Err(Refusal::Store(StoreError::Panicked)),
                Ok(())
            ]
        ));
        let read = store.read(|_| -> Result<(), StoreError> { panic!("on purpose") });
        assert!(matches!(read.await, Err(StoreError::Panicked)));
        assert!(thing_exists(&store, 1).await, "the reader goes on");
    })
    .await;
}

#[tokio::test]
async fn a_constraint_that_fails_at_the_commit_fails_its_unit_alone() {
    both(|store| async move {
        let orphan = |tx: &mut Tx<'_>| Ok(tx.write(CHILD_INSERT, &[&1i64, &999i64])?);
        let answers = batch_with(&store, orphan).await;
        assert!(matches!(
            answers[..],
            [
                Ok(()),
                Err(Refusal::Store(StoreError::Violated { .. })),
                Err(Refusal::Store(StoreError::Violated { .. })),
                Ok(())
            ]
        ));
    })
    .await;
}

#[tokio::test]
async fn a_swallowed_error_fails_the_unit_all_the_same() {
    both(|store| async move {
        insert_counter(&store, "a", 0).await;
        let answers = batch_with(&store, |tx| {
            drop(tx.execute(COUNTER_INSERT, &[&"a", &1i64]));
            Ok(())
        })
        .await;
        for answer in &answers[1..3] {
            let Err(Refusal::Store(StoreError::Duplicate { constraint })) = answer else {
                panic!("{answer:?}");
            };
            assert_eq!(constraint, "counter_pk");
        }
    })
    .await;
}

#[tokio::test]
async fn constraints_are_known_by_name() {
    both(|store| async move {
        store
            .write(place(), |tx| tx.write(THING_INSERT, &[&1i64, &"a"]))
            .await
            .unwrap();
        insert_counter(&store, "a", 0).await;
        let insert = |id: i64| store.write(place(), move |tx| tx.write(THING_INSERT, &[&id, &"a"]));
        let check = |error: StoreError, expected: &str| {
            let (StoreError::Duplicate { constraint } | StoreError::Violated { constraint }) =
                error
            else {
                panic!("{error:?}");
            };
            assert_eq!(constraint, expected);
        };
        check(insert(1).await.unwrap_err(), "thing_pk");
        check(insert(2).await.unwrap_err(), "thing_label");
        let below = store.write(place(), |tx| tx.execute(COUNTER_ADD, &[&"a", &-1i64]));
        check(below.await.unwrap_err(), "counter_not_negative");
    })
    .await;
}

#[tokio::test]
async fn a_conflict_is_tried_again_and_then_told() {
    both(|store| async move {
        insert_counter(&store, "a", 5).await;
        let runs = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&runs);
        let stale = store.write(place(), move |tx| {
            counted.fetch_add(1, Relaxed);
            tx.write_one(COUNTER_SET, &[&"a", &4i64, &9i64])
        });
        assert!(matches!(stale.await, Err(StoreError::Conflict)));
        let runs = runs.load(Relaxed);
        assert!((3..=4).contains(&runs), "{runs} runs");
        assert_eq!(counter(&store, "a").await, 5);
    })
    .await;
}

#[tokio::test]
async fn a_conflict_that_passes_is_not_told() {
    both(|store| async move {
        insert_counter(&store, "a", 5).await;
        let runs = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&runs);
        let healed = store.write(place(), move |tx| {
            let expected: i64 = if counted.fetch_add(1, Relaxed) == 0 {
                4
            } else {
                5
            };
            tx.write_one(COUNTER_SET, &[&"a", &expected, &9i64])
        });
        healed.await.unwrap();
        assert_eq!((counter(&store, "a").await, runs.load(Relaxed)), (9, 2));
        assert!(store.statistics().replays > 0);
    })
    .await;
}

#[tokio::test]
async fn a_conflict_of_the_use_case_is_tried_again_too() {
    both(|store| async move {
        let runs = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&runs);
        let unit = store.write(place(), move |tx| {
            add_thing(tx, 1)?;
            match counted.fetch_add(1, Relaxed) {
                0 | 1 => Err(Refusal::Store(StoreError::Conflict)),
                _ => Ok(()),
            }
        });
        unit.await.unwrap();
        assert!(thing_exists(&store, 1).await);
    })
    .await;
}

#[tokio::test]
async fn the_wrong_number_of_rows_is_a_conflict_and_nothing_stays() {
    both(|store| async move {
        insert_counter(&store, "a", 1).await;
        insert_counter(&store, "b", 1).await;
        let all = "update counter set value = value + $1";
        let two = store.write(place(), move |tx| tx.write_rows(2, all, &[&1i64]));
        two.await.unwrap();
        let one = store.write(place(), move |tx| tx.write_one(all, &[&1i64]));
        assert!(matches!(one.await, Err(StoreError::Conflict)));
        assert_eq!(counter(&store, "a").await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_caller_that_leaves_does_not_disturb_its_unit() {
    both(|store| async move {
        let (open, held) = gate();
        let holding = store.write(place(), held);
        let left = async {
            let unit = store.write(place(), |tx| add_thing(tx, 1));
            // Polled once, so that it is accepted, and then dropped.
            assert!(futures_util::FutureExt::now_or_never(unit).is_none());
            drop(open);
        };
        let (held, ()) = tokio::join!(holding, left);
        held.unwrap();
        store.write(place(), |tx| add_thing(tx, 2)).await.unwrap();
        assert!(thing_exists(&store, 1).await);
    })
    .await;
}
