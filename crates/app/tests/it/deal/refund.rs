//! Refunds in deals: out of the deal, and the commission that is not returned.

use app::shop::NewShop;
use connectors::sandbox::{Call, Fault};
use serde_json::{Value, json};
use testkit::database::both;
use testkit::{Surroundings, World, test_shop};

use super::{events, give_back, open, pay_into, rub, settlements, stands};
use crate::{available, pay};

#[tokio::test]
async fn the_sellers_part_goes_back_and_closes_the_deal() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let deal = open(&world, "payment_succeeded", "deal").await;
        let payment = pay_into(&world, &deal, true, "pay").await;
        let first = give_back(&world, &payment, ("300.00", "300.00"), "a").await;
        assert_eq!(first.text("/status"), "succeeded", "{}", first.json());
        let part = json!({"id": deal, "refund_settlements": settlements("300.00")});
        assert_eq!(first.json()["deal"], part);
        assert_eq!(stands(&world, &deal).await, "500.00 500.00 opened");
        for (sums, words) in [
            (
                ("500.00", "400.00"),
                "platform's fee in the deal by 100.00 RUB",
            ),
            (("400.00", "500.00"), "exceed the refund by 100.00 RUB"),
        ] {
            let refused = give_back(&world, &payment, sums, "wrong").await;
            assert_eq!(refused.text("/parameter"), "deal.refund_settlements");
            let said = refused.text("/description");
            assert!(said.ends_with(words), "{said}");
        }
        let over = give_back(&world, &payment, ("500.01", "500.01"), "over").await;
        assert_eq!(over.text("/description"), "Refund sum exceeded");
        give_back(&world, &payment, ("500.00", "500.00"), "b").await;
        assert_eq!(stands(&world, &deal).await, "0.00 0.00 closed");
        assert_eq!(available(&world).await, 15_500);
        assert_eq!(events(&world, "deal.closed").await, 1);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_full_refund_leaves_a_closed_deal_below_zero() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let deal = open(&world, "deal_closed", "deal").await;
        let payment = pay_into(&world, &deal, true, "pay").await;
        let refund = give_back(&world, &payment, ("1000.00", "800.00"), "a").await;
        assert_eq!(refund.text("/status"), "succeeded", "{}", refund.json());
        assert_eq!(stands(&world, &deal).await, "-45.00 0.00 closed");
        assert_eq!(available(&world).await, -4_500);
        assert_eq!(events(&world, "deal.closed").await, 1);
        let more = give_back(&world, &payment, ("1.00", "1.00"), "b").await;
        assert_eq!(more.status, 400);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_platform_without_money_cannot_cover_the_commission() {
    both(|store, _engine| async move {
        let live = NewShop {
            test: false,
            ..test_shop()
        };
        let world = World::with(store, Surroundings::new(2), live).await;
        let deal = open(&world, "deal_closed", "deal").await;
        let payment = pay_into(&world, &deal, true, "pay").await;
        let refund = give_back(&world, &payment, ("1000.00", "800.00"), "a").await;
        assert_eq!(refund.text("/status"), "canceled");
        let reason = refund.text("/cancellation_details/reason");
        assert_eq!(reason, "insufficient_funds");
        assert_eq!(stands(&world, &deal).await, "955.00 800.00 opened");
        let part = give_back(&world, &payment, ("955.00", "800.00"), "b").await;
        assert_eq!(part.text("/status"), "succeeded");
        assert_eq!(stands(&world, &deal).await, "0.00 0.00 opened");
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_refund_says_whose_money_it_is() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let deal = open(&world, "deal_closed", "deal").await;
        let payment = pay_into(&world, &deal, true, "pay").await;
        let plain = json!({"payment_id": payment, "amount": rub("10.00")});
        let refused = world.call("POST", "/refunds", "a", &plain).await;
        assert_eq!(refused.text("/parameter"), "deal.refund_settlements");
        let other = pay(&world, true, "plain").await;
        let refused = give_back(&world, &other, ("10.00", "10.00"), "b").await;
        assert_eq!(refused.text("/parameter"), "deal");
        let path = format!("/payments/{other}");
        let shown = world.call("GET", &path, "", &Value::Null).await.json();
        assert_eq!(shown.get("deal"), None);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn an_unanswered_refund_keeps_the_deal_open_until_it_is_known() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let deal = open(&world, "deal_closed", "deal").await;
        let payment = pay_into(&world, &deal, true, "pay").await;
        world.bank.script().next(Call::Refund, Fault::ReplyLost);
        let refund = give_back(&world, &payment, ("1000.00", "800.00"), "a").await;
        assert_eq!(refund.text("/status"), "pending");
        assert_eq!(stands(&world, &deal).await, "-45.00 0.00 opened");
        world.audit().await;
        world.wait(domain::Duration::minutes(2)).await;
        assert_eq!(stands(&world, &deal).await, "-45.00 0.00 closed");
        assert_eq!(events(&world, "deal.closed").await, 1);
        world.audit().await;
    })
    .await;
}
