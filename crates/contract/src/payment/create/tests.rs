//! What is accepted, and every refusal with its parameter.

use domain::payment::{CaptureMode, Locale, SaveMethod};
use domain::{ConfirmationKind, Currency, GatewayId, MethodKind, Money};
use serde_json::{Value, json};

use super::{CreatePayment, RequestedMeans};

const CARD: &str = "payment_method_data.card";

/// A body with one member set; `null` stands for a missing one.
fn changed(path: &str, value: Value) -> Value {
    let mut body = json!({
        "amount": {"value": "100.00", "currency": "RUB"},
        "capture": true,
        "confirmation": {"type": "redirect", "return_url": "https://shop.test/return"},
    });
    if path.starts_with(CARD) {
        body["payment_method_data"] = json!({"type": "bank_card", "card": {
            "number": "5555555555554444", "expiry_year": "2035", "expiry_month": "12",
            "csc": "123", "cardholder": "IVAN O'NEIL-IVANOV",
        }});
    }
    let mut inner = &mut body;
    for name in path.split('.') {
        inner = &mut inner[name];
    }
    *inner = value;
    body
}

fn parse(body: &Value) -> Result<CreatePayment, crate::InvalidRequest> {
    CreatePayment::parse(body.to_string().as_bytes())
}

#[track_caller]
fn refused(path: &str, value: Value, parameter: &str) {
    let body = changed(path, value);
    let refused = parse(&body).expect_err(path);
    assert_eq!(refused.parameter.as_deref(), Some(parameter), "{body}");
}

#[test]
fn a_payment_is_read() {
    let body = json!({
        "amount": {"value": "1000.5", "currency": "RUB"},
        "description": "Заказ 1",
        "metadata": {"z": "я", "number": 7, "truth": true, "nothing": null, "a": ""},
        "merchant_customer_id": "buyer@shop.test",
        "client_ip": "2001:db8::1",
        "save_payment_method": true,
        "confirmation": {
            "type": "redirect", "return_url": "https://магазин.рф/?заказ=1",
            "enforce": true, "locale": "en_US",
        },
        "recipient": {"gateway_id": "2000001"},
        "statements": [], "transfers": [], "receipt": null,
        "refundable": true, "test": true, "new_field": {"a": 1},
    });
    let payment = parse(&body).unwrap();
    assert_eq!(payment.amount, Money::new(100_050, Currency::RUB));
    assert_eq!(payment.capture_mode, CaptureMode::TwoStage);
    assert_eq!(payment.save_method, SaveMethod::Always);
    assert_eq!(payment.means, RequestedMeans::PayerChooses);
    assert_eq!(payment.gateway_id, GatewayId::new(2_000_001));
    let confirmation = payment.confirmation.unwrap();
    assert_eq!(confirmation.kind, ConfirmationKind::Redirect);
    assert_eq!(
        confirmation.return_url.as_deref(),
        Some("https://магазин.рф/?заказ=1")
    );
    assert!(confirmation.enforce);
    assert_eq!(confirmation.locale, Some(Locale::English));
    let pairs: Vec<(&str, &str)> = (payment.metadata.pairs().iter())
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    // This test writes the body with serde_json's own objects, which are sorted.
    assert_eq!(
        pairs,
        [("a", ""), ("number", "7"), ("truth", "true"), ("z", "я")]
    );
}

#[test]
fn an_empty_array_of_php_says_as_little_as_an_absent_object() {
    let absent = parse(&changed("description", Value::Null)).unwrap();
    for name in [
        "metadata",
        "receipt",
        "recipient",
        "deal",
        "airline",
        "payment_order",
        "receiver",
        "fraud_data",
        "pos_link",
        "payment_method_data",
        "transfers",
        "statements",
    ] {
        assert_eq!(
            parse(&changed(name, json!([]))),
            Ok(absent.clone()),
            "{name}"
        );
    }
    let bare = changed("confirmation", json!([]));
    assert_eq!(parse(&bare).unwrap().confirmation, None);
    let mut saved = changed("payment_method_data", json!([]));
    saved["payment_method_id"] = json!("31f00000-000f-5000-8000-1a2b3c4d5e6f");
    assert!(matches!(
        parse(&saved).unwrap().means,
        RequestedMeans::Saved(_)
    ));
    refused("amount", json!([]), "amount");
}

