//! Carts that add up, the matrix of states and what happens to them, and random carts.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::acquiring::{CancellationReason, Challenge, Decline};
use crate::id::{GatewayId, IdSeed, OperationId};
use crate::method::MethodKind;
use crate::money::Currency;
use crate::payment::{Hold, Payment, Registering};
use crate::receipt::Quantity;
use crate::shop::{Shop, ShopKind};
use crate::time::Duration;

const NOW: Timestamp = Timestamp::from_micros(1_784_548_800_000_000);

fn rub(minor: i64) -> Money {
    Money::new(minor, Currency::RUB)
}

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::from_code("USD").unwrap())
}

fn seed(random: u64) -> IdSeed {
    IdSeed { at: NOW, random }
}

fn payment_id(number: u64) -> PaymentId {
    PaymentId::new(seed(number))
}

fn shop() -> Shop {
    Shop {
        id: ShopId::new(100_001).unwrap(),
        gateway_id: GatewayId::new(2_000_001).unwrap(),
        kind: ShopKind::Shop,
        platform_id: None,
        name: "Shop".to_owned(),
        test: true,
        enabled: true,
        currency: Currency::RUB,
        methods: MethodKind::ALL.to_vec(),
        may_send_cards: false,
        may_save_methods: false,
        deal_life: None,
        may_use_tokens: false,
        widget_retries: false,
        widget_sites: Vec::new(),
        choices: Vec::new(),
        clock_offset: Duration::ZERO,
        inn: None,
        fiscalization: None,
        created_at: NOW,
        version: 1,
    }
}

fn line(price: Money, discount_price: Option<Money>, quantity: &str) -> Line {
    Line {
        description: "Coffee".to_owned(),
        price,
        discount_price,
        quantity: Quantity::parse(quantity).unwrap(),
    }
}

fn new_invoice(amount: Money, cart: Vec<Line>) -> NewInvoice {
    NewInvoice {
        id: InvoiceId::new(seed(9)),
        cart,
        order: Order {
            amount,
            description: Some("Order 72".to_owned()),
            metadata: Metadata::default(),
            client_ip: None,
            capture_mode: CaptureMode::TwoStage,
            save_method: SaveMethod::PayerDecides,
            receipt: None,
        },
        delivery: Delivery::Link,
        locale: None,
        description: None,
        metadata: Metadata::default(),
        expires_at: NOW.plus(Duration::days(10)),
    }
}

fn created(amount: Money, cart: Vec<Line>) -> Result<Invoice, CreateRefused> {
    Invoice::create(&shop(), new_invoice(amount, cart), None, NOW)
}

fn invoice() -> Invoice {
    created(rub(100_000), vec![line(rub(100_000), None, "1")]).unwrap()
}

#[test]
fn a_cart_adds_up_with_discounts_and_parts() {
    let cart = vec![
        line(rub(33_333), None, "3"),
        line(rub(50_000), Some(rub(45_000)), "2"),
        // 10.01 × 0.333 is 3.33333.
        line(rub(1_001), None, "0.333"),
        line(rub(5_000), Some(rub(0)), "1"),
    ];
    assert_eq!(cart[2].cost(), Ok(rub(333)));
    assert_eq!(cart[1].full_cost(), Ok(rub(100_000)));
    assert!(created(rub(99_999 + 90_000 + 333), cart).is_ok());
}

#[test]
fn what_is_wrong_is_refused_in_order() {
    let one = |price, discount| vec![line(price, discount, "1")];
    let sum = |cart, amount| CartRefused::SumDiffers { cart, amount };
    let rows = [
        (
            one(usd(100), None),
            CartRefused::CurrencyDiffers {
                index: 0,
                discount: false,
            },
        ),
        (
            one(rub(200), Some(usd(100))),
            CartRefused::CurrencyDiffers {
                index: 0,
                discount: true,
            },
        ),
        (
            one(rub(100), Some(rub(101))),
            CartRefused::DiscountAbovePrice { index: 0 },
        ),
        (
            vec![line(rub(i64::MAX), None, "99999")],
            CartRefused::TooLarge,
        ),
        (one(rub(99), None), sum(rub(99), rub(100))),
        (one(rub(101), None), sum(rub(101), rub(100))),
    ];
    for (cart, refused) in rows {
        assert_eq!(created(rub(100), cart), Err(refused.into()));
    }
    let mut twice = one(rub(50), None);
    twice.extend(one(rub(40), Some(rub(60))));
    let refused = CartRefused::DiscountAbovePrice { index: 1 };
    assert_eq!(created(rub(100), twice), Err(refused.into()));
}

