//! `/v3/deals`

use serde_json::{Value, json};
use testkit::database::{ENGINES, TestDatabase};
use testkit::{Surroundings, World, test_shop};

use crate::{Fixture, invalid, refused, rub, world};

fn safe_deal(description: &str) -> Value {
    json!({
        "type": "safe_deal", "fee_moment": "payment_succeeded", "description": description,
        "metadata": {"order_id": "37"},
    })
}

#[tokio::test]
async fn a_deal_is_made_shown_and_listed() {
    let world = world().await;
    let made = world.post("/deals", "key", &safe_deal("Заказ 37")).await;
    assert_eq!(made.status, 200, "{}", made.json());
    let json = made.json();
    assert_eq!(json["status"], "opened");
    assert_eq!(json["balance"], rub("0.00"));
    assert_eq!(json["payout_balance"], rub("0.00"));
    assert_eq!(json["created_at"], "2026-07-20T12:00:00.000Z");
    assert_eq!(json["expires_at"], "2026-10-18T12:00:00.000Z");
    assert_eq!(json["test"], true);
    let shown = world.get(&format!("/deals/{}", made.text("/id"))).await;
    assert_eq!(shown.bytes, made.bytes);
    let again = world.post("/deals", "key", &safe_deal("Заказ 37")).await;
    assert_eq!(again.bytes, made.bytes);
    let other = world.post("/deals", "key", &safe_deal("Заказ 38")).await;
    invalid(&other, "Idempotence-Key");

    world.post("/deals", "2", &safe_deal("Order 38")).await;
    let found = world
        .get("/deals?full_text_search=%D0%97%D0%90%D0%9A%D0%90%D0%97&status=opened")
        .await;
    assert_eq!(found.json()["items"], json!([made.json()]));
    let page = world.get("/deals?limit=1").await.json();
    let cursor = page["next_cursor"].as_str().unwrap();
    let next = world
        .get(&format!("/deals?limit=1&cursor={cursor}"))
        .await
        .json();
    assert_eq!(next["items"].as_array().map(Vec::len), Some(1));
    assert_ne!(next["items"], page["items"]);
    assert_eq!(next.get("next_cursor"), None);
}

#[tokio::test]
async fn what_is_wrong_is_named_and_nothing_is_written() {
    let world = world().await;
    for (field, value) in [
        ("type", json!("deal")),
        ("fee_moment", json!("soon")),
        ("description", json!("x".repeat(129))),
        ("metadata", json!("x")),
    ] {
        let mut body = safe_deal("x");
        body[field] = value;
        invalid(&world.post("/deals", "key", &body).await, field);
    }
    for (query, parameter) in [
        ("full_text_search=abc", "full_text_search"),
        ("status=done", "status"),
        ("expires_at.lt=x", "expires_at.lt"),
    ] {
        invalid(&world.get(&format!("/deals?{query}")).await, parameter);
    }
    assert_eq!(world.get("/deals").await.json()["items"], json!([]));
}

#[tokio::test]
async fn a_shop_that_is_no_platform_makes_none() {
    let [sqlite, _postgres] = ENGINES;
    let database = TestDatabase::new(sqlite).await;
    let mut shop = test_shop();
    shop.deal_life = None;
    let world = World::with(database.open().await, Surroundings::new(1), shop).await;
    let world = Fixture {
        world,
        _database: database,
    };
    let made = world.post("/deals", "key", &safe_deal("x")).await;
    refused(&made, 403, "forbidden");
    refused(&world.get("/deals").await, 403, "forbidden");
}
