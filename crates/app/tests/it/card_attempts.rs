//! Card testing: every attempt that reaches the bank is counted, by whatever door it comes.

use std::net::IpAddr;

use app::checkout::{self, ATTEMPTS_MAX, Buyer};
use app::{CardLimits, Error, Exceeded, Limit, Refusal, token};
use card::{Card, CardNumber, Csc};
use connectors::sandbox::{Call, Fault};
use domain::card::Expiry;
use domain::{Duration, OperationId, PaymentId, PaymentMethodId, payment, payment_method};
use serde_json::{Value, json};
use store::Store;
use testkit::database::both;
use testkit::{Surroundings, World, test_shop};

use crate::{PLAIN, SECURE, card_payment};

/// A card without money.
const DECLINED: &str = "5555555555554600";

/// A platform with these limits, and a shop that is no test.
async fn limited(store: Store, per_address: u32, per_card: u32, per_shop: u32) -> World {
    let mut surroundings = Surroundings::new(1);
    surroundings.card_limits = CardLimits {
        per_address,
        per_card,
        per_shop,
    };
    let mut shop = test_shop();
    shop.test = false;
    World::with(store, surroundings, shop).await
}

fn number(number: &str) -> CardNumber {
    CardNumber::parse(number).unwrap()
}

fn card(digits: &str) -> Card {
    Card {
        number: number(digits),
        expiry: Expiry::new(2030, 12).unwrap(),
        csc: Csc::parse("123"),
    }
}

fn from(address: &str) -> Buyer {
    Buyer {
        client_ip: Some(address.parse().unwrap()),
        agreed_to_save: false,
    }
}

/// A payment for the page.
async fn open(world: &World, key: &str) -> PaymentId {
    let body = json!({
        "amount": {"value": "1000.00", "currency": "RUB"},
        "capture": true,
        "confirmation": {"type": "redirect", "return_url": "https://shop.example/back"},
    });
    let made = world.call("POST", "/payments", key, &body).await;
    made.text("/id").parse().unwrap()
}

/// A binding for the page.
async fn binding(world: &World, key: &str) -> PaymentMethodId {
    let body = json!({
        "type": "bank_card",
        "confirmation": {"type": "redirect", "return_url": "https://shop.example/back"},
    });
    let made = world.call("POST", "/payment_methods", key, &body).await;
    made.text("/id").parse().unwrap()
}

fn exceeded<T>(tried: Result<T, Error>) -> Option<Exceeded> {
    let error = tried.err()?;
    let Error::Refused(Refusal::CardAttempts(exceeded)) = error else {
        unreachable!("{error:?}")
    };
    Some(exceeded)
}

fn limit<T>(tried: Result<T, Error>) -> Option<Limit> {
    exceeded(tried).map(|exceeded| exceeded.limit)
}

/// The attempt that waits for its payer.
async fn challenge(world: &World, id: PaymentId) -> OperationId {
    let view = checkout::show(&world.app, id).await.unwrap();
    let payment::State::Challenged { operation, .. } = view.payment.state else {
        unreachable!("{:?}", view.payment.state)
    };
    operation
}

