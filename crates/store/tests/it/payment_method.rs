//! Payment methods as rows.

use domain::PaymentMethod;
use store::StoreError;
use store::payment_method::{find, find_any_shop, insert, lock, update};

use crate::database::both;
use crate::samples::{self, done, payment_methods, refused, with_shop};

#[tokio::test]
async fn a_payment_method_comes_back_as_it_was_stored_and_changed() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        let all = payment_methods(&shop);
        for stored in all.clone() {
            let (added, owner, id) = (stored.clone(), shop.clone(), stored.id);
            let found = done(&store, move |tx| {
                insert(tx, &owner, &added)?;
                Ok([
                    find(tx, owner.id, id)?,
                    find_any_shop(tx, id)?,
                    lock(tx, owner.id, id)?,
                ])
            });
            for found in found.await {
                assert_eq!(found, Some(stored.clone()));
            }
            let foreign = samples::shop(2).id;
            let found = store.read(move |conn| find(conn, foreign, id)).await;
            assert_eq!(found.unwrap(), None);
        }
        for (version, next) in (1..).zip(all.clone()) {
            let next = PaymentMethod {
                id: all[0].id,
                version,
                ..next
            };
            let (changed, owner, id) = (next.clone(), shop.clone(), next.id);
            let found = done(&store, move |tx| {
                update(tx, &owner, &changed)?;
                find(tx, owner.id, id)
            });
            let expected = PaymentMethod {
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
