//! Payment tokens: made for a card, used once, within an hour, by their shop.

use std::sync::Arc;

use app::Refusal;
use card::{Card, CardNumber, Csc};
use domain::Duration;
use domain::card::Expiry;
use domain::token::PAYMENT_TOKEN_LIFE;
use serde_json::{Value, json};
use testkit::database::both;
use testkit::{Answer, World, test_gateway, test_shop};

use crate::{PLAIN, SECURE, available, status};

fn card(number: &str) -> Card {
    Card {
        number: CardNumber::parse(number).unwrap(),
        expiry: Expiry::new(2030, 12).unwrap(),
        csc: Csc::parse("123"),
    }
}

pub(crate) async fn token(world: &World, number: &str) -> String {
    let made = app::token::for_payment(&world.app, world.shop.id, card(number), None).await;
    made.unwrap()
}

fn body(token: &str) -> Value {
    json!({
        "amount": {"value": "1000.00", "currency": "RUB"},
        "capture": true,
        "payment_token": token,
        "confirmation": {"type": "redirect", "return_url": "https://shop.example/back"},
    })
}

async fn pay(world: &World, token: &str, key: &str) -> Answer {
    world.call("POST", "/payments", key, &body(token)).await
}

#[tokio::test]
async fn a_token_pays_once_and_a_repetition_hears_the_same() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let token = token(&world, PLAIN).await;
        assert_eq!(token.len(), 43);
        let paid = pay(&world, &token, "a").await;
        assert_eq!(paid.text("/status"), "succeeded");
        assert_eq!(paid.text("/payment_method/card/last4"), "4444");
        assert_eq!(
            paid.text("/payment_method/card/issuer_name"),
            "Sandbox Bank"
        );
        assert_eq!(pay(&world, &token, "a").await.bytes, paid.bytes);
        let again = pay(&world, &token, "b").await;
        assert_eq!(again.status, 400);
        assert_eq!(again.text("/parameter"), "payment_token");
        assert_eq!(available(&world).await, 95_500);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_payer_passes_3_d_secure_where_the_confirmation_sends_them() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let created = pay(&world, &token(&world, SECURE).await, "a").await;
        assert_eq!(created.text("/status"), "pending");
        let page = created.text("/confirmation/confirmation_url");
        let operation = page.split("operation=").nth(1).unwrap();
        let operation = operation.split('&').next().unwrap().parse().unwrap();
        app::sandbox::decide(&world.app, operation, app::sandbox::Decision::Approve)
            .await
            .unwrap();
        assert_eq!(status(&world, &created.text("/id")).await, "succeeded");
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_payment_that_is_refused_leaves_the_token_to_another() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let token = token(&world, PLAIN).await;
        let mut wrong = body(&token);
        wrong["amount"]["currency"] = json!("USD");
        let refused = world.call("POST", "/payments", "a", &wrong).await;
        assert_eq!(refused.status, 400);
        assert_eq!(pay(&world, &token, "b").await.text("/status"), "succeeded");
    })
    .await;
}

#[tokio::test]
async fn each_token_that_cannot_be_used_is_refused_in_its_own_words() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let number = CardNumber::parse(PLAIN).unwrap();
        let account = world.shop.id;
        let made = app::token::for_payout(&world.app, account, number, None).await;
        let app::token::PayoutToken::Made(payout, recipient) = made.unwrap() else {
            unreachable!("the card is of a known country")
        };
        assert_eq!(recipient.last4, "4444");
        let other = app::shop::create(&world.machine(), test_shop())
            .await
            .unwrap();
        let foreign = app::token::for_payment(&world.app, other.shop.id, card(PLAIN), None).await;
        let late = token(&world, PLAIN).await;
        world.clock.advance(PAYMENT_TOKEN_LIFE);
        let unknown = "A".repeat(43);
        for (token, status, says) in [
            (payout, 400, "Unsupported payment token type"),
            (
                foreign.unwrap(),
                403,
                "Attempt to use restricted payment token",
            ),
            (late, 400, "Invalid parameter's value"),
            (unknown, 400, "Unable to decrypt payment token"),
            (
                "eyJ0eXBlIjoi".to_owned(),
                400,
                "Badly encoded payment token",
            ),
        ] {
            let refused = pay(&world, &token, &format!("k{}", token.len() + says.len())).await;
            assert_eq!(refused.status, status, "{says}");
            assert!(refused.text("/description").starts_with(says), "{says}");
            assert_eq!(refused.text("/parameter"), "payment_token");
        }
    })
    .await;
}

