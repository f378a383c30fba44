//! Many at once in one deal: one payment, the permitted sum, one end.

use std::sync::Arc;

use domain::Duration;
use serde_json::{Value, json};
use testkit::World;
use testkit::database::both;

use super::{deal_payment, events, open, pay_into, rub, settlements, stands};
use crate::race::at_once;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_payments_for_one_deal_one_comes_in() {
    both(|store, _engine| async move {
        let world = Arc::new(World::new(store).await);
        let deal = open(&world, "deal_closed", "deal").await;
        let body = deal_payment(&deal, "800.00", true);
        let requests = (0..64).map(|n| ("/payments".to_owned(), format!("p{n}"), body.clone()));
        let (succeeded, refused) = at_once(&world, requests.collect()).await;
        assert_eq!(succeeded, 1);
        assert_eq!(refused, ["Deal already has a payment"]);
        assert_eq!(stands(&world, &deal).await, "955.00 800.00 opened");
        assert_eq!(world.bank.statistics().len(), 1);
        world.audit().await;
    })
    .await;
}

fn refund(payment: &str, amount: &str, payout: &str) -> Value {
    json!({
        "payment_id": payment, "amount": rub(amount),
        "deal": {"refund_settlements": settlements(payout)},
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_refunds_of_60_percent_in_a_deal_one_succeeds() {
    both(|store, _engine| async move {
        let world = Arc::new(World::new(store).await);
        for (moment, amount, left) in [
            ("payment_succeeded", "480.00", "320.00 320.00 opened"),
            ("deal_closed", "600.00", "355.00 320.00 opened"),
        ] {
            let deal = open(&world, moment, moment).await;
            let payment = pay_into(&world, &deal, true, &format!("pay-{moment}")).await;
            let body = refund(&payment, amount, "480.00");
            let requests = (0..64).map(|n| {
                let key = format!("{amount}-{n}");
                ("/refunds".to_owned(), key, body.clone())
            });
            let (succeeded, refused) = at_once(&world, requests.collect()).await;
            assert_eq!(succeeded, 1, "{refused:?}");
            assert_eq!(stands(&world, &deal).await, left);
            world.audit().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn refunds_and_the_end_give_the_money_back_once() {
    both(|store, _engine| async move {
        let world = Arc::new(World::new(store).await);
        for round in 0..6 {
            let key = |name: &str| format!("{name}{round}");
            let deal = open(&world, "deal_closed", &key("deal")).await;
            let payment = pay_into(&world, &deal, true, &key("pay")).await;
            // Either they meet the end, or come a moment before it.
            let to_end = Duration::micros(90 * 24 * 3_600_000_000 - round % 2);
            world.clock.advance(to_end);
            let jobs = Arc::clone(&world);
            let end = tokio::spawn(async move {
                for _ in 0..3 {
                    jobs.clock.advance(Duration::micros(1));
                    jobs.run_jobs().await;
                }
            });
            let body = refund(&payment, "1000.00", "800.00");
            let requests = (0..16).map(|n| {
                let key = format!("{round}-{n}");
                ("/refunds".to_owned(), key, body.clone())
            });
            let (succeeded, _refused) = at_once(&world, requests.collect()).await;
            end.await.unwrap();
            world.run_jobs().await;
            assert!(succeeded <= 1, "{succeeded} refunds of the whole succeeded");
            assert_eq!(stands(&world, &deal).await, "-45.00 0.00 closed");
        }
        assert_eq!(events(&world, "deal.closed").await, 6);
        let taken = world.bank.statistics();
        assert!(taken.values().all(|it| it.captured == it.refunded));
        world.audit().await;
    })
    .await;
}
