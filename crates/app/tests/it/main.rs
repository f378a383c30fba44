//! Use cases on both engines, with a bank that can be told to fail. Every test ends with an audit.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod audit;
mod capture;
mod card_attempts;
mod clock;
mod connector;
mod deal;
mod grant;
mod heard;
mod idempotency;
mod invoice;
mod journal;
mod late;
mod loan;
mod notification;
mod payout;
mod pos_link;
mod race;
mod receipt;
mod refund;
mod sandbox;
mod saved_method;
mod sealing;
mod shop_state;
mod split;
mod statement;
mod token;
mod unanswered;

use serde_json::{Value, json};
use testkit::World;

/// A card that needs no 3-D Secure.
const PLAIN: &str = "5555555555554444";
/// A card that asks for 3-D Secure.
const SECURE: &str = "5555555555554477";

/// What it takes to pay 1,000.00 with a card.
fn card_payment(number: &str, capture: bool) -> Value {
    json!({
        "amount": {"value": "1000.00", "currency": "RUB"},
        "capture": capture,
        "payment_method_data": {"type": "bank_card", "card": {
            "number": number, "expiry_month": "12", "expiry_year": "2030", "csc": "123",
        }},
        "confirmation": {"type": "redirect", "return_url": "https://shop.example/back"},
    })
}

/// Pays 1,000.00 with a plain card. The payment's id.
async fn pay(world: &World, capture: bool, key: &str) -> String {
    let answer = world
        .call("POST", "/payments", key, &card_payment(PLAIN, capture))
        .await;
    let status = if capture {
        "succeeded"
    } else {
        "waiting_for_capture"
    };
    assert_eq!(answer.text("/status"), status);
    answer.text("/id")
}

async fn status(world: &World, payment: &str) -> String {
    world
        .call("GET", &format!("/payments/{payment}"), "", &Value::Null)
        .await
        .text("/status")
}

/// What is on the shop's account, in minor units.
async fn available(world: &World) -> i64 {
    balance_of(world, &world.shop).await
}

/// What is on the account of a shop or a gateway.
async fn balance_of(world: &World, shop: &domain::Shop) -> i64 {
    let shop = shop.clone();
    let account = domain::ledger::Account::Available;
    let balance = world
        .store
        .read(move |conn| store::book::balance(conn, &shop, account))
        .await;
    balance.unwrap().amount.minor()
}
