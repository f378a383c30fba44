//! What is accepted and refused of invoices, and how one is shown in each state.

use domain::invoice::{Attempt, Cause, Delivery, Invoice, Line, Order, Reason, State};
use domain::message::{Address, Email, Phone};
use domain::payment::{CaptureMode, Locale, SaveMethod};
use domain::receipt::Quantity;
use domain::{Currency, GatewayId, Metadata, Money, Party, ShopId, Timestamp};
use serde_json::{Value, json};

use super::*;

const NOON: Timestamp = Timestamp::from_micros(1_784_548_800_000_000);

fn rub(value: &str) -> Value {
    json!({"value": value, "currency": "RUB"})
}

/// Everything that an invoice may say.
fn full() -> Value {
    json!({
        "payment_data": {
            "amount": rub("1890.00"),
            "receipt": {
                "customer": {"email": "buyer@shop.test"},
                "items": [{
                    "description": "Кофе", "amount": rub("945.00"), "quantity": "2.0",
                    "vat_code": 4,
                }],
            },
            "recipient": {"gateway_id": "2000001"},
            "save_payment_method": true,
            "capture": true,
            "client_ip": "185.71.76.1",
            "description": "Оплата заказа 72",
            "metadata": {"order_id": 72},
        },
        "cart": [
            {
                "description": "Кофе", "price": rub("1000.00"), "discount_price": rub("945.00"),
                "quantity": 2.0,
            },
            {
                "description": "Открытка", "price": rub("50.00"), "discount_price": rub("0.00"),
                "quantity": "1.000",
            },
        ],
        "delivery_method_data": {"type": "email", "email": "buyer@shop.test"},
        "expires_at": "2026-07-30T15:00:00+03:00",
        "locale": "en_US",
        "description": "Счёт на оплату по договору 37",
        "metadata": {"contract": "37"},
        "unknown": {"a": 1},
    })
}

fn parse(body: &Value) -> Result<CreateInvoice, crate::InvalidRequest> {
    CreateInvoice::parse(body.to_string().as_bytes())
}

/// The full body with the value that a JSON pointer names set; `null` stands for a missing one.
fn changed(pointer: &str, value: Value) -> Value {
    let mut body = full();
    *body.pointer_mut(pointer).unwrap() = value;
    body
}

#[test]
fn an_invoice_is_read() {
    let read = parse(&full()).unwrap();
    assert_eq!(read.order.amount, Money::new(189_000, Currency::RUB));
    assert_eq!(read.order.capture_mode, CaptureMode::OneStage);
    assert_eq!(read.order.save_method, SaveMethod::Always);
    assert_eq!(read.order.receipt.as_ref().unwrap().items.len(), 1);
    assert_eq!(
        read.order.metadata.pairs(),
        [("order_id".to_owned(), "72".to_owned())]
    );
    assert_eq!(read.gateway_id, GatewayId::new(2_000_001));
    assert_eq!(read.cart.len(), 2);
    assert_eq!(read.cart[0].cost(), Ok(Money::new(189_000, Currency::RUB)));
    assert_eq!(
        read.cart[1].discount_price,
        Some(Money::zero(Currency::RUB))
    );
    let address = Email::parse("buyer@shop.test").unwrap();
    assert_eq!(read.to, Some(Address::Email(address)));
    assert_eq!(
        read.expires_at,
        NOON.plus(domain::Duration::days(10)),
        "any form of ISO 8601"
    );
    assert_eq!(read.locale, Some(Locale::English));
}

