//! A shop that is switched off, where nothing begins and what was begun is finished; its keys.

use app::checkout::{self, Buyer};
use app::shop::{self, ShopState};
use app::{Error, Refusal, token};
use card::{Card, CardNumber, Csc};
use domain::card::Expiry;
use domain::{Duration, MethodKind, PaymentId};
use serde_json::{Value, json};
use testkit::World;
use testkit::database::both;

use crate::{PLAIN, SECURE, card_payment, pay, status};

fn card(digits: &str) -> Card {
    Card {
        number: CardNumber::parse(digits).unwrap(),
        expiry: Expiry::new(2030, 12).unwrap(),
        csc: Csc::parse("123"),
    }
}

#[track_caller]
fn refused<T>(tried: Result<T, Error>) {
    let error = tried.err();
    let refused = matches!(error, Some(Error::Refused(Refusal::ShopDisabled)));
    assert!(refused, "{error:?}");
}

async fn open(world: &World, key: &str) -> PaymentId {
    let mut body = card_payment(PLAIN, true);
    body["payment_method_data"] = Value::Null;
    let made = world.call("POST", "/payments", key, &body).await;
    made.text("/id").parse().unwrap()
}

async fn switch(world: &World, state: ShopState) {
    let switched = shop::set_state(&world.machine(), world.shop.id, state).await;
    switched.unwrap();
}

#[tokio::test]
async fn a_shop_that_is_switched_off_begins_nothing_and_ends_what_was_begun() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let (app, id, buyer) = (&world.app, world.shop.id, Buyer::default());
        let held = pay(&world, false, "held").await;
        let waiting = open(&world, "waiting").await;
        let begun = open(&world, "begun").await;
        let view = checkout::pay_by_card(app, begun, card(SECURE), buyer)
            .await
            .unwrap();
        let domain::payment::State::Challenged { operation, .. } = view.payment.state else {
            unreachable!("{:?}", view.payment.state);
        };
        let binding = json!({
            "type": "bank_card",
            "confirmation": {"type": "redirect", "return_url": "https://shop.example/back"},
        });
        let bound = world
            .call("POST", "/payment_methods", "bind", &binding)
            .await;
        let bound = bound.text("/id").parse().unwrap();

        switch(&world, ShopState::Disabled).await;
        refused(checkout::pay_by_card(app, waiting, card(PLAIN), buyer).await);
        refused(checkout::pay_by(app, waiting, MethodKind::Sbp, None, buyer).await);
        refused(checkout::bind_card(app, bound, card(PLAIN), None).await);
        refused(token::for_payment(app, id, card(PLAIN), None).await);
        let number = CardNumber::parse(PLAIN).unwrap();
        refused(token::for_payout(app, id, number, None).await.map(|_| ()));
        refused(shop::widget_sites(app, id).await);
        refused(
            app::grant::prove_shop(app, id, &world.secret_key, None)
                .await
                .map(|_| ()),
        );
        for (method, path, expected) in [
            ("POST", "/payments".to_owned(), 403),
            ("POST", format!("/payments/{held}/capture"), 403),
            ("GET", format!("/payments/{held}"), 200),
            ("GET", "/me".to_owned(), 200),
        ] {
            let body = if method == "GET" {
                Value::Null
            } else {
                card_payment(PLAIN, true)
            };
            let answer = world.call(method, &path, "off", &body).await;
            assert_eq!(
                answer.status,
                expected,
                "{method} {path}: {}",
                answer.json()
            );
            if expected == 403 {
                assert_eq!(answer.text("/code"), "forbidden");
                assert_eq!(answer.text("/description"), "The store is switched off");
            }
        }
        let me = world.call("GET", "/me", "", &Value::Null).await;
        assert_eq!(me.text("/status"), "disabled");

        let approve = app::sandbox::Decision::Approve;
        app::sandbox::decide(app, operation, approve).await.unwrap();
        assert_eq!(status(&world, &begun.to_string()).await, "succeeded");
        world.wait(Duration::days(7)).await;
        assert_eq!(status(&world, &held).await, "canceled");
        assert_eq!(status(&world, &waiting.to_string()).await, "canceled");

        switch(&world, ShopState::Enabled).await;
        pay(&world, true, "again").await;
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn keys_are_listed_and_taken_back_by_number_or_last_characters() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let (app, id) = (&world.app, world.shop.id);
        let none = Value::Null;
        assert_eq!(world.call("GET", "/me", "", &none).await.status, 200);
        app.settled().await;
        world.clock.advance(Duration::minutes(1));
        let second = shop::add_key(&testkit::machine(app), id).await.unwrap();
        let keys = shop::list_keys(&testkit::machine(app), id).await.unwrap();
        let seen: Vec<_> = keys
            .iter()
            .map(|view| (view.number, view.key.hint.clone(), view.key.last_used_at))
            .collect();
        let hint = |key: &str| key[key.len() - 4..].to_owned();
        let begin = testkit::BEGIN;
        assert_eq!(seen[0], (1, hint(&world.secret_key), Some(begin)));
        assert_eq!(seen[1], (2, hint(&second), None));
        // A use is written once an hour.
        for (minutes, expected) in [(58, begin), (1, begin.plus(Duration::hours(1)))] {
            world.clock.advance(Duration::minutes(minutes));
            world.call("GET", "/me", "", &none).await;
            app.settled().await;
            let keys = shop::list_keys(&testkit::machine(app), id).await.unwrap();
            assert_eq!(keys[0].key.last_used_at, Some(expected));
        }
        let why = async |named: &str| {
            let refused = shop::revoke_key(&testkit::machine(app), id, named)
                .await
                .err();
            match refused {
                Some(Error::Refused(Refusal::SecretKey(why))) => Some(why),
                None => None,
                Some(other) => panic!("{other:?}"),
            }
        };
        use app::shop::KeyRefused;
        assert_eq!(why(&second).await, Some(KeyRefused::Whole));
        assert_eq!(why("3").await, Some(KeyRefused::Unknown));
        assert_eq!(why("").await, Some(KeyRefused::Unknown));
        assert_eq!(why("????").await, Some(KeyRefused::Unknown));
        assert_eq!(why("1").await, None);
        assert_eq!(why("1").await, Some(KeyRefused::Revoked));
        assert_eq!(
            why(&hint(&world.secret_key)).await,
            Some(KeyRefused::Revoked)
        );
        assert_eq!(world.call("GET", "/me", "", &none).await.status, 401);
        let credentials = format!("{id}:{second}");
        let me = world.call_as(&credentials, "GET", "/me", "", &none).await;
        assert_eq!(me.status, 200);
        assert_eq!(why(&hint(&second)).await, None);
        let me = world.call_as(&credentials, "GET", "/me", "", &none).await;
        assert_eq!(me.status, 401);
    })
    .await;
}
