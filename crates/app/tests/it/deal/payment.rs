//! Payments in deals: the arithmetic, both stages, and what is refused.

use app::shop::NewShop;
use domain::ledger::Account;
use domain::{ConnectorName, Rate};
use serde_json::{Value, json};
use testkit::database::both;
use testkit::{Surroundings, World, test_shop};

use super::{balance, deal_payment, open, pay_into, rub, settlements, stands};
use crate::available;

async fn shown(world: &World, payment: &str) -> Value {
    let path = format!("/payments/{payment}");
    world.call("GET", &path, "", &Value::Null).await.json()
}

#[tokio::test]
async fn one_stage_fills_the_deal_to_the_kopeck() {
    for (vat, moment, deal_stands, income, platform) in [
        (
            0,
            "payment_succeeded",
            "800.00 800.00 opened",
            "955.00",
            15_500,
        ),
        (0, "deal_closed", "955.00 800.00 opened", "955.00", 0),
        (
            220_000,
            "payment_succeeded",
            "800.00 800.00 opened",
            "945.10",
            14_510,
        ),
        (220_000, "deal_closed", "945.10 800.00 opened", "945.10", 0),
    ] {
        both(|store, _engine| async move {
            let shop = NewShop {
                vat: Rate::from_ppm(vat).unwrap(),
                ..test_shop()
            };
            let world = World::with(store, Surroundings::new(1), shop).await;
            let deal = open(&world, moment, "deal").await;
            let payment = pay_into(&world, &deal, true, "pay").await;
            let json = shown(&world, &payment).await;
            assert_eq!(json["status"], "succeeded");
            assert_eq!(json["income_amount"], rub(income));
            let expected = json!({"id": deal, "settlements": settlements("800.00")});
            assert_eq!(json["deal"], expected);
            assert_eq!(stands(&world, &deal).await, deal_stands);
            assert_eq!(available(&world).await, platform);
            world.audit().await;
        })
        .await;
    }
}

#[tokio::test]
async fn two_stages_fill_it_when_captured_whole_or_in_part() {
    for (moment, whole, part, own) in [
        (
            "payment_succeeded",
            "800.00 800.00 opened",
            "480.00 480.00 opened",
            9_300,
        ),
        (
            "deal_closed",
            "955.00 800.00 opened",
            "573.00 480.00 opened",
            0,
        ),
    ] {
        both(|store, _engine| async move {
            let world = World::new(store).await;
            let deal = open(&world, moment, "deal").await;
            let payment = pay_into(&world, &deal, false, "pay").await;
            assert_eq!(stands(&world, &deal).await, "0.00 0.00 opened");
            let path = format!("/payments/{payment}/capture");
            let missing = json!({"amount": rub("600.00")});
            let refused = world.call("POST", &path, "missing", &missing).await;
            assert_eq!(refused.text("/parameter"), "deal.settlements");
            let large = json!({
                "amount": rub("600.00"), "deal": {"settlements": settlements("573.00")},
            });
            let refused = world.call("POST", &path, "large", &large).await;
            let words = refused.text("/description");
            assert!(words.ends_with("too large by 0.01 RUB"), "{words}");
            let right = json!({
                "amount": rub("600.00"), "deal": {"settlements": settlements("480.00")},
            });
            let captured = world.call("POST", &path, "right", &right).await;
            assert_eq!(captured.text("/status"), "succeeded");
            assert_eq!(captured.json()["income_amount"], rub("573.00"));
            assert_eq!(
                captured.json()["deal"]["settlements"],
                settlements("480.00")
            );
            assert_eq!(stands(&world, &deal).await, part);
            assert_eq!(available(&world).await, own);

            let deal = open(&world, moment, "deal2").await;
            let payment = pay_into(&world, &deal, false, "pay2").await;
            let path = format!("/payments/{payment}/capture");
            world.call("POST", &path, "whole", &json!({})).await;
            assert_eq!(stands(&world, &deal).await, whole);
            world.audit().await;
        })
        .await;
    }
}

