//! Values of every body: amounts, notes, texts, addresses, empty arrays.

use axum::body::Body;
use domain::fiscal::{Provider, Scenario};
use serde_json::{Value, json};

use crate::body::send;
use crate::{PLAIN, card_payment, invalid, page_payment, rub, world};

#[tokio::test]
async fn numbers_keep_the_digits_that_they_were_written_with() {
    let world = world().await;
    let paid = |value: &str, note: &str| {
        let body = format!(
            r#"{{"amount":{{"value":{value},"currency":"RUB"}},"metadata":{{"n":{note}}},
               "confirmation":{{"type":"embedded"}}}}"#
        );
        Body::from(body)
    };
    let json = Some("application/json");
    let notes = [
        "20261128123456789012",
        "55.75393030000000001",
        "1.50",
        "true",
    ];
    for note in notes {
        let answer = send(&world, "/payments", json, paid("100.50", note)).await;
        // The key is the same, so only the first of these is a new request.
        match note == notes[0] {
            true => {
                assert_eq!(answer.text("/amount/value"), "100.50");
                assert_eq!(answer.text("/metadata/n"), note);
            }
            false => invalid(&answer, "Idempotence-Key"),
        }
    }
    for value in [
        "100.001",
        "1e2",
        "-1",
        "0",
        "\"01.00\"",
        "10.199999999999999",
        "[]",
    ] {
        let answer = send(&world, "/payments", json, paid(value, "1")).await;
        invalid(&answer, "amount.value");
    }
}

#[tokio::test]
async fn an_empty_array_says_as_little_as_an_absent_object() {
    let world = world().await;
    let held = world.paid("held", false).await;
    let capture = format!("/payments/{held}/capture");
    let captured = world.post(&capture, "capture", &json!([])).await;
    assert_eq!(captured.text("/status"), "succeeded");
    let refund = json!({"payment_id": held, "amount": rub("1.00"), "metadata": [], "receipt": [],
                        "deal": [], "sources": [], "refund_method_data": []});
    assert_eq!(world.post("/refunds", "refund", &refund).await.status, 200);
    let mut payment = card_payment(PLAIN, true);
    payment["metadata"] = json!([]);
    payment["receipt"] = json!([]);
    payment["confirmation"] = json!([]);
    assert_eq!(
        world
            .post("/payments", "paid", &payment)
            .await
            .text("/status"),
        "succeeded"
    );
    let bind = json!({"type": "bank_card", "card": [], "metadata": [], "holder": [],
                      "confirmation": {"type": "redirect", "return_url": "https://shop.test/"}});
    assert_eq!(
        world.post("/payment_methods", "bind", &bind).await.status,
        200
    );
    // Required values that are missing are still refused.
    for (path, body, parameter) in [
        ("/payments", json!({"amount": []}), "amount"),
        ("/payments", json!([]), "amount"),
        ("/invoices", json!({"payment_data": []}), "payment_data"),
        ("/pos_links", json!({"recipient": []}), "recipient"),
    ] {
        invalid(&world.post(path, "missing", &body).await, parameter);
    }
}

#[tokio::test]
async fn a_card_number_in_a_text_is_refused_and_never_repeated() {
    let world = world().await;
    let paid = world.paid("paid", true).await;
    let with = |name: &str, value: Value| {
        let mut body = page_payment();
        body[name] = value;
        body
    };
    let number = "5555 5555 5555 4444";
    for (path, body, parameter) in [
        (
            "/payments",
            with("description", json!(format!("card {number}"))),
            "description",
        ),
        (
            "/payments",
            with("metadata", json!({"card": number})),
            "metadata",
        ),
        (
            "/payments",
            with("metadata", json!({"5555555555554444": "x"})),
            "metadata",
        ),
        (
            "/payments",
            with("metadata", json!({"card": 5_555_555_555_554_444_u64})),
            "metadata",
        ),
        (
            "/payments",
            with("merchant_customer_id", json!(number)),
            "merchant_customer_id",
        ),
        (
            "/refunds",
            json!({"payment_id": paid, "amount": rub("1.00"), "description": number}),
            "description",
        ),
        (
            "/invoices",
            json!({"payment_data": {"amount": rub("1.00")}, "expires_at": "2030-01-01T00:00:00Z",
                   "cart": [{"description": number, "price": rub("1.00"), "quantity": 1}]}),
            "cart.description",
        ),
    ] {
        let answer = world.post(path, "key", &body).await;
        invalid(&answer, parameter);
        let said = answer.text("/description");
        assert!(
            said.contains("card number") && !said.contains("5555"),
            "{said}"
        );
    }
    let order = with(
        "description",
        json!("Order 5555555555554445, 1784548800000000"),
    );
    assert_eq!(world.post("/payments", "order", &order).await.status, 200);
}

