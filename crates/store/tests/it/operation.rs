//! Operations as rows.

use domain::Operation;
use store::StoreError;
use store::operation::{find, find_any_shop, insert, list_of, lock, update};

use crate::database::both;
use crate::samples::{done, operations, refused, with_shop};

#[tokio::test]
async fn an_operation_comes_back_as_it_was_stored_and_changed() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        let all = operations(&shop);
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
        }
        let object = all[0].object;
        let id = shop.id;
        let listed = store.read(move |conn| list_of(conn, id, object)).await;
        let own: Vec<Operation> = all
            .iter()
            .filter(|it| it.object == object)
            .cloned()
            .collect();
        assert_eq!(listed.unwrap(), own);

        let next = Operation {
            reference: Some("acq-2".to_owned()),
            due_at: None,
            ..all[0].clone()
        };
        let (changed, owner, id) = (next.clone(), shop.clone(), next.id);
        let found = done(&store, move |tx| {
            update(tx, &owner, &changed)?;
            find(tx, owner.id, id)
        });
        let expected = Operation {
            version: 2,
            ..next.clone()
        };
        assert_eq!(found.await, Some(expected));
        let error = refused(&store, move |tx| update(tx, &shop, &next)).await;
        assert!(matches!(error, StoreError::Conflict));
    })
    .await;
}
