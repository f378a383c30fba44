//! Requests that are refused, filters, and the body.

use domain::deal::{FeeMoment, State, Status, Sums};
use domain::{Currency, Deal, DealId, IdSeed, Metadata, Money, ShopId, Timestamp};
use serde_json::{Value, json};

use super::{CreateDeal, ListDeals, body};

const NOW: Timestamp = Timestamp::from_micros(1_784_548_800_000_000);

fn request() -> Value {
    json!({
        "type": "safe_deal", "fee_moment": "deal_closed", "description": "SAFE_DEAL 37",
        "metadata": {"order_id": 37}, "other": {"a": 1},
    })
}

#[test]
fn a_deal_is_read() {
    let deal = CreateDeal::parse(request().to_string().as_bytes()).unwrap();
    assert_eq!(deal.fee_moment, FeeMoment::DealClosed);
    assert_eq!(deal.description.as_deref(), Some("SAFE_DEAL 37"));
    assert_eq!(
        deal.metadata.pairs(),
        [("order_id".to_owned(), "37".to_owned())]
    );
}

#[test]
fn what_is_wrong_is_named() {
    for (name, value, parameter) in [
        ("type", Value::Null, "type"),
        ("type", json!("deal"), "type"),
        ("fee_moment", Value::Null, "fee_moment"),
        ("fee_moment", json!("later"), "fee_moment"),
        ("fee_moment", json!(1), "fee_moment"),
        ("description", json!("x".repeat(129)), "description"),
        ("description", json!(1), "description"),
        ("metadata", json!([{}]), "metadata"),
        ("metadata", json!({"x".repeat(33): "1"}), "metadata"),
    ] {
        let mut body = request();
        body[name] = value;
        let refused = CreateDeal::parse(body.to_string().as_bytes()).unwrap_err();
        assert_eq!(refused.parameter.as_deref(), Some(parameter), "{body}");
    }
}

#[test]
fn filters_are_read_and_belong_to_the_cursor() {
    let query = "expires_at.gt=2026-07-20T12:00:00Z&status=opened&full_text_search=%D0%B7%D0%B0%D0%BA%D0%B0%D0%B7";
    let list = ListDeals::parse(query).unwrap();
    assert_eq!(list.status, Some(Status::Opened));
    assert_eq!(list.text.as_deref(), Some("заказ"));
    assert!(list.expires.gte.is_some() && list.created.gte.is_none());
    let spaced = ListDeals::parse("full_text_search=order+3%2B7").unwrap();
    assert_eq!(spaced.text.as_deref(), Some("order 3+7"));
    let cursor = list.next_cursor(&deal(State::Closed { closed_at: NOW }));
    assert!(ListDeals::parse(&format!("{query}&cursor={cursor}")).is_ok());
    for (wrong, parameter) in [
        (format!("cursor={cursor}"), "cursor"),
        ("full_text_search=123".to_owned(), "full_text_search"),
        (
            format!("full_text_search={}", "x".repeat(129)),
            "full_text_search",
        ),
        ("status=pending".to_owned(), "status"),
        ("expires_at.lt=soon".to_owned(), "expires_at.lt"),
        ("limit=0".to_owned(), "limit"),
    ] {
        let refused = ListDeals::parse(&wrong).unwrap_err();
        assert_eq!(refused.parameter.as_deref(), Some(parameter), "{wrong}");
    }
}

fn deal(state: State) -> Deal {
    let rub = |minor| Money::new(minor, Currency::RUB);
    Deal {
        id: DealId::new(IdSeed { at: NOW, random: 7 }),
        shop_id: ShopId::new(100_001).unwrap(),
        test: true,
        fee_moment: FeeMoment::DealClosed,
        description: Some("SAFE_DEAL 37".to_owned()),
        metadata: Metadata::default(),
        payment_id: None,
        sums: Sums {
            held: rub(95_500),
            payable: rub(80_000),
            ..Sums::none(Currency::RUB)
        },
        state,
        created_at: NOW,
        expires_at: NOW,
        version: 1,
    }
}

fn shown(deal: &Deal) -> String {
    String::from_utf8(body(deal)).unwrap()
}

#[test]
fn a_deal_has_the_documented_order_of_fields() {
    let opened = deal(State::Opened {
        look_at: NOW,
        awaits_payment: false,
        declined: 0,
    });
    insta::assert_snapshot!(shown(&opened));
    let mut closed = deal(State::Closed { closed_at: NOW });
    closed.sums = Sums {
        covered: Money::new(4_500, Currency::RUB),
        ..Sums::none(Currency::RUB)
    };
    closed.description = None;
    insta::assert_snapshot!(shown(&closed));
}
