//! What the script makes go wrong.

use super::*;
use crate::acquirer::{CallError, Found};
use crate::gate::Gate;
use crate::sandbox::{Call, CallbackFault, Chances, Decision, Fault, Order};

const GOOD_CARD: &str = "4111111111111111";

#[track_caller]
fn unknown(result: Result<Answer, CallError>) {
    assert!(matches!(result, Err(CallError::Unknown(_))), "{result:?}");
}

#[tokio::test]
async fn a_lost_reply_is_found_by_a_look_up_and_a_lost_request_is_not() {
    let sandbox = sandbox();
    sandbox.script().next_call(Fault::ReplyLost);
    unknown(sandbox.authorize(pay(1, card(GOOD_CARD))).await);
    let found = sandbox.look_up(operation(1)).await.unwrap();
    let again = sandbox.authorize(pay(1, card(GOOD_CARD))).await.unwrap();
    assert_eq!(found, Found::Answered(again));

    sandbox.script().next(Call::Authorize, Fault::RequestLost);
    unknown(sandbox.authorize(pay(2, card(GOOD_CARD))).await);
    assert_eq!(sandbox.look_up(operation(2)).await.unwrap(), Found::Nothing);

    sandbox.script().next(Call::Authorize, Fault::NotSent);
    let not_sent = sandbox.authorize(pay(3, card(GOOD_CARD))).await;
    assert!(matches!(not_sent, Err(CallError::NotSent(_))));
    assert_eq!(sandbox.statistics().len(), 1);
}

#[tokio::test]
async fn a_fault_waits_for_its_kind_of_call() {
    let sandbox = sandbox();
    sandbox.script().next(Call::LookUp, Fault::ReplyLost);
    approved(sandbox.authorize(pay(1, card(GOOD_CARD))).await.unwrap());
    assert!(matches!(
        sandbox.look_up(operation(1)).await,
        Err(CallError::Unknown(_))
    ));
    assert!(sandbox.look_up(operation(1)).await.is_ok());
}

#[tokio::test]
async fn a_lost_challenge_is_found_again() {
    let sandbox = sandbox();
    sandbox.script().next_call(Fault::ReplyLost);
    unknown(sandbox.authorize(pay(1, method(MethodKind::Sbp))).await);
    let Found::Answered(answer) = sandbox.look_up(operation(1)).await.unwrap() else {
        panic!("not answered");
    };
    challenged(answer);
}

#[tokio::test]
async fn what_is_declined_leaves_everything_as_it_was() {
    let sandbox = sandbox();
    let held = approved(sandbox.authorize(hold(1, card(GOOD_CARD))).await.unwrap());
    let moved = |sandbox: &Sandbox| {
        let effects = sandbox.statistics()[&held.reference];
        [effects.captured, effects.voided, effects.refunded].map(|money| money.minor() / 100)
    };
    sandbox.script().next(Call::Capture, Fault::Declined);
    let capture = follow(2, &held.reference, rub(600));
    declined(sandbox.capture(capture.clone()).await.unwrap());
    declined(sandbox.capture(capture).await.unwrap());
    assert_eq!(moved(&sandbox), [0, 0, 0]);
    let capture = follow(3, &held.reference, rub(600));
    approved(sandbox.capture(capture).await.unwrap());

    sandbox.script().next(Call::Refund, Fault::Declined);
    let refund = follow(4, &held.reference, rub(100));
    declined(sandbox.refund(refund).await.unwrap());
    assert_eq!(moved(&sandbox), [600, 400, 0]);
    let Found::Answered(answer) = sandbox.look_up(operation(4)).await.unwrap() else {
        panic!("not answered");
    };
    declined(answer);

    // Payers and cards refuse by themselves, and a hold can always be let go.
    sandbox.script().next(Call::Authorize, Fault::Declined);
    let held = approved(sandbox.authorize(hold(5, card(GOOD_CARD))).await.unwrap());
    sandbox.script().next(Call::Void, Fault::Declined);
    let void = follow(6, &held.reference, rub(1_000));
    approved(sandbox.void(void).await.unwrap());
}

