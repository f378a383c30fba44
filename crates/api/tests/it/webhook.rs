//! `/v3/webhooks`

use domain::Scope;
use serde_json::{Value, json};
use testkit::Answer;

use crate::{Fixture, invalid, refused, world};

async fn token(world: &Fixture) -> String {
    let made = world.application(&[Scope::PaymentsGet]).await;
    world.token(&made.application).await
}

async fn set(world: &Fixture, token: &str, key: &str, body: &Value) -> Answer {
    world.call_by(token, "POST", "/webhooks", key, body).await
}

fn hook(event: &str, url: &str) -> Value {
    json!({"event": event, "url": url})
}

#[tokio::test]
async fn webhooks_are_set_listed_and_removed_by_their_token() {
    let world = world().await;
    let (own, other) = (token(&world).await, token(&world).await);
    let body = hook("payment.succeeded", "https://partner.example/a");
    let first = set(&world, &own, "a", &body).await;
    let id = first.text("/id");
    assert_eq!(id.len(), 39);
    let expected = json!({
        "id": id, "event": "payment.succeeded", "url": "https://partner.example/a",
    });
    assert_eq!(first.json(), expected);
    assert_eq!(set(&world, &own, "a", &body).await.bytes, first.bytes);
    let list = async |token: &str| {
        let answer = world
            .call_by(token, "GET", "/webhooks", "", &Value::Null)
            .await;
        answer.json()
    };
    assert_eq!(
        list(&own).await,
        json!({"type": "list", "items": [expected]})
    );
    assert_eq!(list(&other).await, json!({"type": "list", "items": []}));

    let path = format!("/webhooks/{id}");
    let answer = world
        .call_by(&other, "DELETE", &path, "", &Value::Null)
        .await;
    let parameter = refused(&answer, 404, "not_found");
    assert_eq!(parameter.as_deref(), Some("webhook_id"));
    let answer = world.call_by(&own, "DELETE", &path, "", &Value::Null).await;
    assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({})));
    let answer = world.call_by(&own, "DELETE", &path, "", &Value::Null).await;
    refused(&answer, 404, "not_found");
    assert_eq!(list(&own).await, json!({"type": "list", "items": []}));
}

#[tokio::test]
async fn an_event_has_one_address_and_the_last_one_counts() {
    let world = world().await;
    let token = token(&world).await;
    let one = hook("payment.succeeded", "https://partner.example/a");
    let two = hook("payment.succeeded", "https://partner.example/b");
    let first = set(&world, &token, "a", &one).await;
    let second = set(&world, &token, "b", &two).await;
    assert_eq!(second.text("/id"), first.text("/id"));
    assert_eq!(second.text("/url"), "https://partner.example/b");
    set(
        &world,
        &token,
        "c",
        &hook("refund.succeeded", "https://partner.example/a"),
    )
    .await;
    let listed = world
        .call_by(&token, "GET", "/webhooks", "", &Value::Null)
        .await;
    assert_eq!(listed.json()["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_cannot_be_told_or_called_is_refused() {
    let world = world().await;
    let token = token(&world).await;
    for event in ["payment.pending", "payout.succeeded", "deal.closed", ""] {
        let answer = set(
            &world,
            &token,
            "a",
            &hook(event, "https://partner.example/"),
        )
        .await;
        invalid(&answer, "event");
    }
    for url in [
        "",
        "http://10.0.0.1/",
        "http://[fd00::1]/",
        "http://partner.example/",
        "https://localhost/",
        "https://127.0.0.1/",
        "https://100.64.0.1/",
        "https://198.18.0.1/",
        "https://255.255.255.255/",
        "https://[::127.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[2002:a00:1::1]/",
        "ftp://a.example/",
        "x",
    ] {
        let answer = set(&world, &token, "a", &hook("payment.succeeded", url)).await;
        invalid(&answer, "url");
    }
    let answer = set(
        &world,
        &token,
        "",
        &hook("payment.succeeded", "https://a.example/"),
    )
    .await;
    invalid(&answer, "Idempotence-Key");
}

#[tokio::test]
async fn a_shops_key_is_the_wrong_kind_here() {
    let world = world().await;
    let body = hook("payment.succeeded", "https://shop.example/");
    for (method, path) in [
        ("POST", "/webhooks"),
        ("GET", "/webhooks"),
        ("DELETE", "/webhooks/wh-1"),
    ] {
        let answer = world.call(method, path, "key", &body).await;
        refused(&answer, 401, "invalid_credentials");
        let words = answer.text("/description");
        assert_eq!(words, "Authentication type is not allowed");
    }
}
