//! Refunds: what is refused, and what an answer does.

use crate::acquiring::{Answer, Approval, CancellationReason, Decline, Party};
use crate::connector::ConnectorName;
use crate::id::{GatewayId, IdSeed, OperationId, PaymentId, RefundId, ShopId};
use crate::metadata::Metadata;
use crate::method::{MethodFacts, MethodKind};
use crate::money::{Currency, Money};
use crate::operation::Operation;
use crate::payment::{CaptureMode, Flow, Payment, SaveMethod, State, UsedMethod};
use crate::refund::{CreateRefused, NewRefund, Refund, Status};
use crate::time::{Duration, Timestamp};

const NOW: Timestamp = Timestamp::from_micros(1_784_548_800_000_000);

fn rub(minor: i64) -> Money {
    Money::new(minor, Currency::RUB)
}

fn succeeded(kind: MethodKind) -> Payment {
    let id = PaymentId::new(IdSeed { at: NOW, random: 1 });
    Payment {
        id,
        shop_id: ShopId::new(1).unwrap(),
        gateway_id: GatewayId::new(2).unwrap(),
        test: true,
        amount: rub(10_000),
        amount_asked: rub(10_000),
        description: None,
        metadata: Metadata::default(),
        merchant_customer_id: None,
        client_ip: None,
        capture_mode: CaptureMode::OneStage,
        save_method: SaveMethod::PayerDecides,
        confirmation: None,
        flow: Flow::Page,
        method_asked: None,
        method: Some(UsedMethod {
            id: id.method_id(),
            kind,
            saved: false,
            phone: None,
            facts: None,
        }),
        connector: Some(ConnectorName::SANDBOX),
        details: None,
        split: None,
        authorization: None,
        fee: None,
        deal: None,
        receipt: None,
        refunded: rub(0),
        refunding: rub(0),
        confirm_until: NOW,
        state: State::Succeeded {
            reference: "ref".to_owned(),
            captured_at: NOW,
        },
        created_at: NOW,
        version: 1,
    }
}

fn new_refund(minor: i64, number: u64) -> NewRefund {
    let seed = IdSeed {
        at: NOW,
        random: number,
    };
    NewRefund {
        id: RefundId::new(seed),
        amount: rub(minor),
        description: None,
        metadata: Metadata::default(),
        deal: None,
        has_receipt: false,
        sources: Vec::new(),
        certificate: None,
        operation: OperationId::new(seed),
    }
}

fn refusal(payment: &Payment, minor: i64, now: Timestamp) -> String {
    match Refund::create(payment, new_refund(minor, 1), now) {
        Ok(step) => format!("gives back {}", step.next.amount),
        Err(CreateRefused::Payment(refused)) => refused.to_string(),
        Err(CreateRefused::Ledger(refused)) => refused.to_string(),
    }
}

#[test]
fn refusals_come_in_their_order() {
    let payment = succeeded(MethodKind::BankCard);
    let pending = Payment {
        state: State::Pending { last_attempt: None },
        ..payment.clone()
    };
    let spent = Payment {
        refunded: rub(10_000),
        ..payment.clone()
    };
    let on_the_way = Payment {
        refunding: rub(6_000),
        ..payment.clone()
    };
    let years_later = NOW.plus(Duration::days(3 * 365 + 1));
    let lines = [
        refusal(&pending, 100, NOW),
        refusal(&succeeded(MethodKind::Cash), 10_000, NOW),
        refusal(&spent, 100, NOW),
        refusal(&payment, 10_001, NOW),
        refusal(&on_the_way, 6_000, NOW),
        refusal(&succeeded(MethodKind::MobileBalance), 5_000, NOW),
        refusal(&payment, 99, NOW),
        refusal(&payment, 9_901, NOW),
        refusal(&payment, 10_000, years_later),
        refusal(&payment, 10_000, NOW),
        refusal(&on_the_way, 4_000, NOW),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r"
    the payment is pending
    the method gives nothing back
    everything was given back
    refund exceeds what is left of the payment
    refund exceeds what is left of the payment
    the method gives back the whole only
    the amount is below the least sum
    what would be left is below the least sum
    the payment is too old
    gives back 100.00 RUB
    gives back 40.00 RUB
    ");
}

#[test]
fn an_answer_settles_or_releases_what_was_set_aside_once() {
    let payment = succeeded(MethodKind::BankCard);
    let created = Refund::create(&payment, new_refund(4_000, 1), NOW).unwrap();
    assert_eq!(created.payment.refunding, rub(4_000));
    let operation = Operation::send(created.operations[0].clone(), NOW);
    let approved = Answer::Approved(Approval {
        reference: "ref".to_owned(),
        facts: Some(MethodFacts::Sbp {
            bank_id: "100000000111".to_owned(),
            bic: "044525225".to_owned(),
            sbp_operation_id: "A1".to_owned(),
        }),
        rrn: None,
        auth_code: None,
        three_d_secure: None,
        token: None,
    });
    let reason = CancellationReason::RejectedByPayee;
    let decline = Decline::new(Party::RefundNetwork, reason);
    let declined = Answer::Declined {
        decline,
        facts: None,
    };

    let hear = |refund: &Refund, payment: &Payment, answer: &Answer| {
        refund.answered(payment, &operation, answer, NOW).unwrap()
    };
    let settled = hear(&created.next, &created.payment, &approved).unwrap();
    assert_eq!(settled.next.status(), Status::Succeeded);
    assert_eq!(
        (settled.payment.refunded, settled.payment.refunding),
        (rub(4_000), rub(0))
    );
    assert_eq!(hear(&settled.next, &settled.payment, &approved), None);
    assert_eq!(hear(&settled.next, &settled.payment, &declined), None);

    let released = hear(&created.next, &created.payment, &declined).unwrap();
    assert_eq!(released.next.status(), Status::Canceled);
    assert_eq!(
        (released.payment.refunded, released.payment.refunding),
        (rub(0), rub(0))
    );
}