#[tokio::test]
async fn an_address_that_browsers_read_otherwise_is_refused_everywhere() {
    let world = world().await;
    for url in [
        "https://shop.test/\r\nSet-Cookie: a=b",
        "https://shop.test/\u{7f}",
        "https://user:word@shop.test/",
        "http:evil",
        "https:\\\\evil.test\\",
    ] {
        let confirmation = json!({"type": "redirect", "return_url": url});
        let mut payment = page_payment();
        payment["confirmation"] = confirmation.clone();
        let bind = json!({"type": "bank_card", "confirmation": confirmation});
        for (path, body, parameter) in [
            ("/payments", payment, "confirmation.return_url"),
            ("/payment_methods", bind, "confirmation.return_url"),
            (
                "/pos_links",
                json!({"recipient": {"gateway_id": "2000001"}, "pos_link_data": {"link": url}}),
                "pos_link_data.link",
            ),
        ] {
            invalid(&world.post(path, "key", &body).await, parameter);
        }
    }
    let mut application = page_payment();
    application["payment_method_data"] = json!({"type": "sberbank"});
    application["confirmation"] =
        json!({"type": "mobile_application", "return_url": "myshop:\\order"});
    let answer = world.post("/payments", "key", &application).await;
    invalid(&answer, "confirmation.return_url");
}

#[tokio::test]
async fn an_address_of_mail_is_checked_by_one_rule_everywhere() {
    let world = world().await;
    world
        .registers_receipts(Provider::Atol, Scenario::Together)
        .await;
    let item =
        json!({"description": "Book", "quantity": 1, "amount": rub("100.00"), "vat_code": 1});
    let gift = json!({"description": "Gift", "quantity": 2, "amount": rub("0.00"), "vat_code": 1});
    let payment = |email: &str| {
        let mut body = card_payment(PLAIN, true);
        body["receipt"] = json!({"customer": {"email": email}, "items": [item, gift]});
        body
    };
    for email in [
        "a@@example.org",
        &format!("{}@example.org", "a".repeat(65)),
        "a@localhost",
    ] {
        invalid(
            &world.post("/payments", "key", &payment(email)).await,
            "receipt.customer.email",
        );
        let mut overview = page_payment();
        overview["statements"] = json!([{"type": "payment_overview",
            "delivery_method": {"type": "email", "email": email}}]);
        let answer = world.post("/payments", "key", &overview).await;
        invalid(&answer, "statements.delivery_method.email");
        let invoice = json!({"payment_data": {"amount": rub("1.00")},
            "cart": [{"description": "Book", "price": rub("1.00"), "quantity": 1}],
            "expires_at": "2030-01-01T00:00:00Z",
            "delivery_method_data": {"type": "email", "email": email}});
        let answer = world.post("/invoices", "key", &invoice).await;
        invalid(&answer, "delivery_method_data.email");
    }
    // The line of price zero is registered with the others, and the sums are right.
    let made = world
        .post("/payments", "made", &payment("buyer@example.org"))
        .await;
    assert_eq!(made.status, 200, "{}", made.json());
    world.app.settled().await;
    assert_eq!(world.register.registered()[0].total_minor, 10_000);
    let path = format!("/receipts?payment_id={}", made.text("/id"));
    let shown = world.get(&path).await;
    assert_eq!(shown.text("/items/0/status"), "succeeded");
    assert_eq!(shown.text("/items/0/items/1/amount/value"), "0.00");
    world.audit().await;
}