#[test]
fn its_payment_has_to_be_possible_and_its_end_within_30_days() {
    let cart = || vec![line(rub(100), None, "1")];
    let refused = created(rub(0), cart()).unwrap_err();
    let expected = payment::CreateRefused::AmountNotPositive;
    assert_eq!(refused, CreateRefused::Payment(expected));
    let mut saves = new_invoice(rub(100), cart());
    saves.order.save_method = SaveMethod::Always;
    let refused = Invoice::create(&shop(), saves, None, NOW).unwrap_err();
    let expected = payment::CreateRefused::SavingNotPermitted;
    assert_eq!(refused, CreateRefused::Payment(expected));
    let second = Duration::seconds(1);
    for (expires_at, fits) in [
        (NOW.minus(second), false),
        (NOW, false),
        (NOW.plus(second), true),
        (NOW.plus(LIFE_MAX), true),
        (NOW.plus(LIFE_MAX).plus(second), false),
    ] {
        let mut new = new_invoice(rub(100), cart());
        new.expires_at = expires_at;
        let made = Invoice::create(&shop(), new, None, NOW);
        assert_eq!(made.is_ok(), fits, "{expires_at:?}");
    }
}

#[test]
fn its_payment_ends_with_it_at_the_latest() {
    let invoice = invoice();
    let until = |now| {
        let new = invoice.payment(payment_id(1), None, "page".to_owned(), now);
        assert_eq!(new.details.invoice, Some(invoice.id));
        new.confirm_until.unwrap()
    };
    assert_eq!(until(NOW), NOW.plus(Duration::hours(1)));
    let late = invoice.expires_at.minus(Duration::minutes(5));
    assert_eq!(until(late), invoice.expires_at);
}

/// The invoice in each of its states; its payment is number 1.
fn states() -> Vec<(&'static str, Invoice)> {
    let own = payment_id(1);
    let attempt = |awaited| State::Open {
        attempt: Some(Attempt {
            payment: own,
            awaited,
        }),
    };
    let canceled = |payment| State::Canceled {
        cause: Cause {
            party: Party::Merchant,
            reason: Reason::PaymentCanceled,
        },
        payment,
        canceled_at: NOW,
    };
    [
        ("open", State::Open { attempt: None }),
        ("begun", attempt(false)),
        ("awaited", attempt(true)),
        ("held", State::Held { payment: own }),
        ("succeeded", State::Succeeded { payment: own }),
        ("canceled", canceled(Some(own))),
        ("expired", canceled(None)),
    ]
    .into_iter()
    .map(|(name, state)| {
        let next = Invoice { state, ..invoice() };
        (name, next)
    })
    .collect()
}

/// A payment of the invoice in each of its states.
#[expect(clippy::too_many_lines, reason = "a table")]
fn payments() -> Vec<(&'static str, Payment)> {
    let new = invoice().payment(payment_id(1), None, "page".to_owned(), NOW);
    let payment = Payment::create(&shop(), new, NOW).unwrap();
    let hold = Hold {
        reference: "ref".to_owned(),
        expires_at: NOW,
    };
    let operation = OperationId::new(seed(3));
    let canceled = |reason| payment::State::Canceled {
        cause: Decline::new(Party::YooMoney, reason),
        canceled_at: NOW,
    };
    let registering = |stage| payment::State::Registering {
        hold: hold.clone(),
        amount: rub(100_000),
        stage,
        step: Registering::Asked,
    };
    let challenge = Challenge::Redirect {
        url: "https://bank.example/".to_owned(),
    };
    [
        ("pending", payment::State::Pending { last_attempt: None }),
        ("authorizing", payment::State::Authorizing { operation }),
        (
            "challenged",
            payment::State::Challenged {
                operation,
                challenge,
            },
        ),
        (
            "cooling off",
            payment::State::Challenged {
                operation,
                challenge: Challenge::CoolingOff { until: NOW },
            },
        ),
        ("registering", registering(CaptureMode::OneStage)),
        (
            "waiting_for_capture",
            payment::State::WaitingForCapture { hold: hold.clone() },
        ),
        (
            "capturing",
            payment::State::Capturing {
                hold: hold.clone(),
                operation,
                amount: rub(100_000),
            },
        ),
        ("registering_capture", registering(CaptureMode::TwoStage)),
        (
            "voiding",
            payment::State::Voiding {
                hold: hold.clone(),
                operation,
                cause: Decline::new(Party::Merchant, CancellationReason::CanceledByMerchant),
            },
        ),
        (
            "succeeded",
            payment::State::Succeeded {
                reference: "ref".to_owned(),
                captured_at: NOW,
            },
        ),
        (
            "canceled by the merchant",
            canceled(CancellationReason::CanceledByMerchant),
        ),
        (
            "expired on capture",
            canceled(CancellationReason::ExpiredOnCapture),
        ),
        (
            "expired on confirmation",
            canceled(CancellationReason::ExpiredOnConfirmation),
        ),
        ("declined", canceled(CancellationReason::InternalTimeout)),
    ]
    .into_iter()
    .map(|(name, state)| {
        let payment = Payment {
            state,
            ..payment.clone()
        };
        (name, payment)
    })
    .collect()
}

