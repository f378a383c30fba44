//! What is said of a deal, and what is refused.

use domain::DealId;
use serde_json::{Value, json};

use super::{read, read_corrected, read_refunded};
use crate::fields::Fields;
use crate::invalid::InvalidRequest;
use crate::json::Json;

const DEAL: &str = "dl-31f00001-0022-5000-8000-1a2b3c4d5e6f";

fn with<T>(
    deal: &Value,
    read: impl Fn(&Fields<'_>) -> Result<T, InvalidRequest>,
) -> Result<T, String> {
    let body = json!({ "deal": deal }).to_string();
    let json = Json::parse(body.as_bytes()).unwrap();
    let fields = Fields::root(&json).unwrap();
    read(&fields).map_err(|refused| refused.parameter.unwrap_or_default())
}

fn payout(value: &str) -> Value {
    json!([{"type": "payout", "amount": {"value": value, "currency": "RUB"}}])
}

#[test]
fn the_sellers_part_is_read() {
    let part = with(&json!({"id": DEAL, "settlements": payout("800.00")}), read);
    let part = part.unwrap().unwrap();
    let id: DealId = DEAL.parse().unwrap();
    assert_eq!(
        (part.id, part.payout.to_string()),
        (id, "800.00 RUB".to_owned())
    );
    let corrected = with(&json!({"settlements": payout("480.00")}), read_corrected);
    assert_eq!(corrected.unwrap().unwrap().value(), "480.00");
    for value in ["300.00", "0.00"] {
        let refunded = with(&json!({"refund_settlements": payout(value)}), read_refunded);
        assert_eq!(refunded.unwrap().unwrap().value(), value);
    }
    assert_eq!(with(&Value::Null, read), Ok(None));
    assert_eq!(with(&Value::Null, read_corrected), Ok(None));
    assert_eq!(with(&Value::Null, read_refunded), Ok(None));
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let usd = json!({"value": "1.00", "currency": "XXX"});
    for (deal, parameter) in [
        (json!("x"), "deal"),
        (json!({"settlements": payout("1.00")}), "deal.id"),
        (json!({"id": "x", "settlements": payout("1.00")}), "deal.id"),
        (json!({"id": DEAL}), "deal.settlements"),
        (json!({"id": DEAL, "settlements": []}), "deal.settlements"),
        (json!({"id": DEAL, "settlements": {}}), "deal.settlements"),
        (
            json!({"id": DEAL, "settlements": [1]}),
            "deal.settlements[0]",
        ),
        (
            json!({"id": DEAL, "settlements": [{"type": "fee"}]}),
            "deal.settlements[0].type",
        ),
        (
            json!({"id": DEAL, "settlements": [{"type": "payout"}]}),
            "deal.settlements[0].amount",
        ),
        (
            json!({"id": DEAL, "settlements": [{"type": "payout", "amount": usd}]}),
            "deal.settlements[0].amount.currency",
        ),
        (
            json!({"id": DEAL, "settlements": payout("0.00")}),
            "deal.settlements[0].amount.value",
        ),
    ] {
        assert_eq!(with(&deal, read), Err(parameter.to_owned()), "{deal}");
    }
    for (value, parameter) in [
        ("-1.00", "deal.refund_settlements[0].amount.value"),
        ("0.001", "deal.refund_settlements[0].amount.value"),
    ] {
        let deal = json!({"refund_settlements": payout(value)});
        assert_eq!(with(&deal, read_refunded), Err(parameter.to_owned()));
    }
}
