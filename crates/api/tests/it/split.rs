//! `transfers` of `/v3/payments`, and the methods that need more than their name.

use serde_json::{Value, json};

use crate::{PLAIN, card_payment, invalid, rub, world};

#[tokio::test]
async fn parts_are_refused_with_their_place() {
    let world = world().await;
    let partner = app::shop::NewShop {
        platform: Some(world.shop.id),
        ..testkit::test_shop()
    };
    let partner = app::shop::create(&world.machine(), partner).await.unwrap();
    let stranger = app::shop::create(&world.machine(), testkit::test_shop())
        .await
        .unwrap();
    let (own, foreign) = (partner.shop.id.to_string(), stranger.shop.id.to_string());
    let part = |account: &str, value: &str| json!({"account_id": account, "amount": rub(value)});
    let mut fee = part(&own, "100.00");
    fee["platform_fee_amount"] = rub("100.01");
    let mut long = part(&own, "100.00");
    long["description"] = json!("x".repeat(129));
    for (key, transfers, parameter) in [
        (
            "a",
            json!([part(&own, "60.00"), part(&foreign, "40.00")]),
            "transfers.account_id",
        ),
        ("b", json!([part("x", "100.00")]), "transfers.account_id"),
        (
            "c",
            json!([part("999999", "100.00")]),
            "transfers.account_id",
        ),
        (
            "d",
            json!([{"amount": rub("100.00")}]),
            "transfers.account_id",
        ),
        ("e", json!([{"account_id": own}]), "transfers.amount"),
        ("f", json!([part(&own, "0.00")]), "transfers.amount.value"),
        ("g", json!([part(&own, "99.00")]), "transfers"),
        ("h", json!([fee]), "transfers.platform_fee_amount"),
        ("i", json!([long]), "transfers.description"),
        ("j", json!("all"), "transfers"),
    ] {
        let mut body = card_payment(PLAIN, true);
        body["transfers"] = transfers;
        let answer = world.post("/payments", key, &body).await;
        invalid(&answer, parameter);
    }
    let mut body = card_payment(PLAIN, true);
    body["transfers"] = json!([part(&own, "101.00")]);
    let answer = world.post("/payments", "more", &body).await;
    assert!(answer.text("/description").ends_with("by 1.00 RUB"));
    let mut body = crate::page_payment();
    body["payment_method_data"] = json!({"type": "sbp"});
    body["transfers"] = json!([part(&own, "100.00")]);
    let answer = world.post("/payments", "sbp", &body).await;
    invalid(&answer, "payment_method_data.type");

    let mut body = card_payment(PLAIN, false);
    let mut named = part(&own, "100.00");
    named["description"] = json!("Заказ 72");
    named["metadata"] = json!({"order": "72"});
    body["transfers"] = json!([named]);
    let made = world.post("/payments", "made", &body).await;
    let shown = &made.json()["transfers"];
    assert_eq!(shown[0]["status"], "waiting_for_capture");
    assert_eq!(shown[0]["description"], "Заказ 72");
    assert_eq!(shown[0]["metadata"], json!({"order": "72"}));
}

fn method(data: Value) -> Value {
    let mut body = crate::page_payment();
    body["payment_method_data"] = data;
    body
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table of what is refused")]
async fn methods_that_need_more_than_their_name_say_what() {
    let world = world().await;
    let article = json!({
        "article_number": 1, "tru_code": "329921120.06001010020000000101",
        "article_name": "Кресло-коляска", "quantity": 1, "price": rub("100.00"),
    });
    let company = |vat: Value| {
        json!({
            "type": "b2b_sberbank", "payment_purpose": "За товар", "vat_data": vat,
        })
    };
    let with = |name: &str, value: Value| {
        let mut changed = article.clone();
        changed[name] = value;
        json!({"type": "electronic_certificate", "articles": [changed]})
    };
    let vat = "payment_method_data.vat_data";
    let first = "payment_method_data.articles";
    for (key, data, parameter) in [
        (
            "a",
            json!({"type": "b2b_sberbank"}),
            "payment_method_data.payment_purpose".to_owned(),
        ),
        ("b", company(json!(null)), vat.to_owned()),
        (
            "c",
            company(json!({"type": "calculated", "rate": "21", "amount": rub("1.00")})),
            format!("{vat}.rate"),
        ),
        (
            "d",
            company(json!({"type": "mixed", "amount": rub("100.01")})),
            format!("{vat}.amount"),
        ),
        ("e", company(json!({"type": "none"})), format!("{vat}.type")),
        (
            "f",
            json!({"type": "electronic_certificate"}),
            "payment_method_data.articles".to_owned(),
        ),
        (
            "g",
            with("article_number", json!(1000)),
            format!("{first}.article_number"),
        ),
        (
            "h",
            with("tru_code", json!("1")),
            format!("{first}.tru_code"),
        ),
        ("i", with("quantity", json!(0)), format!("{first}.quantity")),
        ("j", with("price", json!(null)), format!("{first}.price")),
        (
            "k",
            with("article_name", json!("x".repeat(129))),
            format!("{first}.article_name"),
        ),
        (
            "l",
            json!({"type": "sber_bnpl", "phone": "+7"}),
            "payment_method_data.phone".to_owned(),
        ),
        (
            "m",
            json!({"type": "qiwi"}),
            "payment_method_data.type".to_owned(),
        ),
        ("n", json!({"type": "sber_loan"}), "amount.value".to_owned()),
    ] {
        let answer = world.post("/payments", key, &method(data)).await;
        invalid(&answer, parameter.as_str());
    }
    let untaxed = method(company(json!({"type": "untaxed"})));
    let made = world.post("/payments", "o", &untaxed).await.json();
    assert_eq!(made["payment_method"]["payment_purpose"], "За товар");
    assert_eq!(
        made["payment_method"]["vat_data"],
        json!({"type": "untaxed"})
    );
    let none = world.get("/payments?payment_method=qiwi").await;
    assert_eq!(none.json(), json!({"type": "list", "items": []}));
    let some = world.get("/payments?payment_method=b2b_sberbank").await;
    assert_eq!(some.json()["items"].as_array().unwrap().len(), 1);
}
