//! The matrix of states and commands, the flags of each state, and properties of random histories.

mod connector;
mod late;
mod receipt;

use proptest::prelude::*;

use super::*;
use crate::acquiring::{Answer, CancellationReason, Party};
use crate::card::{CardBrand, CardFacts, Expiry};
use crate::connector::ConnectorName;
use crate::id::IdSeed;
use crate::money::{Currency, Rate};
use crate::operation::{Operation, OperationKind, OperationObject, OperationState};
use crate::shop::{Shop, ShopKind};
use crate::tariff::Tariff;

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
        may_send_cards: true,
        may_save_methods: true,
        deal_life: Some(crate::deal::Life::USUAL),
        may_use_tokens: true,
        widget_retries: true,
        widget_sites: Vec::new(),
        choices: Vec::new(),
        clock_offset: Duration::ZERO,
        inn: None,
        fiscalization: None,
        created_at: NOW,
        version: 1,
    }
}

fn tariffs() -> Vec<Tariff> {
    vec![Tariff {
        shop_id: shop().id,
        method: None,
        rate: Rate::from_ppm(45_000).unwrap(),
        minimum: rub(0),
        fixed: rub(0),
        vat: Rate::ZERO,
        starts_at: NOW,
    }]
}

fn card() -> CardFacts {
    CardFacts {
        first6: "555555".to_owned(),
        last4: "4444".to_owned(),
        expiry: Expiry::new(2030, 12).unwrap(),
        brand: CardBrand::MasterCard,
        issuer_country: None,
        issuer_name: None,
    }
}

fn new_payment(capture_mode: CaptureMode) -> NewPayment {
    NewPayment {
        id: PaymentId::new(seed(1)),
        amount: rub(100_000),
        description: None,
        metadata: Metadata::default(),
        merchant_customer_id: None,
        client_ip: None,
        capture_mode,
        save_method: SaveMethod::PayerDecides,
        confirmation: Some(Confirmation {
            kind: ConfirmationKind::Redirect,
            return_url: Some("https://shop.example/".to_owned()),
            enforce: false,
            locale: None,
        }),
        deal: None,
        means: NewMeans::PayerChooses,
        receipt: None,
        details: Details::default(),
        parts: Vec::new(),
        partners: Vec::new(),
        confirm_until: None,
    }
}

fn part_of(minor: i64) -> NewCapture {
    NewCapture {
        amount: Some(rub(minor)),
        ..NewCapture::default()
    }
}

fn attempt(number: u64) -> Attempt {
    Attempt {
        operation: operation(number),
        connector: ConnectorName::SANDBOX,
        kind: MethodKind::BankCard,
        phone: None,
        facts: Some(MethodFacts::Card(card())),
        agreed_to_save: false,
        client_ip: None,
    }
}

fn approval() -> Approval {
    Approval {
        reference: "ref".to_owned(),
        facts: None,
        rrn: Some("100000000001".to_owned()),
        auth_code: Some("000001".to_owned()),
        three_d_secure: None,
        token: Some("token".to_owned()),
    }
}

fn declined() -> Answer {
    let reason = CancellationReason::InsufficientFunds;
    Answer::Declined {
        decline: Decline::new(Party::PaymentNetwork, reason),
        facts: None,
    }
}

fn challenged() -> Answer {
    Answer::Challenged(Challenge::Redirect {
        url: "https://bank.example/".to_owned(),
    })
}

/// The call that a payment waits for, or one that it does not wait for any more.
fn call(payment: &Payment) -> Operation {
    let (kind, id) = match &payment.state {
        State::Authorizing { operation } | State::Challenged { operation, .. } => {
            (OperationKind::Authorize, *operation)
        }
        State::Capturing { operation, .. } => (OperationKind::Capture, *operation),
        State::Voiding { operation, .. } => (OperationKind::Void, *operation),
        State::Registering {
            step: Registering::Taking { operation },
            ..
        } => (OperationKind::Capture, *operation),
        State::Registering {
            step: Registering::LettingGo { operation, .. },
            ..
        } => (OperationKind::Void, *operation),
        State::Registering { .. }
        | State::Pending { .. }
        | State::WaitingForCapture { .. }
        | State::Succeeded { .. }
        | State::Canceled { .. } => (OperationKind::Authorize, operation(LAST)),
    };
    Operation {
        id,
        shop_id: payment.shop_id,
        object: OperationObject::Payment(payment.id),
        kind,
        connector: payment.connector,
        amount: payment.amount,
        reference: None,
        state: OperationState::Sent,
        created_at: NOW,
        answered_at: None,
        due_at: None,
        looks: 0,
        version: 1,
    }
}

