//! `/sandbox/…`

use domain::MethodKind;
use http::StatusCode;
use serde_json::{Value, json};

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

/// Values that the pages of the bank and the tax service do not offer.
const NOT_OFFERED: [Option<&str>; 6] = [
    None,
    Some(""),
    Some("approve"),
    Some("Accept"),
    Some("accept "),
    Some("1"),
];

#[tokio::test]
async fn a_decision_that_no_page_offers_decides_nothing() {
    let mut buyer = Buyer::new().await;
    let id = buyer.payment(json!({})).await;
    let bank = buyer.pay_by_card(&id, "5555555555554477").await;
    let body = json!({
        "itn": "123456789012",
        "confirmation": {"type": "redirect"},
    });
    let gateway = testkit::test_gateway(&buyer.world.shop);
    let gateway = buyer.world.gateway(gateway, 0).await.credentials();
    let person = buyer
        .world
        .call_as(&gateway, "POST", "/self_employed", "key-2", &body)
        .await;
    assert_eq!(person.status, StatusCode::OK, "{}", person.json());
    let tax = format!("/sandbox/self_employed?id={}", person.text("/id"));
    let tax = buyer.get(&tax).await;
    for page in [&bank, &tax] {
        for decision in NOT_OFFERED {
            let typed: Vec<_> = decision.iter().map(|it| ("decision", *it)).collect();
            let answer = buyer.submit(page, "form", &typed).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{decision:?}");
            assert_eq!(answer.text("h1"), "The form says nothing that we can do");
        }
    }
    assert_eq!(buyer.as_merchant(&id).await["status"], "pending");
    let path = format!("/self_employed/{}", person.text("/id"));
    let person = buyer
        .world
        .call_as(&gateway, "GET", &path, "", &Value::Null)
        .await;
    assert_eq!(person.text("/status"), "pending");
}

#[tokio::test]
async fn a_shop_of_any_alphabet_gets_its_buyer_back() {
    let mut buyer = Buyer::new().await;
    let card = json!({"number": "5555555555554477", "expiry_month": "12", "expiry_year": "2035",
                      "csc": "123"});
    let shop = json!({"type": "redirect", "return_url": "https://магазин.рф/спасибо?заказ=72"});
    let means = json!({"type": "bank_card", "card": card});
    let asked = json!({"payment_method_data": means, "confirmation": shop});
    let paid = buyer.payment(asked).await;
    let bind = json!({"type": "bank_card", "card": card, "confirmation": shop});
    let bound = buyer
        .world
        .call("POST", "/payment_methods", "bind", &bind)
        .await;
    assert_eq!(bound.status, 200, "{}", bound.json());
    for address in [
        format!("/checkout/payments/v2/return?orderId={paid}"),
        format!("/checkout/bind/return?id={}", bound.text("/id")),
    ] {
        let page = buyer.get(&address).await;
        assert_eq!(page.status, 303, "{address}");
        let shop = page.answer.headers["location"].to_str().unwrap();
        let rest = "/%D1%81%D0%BF%D0%B0%D1%81%D0%B8%D0%B1%D0%BE?%D0%B7%D0%B0%D0%BA%D0%B0%D0%B7=72";
        let host = shop.strip_suffix(rest).unwrap();
        assert!(
            host.starts_with("https://xn--") && host.ends_with(".xn--p1ai"),
            "{shop}"
        );
    }
}
