//! `GET /v3/payments`

use domain::Duration;
use serde_json::Value;
use testkit::Answer;

use crate::{invalid, page_payment, world};

fn ids(page: &Answer) -> Vec<String> {
    let page = page.json();
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn pages_walk_through_everything_once_newest_first() {
    let world = world().await;
    let mut made = Vec::new();
    for n in 0..12 {
        world.clock.advance(Duration::micros(400));
        made.push(
            world
                .post("/payments", &format!("key-{n}"), &page_payment())
                .await
                .text("/id"),
        );
    }
    made.reverse();
    let first = world.get("/payments").await;
    assert_eq!(ids(&first), made[..10]);
    let mut seen = Vec::new();
    let mut query = "limit=5&status=pending".to_owned();
    loop {
        let page = world.get(&format!("/payments?{query}")).await;
        seen.extend(ids(&page));
        let Value::String(cursor) = &page.json()["next_cursor"] else {
            break;
        };
        query = format!("limit=5&status=pending&cursor={cursor}");
    }
    assert_eq!(seen, made);
    invalid(
        &world
            .get(&format!(
                "/payments?{}",
                query.replace("pending", "succeeded")
            ))
            .await,
        "cursor",
    );
}

#[tokio::test]
async fn a_time_from_an_answer_finds_its_payment() {
    let world = world().await;
    world.clock.advance(Duration::micros(1_999));
    let answer = world.post("/payments", "key", &page_payment()).await;
    let (id, at) = (answer.text("/id"), answer.text("/created_at"));
    for (filter, found) in [("gte", true), ("lte", true), ("gt", false), ("lt", false)] {
        for name in [
            format!("created_at.{filter}"),
            format!("created_at%5B{filter}%5D"),
        ] {
            let page = world.get(&format!("/payments?{name}={at}")).await;
            assert_eq!(ids(&page) == [id.clone()], found, "{name}");
        }
    }
}

#[tokio::test]
async fn filters_choose_and_wrong_ones_are_named() {
    let world = world().await;
    let paid = world.paid("pay", true).await;
    world.post("/payments", "page", &page_payment()).await;
    for query in [
        "status=succeeded",
        "payment_method=bank_card",
        "captured_at.gte=2026-01-01",
    ] {
        assert_eq!(
            ids(&world.get(&format!("/payments?{query}")).await),
            std::slice::from_ref(&paid),
            "{query}"
        );
    }
    for (query, parameter) in [
        ("limit=0", "limit"),
        ("status=done", "status"),
        ("payment_method=barter", "payment_method"),
        ("created_at.gte=yesterday", "created_at.gte"),
        ("cursor=nothing-of-ours", "cursor"),
    ] {
        invalid(&world.get(&format!("/payments?{query}")).await, parameter);
    }
}
