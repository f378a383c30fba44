//! The sandbox through its contract, as the platform and the payer meet it.

mod cards;
mod faults;
mod memory;
mod methods;
mod money;
mod payouts;
mod tokens;

use std::sync::Arc;

use card::{Card, CardNumber, Csc};
use domain::acquiring::{Approval, Challenge};
use domain::card::Expiry;
use domain::{
    Answer, CancellationReason, Currency, Decline, IdSeed, MethodKind, Money, OperationId, Party,
    ShopId, Timestamp,
};

use super::{Clock, Sandbox};
use crate::acquirer::{Acquirer, Authorize, Bind, ChallengePolicy, Follow, Means};

const BASE_URL: &str = "http://pay.test";
/// 2026-11-21T12:00:00Z.
const NOW: Timestamp = Timestamp::from_micros(1_795_262_400_000_000);

fn clock() -> Clock {
    Arc::new(|| NOW)
}

fn sandbox() -> Sandbox {
    Sandbox::in_memory(BASE_URL, clock())
}

/// The sandbox after a restart, or another node's.
fn again(sandbox: &Sandbox) -> Sandbox {
    Sandbox {
        in_process: sandbox.in_process.clone(),
        ..Sandbox::on(Arc::clone(&sandbox.memory), BASE_URL, clock())
    }
}

fn shop() -> ShopId {
    ShopId::new(100_500).unwrap()
}

fn operation(random: u64) -> OperationId {
    OperationId::new(IdSeed { at: NOW, random })
}

fn rub(roubles: i64) -> Money {
    Money::new(roubles * 100, Currency::RUB)
}

fn card(number: &str) -> Means {
    Means::Card(Card {
        number: CardNumber::parse(number).unwrap(),
        expiry: Expiry::new(2030, 12).unwrap(),
        csc: Csc::parse("123"),
    })
}

fn method(kind: MethodKind) -> Means {
    Means::Method { kind, phone: None }
}

/// A one-stage payment of 1,000 roubles.
fn pay(id: u64, means: Means) -> Authorize {
    Authorize {
        operation: operation(id),
        shop_id: shop(),
        amount: rub(1_000),
        capture: true,
        means,
        challenge: ChallengePolicy::IfNeeded,
        client_ip: None,
        by_qr: false,
        save: false,
        articles: Vec::new(),
        return_url: "https://shop.test/back".to_owned(),
    }
}

/// The same in two stages.
fn hold(id: u64, means: Means) -> Authorize {
    Authorize {
        capture: false,
        ..pay(id, means)
    }
}

fn bind(id: u64, means: Means) -> Bind {
    Bind {
        operation: operation(id),
        shop_id: shop(),
        means,
        challenge: ChallengePolicy::IfNeeded,
        client_ip: None,
        return_url: "https://shop.test/back".to_owned(),
    }
}

fn follow(id: u64, reference: &str, amount: Money) -> Follow {
    Follow {
        operation: operation(id),
        shop_id: shop(),
        reference: reference.to_owned(),
        amount,
    }
}

#[track_caller]
fn approved(answer: Answer) -> Approval {
    match answer {
        Answer::Approved(approval) => approval,
        other @ (Answer::Challenged(_) | Answer::Declined { .. }) => {
            panic!("not approved: {other:?}")
        }
    }
}

#[track_caller]
fn declined(answer: Answer) -> Decline {
    match answer {
        Answer::Declined { decline, .. } => decline,
        other @ (Answer::Challenged(_) | Answer::Approved(_)) => panic!("not declined: {other:?}"),
    }
}

#[track_caller]
fn challenged(answer: Answer) -> Challenge {
    match answer {
        Answer::Challenged(challenge) => challenge,
        other @ (Answer::Approved(_) | Answer::Declined { .. }) => {
            panic!("not challenged: {other:?}")
        }
    }
}

fn by_network(reason: CancellationReason) -> Decline {
    Decline::new(Party::PaymentNetwork, reason)
}