#[tokio::test]
async fn a_slow_answer_comes_when_the_gate_opens() {
    let sandbox = Arc::new(sandbox());
    let gate = Gate::closed();
    sandbox.script().next_call(Fault::Slow(gate.clone()));
    let slow = Arc::clone(&sandbox);
    let call = tokio::spawn(async move { slow.authorize(pay(1, card(GOOD_CARD))).await });
    tokio::task::yield_now().await;
    assert!(!call.is_finished());
    assert_eq!(sandbox.statistics().len(), 1, "it is carried out already");
    gate.open();
    approved(call.await.unwrap().unwrap());
}

#[tokio::test]
async fn a_late_answer_comes_as_a_callback() {
    let sandbox = sandbox();
    let mut callbacks = sandbox.callbacks();
    sandbox.script().next_call(Fault::Late);
    unknown(sandbox.authorize(pay(1, card(GOOD_CARD))).await);
    assert_eq!(sandbox.look_up(operation(1)).await.unwrap(), Found::Open);
    assert!(sandbox.statistics().is_empty());

    assert_eq!(sandbox.carry_out_late().await.unwrap(), 1);
    let callback = callbacks.try_recv().unwrap();
    assert_eq!(
        (callback.operation, callback.shop_id),
        (operation(1), shop())
    );
    approved(callback.answer);
    assert_eq!(sandbox.statistics().len(), 1);
}

async fn decide(sandbox: &Sandbox, id: u64) {
    challenged(
        sandbox
            .authorize(pay(id, method(MethodKind::Sbp)))
            .await
            .unwrap(),
    );
    for decision in [Decision::Close, Decision::Approve, Decision::Approve] {
        sandbox.decide(operation(id), decision).await.unwrap();
    }
}

#[tokio::test]
async fn a_decision_is_called_back_once_unless_the_script_says_otherwise() {
    let sandbox = sandbox();
    let mut callbacks = sandbox.callbacks();
    decide(&sandbox, 1).await;
    sandbox.script().next_callback(CallbackFault::Twice);
    decide(&sandbox, 2).await;
    sandbox.script().next_callback(CallbackFault::Lost);
    decide(&sandbox, 3).await;
    for id in 4..7 {
        sandbox.script().next_callback(CallbackFault::Held);
        decide(&sandbox, id).await;
    }
    decide(&sandbox, 7).await;
    assert_eq!(sandbox.release_callbacks(Order::Reversed), 3);
    assert_eq!(sandbox.release_callbacks(Order::Shuffled(1)), 0);

    let mut heard = Vec::new();
    while let Ok(callback) = callbacks.try_recv() {
        approved(callback.answer);
        heard.push(callback.operation);
    }
    assert_eq!(heard, [1, 2, 2, 7, 6, 5, 4].map(operation));
}

async fn by_chance(seed: u64) -> String {
    let sandbox = sandbox();
    let chances = Chances {
        reply_lost: 100,
        request_lost: 100,
        not_sent: 100,
        late: 100,
        ..Chances::default()
    };
    sandbox.script().by_chance(seed, chances);
    let mut seen = String::new();
    for id in 0..200 {
        seen.push(match sandbox.authorize(pay(id, card(GOOD_CARD))).await {
            Ok(_) => '.',
            Err(CallError::NotSent(_)) => 'n',
            Err(CallError::Unknown(_)) => 'u',
        });
    }
    sandbox.script().calm();
    approved(
        sandbox
            .authorize(pay(1_000, card(GOOD_CARD)))
            .await
            .unwrap(),
    );
    seen
}

#[tokio::test]
async fn chance_is_the_same_for_the_same_seed() {
    let seen = by_chance(41).await;
    assert_eq!(seen, by_chance(41).await);
    assert_ne!(seen, by_chance(42).await);
    let count = |kind| seen.chars().filter(|c| *c == kind).count();
    assert!((90..150).contains(&count('.')), "{seen}");
    assert!(count('n') > 5 && count('u') > 30, "{seen}");
}
