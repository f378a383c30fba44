//! Payments with a receipt: what waits for the register, and what its answers let happen.

use super::*;
use crate::receipt::Registration;

fn with_receipt(mode: CaptureMode, order: ReceiptOrder) -> Payment {
    let new = NewPayment {
        receipt: Some(order),
        ..new_payment(mode)
    };
    Payment::create(&shop(), new, NOW).unwrap()
}

fn approved(payment: &Payment) -> Step {
    hear(payment, &Answer::Approved(approval()), NOW).unwrap()
}

/// A payment that waits for its receipt, in each of its steps, in one stage and in two.
fn states() -> Vec<Payment> {
    let mut all = Vec::new();
    for mode in [CaptureMode::OneStage, CaptureMode::TwoStage] {
        let pending = with_receipt(mode, ReceiptOrder::BeforeMoney);
        let authorizing = pending.authorize(attempt(2), NOW).unwrap().next;
        let asked = match mode {
            CaptureMode::OneStage => approved(&authorizing).next,
            CaptureMode::TwoStage => {
                let held = approved(&authorizing).next;
                held.capture(part_of(60_000), operation(3), NOW)
                    .unwrap()
                    .next
            }
        };
        let taking = asked.receipt_registered(operation(4)).next;
        let letting_go = asked.receipt_refused(operation(5)).next;
        all.extend([asked, taking, letting_go]);
    }
    all
}

fn shown(payment: &Payment) -> String {
    let State::Registering { step, .. } = &payment.state else {
        return payment.state.code().to_owned();
    };
    let step = match step {
        Registering::Asked => "asked",
        Registering::Taking { .. } => "taking",
        Registering::LettingGo { .. } => "letting go",
    };
    format!("{} {step}", payment.state.code())
}

#[test]
fn the_matrix_of_waiting_for_a_receipt_is_the_committed_one() {
    let late = NOW.plus(Duration::days(8));
    let mut matrix = String::from("# state, command: next state +transfer !event >call receipt\n");
    for payment in states() {
        let ok = |step: Step| Ok(Some(step));
        let text = |error: String| -> Result<Option<Step>, String> { Err(error) };
        let commands: [(&str, Result<Option<Step>, String>); 9] = [
            (
                "authorize",
                payment
                    .authorize(attempt(9), NOW)
                    .map_or_else(|e| text(e.to_string()), ok),
            ),
            (
                "capture",
                payment
                    .capture(NewCapture::default(), operation(9), NOW)
                    .map_or_else(|e| text(e.to_string()), ok),
            ),
            (
                "cancel",
                payment
                    .cancel(operation(9))
                    .map_or_else(|e| text(e.to_string()), ok),
            ),
            ("registered", ok(payment.receipt_registered(operation(9)))),
            ("refused", ok(payment.receipt_refused(operation(9)))),
            (
                "approved",
                Ok(hear(&payment, &Answer::Approved(approval()), NOW)),
            ),
            ("declined", Ok(hear(&payment, &declined(), NOW))),
            (
                "expire early",
                payment
                    .expire(operation(9), NOW)
                    .map_or_else(|_early| text("not due or not waiting".to_owned()), ok),
            ),
            (
                "expire",
                payment
                    .expire(operation(9), late)
                    .map_or_else(|e| text(e.to_string()), ok),
            ),
        ];
        for (command, result) in commands {
            let line = line(result);
            let state = shown(&payment);
            matrix.push_str(&format!("{state}, {command}: {line}\n"));
        }
    }
    insta::assert_snapshot!("receipt_matrix", matrix);
}

#[test]
fn with_the_receipt_first_the_money_is_only_held() {
    let payment = with_receipt(CaptureMode::OneStage, ReceiptOrder::BeforeMoney);
    assert!(!payment.takes_at_once());
    assert!(!payment.accepts(MethodKind::Sbp), "SBP cannot hold money");
    assert!(payment.accepts(MethodKind::BankCard));
    let sbp = NewPayment {
        means: NewMeans::Method {
            kind: MethodKind::Sbp,
            phone: None,
        },
        receipt: Some(ReceiptOrder::BeforeMoney),
        ..new_payment(CaptureMode::OneStage)
    };
    let refused = Payment::create(&shop(), sbp, NOW).unwrap_err();
    let method = MethodKind::Sbp;
    assert_eq!(refused, CreateRefused::MethodNotHeld { method });
}

#[test]
fn with_the_receipt_first_the_wire_sees_the_stages_of_always() {
    let mut flags = String::new();
    for payment in states() {
        flags.push_str(&format!(
            "{}: {} paid={}\n",
            shown(&payment),
            payment.status().code(),
            payment.paid(),
        ));
    }
    insta::assert_snapshot!(flags, @"
    registering asked: pending paid=false
    registering taking: pending paid=false
    registering letting go: pending paid=false
    registering_capture asked: waiting_for_capture paid=true
    registering_capture taking: waiting_for_capture paid=true
    registering_capture letting go: waiting_for_capture paid=true
    ");
}

#[test]
fn a_receipt_that_comes_after_the_money_is_registered_when_it_is_taken() {
    let pending = with_receipt(CaptureMode::OneStage, ReceiptOrder::AfterMoney);
    assert!(pending.takes_at_once());
    let authorizing = pending.authorize(attempt(2), NOW).unwrap().next;
    let step = approved(&authorizing);
    assert_eq!(step.receipt, ReceiptWork::Register);
    let registered = step.next.receipt_registered(operation(9));
    assert_eq!(registered.receipt, ReceiptWork::None);
    assert!(registered.operations.is_empty());
    let registration = registered.next.receipt.map(|receipt| receipt.registration);
    assert_eq!(registration, Some(Registration::Succeeded));

    let pending = with_receipt(CaptureMode::TwoStage, ReceiptOrder::AfterMoney);
    let authorizing = pending.authorize(attempt(2), NOW).unwrap().next;
    let held = approved(&authorizing);
    assert_eq!(held.receipt, ReceiptWork::None);
    let voiding = held.next.cancel(operation(4)).unwrap().next;
    let canceled = approved(&voiding);
    assert_eq!(canceled.receipt, ReceiptWork::Drop);
    let registration = canceled.next.receipt.map(|receipt| receipt.registration);
    assert_eq!(registration, Some(Registration::Canceled));
}

#[test]
fn a_receipt_that_was_registered_for_nothing_is_taken_back() {
    // The hold ends first, the register answers last.
    let asked = states().remove(0);
    let late = NOW.plus(Duration::days(8));
    let letting_go = asked.expire(operation(6), late).unwrap().next;
    let canceled = approved(&letting_go).next;
    let step = canceled.receipt_registered(operation(9));
    assert_eq!(step.receipt, ReceiptWork::Reverse);
    // The register answers while the money is let go.
    let registered = letting_go.receipt_registered(operation(9)).next;
    assert_eq!(approved(&registered).receipt, ReceiptWork::Reverse);
    // The acquirer cannot take what it held.
    let taking = states().remove(1);
    let letting_go = hear(&taking, &declined(), NOW).unwrap();
    assert_eq!(letting_go.operations[0].kind, OperationKind::Void);
    assert_eq!(approved(&letting_go.next).receipt, ReceiptWork::Reverse);
}
