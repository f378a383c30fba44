//! `/invoice/{id}`, and the payment that it leads to.

use domain::Duration;
use http::StatusCode;
use serde_json::{Value, json};

use crate::browser::{Buyer, Page};

const PLAIN: &str = "4111 1111 1111 1111";
const NO_MONEY: &str = "5555 5555 5555 4600";

async fn issue(buyer: &Buyer, more: Value) -> String {
    let rub = |value: &str| json!({"value": value, "currency": "RUB"});
    let mut body = json!({
        "payment_data": {"amount": rub("1890.00"), "capture": true, "description": "Order 72"},
        "cart": [
            {
                "description": "Coffee <b>250 g</b>", "price": rub("1000.00"),
                "discount_price": rub("800.00"), "quantity": 1.5,
            },
            {"description": "Filters", "price": rub("690.00"), "quantity": 1},
        ],
        "expires_at": "2026-07-30T12:00:00.000Z",
        "description": "Contract 37",
    });
    for (pointer, value) in more.as_object().unwrap() {
        *body.pointer_mut(pointer).unwrap() = value.clone();
    }
    let made = buyer.world.call("POST", "/invoices", "key", &body).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.json());
    let url = made.text("/delivery_method/url");
    url.strip_prefix(testkit::BASE_URL).unwrap().to_owned()
}

/// The invoice's status as its merchant sees it.
async fn status(buyer: &Buyer, path: &str) -> String {
    let path = path.replace("/invoice/", "/invoices/");
    let shown = buyer.world.call("GET", &path, "", &Value::Null).await;
    shown.text("/status")
}

async fn press(buyer: &mut Buyer, page: &Page) -> Page {
    buyer.submit(page, "form", &[]).await
}

async fn pay(buyer: &mut Buyer, contract: &Page, number: &str) -> Page {
    let typed = [
        ("card_number", number),
        ("card_expiry", "12/30"),
        ("card_csc", "123"),
    ];
    let form = crate::browser::method(domain::MethodKind::BankCard);
    buyer.submit(contract, &form, &typed).await
}

#[tokio::test]
async fn a_part_that_the_shop_took_is_what_was_paid() {
    let mut buyer = Buyer::new().await;
    let path = issue(&buyer, json!({"/payment_data/capture": false})).await;
    let page = buyer.get(&path).await;
    let contract = press(&mut buyer, &page).await;
    pay(&mut buyer, &contract, PLAIN).await;
    let page = buyer.get(&path).await;
    assert_eq!(page.text(".result__sum"), "₽1,890.00");
    let shown = path.replace("/invoice/", "/invoices/");
    let shown = buyer.world.call("GET", &shown, "", &Value::Null).await;
    let capture = format!("/payments/{}/capture", shown.text("/payment_details/id"));
    let part = json!({"amount": {"value": "1200.00", "currency": "RUB"}});
    let taken = buyer.world.call("POST", &capture, "part", &part).await;
    assert_eq!(taken.text("/status"), "succeeded", "{}", taken.json());
    let page = buyer.get(&path).await;
    assert_eq!(page.text("h1"), "The invoice is paid");
    assert_eq!(page.text(".result__sum"), "₽1,200.00");
    buyer.world.audit().await;
}

#[tokio::test]
async fn a_buyer_reads_the_cart_pays_and_comes_back() {
    let mut buyer = Buyer::new().await;
    let path = issue(&buyer, json!({})).await;
    let page = buyer.get(&path).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.text(".order__sum"), "₽1,890.00");
    assert_eq!(page.text(".order__what"), "Contract 37");
    assert_eq!(
        page.texts(".cart__line"),
        [
            "Coffee <b>250 g</b> ₽1,200.00 1.5 × ₽800.00 Without the discount ₽1,500.00",
            "Filters ₽690.00 1 × ₽690.00",
        ]
    );
    assert_eq!(page.texts(".cart__total dd"), ["₽300.00", "₽1,890.00"]);
    assert_eq!(page.text("button"), "Pay ₽1,890.00");
    assert!(
        page.html.contains("30\u{a0}Jul 2026, 15:00\u{a0}MSK"),
        "{}",
        page.html
    );
    let contract = press(&mut buyer, &page).await;
    assert!(
        contract
            .address
            .starts_with("/checkout/payments/v2/contract?")
    );
    assert_eq!(contract.text(".aside a"), "Back to the invoice");
    let declined = pay(&mut buyer, &contract, NO_MONEY).await;
    assert_eq!(declined.text(".notice__title"), "Not enough money");
    let back = buyer.get(&path).await;
    assert_eq!(back.text("button"), "Go on paying");
    let contract = press(&mut buyer, &back).await;
    let paid = pay(&mut buyer, &contract, PLAIN).await;
    assert_eq!(paid.text("h1"), "Paid");
    let way_back = paid.attribute("a.button", "href").unwrap();
    assert_eq!(way_back, format!("{}{path}", testkit::BASE_URL));
    assert_eq!(paid.attribute("a.button", "data-return"), None);
    let page = buyer.get(&path).await;
    assert_eq!(page.text("h1"), "The invoice is paid");
    assert!(page.texts("form").is_empty(), "{}", page.html);
    assert_eq!(status(&buyer, &path).await, "succeeded");
    buyer.world.audit().await;
}

