//! `/v3/payment_methods`

use serde_json::json;

use crate::{PLAIN, invalid, world};

#[tokio::test]
async fn a_card_is_bound_and_shown() {
    let world = world().await;
    let redirect = json!({"type": "redirect", "return_url": "https://shop.test/back"});
    let card = json!({"number": PLAIN, "expiry_month": "12", "expiry_year": "2035"});
    let body = json!({"type": "bank_card", "card": card, "confirmation": redirect});
    let made = world.post("/payment_methods", "key", &body).await;
    assert_eq!(made.text("/status"), "active");
    assert_eq!(made.text("/holder/account_id"), world.shop.id.to_string());
    let shown = world
        .get(&format!("/payment_methods/{}", made.text("/id")))
        .await;
    assert_eq!(shown.bytes, made.bytes);

    let page = json!({"type": "bank_card", "confirmation": redirect});
    let made = world.post("/payment_methods", "page", &page).await;
    assert_eq!(made.text("/status"), "pending");
    assert!(
        made.text("/confirmation/confirmation_url")
            .contains("/checkout/bind?id=")
    );
}

#[tokio::test]
async fn what_cannot_be_bound_is_named() {
    let world = world().await;
    for (body, parameter) in [
        (json!({"type": "yoo_money"}), "type"),
        // Test shops bind cards only.
        (
            json!({"type": "sbp", "confirmation": {"type": "qr"}}),
            "type",
        ),
        (json!({"type": "bank_card"}), "confirmation"),
        (
            json!({"type": "bank_card", "confirmation": {"type": "qr"}}),
            "confirmation.type",
        ),
    ] {
        invalid(
            &world.post("/payment_methods", "key", &body).await,
            parameter,
        );
    }
}
