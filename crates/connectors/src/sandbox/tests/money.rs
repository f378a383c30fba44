//! Captures, voids and refunds, and what they leave.

use domain::MethodFacts;

use super::*;
use crate::sandbox::{Decision, Effects};

async fn held(sandbox: &Sandbox, id: u64) -> String {
    approved(
        sandbox
            .authorize(hold(id, card("4111111111111111")))
            .await
            .unwrap(),
    )
    .reference
}

fn effects(sandbox: &Sandbox, reference: &str) -> [i64; 4] {
    let Effects {
        held,
        captured,
        voided,
        refunded,
        ..
    } = sandbox.statistics()[reference];
    [held, captured, voided, refunded].map(|money| money.minor() / 100)
}

#[tokio::test]
async fn a_capture_takes_a_part_and_lets_the_rest_go() {
    let sandbox = sandbox();
    let reference = held(&sandbox, 1).await;
    assert_eq!(effects(&sandbox, &reference), [1_000, 0, 0, 0]);
    let capture = follow(2, &reference, rub(600));
    let first = sandbox.capture(capture.clone()).await.unwrap();
    assert_eq!(
        first,
        sandbox.capture(capture).await.unwrap(),
        "the same key, the same answer"
    );
    assert_eq!(approved(first).reference, reference);
    assert_eq!(effects(&sandbox, &reference), [1_000, 600, 400, 0]);

    let again = sandbox
        .capture(follow(3, &reference, rub(400)))
        .await
        .unwrap();
    assert_eq!(
        declined(again),
        by_network(CancellationReason::GeneralDecline)
    );
    let void = sandbox
        .void(follow(4, &reference, rub(1_000)))
        .await
        .unwrap();
    declined(void);
    assert_eq!(effects(&sandbox, &reference), [1_000, 600, 400, 0]);
}

#[tokio::test]
async fn a_void_lets_the_whole_hold_go_once() {
    let sandbox = sandbox();
    let reference = held(&sandbox, 1).await;
    let void = follow(2, &reference, rub(1_000));
    approved(sandbox.void(void.clone()).await.unwrap());
    approved(sandbox.void(void).await.unwrap());
    assert_eq!(effects(&sandbox, &reference), [1_000, 0, 1_000, 0]);
    declined(
        sandbox
            .void(follow(3, &reference, rub(1_000)))
            .await
            .unwrap(),
    );
    declined(
        sandbox
            .capture(follow(4, &reference, rub(1_000)))
            .await
            .unwrap(),
    );
}

#[tokio::test]
async fn more_than_is_held_is_not_captured() {
    let sandbox = sandbox();
    let reference = held(&sandbox, 1).await;
    declined(
        sandbox
            .capture(follow(2, &reference, rub(1_001)))
            .await
            .unwrap(),
    );
    declined(
        sandbox
            .capture(follow(3, &reference, rub(0)))
            .await
            .unwrap(),
    );
    let dollars = Money::new(100, Currency::from_code("USD").unwrap());
    declined(
        sandbox
            .capture(follow(4, &reference, dollars))
            .await
            .unwrap(),
    );
    let stranger = ShopId::new(1).unwrap();
    let theft = Follow {
        shop_id: stranger,
        ..follow(5, &reference, rub(10))
    };
    declined(sandbox.capture(theft).await.unwrap());
    approved(
        sandbox
            .capture(follow(6, &reference, rub(1_000)))
            .await
            .unwrap(),
    );
}

#[tokio::test]
async fn refunds_end_where_the_captured_money_ends() {
    let sandbox = sandbox();
    let paid = sandbox
        .authorize(pay(1, card("4111111111111111")))
        .await
        .unwrap();
    let reference = approved(paid).reference;
    let refund = approved(
        sandbox
            .refund(follow(2, &reference, rub(600)))
            .await
            .unwrap(),
    );
    assert_eq!(refund.rrn.unwrap().len(), 12);
    let refused = declined(
        sandbox
            .refund(follow(3, &reference, rub(600)))
            .await
            .unwrap(),
    );
    let expected = Decline::new(Party::RefundNetwork, CancellationReason::GeneralDecline);
    assert_eq!(refused, expected);
    approved(
        sandbox
            .refund(follow(4, &reference, rub(400)))
            .await
            .unwrap(),
    );
    assert_eq!(effects(&sandbox, &reference), [1_000, 1_000, 0, 1_000]);
}

#[tokio::test]
async fn a_refund_through_sbp_has_a_number_of_its_own() {
    let sandbox = sandbox();
    challenged(
        sandbox
            .authorize(pay(1, method(MethodKind::Sbp)))
            .await
            .unwrap(),
    );
    let paid = approved(
        sandbox
            .decide(operation(1), Decision::Approve)
            .await
            .unwrap()
            .answer,
    );
    let refund = follow(2, &paid.reference, rub(1_000));
    let refund = approved(sandbox.refund(refund).await.unwrap());
    let number = |facts| match facts {
        Some(MethodFacts::Sbp {
            sbp_operation_id, ..
        }) => sbp_operation_id,
        other => panic!("not SBP: {other:?}"),
    };
    assert_ne!(number(paid.facts), number(refund.facts));
    assert_eq!(refund.rrn, None);
}

#[tokio::test]
async fn an_unknown_payment_is_trusted_and_an_unpaid_one_is_not() {
    let sandbox = sandbox();
    let forgotten = "sb-bank_card-30d1a3c0-0051-5000-8000-000000000077";
    for (id, reference) in [(10, forgotten), (11, "from elsewhere")] {
        let refund = follow(id, reference, rub(5));
        approved(sandbox.refund(refund).await.unwrap());
    }
    assert!(sandbox.statistics().is_empty());
    declined(
        sandbox
            .authorize(pay(1, card("5555555555554600")))
            .await
            .unwrap(),
    );
    let digits = operation(1).to_string().replace("op-", "sb-bank_card-");
    declined(sandbox.capture(follow(2, &digits, rub(5))).await.unwrap());
}
