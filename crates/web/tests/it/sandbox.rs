//! `/sandbox/…`

use domain::MethodKind;
use http::StatusCode;
use serde_json::json;

use crate::browser::{Buyer, method};

#[tokio::test]
async fn the_test_bank_shows_what_it_is_asked_for() {
    let mut buyer = Buyer::new().await;
    let id = buyer.payment(json!({})).await;
    let bank = buyer.pay_by_card(&id, "5555555555554477").await;
    assert_eq!(bank.text(".bank__head"), "Test bank");
    let facts = bank.texts("dd");
    assert!(facts.contains(&"₽1,000.00".to_owned()), "{facts:?}");
    assert!(facts.contains(&"Card •• 4477".to_owned()), "{facts:?}");
}

#[tokio::test]
async fn a_wallet_that_declines_leads_back_to_the_form() {
    let mut buyer = Buyer::new().await;
    let id = buyer.payment(json!({})).await;
    let page = buyer.open(&id).await;
    let bank = buyer
        .submit(&page, &method(MethodKind::YooMoney), &[])
        .await;
    let page = buyer
        .submit(&bank, "form", &[("decision", "decline")])
        .await;
    assert_eq!(page.text(".notice__title"), "The payment was declined");
    assert_eq!(
        page.texts("details.method[open] .method__name"),
        ["YooMoney wallet"]
    );
    let again = buyer.get(&bank.address).await;
    assert_eq!(again.text("h1"), "The payment is declined");
}

#[tokio::test]
async fn nobody_decides_for_an_operation_that_is_not_known() {
    let mut buyer = Buyer::new().await;
    for address in [
        "/sandbox/3ds?operation=1",
        "/sandbox/approve",
        "/sandbox/3ds?operation=",
    ] {
        assert_eq!(
            buyer.get(address).await.status,
            StatusCode::NOT_FOUND,
            "{address}"
        );
    }
}

#[tokio::test]
async fn a_decision_from_elsewhere_is_refused() {
    let mut buyer = Buyer::new().await;
    let id = buyer.payment(json!({})).await;
    let bank = buyer.pay_by_card(&id, "5555555555554477").await;
    buyer.says.push(("sec-fetch-site", "cross-site"));
    let page = buyer.submit(&bank, "form", &[("decision", "accept")]).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert_eq!(buyer.as_merchant(&id).await["status"], "pending");
}
