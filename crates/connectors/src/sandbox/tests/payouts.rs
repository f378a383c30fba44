//! Payouts: who is paid, who is not and why, and what is remembered.

use card::CardNumber;
use domain::MethodFacts;
use domain::personal_data::Person;

use super::*;
use crate::acquirer::{CallError, Found};
use crate::payer::{CardSource, PayOut, Payer, Receiver};
use crate::sandbox::{Call, Fault, TEST_PHONES, TEST_STRANGER, TEST_WALLETS};

fn send(id: u64, receiver: Receiver) -> PayOut {
    PayOut {
        operation: operation(id),
        shop_id: shop(),
        amount: rub(100),
        receiver,
    }
}

fn wallet(number: &str) -> Receiver {
    Receiver::Wallet {
        account_number: number.to_owned(),
    }
}

fn phone(phone: &str, bank_id: &str, owner: Option<&str>) -> Receiver {
    Receiver::Sbp {
        phone: phone.to_owned(),
        bank_id: bank_id.to_owned(),
        owner: owner.map(|last_name| Person {
            last_name: last_name.to_owned(),
            first_name: "Анна".to_owned(),
            middle_name: None,
            birthdate: None,
        }),
    }
}

fn number(text: &str) -> CardSource {
    CardSource::Number(CardNumber::parse(text).unwrap())
}

#[tokio::test]
async fn every_receiver_has_its_outcome() {
    let sandbox = sandbox();
    let mut receivers: Vec<(String, Receiver)> = vec![
        ("wallet".to_owned(), wallet("41001614575714")),
        ("SBP".to_owned(), phone("79000000000", "100000000111", None)),
        (
            "SBP, own name".to_owned(),
            phone("79000000000", "100000000111", Some("Иванова")),
        ),
        (
            "SBP, other name".to_owned(),
            phone("79000000000", "100000000111", Some(TEST_STRANGER)),
        ),
        (
            "SBP, no such bank".to_owned(),
            phone("79000000000", "100000009999", None),
        ),
        (
            "no card".to_owned(),
            Receiver::Card {
                token: "x".to_owned(),
            },
        ),
    ];
    for (number, _) in TEST_WALLETS {
        receivers.push((format!("wallet {number}"), wallet(number)));
    }
    for (number, _) in TEST_PHONES {
        receivers.push((format!("SBP {number}"), phone(number, "100000000004", None)));
    }
    let mut lines = Vec::new();
    for ((name, receiver), id) in receivers.into_iter().zip(1..) {
        let told = match sandbox.pay_out(send(id, receiver)).await.unwrap() {
            Answer::Approved(_) => "paid".to_owned(),
            Answer::Declined { decline, .. } => {
                format!("{} {}", decline.party.code(), decline.reason.code())
            }
            Answer::Challenged(_) => "challenged".to_owned(),
        };
        lines.push(format!("{name}: {told}"));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn a_card_is_paid_by_a_name_that_does_not_tell_its_number() {
    let sandbox = sandbox();
    let text = "2202474301322987";
    let known = sandbox.identify(number(text)).await.unwrap();
    assert!(!known.token.contains(&text[6..12]), "{known:?}");
    assert_eq!(known.fingerprint, None);
    // Not a published test card: it has limits, the same each time.
    let own = sandbox.identify(number("4000000000000002")).await.unwrap();
    assert!(own.fingerprint.is_some());
    assert_eq!(
        sandbox.identify(number("4000000000000002")).await.unwrap(),
        own
    );
    let saved = Authorize {
        save: true,
        ..pay(1, card("4000000000000002"))
    };
    let token = approved(sandbox.authorize(saved).await.unwrap())
        .token
        .unwrap();
    assert_eq!(
        sandbox.identify(CardSource::Saved(token)).await.unwrap(),
        own
    );
    let receiver = Receiver::Card { token: own.token };
    approved(sandbox.pay_out(send(2, receiver)).await.unwrap());
}

#[tokio::test]
async fn a_payout_is_made_once_and_outlives_a_restart() {
    let before = sandbox();
    let receiver = phone("79000000000", "100000000111", None);
    before.script().next(Call::PayOut, Fault::ReplyLost);
    let lost = before.pay_out(send(1, receiver.clone())).await;
    assert!(matches!(lost, Err(CallError::Unknown(_))));
    let after = again(&before);
    let Found::Answered(answer) = Payer::look_up(&after, operation(1)).await.unwrap() else {
        panic!("forgotten")
    };
    assert_eq!(after.pay_out(send(1, receiver)).await.unwrap(), answer);
    assert_eq!(after.paid_out().len(), 1);
    let approval = approved(answer);
    assert!(
        matches!(approval.facts, Some(MethodFacts::Sbp { .. })),
        "{approval:?}"
    );
    assert_eq!(
        Payer::look_up(&after, operation(2)).await.unwrap(),
        Found::Nothing
    );
}

#[tokio::test]
async fn a_payout_that_the_script_declines_stays_declined() {
    let sandbox = sandbox();
    sandbox.script().next(Call::PayOut, Fault::Declined);
    let request = send(1, wallet("41001614575714"));
    let first = sandbox.pay_out(request.clone()).await.unwrap();
    assert_eq!(first, sandbox.pay_out(request).await.unwrap());
    declined(first);
    assert!(sandbox.paid_out().is_empty());
}
