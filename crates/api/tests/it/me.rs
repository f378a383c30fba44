//! `GET /v3/me`

use serde_json::json;

use crate::world;

#[tokio::test]
async fn a_shop_sees_its_settings() {
    let world = world().await;
    let answer = world.get("/me").await;
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(
        answer.json(),
        json!({
            "account_id": world.shop.id.to_string(), "status": "enabled", "test": true,
            "fiscalization_enabled": false,
            "payment_methods": [
                "bank_card", "sbp", "sberbank", "tinkoff_bank", "yoo_money",
                "mobile_balance", "cash",
            ],
        })
    );
}
