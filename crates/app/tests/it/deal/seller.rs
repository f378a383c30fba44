//! Payouts out of deals: the seller's part and no more, once, whatever happens on the way.

use std::sync::Arc;

use connectors::sandbox::{Call, Fault};
use domain::Duration;
use domain::ledger::Account;
use serde_json::{Value, json};
use testkit::database::both;
use testkit::{Answer, World};

use super::{balance, events, give_back, open, pay_into, rub, stands};
use crate::PLAIN;

/// A wallet that declines.
const DECLINING: &str = "410011788545536";

fn payout(deal: &str, amount: &str) -> Value {
    json!({
        "amount": rub(amount), "deal": {"id": deal},
        "payout_destination_data": {"type": "bank_card", "card": {"number": PLAIN}},
    })
}

pub(crate) async fn pay_out(world: &World, deal: &str, amount: &str, key: &str) -> Answer {
    let body = payout(deal, amount);
    world.call("POST", "/payouts", key, &body).await
}

#[tokio::test]
async fn the_seller_is_paid_and_the_deal_closes() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        for (fee_moment, before) in [("payment_succeeded", 15_500), ("deal_closed", 15_500)] {
            let deal = open(&world, fee_moment, fee_moment).await;
            pay_into(&world, &deal, true, &format!("pay-{fee_moment}")).await;
            let made = pay_out(&world, &deal, "300.00", &format!("a-{fee_moment}")).await;
            assert_eq!(made.text("/status"), "succeeded", "{}", made.json());
            assert_eq!(made.text("/deal/id"), deal);
            assert!(stands(&world, &deal).await.ends_with("500.00 opened"));
            let made = pay_out(&world, &deal, "500.00", &format!("b-{fee_moment}")).await;
            assert_eq!(made.text("/status"), "succeeded");
            assert_eq!(stands(&world, &deal).await, "0.00 0.00 closed");
            let over = pay_out(&world, &deal, "1.00", &format!("c-{fee_moment}")).await;
            assert_eq!(over.status.as_u16(), 400);
            assert_eq!(over.text("/parameter"), "deal.id");
            let id = deal.parse().unwrap();
            assert_eq!(balance(&world, Account::Deal(id)).await, 0);
            // The platform has its fee, less the commission, of this deal and of those before.
            let deals = i64::try_from(events(&world, "deal.closed").await).unwrap();
            assert_eq!(balance(&world, Account::Available).await, deals * before);
        }
        assert_eq!(events(&world, "payout.succeeded").await, 4);
        assert_eq!(balance(&world, Account::Bank).await, -160_000);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn what_a_deal_does_not_allow_is_named_and_not_written() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let deal = open(&world, "payment_succeeded", "deal").await;
        pay_into(&world, &deal, true, "pay").await;
        let answer = pay_out(&world, &deal, "800.01", "a").await;
        assert_eq!(answer.text("/parameter"), "amount.value");
        let mut body = payout(&deal, "10.00");
        let sbp = json!({"type": "sbp", "phone": "79000000000", "bank_id": "100000000111"});
        body["payout_destination_data"] = sbp;
        let answer = world.call("POST", "/payouts", "b", &body).await;
        assert_eq!(answer.text("/parameter"), "payout_destination_data.type");
        let unknown = "dl-31f00001-0022-5000-8000-1a2b3c4d5e6f";
        let answer = pay_out(&world, unknown, "10.00", "c").await;
        assert_eq!(answer.text("/parameter"), "deal.id");
        let listed = world.call("GET", "/payouts", "", &Value::Null).await;
        assert_eq!(listed.json()["items"], json!([]));
        assert_eq!(stands(&world, &deal).await, "800.00 800.00 opened");
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn money_of_a_declined_payout_is_in_the_deal_again() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let deal = open(&world, "deal_closed", "deal").await;
        pay_into(&world, &deal, true, "pay").await;
        let mut body = payout(&deal, "800.00");
        body["payout_destination_data"] = json!({"type": "yoo_money", "account_number": DECLINING});
        world.bank.script().next(Call::PayOut, Fault::RequestLost);
        let made = world.call("POST", "/payouts", "a", &body).await;
        assert_eq!(made.text("/status"), "pending");
        assert_eq!(stands(&world, &deal).await, "155.00 0.00 opened");
        let second = pay_out(&world, &deal, "1.00", "b").await;
        assert_eq!(second.text("/parameter"), "amount.value");
        world.wait(Duration::minutes(1)).await;
        assert_eq!(events(&world, "payout.canceled").await, 1);
        assert_eq!(stands(&world, &deal).await, "955.00 800.00 opened");
        world.bank.script().next(Call::PayOut, Fault::ReplyLost);
        let made = pay_out(&world, &deal, "800.00", "c").await;
        assert_eq!(made.text("/status"), "pending");
        world.wait(Duration::minutes(1)).await;
        assert_eq!(stands(&world, &deal).await, "0.00 0.00 closed");
        assert_eq!(world.bank.paid_out().len(), 1);
        assert_eq!(balance(&world, Account::Available).await, 15_500);
        world.audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_payouts_of_the_whole_deal_one_is_made() {
    both(|store, _engine| async move {
        let world = Arc::new(World::new(store).await);
        let deal = open(&world, "deal_closed", "deal").await;
        pay_into(&world, &deal, true, "pay").await;
        let tasks: Vec<_> = (0..64)
            .map(|number| {
                let (world, deal) = (Arc::clone(&world), deal.clone());
                let key = format!("p{number}");
                tokio::spawn(async move { pay_out(&world, &deal, "800.00", &key).await })
            })
            .collect();
        let mut made = 0;
        for task in tasks {
            let answer = task.await.unwrap();
            match answer.status.as_u16() {
                200 => made += 1,
                status => assert_eq!(status, 400, "{}", answer.json()),
            }
        }
        assert_eq!((made, world.bank.paid_out().len()), (1, 1));
        assert_eq!(stands(&world, &deal).await, "0.00 0.00 closed");
        world.audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn payout_refund_and_expiry_exclude_each_other() {
    both(|store, _engine| async move {
        let world = Arc::new(World::new(store).await);
        for round in 0..6 {
            let deal = open(&world, "payment_succeeded", &format!("deal{round}")).await;
            let payment = pay_into(&world, &deal, true, &format!("pay{round}")).await;
            if round % 2 == 1 {
                world.clock.advance(Duration::days(90));
            }
            let jobs = Arc::clone(&world);
            let expiry = tokio::spawn(async move { jobs.run_jobs().await });
            let tasks: Vec<_> = (0..16)
                .map(|number| {
                    let (world, deal) = (Arc::clone(&world), deal.clone());
                    let (payment, key) = (payment.clone(), format!("{round}-{number}"));
                    tokio::spawn(async move {
                        if number % 2 == 0 {
                            pay_out(&world, &deal, "800.00", &key).await
                        } else {
                            give_back(&world, &payment, ("800.00", "800.00"), &key).await
                        }
                    })
                })
                .collect();
            let mut succeeded = 0;
            for task in tasks {
                succeeded += usize::from(task.await.unwrap().status.is_success());
            }
            expiry.await.unwrap();
            world.run_jobs().await;
            assert!(succeeded <= 1, "{succeeded} took the deal's money");
            assert_eq!(stands(&world, &deal).await, "0.00 0.00 closed");
        }
        world.audit().await;
    })
    .await;
}
