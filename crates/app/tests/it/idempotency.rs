//! The same request again gets the same answer, byte for byte, for 24 hours.

use std::collections::HashSet;
use std::sync::Arc;

use app::CardLimits;
use connectors::Gate;
use connectors::sandbox::{Call, Fault};
use domain::{Duration, OperationObject, OperationState};
use serde_json::{Value, json};
use testkit::database::both;
use testkit::{Answer, Surroundings, World};
use tokio::task::JoinHandle;

use crate::sandbox::{nodes_apart, nodes_in};
use crate::{PLAIN, SECURE, card_payment, pay, status};

#[tokio::test]
async fn a_repetition_gets_the_first_answer_even_if_the_object_has_changed() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let body = card_payment(PLAIN, false);
        let first = world.call("POST", "/payments", "key", &body).await;
        let path = format!("/payments/{}/capture", first.text("/id"));
        world.call("POST", &path, "capture", &json!({})).await;
        let again = world.call("POST", "/payments", "key", &body).await;
        assert_eq!(first.bytes, again.bytes);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_key_belongs_to_its_request_for_24_hours() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let first = pay(&world, true, "key").await;
        let other = card_payment(PLAIN, false);
        let refused = world.call("POST", "/payments", "key", &other).await;
        assert_eq!(refused.status.as_u16(), 400);
        assert_eq!(refused.text("/description"), "Idempotence key duplicated");
        assert_eq!(refused.text("/parameter"), "Idempotence-Key");
        world.clock.advance(Duration::hours(24));
        let later = world.call("POST", "/payments", "key", &other).await;
        assert_eq!(later.text("/status"), "waiting_for_capture");
        assert_ne!(later.text("/id"), first);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_refused_request_leaves_its_key_free() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let payment = pay(&world, true, "pay").await;
        let refund = |value: &str| {
            json!({
                "payment_id": payment, "amount": {"value": value, "currency": "RUB"},
            })
        };
        let refused = world
            .call("POST", "/refunds", "key", &refund("1000.01"))
            .await;
        assert_eq!(refused.status.as_u16(), 400);
        let done = world
            .call("POST", "/refunds", "key", &refund("1000.00"))
            .await;
        assert_eq!(done.text("/status"), "succeeded");
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_foreign_key_of_another_shop_is_free() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let first = pay(&world, true, "key").await;
        let other = app::shop::create(&world.machine(), testkit::test_shop())
            .await
            .unwrap();
        let credentials = format!("{}:{}", other.shop.id, other.secret_key);
        let body = card_payment(PLAIN, true);
        let second = world
            .call_as(&credentials, "POST", "/payments", "key", &body)
            .await;
        assert_ne!(second.text("/id"), first);
        let path = format!("/payments/{first}");
        let foreign = world
            .call_as(&credentials, "GET", &path, "", &Value::Null)
            .await;
        assert_eq!(foreign.status.as_u16(), 404);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_node_that_has_not_seen_a_key_hears_of_it_from_the_database() {
    both(|store, _engine| async move {
        let shared = Surroundings::new(1);
        let mut second = shared.clone();
        second.card_limits = CardLimits {
            per_address: 1,
            per_card: 1,
            per_shop: 1,
        };
        let (one, two) = nodes_in(&store, &shared, &second).await;
        let body = card_payment(PLAIN, false);
        let paid = one.call("POST", "/payments", "pay", &body).await;
        let payment = paid.text("/id");
        // By now a capture is refused, and so is a refund.
        let capture = format!("/payments/{payment}/capture");
        let refund = json!({
            "payment_id": payment, "amount": {"value": "1000.00", "currency": "RUB"},
        });
        let captured = one.call("POST", &capture, "capture", &json!({})).await;
        let refunded = one.call("POST", "/refunds", "refund", &refund).await;
        assert_eq!(refunded.text("/status"), "succeeded");
        for (path, key, body, first) in [
            ("/payments", "pay", &body, &paid),
            (&capture, "capture", &json!({}), &captured),
            ("/refunds", "refund", &refund, &refunded),
        ] {
            for _ in 0..2 {
                let again = two.call("POST", path, key, body).await;
                assert_eq!(first.bytes, again.bytes, "{path}");
            }
        }
        let more = one.call("POST", "/payments", "more", &body).await;
        one.call("POST", "/payments", "other", &body).await;
        let other = card_payment(PLAIN, true);
        let refused = two.call("POST", "/payments", "other", &other).await;
        assert_eq!(refused.text("/description"), "Idempotence key duplicated");
        // None of this has tried a card here: the one that may be tried still can be.
        let secure = card_payment(SECURE, true);
        let tried = two.call("POST", "/payments", "new", &secure).await;
        assert_eq!(tried.text("/status"), "pending");
        let refused = two.call("POST", "/payments", "newer", &secure).await;
        assert_eq!(refused.status.as_u16(), 429);
        // Nor is a repetition counted as refused.
        let refused = two.app.cards_refused();
        let again = two.call("POST", "/payments", "more", &body).await;
        assert_eq!(again.bytes, more.bytes);
        assert_eq!(two.app.cards_refused(), refused);
        two.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_repetition_takes_nothing_from_those_it_shares_a_transaction_with() {
    both(|store, _engine| async move {
        let (one, two) = nodes_apart(&store, 1, Duration::ZERO).await;
        let (one, two) = (Arc::new(one), Arc::new(two));
        for round in 0..4 {
            let known = format!("known-{round}");
            let first = open(&one, &known).await.unwrap();
            let news = (0..8).map(|number| open(&two, &format!("new-{round}-{number}")));
            let news: Vec<_> = news.collect();
            let again = open(&two, &known);
            let new_too = open(&two, &format!("new-{round}"));
            assert_eq!(again.await.unwrap().bytes, first.bytes);
            let mut ids = HashSet::from([first.text("/id")]);
            for new in news.into_iter().chain([new_too]) {
                let new = new.await.unwrap();
                assert_eq!(new.text("/status"), "pending");
                assert!(ids.insert(new.text("/id")));
            }
        }
        two.audit().await;
    })
    .await;
}

/// Asks for a payment by the page.
fn open(world: &Arc<World>, key: &str) -> JoinHandle<Answer> {
    let (world, key) = (Arc::clone(world), key.to_owned());
    tokio::spawn(async move {
        let body = json!({
            "amount": {"value": "1000.00", "currency": "RUB"},
            "confirmation": {"type": "redirect", "return_url": "https://shop.example/back"},
        });
        world.call("POST", "/payments", &key, &body).await
    })
}

fn ask(world: &Arc<World>, key: &str) -> JoinHandle<Answer> {
    let (world, key) = (Arc::clone(world), key.to_owned());
    tokio::spawn(async move {
        let body = card_payment(PLAIN, true);
        world.call("POST", "/payments", &key, &body).await
    })
}

/// The payment whose call is under way at a bank that answers when the gate opens.
async fn under_way(world: &World) -> String {
    let shop = world.shop.id;
    let list = move |conn: &mut store::Conn<'_>| {
        let filter = store::payment::Filter {
            limit: 10,
            ..store::payment::Filter::default()
        };
        let all = store::payment::list(conn, shop, &filter)?;
        let mut open = None;
        for payment in all {
            let object = OperationObject::Payment(payment.id);
            let calls = store::operation::list_of(conn, shop, object)?;
            let sent = calls.iter().any(|one| one.state == OperationState::Sent);
            open = open.or(sent.then(|| payment.id.to_string()));
        }
        Ok::<_, store::StoreError>(open)
    };
    loop {
        if let Some(id) = world.store.read(list).await.unwrap() {
            return id;
        }
        tokio::task::yield_now().await;
    }
}

/// A node whose clock is ahead takes the other one's call for lost.
async fn takes_for_lost(node: &World) {
    node.bank.script().next(Call::LookUp, Fault::Delayed);
    node.run_jobs().await;
}

#[tokio::test]
async fn a_repetition_at_another_node_waits_for_the_call_that_its_clock_took_for_lost() {
    both(|store, _engine| async move {
        let (one, two) = nodes_apart(&store, 1, Duration::minutes(1)).await;
        let (one, two) = (Arc::new(one), Arc::new(two));
        let gate = Gate::closed();
        one.bank
            .script()
            .next(Call::Authorize, Fault::Slow(gate.clone()));
        let first = ask(&one, "key");
        let payment = under_way(&one).await;
        takes_for_lost(&two).await;
        let mut again = ask(&two, "key");
        let early = tokio::time::timeout(std::time::Duration::from_millis(300), &mut again).await;
        assert!(early.is_err(), "{:?}", early.unwrap().unwrap().json());
        gate.open();
        let (first, again) = (first.await.unwrap(), again.await.unwrap());
        assert_eq!(first.text("/status"), "succeeded");
        assert_eq!(first.bytes, again.bytes);
        assert_eq!(status(&two, &payment).await, "succeeded");
        two.audit().await;
    })
    .await;
}

#[tokio::test]
async fn all_hear_what_a_repetition_has_stored() {
    both(|store, _engine| async move {
        // The first one's clock is so far ahead that no call is waited for any more.
        for (seed, minutes) in [(1, 2), (2, 1)] {
            let (key, ahead) = ("key", Duration::minutes(minutes));
            let shared = Surroundings::new(seed);
            let mut second = shared.clone();
            second.clock = testkit::HandClock::at(testkit::BEGIN.plus(ahead));
            // The other's own limit of a call is over before that of the first.
            second.call_time_max = std::time::Duration::from_millis(200);
            let (one, two) = nodes_in(&store, &shared, &second).await;
            let (one, two) = (Arc::new(one), Arc::new(two));
            let gate = Gate::closed();
            one.bank
                .script()
                .next(Call::Authorize, Fault::Slow(gate.clone()));
            let first = ask(&one, key);
            let payment = under_way(&one).await;
            takes_for_lost(&two).await;
            let again = ask(&two, key).await.unwrap();
            assert_eq!(again.text("/status"), "pending");
            gate.open();
            let first = first.await.unwrap();
            assert_eq!(first.json(), again.json());
            for node in [&one, &two] {
                let later = ask(node, key).await.unwrap();
                assert_eq!(later.bytes, again.bytes);
            }
            assert_eq!(status(&one, &payment).await, "succeeded");
            one.audit().await;
        }
    })
    .await;
}

#[tokio::test]
async fn who_cannot_wait_for_the_answer_is_told_that_it_is_still_to_come() {
    both(|store, _engine| async move {
        let shared = Surroundings::new(1);
        let mut second = shared.clone();
        second.call_time_max = std::time::Duration::from_millis(200);
        let (one, two) = nodes_in(&store, &shared, &second).await;
        let (one, two) = (Arc::new(one), Arc::new(two));
        let gate = Gate::closed();
        one.bank
            .script()
            .next(Call::Authorize, Fault::Slow(gate.clone()));
        let first = ask(&one, "key");
        under_way(&one).await;
        let early = ask(&two, "key").await.unwrap();
        assert_eq!(early.status.as_u16(), 503, "{}", early.json());
        assert!(early.headers.contains_key("retry-after"));
        gate.open();
        let first = first.await.unwrap();
        assert_eq!(first.text("/status"), "succeeded");
        let again = ask(&two, "key").await.unwrap();
        assert_eq!(first.bytes, again.bytes);
        two.audit().await;
    })
    .await;
}
