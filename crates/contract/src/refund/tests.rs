//! Requests that are refused, and every state's answer.

use domain::acquiring::{CancellationReason, Decline, Party};
use domain::refund::{RefundDeal, State};
use domain::{Currency, IdSeed, Metadata, Money, OperationId, Refund, ShopId, Timestamp};
use serde_json::{Value, json};

use super::{CreateRefund, body};

fn request() -> Value {
    json!({
        "payment_id": "31f00000-000f-5000-8000-1a2b3c4d5e6f",
        "amount": {"value": "10.00", "currency": "RUB"},
        "description": "Возврат",
        "sources": [], "other": {"a": 1},
    })
}

#[test]
fn a_refund_is_read() {
    let refund = CreateRefund::parse(request().to_string().as_bytes()).unwrap();
    assert_eq!(refund.amount, Money::new(1_000, Currency::RUB));
    assert_eq!(
        refund.payment_id.to_string(),
        "31f00000-000f-5000-8000-1a2b3c4d5e6f"
    );
    assert_eq!(refund.description.as_deref(), Some("Возврат"));
    assert!(refund.metadata.is_empty());
}

#[test]
fn what_is_wrong_is_named() {
    for (name, value, parameter) in [
        ("payment_id", Value::Null, "payment_id"),
        ("payment_id", json!("nothing"), "payment_id"),
        ("payment_id", json!(5), "payment_id"),
        (
            "payment_id",
            json!("28618525-0015-5000-9000-1e336d42672e"),
            "payment_id",
        ),
        ("amount", Value::Null, "amount"),
        (
            "amount",
            json!({"value": "0.00", "currency": "RUB"}),
            "amount.value",
        ),
        (
            "amount",
            json!({"value": "-1.00", "currency": "RUB"}),
            "amount.value",
        ),
        (
            "amount",
            json!({"value": "1.001", "currency": "RUB"}),
            "amount.value",
        ),
        (
            "amount",
            json!({"value": "1.00", "currency": "XXX"}),
            "amount.currency",
        ),
        ("description", json!("я".repeat(251)), "description"),
        ("receipt", json!({"items": []}), "receipt.items"),
        ("sources", json!([{"account_id": "1"}]), "sources[0].amount"),
        (
            "deal",
            json!({"refund_settlements": []}),
            "deal.refund_settlements",
        ),
        (
            "refund_method_data",
            json!({"type": "electronic_certificate"}),
            "refund_method_data.articles",
        ),
        ("metadata", json!("x"), "metadata"),
    ] {
        let mut request = request();
        request[name] = value;
        let refused = CreateRefund::parse(request.to_string().as_bytes()).unwrap_err();
        assert_eq!(refused.parameter.as_deref(), Some(parameter), "{request}");
    }
}

#[test]
fn each_state_has_its_answer() {
    let at = Timestamp::from_micros(1_784_635_200_000_000);
    let operation = OperationId::new(IdSeed { at, random: 1 });
    let mut refund = Refund {
        sources: Vec::new(),
        certificate: None,
        id: "31f00100-0015-5000-8000-1a2b3c4d5e6f".parse().unwrap(),
        shop_id: ShopId::new(100_001).unwrap(),
        payment_id: "31f00000-000f-5000-8000-1a2b3c4d5e6f".parse().unwrap(),
        amount: Money::new(1_000, Currency::RUB),
        description: Some("Return".to_owned()),
        metadata: Metadata::new([("b".to_owned(), "1".to_owned())]).unwrap(),
        deal: None,
        receipt: None,
        state: State::Sending { operation },
        created_at: at,
        version: 1,
    };
    let mut answers = vec![body(&refund)];
    let rrn = Some("100000000001".to_owned());
    refund.state = State::Succeeded {
        rrn,
        sbp_operation_id: None,
        succeeded_at: at,
    };
    answers.push(body(&refund));
    refund.description = None;
    refund.metadata = Metadata::default();
    let mut succeeded = |sbp_operation_id| {
        refund.state = State::Succeeded {
            rrn: None,
            sbp_operation_id,
            succeeded_at: at,
        };
        answers.push(body(&refund));
    };
    succeeded(None);
    succeeded(Some("A1B2".to_owned()));
    let cause = Decline::new(Party::YooMoney, CancellationReason::InsufficientFunds);
    refund.state = State::Canceled {
        cause,
        canceled_at: at,
    };
    answers.push(body(&refund));
    refund.deal = Some(RefundDeal {
        id: "dl-31f00001-0022-5000-8000-1a2b3c4d5e6f".parse().unwrap(),
        payout: Money::new(800, Currency::RUB),
        covered: Money::new(0, Currency::RUB),
    });
    answers.push(body(&refund));
    insta::assert_snapshot!(String::from_utf8(answers.join(&b'\n')).unwrap());
}
