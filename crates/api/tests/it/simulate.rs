//! `/altyn/v1/payments/{payment_id}/simulate`.

use serde_json::{Value, json};

use crate::{page_payment, refused, world};

fn simulate(id: &str) -> String {
    format!("/altyn/v1/payments/{id}/simulate")
}

#[tokio::test]
async fn a_payment_is_decided_without_a_browser() {
    let world = world().await;
    for (key, method, outcome, status) in [
        ("a", Value::Null, "approve", "succeeded"),
        ("b", json!("sbp"), "approve", "succeeded"),
        ("c", json!("sberbank"), "approve", "succeeded"),
        ("d", json!("yoo_money"), "decline", "pending"),
        ("e", json!("bank_card"), "decline", "pending"),
    ] {
        let id = world
            .post("/payments", key, &page_payment())
            .await
            .text("/id");
        let body = json!({"outcome": outcome, "payment_method": method});
        let answer = world.post(&simulate(&id), "", &body).await;
        assert_eq!(answer.text("/status"), status, "{key}");
        assert_eq!(answer.text("/id"), id);
        if let Some(method) = method.as_str().filter(|_| status == "succeeded") {
            assert_eq!(answer.text("/payment_method/type"), method);
        }
    }
    world.audit().await;
}

#[tokio::test]
async fn who_refused_may_try_again_and_who_paid_may_not() {
    let world = world().await;
    let mut body = page_payment();
    body["payment_method_data"] = json!({"type": "sbp"});
    let id = world.post("/payments", "a", &body).await.text("/id");
    let (approve, decline) = (json!({"outcome": "approve"}), json!({"outcome": "decline"}));
    let declined = world.post(&simulate(&id), "", &decline).await;
    assert_eq!(declined.text("/status"), "pending");
    let paid = world.post(&simulate(&id), "", &approve).await;
    assert_eq!(paid.text("/status"), "succeeded");
    assert_eq!(paid.text("/payment_method/type"), "sbp");
    let again = world.post(&simulate(&id), "", &approve).await;
    let parameter = refused(&again, 400, "invalid_request");
    assert_eq!(parameter.as_deref(), Some("payment_id"));
}

#[tokio::test]
async fn only_the_shops_own_test_payments_are_decided() {
    let world = world().await;
    let id = world
        .post("/payments", "a", &page_payment())
        .await
        .text("/id");
    let body = json!({"outcome": "approve"});
    let live = world.live_shop().await;
    let answer = world
        .call_as(&live, "POST", &simulate(&id), "", &body)
        .await;
    refused(&answer, 403, "forbidden");
    let missing = "31f00000-000f-5000-8000-1a2b3c4d5e6f";
    refused(
        &world.post(&simulate(missing), "", &body).await,
        404,
        "not_found",
    );
}
