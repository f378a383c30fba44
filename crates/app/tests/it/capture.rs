//! Two stages: holding, taking the whole or a part, letting go.

use serde_json::json;
use testkit::World;
use testkit::database::both;

use crate::{available, pay, status};

#[tokio::test]
async fn a_part_is_taken_and_the_rest_goes_back() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let payment = pay(&world, false, "pay").await;
        assert_eq!(available(&world).await, 0);
        let body = json!({"amount": {"value": "600.00", "currency": "RUB"}});
        let path = format!("/payments/{payment}/capture");
        let answer = world.call("POST", &path, "capture", &body).await;
        assert_eq!(answer.text("/status"), "succeeded");
        assert_eq!(answer.text("/amount/value"), "600.00");
        assert_eq!(answer.text("/income_amount/value"), "573.00");
        assert_eq!(available(&world).await, 57_300);
        let effects = world.bank.statistics().into_values().next().unwrap();
        assert_eq!(
            (effects.captured.minor(), effects.voided.minor()),
            (60_000, 40_000)
        );
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn more_than_is_held_cannot_be_taken() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let payment = pay(&world, false, "pay").await;
        let body = json!({"amount": {"value": "1000.01", "currency": "RUB"}});
        let path = format!("/payments/{payment}/capture");
        let answer = world.call("POST", &path, "capture", &body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.text("/parameter").as_str()),
            (400, "amount.value")
        );
        assert_eq!(status(&world, &payment).await, "waiting_for_capture");
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_canceled_hold_takes_nothing() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let payment = pay(&world, false, "pay").await;
        let path = format!("/payments/{payment}/cancel");
        let answer = world
            .call("POST", &path, "cancel", &serde_json::Value::Null)
            .await;
        assert_eq!(answer.text("/status"), "canceled");
        assert_eq!(answer.text("/cancellation_details/party"), "merchant");
        assert_eq!(
            answer.text("/cancellation_details/reason"),
            "canceled_by_merchant"
        );
        assert_eq!(available(&world).await, 0);
        world.audit().await;
    })
    .await;
}
