//! The connector of a payment's money: that of the last attempt; and whoever took money that nobody
//! waited for gives it back.

use super::*;
use crate::ledger::Account;

fn bank(name: &str) -> ConnectorName {
    name.parse().unwrap()
}

fn tried(payment: &Payment, number: u64, name: &str) -> Payment {
    let attempt = Attempt {
        connector: bank(name),
        ..attempt(number)
    };
    let step = payment.authorize(attempt, NOW).unwrap();
    assert_eq!(step.operations[0].connector, Some(bank(name)));
    step.next
}

#[test]
fn calls_that_build_on_a_hold_go_to_whoever_holds_it() {
    let approved = Answer::Approved(approval());
    let pending = Payment::create(&shop(), new_payment(CaptureMode::TwoStage), NOW).unwrap();
    assert_eq!(pending.connector, None);
    let first = tried(&pending, 2, "first");
    let declined = hear(&first, &declined(), NOW).unwrap().next;
    let second = tried(&declined, 3, "second");
    let held = hear(&second, &approved, NOW).unwrap().next;
    assert_eq!(held.connector, Some(bank("second")));

    let capturing = held.capture(NewCapture::default(), operation(4), NOW);
    let capturing = capturing.unwrap();
    let voiding = held.cancel(operation(5)).unwrap();
    for step in [&capturing, &voiding] {
        assert_eq!(step.operations[0].connector, Some(bank("second")));
    }
    let taken = hear(&capturing.next, &approved, NOW).unwrap();
    let owes = taken.transfers[0].entries()[0].account;
    assert_eq!(owes, Account::Acquirer(bank("second")));
}

#[test]
fn money_that_came_late_goes_back_to_whoever_took_it() {
    let approved = Answer::Approved(approval());
    let pending = Payment::create(&shop(), new_payment(CaptureMode::OneStage), NOW).unwrap();
    let first = tried(&pending, LAST, "first");
    let late = call(&first);
    let given_up = hear(&first, &declined(), NOW).unwrap().next;

    let back = hear_of(&given_up, &late, (&approved, NOW)).unwrap();
    let owes = back.transfers[0].entries()[0].account;
    assert_eq!(
        (back.next.connector, owes),
        (Some(bank("first")), Account::Acquirer(bank("first"))),
        "one that still waits is paid by it"
    );

    let second = tried(&given_up, 3, "second");
    let back = hear_of(&second, &late, (&approved, NOW)).unwrap();
    assert_eq!(back.operations[0].kind, OperationKind::Refund);
    assert_eq!(back.operations[0].connector, Some(bank("first")));
    assert_eq!(back.next.connector, Some(bank("second")));
}
