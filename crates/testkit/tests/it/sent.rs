//! Forms and addresses that cannot be read.

use http::StatusCode;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use pages::routes;
use serde_json::json;

use crate::browser::{Buyer, Page};

/// Checks that the answer is a page of ours that says what to do.
#[track_caller]
fn is_refused_by_a_page(page: &Page, status: StatusCode, title: &str) {
    let address = &page.address;
    assert_eq!(page.status, status, "{address}");
    assert_eq!(
        page.answer.headers[CONTENT_TYPE], "text/html; charset=utf-8",
        "{address}"
    );
    assert!(page.answer.headers.contains_key(CONTENT_SECURITY_POLICY));
    assert_eq!(page.text("h1"), title, "{address}");
}

#[tokio::test]
async fn what_says_something_twice_is_refused_by_a_page_at_every_door() {
    let mut buyer = Buyer::new().await;
    let id = buyer.payment(json!({})).await;
    let invoice = routes::INVOICE_PAY.replace("{id}", "in-1");
    let form = "The form says nothing that we can do";
    let in_frame = "The payment form could not be shown";
    for (door, title) in [
        (routes::PAY, form),
        (routes::BIND, form),
        (&invoice, form),
        (routes::SANDBOX_3DS, form),
        (routes::SANDBOX_APPROVE, form),
        (routes::SANDBOX_SELF_EMPLOYED, form),
        (routes::AUTHORIZE, "Access cannot be asked for"),
        (routes::WIDGET_PAY, in_frame),
    ] {
        for sent in ["csrf=a&csrf=b", "lang=ru&lang=en"] {
            let page = buyer.post(door, sent).await;
            is_refused_by_a_page(&page, StatusCode::BAD_REQUEST, title);
        }
    }
    let long = format!("csrf={}", "a".repeat(20_000));
    let page = buyer.post(routes::PAY, &long).await;
    is_refused_by_a_page(&page, StatusCode::PAYLOAD_TOO_LARGE, form);
    let link = "The link cannot be read";
    for (door, title) in [
        ("/checkout/payments/v2/contract?orderId=1&orderId=2", link),
        ("/checkout/payments/v2/return?orderId=1&orderId=2", link),
        ("/checkout/payments/v2/status?orderId=1&orderId=2", link),
        ("/checkout/bind?id=1&id=2", link),
        ("/checkout/bind/return?id=1&id=2", link),
        ("/sandbox/3ds?operation=1&operation=2", link),
        ("/sandbox/self_employed?id=1&id=2", link),
        ("/invoice/%FF", link),
        ("/checkout-widget/v1/frame?token=1&token=2", in_frame),
        ("/payouts-data/frame?type=payout&type=payout", in_frame),
    ] {
        let page = buyer.get(door).await;
        is_refused_by_a_page(&page, StatusCode::BAD_REQUEST, title);
    }
    // In the browser's language, because the language of the form cannot be read.
    buyer.says = vec![("host", "127.0.0.1:8080"), ("accept-language", "ru")];
    let page = buyer.post(routes::PAY, "csrf=a&csrf=b").await;
    assert_eq!(page.text("h1"), "В форме нет того, что мы предлагаем");
    assert_eq!(buyer.as_merchant(&id).await["status"], "pending");
}
