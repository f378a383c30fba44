//! Payments as rows: round trips, versions, lists, due times.

use domain::payment::{State, Status};
use domain::{ConnectorName, Duration, MethodKind, Payment, PaymentId, ShopId};
use store::payment::{Filter, due_any_shop, find, find_any_shop, insert, list, lock, update};
use store::{Range, Store, StoreError};

use crate::database::both;
use crate::samples::{self, NOW, after, done, payment, payments, refused, rub, with_shop};

async fn read(store: &Store, shop: ShopId, id: PaymentId) -> Option<Payment> {
    store.read(move |conn| find(conn, shop, id)).await.unwrap()
}

#[tokio::test]
async fn a_payment_comes_back_as_it_was_stored() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        for stored in payments(&shop) {
            let (added, owner) = (stored.clone(), shop.clone());
            done(&store, move |tx| insert(tx, &owner, &added)).await;
            let id = stored.id;
            assert_eq!(read(&store, shop.id, id).await, Some(stored.clone()));
            let any = store.read(move |conn| find_any_shop(conn, id)).await;
            assert_eq!(any.unwrap(), Some(stored.clone()));
            let owner = shop.id;
            let locked = done(&store, move |tx| lock(tx, owner, id)).await;
            assert_eq!(locked, Some(stored));
            assert_eq!(read(&store, samples::shop(2).id, id).await, None);
        }
    })
    .await;
}

#[tokio::test]
async fn a_payment_changes_into_each_state_and_only_from_the_newest_version() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        let first = payment(&shop, 500);
        let (added, owner) = (first.clone(), shop.clone());
        done(&store, move |tx| insert(tx, &owner, &added)).await;
        for (version, state) in (1..).zip(payments(&shop).into_iter().map(|it| it.state)) {
            let next = Payment {
                connector: Some(samples::bank()),
                state,
                version,
                ..first.clone()
            };
            let (changed, owner) = (next.clone(), shop.clone());
            done(&store, move |tx| update(tx, &owner, &changed)).await;
            let expected = Payment {
                version: version + 1,
                ..next.clone()
            };
            assert_eq!(read(&store, shop.id, first.id).await, Some(expected));
            let owner = shop.clone();
            let error = refused(&store, move |tx| update(tx, &owner, &next)).await;
            assert!(matches!(error, StoreError::Conflict), "{error}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_the_schema() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        let succeeded = State::Succeeded {
            reference: "acq".to_owned(),
            captured_at: NOW,
        };
        let refunded_too_much = Payment {
            state: succeeded,
            refunded: rub(60_000),
            refunding: rub(40_001),
            ..payment(&shop, 1)
        };
        let more_than_asked = Payment {
            amount: rub(100_001),
            ..payment(&shop, 2)
        };
        for (wrong, name) in [
            (refunded_too_much, "payment_refunds"),
            (more_than_asked, "payment_amount"),
        ] {
            let owner = shop.clone();
            let error = refused(&store, move |tx| insert(tx, &owner, &wrong)).await;
            let StoreError::Violated { constraint } = error else {
                panic!("{error}")
            };
            assert_eq!(constraint, name);
        }
    })
    .await;
}

#[tokio::test]
async fn a_row_that_makes_no_sense_is_named() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        let stored = payment(&shop, 1);
        let id = stored.id;
        done(&store, move |tx| {
            insert(tx, &shop, &stored)?;
            tx.write("update payment set state = 'capturing'", &[])
        })
        .await;
        let error = store.read(move |conn| find_any_shop(conn, id)).await;
        let StoreError::Corrupt {
            table,
            column,
            id: row,
        } = error.unwrap_err()
        else {
            panic!("not corrupt")
        };
        assert_eq!((table.as_str(), column.as_str()), ("payment", "state"));
        assert_eq!(row, id.to_string());
    })
    .await;
}

/// Twelve payments of one shop, two a second, and one of another shop.
async fn with_list(store: &Store) -> domain::Shop {
    let (shop, other) = (with_shop(store, 1).await, with_shop(store, 2).await);
    let owner = shop.clone();
    done(store, move |tx| {
        insert(tx, &other, &payment(&other, 99))?;
        for number in 0..12 {
            let at = after(number / 2);
            let mut listed = payment(&owner, u64::try_from(number).unwrap());
            listed.created_at = at;
            if number % 3 == 0 {
                listed.state = State::Succeeded {
                    reference: "acq".to_owned(),
                    captured_at: at.plus(Duration::seconds(100)),
                };
                listed.method = Some(domain::payment::UsedMethod {
                    id: listed.id.method_id(),
                    kind: MethodKind::Sbp,
                    saved: false,
                    phone: None,
                    facts: None,
                });
            }
            insert(tx, &owner, &listed)?;
        }
        Ok(())
    })
    .await;
    shop
}