fn said(invoice: &Invoice) -> String {
    match invoice.state {
        State::Open { attempt: None } => "open".to_owned(),
        State::Open {
            attempt: Some(Attempt { awaited, .. }),
        } => if awaited { "awaited" } else { "begun" }.to_owned(),
        State::Held { .. } => "held".to_owned(),
        State::Succeeded { .. } => "succeeded".to_owned(),
        State::Canceled { cause, payment, .. } => {
            let payment = if payment.is_some() {
                ", with payment"
            } else {
                ""
            };
            let (party, reason) = (cause.party.code(), cause.reason.code());
            format!("canceled: {party} {reason}{payment}")
        }
    }
}

#[test]
fn matrix() {
    let mut text = String::new();
    for (name, invoice) in states() {
        let (now, late) = (NOW, invoice.expires_at);
        writeln!(text, "{name}").unwrap();
        for (when, at) in [("begin", now), ("begin late", late)] {
            let begun = invoice.begin(payment_id(2), at);
            let told = begun.map_or_else(|refused| refused.to_string(), |next| said(&next));
            let told = told.replace(&payment_id(1).to_string(), "1");
            writeln!(text, "  {when}: {told}").unwrap();
        }
        for (is, payment) in payments() {
            if let Some(next) = invoice.follow(&payment, NOW) {
                writeln!(text, "  payment is {is}: {}", said(&next)).unwrap();
            }
        }
        writeln!(text, "  due early: {:?}", invoice.due(None, now)).unwrap();
        let attempts: Vec<_> = match invoice.attempt() {
            None => vec![("without payment", None)],
            Some(_) => payments()
                .into_iter()
                .map(|(is, payment)| (is, Some(payment)))
                .collect(),
        };
        for (is, payment) in attempts {
            let due = invoice.due(payment.as_ref(), late);
            writeln!(text, "  due, {is}: {due:?}").unwrap();
            if due == Due::Follow {
                let next = invoice.follow(payment.as_ref().unwrap(), late);
                assert!(next.is_some(), "{name}, {is}: nowhere to go");
            }
        }
        let expired = invoice.expire(late).as_ref().map(said);
        writeln!(text, "  expire: {}", expired.as_deref().unwrap_or("no")).unwrap();
    }
    insta::assert_snapshot!(text);
}

#[test]
fn another_payment_changes_nothing() {
    for (name, invoice) in states() {
        for (_, payment) in payments() {
            let other = Payment {
                id: payment_id(2),
                ..payment
            };
            assert_eq!(invoice.follow(&other, NOW), None, "{name}");
        }
    }
}

#[test]
fn what_the_wire_shows_is_told_by_the_state() {
    let shown = |(name, invoice): (&str, Invoice)| {
        let status = invoice.status().code();
        let paid = invoice.paid_by().map(|(_, status)| status.code());
        let due = invoice.due_at().is_some();
        format!(
            "{name}: {status}, payment {}, due {due}\n",
            paid.unwrap_or("-")
        )
    };
    let text: String = states().into_iter().map(shown).collect();
    insta::assert_snapshot!(text);
}

/// What happens to an invoice.
#[derive(Clone, Copy, Debug)]
enum Happens {
    Begin,
    Payment(usize),
    Time,
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        Just(Happens::Begin),
        (0..14_usize).prop_map(Happens::Payment),
        Just(Happens::Time),
    ]
}

proptest! {
    #[test]
    fn a_cart_is_taken_exactly_when_it_adds_up(
        lines in prop::collection::vec((1..10_000_000_i64, 0..100_i64, 1..99_999_999_i64), 1..8),
        off in -1..=1_i64,
    ) {
        let cart: Vec<Line> = lines
            .iter()
            .map(|(price, percent, thousandths)| Line {
                description: "x".to_owned(),
                price: rub(*price),
                discount_price: (*percent > 50).then(|| rub(price * percent / 100)),
                quantity: Quantity::from_thousandths(*thousandths).unwrap(),
            })
            .collect();
        let sum: i64 = cart.iter().map(|line| line.cost().unwrap().minor()).sum();
        prop_assume!(0 < sum + off);
        let taken = cart::check(&cart, rub(sum + off));
        prop_assert_eq!(taken.is_ok(), off == 0);
        if let Err(CartRefused::SumDiffers { cart, amount }) = taken {
            prop_assert_eq!(amount.minor() - cart.minor(), off);
        }
    }

    #[test]
    fn what_is_decided_stays_decided(history in prop::collection::vec(happens(), 0..40)) {
        let (mut invoice, payments) = (invoice(), payments());
        for step in history {
            let now = invoice.expires_at;
            let next = match step {
                Happens::Begin => invoice.begin(payment_id(1), NOW).ok(),
                Happens::Payment(number) => invoice.follow(&payments[number].1, NOW),
                Happens::Time => invoice.expire(now),
            };
            let Some(next) = next else { continue };
            prop_assert_eq!(invoice.status(), Status::Pending);
            let lost = matches!(invoice.state, State::Open { attempt: Some(_) })
                && matches!(next.state, State::Canceled { .. });
            prop_assert!(!lost, "canceled with a payment that can still take money");
            invoice = next;
        }
    }
}
