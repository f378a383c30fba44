//! What receipts may say, where a refusal points, and how they are shown.

use domain::fiscal::FiscalFacts;
use domain::receipt::{NewReceipt, Origin, State};
use domain::{Currency, IdSeed, OperationId, PaymentId, Receipt, ReceiptId, RefundId, ShopId};
use domain::{Money, Timestamp};
use serde_json::{Value, json};

use super::*;
use crate::payment::CreatePayment;

const NOW: Timestamp = Timestamp::from_micros(1_784_548_800_000_000);

fn seed(random: u64) -> IdSeed {
    IdSeed { at: NOW, random }
}

fn rub(value: &str) -> Value {
    json!({"value": value, "currency": "RUB"})
}

/// Everything that a receipt may say.
fn full() -> Value {
    json!({
        "type": "refund",
        "refund_id": "31f00100-0015-5000-8000-1a2b3c4d5e6f",
        "send": true,
        "email": "beside@example.com",
        "customer": {
            "full_name": "Иванов Иван", "inn": "500100732259", "email": "buyer@example.com",
            "phone": "79000000000",
        },
        "internet": false, "tax_system_code": 2, "timezone": 2,
        "additional_user_props": {"name": "mdlp", "value": "ps45102"},
        "receipt_industry_details": [{
            "federal_id": "001", "document_date": "2020-11-18", "document_number": "123/43",
            "value": "id1=v1",
        }],
        "receipt_operational_details": {
            "operation_id": 255, "value": "data", "created_at": "2020-07-03T11:52:31.827Z",
        },
        "settlements": [
            {"type": "prepayment", "amount": rub("100.00")},
            {"type": "cashless", "amount": rub("50.00")},
        ],
        "items": [{
            "description": "Ботинки", "quantity": 1.5, "amount": rub("100.00"), "vat_code": 12,
            "measure": "piece", "payment_subject": "marked", "payment_mode": "full_payment",
            "mark_quantity": {"numerator": 1, "denominator": 2},
            "country_of_origin_code": "RU", "customs_declaration_number": "10714040/140917",
            "excise": "20.00", "product_code": "00 00 AB", "planned_status": 1,
            "mark_code_info": {"gs_1m": "MDEw", "short": "abc"}, "mark_mode": "0",
            "payment_subject_industry_details": [{
                "federal_id": "073", "document_date": "2020-11-18", "document_number": "1",
                "value": "v",
            }],
            "additional_payment_subject_props": "mdlp2/12&",
            "supplier": {"name": "ООО", "phone": "79000000001", "inn": "7707083893"},
            "agent_type": "commissioner",
        }],
    })
}

fn receipt(body: &Value) -> Receipt {
    let command = CreateReceipt::parse(body.to_string().as_bytes()).unwrap();
    let new = NewReceipt {
        id: ReceiptId::new(seed(1)),
        shop_id: ShopId::new(100_001).unwrap(),
        kind: command.kind,
        origin: Origin::Merchant,
        payment_id: PaymentId::new(seed(2)),
        refund_id: Some(RefundId::new(seed(3))),
        on_behalf_of: command.on_behalf_of,
        total: command.content.total(Currency::RUB).unwrap(),
        content: command.content,
    };
    Receipt::draft(new, NOW)
}

fn shown(receipt: &Receipt) -> Value {
    serde_json::from_slice(&body(receipt)).unwrap()
}

#[test]
fn everything_that_is_said_is_shown_but_the_buyer_and_the_suppliers_number() {
    let step = receipt(&full()).register(OperationId::new(seed(4)), NOW);
    let receipt = step.unwrap().next;
    assert_eq!(receipt.total, Money::new(15_000, Currency::RUB));
    insta::assert_snapshot!(serde_json::to_string_pretty(&shown(&receipt)).unwrap());
}

