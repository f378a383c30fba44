//! `/checkout/bind`

use http::StatusCode;
use serde_json::{Value, json};

use crate::browser::{Buyer, SHOP_URL};

async fn binding(buyer: &Buyer) -> String {
    binding_of(buyer, json!({})).await
}

/// A binding; the members of `more` are put over those of the request.
async fn binding_of(buyer: &Buyer, more: Value) -> String {
    let mut body = json!({
        "type": "bank_card",
        "confirmation": {"type": "redirect", "return_url": SHOP_URL},
    });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    let created = buyer
        .world
        .call("POST", "/payment_methods", "key-1", &body)
        .await;
    assert_eq!(created.status, StatusCode::OK, "{}", created.json());
    created.text("/id")
}

async fn status(buyer: &Buyer, id: &str) -> String {
    let path = format!("/payment_methods/{id}");
    buyer
        .world
        .call("GET", &path, "", &Value::Null)
        .await
        .text("/status")
}

#[tokio::test]
async fn a_card_is_bound_with_3ds_and_without_money() {
    let mut buyer = Buyer::new().await;
    let id = binding(&buyer).await;
    let page = buyer.get(&format!("/checkout/bind?id={id}")).await;
    assert_eq!(page.text("h1"), "Add a card");
    assert_eq!(page.text(".order__sum"), "₽0, adding a card");
    let typed = [
        ("card_number", "5555555555554477"),
        ("card_expiry", "12/30"),
        ("card_csc", "123"),
    ];
    let bank = buyer.submit(&page, "form", &typed).await;
    assert!(
        bank.address.starts_with("/sandbox/3ds?operation="),
        "{}",
        bank.address
    );
    let page = buyer.submit(&bank, "form", &[("decision", "accept")]).await;
    assert_eq!(page.text("h1"), "The card is added");
    assert_eq!(status(&buyer, &id).await, "active");
    buyer.world.audit().await;
}

#[tokio::test]
async fn a_binding_knows_from_where_it_was_made_unless_the_merchant_has_said_it() {
    for (said, expected) in [
        (json!({}), "192.0.2.7"),
        (json!({"client_ip": "198.51.100.3"}), "198.51.100.3"),
    ] {
        let mut buyer = Buyer::new().await;
        let id = binding_of(&buyer, said).await;
        let page = buyer.get(&format!("/checkout/bind?id={id}")).await;
        let typed = [
            ("card_number", "5555555555554444"),
            ("card_expiry", "12/30"),
            ("card_csc", "123"),
        ];
        buyer.submit(&page, "form", &typed).await;
        let view = app::checkout::show_binding(&buyer.world.app, id.parse().unwrap()).await;
        let found = view.unwrap().method.client_ip;
        assert_eq!(found, Some(expected.parse().unwrap()));
    }
}

#[tokio::test]
async fn a_declined_card_can_be_tried_again() {
    let mut buyer = Buyer::new().await;
    let id = binding(&buyer).await;
    let page = buyer.get(&format!("/checkout/bind?id={id}")).await;
    let typed = [
        ("card_number", "5555555555554600"),
        ("card_expiry", "12/30"),
        ("card_csc", "123"),
    ];
    let page = buyer.submit(&page, "form", &typed).await;
    assert_eq!(page.text(".notice__title"), "Not enough money");
    let typed = [
        ("card_number", "4111111111111111"),
        ("card_expiry", "12/30"),
        ("card_csc", "123"),
    ];
    let page = buyer.submit(&page, "form", &typed).await;
    assert_eq!(page.text("h1"), "The card is added");
}

#[tokio::test]
async fn cards_are_over_after_ten_declines() {
    let mut buyer = Buyer::new().await;
    let id = binding(&buyer).await;
    let form = buyer.get(&format!("/checkout/bind?id={id}")).await;
    let declined = [
        ("card_number", "5555555555554600"),
        ("card_expiry", "12/30"),
        ("card_csc", "123"),
    ];
    let mut page = buyer.submit(&form, "form", &declined).await;
    for _ in 1..app::checkout::ATTEMPTS_MAX {
        page = buyer.submit(&page, "form", &declined).await;
    }
    assert_eq!(page.text("h1"), "Too many attempts");
    let good = [
        ("card_number", "4111111111111111"),
        ("card_expiry", "12/30"),
        ("card_csc", "123"),
    ];
    let page = buyer.submit(&form, "form", &good).await;
    assert_eq!(page.text("h1"), "Too many attempts");
    assert_eq!(status(&buyer, &id).await, "pending");
}

#[tokio::test]
async fn mistakes_are_shown_and_an_unknown_binding_is_not_found() {
    let mut buyer = Buyer::new().await;
    let id = binding(&buyer).await;
    let page = buyer.get(&format!("/checkout/bind?id={id}")).await;
    let page = buyer
        .submit(&page, "form", &[("card_expiry", "13/30")])
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        page.attribute("#card-expiry", "value").as_deref(),
        Some("13/30")
    );
    let page = buyer.get("/checkout/bind?id=1").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}
