//! `GET /v3/me`

use serde_json::json;

use crate::{invalid, refused, world};

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
                "bank_card", "sbp", "sberbank", "tinkoff_bank", "alfa_pay", "yoo_money",
                "sber_bnpl", "sber_loan", "electronic_certificate", "b2b_sberbank",
                "mobile_balance", "cash",
            ],
        })
    );
}

#[tokio::test]
async fn only_a_partners_settings_are_shown_to_others() {
    let world = world().await;
    let own = world.get("/me").await;
    let path = format!("/me?on_behalf_of={}", world.shop.id);
    assert_eq!(world.get(&path).await.bytes, own.bytes);
    let partner = app::shop::NewShop {
        platform: Some(world.shop.id),
        ..testkit::test_shop()
    };
    let partner = app::shop::create(&world.machine(), partner).await.unwrap();
    let id = partner.shop.id.to_string();
    let answer = world.get(&format!("/me?on_behalf_of={id}")).await;
    assert_eq!(answer.text("/account_id"), id);
    let stranger = app::shop::create(&world.machine(), testkit::test_shop()).await;
    let stranger = stranger.unwrap().shop.id.to_string();
    for other in [stranger.as_str(), "999999999"] {
        let answer = world.get(&format!("/me?on_behalf_of={other}")).await;
        let parameter = refused(&answer, 403, "forbidden");
        assert_eq!(parameter.as_deref(), Some("on_behalf_of"));
    }
    for wrong in ["x", "-1", "0", "1%00"] {
        let answer = world.get(&format!("/me?on_behalf_of={wrong}")).await;
        invalid(&answer, "on_behalf_of");
    }
}
