//! `POST /v3/payments/{payment_id}/cancel`

use serde_json::{Value, json};

use crate::{invalid, page_payment, world};

#[tokio::test]
async fn held_money_goes_back() {
    let world = world().await;
    let held = world.paid("pay", false).await;
    let answer = world
        .post(&format!("/payments/{held}/cancel"), "key", &Value::Null)
        .await;
    let cause = json!({"party": "merchant", "reason": "canceled_by_merchant"});
    assert_eq!(answer.json()["cancellation_details"], cause);
}

#[tokio::test]
async fn what_is_not_held_cannot_be_canceled() {
    let world = world().await;
    let taken = world.paid("pay", true).await;
    let pending = world
        .post("/payments", "page", &page_payment())
        .await
        .text("/id");
    for (id, words) in [
        (taken, "You can not cancel payment with autocapture"),
        (pending, "Payment can not be canceled in current status"),
    ] {
        let answer = world
            .post(&format!("/payments/{id}/cancel"), "key", &Value::Null)
            .await;
        invalid(&answer, "payment_id");
        assert_eq!(answer.text("/description"), words);
    }
}
