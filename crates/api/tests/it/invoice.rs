//! `/v3/invoices`

use domain::fiscal::{Provider, Scenario};
use serde_json::{Value, json};
use testkit::World;

use crate::{invalid, refused, rub, world};

fn invoice() -> Value {
    json!({
        "payment_data": {
            "amount": rub("1890.00"), "capture": true, "description": "Заказ 72",
            "metadata": {"order_id": "72"},
        },
        "cart": [
            {
                "description": "Кофе", "price": rub("1000.00"),
                "discount_price": rub("945.00"), "quantity": 2,
            },
        ],
        "expires_at": "2026-07-30T12:00:00.000Z",
        "description": "Счёт по договору 37",
        "metadata": {"contract": "37"},
    })
}

fn changed(pointer: &str, value: Value) -> Value {
    let mut body = invoice();
    *body.pointer_mut(pointer).unwrap() = value;
    body
}

/// How many invoices there are.
async fn count(world: &World) -> u64 {
    app::audit::run(&world.machine()).await.unwrap().invoices
}

#[tokio::test]
async fn an_invoice_is_made_and_shown() {
    let world = world().await;
    let made = world.post("/invoices", "key", &invoice()).await;
    assert_eq!(made.status, 200, "{}", made.json());
    let json = made.json();
    let id = made.text("/id");
    assert_eq!(id.len(), 39);
    assert_eq!(json["status"], "pending");
    assert_eq!(json["created_at"], "2026-07-20T12:00:00.000Z");
    assert_eq!(json["expires_at"], "2026-07-30T12:00:00.000Z");
    let url = format!("{}/invoice/{id}", testkit::BASE_URL);
    assert_eq!(json["delivery_method"], json!({"type": "self", "url": url}));
    assert_eq!(json["metadata"], json!({"contract": "37"}));
    let shown = world.get(&format!("/invoices/{id}")).await;
    assert_eq!(shown.bytes, made.bytes);
    let again = world.post("/invoices", "key", &invoice()).await;
    assert_eq!(again.bytes, made.bytes);
    let other = changed("/description", json!("Другой"));
    invalid(
        &world.post("/invoices", "key", &other).await,
        "Idempotence-Key",
    );
    assert_eq!(count(&world).await, 1);
    let stranger = world.live_shop().await;
    let path = format!("/invoices/{id}");
    let hidden = world
        .call_as(&stranger, "GET", &path, "", &Value::Null)
        .await;
    let parameter = refused(&hidden, 404, "not_found");
    assert_eq!(parameter.as_deref(), Some("invoice_id"));
}

#[tokio::test]
async fn what_rules_forbid_is_named_and_nothing_is_written() {
    let world = world().await;
    let usd = || json!({"value": "1000.00", "currency": "USD"});
    for (pointer, value, parameter) in [
        ("/cart/0/quantity", json!(3), "cart"),
        ("/cart/0/price", usd(), "cart.price.currency"),
        (
            "/cart/0/discount_price",
            usd(),
            "cart.discount_price.currency",
        ),
        (
            "/cart/0/discount_price",
            rub("1000.01"),
            "cart.discount_price.value",
        ),
        (
            "/payment_data/amount",
            usd(),
            "payment_data.amount.currency",
        ),
        ("/expires_at", json!("2026-07-20T12:00:00Z"), "expires_at"),
        (
            "/expires_at",
            json!("2026-08-19T12:00:00.001Z"),
            "expires_at",
        ),
        ("/cart/0/description", json!(""), "cart.description"),
    ] {
        let answer = world
            .post("/invoices", "key", &changed(pointer, value))
            .await;
        invalid(&answer, parameter);
    }
    let mut elsewhere = invoice();
    elsewhere["payment_data"]["recipient"] = json!({"gateway_id": "1"});
    let answer = world.post("/invoices", "key", &elsewhere).await;
    invalid(&answer, "payment_data.recipient.gateway_id");
    let dearer = changed("/payment_data/amount", rub("2000.00"));
    let answer = world.post("/invoices", "key", &dearer).await;
    assert_eq!(
        answer.text("/description"),
        "The items of the cart add up to 1890.00 RUB, 110.00 RUB less than 2000.00 RUB"
    );
    assert_eq!(count(&world).await, 0);
}

#[tokio::test]
async fn a_shop_with_receipts_wants_one_in_the_payment_data() {
    let world = world().await;
    let mut body = invoice();
    body["payment_data"]["receipt"] = json!({
        "customer": {"email": "buyer@shop.test"},
        "items": [{
            "description": "Кофе", "amount": rub("945.00"), "quantity": "2.0", "vat_code": 4,
            "measure": "piece",
        }],
    });
    let answer = world.post("/invoices", "a", &body).await;
    let parameter = refused(&answer, 403, "forbidden");
    assert_eq!(parameter.as_deref(), Some("payment_data.receipt"));
    world
        .registers_receipts(Provider::YooReceipt, Scenario::Together)
        .await;
    let answer = world.post("/invoices", "b", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    let bare = world.post("/invoices", "c", &invoice()).await;
    invalid(&bare, "payment_data.receipt");
    body["payment_data"]["receipt"]["items"][0]["quantity"] = json!("1.0");
    let wrong = world.post("/invoices", "d", &body).await;
    invalid(&wrong, "payment_data.receipt.items");
    assert_eq!(count(&world).await, 1);
}
