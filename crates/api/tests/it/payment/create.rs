//! `POST /v3/payments`, `GET /v3/payments/{payment_id}`

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use http::Request;
use serde_json::{Value, json};
use testkit::{Surroundings, World, test_shop};

use crate::body::authorization;
use crate::{Fixture, PLAIN, SECURE, card_payment, invalid, page_payment, refused, rub, world};

#[tokio::test]
async fn what_was_created_is_what_is_shown() {
    let world = world().await;
    for (key, body) in [
        ("page", page_payment()),
        ("plain", card_payment(PLAIN, true)),
        ("held", card_payment(PLAIN, false)),
        ("secure", card_payment(SECURE, true)),
    ] {
        let made = world.post("/payments", key, &body).await;
        assert_eq!(made.status, 200);
        let shown = world.get(&format!("/payments/{}", made.text("/id"))).await;
        assert_eq!(shown.bytes, made.bytes);
        assert!(!made.json().to_string().contains(PLAIN));
    }
}

#[tokio::test]
async fn a_payer_without_a_page_is_where_the_request_comes_from() {
    let world = world().await;
    for (key, body, expected) in [
        ("card", card_payment(PLAIN, true), Some("192.0.2.9")),
        ("page", page_payment(), None),
    ] {
        let from = SocketAddr::from(([192, 0, 2, 9], 5_000));
        let request = Request::builder()
            .method("POST")
            .uri("/v3/payments")
            .extension(ConnectInfo(from))
            .header("Authorization", authorization(&world))
            .header("Content-Type", "application/json")
            .header("Idempotence-Key", key);
        let request = request.body(Body::from(body.to_string())).unwrap();
        let made = world.send(request).await;
        assert_eq!(made.status, 200);
        let id = made.text("/id").parse().unwrap();
        let view = app::checkout::show(&world.app, id).await.unwrap();
        let expected = expected.map(|ip| ip.parse().unwrap());
        assert_eq!(view.payment.client_ip, expected);
    }
}

#[tokio::test]
async fn what_a_rule_refuses_is_named_and_nothing_is_written() {
    let world = world().await;
    let changed = |name: &str, value: Value| {
        let mut body = page_payment();
        body[name] = value;
        body
    };
    let method = |kind: &str| json!({"type": kind});
    let with = |data: Value, confirmation: Value| {
        let mut body = changed("payment_method_data", data);
        body["confirmation"] = confirmation;
        body
    };
    let redirect = page_payment()["confirmation"].clone();
    let unknown = "31f00000-000f-5000-8000-1a2b3c4d5e6f";
    for (body, parameter) in [
        (
            changed("amount", json!({"value": "1.00", "currency": "USD"})),
            "amount.currency",
        ),
        (changed("confirmation", Value::Null), "confirmation"),
        (
            changed("payment_method_id", json!(unknown)),
            "payment_method_id",
        ),
        (
            changed("recipient", json!({"gateway_id": "77"})),
            "recipient.gateway_id",
        ),
        (with(method("sbp"), Value::Null), "confirmation"),
        (
            with(method("sbp"), json!({"type": "external"})),
            "confirmation.type",
        ),
        (
            with(method("bank_card"), json!({"type": "qr"})),
            "confirmation.type",
        ),
        (
            with(
                json!({"type": "mobile_balance", "phone": "79000000000"}),
                redirect,
            ),
            "confirmation.type",
        ),
    ] {
        invalid(&world.post("/payments", "key", &body).await, parameter);
    }
    let mut held = changed("payment_method_data", method("sbp"));
    held["capture"] = json!(false);
    invalid(&world.post("/payments", "key", &held).await, "capture");
    let mut small = changed("payment_method_data", method("sbp"));
    small["amount"] = rub("0.99");
    invalid(
        &world.post("/payments", "key", &small).await,
        "amount.value",
    );
    assert_eq!(world.get("/payments").await.json()["items"], json!([]));
}

#[tokio::test]
async fn rights_are_needed_for_cards_and_for_saving() {
    let fixture = world().await;
    let mut shop = test_shop();
    shop.may_send_cards = false;
    shop.may_save_methods = false;
    let world = World::with(fixture.store.clone(), Surroundings::new(2), shop).await;
    let world = Fixture { world, ..fixture };
    let answer = world
        .post("/payments", "key", &card_payment(PLAIN, true))
        .await;
    refused(&answer, 403, "forbidden");
    assert_eq!(
        answer.text("/description"),
        "Forbidden to send raw bank card data"
    );
    let mut saving = page_payment();
    saving["save_payment_method"] = json!(true);
    let answer = world.post("/payments", "key", &saving).await;
    refused(&answer, 403, "forbidden");
    assert!(
        answer
            .text("/description")
            .starts_with("This store can't make recurring payments")
    );
}

#[tokio::test]
async fn another_shop_finds_nothing() {
    let fixture = world().await;
    let id = fixture.paid("pay", true).await;
    let other = World::with(fixture.store.clone(), Surroundings::new(2), test_shop()).await;
    let answer = other
        .call("GET", &format!("/payments/{id}"), "", &Value::Null)
        .await;
    refused(&answer, 404, "not_found");
    for action in ["capture", "cancel"] {
        let path = format!("/payments/{id}/{action}");
        refused(
            &other.call("POST", &path, "key", &json!({})).await,
            404,
            "not_found",
        );
    }
    let refund = json!({"payment_id": id, "amount": rub("1.00")});
    invalid(
        &other.call("POST", "/refunds", "key", &refund).await,
        "payment_id",
    );
}