#[test]
fn metadata_keeps_its_order() {
    let body = br#"{"amount":{"value":"1.00","currency":"RUB"},"metadata":{"z":"3","a":"2"}}"#;
    let payment = CreatePayment::parse(body).unwrap();
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(payment.metadata.pairs(), [pair("z", "3"), pair("a", "2")]);
}

#[test]
fn each_method_is_read() {
    for (data, kind, phone) in [
        (json!({"type": "bank_card"}), MethodKind::BankCard, None),
        (
            json!({"type": "bank_card", "card": null}),
            MethodKind::BankCard,
            None,
        ),
        (json!({"type": "yoo_money"}), MethodKind::YooMoney, None),
        (json!({"type": "sbp"}), MethodKind::Sbp, None),
        (
            json!({"type": "tinkoff_bank"}),
            MethodKind::TinkoffBank,
            None,
        ),
        (json!({"type": "cash"}), MethodKind::Cash, None),
        (json!({"type": "sberbank"}), MethodKind::Sberbank, None),
        (
            json!({"type": "sberbank", "phone": "79000000000"}),
            MethodKind::Sberbank,
            Some("79000000000"),
        ),
        (
            json!({"type": "mobile_balance", "phone": "7900"}),
            MethodKind::MobileBalance,
            Some("7900"),
        ),
    ] {
        let means = parse(&changed("payment_method_data", data)).unwrap().means;
        let phone = phone.map(str::to_owned);
        assert_eq!(means, RequestedMeans::Method { kind, phone });
    }
    let id = "31f00000-000f-5000-8000-1a2b3c4d5e6f";
    let saved = parse(&changed("payment_method_id", json!(id)))
        .unwrap()
        .means;
    assert_eq!(saved, RequestedMeans::Saved(id.parse().unwrap()));
}

#[test]
fn a_card_is_read_and_does_not_show() {
    let payment = parse(&changed("payment_method_data.card.csc", json!("0123"))).unwrap();
    let RequestedMeans::Card(card) = &payment.means else {
        panic!("{:?}", payment.means)
    };
    assert_eq!(card.number.reveal(), "5555555555554444");
    assert_eq!((card.expiry.year(), card.expiry.month()), (2035, 12));
    assert_eq!(card.csc.as_ref().unwrap().reveal(), "0123");
    let shown = format!("{payment:?}");
    assert!(
        !shown.contains("5555555555554444") && !shown.contains("0123"),
        "{shown}"
    );
    let without = parse(&changed("payment_method_data.card.csc", Value::Null)).unwrap();
    assert!(matches!(without.means, RequestedMeans::Card(card) if card.csc.is_none()));
}

#[test]
fn an_amount_is_a_string_with_at_most_the_currencys_decimals() {
    for value in [
        json!("100.001"),
        json!("-100.00"),
        json!("0.00"),
        json!(""),
        json!("1 000.00"),
        json!("100,00"),
        json!("1e3"),
        json!("NaN"),
        json!("١٠٠.٠٠"),
        json!("+1.00"),
        json!("99999999999999999999.00"),
        json!("100000000000.01"),
        json!("9".repeat(5_000)),
        json!("100."),
        json!(".50"),
        json!(100.001),
        json!(-100),
        json!(0),
        json!("0100.00"),
        json!(true),
        json!({}),
        Value::Null,
    ] {
        refused("amount.value", value, "amount.value");
    }
    for code in [
        json!("XXX"),
        json!("rub"),
        json!("RUBLES"),
        json!(643),
        json!(""),
        Value::Null,
    ] {
        refused("amount.currency", code, "amount.currency");
    }
    for amount in [Value::Null, json!("100.00"), json!([]), json!(100)] {
        refused("amount", amount, "amount");
    }
    let largest = parse(&changed("amount.value", json!("100000000000.00"))).unwrap();
    assert_eq!(largest.amount.minor(), 10_000_000_000_000);
}

#[test]
fn texts_have_their_limits() {
    assert!(parse(&changed("description", json!("я".repeat(128)))).is_ok());
    assert!(parse(&changed("merchant_customer_id", json!("я".repeat(200)))).is_ok());
    refused("description", json!("я".repeat(129)), "description");
    refused("description", json!(5), "description");
    refused("description", json!("a\0b"), "description");
    refused(
        "merchant_customer_id",
        json!("c".repeat(201)),
        "merchant_customer_id",
    );
    refused("capture", json!("yes"), "capture");
    refused("save_payment_method", json!(1), "save_payment_method");
    refused("client_ip", json!("300.1.1.1"), "client_ip");
    refused("recipient", json!({}), "recipient.gateway_id");
    refused("recipient.gateway_id", json!("0"), "recipient.gateway_id");
    refused(
        "recipient.gateway_id",
        json!("shop"),
        "recipient.gateway_id",
    );
}

