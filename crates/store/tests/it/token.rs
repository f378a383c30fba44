//! Card tokens as rows.

use domain::ConnectorName;
use domain::card::{CardBrand, CardFacts, Expiry};
use domain::payout::PayoutCard;
use domain::token::{CardToken, PAYMENT_TOKEN_LIFE, PAYOUT_TOKEN_UNUSED, Purpose};
use store::StoreError;
use store::token::{find_any_shop, insert, keep_any_shop, purge_any_shop, update};

use crate::database::both;
use crate::samples::{NOW, after, done, refused, shop, with_shop};

fn payment(hash: u8) -> CardToken {
    CardToken {
        hash: [hash; 32],
        shop_id: shop(1).id,
        connector: ConnectorName::SANDBOX,
        acquirer_token: r#"{"card":{}}"#.to_owned(),
        purpose: Purpose::Payment {
            card: CardFacts {
                first6: "555555".to_owned(),
                last4: "4444".to_owned(),
                expiry: Expiry::new(2030, 12).unwrap(),
                brand: CardBrand::MasterCard,
                issuer_country: Some("US".to_owned()),
                issuer_name: Some("Банк".to_owned()),
            },
            expires_at: NOW.plus(PAYMENT_TOKEN_LIFE),
            used_at: None,
        },
        created_at: NOW,
        version: 1,
    }
}

fn payout(hash: u8) -> CardToken {
    CardToken {
        purpose: Purpose::Payout {
            card: PayoutCard {
                first6: "220000".to_owned(),
                last4: "0004".to_owned(),
                brand: CardBrand::Mir,
                issuer_country: None,
                issuer_name: None,
            },
            kept_until: NOW.plus(PAYOUT_TOKEN_UNUSED),
        },
        ..payment(hash)
    }
}

#[tokio::test]
async fn tokens_come_back_as_they_were_stored_and_are_used_once() {
    both(|store, _| async move {
        with_shop(&store, 1).await;
        for token in [payment(1), payout(2)] {
            let added = token.clone();
            let found = done(&store, move |tx| {
                insert(tx, &added)?;
                find_any_shop(tx, &added.hash)
            });
            assert_eq!(found.await, Some(token));
        }
        let (_, used) = payment(1).pay(shop(1).id, after(1)).unwrap();
        let (stored, again) = (used.clone(), used.clone());
        let found = done(&store, move |tx| {
            update(tx, &stored)?;
            find_any_shop(tx, &stored.hash)
        });
        assert_eq!(found.await, Some(CardToken { version: 2, ..used }));
        let error = refused(&store, move |tx| update(tx, &again)).await;
        assert!(matches!(error, StoreError::Conflict));
        let error = refused(&store, |tx| insert(tx, &payout(2))).await;
        assert!(matches!(error, StoreError::Duplicate { .. }), "{error}");
    })
    .await;
}

#[tokio::test]
async fn what_ended_is_forgotten_and_payout_tokens_when_nobody_uses_them() {
    both(|store, _| async move {
        with_shop(&store, 1).await;
        done(&store, |tx| {
            insert(tx, &payment(1))?;
            insert(tx, &payment(2))?;
            insert(tx, &payout(3))
        })
        .await;
        let end = NOW.plus(PAYMENT_TOKEN_LIFE);
        let purge = |before| done(&store, move |tx| purge_any_shop(tx, before, 1));
        assert_eq!(purge(end).await, 0);
        let later = end.plus(domain::Duration::micros(1));
        assert_eq!(purge(later).await, 1);
        assert_eq!(purge(later).await, 1);
        assert_eq!(purge(later).await, 0);
        let left = store.read(|conn| find_any_shop(conn, &[3; 32])).await;
        assert_eq!(left.unwrap(), Some(payout(3)));
        done(&store, |tx| insert(tx, &payout(4))).await;
        let used = payout(4).kept_on(later).unwrap();
        done(&store, move |tx| keep_any_shop(tx, &[4; 32], used)).await;
        let unused = NOW
            .plus(PAYOUT_TOKEN_UNUSED)
            .plus(domain::Duration::micros(1));
        assert_eq!(purge(unused).await, 1);
        assert_eq!(purge(unused).await, 0);
        let left = store.read(|conn| find_any_shop(conn, &[4; 32])).await;
        assert!(left.unwrap().is_some());
        assert_eq!(purge(used.plus(domain::Duration::micros(1))).await, 1);
    })
    .await;
}
