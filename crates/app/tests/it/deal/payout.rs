//! Payouts of deals: the seller is paid once, the deal closes, and the rest is the platform's.

use std::sync::Arc;

use domain::Duration;
use domain::ledger::Account;
use serde_json::{Value, json};
use testkit::World;
use testkit::database::both;

use super::{balance, events, open, pay_into, rub, settlements, stands};
use crate::available;
use crate::payout::{card, to};
use crate::race::at_once;

fn payout(deal: &str, amount: &str) -> Value {
    let mut body = to(card(crate::PLAIN), amount);
    body["deal"] = json!({"id": deal});
    body
}

fn refund(payment: &str, amount: &str, payout: &str) -> Value {
    json!({
        "payment_id": payment, "amount": rub(amount),
        "deal": {"refund_settlements": settlements(payout)},
    })
}

#[tokio::test]
async fn the_seller_is_paid_and_the_deal_closes() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        for (moment, own) in [("payment_succeeded", 15_500), ("deal_closed", 15_500)] {
            let before = available(&world).await;
            let deal = open(&world, moment, moment).await;
            let payment = pay_into(&world, &deal, true, &format!("pay-{moment}")).await;
            for (key, amount, status) in [
                ("over", "800.01", 400),
                ("part", "300.00", 200),
                ("more", "500.01", 400),
                ("rest", "500.00", 200),
                ("late", "1.00", 400),
            ] {
                let key = format!("{moment}-{key}");
                let made = world
                    .call("POST", "/payouts", &key, &payout(&deal, amount))
                    .await;
                assert_eq!(made.status.as_u16(), status, "{}", made.json());
            }
            world.run_jobs().await;
            assert_eq!(stands(&world, &deal).await, "0.00 0.00 closed");
            assert_eq!(available(&world).await - before, own);
            let (path, listed) = (format!("/payments/{payment}"), "/payments?limit=9");
            let shown = world.call("GET", &path, "", &Value::Null).await.json();
            assert_eq!(shown["refundable"], json!(false), "the deal is closed");
            let listed = world.call("GET", listed, "", &Value::Null).await.json();
            let listed = listed["items"].as_array().unwrap();
            assert!(listed.contains(&shown), "{shown} is not in {listed:?}");
            let body = refund(&payment, "1.00", "1.00");
            let refused = world
                .call("POST", "/refunds", &format!("r{moment}"), &body)
                .await;
            assert_eq!(refused.text("/description"), "Deal is closed");
        }
        assert_eq!(events(&world, "deal.closed").await, 2);
        world.audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_payouts_of_the_whole_balance_one_is_made() {
    both(|store, _engine| async move {
        let world = Arc::new(World::new(store).await);
        for moment in ["payment_succeeded", "deal_closed"] {
            let deal = open(&world, moment, moment).await;
            pay_into(&world, &deal, true, &format!("pay-{moment}")).await;
            let body = payout(&deal, "800.00");
            let requests = (0..64).map(|n| {
                let key = format!("{moment}-{n}");
                ("/payouts".to_owned(), key, body.clone())
            });
            let (succeeded, _refused) = at_once(&world, requests.collect()).await;
            assert_eq!(succeeded, 1);
            world.run_jobs().await;
            assert_eq!(stands(&world, &deal).await, "0.00 0.00 closed");
        }
        assert_eq!(available(&world).await, 31_000);
        assert_eq!(events(&world, "payout.succeeded").await, 2);
        assert_eq!(events(&world, "deal.closed").await, 2);
        world.audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn payout_refund_and_the_end_exclude_each_other() {
    both(|store, _engine| async move {
        let world = Arc::new(World::new(store).await);
        for round in 0..6 {
            let deal = open(&world, "deal_closed", &format!("deal{round}")).await;
            let payment = pay_into(&world, &deal, true, &format!("pay{round}")).await;
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
            let (out, back) = (
                payout(&deal, "800.00"),
                refund(&payment, "1000.00", "800.00"),
            );
            let requests = (0..24).map(|n| match n % 2 {
                0 => ("/payouts".to_owned(), format!("o{round}-{n}"), out.clone()),
                _ => ("/refunds".to_owned(), format!("b{round}-{n}"), back.clone()),
            });
            let (succeeded, _refused) = at_once(&world, requests.collect()).await;
            end.await.unwrap();
            world.run_jobs().await;
            assert!(succeeded <= 1, "{succeeded} took the whole balance");
            let last = stands(&world, &deal).await;
            assert!(
                ["0.00 0.00 closed", "-45.00 0.00 closed"].contains(&last.as_str()),
                "{last}"
            );
        }
        assert_eq!(events(&world, "deal.closed").await, 6);
        let paid = events(&world, "payout.succeeded").await;
        let returned = events(&world, "refund.succeeded").await;
        assert_eq!(paid + returned, 6);
        let expected =
            15_500 * i64::try_from(paid).unwrap() - 4_500 * i64::try_from(returned).unwrap();
        assert_eq!(balance(&world, Account::Available).await, expected);
        world.audit().await;
    })
    .await;
}