#[test]
fn numbers_in_metadata_come_back_as_they_were_written() {
    let body = br#"{"amount":{"value":"1.00","currency":"RUB"},"metadata":{
        "a":20261128123456789012,"b":1.10,"c":-0,"d":55.75393030000000001,"e":1e3}}"#;
    let payment = CreatePayment::parse(body).unwrap();
    let values: Vec<&str> = (payment.metadata.pairs().iter())
        .map(|(_, value)| value.as_str())
        .collect();
    let written = [
        "20261128123456789012",
        "1.10",
        "-0",
        "55.75393030000000001",
        "1e3",
    ];
    assert_eq!(values, written);
}

#[test]
fn metadata_has_its_limits() {
    let keys = |count: usize| -> Value {
        (0..count)
            .map(|n| (format!("k{n}"), json!("v")))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    assert!(parse(&changed("metadata", keys(16))).is_ok());
    assert!(
        parse(&changed(
            "metadata",
            json!({"k".repeat(32): "я".repeat(512)})
        ))
        .is_ok()
    );
    for metadata in [
        keys(17),
        json!({"k".repeat(33): "v"}),
        json!({"k": "v".repeat(513)}),
        json!({"k": {"deep": "v"}}),
        json!({"k": ["v"]}),
        json!({"k": "\0"}),
        json!([{}]),
        json!("x"),
    ] {
        refused("metadata", metadata, "metadata");
    }
}

#[test]
fn a_confirmation_has_its_rules() {
    refused("confirmation", json!("redirect"), "confirmation");
    refused("confirmation", json!({}), "confirmation.type");
    refused("confirmation.type", json!("pigeon"), "confirmation.type");
    refused("confirmation.type", json!(1), "confirmation.type");
    refused("confirmation.locale", json!("ru"), "confirmation.locale");
    refused("confirmation.enforce", json!("yes"), "confirmation.enforce");
    for url in [
        Value::Null,
        json!(""),
        json!("shop.test"),
        json!("javascript:alert(1)"),
        json!("ftp://shop.test/"),
        json!("shop://return"),
        json!("https://"),
        json!(1),
        json!(format!("https://shop.test/{}", "x".repeat(2_031))),
    ] {
        refused("confirmation.return_url", url, "confirmation.return_url");
    }
    let longest = format!("https://shop.test/{}", "x".repeat(2_030));
    assert!(parse(&changed("confirmation.return_url", json!(longest))).is_ok());
    for confirmation in [
        json!({"type": "embedded", "locale": "ru_RU"}),
        json!({"type": "external"}),
        json!({"type": "qr"}),
        json!({"type": "qr", "return_url": "https://shop.test/"}),
        json!({"type": "mobile_application", "return_url": "shop://return"}),
        json!({"type": "mobile_application", "return_url": "https://shop.test/"}),
        Value::Null,
    ] {
        assert!(parse(&changed("confirmation", confirmation)).is_ok());
    }
    for url in [
        "javascript://%0aalert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "mailto:a@b",
    ] {
        let confirmation = json!({"type": "mobile_application", "return_url": url});
        refused("confirmation", confirmation, "confirmation.return_url");
    }
}

#[test]
fn sberpay_takes_short_addresses_only() {
    let url = |length: usize| format!("shop://{}", "x".repeat(length - 7));
    let body = |length: usize, method: &str| {
        let confirmation = json!({"type": "mobile_application", "return_url": url(length)});
        let mut body = changed("confirmation", confirmation);
        body["payment_method_data"] = json!({"type": method});
        body
    };
    assert!(parse(&body(255, "sberbank")).is_ok());
    assert!(parse(&body(256, "tinkoff_bank")).is_ok());
    let refused = parse(&body(256, "sberbank")).unwrap_err();
    assert_eq!(
        refused.parameter.as_deref(),
        Some("confirmation.return_url")
    );
}

#[test]
fn a_method_has_its_rules() {
    refused(
        "payment_method_data",
        json!("bank_card"),
        "payment_method_data",
    );
    for data in [
        json!({}),
        json!({"type": "barter"}),
        json!({"type": "qiwi"}),
        json!({"type": 1}),
    ] {
        refused("payment_method_data", data, "payment_method_data.type");
    }
    for phone in [
        Value::Null,
        json!("+7 900"),
        json!("123"),
        json!("1".repeat(16)),
        json!(7900),
    ] {
        let data = json!({"type": "mobile_balance", "phone": phone});
        refused("payment_method_data", data, "payment_method_data.phone");
    }
    refused("payment_method_id", json!("nothing"), "payment_method_id");
    refused("payment_method_id", json!(5), "payment_method_id");
    refused(
        "payment_token",
        json!("eyJ0eXBlIjoiY2hlY2tvdXQifQ"),
        "payment_token",
    );
    let mut both = changed("payment_method_data", json!({"type": "sbp"}));
    both["payment_method_id"] = json!("31f00000-000f-5000-8000-1a2b3c4d5e6f");
    let refused = parse(&both).unwrap_err();
    assert!(
        refused
            .description
            .starts_with("Request should contain only one of")
    );
}

#[test]
fn a_wrong_card_is_refused_in_the_words_of_the_catalogue() {
    let mut refusals = Vec::new();
    for (name, value) in [
        ("number", Value::Null),
        ("number", json!("5555555555554445")),
        ("number", json!("5555 5555 5555 4444")),
        ("number", json!("411111111111")),
        ("number", json!("4".repeat(20))),
        ("number", json!(5_555_555_555_554_444_u64)),
        ("expiry_month", Value::Null),
        ("expiry_month", json!("13")),
        ("expiry_month", json!("00")),
        ("expiry_month", json!("1")),
        ("expiry_month", json!(12)),
        ("expiry_year", Value::Null),
        ("expiry_year", json!("35")),
        ("expiry_year", json!("1999")),
        ("expiry_year", json!(2035)),
        ("csc", json!("12")),
        ("csc", json!("12a")),
        ("csc", json!("12345")),
        ("csc", json!(123)),
        ("cardholder", json!("N".repeat(27))),
        ("cardholder", json!("ИВАН")),
        ("cardholder", json!(1)),
    ] {
        let path = format!("{CARD}.{name}");
        let refused = parse(&changed(&path, value.clone())).unwrap_err();
        assert_eq!(refused.parameter.as_deref(), Some(path.as_str()), "{value}");
        refusals.push(format!("{name}: {}", refused.description));
    }
    refusals.dedup();
    insta::assert_snapshot!(refusals.join("\n"));
}

#[test]
fn what_only_answers_say_is_ignored() {
    for name in ["invoice_details", "test", "refundable"] {
        for value in [json!({"id": "1"}), json!([]), json!(true), Value::Null] {
            assert_eq!(
                parse(&changed(name, value)),
                parse(&changed("unknown", json!(1))),
                "{name}"
            );
        }
    }
}

#[test]
fn a_body_that_is_no_object_is_refused() {
    let deep = format!("{{\"amount\":{}1{}}}", "[".repeat(1_000), "]".repeat(1_000));
    for body in [
        "{",
        "",
        "[{}]",
        "\"text\"",
        "null",
        "7",
        "{\"amount\":}",
        "{} {}",
        &deep,
    ] {
        let refused = CreatePayment::parse(body.as_bytes()).unwrap_err();
        assert_eq!(
            refused.description, "Failed to parse request body",
            "{body}"
        );
    }
    assert!(CreatePayment::parse(b"\xff\xfe").is_err());
    assert!(CreatePayment::parse(b"{\"amount\":\"\xff\"}").is_err());
}

#[test]
fn a_token_is_read_if_it_can_be_one_and_is_never_printed() {
    let token = "0-_aA".repeat(9);
    let (token, longer) = (&token[..43], &token[..44]);
    let payment = parse(&changed("payment_token", json!(token))).unwrap();
    assert!(!format!("{payment:?}").contains(token));
    let RequestedMeans::Token(read) = payment.means else {
        panic!("not a token")
    };
    assert_eq!(read.reveal(), token);
    for wrong in ["", "short", longer, &token.replace('a', "+")] {
        let refused = parse(&changed("payment_token", json!(wrong))).unwrap_err();
        assert_eq!(refused.description, "Badly encoded payment token");
        assert_eq!(refused.parameter.as_deref(), Some("payment_token"));
    }
    refused("payment_token", json!(7), "payment_token");
}