#[tokio::test]
async fn two_windows_and_the_way_back_lead_to_one_payment() {
    let mut buyer = Buyer::new().await;
    let path = issue(&buyer, json!({})).await;
    let (one, two) = (buyer.get(&path).await, buyer.get(&path).await);
    let first = press(&mut buyer, &one).await;
    let second = press(&mut buyer, &two).await;
    let again = press(&mut buyer, &one).await;
    assert_eq!(first.address, second.address);
    assert_eq!(first.address, again.address);
    pay(&mut buyer, &first, PLAIN).await;
    // The other window still shows the button.
    let late = press(&mut buyer, &two).await;
    assert_eq!(late.text("h1"), "The invoice is paid");
    let over = pay(&mut buyer, &second, PLAIN).await;
    assert_eq!(over.text("h1"), "Paid");
    assert_eq!(buyer.world.bank.statistics().len(), 1);
    buyer.world.audit().await;
}

#[tokio::test]
async fn every_end_is_told() {
    let mut buyer = Buyer::new().await;
    let path = issue(&buyer, json!({"/payment_data/capture": false})).await;
    let page = buyer.get(&path).await;
    let contract = press(&mut buyer, &page).await;
    let (_, id) = contract.address.split_once("orderId=").unwrap();
    let id = id.split('&').next().unwrap().to_owned();
    pay(&mut buyer, &contract, PLAIN).await;
    assert_eq!(buyer.get(&path).await.text("h1"), "The sum is on hold");
    let cancel = format!("/payments/{id}/cancel");
    buyer
        .world
        .call("POST", &cancel, "cancel", &json!({}))
        .await;
    assert_eq!(buyer.get(&path).await.text("h1"), "The payment is canceled");

    let mut other = Buyer::new().await;
    let path = issue(&other, json!({})).await;
    let page = other.get(&path).await;
    press(&mut other, &page).await;
    other.world.clock.advance(Duration::days(10));
    // Before anybody has looked, and after.
    for _ in 0..2 {
        let late = press(&mut other, &page).await;
        assert_eq!(late.text("h1"), "The invoice has expired");
        assert!(late.text(".result__text").contains("No money was taken."));
        other.world.run_jobs().await;
    }
    assert_eq!(status(&other, &path).await, "canceled");
}

#[tokio::test]
async fn what_is_no_invoice_is_not_found_and_foreign_forms_are_refused() {
    let mut buyer = Buyer::new().await;
    for path in [
        "/invoice/1",
        "/invoice/in-31f00400-0031-5000-8000-1a2b3c4d5e6f",
    ] {
        let page = buyer.get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        assert_eq!(page.text("h1"), "There is no such invoice");
    }
    let path = issue(&buyer, json!({})).await;
    let page = buyer.get(&path).await;
    buyer.says.push(("origin", "https://evil.example"));
    assert_eq!(press(&mut buyer, &page).await.status, StatusCode::FORBIDDEN);
    buyer.says.pop();
    let russian = buyer.get(&format!("{path}?lang=ru")).await;
    assert_eq!(russian.text("button"), "Оплатить 1 890,00 ₽");
}

#[tokio::test]
async fn the_language_is_the_merchants_unless_the_buyer_chooses() {
    let mut buyer = Buyer::new().await;
    buyer.says[1] = ("accept-language", "fr");
    let path = issue(&buyer, json!({})).await;
    assert_eq!(
        buyer.get(&path).await.attribute("html", "lang").as_deref(),
        Some("ru")
    );
}
