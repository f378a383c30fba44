//! `/altyn/v1/clock`.

use serde_json::json;

use crate::{invalid, refused, world};

#[tokio::test]
async fn a_week_passes_and_a_hold_expires() {
    let world = world().await;
    let held = world.paid("hold", false).await;
    assert_eq!(
        world.get("/altyn/v1/clock").await.text("/now"),
        "2026-07-20T12:00:00.000Z"
    );
    let week = json!({"seconds": 7 * 24 * 60 * 60 + 1});
    let moved = world.post("/altyn/v1/clock/advance", "", &week).await;
    assert_eq!(moved.text("/now"), "2026-07-27T12:00:01.000Z");
    world.run_jobs().await;
    let answer = world.get(&format!("/payments/{held}")).await;
    assert_eq!(
        answer.text("/cancellation_details/reason"),
        "expired_on_capture"
    );
    world.audit().await;
}

#[tokio::test]
async fn a_step_that_is_none_is_refused() {
    let world = world().await;
    for body in [json!({}), json!({"seconds": 0}), json!({"seconds": "1"})] {
        let answer = world.post("/altyn/v1/clock/advance", "", &body).await;
        invalid(&answer, "seconds");
    }
    let shop = world.live_shop().await;
    let body = json!({"seconds": 1});
    let answer = world
        .call_as(&shop, "POST", "/altyn/v1/clock/advance", "", &body)
        .await;
    refused(&answer, 400, "invalid_request");
}
