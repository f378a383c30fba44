//! Refunds as rows.

use domain::refund::Status;
use domain::{Refund, RefundId, ShopId};
use store::refund::{Filter, find, find_any_shop, insert, list, list_of_payment, lock, update};
use store::{Range, Store, StoreError};

use crate::database::both;
use crate::samples::{self, after, done, payment_id, refunds, refused, with_shop};

#[tokio::test]
async fn a_refund_comes_back_as_it_was_stored_and_changed() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        let all = refunds(&shop, payment_id(1));
        for stored in all.clone() {
            let (added, owner) = (stored.clone(), shop.clone());
            done(&store, move |tx| insert(tx, &owner, &added)).await;
            let (id, owner) = (stored.id, shop.id);
            let found = done(&store, move |tx| {
                Ok([
                    find(tx, owner, id)?,
                    find_any_shop(tx, id)?,
                    lock(tx, owner, id)?,
                ])
            });
            for found in found.await {
                assert_eq!(found, Some(stored.clone()));
            }
        }
        for (version, state) in (1..).zip(all.into_iter().map(|it| it.state)) {
            let next = Refund {
                state,
                version,
                ..samples::refund(&shop, 1, payment_id(1))
            };
            let (changed, owner, id) = (next.clone(), shop.clone(), next.id);
            let found = done(&store, move |tx| {
                update(tx, &owner, &changed)?;
                find(tx, owner.id, id)
            });
            let expected = Refund {
                version: version + 1,
                ..next.clone()
            };
            assert_eq!(found.await, Some(expected));
            let owner = shop.clone();
            let error = refused(&store, move |tx| update(tx, &owner, &next)).await;
            assert!(matches!(error, StoreError::Conflict));
        }
    })
    .await;
}

/// Six refunds of two payments, one a second; the last two succeeded.
async fn with_list(store: &Store) -> ShopId {
    let shop = with_shop(store, 1).await;
    let id = shop.id;
    done(store, move |tx| {
        for number in 0..6 {
            let payment = payment_id(number % 2);
            let mut refund = samples::refund(&shop, number, payment);
            refund.created_at = after(i64::try_from(number).unwrap());
            if number > 3 {
                refund.state = refunds(&shop, payment).swap_remove(1).state;
            }
            insert(tx, &shop, &refund)?;
        }
        Ok(())
    })
    .await;
    id
}

async fn check(store: &Store, filter: Filter, expected: &[u64]) {
    let shop = samples::shop(1).id;
    let found = store.read(move |conn| list(conn, shop, &filter)).await;
    let found: Vec<RefundId> = found.unwrap().iter().map(|it| it.id).collect();
    let expected: Vec<RefundId> = expected.iter().map(|it| samples::refund_id(*it)).collect();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn refunds_are_listed_by_status_and_time() {
    both(|store, _| async move {
        with_list(&store).await;
        let all = || Filter {
            limit: 4,
            ..Filter::default()
        };
        check(&store, all(), &[5, 4, 3, 2]).await;
        let next_page = Filter {
            after: Some((after(2), samples::refund_id(2))),
            ..all()
        };
        check(&store, next_page, &[1, 0]).await;
        let succeeded = Filter {
            status: Some(Status::Succeeded),
            ..all()
        };
        check(&store, succeeded, &[5, 4]).await;
        let created = Range {
            gt: Some(after(1)),
            lte: Some(after(3)),
            ..Range::default()
        };
        check(&store, Filter { created, ..all() }, &[3, 2]).await;
    })
    .await;
}

#[tokio::test]
async fn refunds_of_a_payment_are_listed() {
    both(|store, _| async move {
        let shop = with_list(&store).await;
        let of_payment = || Filter {
            payment_id: Some(payment_id(1)),
            limit: 4,
            ..Filter::default()
        };
        check(&store, of_payment(), &[5, 3, 1]).await;
        let next_page = Filter {
            after: Some((after(5), samples::refund_id(5))),
            status: Some(Status::Pending),
            ..of_payment()
        };
        check(&store, next_page, &[3, 1]).await;
        for (shop, expected) in [(shop, 3), (samples::shop(2).id, 0)] {
            let found = store.read(move |conn| list_of_payment(conn, shop, payment_id(0)));
            assert_eq!(found.await.unwrap().len(), expected);
        }
    })
    .await;
}
