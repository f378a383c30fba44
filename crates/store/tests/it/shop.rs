//! Shops, their keys, their tariffs and their clocks.

use domain::{Duration, MethodKind, Rate, Tariff};
use store::{StoreError, operation, payment, payment_method, secret_key, shop, tariff};

use crate::database::both;
use crate::samples::{NOW, after, done, refused, rub, with_shop};
use crate::{delivery, samples};

#[tokio::test]
async fn a_shop_comes_back_as_it_was_stored() {
    both(|store, _| async move {
        let first = with_shop(&store, 1).await;
        let bare = domain::Shop {
            methods: Vec::new(),
            inn: None,
            enabled: false,
            clock_offset: Duration::ZERO,
            ..samples::shop(2)
        };
        let added = bare.clone();
        done(&store, move |tx| shop::insert(tx, &added)).await;
        let expected = vec![first.clone(), bare];
        let listed = store.read(shop::list_any_shop).await;
        assert_eq!(listed.unwrap(), expected);
        let number = store.read(shop::next_number_any_shop).await;
        assert_eq!(number.unwrap(), 100_003);
        let again = first.clone();
        let error = refused(&store, move |tx| shop::insert(tx, &again)).await;
        assert!(matches!(error, StoreError::Duplicate { constraint } if constraint == "shop_pk"));
    })
    .await;
}

#[tokio::test]
async fn only_the_newest_version_of_a_shop_is_changed() {
    both(|store, _| async move {
        let before = with_shop(&store, 1).await;
        let renamed = domain::Shop {
            name: "Другая".to_owned(),
            may_save_methods: true,
            deal_life: None,
            ..before.clone()
        };
        let next = renamed.clone();
        done(&store, move |tx| shop::update(tx, &next)).await;
        let stale = renamed.clone();
        let error = refused(&store, move |tx| shop::update(tx, &stale)).await;
        assert!(matches!(error, StoreError::Conflict));
        let found = store.read(move |conn| shop::find(conn, before.id)).await;
        let expected = domain::Shop {
            version: 2,
            ..renamed
        };
        assert_eq!(found.unwrap(), Some(expected));
    })
    .await;
}

#[tokio::test]
async fn a_key_opens_its_own_shop_until_it_is_revoked() {
    both(|store, _| async move {
        let (one, two) = (with_shop(&store, 1).await, with_shop(&store, 2).await);
        let (hash, id, other) = ([7; 32], one.id, two.id);
        done(&store, move |tx| {
            secret_key::insert(tx, id, &hash, "abcd", NOW)
        })
        .await;
        let opens = async |shop, hash: [u8; 32]| {
            let found = store.read(move |conn| shop::authenticate(conn, shop, &hash));
            found.await.unwrap().map(|shop| shop.id)
        };
        assert_eq!(opens(id, hash).await, Some(id));
        assert_eq!(opens(id, [8; 32]).await, None);
        assert_eq!(opens(other, hash).await, None);

        done(&store, move |tx| {
            secret_key::revoke(tx, id, &hash, after(1))
        })
        .await;
        assert_eq!(opens(id, hash).await, None);
        done(&store, move |tx| {
            secret_key::note_use(tx, id, &hash, after(1))
        })
        .await;
        let keys = store.read(move |conn| secret_key::list(conn, id)).await;
        let expected = secret_key::SecretKey {
            hash,
            hint: "abcd".to_owned(),
            created_at: NOW,
            last_used_at: Some(after(1)),
            revoked_at: Some(after(1)),
        };
        assert_eq!(keys.unwrap(), [expected]);
        let error = refused(&store, move |tx| secret_key::revoke(tx, id, &hash, NOW)).await;
        assert!(matches!(error, StoreError::Conflict));
    })
    .await;
}

#[tokio::test]
async fn tariffs_come_back_as_they_were_stored() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        let line = |method, starts_at| Tariff {
            shop_id: shop.id,
            method,
            rate: Rate::from_ppm(45_000).unwrap(),
            minimum: rub(100),
            fixed: rub(5),
            vat: Rate::from_ppm(200_000).unwrap(),
            starts_at,
        };
        let lines = vec![
            line(None, NOW),
            line(None, after(1)),
            line(Some(MethodKind::Sbp), NOW),
        ];
        for line in lines.clone() {
            done(&store, move |tx| tariff::insert(tx, &line)).await;
        }
        let listed = store.read(move |conn| tariff::list(conn, shop.id)).await;
        assert_eq!(listed.unwrap(), lines);
        let twice = lines[0].clone();
        let error = refused(&store, move |tx| tariff::insert(tx, &twice)).await;
        assert!(matches!(error, StoreError::Duplicate { constraint } if constraint == "tariff_pk"));
    })
    .await;
}

/// The platform's time at which something of the shop is due: the shop's clock is a day ahead.
fn platform(shop_time: domain::Timestamp) -> domain::Timestamp {
    shop_time.minus(Duration::days(1))
}

#[tokio::test]
async fn an_advanced_clock_makes_everything_of_the_shop_due_earlier() {
    both(|store, _| async move {
        for number in [1, 2] {
            let shop = with_shop(&store, number).await;
            done(&store, move |tx| {
                let salt = shop.id.number() * 1_000;
                let waiting = samples::payment(&shop, salt);
                payment::insert(tx, &shop, &waiting)?;
                let mut method = samples::payment_methods(&shop).swap_remove(0);
                method.id = waiting.id.method_id();
                payment_method::insert(tx, &shop, &method)?;
                let object = domain::OperationObject::Payment(waiting.id);
                operation::insert(tx, &shop, &samples::operation(&shop, salt, object))?;
                delivery::insert_one(tx, &shop, salt, after(3_600))
            })
            .await;
        }
        let due = async |now| {
            let due = store.read(move |conn| {
                Ok::<_, StoreError>((
                    payment::due_any_shop(conn, now, 10)?.len(),
                    payment_method::due_any_shop(conn, now, 10)?.len(),
                    operation::due_any_shop(conn, now, 10)?.len(),
                ))
            });
            due.await.unwrap()
        };
        let just_before = platform(after(3_600)).minus(Duration::micros(1));
        assert_eq!(due(just_before).await, (0, 0, 2));
        assert_eq!(due(platform(after(3_600))).await, (2, 2, 2));

        let ahead = samples::shop(1);
        let by = Duration::seconds(600);
        done(&store, move |tx| shop::advance_clock(tx, &ahead, by)).await;
        assert_eq!(due(platform(after(45)).minus(by)).await, (0, 0, 1));
        assert_eq!(due(just_before.minus(by)).await, (0, 0, 2));
        assert_eq!(due(platform(after(3_000))).await, (1, 1, 2));
        let claimed = delivery::claimed_at(&store, platform(after(3_000))).await;
        assert_eq!(claimed.len(), 1);
        assert_eq!(claimed[0].delivery.due_at, Some(after(3_600)));

        let (id, object) = (samples::shop(1).id, samples::operation_id(100_001_000));
        let found = store.read(move |conn| {
            let shop = shop::find(conn, id)?;
            Ok::<_, StoreError>((shop, operation::find(conn, id, object)?))
        });
        let (shop, operation) = found.await.unwrap();
        let shop = shop.unwrap();
        assert_eq!(shop.clock_offset, Duration::days(1).plus(by));
        assert_eq!(shop.version, 2);
        assert_eq!(operation.unwrap().due_at, Some(after(45)));
    })
    .await;
}
