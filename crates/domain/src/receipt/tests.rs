//! The matrix of states and answers, exact sums, and the rules of providers.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::fiscal::Provider;
use crate::id::IdSeed;
use crate::money::Currency;

const NOW: Timestamp = Timestamp::from_micros(1_784_548_800_000_000);

fn seed(random: u64) -> IdSeed {
    IdSeed { at: NOW, random }
}

fn operation(number: u64) -> OperationId {
    OperationId::new(seed(number))
}

fn rub(minor: i64) -> Money {
    Money::new(minor, Currency::RUB)
}

fn item(price: i64, quantity: &str) -> Item {
    Item {
        description: "Book".to_owned(),
        price: rub(price),
        quantity: Quantity::parse(quantity).unwrap(),
        vat: VatCode::TwentyTwo,
        measure: Some(Measure::Piece),
        mark_quantity: None,
        subject: None,
        mode: None,
        country: None,
        customs_declaration: None,
        excise: None,
        product_code: None,
        planned_status: None,
        mark_code: None,
        mark_mode: None,
        industry: Vec::new(),
        extra: None,
        supplier: None,
        agent: None,
    }
}

fn content(items: Vec<Item>) -> Content {
    Content {
        customer: Customer {
            email: Some("buyer@example.com".to_owned()),
            ..Customer::default()
        },
        items,
        settlements: Vec::new(),
        internet: None,
        tax_system: None,
        timezone: None,
        industry: Vec::new(),
        operational: None,
        user_props: None,
    }
}

fn receipt(state: State) -> Receipt {
    let new = NewReceipt {
        id: ReceiptId::new(seed(1)),
        shop_id: ShopId::new(100_001).unwrap(),
        kind: ReceiptKind::Payment,
        origin: Origin::Flow,
        payment_id: PaymentId::new(seed(2)),
        refund_id: None,
        on_behalf_of: None,
        content: content(vec![item(10_000, "1")]),
        total: rub(10_000),
    };
    Receipt {
        state,
        attempts: 1,
        ..Receipt::draft(new, NOW)
    }
}

fn facts() -> FiscalFacts {
    FiscalFacts {
        document_number: "1".to_owned(),
        storage_number: "9288000100115785".to_owned(),
        attribute: "2617603921".to_owned(),
        registered_at: NOW,
        register_id: "uuid".to_owned(),
    }
}

fn states() -> [State; 5] {
    [
        State::Draft,
        State::Registering {
            operation: operation(1),
        },
        State::Registered(facts()),
        State::Canceled {
            reason: "wrong".to_owned(),
            canceled_at: NOW,
        },
        State::Dropped,
    ]
}

#[test]
fn matrix() {
    let reason = || "why".to_owned();
    let said = [
        (
            "accepted",
            Said::Accepted {
                register_id: "uuid".to_owned(),
            },
        ),
        ("registered", Said::Registered(facts())),
        ("refused", Said::Refused { reason: reason() }),
        ("failed", Said::Failed { reason: reason() }),
    ];
    let mut table = String::new();
    let shown = |step: Option<Step>| match step {
        None => "-".to_owned(),
        Some(step) => {
            let now = if step.operation.is_some() {
                ", calls"
            } else {
                ""
            };
            let later = if step.later.is_some() {
                ", calls later"
            } else {
                ""
            };
            format!("{}{now}{later}", step.next.state.code())
        }
    };
    for state in states() {
        let receipt = receipt(state);
        let name = receipt.state.code();
        let mut row = |command: &str, result: String| {
            writeln!(table, "{name:<12} {command:<22} {result}").unwrap();
        };
        row("register", shown(receipt.register(operation(2), NOW)));
        let dropped = receipt
            .drop_draft()
            .map(|next| next.state.code().to_owned());
        row("drop", dropped.unwrap_or_else(|| "-".to_owned()));
        for (what, said) in &said {
            let own = receipt.answered(operation(1), said, operation(3), NOW);
            row(what, shown(own));
            assert_eq!(
                receipt.answered(operation(9), said, operation(3), NOW),
                None
            );
        }
        let last = Receipt {
            attempts: ATTEMPTS_MAX,
            ..receipt.clone()
        };
        let failed = last.answered(operation(1), &said[3].1, operation(3), NOW);
        row("failed for the last time", shown(failed));
    }
    insta::assert_snapshot!(table);
}

#[test]
fn pauses_grow_between_attempts() {
    let failed = Said::Failed {
        reason: "no register".to_owned(),
    };
    let mut receipt = receipt(State::Registering {
        operation: operation(1),
    });
    let mut pauses = Vec::new();
    for number in 2..10 {
        let State::Registering { operation: open } = receipt.state else {
            panic!("it goes on")
        };
        let step = receipt
            .answered(open, &failed, operation(number), NOW)
            .unwrap();
        pauses.push(step.later.unwrap().1.as_seconds());
        receipt = step.next;
    }
    assert_eq!(pauses, [30, 120, 600, 1_800, 3_600, 3_600, 3_600, 3_600]);
}

#[test]
fn a_reversal_goes_the_other_way_and_waits_to_be_registered() {
    let reversal = receipt(State::Registered(facts())).reversal(ReceiptId::new(seed(5)), NOW);
    assert_eq!(reversal.kind, ReceiptKind::Refund);
    assert_eq!(reversal.state, State::Draft);
    assert_eq!(reversal.origin, Origin::Reversal);
    assert_eq!(reversal.total, rub(10_000));
}

