//! `/v3/payouts`, `/v3/sbp_banks`, `/v3/personal_data`, `/v3/self_employed`.

use serde_json::{Value, json};
use testkit::{Answer, Gateway, test_gateway};

use crate::{Fixture, PLAIN, invalid, refused, rub, world};

/// A world with a test gateway.
async fn paying() -> (Fixture, Gateway) {
    let world = world().await;
    let gateway = world.gateway(test_gateway(&world.shop), 100_000).await;
    (world, gateway)
}

async fn call(
    world: &Fixture,
    gateway: &Gateway,
    call: (&str, &str, &str),
    body: &Value,
) -> Answer {
    let (method, path, key) = call;
    let credentials = gateway.credentials();
    world.call_as(&credentials, method, path, key, body).await
}

fn to_card(amount: &str) -> Value {
    json!({
        "amount": rub(amount),
        "payout_destination_data": {"type": "bank_card", "card": {"number": PLAIN}},
    })
}

#[tokio::test]
async fn a_gateway_pays_and_a_shop_pays_out_of_deals() {
    let (world, gateway) = paying().await;
    // Ordinary payouts are a gateway's, payouts of deals a shop's.
    let answer = world.post("/payouts", "k", &to_card("10.00")).await;
    refused(&answer, 401, "invalid_credentials");
    let mut body = to_card("10.00");
    body["deal"] = json!({"id": "dl-31f00001-0022-5000-8000-1a2b3c4d5e6f"});
    let answer = call(&world, &gateway, ("POST", "/payouts", "k"), &body).await;
    refused(&answer, 401, "invalid_credentials");
    invalid(&world.post("/payouts", "k", &body).await, "deal.id");
}

#[tokio::test]
async fn a_payout_is_made_shown_listed_and_found() {
    let (world, gateway) = paying().await;
    let mut made = Vec::new();
    for (number, order) in ["7", "8", "7"].iter().enumerate() {
        let mut body = to_card("10.00");
        body["metadata"] = json!({"order id": order, "n": number.to_string()});
        let key = format!("k{number}");
        let answer = call(&world, &gateway, ("POST", "/payouts", &key), &body).await;
        assert_eq!(answer.text("/status"), "succeeded");
        made.push(answer.json());
    }
    let ids = async |path: &str| {
        let page = call(&world, &gateway, ("GET", path, ""), &Value::Null).await;
        let items = page.json()["items"].as_array().unwrap().clone();
        let next = page.json()["next_cursor"].as_str().map(str::to_owned);
        let found = items
            .iter()
            .map(|item| made.iter().position(|one| one == item).unwrap());
        (found.collect::<Vec<_>>(), next)
    };
    let (first, next) = ids("/payouts?limit=2&status=succeeded").await;
    assert_eq!(first.len(), 2);
    let path = format!("/payouts?limit=2&status=succeeded&cursor={}", next.unwrap());
    let (second, next) = ids(&path).await;
    assert_eq!((second.len(), next), (1, None));
    for (path, expected) in [
        ("/payouts?payout_destination.type=sbp", 0),
        ("/payouts?payout_destination.type=bank_card", 3),
        ("/payouts?succeeded_at.gt=2026-07-20T12:00:00.000Z", 0),
        ("/payouts?succeeded_at.gte=2026-07-20T12:00:00.000Z", 3),
        ("/payouts/search?metadata[order%20id]=7", 2),
        ("/payouts/search?metadata%5Border+id%5D=7", 0),
        ("/payouts/search?metadata%5Border%20id%5D=8", 1),
        ("/payouts/search?metadata[n]=9", 0),
        ("/payouts/search", 3),
        (
            "/payouts/search?metadata[order%20id]=7&created_at.lt=2026-07-20T12:00:00Z",
            0,
        ),
    ] {
        assert_eq!(ids(path).await.0.len(), expected, "{path}");
    }
    // Three months later they are still listed, but the search does not find them any more.
    world.clock.advance(domain::Duration::days(93));
    assert_eq!(ids("/payouts").await.0.len(), 3);
    assert_eq!(ids("/payouts/search?metadata[n]=0").await.0.len(), 0);
    let other = world.gateway(test_gateway(&world.shop), 0).await;
    let path = format!("/payouts/{}", made[0]["id"].as_str().unwrap());
    let answer = call(&world, &other, ("GET", &path, ""), &Value::Null).await;
    assert_eq!(
        refused(&answer, 404, "not_found").as_deref(),
        Some("payout_id")
    );
}

