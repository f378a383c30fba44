//! Requests that are refused, filters, and every state's answer.

use domain::acquiring::{CancellationReason, Decline, Party};
use domain::card::CardBrand;
use domain::payout::{Destination, IncomeReceipt, PayoutCard, State};
use domain::{
    ConnectorName, Currency, IdSeed, Metadata, Money, OperationId, Payout, ShopId, Timestamp,
};
use serde_json::{Value, json};

use super::{CreatePayout, ListPayouts, Receiver, SearchPayouts, body};

const DATA_ID: &str = "pd-31f00600-0033-5000-8000-1a2b3c4d5e6f";

fn request() -> Value {
    json!({
        "amount": {"value": "10.00", "currency": "RUB"},
        "payout_destination_data": {"type": "bank_card", "card": {"number": "5555555555554477"}},
        "description": "Выплата", "personal_data": [], "other": {"a": 1},
    })
}

fn parse(request: &Value) -> CreatePayout {
    CreatePayout::parse(request.to_string().as_bytes()).unwrap()
}

#[test]
fn a_payout_is_read() {
    let payout = parse(&request());
    assert_eq!(payout.amount, Money::new(1_000, Currency::RUB));
    assert!(matches!(&payout.receiver, Receiver::Card(number) if number.last4() == "4477"));
    assert!(payout.personal_data.is_empty() && payout.metadata.is_empty());

    let mut request = request();
    request["payout_destination_data"] = Value::Null;
    request["payment_method_id"] = json!("31f00500-0037-5000-8000-1a2b3c4d5e6f");
    assert!(matches!(parse(&request).receiver, Receiver::SavedCard(_)));
    request["payment_method_id"] = Value::Null;
    request["payout_destination_data"] =
        json!({"type": "sbp", "phone": "79000000000", "bank_id": "100000000111"});
    request["personal_data"] = json!([{"id": DATA_ID}]);
    request["receipt_data"] = json!({"service_name": "Доставка"});
    request["self_employed"] = json!({"id": "se-31f00800-0045-5000-8000-1a2b3c4d5e6f"});
    let payout = parse(&request);
    let receiver = Receiver::Sbp {
        phone: "79000000000".to_owned(),
        bank_id: "100000000111".to_owned(),
    };
    assert_eq!(payout.receiver, receiver);
    assert_eq!(payout.personal_data[0].to_string(), DATA_ID);
    assert!(payout.receipt.is_some() && payout.self_employed_id.is_some());
}

