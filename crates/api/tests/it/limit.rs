//! How many requests a shop may send.

use std::sync::Arc;

use api::{Settings, router_with};
use axum::body::Body;
use base64::Engine as _;
use domain::Duration;
use http::Request;
use testkit::database::{ENGINES, TestDatabase};
use testkit::{Surroundings, World, test_shop};
use tower::ServiceExt as _;

#[tokio::test]
async fn a_shop_that_sends_too_much_is_told_to_wait() {
    let [sqlite, _postgres] = ENGINES;
    let database = TestDatabase::new(sqlite).await;
    let world = World::with(database.open().await, Surroundings::new(1), test_shop()).await;
    let settings = Settings {
        requests_per_second: 1,
        requests_burst: 2,
        ..Settings::default()
    };
    let router = router_with(Arc::clone(&world.app), settings);
    let pair = format!("{}:{}", world.shop.id, world.secret_key);
    let pair = base64::engine::general_purpose::STANDARD.encode(pair);
    let ask = || {
        let request = Request::builder()
            .uri("/v3/me")
            .header("Authorization", format!("Basic {pair}"));
        router.clone().oneshot(request.body(Body::empty()).unwrap())
    };
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(ask().await.unwrap().status().as_u16());
    }
    assert_eq!(statuses, [200, 200, 429]);
    let told = ask().await.unwrap();
    assert_eq!(told.headers()["retry-after"], "1");
    let told = told.into_body();
    let told = axum::body::to_bytes(told, 4_096).await.unwrap();
    let told: serde_json::Value = serde_json::from_slice(&told).unwrap();
    assert_eq!(
        (&told["code"], &told["retry_after"]),
        (&"too_many_requests".into(), &1_000.into())
    );
    world.clock.advance(Duration::seconds(1));
    assert_eq!(ask().await.unwrap().status().as_u16(), 200);
}
