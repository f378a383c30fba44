//! Each limit with its parameter, and what is kept.

use serde_json::json;

use super::*;
use crate::json::Json;
use crate::payment::CreatePayment;

fn body(name: &str, value: &Value) -> String {
    let mut body = json!({
        "amount": {"value": "100.00", "currency": "RUB"},
        "confirmation": {"type": "redirect", "return_url": "https://shop.test/return"},
    });
    body[name] = value.clone();
    body.to_string()
}

fn parse(name: &str, value: &Value) -> Result<Extras, InvalidRequest> {
    let extras = CreatePayment::parse(body(name, value).as_bytes())?.extras;
    Ok(extras)
}

/// Checks that `value` with one member changed is refused, and that the member is named.
#[track_caller]
fn refused(name: &str, value: &Value, pointer: &str, wrong: Value, parameter: &str) {
    let mut changed = value.clone();
    match changed.pointer_mut(pointer) {
        Some(member) => *member = wrong,
        None => {
            let (owner, member) = pointer.rsplit_once('/').unwrap();
            changed.pointer_mut(owner).unwrap()[member] = wrong;
        }
    }
    let refused = parse(name, &changed).expect_err(pointer);
    assert_eq!(refused.parameter.as_deref(), Some(parameter), "{changed}");
}

fn airline_data() -> Value {
    json!({
        "ticket_number": "5554916004417", "booking_reference": "IIIKRV",
        "passengers": [{"first_name": "SERGEI", "last_name": "IVANOV"}],
        "legs": [{"departure_airport": "LED", "destination_airport": "AMS",
                  "departure_date": "2026-06-20", "carrier_code": "U6"}],
    })
}