#[tokio::test]
async fn what_cannot_be_paid_out_is_named() {
    let (world, gateway) = paying().await;
    let unknown = "pd-31f00600-0033-5000-8000-1a2b3c4d5e6f";
    let usd = json!({"value": "10.00", "currency": "USD"});
    let person = "se-31f00800-0045-5000-8000-1a2b3c4d5e6f";
    for (name, value, parameter) in [
        ("amount", rub("4.99"), "amount.value"),
        ("amount", usd, "amount.currency"),
        ("personal_data", json!([{"id": unknown}]), "personal_data"),
        (
            "personal_data",
            json!([{"id": unknown}, {"id": unknown}]),
            "personal_data",
        ),
        ("self_employed", json!({"id": person}), "self_employed.id"),
    ] {
        let mut body = to_card("10.00");
        body[name] = value;
        invalid(
            &call(&world, &gateway, ("POST", "/payouts", "k"), &body).await,
            parameter,
        );
    }
    let saved = json!({
        "amount": rub("10.00"), "payment_method_id": "31f00500-0037-5000-8000-1a2b3c4d5e6f",
    });
    let answer = call(&world, &gateway, ("POST", "/payouts", "k"), &saved).await;
    invalid(&answer, "payment_method_id");
    let token = json!({"amount": rub("10.00"), "payout_token": "x"});
    let answer = call(&world, &gateway, ("POST", "/payouts", "k"), &token).await;
    invalid(&answer, "payout_token");

    let mut shy = test_gateway(&world.shop);
    shy.may_send_cards = false;
    shy.methods = vec![domain::MethodKind::BankCard];
    let shy = world.gateway(shy, 0).await;
    let answer = call(&world, &shy, ("POST", "/payouts", "k"), &to_card("10.00")).await;
    refused(&answer, 403, "forbidden");
    let wallet = json!({
        "amount": rub("10.00"),
        "payout_destination_data": {"type": "yoo_money", "account_number": "41001614575714"},
    });
    let answer = call(&world, &shy, ("POST", "/payouts", "k"), &wallet).await;
    invalid(&answer, "payout_destination_data.type");
    let page = call(&world, &gateway, ("GET", "/payouts", ""), &Value::Null).await;
    assert_eq!(page.json()["items"], json!([]));
}

#[tokio::test]
async fn a_saved_card_of_the_shop_is_paid_to() {
    let (world, gateway) = paying().await;
    let mut body = crate::card_payment(PLAIN, true);
    body["save_payment_method"] = json!(true);
    let payment = world.post("/payments", "pay", &body).await;
    let saved = json!({
        "amount": rub("10.00"), "payment_method_id": payment.text("/payment_method/id"),
    });
    let answer = call(&world, &gateway, ("POST", "/payouts", "k"), &saved).await;
    assert_eq!(answer.text("/status"), "succeeded");
    assert_eq!(answer.text("/payout_destination/card/last4"), "4444");
    world.audit().await;
}

#[tokio::test]
async fn a_gateway_sees_its_settings_and_the_banks() {
    let (world, gateway) = paying().await;
    let me = call(&world, &gateway, ("GET", "/me", ""), &Value::Null).await;
    assert_eq!(
        me.json(),
        json!({
            "account_id": gateway.shop.id.to_string(), "status": "enabled", "test": true,
            "payout_methods": ["bank_card", "yoo_money", "sbp"], "name": "Test gateway",
            "payout_balance": rub("1000.00"),
        })
    );
    let banks = call(&world, &gateway, ("GET", "/sbp_banks", ""), &Value::Null).await;
    let banks = banks.json()["items"].as_array().unwrap().clone();
    let ids: Vec<&str> = banks
        .iter()
        .map(|bank| bank["bank_id"].as_str().unwrap())
        .collect();
    assert!(ids.is_sorted_by(|one, other| one > other), "{ids:?}");
    assert!(ids.contains(&"100000000111"));
}

#[tokio::test]
async fn persons_are_kept_once_and_shown_without_their_names() {
    let (world, gateway) = paying().await;
    let body = json!({
        "type": "payout_statement_recipient", "last_name": "Иванова", "first_name": "Анна",
        "birthdate": "1990-02-28", "metadata": {"a": "1"},
    });
    let path = "/personal_data";
    let made = call(&world, &gateway, ("POST", path, "k"), &body).await;
    let again = call(&world, &gateway, ("POST", path, "k"), &body).await;
    assert_eq!(made.bytes, again.bytes);
    let path = format!("{path}/{}", made.text("/id"));
    let shown = call(&world, &gateway, ("GET", &path, ""), &Value::Null).await;
    assert_eq!(shown.bytes, made.bytes);
    assert!(!shown.json().to_string().contains("Иванова"));
    let answer = call(
        &world,
        &gateway,
        ("POST", "/personal_data", "x"),
        &json!({}),
    )
    .await;
    invalid(&answer, "type");
    let answer = call(
        &world,
        &gateway,
        ("POST", "/self_employed", "x"),
        &json!({}),
    )
    .await;
    invalid(&answer, "itn");
    for (path, parameter) in [
        ("/personal_data/x", "personal_data_id"),
        ("/self_employed/x", "self_employed_id"),
        ("/payouts/x", "payout_id"),
    ] {
        let answer = call(&world, &gateway, ("GET", path, ""), &Value::Null).await;
        assert_eq!(
            refused(&answer, 404, "not_found").as_deref(),
            Some(parameter)
        );
    }
}
