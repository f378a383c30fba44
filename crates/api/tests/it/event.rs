//! `/altyn/v1/events`.

use crate::{refused, world};

#[tokio::test]
async fn the_feed_has_every_event_page_by_page_oldest_first() {
    let world = world().await;
    let mut paid = Vec::new();
    for key in ["a", "b", "c"] {
        paid.push(world.paid(key, true).await);
    }
    let (mut found, mut query) = (Vec::new(), "?limit=2".to_owned());
    loop {
        let page = world.get(&format!("/altyn/v1/events{query}")).await.json();
        for event in page["items"].as_array().unwrap() {
            assert_eq!(event["event"], "payment.succeeded");
            assert_eq!(event["notification"]["object"]["id"], event["object_id"]);
            assert!(event.get("deliveries").is_none());
            found.push(event["object_id"].as_str().unwrap().to_owned());
        }
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        query = format!("?limit=2&cursor={cursor}");
    }
    assert_eq!(found, paid);
    let later = world
        .get("/altyn/v1/events?since=2026-07-20T12:00:00.001Z")
        .await;
    assert_eq!(later.json()["items"].as_array().unwrap().len(), 0);
    let wrong = world.get("/altyn/v1/events?since=yesterday").await;
    assert_eq!(
        refused(&wrong, 400, "invalid_request").as_deref(),
        Some("since")
    );
}

#[tokio::test]
async fn an_event_shows_who_was_told_and_is_told_again() {
    let world = world().await;
    world.paid("a", true).await;
    let list = world.get("/altyn/v1/events").await;
    let id = list.text("/items/0/id");
    let shown = world.get(&format!("/altyn/v1/events/{id}")).await.json();
    assert_eq!(shown["id"], id.as_str());
    assert!(shown["deliveries"].is_array(), "{shown}");
    let path = format!("/altyn/v1/events/{id}/resend");
    let resent = world
        .call("POST", &path, "", &serde_json::Value::Null)
        .await;
    assert!(resent.json()["deliveries"].is_u64(), "{}", resent.json());
    let stranger = world.live_shop().await;
    for (method, path) in [("GET", format!("/altyn/v1/events/{id}")), ("POST", path)] {
        let answer = world
            .call_as(&stranger, method, &path, "", &serde_json::Value::Null)
            .await;
        let parameter = refused(&answer, 404, "not_found");
        assert_eq!(parameter.as_deref(), Some("event_id"));
    }
}
