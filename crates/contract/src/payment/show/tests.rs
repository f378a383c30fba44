//! The answer of every state, method and way to confirm.

use domain::acquiring::{CancellationReason, Decline, Party, ThreeDSecure};
use domain::card::{CardBrand, CardFacts, Expiry};
use domain::payment::{
    Authorization, CaptureMode, Confirmation, Flow, Hold, SaveMethod, State, UsedMethod,
};
use domain::tariff::Fee;
use domain::{
    Challenge, ConfirmationKind, Currency, GatewayId, IdSeed, Metadata, MethodFacts, MethodKind,
    Money, OperationId, Payment, ShopId, Timestamp,
};

use super::body;
use crate::confirmation::Links;

const NOON: i64 = 1_784_548_800_000_000;

fn rub(kopecks: i64) -> Money {
    Money::new(kopecks, Currency::RUB)
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(NOON + seconds * 1_000_000)
}

fn operation() -> OperationId {
    OperationId::new(IdSeed {
        at: at(0),
        random: 1,
    })
}

fn pending() -> Payment {
    Payment {
        id: "31f00000-000f-5000-8000-1a2b3c4d5e6f".parse().unwrap(),
        shop_id: ShopId::new(100_001).unwrap(),
        gateway_id: GatewayId::new(2_000_001).unwrap(),
        test: true,
        amount: rub(20_000),
        amount_asked: rub(20_000),
        description: Some("Order \"1\"".to_owned()),
        metadata: Metadata::default(),
        merchant_customer_id: None,
        client_ip: None,
        capture_mode: CaptureMode::OneStage,
        save_method: SaveMethod::PayerDecides,
        confirmation: Some(confirmation(ConfirmationKind::Redirect)),
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
        refunded: rub(0),
        refunding: rub(0),
        confirm_until: at(3_600),
        state: State::Pending { last_attempt: None },
        created_at: at(0),
        version: 1,
    }
}

fn confirmation(kind: ConfirmationKind) -> Confirmation {
    Confirmation {
        kind,
        return_url: Some("https://shop.test/return".to_owned()),
        enforce: false,
        locale: None,
    }
}

fn used(kind: MethodKind, facts: Option<MethodFacts>) -> Option<UsedMethod> {
    Some(UsedMethod {
        id: "31f00000-000f-5000-8000-1a2b3c4d5e6f".parse().unwrap(),
        kind,
        saved: false,
        phone: Some("79000000000".to_owned()),
        facts,
    })
}

fn card() -> Option<MethodFacts> {
    Some(MethodFacts::Card(CardFacts {
        first6: "555555".to_owned(),
        last4: "4477".to_owned(),
        expiry: Expiry::new(2030, 1).unwrap(),
        brand: CardBrand::MasterCard,
        issuer_country: Some("US".to_owned()),
        issuer_name: Some("Sandbox Bank".to_owned()),
    }))
}

fn authorized(kind: MethodKind, facts: Option<MethodFacts>) -> Payment {
    Payment {
        method: used(kind, facts),
        details: None,
        split: None,
        authorization: Some(Authorization {
            rrn: Some("100000000001".to_owned()),
            auth_code: Some("000001".to_owned()),
            three_d_secure: Some(ThreeDSecure {
                applied: true,
                method_completed: false,
                challenge_completed: true,
            }),
        }),
        fee: Some(Fee {
            commission: rub(900),
            vat: rub(0),
        }),
        ..pending()
    }
}

fn succeeded(kind: MethodKind, facts: Option<MethodFacts>) -> Payment {
    Payment {
        state: State::Succeeded {
            reference: "acquirer's own".to_owned(),
            captured_at: at(60),
        },
        ..authorized(kind, facts)
    }
}

fn shown(payments: &[Payment]) -> String {
    let links = Links {
        checkout_url: "https://pay.example".to_owned(),
    };
    let answers: Vec<Vec<u8>> = payments
        .iter()
        .map(|payment| body(payment, &links))
        .collect();
    let text = String::from_utf8(answers.join(&b'\n')).unwrap();
    assert!(
        !text.contains("null") && !text.contains("acquirer's own"),
        "{text}"
    );
    text
}

