//! Saved methods: by a payment, by a binding without one, and charged without the payer.

use connectors::sandbox::Decision;
use domain::OperationId;
use serde_json::{Value, json};
use testkit::World;
use testkit::database::both;

use crate::{PLAIN, SECURE, card_payment};

#[tokio::test]
async fn a_saved_card_is_charged_without_the_payer() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let mut body = card_payment(PLAIN, true);
        body["save_payment_method"] = json!(true);
        let first = world.call("POST", "/payments", "first", &body).await;
        assert_eq!(first.json()["payment_method"]["saved"], true);
        let again = json!({
            "amount": {"value": "5.00", "currency": "RUB"}, "capture": true,
            "payment_method_id": first.text("/payment_method/id"),
        });
        let second = world.call("POST", "/payments", "second", &again).await;
        assert_eq!(second.text("/status"), "succeeded");
        assert_eq!(
            second.text("/payment_method/id"),
            first.text("/payment_method/id")
        );
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_card_is_bound_through_3d_secure() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let body = json!({
            "type": "bank_card",
            "card": {"number": SECURE, "expiry_month": "12", "expiry_year": "2030", "csc": "1234"},
            "confirmation": {"type": "redirect", "return_url": "https://shop.example/"},
        });
        let created = world.call("POST", "/payment_methods", "bind", &body).await;
        assert_eq!(created.text("/status"), "pending");
        let url = created.text("/confirmation/confirmation_url");
        let operation: OperationId = url.split("operation=").nth(1).unwrap().parse().unwrap();
        app::sandbox::decide(&world.app, operation, Decision::Approve)
            .await
            .unwrap();
        let path = format!("/payment_methods/{}", created.text("/id"));
        let shown = world.call("GET", &path, "", &Value::Null).await;
        assert_eq!(shown.text("/status"), "active");
        let charge = json!({
            "amount": {"value": "5.00", "currency": "RUB"}, "capture": true,
            "payment_method_id": created.text("/id"),
        });
        let charged = world.call("POST", "/payments", "charge", &charge).await;
        assert_eq!(charged.text("/status"), "succeeded");
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_revoked_consent_is_told() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let mut body = card_payment("5555555555554642", true);
        body["save_payment_method"] = json!(true);
        let first = world.call("POST", "/payments", "first", &body).await;
        let again = json!({
            "amount": {"value": "5.00", "currency": "RUB"}, "capture": true,
            "payment_method_id": first.text("/payment_method/id"),
        });
        let second = world.call("POST", "/payments", "second", &again).await;
        assert_eq!(second.text("/status"), "canceled");
        assert_eq!(
            second.text("/cancellation_details/reason"),
            "permission_revoked"
        );
        world.audit().await;
    })
    .await;
}