#[tokio::test]
async fn a_shop_without_the_right_makes_and_uses_no_tokens() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let token = token(&world, PLAIN).await;
        let mut shop = world.shop.clone();
        shop.may_use_tokens = false;
        let id = shop.id;
        let changed = world
            .store
            .write(id, move |tx| store::shop::update(tx, &shop));
        changed.await.unwrap();
        world
            .clock
            .advance(app::MERCHANT_FRESH.plus(Duration::seconds(1)));
        let refused = pay(&world, &token, "a").await;
        assert_eq!(refused.status, 403);
        assert_eq!(
            refused.text("/description"),
            "Forbidden to use checkout-js payment token"
        );
        let made = app::token::for_payment(&world.app, id, card(PLAIN), None).await;
        assert!(matches!(
            made,
            Err(app::Error::Refused(Refusal::TokenizationNotPermitted))
        ));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_32_payments_with_one_token_one_succeeds() {
    both(|store, _engine| async move {
        let world = Arc::new(World::new(store).await);
        let token = token(&world, PLAIN).await;
        let tasks = (0..32).map(|n| {
            let (world, token) = (Arc::clone(&world), token.clone());
            tokio::spawn(async move { pay(&world, &token, &format!("k{n}")).await })
        });
        let mut statuses = Vec::new();
        for task in tasks.collect::<Vec<_>>() {
            statuses.push(task.await.unwrap().status.as_u16());
        }
        statuses.sort_unstable();
        assert_eq!(statuses[0], 200, "{statuses:?}");
        assert!(
            statuses[1..].iter().all(|status| *status == 400),
            "{statuses:?}"
        );
        assert_eq!(available(&world).await, 95_500);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_token_is_forgotten_a_day_after_its_end() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let token = token(&world, PLAIN).await;
        let forget = || app::token::forget(&world.app, 10);
        assert_eq!(forget().await.unwrap(), 0);
        world
            .clock
            .advance(PAYMENT_TOKEN_LIFE.plus(Duration::hours(24)));
        world.clock.advance(Duration::seconds(1));
        assert_eq!(forget().await.unwrap(), 1);
        let gone = pay(&world, &token, "a").await;
        assert_eq!(gone.text("/description"), "Unable to decrypt payment token");
    })
    .await;
}

#[tokio::test]
async fn a_bank_that_does_not_answer_makes_no_token() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let script = world.bank.script();
        script.next(
            connectors::sandbox::Call::Tokenize,
            connectors::sandbox::Fault::NotSent,
        );
        let made = app::token::for_payment(&world.app, world.shop.id, card(PLAIN), None).await;
        assert!(matches!(made, Err(app::Error::Internal(_))));
    })
    .await;
}

#[tokio::test]
async fn a_payout_token_is_paid_to_again_and_again_by_its_gateway_alone() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let mut new = test_gateway(&world.shop);
        new.may_send_cards = false;
        let gateway = app::shop::create(&world.machine(), new).await.unwrap();
        let top_up = domain::Money::new(100_000, domain::Currency::RUB);
        app::shop::top_up(&world.machine(), gateway.shop.id, top_up)
            .await
            .unwrap();
        let number = CardNumber::parse(SECURE).unwrap();
        let made = app::token::for_payout(&world.app, gateway.shop.id, number, None).await;
        let app::token::PayoutToken::Made(token, _) = made.unwrap() else {
            unreachable!("the card is of a known country")
        };
        let body = |token: &str| {
            json!({"amount": {"value": "10.00", "currency": "RUB"}, "payout_token": token})
        };
        let credentials = format!("{}:{}", gateway.shop.id, gateway.secret_key);
        for key in ["a", "b"] {
            let body = body(&token);
            let paid = world
                .call_as(&credentials, "POST", "/payouts", key, &body)
                .await;
            assert_eq!(paid.text("/status"), "succeeded");
            assert_eq!(paid.text("/payout_destination/card/last4"), "4477");
        }
        let foreign = app::token::for_payout(
            &world.app,
            world.shop.id,
            CardNumber::parse(SECURE).unwrap(),
            None,
        );
        let app::token::PayoutToken::Made(foreign, _) = foreign.await.unwrap() else {
            unreachable!("the card is of a known country")
        };
        for wrong in [foreign, "A".repeat(43), "x".to_owned()] {
            let body = body(&wrong);
            let refused = world
                .call_as(&credentials, "POST", "/payouts", &wrong, &body)
                .await;
            assert_eq!(refused.status, 400);
            assert_eq!(refused.text("/parameter"), "payout_token");
        }
        world.audit().await;
    })
    .await;
}
