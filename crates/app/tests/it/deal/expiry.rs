//! A deal's time is over: the buyer gets the money back, the deal closes, once.

use connectors::sandbox::{Call, Fault};
use domain::ledger::Account;
use domain::{ConnectorName, Duration};
use serde_json::{Value, json};
use testkit::World;
use testkit::database::both;

use super::{balance, deal_payment, events, give_back, open, pay_into, stands};
use crate::available;

/// Just before the end of a deal of 90 days.
const ALMOST: Duration = Duration::minutes(90 * 24 * 60 - 30);

async fn refunds(world: &World, payment: &str) -> Vec<String> {
    let path = format!("/refunds?payment_id={payment}");
    let listed = world.call("GET", &path, "", &Value::Null).await.json();
    let items = listed["items"].as_array().unwrap();
    items
        .iter()
        .map(|refund| {
            let status = refund["status"].as_str().unwrap();
            let amount = refund["amount"]["value"].as_str().unwrap();
            let part = &refund["deal"]["refund_settlements"][0]["amount"]["value"];
            format!("{status} {amount} {}", part.as_str().unwrap())
        })
        .collect()
}

#[tokio::test]
async fn what_is_left_goes_back_and_the_deal_closes_once() {
    for (moment, end, refund, platform) in [
        (
            "payment_succeeded",
            "0.00 0.00 closed",
            "succeeded 700.00 700.00",
            15_500,
        ),
        (
            "deal_closed",
            "-45.00 0.00 closed",
            "succeeded 900.00 700.00",
            -4_500,
        ),
    ] {
        both(|store, _engine| async move {
            let world = World::new(store).await;
            let deal = open(&world, moment, "deal").await;
            let payment = pay_into(&world, &deal, true, "pay").await;
            give_back(&world, &payment, ("100.00", "100.00"), "part").await;
            world.wait(ALMOST).await;
            assert!(stands(&world, &deal).await.ends_with("opened"));
            for _ in 0..3 {
                world.wait(Duration::hours(1)).await;
            }
            assert_eq!(stands(&world, &deal).await, end);
            let made = refunds(&world, &payment).await;
            assert_eq!(made, [refund, "succeeded 100.00 100.00"]);
            assert_eq!(available(&world).await, platform);
            assert_eq!(events(&world, "deal.closed").await, 1);
            world.audit().await;
        })
        .await;
    }
}

#[tokio::test]
async fn an_unfinished_payment_ends_with_its_deal() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let deals = [
            open(&world, "deal_closed", "a").await,
            open(&world, "payment_succeeded", "b").await,
            open(&world, "payment_succeeded", "c").await,
        ];
        world.wait(ALMOST).await;
        let held = pay_into(&world, &deals[0], false, "held").await;
        let mut page = deal_payment(&deals[1], "800.00", true);
        page["payment_method_data"] = Value::Null;
        let page = world.call("POST", "/payments", "page", &page).await;
        let path = format!("/payments/{held}/capture");
        world.wait(Duration::minutes(40)).await;
        world.run_jobs().await;
        for payment in [&held, &page.text("/id")] {
            let path = format!("/payments/{payment}");
            let shown = world.call("GET", &path, "", &Value::Null).await;
            let details = json!({"party": "yoo_money", "reason": "deal_expired"});
            assert_eq!(shown.json()["cancellation_details"], details);
        }
        let late = world.call("POST", &path, "late", &json!({})).await;
        assert_eq!(late.status, 400);
        for deal in &deals {
            assert_eq!(stands(&world, deal).await, "0.00 0.00 closed");
        }
        let after = deal_payment(&deals[2], "800.00", true);
        let refused = world.call("POST", "/payments", "after", &after).await;
        assert_eq!(refused.text("/description"), "Deal is closed");
        assert_eq!(events(&world, "deal.closed").await, 3);
        let taken = world.bank.statistics();
        assert!(taken.values().all(|effect| effect.held == effect.voided));
        world.audit().await;
    })
    .await;
}

/// A clock that jumps over the payment's limit and the deal's ends the payment by its own.
#[tokio::test]
async fn what_was_over_before_its_deal_says_so() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let deals = [
            open(&world, "deal_closed", "a").await,
            open(&world, "payment_succeeded", "b").await,
        ];
        let held = pay_into(&world, &deals[0], false, "held").await;
        let mut page = deal_payment(&deals[1], "800.00", true);
        page["payment_method_data"] = Value::Null;
        let page = world.call("POST", "/payments", "page", &page).await;
        world.wait(Duration::days(91)).await;
        world.run_jobs().await;
        for (payment, reason) in [
            (&held, "expired_on_capture"),
            (&page.text("/id"), "expired_on_confirmation"),
        ] {
            let path = format!("/payments/{payment}");
            let shown = world.call("GET", &path, "", &Value::Null).await;
            assert_eq!(shown.text("/cancellation_details/reason"), reason);
        }
        for deal in &deals {
            assert_eq!(stands(&world, deal).await, "0.00 0.00 closed");
        }
        assert_eq!(events(&world, "deal.closed").await, 2);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn before_anyone_has_looked_an_expired_deal_takes_and_gives_nothing() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let deal = open(&world, "deal_closed", "a").await;
        let empty = open(&world, "deal_closed", "b").await;
        let payment = pay_into(&world, &deal, true, "pay").await;
        let held = open(&world, "deal_closed", "c").await;
        world.clock.advance(Duration::hours(90 * 24 - 1));
        let held = pay_into(&world, &held, false, "held").await;
        world.clock.advance(Duration::hours(1));
        let body = deal_payment(&empty, "800.00", true);
        let refused = world.call("POST", "/payments", "late", &body).await;
        assert_eq!(refused.text("/description"), "Deal has expired");
        let refused = give_back(&world, &payment, ("1.00", "1.00"), "late").await;
        assert_eq!(refused.text("/description"), "Deal has expired");
        let path = format!("/payments/{held}/capture");
        let refused = world.call("POST", &path, "capture", &json!({})).await;
        assert_eq!(refused.text("/description"), "Deal has expired");
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn calls_under_way_at_the_end_are_waited_for() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let deal = open(&world, "deal_closed", "deal").await;
        world.wait(ALMOST).await;
        // Taken, but nobody knows yet when the deal ends.
        world.bank.script().next(Call::Authorize, Fault::ReplyLost);
        let payment = pay_into(&world, &deal, true, "pay").await;
        world.clock.advance(Duration::hours(1));
        app::expire::run(&world.app, 10).await.unwrap();
        assert_eq!(stands(&world, &deal).await, "0.00 0.00 opened");
        world.bank.script().next(Call::Refund, Fault::ReplyLost);
        for _ in 0..6 {
            world.wait(Duration::hours(1)).await;
        }
        assert_eq!(stands(&world, &deal).await, "-45.00 0.00 closed");
        assert_eq!(
            refunds(&world, &payment).await,
            ["succeeded 1000.00 800.00"]
        );
        assert_eq!(events(&world, "deal.closed").await, 1);
        assert_eq!(
            balance(&world, Account::Acquirer(ConnectorName::SANDBOX)).await,
            0
        );
        world.audit().await;
    })
    .await;
}
