//! Safe deals: money in, back, and out at the end, on both engines.

mod expiry;
mod payment;
mod payout;
mod race;
mod refund;
mod seller;

use domain::ledger::Account;
use serde_json::{Value, json};
use testkit::{Answer, World};

use crate::{PLAIN, card_payment};

pub(crate) use seller::pay_out;

fn rub(value: &str) -> Value {
    json!({"value": value, "currency": "RUB"})
}

fn settlements(value: &str) -> Value {
    json!([{"type": "payout", "amount": rub(value)}])
}

/// Opens a deal. Its id.
pub(crate) async fn open(world: &World, fee_moment: &str, key: &str) -> String {
    let body = json!({"type": "safe_deal", "fee_moment": fee_moment});
    let made = world.call("POST", "/deals", key, &body).await;
    assert_eq!(made.status, 200, "{}", made.json());
    made.text("/id")
}

/// What it takes to pay 1,000.00 into a deal with a card, of which the seller gets `payout`.
fn deal_payment(deal: &str, payout: &str, capture: bool) -> Value {
    let mut body = card_payment(PLAIN, capture);
    body["deal"] = json!({"id": deal, "settlements": settlements(payout)});
    body
}

/// Pays 1,000.00 into a deal, 800.00 of it for the seller. The payment's id.
pub(crate) async fn pay_into(world: &World, deal: &str, capture: bool, key: &str) -> String {
    let body = deal_payment(deal, "800.00", capture);
    let answer = world.call("POST", "/payments", key, &body).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.text("/id")
}

/// Balance, payout balance and status of a deal.
pub(crate) async fn stands(world: &World, deal: &str) -> String {
    let shown = world
        .call("GET", &format!("/deals/{deal}"), "", &Value::Null)
        .await;
    let (balance, payout) = ("/balance/value", "/payout_balance/value");
    format!(
        "{} {} {}",
        shown.text(balance),
        shown.text(payout),
        shown.text("/status")
    )
}

pub(crate) async fn give_back(
    world: &World,
    payment: &str,
    sums: (&str, &str),
    key: &str,
) -> Answer {
    let (amount, payout) = sums;
    let body = json!({
        "payment_id": payment, "amount": rub(amount),
        "deal": {"refund_settlements": settlements(payout)},
    });
    world.call("POST", "/refunds", key, &body).await
}

/// How many notifications of this kind were written.
async fn events(world: &World, kind: &str) -> usize {
    let since = domain::Timestamp::from_micros(0);
    let listed = app::event::list(&world.machine(), world.shop.id, since, None, 1_000).await;
    let kinds = listed.unwrap().into_iter().map(|event| event.kind.code());
    kinds.filter(|code| *code == kind).count()
}

/// What is on an account of the shop's book, in minor units.
async fn balance(world: &World, account: Account) -> i64 {
    let shop = world.shop.clone();
    let read = move |conn: &mut store::Conn<'_>| store::book::balance(conn, &shop, account);
    world.store.read(read).await.unwrap().amount.minor()
}
