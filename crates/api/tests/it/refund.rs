//! `/v3/refunds`

use serde_json::{Value, json};

use crate::{invalid, page_payment, rub, world};

#[tokio::test]
async fn a_refund_is_made_shown_and_listed() {
    let world = world().await;
    let payment = world.paid("pay", true).await;
    let body = json!({"payment_id": payment, "amount": rub("30.00"), "description": "Возврат"});
    let made = world.post("/refunds", "key", &body).await;
    assert_eq!(made.text("/status"), "succeeded");
    let shown = world.get(&format!("/refunds/{}", made.text("/id"))).await;
    assert_eq!(shown.bytes, made.bytes);
    let page = world
        .get(&format!("/refunds?payment_id={payment}&status=succeeded"))
        .await;
    assert_eq!(page.json()["items"], json!([made.json()]));
    let none = world.get("/refunds?status=canceled").await;
    assert_eq!(none.json(), json!({"type": "list", "items": []}));
    let payment = world.get(&format!("/payments/{payment}")).await;
    assert_eq!(payment.json()["refunded_amount"], rub("30.00"));
}

#[tokio::test]
async fn what_cannot_be_refunded_is_named() {
    let world = world().await;
    let paid = world.paid("pay", true).await;
    let held = world.paid("hold", false).await;
    let pending = world
        .post("/payments", "page", &page_payment())
        .await
        .text("/id");
    let unknown = "31f00000-000f-5000-8000-1a2b3c4d5e6f".to_owned();
    let usd = json!({"value": "1.00", "currency": "USD"});
    for (payment, amount, parameter, words) in [
        (&paid, rub("100.01"), "amount.value", "Refund sum exceeded"),
        (
            &paid,
            rub("0.50"),
            "amount.value",
            "Refund for given sum is not available",
        ),
        (
            &paid,
            rub("99.50"),
            "amount.value",
            "Remaining payment amount after refund",
        ),
        (&paid, usd, "amount.currency", "Currencies do not match"),
        (
            &held,
            rub("1.00"),
            "payment_id",
            "Payment can not be refunded in current status.",
        ),
        (
            &pending,
            rub("1.00"),
            "payment_id",
            "Payment can not be refunded in current status.",
        ),
        (
            &unknown,
            rub("1.00"),
            "payment_id",
            "Payment not found or forbidden",
        ),
    ] {
        let body = json!({"payment_id": payment, "amount": amount});
        let answer = world.post("/refunds", "key", &body).await;
        invalid(&answer, parameter);
        assert!(
            answer.text("/description").starts_with(words),
            "{}",
            answer.json()
        );
    }
    let whole = json!({"payment_id": paid, "amount": rub("100.00")});
    assert_eq!(world.post("/refunds", "whole", &whole).await.status, 200);
    let more = world.post("/refunds", "more", &whole).await;
    assert_eq!(
        more.text("/description"),
        "Payment is already completely refunded"
    );
    let page = world.get("/refunds").await;
    assert_eq!(page.json()["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(page.json().get("next_cursor"), None::<&Value>);
}