fn hear(payment: &Payment, answer: &Answer, now: Timestamp) -> Option<Step> {
    hear_of(payment, &call(payment), (answer, now))
}

/// An approval of a call that the payment does not wait for.
fn hear_late(payment: &Payment, kind: OperationKind, last_attempt: bool) -> Option<Step> {
    let operation = Operation {
        id: operation(if last_attempt { LAST } else { 78 }),
        kind,
        reference: (kind != OperationKind::Authorize).then(|| "ref".to_owned()),
        ..call(payment)
    };
    let approved = Answer::Approved(approval());
    hear_of(payment, &operation, (&approved, NOW))
}

fn hear_of(payment: &Payment, operation: &Operation, said: (&Answer, Timestamp)) -> Option<Step> {
    hear_beside(payment, operation, GivenBack::Nothing, said)
}

fn hear_beside(
    payment: &Payment,
    operation: &Operation,
    given_back: GivenBack,
    (answer, now): (&Answer, Timestamp),
) -> Option<Step> {
    let tariffs = tariffs();
    let spare = OperationId::new(seed(99));
    payment
        .answered(&PaymentAnswer {
            operation,
            answer,
            tariffs: &tariffs,
            spare,
            given_back,
            now,
        })
        .unwrap()
}

/// The number of the last attempt of a payment that waits for another.
const LAST: u64 = 77;

/// One payment in each state, two stages.
fn states() -> Vec<Payment> {
    let new = new_payment(CaptureMode::TwoStage);
    let mut pending = Payment::create(&shop(), new, NOW).unwrap();
    pending.state = State::Pending {
        last_attempt: Some(operation(LAST)),
    };
    let authorizing = pending.authorize(attempt(2), NOW).unwrap().next;
    let challenge = hear(&authorizing, &challenged(), NOW).unwrap().next;
    let waiting = hear(&authorizing, &Answer::Approved(approval()), NOW)
        .unwrap()
        .next;
    let capturing = waiting
        .capture(NewCapture::default(), operation(3), NOW)
        .unwrap()
        .next;
    let voiding = waiting.cancel(operation(4)).unwrap().next;
    let succeeded = hear(&capturing, &Answer::Approved(approval()), NOW)
        .unwrap()
        .next;
    let canceled = hear(&voiding, &Answer::Approved(approval()), NOW)
        .unwrap()
        .next;
    vec![
        pending,
        authorizing,
        challenge,
        waiting,
        capturing,
        voiding,
        succeeded,
        canceled,
    ]
}

/// What a command does, in one line.
fn line(result: Outcome) -> String {
    match result {
        Err(refusal) => format!("refused: {refusal}"),
        Ok(None) => "nothing".to_owned(),
        Ok(Some(step)) => {
            let mut line = step.next.state.code().to_owned();
            for transfer in &step.transfers {
                line.push_str(&format!(" +{}", transfer.kind().code()));
            }
            for event in &step.events {
                line.push_str(&format!(" !{}", event.kind().code()));
            }
            for operation in &step.operations {
                line.push_str(&format!(" >{}", operation.kind.code()));
            }
            if let Some(remedy) = step.late {
                line.push_str(&format!(" late:{}", remedy.code()));
            }
            if step.receipt != ReceiptWork::None {
                line.push_str(&format!(" receipt:{:?}", step.receipt));
            }
            line
        }
    }
}

type Outcome = Result<Option<Step>, String>;

fn told<E: std::fmt::Display>(result: Result<Step, E>) -> Outcome {
    result.map(Some).map_err(|refused| refused.to_string())
}

