//! Which page each state of a payment and of a binding leads to.

use domain::acquiring::{CancellationReason, Challenge, Decline, Party};
use domain::payment::{CaptureMode, Flow, Hold, Payment, SaveMethod, State};
use domain::payment_method::{self, PaymentMethod};
use domain::{
    Currency, Duration, GatewayId, IdSeed, MethodKind, Money, OperationId, PaymentId,
    PaymentMethodId, ShopId, Timestamp,
};

use super::{Ending, Stage, binding_stamp, payment_stamp};

const NOW: Timestamp = Timestamp::from_micros(1_795_259_100_000_000);
const SEED: IdSeed = IdSeed { at: NOW, random: 7 };

/// A payment of 1,000.00 RUB that can be paid for an hour from now.
fn payment(state: State) -> Payment {
    let amount = Money::new(100_000, Currency::RUB);
    Payment {
        id: PaymentId::new(SEED),
        shop_id: ShopId::new(100_001).unwrap(),
        gateway_id: GatewayId::new(200_001).unwrap(),
        test: true,
        amount,
        amount_asked: amount,
        description: None,
        metadata: domain::Metadata::default(),
        merchant_customer_id: None,
        client_ip: None,
        capture_mode: CaptureMode::OneStage,
        save_method: SaveMethod::PayerDecides,
        confirmation: None,
        flow: Flow::Page,
        method_asked: None,
        method: None,
        connector: None,
        details: None,
        split: None,
        authorization: None,
        fee: None,
        deal: None,
        receipt: None,
        refunded: Money::zero(Currency::RUB),
        refunding: Money::zero(Currency::RUB),
        confirm_until: NOW.plus(Duration::hours(1)),
        state,
        created_at: NOW,
        version: 3,
    }
}

fn binding(state: payment_method::State) -> PaymentMethod {
    PaymentMethod {
        id: PaymentMethodId::new(SEED),
        shop_id: ShopId::new(100_001).unwrap(),
        gateway_id: GatewayId::new(200_001).unwrap(),
        kind: MethodKind::BankCard,
        facts: None,
        connector: None,
        metadata: domain::Metadata::default(),
        confirmation: None,
        client_ip: None,
        flow: Flow::Page,
        state,
        confirm_until: NOW.plus(Duration::hours(1)),
        created_at: NOW,
        version: 3,
    }
}

fn canceled(reason: CancellationReason) -> State {
    State::Canceled {
        cause: Decline::new(Party::YooMoney, reason),
        canceled_at: NOW,
    }
}

fn pending() -> State {
    State::Pending { last_attempt: None }
}

fn hold() -> Hold {
    Hold {
        reference: "1".to_owned(),
        expires_at: NOW,
    }
}

fn challenge() -> Challenge {
    Challenge::Redirect {
        url: "https://acs.example/1".to_owned(),
    }
}

#[track_caller]
fn check(state: State, minutes: i64, expected: &Stage) {
    let stage = Stage::of_payment(&payment(state), NOW.plus(Duration::minutes(minutes)));
    assert_eq!(stage, *expected);
}

#[test]
fn a_payer_chooses_until_the_time_is_over() {
    check(pending(), 59, &Stage::Choose);
    check(pending(), 60, &Stage::Ended(Ending::Expired));
}

#[test]
fn an_attempt_is_waited_for_and_a_challenge_is_shown() {
    let operation = OperationId::new(SEED);
    check(State::Authorizing { operation }, 0, &Stage::Unknown);
    let challenge = challenge();
    let state = State::Challenged {
        operation,
        challenge: challenge.clone(),
    };
    check(state, 0, &Stage::Confirm(challenge));
}

#[test]
fn money_that_came_just_now_and_long_ago_is_told_apart() {
    let state = State::Succeeded {
        reference: "1".to_owned(),
        captured_at: NOW,
    };
    check(state.clone(), 4, &Stage::Ended(Ending::Paid));
    check(state, 5, &Stage::Ended(Ending::AlreadyPaid));
}

#[test]
fn held_money_is_shown_as_held_until_it_is_taken_or_let_go() {
    let operation = OperationId::new(SEED);
    let amount = Money::new(1, Currency::RUB);
    check(
        State::WaitingForCapture { hold: hold() },
        0,
        &Stage::Ended(Ending::Held),
    );
    let capturing = State::Capturing {
        hold: hold(),
        operation,
        amount,
    };
    check(capturing, 0, &Stage::Ended(Ending::Held));
    let cause = Decline::new(Party::Merchant, CancellationReason::CanceledByMerchant);
    let voiding = State::Voiding {
        hold: hold(),
        operation,
        cause,
    };
    check(voiding, 0, &Stage::Ended(Ending::Canceled));
}

#[test]
fn each_end_without_money_has_its_own_page() {
    use CancellationReason as Reason;
    check(
        canceled(Reason::ExpiredOnConfirmation),
        0,
        &Stage::Ended(Ending::Expired),
    );
    check(
        canceled(Reason::ExpiredOnCapture),
        0,
        &Stage::Ended(Ending::HoldExpired),
    );
    check(
        canceled(Reason::CanceledByMerchant),
        0,
        &Stage::Ended(Ending::Canceled),
    );
    let reason = Reason::InsufficientFunds;
    check(canceled(reason), 0, &Stage::Ended(Ending::Declined(reason)));
}

#[test]
fn a_binding_has_the_same_stages() {
    use payment_method::State;
    let check = |state, minutes, expected| {
        let now = NOW.plus(Duration::minutes(minutes));
        assert_eq!(Stage::of_binding(&binding(state), now), expected);
    };
    let operation = OperationId::new(SEED);
    let expired = CancellationReason::ExpiredOnConfirmation;
    let cause = Decline::new(Party::PaymentNetwork, CancellationReason::CardExpired);
    check(State::Pending, 0, Stage::Choose);
    check(State::Pending, 60, Stage::Ended(Ending::NotBound(expired)));
    check(State::Binding { operation }, 0, Stage::Unknown);
    let asked = State::Challenged {
        operation,
        challenge: challenge(),
    };
    check(asked, 0, Stage::Confirm(challenge()));
    check(
        State::Active {
            token: "t".to_owned(),
        },
        0,
        Stage::Ended(Ending::Bound),
    );
    check(
        State::Inactive { cause },
        0,
        Stage::Ended(Ending::NotBound(cause.reason)),
    );
}

#[test]
fn every_change_has_another_stamp() {
    let before = payment(pending());
    let after = Payment {
        version: 4,
        ..before.clone()
    };
    assert_ne!(payment_stamp(&before), payment_stamp(&after));
    let before = binding(payment_method::State::Pending);
    let after = PaymentMethod {
        version: 4,
        ..before.clone()
    };
    assert_ne!(binding_stamp(&before), binding_stamp(&after));
}
