//! Sealing keys as the database knows them, and secrets as rows hold them.

use domain::webhook::Webhook;
use domain::{EventKind, WebhookId};
use store::sealing::{self, Sealed, SealingKey};
use store::webhook::{self, HeldSecret};
use store::{Store, StoreError};

use crate::database::both;
use crate::samples::{NOW, after, done, refused, seed, shop};

fn key(number: u32) -> SealingKey {
    SealingKey {
        number,
        check: [u8::try_from(number).unwrap(); 32],
        created_at: after(i64::from(number)),
    }
}

fn sealed(text: &str) -> Sealed {
    Sealed::new(text.to_owned())
}

async fn keys(store: &Store) -> Vec<SealingKey> {
    let read = store.read(sealing::list);
    read.await.unwrap()
}

#[tokio::test]
async fn a_number_is_given_to_one_key_alone() {
    both(|store, _| async move {
        assert_eq!(keys(&store).await, []);
        for number in [2, 1] {
            done(&store, move |tx| sealing::insert(tx, &key(number))).await;
        }
        assert_eq!(keys(&store).await, [key(1), key(2)]);
        let other = SealingKey {
            check: [9; 32],
            ..key(2)
        };
        let error = refused(&store, move |tx| sealing::insert(tx, &other)).await;
        assert!(matches!(error, StoreError::Duplicate { .. }), "{error}");
        done(&store, |tx| sealing::delete(tx, 1)).await;
        assert_eq!(keys(&store).await, [key(2)]);
    })
    .await;
}

async fn secrets(store: &Store, after: Option<WebhookId>, limit: u32) -> Vec<HeldSecret> {
    let read = store.read(move |conn| webhook::secrets_any_shop(conn, after, limit));
    read.await.unwrap()
}

#[tokio::test]
async fn secrets_are_sealed_anew_unless_they_are_others_meanwhile() {
    both(|store, _| async move {
        let hook = |number| Webhook {
            id: WebhookId::new(seed(number)),
            shop_id: shop(1).id,
            url: "https://shop.test/".to_owned(),
            events: EventKind::ALL.to_vec(),
            strict_order: false,
            holder: None,
            created_at: NOW,
        };
        let held = |number, text| HeldSecret {
            id: hook(number).id,
            shop_id: shop(1).id,
            secret: sealed(text),
        };
        for number in 1..=3 {
            let text = sealed(&format!("whsec_{number}"));
            done(&store, move |tx| webhook::insert(tx, &hook(number), &text)).await;
        }
        let mut all = vec![held(1, "whsec_1"), held(2, "whsec_2"), held(3, "whsec_3")];
        all.sort_by_key(|held| held.id.to_string());
        assert_eq!(secrets(&store, None, 9).await, all);
        assert_eq!(secrets(&store, None, 2).await, all[..2]);
        assert_eq!(secrets(&store, Some(all[1].id), 2).await, all[2..]);

        let (first, second) = (held(1, "whsec_1"), held(2, "whsec_2"));
        let (own, foreign) = (first.id, shop(2).id);
        done(&store, move |tx| {
            // Renewed by another process after it was read.
            webhook::update_secret(tx, shop(1).id, first.id, &sealed("sealed:1:new"))?;
            webhook::reseal(tx, &first, &sealed("sealed:1:late"))?;
            webhook::reseal(tx, &second, &sealed("sealed:1:two"))
        })
        .await;
        let error = refused(&store, move |tx| {
            webhook::update_secret(tx, foreign, own, &sealed("sealed:1:stolen"))
        });
        assert!(matches!(error.await, StoreError::Conflict));
        let mut texts: Vec<String> = secrets(&store, None, 9)
            .await
            .into_iter()
            .map(|held| held.secret.as_text().to_owned())
            .collect();
        texts.sort();
        assert_eq!(texts, ["sealed:1:new", "sealed:1:two", "whsec_3"]);
        let shown = format!("{:?}", secrets(&store, None, 9).await);
        assert!(
            !shown.contains("whsec") && !shown.contains("sealed:1"),
            "{shown}"
        );
    })
    .await;
}