/// What each command does to this payment.
fn commands(payment: &Payment) -> [(&'static str, Outcome); 13] {
    let late = NOW.plus(Duration::days(8));
    let approved = Answer::Approved(approval());
    let capture = |at| payment.capture(NewCapture::default(), operation(9), at);
    [
        ("authorize", told(payment.authorize(attempt(9), NOW))),
        ("approved", Ok(hear(payment, &approved, NOW))),
        (
            "approved, the last attempt",
            Ok(hear_late(payment, OperationKind::Authorize, true)),
        ),
        (
            "approved, an attempt before",
            Ok(hear_late(payment, OperationKind::Authorize, false)),
        ),
        (
            "approved, a capture before",
            Ok(hear_late(payment, OperationKind::Capture, false)),
        ),
        ("challenged", Ok(hear(payment, &challenged(), NOW))),
        ("declined", Ok(hear(payment, &declined(), NOW))),
        ("declined late", Ok(hear(payment, &declined(), late))),
        ("capture", told(capture(NOW))),
        ("capture late", told(capture(late))),
        ("cancel", told(payment.cancel(operation(9)))),
        (
            "expire early",
            payment
                .expire(operation(9), NOW)
                .map(Some)
                .map_err(|refused| match refused {
                    ExpireRefused::NotDue { .. } => "not due".to_owned(),
                    ExpireRefused::NotWaiting => refused.to_string(),
                }),
        ),
        ("expire", told(payment.expire(operation(9), late))),
    ]
}

#[test]
fn the_matrix_is_the_committed_one() {
    let mut matrix =
        String::from("# state, command: next state +transfer !event >call late:remedy\n");
    for payment in states() {
        for (command, result) in commands(&payment) {
            matrix.push_str(&format!(
                "{}, {command}: {}\n",
                payment.state.code(),
                line(result)
            ));
        }
    }
    insta::assert_snapshot!("matrix", matrix);
}

#[test]
fn each_state_shows_its_flags() {
    let mut flags = String::new();
    for payment in states() {
        let income = payment.income().map_or("none".to_owned(), Money::value);
        flags.push_str(&format!(
            "{}: {} paid={} refundable={} income={income}\n",
            payment.state.code(),
            payment.status().code(),
            payment.paid(),
            payment.refundable(),
        ));
    }
    insta::assert_snapshot!(flags, @r"
    pending: pending paid=false refundable=false income=none
    authorizing: pending paid=false refundable=false income=none
    challenged: pending paid=false refundable=false income=none
    waiting_for_capture: waiting_for_capture paid=true refundable=false income=955.00
    capturing: waiting_for_capture paid=true refundable=false income=955.00
    voiding: waiting_for_capture paid=true refundable=false income=955.00
    succeeded: succeeded paid=true refundable=true income=955.00
    canceled: canceled paid=false refundable=false income=none
    ");
}

#[test]
fn a_part_is_captured_with_the_fee_of_the_part() {
    let waiting = states().remove(3);
    let capturing = waiting
        .capture(part_of(60_000), operation(3), NOW)
        .unwrap()
        .next;
    let step = hear(&capturing, &Answer::Approved(approval()), NOW).unwrap();
    assert_eq!(step.next.amount, rub(60_000));
    assert_eq!(step.next.amount_asked, rub(100_000));
    assert_eq!(step.next.income(), Some(rub(57_300)));
    for wrong in [0, -1, 100_001] {
        let refused = waiting.capture(part_of(wrong), operation(3), NOW);
        assert_eq!(
            refused.unwrap_err(),
            CaptureRefused::AmountNotHeld { held: rub(100_000) }
        );
    }
}

#[test]
fn money_that_comes_late_goes_back() {
    for (capture_mode, back) in [
        (CaptureMode::TwoStage, OperationKind::Void),
        (CaptureMode::OneStage, OperationKind::Refund),
    ] {
        let canceled = Payment {
            capture_mode,
            ..states().remove(7)
        };
        let step = hear(&canceled, &Answer::Approved(approval()), NOW).unwrap();
        assert_eq!(step.next, canceled);
        assert!(step.transfers.is_empty() && step.events.is_empty());
        let [call] = step.operations.as_slice() else {
            panic!("{:?}", step.operations);
        };
        assert_eq!((call.kind, call.amount), (back, canceled.amount));
        assert_eq!(call.reference, Some(approval().reference));
    }
}

#[test]
fn a_decline_ends_a_direct_payment_and_not_one_on_the_page() {
    let direct = NewPayment {
        means: NewMeans::Card(card()),
        confirmation: None,
        ..new_payment(CaptureMode::OneStage)
    };
    let direct = Payment::create(&shop(), direct, NOW).unwrap();
    assert_eq!(direct.flow, Flow::Direct);
    let direct = direct.authorize(attempt(2), NOW).unwrap().next;
    assert_eq!(
        hear(&direct, &declined(), NOW).unwrap().next.status(),
        Status::Canceled
    );

    let on_page = states().remove(1);
    assert_eq!(
        hear(&on_page, &declined(), NOW).unwrap().next.state,
        State::Pending {
            last_attempt: Some(operation(2)),
        }
    );
}

#[test]
fn a_method_is_saved_only_by_agreement() {
    for (save_method, agreed, saved) in [
        (SaveMethod::Always, false, true),
        (SaveMethod::PayerDecides, true, true),
        (SaveMethod::PayerDecides, false, false),
    ] {
        let new = NewPayment {
            save_method,
            ..new_payment(CaptureMode::OneStage)
        };
        let payment = Payment::create(&shop(), new, NOW).unwrap();
        let attempt = Attempt {
            agreed_to_save: agreed,
            ..attempt(2)
        };
        let payment = payment.authorize(attempt, NOW).unwrap().next;
        let step = hear(&payment, &Answer::Approved(approval()), NOW).unwrap();
        assert_eq!(
            step.saved_method.is_some(),
            saved,
            "{save_method:?} {agreed}"
        );
        assert_eq!(step.next.method.as_ref().unwrap().saved, saved);
    }
}

#[test]
fn the_payer_is_where_the_merchant_says_or_where_the_first_attempt_came_from() {
    let ip = |last: u8| Some([192, 0, 2, last].into());
    for (said, first, second, expected) in [
        (None, ip(1), ip(2), ip(1)),
        (None, None, ip(2), ip(2)),
        (ip(9), ip(1), ip(2), ip(9)),
        (None, None, None, None),
    ] {
        let new = NewPayment {
            client_ip: said,
            ..new_payment(CaptureMode::OneStage)
        };
        let mut payment = Payment::create(&shop(), new, NOW).unwrap();
        for (number, client_ip) in [(2, first), (3, second)] {
            let from = Attempt {
                client_ip,
                ..attempt(number)
            };
            payment = payment.authorize(from, NOW).unwrap().next;
            payment = hear(&payment, &declined(), NOW).unwrap().next;
        }
        assert_eq!(payment.client_ip, expected);
    }
}

#[test]
fn what_cannot_be_created_is_refused_by_name() {
    let create = |shop: &Shop, change: &dyn Fn(&mut NewPayment)| {
        let mut new = new_payment(CaptureMode::OneStage);
        change(&mut new);
        Payment::create(shop, new, NOW).unwrap_err().to_string()
    };
    let bare = Shop {
        may_send_cards: false,
        may_save_methods: false,
        may_use_tokens: false,
        widget_retries: false,
        methods: vec![MethodKind::BankCard, MethodKind::Sbp],
        ..shop()
    };
    let method = |kind| NewMeans::Method { kind, phone: None };
    let usd = Currency::from_code("USD").unwrap();
    let lines = [
        create(&bare, &|p| p.amount = rub(0)),
        create(&bare, &|p| p.amount = Money::new(1, usd)),
        create(&bare, &|p| p.means = NewMeans::Card(card())),
        create(&bare, &|p| p.save_method = SaveMethod::Always),
        create(&bare, &|p| p.means = method(MethodKind::YooMoney)),
        create(&bare, &|p| {
            p.means = method(MethodKind::BankCard);
            p.amount = rub(35_000_001);
        }),
        create(&shop(), &|p| {
            p.means = method(MethodKind::Sbp);
            p.capture_mode = CaptureMode::TwoStage;
        }),
        create(&shop(), &|p| {
            p.means = method(MethodKind::Cash);
            p.save_method = SaveMethod::Always;
        }),
        create(&shop(), &|p| p.confirmation = None),
        create(&shop(), &|p| {
            p.means = NewMeans::Method {
                kind: MethodKind::MobileBalance,
                phone: None,
            };
            p.confirmation.as_mut().unwrap().kind = ConfirmationKind::External;
        }),
        create(&shop(), &|p| p.means = method(MethodKind::MobileBalance)),
        create(&bare, &|p| p.amount = rub(70_000_001)),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r"
    the amount is not more than zero
    the shop takes RUB only
    the shop may not send card numbers
    the shop may not save payment methods
    the shop does not take yoo_money
    the amount is outside the limits of bank_card
    sbp takes money at once
    cash cannot be saved
    confirmation is missing
    the phone is missing
    this is not how the payer confirms here
    no method of the shop can take this payment
    ");
}

/// A random command on a payment. Its result does not matter, only what must never happen.
#[derive(Clone, Debug)]
enum Command {
    Authorize,
    Hear(u8),
    Capture(i64),
    Cancel,
    Expire,
    Reserve(i64),
    Settle,
    Release,
    Wait(i64),
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        Just(Command::Authorize),
        (0..3_u8).prop_map(Command::Hear),
        (1..=110_000_i64).prop_map(Command::Capture),
        Just(Command::Cancel),
        Just(Command::Expire),
        (1..=110_000_i64).prop_map(Command::Reserve),
        Just(Command::Settle),
        Just(Command::Release),
        (0..100_i64).prop_map(Command::Wait),
    ]
}

proptest! {
    #[test]
    fn no_history_creates_or_loses_money(
        two_stage in any::<bool>(),
        commands in prop::collection::vec(command(), 1..60),
    ) {
        let mode = if two_stage { CaptureMode::TwoStage } else { CaptureMode::OneStage };
        let mut payment = Payment::create(&shop(), new_payment(mode), NOW).unwrap();
        let (mut now, mut number, mut captures, mut open) = (NOW, 10, 0, Vec::new());
        for command in commands {
            number += 1;
            let before = payment.clone();
            let step = match command {
                Command::Authorize => payment.authorize(attempt(number), now).ok(),
                Command::Hear(0) => hear(&payment, &Answer::Approved(approval()), now),
                Command::Hear(1) => hear(&payment, &challenged(), now),
                Command::Hear(_) => hear(&payment, &declined(), now),
                Command::Capture(minor) => {
                    payment.capture(part_of(minor), operation(number), now).ok()
                }
                Command::Cancel => payment.cancel(operation(number)).ok(),
                Command::Expire => payment.expire(operation(number), now).ok(),
                Command::Reserve(minor) => {
                    if let Ok((next, _)) = payment.reserve_refund(rub(minor), &[], now) {
                        open.push(minor);
                        payment = next;
                    }
                    None
                }
                Command::Settle => {
                    if let Some(minor) = open.pop() {
                        payment = payment.settle_refund(rub(minor)).unwrap();
                    }
                    None
                }
                Command::Release => {
                    if let Some(minor) = open.pop() {
                        payment = payment.release_refund(rub(minor)).unwrap();
                    }
                    None
                }
                Command::Wait(hours) => {
                    now = now.plus(Duration::hours(hours));
                    None
                }
            };
            if let Some(step) = step {
                captures += step.transfers.len();
                payment = step.next;
            }
            let given_back = payment.refunded.checked_add(payment.refunding).unwrap();
            prop_assert!(captures <= 1, "captured twice");
            prop_assert!(given_back.minor() <= payment.amount.minor());
            prop_assert!(given_back.is_zero() || payment.status() == Status::Succeeded);
            if matches!(before.status(), Status::Succeeded | Status::Canceled) {
                prop_assert_eq!(before.status(), payment.status(), "a final state changed");
            }
            prop_assert_eq!(captures == 1, payment.status() == Status::Succeeded);
        }
    }
}
