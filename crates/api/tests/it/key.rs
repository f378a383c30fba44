//! Idempotency keys.

use serde_json::{Value, json};

use crate::{PLAIN, card_payment, invalid, page_payment, rub, world};

#[tokio::test]
async fn a_post_needs_a_key_of_the_documented_form() {
    let world = world().await;
    for (key, words) in [
        ("", "Idempotence key is empty"),
        (&"k".repeat(65), "Idempotence key is too long"),
        ("a b", "Invalid parameter's value"),
    ] {
        for path in ["/payments", "/refunds", "/payment_methods"] {
            let answer = world.post(path, key, &page_payment()).await;
            invalid(&answer, "Idempotence-Key");
            assert!(answer.text("/description").starts_with(words), "{key}");
        }
    }
    assert_eq!(world.get("/payments").await.json()["items"], json!([]));
    assert_eq!(
        world
            .post("/payments", &"k".repeat(64), &page_payment())
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn order_and_spacing_do_not_matter_but_content_does() {
    let world = world().await;
    let first = world.post("/payments", "key", &page_payment()).await;
    let text = serde_json::to_string_pretty(&page_payment()).unwrap();
    let spaced: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        world.post("/payments", "key", &spaced).await.bytes,
        first.bytes
    );
    let mut other = page_payment();
    other["description"] = json!("another");
    let answer = world.post("/payments", "key", &other).await;
    invalid(&answer, "Idempotence-Key");
    assert_eq!(answer.text("/description"), "Idempotence key duplicated");
    let refund = json!({"payment_id": first.text("/id"), "amount": rub("1.00")});
    let elsewhere = world.post("/refunds", "key", &refund).await;
    invalid(&elsewhere, "Idempotence-Key");
}

#[tokio::test]
async fn a_stale_body_of_a_cancellation_does_not_matter() {
    let world = world().await;
    let held = world.paid("pay", false).await;
    let path = format!("/payments/{held}/cancel");
    let first = world
        .post(&path, "cancel", &card_payment(PLAIN, true))
        .await;
    assert_eq!(first.text("/status"), "canceled");
    for stale in [Value::Null, json!({}), json!({"amount": "x"})] {
        assert_eq!(world.post(&path, "cancel", &stale).await.bytes, first.bytes);
    }
}

#[tokio::test]
async fn a_capture_without_a_body_is_one_with_an_empty_object() {
    let world = world().await;
    let held = world.paid("pay", false).await;
    let path = format!("/payments/{held}/capture");
    let first = world.post(&path, "capture", &Value::Null).await;
    assert_eq!(first.text("/status"), "succeeded");
    assert_eq!(
        world.post(&path, "capture", &json!({})).await.bytes,
        first.bytes
    );
    let part = world
        .post(&path, "capture", &json!({"amount": rub("1.00")}))
        .await;
    invalid(&part, "Idempotence-Key");
}