#[test]
fn quantities_are_read_exactly_or_not_at_all() {
    for (text, shown) in [
        ("1", "1.000"),
        ("1.0", "1.000"),
        ("0.25", "0.250"),
        ("0.001", "0.001"),
        ("99999.999", "99999.999"),
        ("2.50000", "2.500"),
    ] {
        assert_eq!(Quantity::parse(text).unwrap().to_string(), shown, "{text}");
    }
    for text in [
        "0",
        "0.000",
        "-1",
        "+1",
        "1.0001",
        "100000",
        "1,5",
        "1e3",
        "",
        ".5",
        "1.",
        " 1",
        "1..2",
        "99999999999999999999",
    ] {
        assert_eq!(Quantity::parse(text), None, "{text}");
    }
}

#[test]
fn a_line_is_rounded_half_up() {
    for (price, quantity, cost) in [
        (10_000, "1", 10_000),
        (333, "0.5", 167),
        (333, "1.5", 500),
        (1, "0.499", 0),
        (1, "0.5", 1),
        (0, "99999.999", 0),
        (9_999, "0.333", 3_330),
    ] {
        let quantity = Quantity::parse(quantity).unwrap();
        assert_eq!(
            quantity.cost(rub(price)).unwrap(),
            rub(cost),
            "{price} × {quantity}"
        );
    }
    let most = Quantity::parse("99999.999").unwrap();
    assert_eq!(
        most.cost(rub(i64::MAX)),
        Err(crate::money::MoneyError::Overflow)
    );
}

#[test]
fn rules_are_checked_in_order() {
    let check = |content: &Content, provider, amount| {
        content.check(provider, Currency::RUB, Some(rub(amount)))
    };
    let good = content(vec![item(3_333, "1.5"), item(5_000, "1")]);
    assert_eq!(check(&good, Provider::Atol, 10_000), Ok(rub(10_000)));
    assert_eq!(
        check(&good, Provider::Atol, 10_001),
        Err(ReceiptRefused::SumDiffers {
            items: rub(10_000),
            amount: rub(10_001)
        })
    );
    let mut nobody = good.clone();
    nobody.customer = Customer::default();
    let missing = |needed| Err(ReceiptRefused::ContactMissing { needed });
    assert_eq!(check(&nobody, Provider::Atol, 1), missing("customer"));
    nobody.customer.phone = Some("79000000000".to_owned());
    assert_eq!(check(&nobody, Provider::Atol, 10_000), Ok(rub(10_000)));
    assert_eq!(
        check(&nobody, Provider::YooReceipt, 10_000),
        missing("email")
    );

    let many = content(vec![item(100, "1"); 101]);
    let too_many = |max| Err(ReceiptRefused::TooManyItems { max });
    assert_eq!(check(&many, Provider::Komtet, 10_100), too_many(100));
    assert_eq!(check(&many, Provider::Avanpost, 10_100), too_many(80));

    let mut unmeasured = good.clone();
    unmeasured.items[1].measure = None;
    assert_eq!(
        check(&unmeasured, Provider::Evotor, 10_000),
        Ok(rub(10_000))
    );
    assert_eq!(
        check(&unmeasured, Provider::YooReceipt, 10_000),
        Err(ReceiptRefused::MeasureMissing { index: 1 })
    );

    let mut foreign = good.clone();
    foreign.items[0].price = Money::new(3_333, Currency::from_code("USD").unwrap());
    assert_eq!(
        check(&foreign, Provider::Atol, 10_000),
        Err(ReceiptRefused::CurrencyDiffers { index: 0 })
    );

    let mut settled = good;
    settled.settlements = vec![Settlement {
        kind: SettlementType::Prepayment,
        amount: rub(9_999),
    }];
    assert_eq!(
        settled.check(Provider::Atol, Currency::RUB, None),
        Err(ReceiptRefused::SettlementsDiffer {
            settlements: rub(9_999),
            items: rub(10_000)
        })
    );
}

#[test]
fn every_name_of_the_tables_leads_back() {
    let names = |codes: &[&str]| codes.join(" ");
    insta::assert_snapshot!(names(&PaymentSubject::ALL.map(PaymentSubject::code)));
    insta::assert_snapshot!(names(&Measure::ALL.map(Measure::code)));
    for one in PaymentSubject::ALL {
        assert_eq!(PaymentSubject::from_code(one.code()), Some(one));
    }
    for one in Measure::ALL {
        assert_eq!(Measure::from_code(one.code()), Some(one));
    }
    for (number, one) in (1..).zip(VatCode::ALL) {
        assert_eq!(
            (one.code(), VatCode::from_code(number)),
            (number, Some(one))
        );
    }
    for (number, one) in (1..).zip(TaxSystem::ALL) {
        assert_eq!(
            (one.code(), TaxSystem::from_code(number)),
            (number, Some(one))
        );
    }
    assert_eq!(VatCode::from_code(13), None);
    assert_eq!(
        Provider::from_code("yoo_receipt"),
        Some(Provider::YooReceipt)
    );
}

proptest! {
    #[test]
    fn what_is_shown_is_read_back(thousandths in 1_i64..=99_999_999) {
        let quantity = Quantity::from_thousandths(thousandths).unwrap();
        prop_assert_eq!(Quantity::parse(&quantity.to_string()), Some(quantity));
    }

    #[test]
    fn a_cost_is_within_half_a_kopeck(
        price in 0_i64..=10_000_000,
        thousandths in 1_i64..=99_999_999,
    ) {
        let quantity = Quantity::from_thousandths(thousandths).unwrap();
        let cost = i128::from(quantity.cost(rub(price)).unwrap().minor());
        let exact = i128::from(price) * i128::from(thousandths);
        prop_assert!((cost * 1_000 - exact).abs() <= 500);
    }
}