#[tokio::test]
async fn attempts_that_are_answered_by_a_challenge_count_towards_the_ten_of_a_payment() {
    both(|store, _engine| async move {
        let world = limited(store, 0, 0, 0).await;
        let (paid, bound) = (open(&world, "a").await, binding(&world, "b").await);
        let (mut pays, mut binds) = (0, 0);
        for attempt in 0..30_u8 {
            let buyer = from(&format!("192.0.2.{attempt}"));
            let tried = checkout::pay_by_card(&world.app, paid, card(SECURE), buyer).await;
            match limit(tried) {
                None => pays += 1,
                Some(used_up) => assert_eq!(used_up, Limit::Object),
            }
            // A binding that waits for its payer takes no other card.
            let view = checkout::show_binding(&world.app, bound).await.unwrap();
            if let payment_method::State::Pending = view.method.state {
                let tried = checkout::bind_card(&world.app, bound, card(DECLINED), None).await;
                match limit(tried) {
                    None => binds += 1,
                    Some(used_up) => assert_eq!(used_up, Limit::Object),
                }
            }
        }
        assert_eq!((pays, binds), (ATTEMPTS_MAX, ATTEMPTS_MAX));
        let view = checkout::show(&world.app, paid).await.unwrap();
        assert!(view.cards_over);
        let refused = world.app.cards_refused();
        assert_eq!(refused[0], (Limit::Object, 40));
        // The one that waits still pays.
        let operation = challenge(&world, paid).await;
        let approve = app::sandbox::Decision::Approve;
        app::sandbox::decide(&world.app, operation, approve)
            .await
            .unwrap();
        assert_eq!(crate::status(&world, &paid.to_string()).await, "succeeded");
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn all_doors_share_the_attempts_of_an_address_and_what_is_approved_is_given_back() {
    both(|store, _engine| async move {
        let world = limited(store, 3, 0, 0).await;
        let address = |end: u8| format!("2001:db8:0:1:{end:x}::{end:x}");
        for end in 0..5 {
            let id = open(&world, &format!("good-{end}")).await;
            let (plain, buyer) = (card(PLAIN), from(&address(end)));
            checkout::pay_by_card(&world.app, id, plain, buyer)
                .await
                .unwrap();
            let id = open(&world, &format!("secure-{end}")).await;
            let (secure, buyer) = (card(SECURE), from(&address(end)));
            checkout::pay_by_card(&world.app, id, secure, buyer)
                .await
                .unwrap();
            let operation = challenge(&world, id).await;
            let approve = app::sandbox::Decision::Approve;
            app::sandbox::decide(&world.app, operation, approve)
                .await
                .unwrap();
        }
        let id = open(&world, "a").await;
        for (end, digits) in [(1, DECLINED), (2, DECLINED), (3, SECURE)] {
            let (bad, buyer) = (card(digits), from(&address(end)));
            checkout::pay_by_card(&world.app, id, bad, buyer)
                .await
                .unwrap();
        }
        let (app, shop, bound) = (&world.app, world.shop.id, binding(&world, "b").await);
        let ip: Option<IpAddr> = from(&address(9)).client_ip;
        let tried =
            checkout::pay_by_card(app, open(&world, "c").await, card(PLAIN), from(&address(9)));
        let refused = exceeded(tried.await).unwrap();
        assert_eq!(refused.limit, Limit::Address);
        assert_eq!(refused.wait, Some(Duration::minutes(20)));
        let tried = checkout::bind_card(app, bound, card(PLAIN), ip).await;
        assert_eq!(limit(tried), Some(Limit::Address));
        let tried = token::for_payment(app, shop, card(PLAIN), ip).await;
        assert_eq!(limit(tried), Some(Limit::Address));
        let tried = token::for_payout(app, shop, number(PLAIN), ip).await;
        assert_eq!(limit(tried.map(|_| ())), Some(Limit::Address));
        // Of a shop's own server the buyer's address counts, if it names one, in that shop alone.
        let mut body = card_payment(DECLINED, true);
        for key in ["server-1", "server-2", "server-3", "server-4", "server-5"] {
            let answer = world.call("POST", "/payments", key, &body).await;
            assert_eq!(answer.text("/status"), "canceled");
        }
        body["client_ip"] = json!(address(7));
        for key in ["named-a", "named-b", "named-c"] {
            let answer = world.call("POST", "/payments", key, &body).await;
            assert_eq!(answer.text("/status"), "canceled");
        }
        let answer = world.call("POST", "/payments", "named", &body).await;
        assert_eq!(answer.status, 429);
        assert_eq!(answer.text("/description"), "Too many attempts by card");
        // Others, and other ways, are free.
        let other = from("2001:db8:0:2::1");
        let tried = checkout::pay_by_card(app, open(&world, "d").await, card(PLAIN), other);
        assert_eq!(limit(tried.await), None);
        let sbp = domain::MethodKind::Sbp;
        let tried = checkout::pay_by(app, open(&world, "e").await, sbp, None, from(&address(9)));
        assert_eq!(limit(tried.await), None);
        world.clock.advance(Duration::minutes(20));
        // A repetition of what was carried out gets its answer whatever is used up.
        body["client_ip"] = json!(address(7));
        let carried = world.call("POST", "/payments", "named-2", &body).await;
        assert_eq!(carried.text("/status"), "canceled");
        let again = world.call("POST", "/payments", "named-2", &body).await;
        assert_eq!(again.bytes, carried.bytes);
        let answer = world.call("POST", "/payments", "named-3", &body).await;
        assert_eq!(answer.status, 429);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_card_and_a_shop_have_their_own_attempts_and_a_token_gives_back_with_its_payment() {
    both(|store, _engine| async move {
        let world = limited(store.clone(), 4, 2, 0).await;
        let (app, shop) = (&world.app, world.shop.id);
        let ip: Option<IpAddr> = Some([192, 0, 2, 1].into());
        for key in ["token-1", "token-2", "token-3", "token-4", "token-5"] {
            let token = token::for_payment(app, shop, card(PLAIN), ip)
                .await
                .unwrap();
            let mut body = card_payment(PLAIN, true);
            body["payment_method_data"] = Value::Null;
            body["payment_token"] = json!(token);
            // Where the card was typed counts, and not a second time where the shop says it was.
            body["client_ip"] = json!("192.0.2.9");
            let paid = world.call("POST", "/payments", key, &body).await;
            assert_eq!(paid.text("/status"), "succeeded");
        }
        let body = card_payment(DECLINED, true);
        for key in ["a", "b"] {
            let answer = world.call("POST", "/payments", key, &body).await;
            assert_eq!(answer.text("/status"), "canceled");
        }
        let id = open(&world, "page").await;
        let elsewhere = from("198.51.100.1");
        let tried = checkout::pay_by_card(app, id, card(DECLINED), elsewhere).await;
        assert_eq!(limit(tried), Some(Limit::Card));
        // Everybody types the same test cards.
        let test = app::shop::create(&testkit::machine(app), test_shop())
            .await
            .unwrap();
        let credentials = format!("{}:{}", test.shop.id, test.secret_key);
        for key in ["t-1", "t-2", "t-3", "t-4", "t-5"] {
            let answer = world
                .call_as(&credentials, "POST", "/payments", key, &body)
                .await;
            assert_eq!(answer.text("/status"), "canceled");
        }
        assert_eq!(app.cards_refused()[2], (Limit::Card, 1));

        let world = limited(store, 0, 0, 3).await;
        for end in 0..5 {
            let id = open(&world, &format!("shop-{end}")).await;
            let buyer = from(&format!("203.0.113.{end}"));
            let tried = checkout::pay_by_card(&world.app, id, card(DECLINED), buyer).await;
            assert_eq!(limit(tried), (3 <= end).then_some(Limit::Shop), "{end}");
        }
        let answer = world.call("POST", "/payments", "over", &body).await;
        assert_eq!(answer.status, 429);
        assert_eq!(world.app.cards_refused()[3], (Limit::Shop, 3));
        world.audit().await;
    })
    .await;
}

/// Changes the schema as a fault of the operator would.
async fn rename(world: &World, sql: &'static str) {
    let unit = move |tx: &mut store::Tx<'_>| tx.execute(sql, &[]).map(drop);
    let done: Result<(), store::StoreError> = world.store.write_any_shop(unit).await;
    done.unwrap();
}

#[tokio::test]
async fn what_comes_to_nothing_by_a_fault_or_on_its_way_is_not_counted() {
    both(|store, _engine| async move {
        let world = limited(store, 2, 0, 0).await;
        let (app, shop) = (&world.app, world.shop.id);
        let ip: Option<IpAddr> = Some([192, 0, 2, 1].into());
        let given = token::for_payment(app, shop, card(DECLINED), ip)
            .await
            .unwrap();
        let mut by_token = card_payment(DECLINED, true);
        by_token["payment_method_data"] = Value::Null;
        by_token["payment_token"] = json!(given);
        let mut by_card = card_payment(DECLINED, true);
        by_card["client_ip"] = json!("192.0.2.2");
        rename(&world, "alter table operation rename to operation_away").await;
        for key in ["fault-1", "fault-2", "fault-3"] {
            for (body, door) in [(&by_token, "token"), (&by_card, "card")] {
                let key = format!("{key}-{door}");
                let answer = world.call("POST", "/payments", &key, body).await;
                assert_eq!(answer.status, 500, "{}", answer.json());
            }
        }
        rename(&world, "alter table operation_away rename to operation").await;
        // The token still has its attempt, and takes it along.
        let other = from("192.0.2.1");
        let tried = checkout::pay_by_card(app, open(&world, "a").await, card(DECLINED), other);
        assert_eq!(limit(tried.await), None);
        let answer = world.call("POST", "/payments", "by-token", &by_token).await;
        assert_eq!(answer.text("/status"), "canceled");
        let other = from("192.0.2.1");
        let tried = checkout::pay_by_card(app, open(&world, "b").await, card(DECLINED), other);
        assert_eq!(limit(tried.await), Some(Limit::Address));

        // Calls that never arrived tried no card.
        for key in ["lost-1", "lost-2", "lost-3"] {
            world.bank.script().next(Call::Authorize, Fault::NotSent);
            let answer = world.call("POST", "/payments", key, &by_card).await;
            assert_eq!(answer.text("/status"), "pending", "{}", answer.json());
            world.wait(Duration::minutes(1)).await;
            world.wait(Duration::minutes(1)).await;
            assert_eq!(crate::status(&world, &answer.text("/id")).await, "canceled");
        }
        for (key, status) in [("c", 200), ("d", 200), ("e", 429)] {
            let answer = world.call("POST", "/payments", key, &by_card).await;
            assert_eq!(answer.status, status, "{}", answer.json());
        }
        world.audit().await;
    })
    .await;
}
