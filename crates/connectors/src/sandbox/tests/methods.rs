//! The methods without a card number.

use domain::MethodFacts;

use super::*;
use crate::acquirer::Found;
use crate::sandbox::{DecideError, Decision, ShownKind};

fn page(id: u64) -> String {
    format!(
        "http://pay.test/sandbox/approve?operation={}",
        operation(id)
    )
}

#[tokio::test]
async fn each_method_sends_the_payer_its_own_way() {
    let sandbox = sandbox();
    let redirect = |id| Challenge::Redirect { url: page(id) };
    let qr = |id| Challenge::Qr {
        data: page(id),
        url: page(id),
    };
    let message = |id| Challenge::External {
        code: None,
        url: Some(page(id)),
    };
    let with_phone = |id, kind| {
        pay(
            id,
            Means::Method {
                kind,
                phone: Some("79990000000".to_owned()),
            },
        )
    };
    let table = [
        (pay(1, method(MethodKind::YooMoney)), redirect(1)),
        (pay(2, method(MethodKind::TinkoffBank)), redirect(2)),
        (pay(3, method(MethodKind::Sberbank)), redirect(3)),
        (
            Authorize {
                by_qr: true,
                ..with_phone(4, MethodKind::Sberbank)
            },
            qr(4),
        ),
        (with_phone(5, MethodKind::Sberbank), message(5)),
        (pay(6, method(MethodKind::Sbp)), qr(6)),
        (with_phone(7, MethodKind::MobileBalance), message(7)),
    ];
    for (request, expected) in table {
        let answer = sandbox.authorize(request.clone()).await.unwrap();
        assert_eq!(challenged(answer), expected, "{:?}", request.means);
        let shown = sandbox.shown(request.operation).await.unwrap().unwrap();
        assert_eq!(shown.kind, ShownKind::Approve);
    }
    assert_eq!(
        sandbox
            .shown(operation(7))
            .await
            .unwrap()
            .unwrap()
            .phone
            .as_deref(),
        Some("79990000000")
    );
}

#[tokio::test]
async fn cash_has_a_code_of_twelve_digits() {
    let sandbox = sandbox();
    let answer = sandbox
        .authorize(pay(1, method(MethodKind::Cash)))
        .await
        .unwrap();
    let Challenge::External {
        code: Some(code),
        url: Some(url),
    } = challenged(answer)
    else {
        panic!("no code");
    };
    assert_eq!(url, page(1));
    assert!(
        code.len() == 12 && code.bytes().all(|b| b.is_ascii_digit()),
        "{code}"
    );
    assert_eq!(
        sandbox.shown(operation(1)).await.unwrap().unwrap().code,
        Some(code)
    );
}

