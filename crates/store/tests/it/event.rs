//! Events and webhooks as rows.

use std::slice::from_ref;

use domain::webhook::Webhook;
use domain::{EventId, EventKind, WebhookId};
use store::event::{Event, find, insert, list, list_of_object};
use store::sealing::Sealed;
use store::{StoreError, webhook};

use crate::database::both;
use crate::samples::{NOW, after, done, refused, seed, shop};

fn event(number: u64, seconds: i64) -> Event {
    Event {
        id: EventId::new(seed(number)),
        shop_id: shop(1).id,
        kind: EventKind::ALL[usize::try_from(number % 5).unwrap()],
        object_id: format!("object-{}", number % 2),
        body: "{ \"b\":1,\"a\":\"Ё\"}\n".to_owned(),
        created_at: after(seconds),
    }
}

#[tokio::test]
async fn events_are_listed_in_the_order_in_which_they_were_written() {
    both(|store, _| async move {
        // At the same moment, and with ids that sort the other way.
        let events: Vec<Event> = (0..6).rev().map(|number| event(number, 0)).collect();
        let later = event(9, 1);
        for added in events.iter().cloned().chain([later.clone()]) {
            done(&store, move |tx| insert(tx, &added)).await;
        }
        let id = shop(1).id;
        let page = async |since, after| {
            let found = store.read(move |conn| list(conn, id, since, after, 4));
            found.await.unwrap()
        };
        assert_eq!(page(NOW, None).await, events[..4]);
        let rest = page(NOW, Some(events[3].id)).await;
        assert_eq!(rest[..2], events[4..]);
        assert_eq!(rest[2..], *from_ref(&later));
        assert_eq!(page(after(1), None).await, *from_ref(&later));
        assert_eq!(page(after(1), Some(later.id)).await, []);

        let of_object = store.read(move |conn| list_of_object(conn, id, "object-0"));
        let expected: Vec<Event> = [4, 2, 0].map(|number| event(number, 0)).to_vec();
        assert_eq!(of_object.await.unwrap(), expected);
        let (one, foreign) = (later.id, shop(2).id);
        let found = store.read(move |conn| {
            Ok::<_, StoreError>((find(conn, id, one)?, find(conn, foreign, one)?))
        });
        assert_eq!(found.await.unwrap(), (Some(later), None));
    })
    .await;
}

#[tokio::test]
async fn webhooks_are_chosen_by_event() {
    both(|store, _| async move {
        let id = shop(1).id;
        let hook = |number, events: &[EventKind]| Webhook {
            id: WebhookId::new(seed(number)),
            shop_id: id,
            url: format!("https://shop.test/{number}"),
            events: events.to_vec(),
            strict_order: false,
            holder: None,
            created_at: NOW,
        };
        let all = hook(1, &EventKind::ALL);
        let refunds = hook(2, &[EventKind::RefundSucceeded]);
        for added in [all.clone(), refunds.clone()] {
            let secret = Sealed::new("sealed:1:x".to_owned());
            done(&store, move |tx| webhook::insert(tx, &added, &secret)).await;
        }
        let of = async |kind| {
            let found = store.read(move |conn| webhook::of_event(conn, id, kind));
            found.await.unwrap()
        };
        assert_eq!(of(EventKind::PaymentSucceeded).await, *from_ref(&all));
        assert_eq!(
            of(EventKind::RefundSucceeded).await,
            [all.clone(), refunds.clone()]
        );

        let (one, foreign) = (all.id, shop(2).id);
        let error = refused(&store, move |tx| webhook::delete(tx, foreign, one)).await;
        assert!(matches!(error, StoreError::Conflict));
        done(&store, move |tx| webhook::delete(tx, id, one)).await;
        let found = store.read(move |conn| {
            Ok::<_, StoreError>((webhook::find(conn, id, one)?, webhook::list(conn, id)?))
        });
        assert_eq!(found.await.unwrap(), (None, vec![refunds]));
    })
    .await;
}
