//! Keys of requests.

use domain::OperationObject;
use store::idempotency::{Object, Stored, complete, find, insert, purge_any_shop, replace};
use store::operation::object_with_id;
use store::{Conn, StoreError};

use crate::database::both;
use crate::samples::{
    NOW, after, done, operation, payment_id, refund_id, refused, shop, with_shop,
};

fn stored() -> Stored {
    Stored {
        fingerprint: [1; 32],
        object: None,
        response: None,
        created_at: NOW,
    }
}

#[tokio::test]
async fn a_key_is_taken_completed_and_taken_again_when_it_is_too_old() {
    both(|store, _| async move {
        let id = shop(1).id;
        let key = "k'1 ключ";
        done(&store, move |tx| insert(tx, id, key, &stored())).await;
        let error = refused(&store, move |tx| insert(tx, id, key, &stored())).await;
        assert!(matches!(error, StoreError::Conflict));
        let look = async || store.read(move |conn| find(conn, id, key)).await.unwrap();
        assert_eq!(look().await, Some(stored()));
        let other = shop(2).id;
        let found = store.read(move |conn| find(conn, other, key)).await;
        assert_eq!(found.unwrap(), None);

        done(&store, move |tx| complete(tx, id, key, b"{\"id\":\"1\"}\n")).await;
        let completed = Stored {
            response: Some(b"{\"id\":\"1\"}\n".to_vec()),
            ..stored()
        };
        assert_eq!(look().await, Some(completed.clone()));

        let next = Stored {
            fingerprint: [2; 32],
            object: Some(Object::Asked(OperationObject::Refund(refund_id(7)))),
            created_at: after(90_000),
            ..stored()
        };
        let (expired, newer) = (completed.clone(), next.clone());
        done(&store, move |tx| replace(tx, id, key, &expired, &newer)).await;
        assert_eq!(look().await, Some(next.clone()));
        let error = refused(&store, move |tx| replace(tx, id, key, &completed, &next)).await;
        assert!(matches!(error, StoreError::Conflict));
    })
    .await;
}

#[tokio::test]
async fn a_key_knows_the_kind_of_its_object_and_operations_know_it_of_one_from_before() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        let id = shop.id;
        let objects = [
            Object::Asked(OperationObject::Payment(payment_id(1))),
            Object::Asked(OperationObject::Refund(refund_id(2))),
            Object::Asked(OperationObject::PaymentMethod(payment_id(1).method_id())),
            Object::Other("dl-1".to_owned()),
        ];
        for (number, object) in (0..).zip(objects) {
            let key = format!("key {number}");
            let keyed = Stored {
                object: Some(object),
                ..stored()
            };
            let (taken, name) = (keyed.clone(), key.clone());
            done(&store, move |tx| insert(tx, id, &name, &taken)).await;
            let found = store.read(move |conn| find(conn, id, &key)).await;
            assert_eq!(found.unwrap(), Some(keyed));
        }

        let object = OperationObject::Refund(refund_id(2));
        let asked = operation(&shop, 1, object);
        done(&store, move |tx| {
            tx.write("update idempotency set object_kind = null", &[])?;
            store::operation::insert(tx, &shop, &asked)
        })
        .await;
        let found = store.read(move |conn| find(conn, id, "key 1")).await;
        let before = found.unwrap().unwrap().object.unwrap();
        let text = refund_id(2).to_string();
        assert_eq!(before, Object::Other(text.clone()));
        let read = move |conn: &mut Conn<'_>| object_with_id(conn, id, &text);
        assert_eq!(store.read(read).await.unwrap(), Some(object));
        let read = move |conn: &mut Conn<'_>| object_with_id(conn, id, "dl-1");
        assert_eq!(store.read(read).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn old_keys_are_forgotten_a_few_at_a_time() {
    both(|store, _| async move {
        let id = shop(1).id;
        done(&store, move |tx| {
            for number in 0..5 {
                let stored = Stored {
                    created_at: after(number),
                    ..stored()
                };
                insert(tx, id, &number.to_string(), &stored)?;
            }
            Ok(())
        })
        .await;
        for expected in [2, 1, 0] {
            let gone = done(&store, move |tx| purge_any_shop(tx, after(3), 2)).await;
            assert_eq!(gone, expected);
        }
        let left = store.read(move |conn| find(conn, id, "3")).await;
        assert!(left.unwrap().is_some());
    })
    .await;
}
