//! Plates as rows.

use domain::{PosLink, PosLinkId};
use store::StoreError;
use store::pos_link::{find, find_by_link_any_shop, insert, lock, update};

use crate::database::both;
use crate::samples::{NOW, done, payment_id, refused, seed, with_shop};

#[tokio::test]
async fn a_plate_comes_back_as_it_was_stored_and_changed() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        let link = PosLink {
            id: PosLinkId::new(seed(1)),
            shop_id: shop.id,
            gateway_id: shop.gateway_id,
            link: "https://qr.nspk.ru/1".to_owned(),
            active: true,
            payment_id: None,
            created_at: NOW,
            version: 1,
        };
        let (added, owner) = (link.clone(), shop.clone());
        done(&store, move |tx| insert(tx, &owner, &added)).await;
        let (id, owner) = (link.id, shop.id);
        let found = done(&store, move |tx| {
            Ok([
                find(tx, owner, id)?,
                lock(tx, owner, id)?,
                find_by_link_any_shop(tx, "https://qr.nspk.ru/1")?,
            ])
        });
        for found in found.await {
            assert_eq!(found.as_ref(), Some(&link));
        }
        let next = PosLink {
            active: false,
            payment_id: Some(payment_id(1)),
            ..link.clone()
        };
        let (changed, owner) = (next.clone(), shop.clone());
        let found = done(&store, move |tx| {
            update(tx, &owner, &changed)?;
            find(tx, owner.id, id)
        });
        let expected = PosLink { version: 2, ..next };
        assert_eq!(found.await, Some(expected));
        let (stale, owner) = (link.clone(), shop.clone());
        let error = refused(&store, move |tx| update(tx, &owner, &stale)).await;
        assert!(matches!(error, StoreError::Conflict));
        let double = PosLink {
            id: PosLinkId::new(seed(2)),
            ..link
        };
        let error = refused(&store, move |tx| insert(tx, &shop, &double)).await;
        let constraint = error.to_string();
        assert!(constraint.contains("pos_link_link"), "{constraint}");
    })
    .await;
}
