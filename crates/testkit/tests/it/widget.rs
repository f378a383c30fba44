//! `/checkout-widget/…`, `/checkout-js/…`, `/payouts-data/…` without a browser's script: what the
//! frames show and tell, and the answers to their requests.

use domain::shop::Site;
use domain::{Duration, MethodKind};
use http::StatusCode;
use serde_json::{Value, json};

use crate::browser::{Buyer, Page, method};

const CARD: [(&str, &str); 3] = [
    ("card_number", "5555555555554444"),
    ("card_expiry", "12/30"),
    ("card_csc", "123"),
];

fn embedded() -> Value {
    json!({"confirmation": {"type": "embedded", "locale": "ru_RU"}})
}

async fn frame(buyer: &mut Buyer, id: &str, more: &str) -> Page {
    let address = format!("/checkout-widget/v1/frame?token=ct-{id}{more}");
    buyer.get(&address).await
}

fn state(page: &Page) -> [String; 2] {
    ["data-frame", "data-detail"].map(|name| page.attribute("html", name).unwrap_or_default())
}

fn with(
    typed: [(&'static str, &'static str); 3],
    number: &'static str,
) -> Vec<(&'static str, &'static str)> {
    let mut typed = typed.to_vec();
    typed[0].1 = number;
    typed
}

