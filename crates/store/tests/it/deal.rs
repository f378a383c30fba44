//! Safe deals as rows.

use domain::deal::Status;
use domain::{Deal, DealId, Duration};
use store::deal::{
    Filter, due_any_shop, find, find_many, insert, list, lock, update, update_payment,
};
use store::{Range, Store, StoreError};

use crate::database::both;
use crate::samples::{self, NOW, after, deal, deal_id, deals, done, refused, with_shop};

#[tokio::test]
async fn a_deal_comes_back_as_it_was_stored_and_changed() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        for stored in deals(&shop) {
            let (added, owner) = (stored.clone(), shop.clone());
            done(&store, move |tx| insert(tx, &owner, &added)).await;
            let (id, owner, other) = (stored.id, shop.id, samples::shop(2).id);
            let found = done(&store, move |tx| {
                Ok((
                    find(tx, owner, id)?,
                    lock(tx, owner, id)?,
                    find(tx, other, id)?,
                ))
            });
            let expected = (Some(stored.clone()), Some(stored), None);
            assert_eq!(found.await, expected);
        }
        let first = deal(&shop, 1);
        for (version, changed) in (1..).zip(deals(&shop)) {
            let next = Deal {
                payment_id: changed.payment_id,
                sums: changed.sums,
                state: changed.state,
                version,
                ..first.clone()
            };
            let (stored, owner, id) = (next.clone(), shop.clone(), next.id);
            let found = done(&store, move |tx| {
                update(tx, &owner, &stored)?;
                find(tx, owner.id, id)
            });
            let expected = Deal {
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

#[tokio::test]
async fn a_payment_changes_only_what_it_brings() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        let all = deals(&shop);
        let [opened, filled] = [&all[0], &all[1]].map(Clone::clone);
        let (added, owner) = (opened.clone(), shop.clone());
        done(&store, move |tx| insert(tx, &owner, &added)).await;
        let mut next = opened.clone();
        next.payment_id = filled.payment_id;
        next.sums.charged = filled.sums.charged;
        next.sums.held = filled.sums.held;
        next.sums.payable = filled.sums.payable;
        let (stored, owner) = (next.clone(), shop.clone());
        let found = done(&store, move |tx| {
            update_payment(tx, &owner, &stored)?;
            find(tx, owner.id, stored.id)
        });
        let mut expected = next.clone();
        expected.version += 1;
        assert_eq!(found.await, Some(expected));
        let error = refused(&store, move |tx| update_payment(tx, &shop, &next)).await;
        assert!(matches!(error, StoreError::Conflict));
    })
    .await;
}

#[tokio::test]
async fn many_deals_are_found_at_once_and_none_of_another_shop() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        let stranger = with_shop(&store, 2).await;
        let template = deals(&shop)[0].clone();
        let (owner, other) = (shop.clone(), stranger.clone());
        done(&store, move |tx| {
            for number in 0..70 {
                let id = deal_id(1_000 + number);
                let owner = if number == 69 { &other } else { &owner };
                let (shop_id, template) = (owner.id, template.clone());
                insert(
                    tx,
                    owner,
                    &Deal {
                        id,
                        shop_id,
                        ..template
                    },
                )?;
            }
            Ok(())
        })
        .await;
        for count in [0, 1, 2, 3, 64, 70] {
            let ids: Vec<DealId> = (0..count).map(|it| deal_id(1_000 + it)).collect();
            let (asked, shop) = (ids.clone(), shop.id);
            let found = store.read(move |conn| find_many(conn, shop, &asked)).await;
            let mut found: Vec<DealId> = found.unwrap().iter().map(|deal| deal.id).collect();
            found.sort();
            let own: Vec<DealId> = ids.into_iter().take(69).collect();
            assert_eq!(found, own);
        }
    })
    .await;
}

async fn check(store: &Store, filter: Filter, expected: &[u64]) {
    let shop = samples::shop(1).id;
    let found = store.read(move |conn| list(conn, shop, &filter)).await;
    let found: Vec<DealId> = found.unwrap().iter().map(|it| it.id).collect();
    let expected: Vec<DealId> = expected.iter().map(|it| deal_id(*it)).collect();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn deals_are_listed_by_time_status_and_description() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        done(&store, move |tx| {
            let names = ["Заказ № 1", "ЁЛКА 50%_off", "order-2", "Order ёлка"];
            for (number, name) in (1..).zip(names) {
                let seconds = i64::try_from(number).unwrap();
                let mut deal = deal(&shop, number);
                deal.created_at = after(seconds);
                deal.expires_at = NOW.plus(Duration::days(seconds));
                deal.description = Some(name.to_owned());
                if number == 4 {
                    deal.state = deals(&shop).swap_remove(2).state;
                }
                insert(tx, &shop, &deal)?;
            }
            insert(tx, &shop, &deal(&shop, 5))
        })
        .await;
        let all = || Filter {
            limit: 10,
            ..Filter::default()
        };
        check(&store, all(), &[4, 3, 2, 1, 5]).await;
        let closed = Some(Status::Closed);
        let status = |status| Filter { status, ..all() };
        check(&store, status(closed), &[4]).await;
        check(&store, status(Some(Status::Opened)), &[3, 2, 1, 5]).await;
        for (text, expected) in [
            ("ёлка", &[4, 2][..]),
            ("ЗАКАЗ", &[1]),
            ("ORDER", &[4, 3]),
            ("50%_", &[2]),
            ("50%x", &[]),
            ("____", &[]),
        ] {
            let text = Some(text.to_owned());
            check(&store, Filter { text, ..all() }, expected).await;
        }
        let expires = Range {
            gt: Some(NOW.plus(Duration::days(1))),
            lte: Some(NOW.plus(Duration::days(3))),
            ..Range::default()
        };
        check(&store, Filter { expires, ..all() }, &[3, 2]).await;
        let page = Filter {
            after: Some((after(3), deal_id(3))),
            limit: 1,
            ..Filter::default()
        };
        check(&store, page, &[2]).await;
    })
    .await;
}

#[tokio::test]
async fn a_deal_is_due_in_the_platforms_time_and_earlier_when_the_clock_moves() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        let owner = shop.clone();
        done(&store, move |tx| {
            deals(&owner)
                .iter()
                .try_for_each(|deal| insert(tx, &owner, deal))
        })
        .await;
        let due = async |at| {
            let read = move |conn: &mut store::Conn<'_>| due_any_shop(conn, at, 10);
            let found = store.read::<_, StoreError, _>(read).await.unwrap();
            found.into_iter().map(|(_, id)| id).collect::<Vec<_>>()
        };
        // The shop's clock is a day ahead.
        let at = NOW.plus(Duration::days(89));
        assert_eq!(due(at).await, [deal_id(1)]);
        assert_eq!(due(at.minus(Duration::micros(1))).await, []);
        done(&store, move |tx| {
            store::shop::advance_clock(tx, &shop, Duration::days(80))
        })
        .await;
        assert_eq!(due(at.minus(Duration::days(80))).await, [deal_id(1)]);
    })
    .await;
}