#[test]
fn an_airlines_data_are_kept_as_they_were_checked() {
    let mut data = airline_data();
    data["unknown"] = json!(1);
    let kept = parse("airline", &data).unwrap().airline.unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(&kept).unwrap(),
        airline_data()
    );
    let booked = json!({"booking_reference": "A", "passengers": [], "legs": []});
    assert!(parse("airline", &booked).is_ok());
    let sent = br#"{"airline":{"ticket_number":"1"}}"#;
    let json = Json::parse(sent).unwrap();
    let read = airline(&Fields::root(&json).unwrap()).unwrap();
    assert_eq!(read.as_deref(), Some(r#"{"ticket_number":"1"}"#));
}

#[test]
fn each_limit_of_an_airlines_data_has_its_parameter() {
    let data = airline_data();
    let passenger = json!({"first_name": "A", "last_name": "B"});
    let leg = data["legs"][0].clone();
    for (pointer, wrong, parameter) in [
        ("/ticket_number", json!("12A"), "airline.ticket_number"),
        (
            "/ticket_number",
            json!("1".repeat(151)),
            "airline.ticket_number",
        ),
        (
            "/booking_reference",
            json!("A".repeat(21)),
            "airline.booking_reference",
        ),
        (
            "/passengers",
            json!(vec![passenger; 501]),
            "airline.passengers",
        ),
        (
            "/passengers/0/first_name",
            json!("Сергей"),
            "airline.passengers[0].first_name",
        ),
        (
            "/passengers/0/last_name",
            json!(null),
            "airline.passengers[0].last_name",
        ),
        ("/legs", json!(vec![leg; 5]), "airline.legs"),
        (
            "/legs/0/departure_airport",
            json!("LE"),
            "airline.legs[0].departure_airport",
        ),
        (
            "/legs/0/destination_airport",
            json!("ams"),
            "airline.legs[0].destination_airport",
        ),
        (
            "/legs/0/departure_date",
            json!("2026-02-30"),
            "airline.legs[0].departure_date",
        ),
        (
            "/legs/0/departure_date",
            json!("20.06.2026"),
            "airline.legs[0].departure_date",
        ),
        (
            "/legs/0/carrier_code",
            json!("U"),
            "airline.legs[0].carrier_code",
        ),
    ] {
        refused("airline", &data, pointer, wrong, parameter);
    }
    let nothing = parse("airline", &json!({})).unwrap_err();
    assert_eq!(nothing.parameter.as_deref(), Some("airline.ticket_number"));
    let by_wallet = json!({
        "amount": {"value": "100.00", "currency": "RUB"},
        "payment_method_data": {"type": "yoo_money"},
        "airline": {"ticket_number": "1"},
    });
    let wallet = CreatePayment::parse(by_wallet.to_string().as_bytes()).unwrap_err();
    assert_eq!(wallet.parameter.as_deref(), Some("airline"));
}

fn order() -> Value {
    json!({
        "type": "utilities",
        "amount": {"value": "100.00", "currency": "RUB"},
        "payment_purpose": "Housing;PRD 12.2026",
        "recipient": {
            "name": "Housing company", "inn": "7750005725", "kpp": "775001001",
            "bank": {"name": "Bank", "bic": "044525225", "account": "4".repeat(20),
                     "correspondent_account": "3".repeat(20)},
        },
        "kbk": "0", "oktmo": "45348000",
        "payment_period": {"month": 12, "year": 2026},
        "account_number": "АБ-12",
    })
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of what is refused")]
fn each_limit_of_a_housing_companys_order_has_its_parameter() {
    let data = order();
    let kept = parse("payment_order", &data)
        .unwrap()
        .payment_order
        .unwrap();
    assert_eq!(serde_json::from_str::<Value>(&kept).unwrap(), data);
    for (pointer, wrong, parameter) in [
        ("/type", json!("taxes"), "payment_order.type"),
        ("/amount", json!(null), "payment_order.amount"),
        (
            "/payment_purpose",
            json!("x".repeat(211)),
            "payment_order.payment_purpose",
        ),
        ("/recipient", json!(null), "payment_order.recipient"),
        ("/recipient/name", json!(""), "payment_order.recipient.name"),
        (
            "/recipient/inn",
            json!("0050005725"),
            "payment_order.recipient.inn",
        ),
        (
            "/recipient/inn",
            json!("775000572"),
            "payment_order.recipient.inn",
        ),
        (
            "/recipient/kpp",
            json!("77500100"),
            "payment_order.recipient.kpp",
        ),
        (
            "/recipient/bank/name",
            json!("x".repeat(46)),
            "payment_order.recipient.bank.name",
        ),
        (
            "/recipient/bank/bic",
            json!("04452522"),
            "payment_order.recipient.bank.bic",
        ),
        (
            "/recipient/bank/account",
            json!("4"),
            "payment_order.recipient.bank.account",
        ),
        ("/kbk", json!("1"), "payment_order.kbk"),
        ("/oktmo", json!("453480001"), "payment_order.oktmo"),
        (
            "/payment_period/month",
            json!(13),
            "payment_order.payment_period.month",
        ),
        (
            "/payment_period/year",
            json!(1919),
            "payment_order.payment_period.year",
        ),
        (
            "/payment_period/year",
            json!("2026"),
            "payment_order.payment_period.year",
        ),
        (
            "/account_number",
            json!("x".repeat(31)),
            "payment_order.account_number",
        ),
        (
            "/account_number",
            json!(null),
            "payment_order.payment_document_id",
        ),
        (
            "/service_id",
            json!("34СТ185329-0"),
            "payment_order.service_id",
        ),
        (
            "/unified_account_number",
            json!("60АА00059"),
            "payment_order.unified_account_number",
        ),
    ] {
        refused("payment_order", &data, pointer, wrong, parameter);
    }
    let mut less = order();
    less["amount"]["value"] = json!("99.00");
    let refused = parse("payment_order", &less).unwrap_err();
    assert_eq!(refused.parameter.as_deref(), Some("payment_order.amount"));
    assert!(refused.description.ends_with("by -1.00 RUB"), "{refused}");
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of what is refused")]
fn receivers_statements_and_fraud_data_are_checked() {
    for (name, value) in [
        (
            "receiver",
            json!({"type": "mobile_balance", "phone": "79000000000"}),
        ),
        (
            "receiver",
            json!({"type": "digital_wallet", "account_number": "4100"}),
        ),
        (
            "receiver",
            json!({"type": "bank_account", "account_number": "4".repeat(20), "bic": "044525225"}),
        ),
        (
            "statements",
            json!([{"type": "payment_overview",
                    "delivery_method": {"type": "email", "email": "a@b.example"}}]),
        ),
        ("fraud_data", json!({"topped_up_phone": "79000000000"})),
    ] {
        let extras = parse(name, &value).unwrap();
        let kept = extras.receiver.or(extras.statements).or(extras.fraud_data);
        assert_eq!(
            serde_json::from_str::<Value>(&kept.unwrap()).unwrap(),
            value
        );
    }
    for (name, value, parameter) in [
        ("receiver", json!({"type": "post"}), "receiver.type"),
        (
            "receiver",
            json!({"type": "mobile_balance", "phone": "+7"}),
            "receiver.phone",
        ),
        (
            "receiver",
            json!({"type": "digital_wallet", "account_number": "4".repeat(21)}),
            "receiver.account_number",
        ),
        (
            "receiver",
            json!({"type": "bank_account", "account_number": "4".repeat(20)}),
            "receiver.bic",
        ),
        (
            "statements",
            json!([{"type": "receipt"}]),
            "statements[0].type",
        ),
        (
            "statements",
            json!([{"type": "payment_overview"}]),
            "statements[0].delivery_method",
        ),
        (
            "statements",
            json!([{"type": "payment_overview",
                    "delivery_method": {"type": "email", "email": "a b@c.d"}}]),
            "statements[0].delivery_method.email",
        ),
        (
            "fraud_data",
            json!({"topped_up_phone": "1"}),
            "fraud_data.topped_up_phone",
        ),
        (
            "fraud_data",
            json!({"merchant_customer_bank_account": {"bic": "1"}}),
            "fraud_data.merchant_customer_bank_account.bic",
        ),
    ] {
        let refused = parse(name, &value).unwrap_err();
        assert_eq!(refused.parameter.as_deref(), Some(parameter), "{value}");
    }
    assert!(parse("statements", &json!([])).unwrap().is_empty());
}

#[test]
fn overviews_go_to_each_address_once() {
    let to = |email: &str| {
        let delivery = json!({"type": "email", "email": email});
        json!({"type": "payment_overview", "delivery_method": delivery})
    };
    let all = json!([to("a@b.example"), to("c@d.example"), to("a@b.example")]);
    let extras = parse("statements", &all).unwrap();
    let addresses = overview_addresses(&extras).unwrap();
    let addresses: Vec<&str> = addresses.iter().map(Email::expose).collect();
    assert_eq!(addresses, ["a@b.example", "c@d.example"]);
    assert!(overview_addresses(&Extras::default()).unwrap().is_empty());
    let broken = Extras {
        statements: Some("{}".to_owned()),
        ..Extras::default()
    };
    overview_addresses(&broken).unwrap_err();
}