#[tokio::test]
async fn an_approval_tells_what_the_method_knows() {
    let sandbox = sandbox();
    for (id, kind) in (1..).zip(MethodKind::ALL.into_iter().skip(1)) {
        let request = Authorize {
            save: true,
            ..pay(id, method(kind))
        };
        challenged(sandbox.authorize(request).await.unwrap());
        let decided = sandbox
            .decide(operation(id), Decision::Approve)
            .await
            .unwrap();
        let approval = approved(decided.answer);
        assert_eq!(approval.token.is_some(), kind.terms().saveable, "{kind:?}");
        match kind {
            MethodKind::Sbp => {
                let Some(MethodFacts::Sbp {
                    bank_id,
                    bic,
                    sbp_operation_id,
                }) = approval.facts
                else {
                    panic!("no bank");
                };
                assert_eq!(
                    (bank_id.as_str(), bic.as_str()),
                    ("100000000111", "044525225")
                );
                let is_hex = |b: u8| b.is_ascii_digit() || (b'A'..=b'F').contains(&b);
                assert!(sbp_operation_id.len() == 32 && sbp_operation_id.bytes().all(is_hex));
            }
            MethodKind::YooMoney => {
                let Some(MethodFacts::Wallet { account_number }) = approval.facts else {
                    panic!("no wallet");
                };
                assert!(account_number.starts_with("41001") && account_number.len() == 15);
                assert_eq!((approval.rrn, approval.three_d_secure), (None, None));
            }
            MethodKind::Sberbank | MethodKind::TinkoffBank => {
                assert!(matches!(approval.facts, Some(MethodFacts::Card(_))));
                assert!(approval.rrn.is_some() && approval.three_d_secure.is_some());
            }
            MethodKind::AlfaPay => assert!(matches!(approval.facts, Some(MethodFacts::Card(_)))),
            MethodKind::SberLoan => {
                let Some(MethodFacts::Loan { option, discount }) = approval.facts else {
                    panic!("{:?}", approval.facts)
                };
                assert_eq!(option, "installments_3");
                assert_eq!(discount.unwrap().minor(), 1_000);
            }
            MethodKind::B2bSberbank => {
                assert!(matches!(approval.facts, Some(MethodFacts::Company(_))));
            }
            MethodKind::ElectronicCertificate => {
                let facts = approval.facts;
                assert!(matches!(facts, Some(MethodFacts::Certificates { .. })));
            }
            MethodKind::BankCard
            | MethodKind::MobileBalance
            | MethodKind::Cash
            | MethodKind::SberBnpl => {
                assert_eq!((approval.facts, approval.rrn), (None, None), "{kind:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_refusal_names_its_party() {
    let sandbox = sandbox();
    for (id, kind) in (1..).zip(MethodKind::ALL.into_iter().skip(1)) {
        challenged(sandbox.authorize(pay(id, method(kind))).await.unwrap());
        let decided = sandbox
            .decide(operation(id), Decision::Decline)
            .await
            .unwrap();
        let wallet = kind == MethodKind::YooMoney;
        let party = if wallet {
            Party::YooMoney
        } else {
            Party::PaymentNetwork
        };
        let expected = Decline::new(party, CancellationReason::GeneralDecline);
        assert_eq!(declined(decided.answer), expected, "{kind:?}");
    }
    assert!(sandbox.statistics().is_empty());
}

#[tokio::test]
async fn a_saved_wallet_is_the_same_wallet_again() {
    let sandbox = sandbox();
    let request = Authorize {
        save: true,
        ..pay(1, method(MethodKind::YooMoney))
    };
    challenged(sandbox.authorize(request).await.unwrap());
    let first = approved(
        sandbox
            .decide(operation(1), Decision::Approve)
            .await
            .unwrap()
            .answer,
    );
    let charge = pay(2, Means::Token(first.token.unwrap()));
    let charge = Authorize {
        challenge: ChallengePolicy::Never,
        ..charge
    };
    let second = approved(sandbox.authorize(charge).await.unwrap());
    assert_eq!(first.facts, second.facts);
    assert!(
        second.reference.starts_with("sb-yoo_money-"),
        "{}",
        second.reference
    );
}

#[tokio::test]
async fn without_the_payer_nothing_can_be_confirmed() {
    let sandbox = sandbox();
    let request = Authorize {
        challenge: ChallengePolicy::Never,
        ..pay(1, method(MethodKind::Sbp))
    };
    let reason = declined(sandbox.authorize(request).await.unwrap());
    assert_eq!(reason, by_network(CancellationReason::GeneralDecline));
    let cash = sandbox
        .bind(bind(2, method(MethodKind::Cash)))
        .await
        .unwrap();
    assert_eq!(
        declined(cash).reason,
        CancellationReason::PaymentMethodRestricted
    );
    let refused = sandbox.decide(operation(2), Decision::Approve).await;
    assert!(matches!(refused, Err(DecideError::NotFound)));
    assert!(sandbox.shown(operation(3)).await.unwrap().is_none());
}

/// The taker of a large loan agrees, and may step back until the time for that is over.
#[tokio::test]
async fn a_large_loan_cools_off() {
    let sandbox = sandbox();
    let large = |id| Authorize {
        amount: rub(60_000),
        ..pay(id, method(MethodKind::SberLoan))
    };
    for id in [1, 2] {
        challenged(sandbox.authorize(large(id)).await.unwrap());
        let decided = sandbox
            .decide(operation(id), Decision::Approve)
            .await
            .unwrap();
        let until = NOW.plus(domain::Duration::hours(4));
        let expected = Challenge::CoolingOff { until };
        assert_eq!(challenged(decided.answer), expected);
        let again = sandbox
            .decide(operation(id), Decision::Approve)
            .await
            .unwrap();
        assert_eq!(challenged(again.answer), expected);
        assert!(sandbox.statistics().is_empty());
    }
    let stepped_back = sandbox
        .decide(operation(2), Decision::Decline)
        .await
        .unwrap();
    declined(stepped_back.answer);
    // What it was told of stands after a restart, too.
    for _restart in 0..2 {
        let sandbox = again(&sandbox);
        let Found::Answered(answer) = Acquirer::look_up(&sandbox, operation(1)).await.unwrap()
        else {
            panic!("not known")
        };
        approved(answer);
        let Found::Answered(answer) = Acquirer::look_up(&sandbox, operation(2)).await.unwrap()
        else {
            panic!("not known")
        };
        declined(answer);
        assert_eq!(sandbox.statistics().len(), 1);
    }
}
