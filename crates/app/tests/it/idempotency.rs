//! The same request again gets the same answer, byte for byte, for 24 hours.

use domain::Duration;
use serde_json::{Value, json};
use testkit::World;
use testkit::database::both;

use crate::{PLAIN, card_payment, pay};

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
        let other = app::shop::create(&world.app, testkit::test_shop())
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