#[test]
fn a_registered_receipt_has_its_numbers_in_the_wires_order() {
    let mut receipt = receipt(&json!({
        "type": "payment", "payment_id": "31f00000-000f-5000-8000-1a2b3c4d5e6f", "send": true,
        "customer": {"phone": "+79000000000"}, "email": "beside@example.com",
        "settlements": [{"type": "cashless", "amount": rub("200.00")}],
        "items": [{
            "description": "Book", "quantity": "1.0", "amount": rub("200.00"), "vat_code": "11",
        }],
    }));
    receipt.refund_id = None;
    receipt.state = State::Registered(FiscalFacts {
        document_number: "3986".to_owned(),
        storage_number: "9288000100115785".to_owned(),
        attribute: "2617603921".to_owned(),
        registered_at: NOW,
        register_id: "fd9e9404".to_owned(),
    });
    assert_eq!(
        receipt.content.customer.phone.as_deref(),
        Some("79000000000")
    );
    assert_eq!(
        receipt.content.customer.email.as_deref(),
        Some("beside@example.com")
    );
    let shown = String::from_utf8(body(&receipt)).unwrap();
    insta::assert_snapshot!(shown);
    receipt.state = State::Canceled {
        reason: "for staff".to_owned(),
        canceled_at: NOW,
    };
    let shown = String::from_utf8(body(&receipt)).unwrap();
    assert!(
        shown.contains(r#""status":"canceled""#) && !shown.contains("staff"),
        "{shown}"
    );
}

/// Sets what `pointer` leads to.
fn with(mut body: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).unwrap();
    match name.parse::<usize>() {
        Ok(index) if parent.is_array() => parent[index] = value,
        _ => parent[name] = value,
    }
    body
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of what is refused")]
fn what_is_wrong_is_named_with_its_place() {
    let mut table = String::new();
    let long = |chars: usize| json!("я".repeat(chars));
    let item = "/items/0";
    for (pointer, value) in [
        ("/type".to_owned(), json!("income")),
        ("/send".to_owned(), json!(false)),
        ("/refund_id".to_owned(), json!("rt-1")),
        (
            "/payment_id".to_owned(),
            json!("31f00000-000f-5000-8000-1a2b3c4d5e6f"),
        ),
        ("/on_behalf_of".to_owned(), json!("mine")),
        ("/items".to_owned(), json!([])),
        ("/items".to_owned(), json!({})),
        ("/items/0".to_owned(), json!(1)),
        ("/settlements".to_owned(), json!([])),
        ("/settlements/1/type".to_owned(), json!("cash")),
        ("/settlements/1/amount/value".to_owned(), json!("0.00")),
        ("/tax_system_code".to_owned(), json!(7)),
        ("/timezone".to_owned(), json!(12)),
        ("/internet".to_owned(), json!("yes")),
        ("/customer/email".to_owned(), json!("no at sign")),
        ("/customer/email".to_owned(), long(255)),
        ("/customer/phone".to_owned(), json!("8 800")),
        ("/customer/inn".to_owned(), json!("12345678901")),
        ("/customer/full_name".to_owned(), long(257)),
        ("/additional_user_props/name".to_owned(), long(65)),
        ("/additional_user_props/value".to_owned(), long(235)),
        (
            "/receipt_industry_details/0/federal_id".to_owned(),
            json!("074"),
        ),
        (
            "/receipt_industry_details/0/document_date".to_owned(),
            json!("18.11.2020"),
        ),
        (
            "/receipt_industry_details/0/document_number".to_owned(),
            long(33),
        ),
        ("/receipt_industry_details/0/value".to_owned(), long(257)),
        (
            "/receipt_operational_details/operation_id".to_owned(),
            json!(256),
        ),
        ("/receipt_operational_details/value".to_owned(), long(65)),
        (
            "/receipt_operational_details/created_at".to_owned(),
            json!("now"),
        ),
        (format!("{item}/description"), json!("")),
        (format!("{item}/description"), long(129)),
        (format!("{item}/quantity"), json!(0)),
        (format!("{item}/quantity"), json!(1.0001)),
        (format!("{item}/quantity"), json!("100000")),
        (format!("{item}/quantity"), json!(true)),
        (format!("{item}/amount"), Value::Null),
        (format!("{item}/amount/value"), json!("-1.00")),
        (format!("{item}/amount/currency"), json!("XXX")),
        (format!("{item}/vat_code"), json!(13)),
        (format!("{item}/vat_code"), Value::Null),
        (format!("{item}/measure"), json!("pound")),
        (format!("{item}/mark_quantity/numerator"), json!(0)),
        (format!("{item}/mark_quantity/numerator"), json!(2)),
        (format!("{item}/mark_quantity/denominator"), Value::Null),
        (format!("{item}/payment_subject"), json!("thing")),
        (format!("{item}/payment_mode"), json!("later")),
        (format!("{item}/country_of_origin_code"), json!("RUS")),
        (format!("{item}/customs_declaration_number"), long(33)),
        (format!("{item}/customs_declaration_number"), json!("")),
        (format!("{item}/excise"), json!("1.001")),
        (format!("{item}/product_code"), json!("xyz")),
        (format!("{item}/planned_status"), json!(7)),
        (format!("{item}/mark_code_info"), json!({})),
        (format!("{item}/mark_code_info/ean_8"), json!("1234567")),
        (format!("{item}/mark_mode"), json!("1")),
        (
            format!("{item}/payment_subject_industry_details/0/federal_id"),
            json!("1"),
        ),
        (format!("{item}/additional_payment_subject_props"), long(65)),
        (format!("{item}/supplier/inn"), json!("1")),
        (format!("{item}/supplier/phone"), json!("+")),
        (format!("{item}/agent_type"), json!("friend")),
    ] {
        let body = with(full(), &pointer, value.clone());
        let refused = CreateReceipt::parse(body.to_string().as_bytes()).unwrap_err();
        let short: String = value.to_string().chars().take(30).collect();
        let parameter = refused.parameter.unwrap_or_default();
        table.push_str(&format!("{pointer} = {short}: {parameter}\n"));
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_receipt_inside_a_payment_is_read_with_its_path() {
    let payment = |receipt: Value| {
        json!({
            "amount": rub("200.00"), "capture": true, "receipt": receipt,
            "confirmation": {"type": "redirect", "return_url": "https://shop.example/"},
        })
    };
    let inside = json!({
        "customer": {"email": "buyer@example.com"}, "send": true,
        "items": [
            {"description": "Book", "quantity": "2.00", "amount": rub("50.00"), "vat_code": 1},
            {"description": "Pen", "quantity": 1, "amount": rub("100.00"), "vat_code": 1,
             "supplier": {"inn": "not read here"}},
        ],
    });
    let parse = |receipt: Value| CreatePayment::parse(payment(receipt).to_string().as_bytes());
    let content = parse(inside.clone()).unwrap().receipt.unwrap();
    assert_eq!(
        content.total(Currency::RUB),
        Ok(Money::new(20_000, Currency::RUB))
    );
    assert_eq!(parse(Value::Null).unwrap().receipt, None);
    for (pointer, value, parameter) in [
        ("/items/1/vat_code", json!(0), "receipt.items[1].vat_code"),
        (
            "/items/0/quantity",
            Value::Null,
            "receipt.items[0].quantity",
        ),
        (
            "/items/1/amount/value",
            json!("x"),
            "receipt.items[1].amount.value",
        ),
        ("/customer/email", json!(1), "receipt.customer.email"),
        ("/items", Value::Null, "receipt.items"),
    ] {
        let refused = parse(with(inside.clone(), pointer, value)).unwrap_err();
        assert_eq!(refused.parameter.as_deref(), Some(parameter));
    }
    let refused = parse(json!("receipt")).unwrap_err();
    assert_eq!(refused.parameter.as_deref(), Some("receipt"));
}

#[test]
fn a_list_is_of_a_payment_or_of_a_refund() {
    let payment = "payment_id=31f00000-000f-5000-8000-1a2b3c4d5e6f";
    let refund = "refund_id=31f00100-0015-5000-8000-1a2b3c4d5e6f";
    for query in ["", payment, refund, "status=pending&limit=3"] {
        ListReceipts::parse(query).unwrap();
    }
    for (query, parameter) in [
        (format!("{payment}&{refund}"), "refund_id"),
        ("status=registered".to_owned(), "status"),
        ("payment_id=rt-1".to_owned(), "payment_id"),
        ("cursor=x".to_owned(), "cursor"),
    ] {
        let refused = ListReceipts::parse(&query).unwrap_err();
        assert_eq!(refused.parameter.as_deref(), Some(parameter), "{query}");
    }
    let list = ListReceipts::parse(payment).unwrap();
    let cursor = list.next_cursor(&receipt(&full()));
    let next = ListReceipts::parse(&format!("{payment}&cursor={cursor}")).unwrap();
    assert!(next.after.is_some());
    let other = ListReceipts::parse(&format!("{refund}&cursor={cursor}")).unwrap_err();
    assert_eq!(other.parameter.as_deref(), Some("cursor"));
}