#[test]
fn what_is_left_out_has_its_default() {
    let read = parse(&json!({
        "payment_data": {"amount": rub("1.00")},
        "cart": [{"description": "x", "price": rub("1.00"), "quantity": 1}],
        "expires_at": "2026-07-30T12:00:00Z",
    }));
    let read = read.unwrap();
    assert_eq!(read.order.capture_mode, CaptureMode::TwoStage);
    assert_eq!(read.order.save_method, SaveMethod::PayerDecides);
    assert_eq!(read.to, None);
    let sms = changed(
        "/delivery_method_data",
        json!({"type": "sms", "phone": "79000000000"}),
    );
    let phone = Phone::parse("79000000000").unwrap();
    assert_eq!(parse(&sms).unwrap().to, Some(Address::Phone(phone)));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn what_is_wrong_is_named_with_its_place() {
    let line = |more: Value| {
        let mut line = json!({"description": "x", "price": rub("1.00"), "quantity": 1});
        for (name, value) in more.as_object().unwrap() {
            line[name] = value.clone();
        }
        json!([{"description": "x", "price": rub("1.00"), "quantity": 1}, line])
    };
    let many = vec![json!({"description": "x", "price": rub("1.00"), "quantity": 1}); 101];
    let rows = [
        ("/payment_data", Value::Null, "payment_data"),
        ("/payment_data", json!([]), "payment_data"),
        ("/payment_data/amount", Value::Null, "payment_data.amount"),
        (
            "/payment_data/amount",
            rub("0.00"),
            "payment_data.amount.value",
        ),
        (
            "/payment_data/amount",
            rub("1.001"),
            "payment_data.amount.value",
        ),
        (
            "/payment_data/amount",
            json!({"value": "1.00", "currency": "XXX"}),
            "payment_data.amount.currency",
        ),
        (
            "/payment_data/capture",
            json!("yes"),
            "payment_data.capture",
        ),
        (
            "/payment_data/save_payment_method",
            json!(1),
            "payment_data.save_payment_method",
        ),
        (
            "/payment_data/client_ip",
            json!("1.2"),
            "payment_data.client_ip",
        ),
        (
            "/payment_data/description",
            json!("я".repeat(129)),
            "payment_data.description",
        ),
        (
            "/payment_data/metadata",
            json!("x"),
            "payment_data.metadata",
        ),
        (
            "/payment_data/recipient",
            json!({"gateway_id": "0"}),
            "payment_data.recipient.gateway_id",
        ),
        (
            "/payment_data/receipt/items/0/vat_code",
            json!(13),
            "payment_data.receipt.items[0].vat_code",
        ),
        ("/cart", Value::Null, "cart"),
        ("/cart", json!([]), "cart"),
        ("/cart", json!({}), "cart"),
        ("/cart", json!(many), "cart"),
        ("/cart", json!(["x"]), "cart[0]"),
        (
            "/cart",
            line(json!({"description": ""})),
            "cart[1].description",
        ),
        (
            "/cart",
            line(json!({"description": "я".repeat(129)})),
            "cart[1].description",
        ),
        ("/cart", line(json!({"price": null})), "cart[1].price"),
        (
            "/cart",
            line(json!({"price": rub("0.00")})),
            "cart[1].price.value",
        ),
        (
            "/cart",
            line(json!({"discount_price": rub("-1.00")})),
            "cart[1].discount_price.value",
        ),
        ("/cart", line(json!({"quantity": null})), "cart[1].quantity"),
        ("/cart", line(json!({"quantity": 0})), "cart[1].quantity"),
        (
            "/cart",
            line(json!({"quantity": 1.2345})),
            "cart[1].quantity",
        ),
        (
            "/cart",
            line(json!({"quantity": "one"})),
            "cart[1].quantity",
        ),
        (
            "/cart",
            line(json!({"quantity": 100_000})),
            "cart[1].quantity",
        ),
        (
            "/delivery_method_data",
            json!("self"),
            "delivery_method_data",
        ),
        (
            "/delivery_method_data/type",
            json!("pigeon"),
            "delivery_method_data.type",
        ),
        (
            "/delivery_method_data/type",
            Value::Null,
            "delivery_method_data.type",
        ),
        (
            "/delivery_method_data",
            json!({"type": "sms"}),
            "delivery_method_data.phone",
        ),
        (
            "/delivery_method_data",
            json!({"type": "sms", "phone": "+7 900"}),
            "delivery_method_data.phone",
        ),
        (
            "/delivery_method_data/email",
            Value::Null,
            "delivery_method_data.email",
        ),
        (
            "/delivery_method_data/email",
            json!("buyer@host"),
            "delivery_method_data.email",
        ),
        ("/expires_at", Value::Null, "expires_at"),
        ("/expires_at", json!("tomorrow"), "expires_at"),
        ("/expires_at", json!(1_784_548_800), "expires_at"),
        ("/locale", json!("ru"), "locale"),
        ("/description", json!("я".repeat(129)), "description"),
        ("/metadata", json!([1]), "metadata"),
    ];
    for (pointer, value, parameter) in rows {
        let refused = parse(&changed(pointer, value)).expect_err(pointer);
        assert_eq!(refused.parameter.as_deref(), Some(parameter), "{pointer}");
    }
}

fn line_of(price: i64, discount: Option<i64>, quantity: &str) -> Line {
    let rub = |minor| Money::new(minor, Currency::RUB);
    Line {
        description: "Book".to_owned(),
        price: rub(price),
        discount_price: discount.map(rub),
        quantity: Quantity::parse(quantity).unwrap(),
    }
}

fn invoice(state: State, delivery: Delivery) -> Invoice {
    Invoice {
        id: "in-31f00400-0031-5000-8000-1a2b3c4d5e6f".parse().unwrap(),
        shop_id: ShopId::new(100_001).unwrap(),
        test: true,
        cart: vec![
            line_of(20_000, None, "1"),
            line_of(1_000, Some(950), "0.25"),
        ],
        order: Order {
            amount: Money::new(20_238, Currency::RUB),
            description: None,
            metadata: Metadata::default(),
            client_ip: None,
            capture_mode: CaptureMode::OneStage,
            save_method: SaveMethod::PayerDecides,
            receipt: None,
        },
        delivery,
        locale: None,
        description: None,
        metadata: Metadata::default(),
        expires_at: NOON.plus(domain::Duration::days(10)),
        state,
        created_at: NOON,
        version: 1,
    }
}

fn shown(state: State, delivery: Delivery) -> String {
    let links = Links {
        checkout_url: "https://pay.example".to_owned(),
    };
    String::from_utf8(body(&invoice(state, delivery), &links)).unwrap()
}

#[test]
fn an_invoice_is_shown_in_each_state() {
    let payment = "31f00000-000f-5000-8000-1a2b3c4d5e6f".parse().unwrap();
    let awaited = false;
    let cause = |party, reason| Cause { party, reason };
    let open = State::Open { attempt: None };
    let begun = State::Open {
        attempt: Some(Attempt { payment, awaited }),
    };
    assert_eq!(
        shown(open, Delivery::Link),
        shown(begun, Delivery::Link),
        "an attempt is nothing yet"
    );
    let expired = State::Canceled {
        cause: cause(Party::YooMoney, Reason::InvoiceExpired),
        payment: None,
        canceled_at: NOON,
    };
    let let_go = State::Canceled {
        cause: cause(Party::Merchant, Reason::PaymentCanceled),
        payment: Some(payment),
        canceled_at: NOON,
    };
    let all = [
        shown(open, Delivery::Link),
        shown(open, Delivery::Sms),
        shown(State::Held { payment }, Delivery::Email),
        shown(State::Succeeded { payment }, Delivery::Link),
        shown(expired, Delivery::Link),
        shown(let_go, Delivery::Link),
    ];
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn what_the_merchant_said_is_shown_again() {
    let mut told = invoice(State::Open { attempt: None }, Delivery::Link);
    told.description = Some("Счёт \"37\"".to_owned());
    told.metadata = Metadata::new([("b".to_owned(), "1".to_owned())]).unwrap();
    let links = Links {
        checkout_url: "https://pay.example".to_owned(),
    };
    let json: Value = serde_json::from_slice(&body(&told, &links)).unwrap();
    assert_eq!(json["description"], "Счёт \"37\"");
    assert_eq!(json["metadata"], json!({"b": "1"}));
    assert_eq!(json["cart"][1]["quantity"].to_string(), "0.25");
}