#[tokio::test]
async fn a_buyer_is_declined_tries_again_and_pays_inside_the_frame() {
    let mut buyer = Buyer::new().await;
    let id = buyer.payment(embedded()).await;
    let page = frame(&mut buyer, &id, "").await;
    assert_eq!(state(&page), ["form", ""]);
    assert_eq!(page.attribute("html", "lang").as_deref(), Some("ru"));
    assert!(page.texts("footer").is_empty());
    let card = method(MethodKind::BankCard);
    let declined = buyer
        .submit(&page, &card, &with(CARD, "5555555555554600"))
        .await;
    assert_eq!(state(&declined), ["form", ""]);
    assert_eq!(declined.texts(".notice__title").len(), 1);
    let wrong = buyer.submit(&declined, &card, &with(CARD, "1")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(state(&wrong), ["form", ""]);
    let paid = buyer.submit(&wrong, &card, &CARD).await;
    assert_eq!(state(&paid), ["paid", ""]);
    assert_eq!(buyer.as_merchant(&id).await["status"], "succeeded");
}

#[tokio::test]
async fn three_d_secure_is_told_and_the_payer_comes_back_to_a_page_that_may_be_framed() {
    let mut buyer = Buyer::new().await;
    let id = buyer.payment(embedded()).await;
    let page = frame(&mut buyer, &id, "").await;
    let card = method(MethodKind::BankCard);
    let asked = buyer
        .submit(&page, &card, &with(CARD, "5555555555554477"))
        .await;
    let [told, address] = state(&asked);
    assert_eq!(told, "challenge");
    assert!(address.contains("/sandbox/3ds?operation="), "{address}");
    let bank = address.strip_prefix(testkit::BASE_URL).unwrap().to_owned();
    let bank = buyer.get(&bank).await;
    let policy = bank.answer.headers["content-security-policy"].to_str();
    assert!(policy.unwrap().contains("frame-ancestors *"));
    assert!(!bank.answer.headers.contains_key("x-frame-options"));
    let back = buyer.submit(&bank, "form", &[("decision", "accept")]).await;
    assert_eq!(state(&back), ["returned", ""]);
    let paid = frame(&mut buyer, &id, "").await;
    assert_eq!(state(&paid), ["paid", ""]);
}

#[tokio::test]
async fn the_shop_names_the_sites_that_may_show_its_frames() {
    let mut buyer = Buyer::new().await;
    let id = buyer.payment(embedded()).await;
    let shop = buyer.world.shop.id;
    let payout = format!("/payouts-data/frame?type=payout&account_id={shop}");
    for (sites, expected) in [
        (&[][..], "frame-ancestors *"),
        (
            &["https://shop.example", "https://*.shop.example:8443"],
            "frame-ancestors https://shop.example https://*.shop.example:8443",
        ),
        (&[], "frame-ancestors *"),
    ] {
        let sites = sites.iter().map(|site| Site::parse(site).unwrap());
        let sites = sites.collect::<Vec<_>>();
        app::shop::set_widget_sites(&buyer.world.machine(), shop, sites)
            .await
            .unwrap();
        for page in [frame(&mut buyer, &id, "").await, buyer.get(&payout).await] {
            let policy = page.answer.headers["content-security-policy"].to_str();
            let policy = policy.unwrap();
            assert!(policy.ends_with(expected), "{policy}");
            assert!(!page.answer.headers.contains_key("x-frame-options"));
        }
    }
    for unknown in ["999999", "x"] {
        let address = format!("/payouts-data/frame?type=payout&account_id={unknown}");
        let page = buyer.get(&address).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        assert_eq!(state(&page), ["error", "internal_service_error"]);
    }
}

#[tokio::test]
async fn what_cannot_be_shown_says_why() {
    let mut buyer = Buyer::new().await;
    let id = buyer.payment(embedded()).await;
    for (more, code) in [
        ("&methods=qiwi", "invalid_payment_methods"),
        ("&methods=", "invalid_payment_methods"),
        (
            "&methods=mir_pay,sber_loan",
            "no_payment_methods_to_display",
        ),
    ] {
        let page = frame(&mut buyer, &id, more).await;
        assert_eq!(state(&page), ["error", code], "{more}");
    }
    let shown = frame(&mut buyer, &id, "&methods=sbp,mir_pay,bank_card").await;
    assert_eq!(shown.texts(".method__name"), ["СБП", "Банковская карта"]);
    for token in [
        "",
        "1",
        "2f4b7c10-000f-5000-8000-1d9a8b7c6d5e",
        "%3Cscript%3E",
    ] {
        let page = frame(&mut buyer, token, "").await;
        assert_eq!(state(&page), ["error", "invalid_token"], "{token}");
    }
}

#[tokio::test]
async fn a_payment_for_the_page_is_not_opened_by_the_widget() {
    let mut buyer = Buyer::new().await;
    let id = buyer.payment(json!({})).await;
    let page = frame(&mut buyer, &id, "").await;
    assert_eq!(state(&page), ["error", "invalid_token"]);
}

#[tokio::test]
async fn a_payment_that_names_its_method_shows_that_one_and_no_choice() {
    let mut buyer = Buyer::new().await;
    let mut named = embedded();
    named["payment_method_data"] = json!({"type": "bank_card"});
    let id = buyer.payment(named).await;
    let page = frame(&mut buyer, &id, "").await;
    assert_eq!(page.texts(".method__name"), ["Банковская карта"]);
    let page = frame(&mut buyer, &id, "&methods=sbp").await;
    let code = "customization_of_payment_methods_not_allowed";
    assert_eq!(state(&page), ["error", code]);
}

#[tokio::test]
async fn a_payment_whose_time_is_over_says_so() {
    let mut buyer = Buyer::new().await;
    let id = buyer.payment(embedded()).await;
    let page = frame(&mut buyer, &id, "").await;
    let left = page.attribute("html", "data-left").unwrap();
    assert_eq!(left, "3600000");
    buyer.world.clock.advance(Duration::hours(1));
    let card = method(MethodKind::BankCard);
    let late = buyer.submit(&page, &card, &CARD).await;
    assert_eq!(state(&late), ["over", ""]);
}

#[tokio::test]
async fn the_form_comes_from_our_own_frame_alone() {
    let mut buyer = Buyer::new().await;
    let id = buyer.payment(embedded()).await;
    let page = frame(&mut buyer, &id, "").await;
    buyer.says.push(("sec-fetch-site", "cross-site"));
    let card = method(MethodKind::BankCard);
    let refused = buyer.submit(&page, &card, &CARD).await;
    assert_eq!(state(&refused), ["error", "internal_service_error"]);
    assert_eq!(buyer.as_merchant(&id).await["status"], "pending");
}

#[tokio::test]
async fn checkout_js_gives_tokens_to_any_page_and_says_what_is_wrong() {
    let mut buyer = Buyer::new().await;
    let shop = buyer.world.shop.id.to_string();
    let card = |number: &str| {
        json!({
            "shop_id": shop, "language": "en", "number": number, "cvc": "123", "month": "12",
            "year": "30",
        })
    };
    let made = buyer
        .post_json("/checkout-js/v1/tokens", &card("5555555555554444"))
        .await;
    assert_eq!(made.status, StatusCode::OK);
    assert_eq!(made.answer.headers["access-control-allow-origin"], "*");
    assert!(
        !made
            .answer
            .headers
            .contains_key("access-control-allow-credentials")
    );
    let body: Value = serde_json::from_str(&made.html).unwrap();
    assert_eq!(body["status"], "success");
    assert!(body["data"]["response"]["paymentToken"].is_string());
    let wrong = buyer
        .post_json("/checkout-js/v1/tokens", &card("5555555555554445"))
        .await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    insta::assert_snapshot!(wrong.html);
    for (body, status) in [
        (json!("x"), 400),
        (json!({"shop_id": "x"}), 404),
        (json!({}), 404),
    ] {
        let answer = buyer.post_json("/checkout-js/v1/tokens", &body).await;
        assert_eq!(answer.status.as_u16(), status, "{body}");
    }
    let mut far = card("5555555555554444");
    far["number"] = json!("5".repeat(4_096));
    let answer = buyer.post_json("/checkout-js/v1/tokens", &far).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_payout_token_is_given_to_our_own_form_alone() {
    let mut buyer = Buyer::new().await;
    let account = buyer.world.shop.id.to_string();
    let body = json!({"account_id": account, "number": "2200000000000004"});
    let refused = buyer.post_json("/payouts-data/tokens", &body).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    buyer.says.push(("sec-fetch-site", "same-origin"));
    let made = buyer.post_json("/payouts-data/tokens", &body).await;
    let told: Value = serde_json::from_str(&made.html).unwrap();
    assert_eq!(told["status"], "success", "{told}");
    assert_eq!(told["data"]["card_type"], "Mir");
    assert_eq!(told["data"]["last4"], "0004");
}
