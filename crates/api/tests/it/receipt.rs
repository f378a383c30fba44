//! `/v3/receipts`, and receipts inside payments

use domain::fiscal::{Provider, Scenario};
use serde_json::{Value, json};

use crate::{Fixture, PLAIN, card_payment, invalid, refused, rub, world};

fn receipt(value: &str) -> Value {
    json!({
        "customer": {"email": "buyer@example.com"},
        "items": [{
            "description": "Book", "quantity": 1, "amount": rub(value), "vat_code": 11,
            "measure": "piece",
        }],
    })
}

async fn with(provider: Provider, scenario: Scenario) -> Fixture {
    let world = world().await;
    world.registers_receipts(provider, scenario).await;
    world
}

#[tokio::test]
async fn a_receipt_is_made_shown_and_listed() {
    let world = with(Provider::Atol, Scenario::Separate).await;
    let payment = world.paid("pay", true).await;
    let mut body = receipt("100.00");
    body["type"] = json!("payment");
    body["payment_id"] = json!(payment);
    body["send"] = json!(true);
    body["settlements"] = json!([{"type": "cashless", "amount": rub("100.00")}]);
    let made = world.post("/receipts", "key", &body).await;
    assert_eq!(made.text("/status"), "pending");
    world.app.settled().await;
    let shown = world.get(&format!("/receipts/{}", made.text("/id"))).await;
    assert_eq!(shown.text("/status"), "succeeded");
    let page = world
        .get(&format!("/receipts?payment_id={payment}&status=succeeded"))
        .await;
    assert_eq!(page.json()["items"], json!([shown.json()]));
    let missing = world
        .get("/receipts/rt-31f00000-0018-5000-8000-1a2b3c4d5e6f")
        .await;
    refused(&missing, 404, "not_found");
}

#[tokio::test]
async fn what_a_receipt_lacks_is_named() {
    let world = with(Provider::YooReceipt, Scenario::Together).await;
    let mut payment = card_payment(PLAIN, true);
    let answer = world.post("/payments", "none", &payment).await;
    invalid(&answer, "receipt");
    assert_eq!(answer.text("/description"), "Receipt is missing or illegal");
    let with = |pointer: &str, value: Value| {
        let mut receipt = receipt("100.00");
        *receipt.pointer_mut(pointer).unwrap() = value;
        receipt
    };
    for (receipt, parameter, words) in [
        (
            receipt("99.00"),
            "receipt.items",
            "99.00 RUB, 1.00 RUB less",
        ),
        (
            with("/customer", json!({"phone": "79000000000"})),
            "receipt.customer.email",
            "email",
        ),
        (
            with("/items/0/measure", Value::Null),
            "receipt.items.measure",
            "measure",
        ),
        (
            with("/items/0/amount/currency", json!("USD")),
            "receipt.items.amount.currency",
            "Currencies",
        ),
        (
            with("/items/0/vat_code", json!(0)),
            "receipt.items.vat_code",
            "Invalid parameter's value",
        ),
        (
            json!({"customer": {"email": "a@b.ru"},
                   "items": vec![receipt("1.00")["items"][0].clone(); 81]}),
            "receipt.items",
            "more than 80 items",
        ),
    ] {
        payment["receipt"] = receipt;
        let answer = world.post("/payments", "key", &payment).await;
        invalid(&answer, parameter);
        let said = answer.text("/description");
        assert!(said.contains(words), "{said}");
    }
    let page = world.get("/payments").await;
    assert_eq!(page.json()["items"], json!([]), "nothing was written");
}

#[tokio::test]
async fn a_shop_without_receipts_refuses_them() {
    let world = world().await;
    let mut payment = card_payment(PLAIN, true);
    payment["receipt"] = receipt("100.00");
    let answer = world.post("/payments", "key", &payment).await;
    assert_eq!(
        refused(&answer, 403, "forbidden").as_deref(),
        Some("receipt")
    );
    let me = world.get("/me").await;
    assert_eq!(me.json()["fiscalization_enabled"], json!(false));
    world
        .registers_receipts(Provider::YooReceipt, Scenario::Together)
        .await;
    let me = world.get("/me").await;
    let expected = json!({"enabled": true, "provider": "yoo_receipt"});
    assert_eq!(me.json()["fiscalization"], expected);
}

#[tokio::test]
async fn a_receipt_belongs_to_money_that_moved() {
    let world = with(Provider::Atol, Scenario::Separate).await;
    let held = world.paid("hold", false).await;
    let paid = world.paid("pay", true).await;
    let unknown = "31f00000-000f-5000-8000-1a2b3c4d5e6f";
    let body = |kind: &str, payment: &str, settled: &str| {
        let mut body = receipt("100.00");
        body["type"] = json!(kind);
        body["payment_id"] = json!(payment);
        body["send"] = json!(true);
        body["settlements"] = json!([{"type": "cashless", "amount": rub(settled)}]);
        body
    };
    for (body, parameter) in [
        (body("payment", unknown, "100.00"), "payment_id"),
        (body("refund", &held, "100.00"), "payment_id"),
        (body("payment", &paid, "100.01"), "settlements"),
    ] {
        let answer = world.post("/receipts", "key", &body).await;
        invalid(&answer, parameter);
    }
    let page = world.get("/receipts").await;
    assert_eq!(page.json()["items"], json!([]));
}

/// The caller is not known, so nothing is believed and nothing is revealed.
#[tokio::test]
async fn a_register_may_call_back() {
    let world = with(Provider::Atol, Scenario::Together).await;
    let mut payment = card_payment(PLAIN, true);
    payment["receipt"] = receipt("100.00");
    world.post("/payments", "pay", &payment).await;
    world.app.settled().await;
    let operation = world.register.registered()[0].operation.to_string();
    let unknown = "31f00000-0004-5000-8000-1a2b3c4d5e6f";
    let rows = [(&*operation, 200), (unknown, 404), ("what", 404)];
    for (id, status) in rows {
        let request = http::Request::builder()
            .method("POST")
            .uri(format!("/fiscal/v1/callback/{id}"))
            .body(axum::body::Body::from(r#"{"status": "fail"}"#));
        let answer = world.send(request.unwrap()).await;
        assert_eq!(answer.status.as_u16(), status, "{id}");
        assert!(answer.bytes.is_empty(), "{id}");
    }
}
