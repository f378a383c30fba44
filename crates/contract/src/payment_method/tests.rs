//! Requests that are refused, and every state's answer.

use domain::acquiring::{CancellationReason, Decline, Party};
use domain::card::{CardBrand, CardFacts, Expiry};
use domain::payment::{Confirmation, Flow};
use domain::payment_method::State;
use domain::{
    Challenge, ConfirmationKind, GatewayId, IdSeed, Metadata, MethodFacts, MethodKind, OperationId,
    PaymentMethod, ShopId, Timestamp,
};
use serde_json::{Value, json};

use super::{CreatePaymentMethod, body};
use crate::confirmation::Links;

fn refused(request: &Value) -> Option<String> {
    let refused = CreatePaymentMethod::parse(request.to_string().as_bytes());
    refused.unwrap_err().parameter
}

#[test]
fn a_binding_is_read() {
    let request = json!({
        "type": "bank_card",
        "holder": {"gateway_id": "2000001"},
        "client_ip": "192.0.2.1",
        "confirmation": {"type": "redirect", "return_url": "https://shop.test/", "enforce": false},
    });
    let command = CreatePaymentMethod::parse(request.to_string().as_bytes()).unwrap();
    assert_eq!(command.kind, MethodKind::BankCard);
    assert_eq!(command.card, None);
    assert_eq!(command.gateway_id, GatewayId::new(2_000_001));
    assert_eq!(
        command.confirmation.unwrap().kind,
        ConfirmationKind::Redirect
    );
}

#[test]
fn what_is_wrong_is_named() {
    for (request, parameter) in [
        (json!({}), "type"),
        (json!({"type": "yoo_money"}), "type"),
        (json!({"type": 5}), "type"),
        (
            json!({"type": "sbp", "confirmation": {"type": "embedded"}}),
            "confirmation.type",
        ),
        (
            json!({"type": "sbp", "confirmation": {"type": "redirect"}}),
            "confirmation.return_url",
        ),
        (
            json!({"type": "bank_card", "card": {"number": "1"}}),
            "card.number",
        ),
        (json!({"type": "bank_card", "card": "1"}), "card"),
        (
            json!({"type": "bank_card", "holder": {}}),
            "holder.gateway_id",
        ),
        (
            json!({"type": "bank_card", "client_ip": "here"}),
            "client_ip",
        ),
        (
            json!({"type": "bank_card", "metadata": {"a": []}}),
            "metadata",
        ),
    ] {
        assert_eq!(refused(&request).as_deref(), Some(parameter), "{request}");
    }
}

fn binding(kind: MethodKind, confirmation: ConfirmationKind) -> PaymentMethod {
    let at = Timestamp::from_micros(1_784_635_200_000_000);
    PaymentMethod {
        id: "31f00500-0037-5000-8000-1a2b3c4d5e6f".parse().unwrap(),
        shop_id: ShopId::new(100_001).unwrap(),
        gateway_id: GatewayId::new(2_000_001).unwrap(),
        kind,
        facts: None,
        connector: None,
        metadata: Metadata::default(),
        confirmation: Some(Confirmation {
            kind: confirmation,
            return_url: Some("https://shop.test/back".to_owned()),
            enforce: false,
            locale: None,
        }),
        client_ip: None,
        flow: Flow::Page,
        state: State::Pending,
        confirm_until: at,
        created_at: at,
        version: 1,
    }
}

#[test]
fn each_state_has_its_answer() {
    let at = Timestamp::from_micros(1_784_635_200_000_000);
    let operation = OperationId::new(IdSeed { at, random: 1 });
    let links = Links {
        checkout_url: "https://pay.example".to_owned(),
    };
    let mut card = binding(MethodKind::BankCard, ConfirmationKind::Redirect);
    let mut answers = vec![body(&card, &links)];
    card.state = State::Binding { operation };
    card.flow = Flow::Direct;
    answers.push(body(&card, &links));
    let url = "https://bank.example/3ds".to_owned();
    let challenge = Challenge::Redirect { url };
    card.state = State::Challenged {
        operation,
        challenge,
    };
    card.facts = Some(MethodFacts::Card(CardFacts {
        first6: "555555".to_owned(),
        last4: "4477".to_owned(),
        expiry: Expiry::new(2030, 1).unwrap(),
        brand: CardBrand::MasterCard,
        issuer_country: Some("US".to_owned()),
        issuer_name: None,
    }));
    answers.push(body(&card, &links));
    let token = "secret".to_owned();
    card.state = State::Active { token };
    card.metadata = Metadata::new([("a".to_owned(), "1".to_owned())]).unwrap();
    answers.push(body(&card, &links));
    let cause = Decline::new(Party::PaymentNetwork, CancellationReason::CallIssuer);
    card.state = State::Inactive { cause };
    answers.push(body(&card, &links));

    let mut sbp = binding(MethodKind::Sbp, ConfirmationKind::Qr);
    sbp.flow = Flow::Direct;
    let (data, url) = (
        "https://qr.example/1".to_owned(),
        "https://bank.example/1".to_owned(),
    );
    let challenge = Challenge::Qr { data, url };
    sbp.state = State::Challenged {
        operation,
        challenge,
    };
    answers.push(body(&sbp, &links));
    sbp.facts = Some(MethodFacts::Sbp {
        bank_id: "100000000111".to_owned(),
        bic: "044525225".to_owned(),
        sbp_operation_id: "A1".to_owned(),
    });
    let token = "secret".to_owned();
    sbp.state = State::Active { token };
    answers.push(body(&sbp, &links));

    let answers = String::from_utf8(answers.join(&b'\n')).unwrap();
    assert!(!answers.contains("secret"));
    insta::assert_snapshot!(answers);
}
