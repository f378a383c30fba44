//! Refunds: to the last kopeck, and not for a shop that has nothing.

use app::shop::NewShop;
use serde_json::json;
use testkit::database::both;
use testkit::{Surroundings, World, test_shop};

use crate::{available, pay};

#[tokio::test]
async fn a_payment_is_given_back_to_the_last_kopeck() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let payment = pay(&world, true, "pay").await;
        for (key, value, status) in [
            ("a", "333.33", 200),
            ("b", "333.33", 200),
            ("c", "333.34", 200),
            ("d", "1.00", 400),
        ] {
            let amount = json!({"value": value, "currency": "RUB"});
            let body = json!({"payment_id": payment, "amount": amount});
            let answer = world.call("POST", "/refunds", key, &body).await;
            assert_eq!(answer.status.as_u16(), status, "{key}");
        }
        assert_eq!(available(&world).await, -4_500);
        let path = format!("/payments/{payment}");
        let shown = world
            .call("GET", &path, "", &serde_json::Value::Null)
            .await
            .json();
        assert_eq!(shown["refunded_amount"]["value"], "1000.00");
        assert_eq!(shown["refundable"], false);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_live_shop_without_enough_money_gives_nothing_back() {
    both(|store, _engine| async move {
        let live = NewShop {
            test: false,
            ..test_shop()
        };
        let world = World::with(store, Surroundings::new(2), live).await;
        let payment = pay(&world, true, "pay").await;
        let refund = |value: &str| {
            json!({
                "payment_id": payment, "amount": {"value": value, "currency": "RUB"},
            })
        };
        let answer = world
            .call("POST", "/refunds", "a", &refund("1000.00"))
            .await;
        assert_eq!(answer.text("/status"), "canceled");
        assert_eq!(
            answer.text("/cancellation_details/reason"),
            "insufficient_funds"
        );
        let answer = world.call("POST", "/refunds", "b", &refund("955.00")).await;
        assert_eq!(answer.text("/status"), "succeeded");
        assert_eq!(available(&world).await, 0);
        world.audit().await;
    })
    .await;
}