fn check_refused(changes: &[(&str, Value)], parameter: Option<&str>) {
    let mut request = request();
    for (name, value) in changes {
        request[*name] = value.clone();
    }
    let refused = CreatePayout::parse(request.to_string().as_bytes()).unwrap_err();
    assert_eq!(refused.parameter.as_deref(), parameter, "{request}");
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of what is refused")]
fn what_is_wrong_is_named() {
    let destination = "payout_destination_data";
    let card = |number: Value| json!({"type": "bank_card", "card": {"number": number}});
    let wallet = |number: Value| json!({"type": "yoo_money", "account_number": number});
    let sbp = |phone: Value, bank: Value| json!({"type": "sbp", "phone": phone, "bank_id": bank});
    let number = "payout_destination_data.card.number";
    let account = "payout_destination_data.account_number";
    let (phone, bank) = (
        "payout_destination_data.phone",
        "payout_destination_data.bank_id",
    );
    let good = || json!("79000000000");
    for (name, value, parameter) in [
        ("amount", Value::Null, "amount"),
        (
            "amount",
            json!({"value": "0.00", "currency": "RUB"}),
            "amount.value",
        ),
        (destination, Value::Null, destination),
        (destination, json!("x"), destination),
        (destination, json!({}), "payout_destination_data.type"),
        (
            destination,
            json!({"type": "cash"}),
            "payout_destination_data.type",
        ),
        (
            destination,
            json!({"type": "bank_card"}),
            "payout_destination_data.card",
        ),
        (destination, card(Value::Null), number),
        (destination, card(json!("5555555555554478")), number),
        (destination, card(json!("36700102000000")), number),
        (destination, card(json!("5555 5555 5555 4477")), number),
        (destination, card(json!(5)), number),
        (destination, wallet(Value::Null), account),
        (destination, wallet(json!("1234567890")), account),
        (destination, wallet(json!("1".repeat(34))), account),
        (destination, wallet(json!("4100161457571x")), account),
        (destination, sbp(Value::Null, json!("100000000111")), phone),
        (
            destination,
            sbp(json!("+79000000000"), json!("100000000111")),
            phone,
        ),
        (destination, sbp(json!("123"), json!("100000000111")), phone),
        (destination, sbp(good(), Value::Null), bank),
        (destination, sbp(good(), json!("10000000011")), bank),
        (destination, sbp(good(), json!("10000000011я")), bank),
        ("description", json!("я".repeat(129)), "description"),
        ("deal", json!({}), "deal.id"),
        ("deal", json!({"id": "x"}), "deal.id"),
        ("personal_data", json!([{}]), "personal_data[0].id"),
        (
            "personal_data",
            json!([{"id": DATA_ID}, {"id": "x"}]),
            "personal_data[1].id",
        ),
        ("personal_data", json!(["x"]), "personal_data[0]"),
        ("personal_data", json!([{}, {}, {}]), "personal_data"),
        ("self_employed", json!({"id": "x"}), "self_employed.id"),
        ("receipt_data", json!({}), "receipt_data.service_name"),
        (
            "receipt_data",
            json!({"service_name": "я".repeat(51)}),
            "receipt_data.service_name",
        ),
        (
            "receipt_data",
            json!({"service_name": "x", "amount": {"value": "-1", "currency": "RUB"}}),
            "receipt_data.amount.value",
        ),
        ("metadata", json!("x"), "metadata"),
    ] {
        check_refused(&[(name, value)], Some(parameter));
    }
    check_refused(&[("payout_token", json!("x"))], None);
    check_refused(
        &[(destination, Value::Null), ("payout_token", json!("x"))],
        Some("payout_token"),
    );
    let changes = [
        (destination, Value::Null),
        ("payment_method_id", json!("x")),
    ];
    check_refused(&changes, Some("payment_method_id"));
}

#[test]
fn filters_are_read_in_each_spelling() {
    let list = ListPayouts::parse(
        "payout_destination.type=sbp&status=succeeded&succeeded_at.gte=2026-07-20T12:00:00.000Z",
    );
    let list = list.unwrap();
    assert!(list.destination.is_some() && list.status.is_some());
    assert!(list.succeeded.gte.is_some() && list.created.gte.is_none());
    for (query, parameter) in [
        ("payout_destination.type=cash", "payout_destination.type"),
        ("status=sent", "status"),
        ("succeeded_at.lt=x", "succeeded_at.lt"),
        ("limit=101", "limit"),
        ("cursor=x", "cursor"),
    ] {
        let refused = ListPayouts::parse(query).unwrap_err();
        assert_eq!(refused.parameter.as_deref(), Some(parameter));
    }
    for (query, key, value) in [
        ("metadata[order]=7", "order", "7"),
        ("metadata%5Border%5D=7", "order", "7"),
        ("metadata.order=7", "order", "7"),
        ("metadata%5Ba.b%5D=x%20y", "a.b", "x y"),
        ("metadata[a]=x+y%2B", "a", "x y+"),
        ("metadata%5B%D1%8F%5D=%D1%91", "я", "ё"),
    ] {
        let search = SearchPayouts::parse(query).unwrap();
        assert_eq!(
            search.note,
            Some((key.to_owned(), value.to_owned())),
            "{query}"
        );
    }
    assert_eq!(SearchPayouts::parse("").unwrap().note, None);
    for query in [
        "metadata[a]=1&metadata[b]=2".to_owned(),
        format!("metadata[{}]=1", "k".repeat(33)),
        format!("metadata[k]={}", "v".repeat(513)),
        "metadata[]=1".to_owned(),
    ] {
        let refused = SearchPayouts::parse(&query).unwrap_err();
        assert_eq!(refused.parameter.as_deref(), Some("metadata"), "{query}");
    }
}

fn to_card() -> Destination {
    Destination::Card {
        card: PayoutCard {
            first6: "555555".to_owned(),
            last4: "4477".to_owned(),
            brand: CardBrand::MasterCard,
            issuer_country: Some("RU".to_owned()),
            issuer_name: Some("Sberbank".to_owned()),
        },
        token: "secret".to_owned(),
    }
}

#[test]
fn each_state_and_destination_has_its_answer() {
    let at = Timestamp::from_micros(1_784_635_200_000_000);
    let operation = OperationId::new(IdSeed { at, random: 1 });
    let mut payout = Payout {
        id: "po-31f00200-0025-5000-8000-1a2b3c4d5e6f".parse().unwrap(),
        shop_id: ShopId::new(500_001).unwrap(),
        test: true,
        amount: Money::new(80_000, Currency::RUB),
        connector: ConnectorName::SANDBOX,
        destination: to_card(),
        payee: Some("card:secret".to_owned()),
        description: Some("Payout 37".to_owned()),
        deal_id: Some("dl-31f00001-0022-5000-8000-1a2b3c4d5e6f".parse().unwrap()),
        personal_data: vec![DATA_ID.parse().unwrap()],
        self_employed_id: None,
        receipt: None,
        metadata: Metadata::default(),
        state: State::Succeeded {
            reference: "ref".to_owned(),
            succeeded_at: at,
        },
        created_at: at,
        version: 1,
    };
    let mut answers = vec![body(&payout)];
    payout.deal_id = None;
    payout.description = None;
    payout.destination = Destination::Wallet {
        account_number: "41001614575714".to_owned(),
    };
    payout.self_employed_id = Some("se-31f00800-0045-5000-8000-1a2b3c4d5e6f".parse().unwrap());
    payout.receipt = Some(IncomeReceipt {
        service_name: "Доставка".to_owned(),
        amount: Some(Money::new(70_000, Currency::RUB)),
    });
    payout.metadata = Metadata::new([("b".to_owned(), "1".to_owned())]).unwrap();
    payout.state = State::Sending { operation };
    answers.push(body(&payout));
    payout.self_employed_id = None;
    payout.receipt = None;
    let mut sbp = |operation_id: Option<&str>, state| {
        payout.destination = Destination::Sbp {
            phone: "79000000000".to_owned(),
            bank_id: "100000000111".to_owned(),
            recipient_checked: operation_id.is_none(),
            operation_id: operation_id.map(str::to_owned),
        };
        payout.state = state;
        answers.push(body(&payout));
    };
    let succeeded = State::Succeeded {
        reference: "ref".to_owned(),
        succeeded_at: at,
    };
    sbp(Some("1027088AE4CB48CB81287833347A8777"), succeeded);
    let canceled = State::Canceled {
        cause: Decline::new(Party::PayoutNetwork, CancellationReason::RecipientNotFound),
        canceled_at: at,
    };
    sbp(None, canceled);
    let text = String::from_utf8(answers.join(&b'\n')).unwrap();
    assert!(!text.contains("secret"));
    insta::assert_snapshot!(text);
}
