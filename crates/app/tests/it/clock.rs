//! Time: what nobody confirms or captures ends, each exactly once, and a test shop's week passes
//! by command.

use domain::Duration;
use serde_json::{Value, json};
use testkit::World;
use testkit::database::both;

use crate::{pay, status};

#[tokio::test]
async fn a_hold_ends_after_seven_days() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let payment = pay(&world, false, "pay").await;
        world.wait(Duration::hours(7 * 24 - 1)).await;
        assert_eq!(status(&world, &payment).await, "waiting_for_capture");
        world.wait(Duration::hours(1)).await;
        let shown = world
            .call("GET", &format!("/payments/{payment}"), "", &Value::Null)
            .await;
        assert_eq!(shown.text("/status"), "canceled");
        assert_eq!(shown.text("/cancellation_details/party"), "yoo_money");
        assert_eq!(
            shown.text("/cancellation_details/reason"),
            "expired_on_capture"
        );
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_payer_has_an_hour() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let body = json!({
            "amount": {"value": "10.00", "currency": "RUB"}, "capture": true,
            "confirmation": {"type": "redirect", "return_url": "https://shop.example/"},
        });
        let payment = world
            .call("POST", "/payments", "k", &body)
            .await
            .text("/id");
        world.wait(Duration::minutes(59)).await;
        assert_eq!(status(&world, &payment).await, "pending");
        world.wait(Duration::minutes(1)).await;
        let shown = world
            .call("GET", &format!("/payments/{payment}"), "", &Value::Null)
            .await;
        assert_eq!(
            shown.text("/cancellation_details/reason"),
            "expired_on_confirmation"
        );
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_test_shops_week_passes_by_command_and_only_its_own() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let payment = pay(&world, false, "pay").await;
        let other = app::shop::create(&world.machine(), testkit::test_shop())
            .await
            .unwrap();
        let moved =
            app::shop::advance_clock(&world.machine(), other.shop.id, Duration::days(8)).await;
        assert_eq!(moved.unwrap(), testkit::BEGIN.plus(Duration::days(8)));
        world.run_jobs().await;
        assert_eq!(status(&world, &payment).await, "waiting_for_capture");
        app::shop::advance_clock(&world.machine(), world.shop.id, Duration::days(7))
            .await
            .unwrap();
        world.run_jobs().await;
        assert_eq!(status(&world, &payment).await, "canceled");
        world.audit().await;
    })
    .await;
}