/// There is nothing to confirm any more, and nothing to do but to wait.
#[test]
fn a_loan_says_until_when_its_taker_may_step_back() {
    let until = at(4 * 3_600);
    let text = shown(&[Payment {
        state: State::Challenged {
            operation: operation(),
            challenge: Challenge::CoolingOff { until },
        },
        method: used(MethodKind::SberLoan, None),
        ..pending()
    }]);
    assert!(text.contains(r#""suspended_until":"2026-07-20T16:00:00.000Z""#));
    assert!(!text.contains("confirmation"), "{text}");
}

#[test]
fn each_state_has_its_answer() {
    let hold = Hold {
        reference: "acquirer's own".to_owned(),
        expires_at: at(7 * 86_400),
    };
    let held = |state| Payment {
        state,
        capture_mode: CaptureMode::TwoStage,
        merchant_customer_id: Some("buyer".to_owned()),
        ..authorized(MethodKind::BankCard, card())
    };
    let cause = Decline::new(Party::Merchant, CancellationReason::CanceledByMerchant);
    let operation = operation();
    insta::assert_snapshot!(shown(&[
        pending(),
        Payment {
            state: State::Authorizing { operation },
            method: used(MethodKind::BankCard, card()),
            ..pending()
        },
        Payment {
            state: State::Challenged {
                operation,
                challenge: Challenge::Redirect {
                    url: "https://bank.example/3ds".to_owned()
                },
            },
            method: used(MethodKind::BankCard, card()),
            ..pending()
        },
        held(State::WaitingForCapture { hold: hold.clone() }),
        held(State::Capturing {
            hold: hold.clone(),
            operation,
            amount: rub(100)
        }),
        held(State::Voiding {
            hold,
            operation,
            cause
        }),
        succeeded(MethodKind::BankCard, card()),
        Payment {
            refunded: rub(20_000),
            ..succeeded(MethodKind::BankCard, card())
        },
        Payment {
            state: State::Canceled {
                cause,
                canceled_at: at(60)
            },
            fee: None,
            ..authorized(MethodKind::BankCard, card())
        },
        Payment {
            state: State::Canceled {
                cause: Decline::new(Party::YooMoney, CancellationReason::ExpiredOnConfirmation),
                canceled_at: at(3_600),
            },
            description: None,
            metadata: Metadata::new([
                ("z".to_owned(), "я".to_owned()),
                ("a".to_owned(), String::new())
            ])
            .unwrap(),
            ..pending()
        },
    ]));
}

#[test]
fn each_method_has_its_answer() {
    let account_number = "410011758831136".to_owned();
    let sbp = MethodFacts::Sbp {
        bank_id: "100000000111".to_owned(),
        bic: "044525225".to_owned(),
        sbp_operation_id: "A1B2".to_owned(),
    };
    let mut saved = succeeded(MethodKind::BankCard, card());
    if let Some(method) = &mut saved.method {
        method.saved = true;
    }
    insta::assert_snapshot!(shown(&[
        saved,
        succeeded(
            MethodKind::YooMoney,
            Some(MethodFacts::Wallet { account_number })
        ),
        succeeded(MethodKind::Sbp, Some(sbp)),
        succeeded(MethodKind::Sberbank, card()),
        succeeded(MethodKind::TinkoffBank, card()),
        succeeded(MethodKind::MobileBalance, None),
        succeeded(MethodKind::Cash, None),
    ]));
}

/// Only `confirmation`, of each kind, before and after the acquirer asked for the payer.
#[test]
fn each_way_to_confirm_has_its_answer() {
    let url = || "https://bank.example/1".to_owned();
    let challenges = [
        None,
        Some(Challenge::Redirect { url: url() }),
        Some(Challenge::Qr {
            data: "https://qr.example/1".to_owned(),
            url: url(),
        }),
        Some(Challenge::External {
            code: None,
            url: Some(url()),
        }),
        Some(Challenge::External {
            code: Some("123456789012".to_owned()),
            url: None,
        }),
    ];
    let mut lines = Vec::new();
    for kind in ConfirmationKind::ALL {
        for flow in [Flow::Page, Flow::Direct] {
            for challenge in &challenges {
                let operation = operation();
                let state = match challenge.clone() {
                    None => State::Authorizing { operation },
                    Some(challenge) => State::Challenged {
                        operation,
                        challenge,
                    },
                };
                let mut confirmation = confirmation(kind);
                confirmation.enforce = flow == Flow::Direct;
                let confirmation = Some(confirmation);
                let payment = Payment {
                    state,
                    flow,
                    confirmation,
                    ..pending()
                };
                let answer: serde_json::Value = serde_json::from_str(&shown(&[payment])).unwrap();
                let confirmation = answer.get("confirmation").map(ToString::to_string);
                let confirmation = confirmation.unwrap_or_else(|| "absent".to_owned());
                lines.push(format!(
                    "{} {flow:?} {challenge:?}\n    {confirmation}",
                    kind.code()
                ));
            }
        }
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_payment_of_an_invoice_names_it() {
    let mut payment = pending();
    payment.details = Some(Box::new(domain::payment::Details {
        invoice: Some("in-31f00400-0031-5000-8000-1a2b3c4d5e6f".parse().unwrap()),
        ..domain::payment::Details::default()
    }));
    payment.merchant_customer_id = Some("buyer".to_owned());
    let links = Links {
        checkout_url: "https://pay.example".to_owned(),
    };
    let shown = String::from_utf8(body(&payment, &links)).unwrap();
    let end = r#""merchant_customer_id":"buyer","invoice_details":{"id":"in-31f00400-0031-5000-8000-1a2b3c4d5e6f"}}"#;
    assert!(shown.ends_with(end), "{shown}");
}
