//! `GET /checkout/payments/v2/contract`

use domain::Duration;
use http::StatusCode;
use serde_json::json;

use crate::browser::{Buyer, SHOP_URL};

#[tokio::test]
async fn the_page_says_who_is_paid_for_what_and_how_much() {
    let mut buyer = Buyer::new().await;
    let id = buyer.payment(json!({})).await;
    let page = buyer.open(&id).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.text(".order__name"), "Test shop");
    assert_eq!(page.text(".order__sum"), "₽1,000.00");
    assert_eq!(page.text(".order__what"), "Order 72");
    assert_eq!(page.text(".badge--test"), "Test");
    assert_eq!(page.texts(".method__name").len(), 9);
    assert_eq!(
        page.texts("details.method[open] .method__name"),
        ["Bank card"]
    );
    assert_eq!(
        page.attribute(".aside a", "href").as_deref(),
        Some(SHOP_URL)
    );
}

#[tokio::test]
async fn a_method_that_the_merchant_asked_for_is_the_only_one() {
    let mut buyer = Buyer::new().await;
    let id = buyer
        .payment(json!({"payment_method_data": {"type": "bank_card"}}))
        .await;
    let page = buyer.open(&id).await;
    assert_eq!(page.texts(".method__name"), ["Bank card"]);
}

#[tokio::test]
async fn the_merchants_locale_beats_the_browser_and_the_switch_beats_both() {
    let mut buyer = Buyer::new().await;
    let confirmation = json!({
        "type": "redirect", "return_url": SHOP_URL, "locale": "ru_RU",
    });
    let id = buyer.payment(json!({"confirmation": confirmation})).await;
    let page = buyer.open(&id).await;
    assert_eq!(page.attribute("html", "lang").as_deref(), Some("ru"));
    assert_eq!(
        page.text("details.method[open] button"),
        "Оплатить 1 000,00 ₽"
    );
    let other = page.attribute(".langs a[lang=en]", "href").unwrap();
    let page = buyer.get(&other).await;
    assert_eq!(page.text("details.method[open] button"), "Pay ₽1,000.00");
}

#[tokio::test]
async fn nobody_keeps_frames_or_feeds_the_page() {
    let mut buyer = Buyer::new().await;
    let id = buyer.payment(json!({})).await;
    let page = buyer.open(&id).await;
    let said = |name: &str| page.answer.headers[name].to_str().unwrap().to_owned();
    assert_eq!(said("cache-control"), "no-store");
    assert_eq!(said("referrer-policy"), "same-origin");
    assert_eq!(said("x-content-type-options"), "nosniff");
    let policy = said("content-security-policy");
    for rule in [
        "default-src 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(rule), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
}

#[tokio::test]
async fn a_payment_that_nobody_knows_is_not_found() {
    let mut buyer = Buyer::new().await;
    for id in [
        "",
        "1",
        "2f4b7c10-000f-5000-8000-1d9a8b7c6d5e",
        "%3Cscript%3E",
    ] {
        let page = buyer.open(id).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{id}");
        assert_eq!(page.text("h1"), "There is no such payment");
    }
}

#[tokio::test]
async fn a_payment_whose_time_is_over_shows_so_before_and_after_the_job() {
    let mut buyer = Buyer::new().await;
    let id = buyer.payment(json!({})).await;
    buyer.world.clock.advance(Duration::hours(1));
    let page = buyer.open(&id).await;
    assert_eq!(page.text("h1"), "The time to pay is over");
    assert_eq!(
        page.attribute("a.button", "href").as_deref(),
        Some(SHOP_URL)
    );
    buyer.world.run_jobs().await;
    assert_eq!(buyer.as_merchant(&id).await["status"], "canceled");
    let page = buyer.open(&id).await;
    assert_eq!(page.text("h1"), "The time to pay is over");
}

#[tokio::test]
async fn the_style_is_served_and_may_be_kept() {
    let mut buyer = Buyer::new().await;
    let id = buyer.payment(json!({})).await;
    let page = buyer.open(&id).await;
    let style = page.attribute("link[rel=stylesheet]", "href").unwrap();
    let style = buyer.get(&style).await;
    assert_eq!(style.status, StatusCode::OK);
    assert_eq!(
        style.answer.headers["content-type"],
        "text/css; charset=utf-8"
    );
    assert_eq!(
        buyer.get("/checkout/assets/package.json").await.status,
        StatusCode::NOT_FOUND
    );
}
