//! `POST /v3/payments/{payment_id}/capture`

use serde_json::json;

use crate::{invalid, rub, world};

#[tokio::test]
async fn a_part_is_captured_and_the_rest_goes_back() {
    let world = world().await;
    let held = world.paid("pay", false).await;
    let path = format!("/payments/{held}/capture");
    let answer = world
        .post(&path, "capture", &json!({"amount": rub("60.00")}))
        .await;
    assert_eq!(answer.json()["amount"], rub("60.00"));
    assert_eq!(answer.json()["income_amount"], rub("57.30"));
    let again = world.post(&path, "again", &json!({})).await;
    invalid(&again, "payment_id");
    assert_eq!(
        again.text("/description"),
        "Payment can not be captured in current status."
    );
}

#[tokio::test]
async fn what_cannot_be_captured_is_named() {
    let world = world().await;
    let held = world.paid("held", false).await;
    let path = format!("/payments/{held}/capture");
    for (amount, parameter) in [
        (rub("100.01"), "amount.value"),
        (rub("0.00"), "amount.value"),
        (json!({"value": "1.00", "currency": "USD"}), "amount.value"),
    ] {
        invalid(
            &world.post(&path, "key", &json!({"amount": amount})).await,
            parameter,
        );
    }
    let taken = world.paid("taken", true).await;
    let answer = world
        .post(&format!("/payments/{taken}/capture"), "key", &json!({}))
        .await;
    invalid(&answer, "payment_id");
    assert_eq!(
        answer.text("/description"),
        "You can not capture payment with autocapture"
    );
}
