//! Captures that were refused or given up, and were carried out after all: what becomes of each, in
//! every state of the payment.

use super::*;
use crate::DealId;
use crate::discrepancy::Remedy;

/// Who has a part in the payment.
#[derive(Clone, Copy, Debug)]
enum Owners {
    ShopAlone,
    Deal,
    Split,
}

fn of(owners: Owners, payment: Payment) -> Payment {
    match owners {
        Owners::ShopAlone => payment,
        Owners::Deal => Payment {
            deal: Some(PaymentDeal {
                id: DealId::new(seed(5)),
                fee_moment: crate::deal::FeeMoment::PaymentSucceeded,
                payout: rub(50_000),
                payout_capturing: None,
            }),
            ..payment
        },
        Owners::Split => {
            let part = Part {
                shop_id: ShopId::new(100_002).unwrap(),
                amount: payment.amount,
                platform_fee: None,
                description: None,
                metadata: Metadata::default(),
                returned: rub(0),
                fee_returned: rub(0),
            };
            let split = Split {
                parts: vec![part],
                capturing: None,
            };
            Payment {
                split: Some(Box::new(split)),
                ..payment
            }
        }
    }
}

/// One payment in each state in which a late capture can find it: each of 600.00, held or under
/// way.
fn places() -> Vec<(&'static str, Payment)> {
    let held = Payment {
        amount: rub(60_000),
        ..states().remove(3)
    };
    let capturing = held.capture(NewCapture::default(), operation(3), NOW);
    let capturing = capturing.unwrap().next;
    let voiding = held.cancel(operation(4)).unwrap().next;
    let approved = Answer::Approved(approval());
    let succeeded = hear(&capturing, &approved, NOW).unwrap().next;
    let mut elsewhere = succeeded.clone();
    if let State::Succeeded { reference, .. } = &mut elsewhere.state {
        "ref-of-the-capture".clone_into(reference);
    }
    let canceled = hear(&voiding, &approved, NOW).unwrap().next;
    let State::WaitingForCapture { hold } = &held.state else {
        panic!("{:?}", held.state);
    };
    let registering = |step: Registering| Payment {
        state: State::Registering {
            hold: hold.clone(),
            amount: rub(60_000),
            stage: CaptureMode::TwoStage,
            step,
        },
        receipt: Some(PaymentReceipt::new(ReceiptOrder::BeforeMoney)),
        ..held.clone()
    };
    let cause = Decline::new(Party::Merchant, CancellationReason::CanceledByMerchant);
    let (taking, letting_go) = (operation(5), operation(6));
    vec![
        ("asking the register", registering(Registering::Asked)),
        (
            "taking after it",
            registering(Registering::Taking { operation: taking }),
        ),
        (
            "letting go after it",
            registering(Registering::LettingGo {
                operation: letting_go,
                cause,
            }),
        ),
        ("held", held),
        ("another capture under way", capturing),
        ("being let go", voiding),
        ("taken, the bank's name of it is the same", succeeded),
        ("taken, the bank's name of it is another", elsewhere),
        ("canceled", canceled),
    ]
}

fn carried_out(payment: &Payment, given_back: GivenBack, (number, amount): (u64, Money)) -> Step {
    let late = Operation {
        id: operation(number),
        kind: OperationKind::Capture,
        amount,
        reference: Some("ref".to_owned()),
        ..call(payment)
    };
    let approved = Answer::Approved(approval());
    hear_beside(payment, &late, given_back, (&approved, NOW)).unwrap()
}

#[test]
fn the_matrix_of_captures_that_come_late_is_the_committed_one() {
    let mut matrix = String::from(
        "# where, whose, which sum: next state +transfer !event >call late:remedy, then another\n",
    );
    for (place, payment) in places() {
        for owners in [Owners::ShopAlone, Owners::Deal, Owners::Split] {
            for (sum, amount) in [("same", rub(60_000)), ("less", rub(55_000))] {
                let payment = of(owners, payment.clone());
                let first = carried_out(&payment, GivenBack::Nothing, (77, amount));
                let given_back = match first.operations.is_empty() {
                    true => GivenBack::Nothing,
                    false => GivenBack::Another,
                };
                let second = carried_out(&first.next, given_back, (78, rub(52_000)));
                assert!(
                    first.operations.len() + second.operations.len() <= 1,
                    "the one hold is given back once"
                );
                let captures = |step: &Step| step.transfers.len();
                assert!(captures(&first) + captures(&second) <= 1, "booked twice");
                let seen = |step: &Step| step.late.is_some();
                assert!(seen(&first) && seen(&second), "each is a discrepancy");
                // What is or may be the payment's own money is never given back.
                let paid = |it: &Payment| matches!(it.state, State::Succeeded { .. });
                for (before, step) in [(&payment, &first), (&first.next, &second)] {
                    let gives_back = !step.operations.is_empty();
                    assert!(!gives_back || !(paid(before) || paid(&step.next)));
                    let given_back = matches!(step.late, Some(Remedy::GivingBack(_)));
                    assert_eq!(gives_back, given_back);
                }
                matrix.push_str(&format!(
                    "{place}, {owners:?}, {sum}: {}, then {}\n",
                    line(Ok(Some(first))),
                    line(Ok(Some(second))),
                ));
            }
        }
    }
    insta::assert_snapshot!("matrix", matrix);
}