async fn check(store: &Store, shop: ShopId, filter: Filter, expected: &[i64]) {
    let found = store.read(move |conn| list(conn, shop, &filter)).await;
    let found: Vec<PaymentId> = found.unwrap().iter().map(|it| it.id).collect();
    let expected: Vec<PaymentId> = expected
        .iter()
        .map(|number| samples::payment_id(u64::try_from(*number).unwrap()))
        .collect();
    assert_eq!(found, expected);
}

fn first(limit: u32) -> Filter {
    Filter {
        limit,
        ..Filter::default()
    }
}

#[tokio::test]
async fn a_list_is_walked_page_by_page() {
    both(|store, _| async move {
        let shop = with_list(&store).await.id;
        check(&store, shop, first(5), &[11, 10, 9, 8, 7]).await;
        let page = |seconds, number: u64| Filter {
            after: Some((after(seconds), samples::payment_id(number))),
            ..first(5)
        };
        check(&store, shop, page(3, 7), &[6, 5, 4, 3, 2]).await;
        check(&store, shop, page(1, 2), &[1, 0]).await;
        check(&store, shop, page(0, 0), &[]).await;
    })
    .await;
}

#[tokio::test]
async fn a_list_is_filtered_by_time_status_and_method() {
    both(|store, _| async move {
        let shop = with_list(&store).await.id;
        let created = |created| Filter {
            created,
            ..first(20)
        };
        let range = Range {
            gte: Some(after(1)),
            lt: Some(after(3)),
            ..Range::default()
        };
        check(&store, shop, created(range), &[5, 4, 3, 2]).await;
        let range = Range {
            gt: Some(after(1)),
            lte: Some(after(3)),
            ..Range::default()
        };
        check(&store, shop, created(range), &[7, 6, 5, 4]).await;
        let paged = Filter {
            after: Some((after(3), samples::payment_id(6))),
            ..created(range)
        };
        check(&store, shop, paged, &[5, 4]).await;

        let captured = |captured| Filter {
            captured,
            ..first(20)
        };
        let range = Range {
            gte: Some(after(101)),
            lte: Some(after(104)),
            ..Range::default()
        };
        check(&store, shop, captured(range), &[9, 6, 3]).await;
        let range = Range {
            lt: Some(after(103)),
            ..Range::default()
        };
        check(&store, shop, captured(range), &[3, 0]).await;

        let status = |status| Filter {
            status: Some(status),
            ..first(3)
        };
        check(&store, shop, status(Status::Succeeded), &[9, 6, 3]).await;
        check(&store, shop, status(Status::Pending), &[11, 10, 8]).await;
        check(&store, shop, status(Status::Canceled), &[]).await;
        let method = |method| Filter {
            method: Some(method),
            ..first(20)
        };
        check(&store, shop, method(MethodKind::Sbp), &[9, 6, 3, 0]).await;
        check(&store, shop, method(MethodKind::BankCard), &[]).await;
    })
    .await;
}

#[tokio::test]
async fn a_status_covers_all_states_that_show_it() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        let all = payments(&shop);
        for stored in all.clone() {
            let owner = shop.clone();
            done(&store, move |tx| insert(tx, &owner, &stored)).await;
        }
        for status in Status::ALL {
            let expected = all.iter().filter(|it| it.status() == status).count();
            assert_ne!(expected, 0);
            let (id, filter) = (
                shop.id,
                Filter {
                    status: Some(status),
                    ..first(100)
                },
            );
            let found = store.read(move |conn| list(conn, id, &filter)).await;
            assert_eq!(found.unwrap().len(), expected, "{status:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn only_what_time_will_change_becomes_due() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        for stored in payments(&shop) {
            let owner = shop.clone();
            done(&store, move |tx| insert(tx, &owner, &stored)).await;
        }
        let mut expected: Vec<PaymentId> = payments(&shop)
            .iter()
            .filter(|it| it.due_at().is_some())
            .map(|it| it.id)
            .collect();
        expected.sort();
        let due = store.read(|conn| due_any_shop(conn, after(700_000), 100));
        let mut due: Vec<PaymentId> = due
            .await
            .unwrap()
            .into_iter()
            .map(|(owner, id)| {
                assert_eq!(owner, samples::shop(1).id);
                id
            })
            .collect();
        due.sort();
        assert_eq!(due, expected);
    })
    .await;
}

#[tokio::test]
async fn what_a_program_of_before_has_asked_went_through_the_sandbox() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        let mut asked = payment(&shop, 1);
        asked.state = State::Authorizing {
            operation: samples::operation_id(1),
        };
        let (untouched, own) = (payment(&shop, 2), shop.id);
        let ids = [asked.id, untouched.id];
        done(&store, move |tx| {
            insert(tx, &shop, &asked)?;
            insert(tx, &shop, &untouched)
        })
        .await;
        let [asked, untouched] = ids.map(|id| read(&store, own, id));
        let sandbox = Some(ConnectorName::SANDBOX);
        assert_eq!(asked.await.unwrap().connector, sandbox);
        assert_eq!(untouched.await.unwrap().connector, None);
    })
    .await;
}