#[tokio::test]
async fn a_canceled_payment_leaves_nothing_and_frees_its_place() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let deal = open(&world, "deal_closed", "deal").await;
        let held = pay_into(&world, &deal, false, "held").await;
        let second = deal_payment(&deal, "800.00", true);
        let taken = world.call("POST", "/payments", "taken", &second).await;
        assert_eq!(taken.text("/parameter"), "deal.id");
        assert_eq!(taken.text("/description"), "Deal already has a payment");
        let cancel = format!("/payments/{held}/cancel");
        let canceled = world.call("POST", &cancel, "cancel", &json!({})).await;
        assert_eq!(canceled.text("/status"), "canceled");
        assert_eq!(stands(&world, &deal).await, "0.00 0.00 opened");

        // A decline frees it too.
        let mut declined = second.clone();
        declined["payment_method_data"]["card"]["number"] = json!("5555555555554600");
        let answer = world.call("POST", "/payments", "declined", &declined).await;
        assert_eq!(answer.text("/status"), "canceled", "{}", answer.json());
        let paid = world.call("POST", "/payments", "paid", &second).await;
        assert_eq!(paid.text("/status"), "succeeded");
        assert_eq!(stands(&world, &deal).await, "955.00 800.00 opened");
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn what_cannot_come_into_a_deal_is_refused_and_nothing_is_written() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let deal = open(&world, "payment_succeeded", "deal").await;
        let with = |change: &dyn Fn(&mut Value)| {
            let mut body = deal_payment(&deal, "800.00", true);
            change(&mut body);
            body
        };
        let unknown = "dl-31f00001-0022-5000-8000-1a2b3c4d5e6f";
        let usd = json!([{"type": "payout", "amount": {"value": "1.00", "currency": "USD"}}]);
        let two = json!([
            {"type": "payout", "amount": rub("1.00")}, {"type": "payout", "amount": rub("2.00")},
        ]);
        let sbp = json!({"type": "sbp"});
        for (body, parameter) in [
            (with(&|b| b["deal"]["id"] = json!(unknown)), "deal.id"),
            (with(&|b| b["deal"]["id"] = json!("x")), "deal.id"),
            (with(&|b| b["deal"]["id"] = Value::Null), "deal.id"),
            (
                with(&|b| b["deal"]["settlements"] = settlements("955.00")),
                "deal.settlements",
            ),
            (
                with(&|b| b["deal"]["settlements"] = usd.clone()),
                "deal.settlements",
            ),
            (
                with(&|b| b["deal"]["settlements"] = two.clone()),
                "deal.settlements",
            ),
            (
                with(&|b| b["deal"]["settlements"] = json!([])),
                "deal.settlements",
            ),
            (
                with(&|b| b["deal"]["settlements"][0]["type"] = json!("fee")),
                "deal.settlements.type",
            ),
            (
                with(&|b| b["deal"]["settlements"][0]["amount"]["value"] = json!("0.00")),
                "deal.settlements.amount.value",
            ),
            (
                with(&|b| b["payment_method_data"] = sbp.clone()),
                "payment_method_data.type",
            ),
        ] {
            let answer = world.call("POST", "/payments", "wrong", &body).await;
            assert_eq!(answer.status, 400, "{}", answer.json());
            assert_eq!(answer.text("/parameter"), parameter, "{}", answer.json());
        }
        let listed = world.call("GET", "/payments", "", &Value::Null).await;
        assert_eq!(listed.json()["items"], json!([]));
        assert_eq!(
            balance(&world, Account::Acquirer(ConnectorName::SANDBOX)).await,
            0
        );
        let paid = pay_into(&world, &deal, true, "pay").await;
        assert_eq!(shown(&world, &paid).await["status"], "succeeded");
        world.audit().await;
    })
    .await;
}
