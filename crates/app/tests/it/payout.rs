//! Payouts of a gateway: to whom they go, what they leave in the books, and what ends them.

use app::shop::NewShop;
use connectors::sandbox::{Call, CallbackFault, Fault, Order};
use domain::{Duration, EventKind};
use serde_json::{Value, json};
use testkit::database::both;
use testkit::{Answer, Gateway, World, test_gateway};

use crate::{PLAIN, balance_of};

/// A gateway with 1,000.00 whose balance never goes below zero.
pub(crate) async fn live_gateway(world: &World) -> Gateway {
    let live = NewShop {
        test: false,
        ..test_gateway(&world.shop)
    };
    world.gateway(live, 100_000).await
}

pub(crate) fn to(destination: Value, amount: &str) -> Value {
    json!({
        "amount": {"value": amount, "currency": "RUB"}, "payout_destination_data": destination,
    })
}

pub(crate) fn card(number: &str) -> Value {
    json!({"type": "bank_card", "card": {"number": number}})
}

fn wallet(number: &str) -> Value {
    json!({"type": "yoo_money", "account_number": number})
}

fn sbp(phone: &str) -> Value {
    json!({"type": "sbp", "phone": phone, "bank_id": "100000000111"})
}

async fn post(world: &World, gateway: &Gateway, key: &str, body: &Value) -> Answer {
    let credentials = gateway.credentials();
    world
        .call_as(&credentials, "POST", "/payouts", key, body)
        .await
}

async fn get(world: &World, gateway: &Gateway, path: &str) -> Answer {
    let credentials = gateway.credentials();
    world
        .call_as(&credentials, "GET", path, "", &Value::Null)
        .await
}

async fn status(world: &World, gateway: &Gateway, payout: &str) -> String {
    let shown = get(world, gateway, &format!("/payouts/{payout}")).await;
    shown.text("/status")
}

fn reason(answer: &Answer) -> String {
    answer.text("/cancellation_details/reason")
}

#[tokio::test]
async fn money_leaves_the_balance_and_the_bank() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let gateway = live_gateway(&world).await;
        for (key, destination) in [
            ("card", card(PLAIN)),
            ("wallet", wallet("41001614575714")),
            ("sbp", sbp("79000000000")),
        ] {
            let answer = post(&world, &gateway, key, &to(destination, "100.00")).await;
            assert_eq!(answer.text("/status"), "succeeded", "{}", answer.json());
            let shown = get(
                &world,
                &gateway,
                &format!("/payouts/{}", answer.text("/id")),
            )
            .await;
            assert_eq!(shown.bytes, answer.bytes);
        }
        assert_eq!(balance_of(&world, &gateway.shop).await, 70_000);
        let me = get(&world, &gateway, "/me").await.json();
        assert_eq!(me["payout_balance"]["value"], "700.00");
        assert_eq!(world.bank.paid_out().len(), 3);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_live_gateway_pays_what_it_has_and_a_test_gateway_more() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let live = live_gateway(&world).await;
        let events = EventKind::ALL.to_vec();
        let url = "https://shop.example/hook".to_owned();
        let new = app::webhook::NewWebhook::of(&world.machine(), url, events);
        app::webhook::add(&world.machine(), live.shop.id, new)
            .await
            .unwrap();
        let answer = post(&world, &live, "a", &to(card(PLAIN), "1000.01")).await;
        assert_eq!(reason(&answer), "insufficient_funds");
        assert_eq!(answer.text("/cancellation_details/party"), "yoo_money");
        let answer = post(&world, &live, "b", &to(card(PLAIN), "1000.00")).await;
        assert_eq!(answer.text("/status"), "succeeded");
        world.run_jobs().await;
        let parcels = world.courier.parcels();
        let bodies: Vec<Value> = parcels
            .iter()
            .map(|parcel| serde_json::from_str(&parcel.body).unwrap())
            .collect();
        let told: Vec<&Value> = bodies.iter().map(|body| &body["event"]).collect();
        assert_eq!(told, ["payout.canceled", "payout.succeeded"]);
        assert_eq!(bodies[1]["object"], answer.json());

        let test = world.gateway(test_gateway(&world.shop), 0).await;
        let answer = post(&world, &test, "c", &to(card(PLAIN), "1000.00")).await;
        assert_eq!(answer.text("/status"), "succeeded");
        assert_eq!(balance_of(&world, &test.shop).await, -100_000);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_payout_that_nobody_answered_is_made_once() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let gateway = live_gateway(&world).await;
        for (index, fault) in [
            Fault::ReplyLost,
            Fault::RequestLost,
            Fault::NotSent,
            Fault::Late,
        ]
        .into_iter()
        .enumerate()
        {
            world.bank.script().next(Call::PayOut, fault);
            let destination = if index % 2 == 0 {
                card(PLAIN)
            } else {
                sbp("79000000000")
            };
            let key = format!("key{index}");
            let answer = post(&world, &gateway, &key, &to(destination, "100.00")).await;
            assert_eq!(answer.text("/status"), "pending");
            let balance = balance_of(&world, &gateway.shop).await;
            assert_eq!(balance, 90_000 - 10_000 * i64::try_from(index).unwrap());
            world.wait(Duration::minutes(1)).await;
            if world.bank.carry_out_late().await.unwrap() > 0 {
                assert_eq!(
                    status(&world, &gateway, &answer.text("/id")).await,
                    "pending"
                );
                world.wait(Duration::hours(1)).await;
            }
            assert_eq!(
                status(&world, &gateway, &answer.text("/id")).await,
                "succeeded"
            );
            assert_eq!(world.bank.paid_out().len(), index + 1);
        }
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_comes_by_itself_is_taken_in_once() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let gateway = live_gateway(&world).await;
        let mut callbacks = world.app.callbacks().unwrap();
        world.bank.script().next(Call::PayOut, Fault::Late);
        let answer = post(
            &world,
            &gateway,
            "k",
            &to(wallet("410011788545536"), "100.00"),
        )
        .await;
        assert_eq!(answer.text("/status"), "pending");
        world.bank.script().next_callback(CallbackFault::Twice);
        assert_eq!(world.bank.carry_out_late().await.unwrap(), 1);
        world.bank.release_callbacks(Order::AsSent);
        while let Ok(called) = callbacks.try_recv() {
            app::hear(&world.app, called).await.unwrap();
        }
        let path = format!("/payouts/{}", answer.text("/id"));
        let shown = get(&world, &gateway, &path).await;
        assert_eq!(reason(&shown), "general_decline");
        assert_eq!(balance_of(&world, &gateway.shop).await, 100_000);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn nothing_is_written_when_a_card_cannot_be_named() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let gateway = live_gateway(&world).await;
        world.bank.script().next(Call::Identify, Fault::RequestLost);
        let body = to(card(PLAIN), "100.00");
        let answer = post(&world, &gateway, "k", &body).await;
        assert_eq!(answer.status.as_u16(), 500);
        assert_eq!(
            get(&world, &gateway, "/payouts").await.json()["items"],
            json!([])
        );
        let answer = post(&world, &gateway, "k", &body).await;
        assert_eq!(answer.text("/status"), "succeeded");
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_repetition_is_answered_although_the_card_cannot_be_named_now() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let gateway = live_gateway(&world).await;
        let body = to(card(PLAIN), "300.00");
        let first = post(&world, &gateway, "k", &body).await;
        assert_eq!(first.text("/status"), "succeeded");
        for fault in [Fault::NotSent, Fault::RequestLost] {
            world.bank.script().next(Call::Identify, fault);
            let second = post(&world, &gateway, "k", &body).await;
            assert_eq!(second.bytes, first.bytes);
            world.bank.script().calm();
        }
        let other = post(&world, &gateway, "k", &to(card(PLAIN), "301.00")).await;
        assert_eq!(other.status.as_u16(), 400, "{}", other.json());
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_receiver_has_limits_of_a_day_and_a_month() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let gateway = world.gateway(test_gateway(&world.shop), 0).await;
        // Not a published test card.
        let body = to(card("4000000000000002"), "10.00");
        for number in 0..20 {
            let answer = post(&world, &gateway, &format!("c{number}"), &body).await;
            assert_eq!(answer.text("/status"), "succeeded");
        }
        let answer = post(&world, &gateway, "c20", &body).await;
        assert_eq!(reason(&answer), "periodic_limit_exceeded");
        world.clock.advance(Duration::days(1));
        let answer = post(&world, &gateway, "c21", &body).await;
        assert_eq!(answer.text("/status"), "succeeded");

        let whole = to(wallet("41001614575714"), "600000.00");
        let answer = post(&world, &gateway, "w1", &whole).await;
        assert_eq!(answer.text("/status"), "succeeded");
        let answer = post(
            &world,
            &gateway,
            "w2",
            &to(wallet("41001614575714"), "1.00"),
        )
        .await;
        assert_eq!(reason(&answer), "periodic_limit_exceeded");
        // What was declined does not count.
        for key in ["d1", "d2"] {
            let body = to(wallet("410011788545536"), "600000.00");
            let answer = post(&world, &gateway, key, &body).await;
            assert_eq!(reason(&answer), "general_decline");
        }
        let answer = post(&world, &gateway, "one", &to(card(PLAIN), "500000.01")).await;
        assert_eq!(reason(&answer), "one_time_limit_exceeded");
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn personal_data_become_active_and_are_forgotten() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let gateway = world.gateway(test_gateway(&world.shop), 0).await;
        let credentials = gateway.credentials();
        let keep = async |key: &str, last_name: &str| {
            let body = json!({
                "type": "sbp_payout_recipient", "last_name": last_name, "first_name": "Анна",
            });
            let path = "/personal_data";
            let made = world.call_as(&credentials, "POST", path, key, &body).await;
            assert_eq!(made.text("/status"), "waiting_for_operation");
            made.text("/id")
        };
        let (own, other, unused) = (
            keep("p1", "Иванова").await,
            keep("p2", "Чужой").await,
            keep("p3", "Петрова").await,
        );
        let pay = async |key: &str, data: &str| {
            let mut body = to(sbp("79000000000"), "10.00");
            body["personal_data"] = json!([{"id": data}]);
            post(&world, &gateway, key, &body).await
        };
        // The call gets lost: repeated, it still compares the name.
        world.bank.script().next(Call::PayOut, Fault::RequestLost);
        let lost = pay("a", &other).await;
        assert_eq!(lost.text("/status"), "pending");
        let answer = pay("b", &own).await;
        assert_eq!(answer.text("/status"), "succeeded");
        assert_eq!(
            answer.json()["payout_destination"]["recipient_checked"],
            true
        );
        let shown = get(&world, &gateway, &format!("/personal_data/{own}")).await;
        assert_eq!(shown.text("/status"), "active");
        assert_eq!(shown.text("/expires_at"), "2026-08-19T12:00:00.000Z");
        world.wait(Duration::minutes(1)).await;
        let path = format!("/payouts/{}", lost.text("/id"));
        let shown = get(&world, &gateway, &path).await;
        assert_eq!(reason(&shown), "recipient_check_failed");
        world.wait(Duration::days(1)).await;
        let shown = get(&world, &gateway, &format!("/personal_data/{unused}")).await;
        assert_eq!(shown.text("/status"), "canceled");
        assert_eq!(reason(&shown), "expired_by_timeout");
        let answer = pay("c", &unused).await;
        assert_eq!(answer.text("/parameter"), "personal_data");
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_self_employed_person_is_paid_once_they_agreed() {
    both(|store, _engine| async move {
        use domain::self_employed::Decision;
        let world = World::new(store).await;
        let gateway = world.gateway(test_gateway(&world.shop), 0).await;
        let body = json!({"itn": "123456789012", "confirmation": {"type": "redirect"}});
        let credentials = gateway.credentials();
        let path = "/self_employed";
        let person = world.call_as(&credentials, "POST", path, "p", &body).await;
        let id = person.text("/id");
        assert!(person.text("/confirmation/confirmation_url").contains(&id));
        let mut payout = to(wallet("41001614575714"), "10.00");
        payout["self_employed"] = json!({"id": id});
        payout["receipt_data"] = json!({"service_name": "Доставка"});
        let answer = post(&world, &gateway, "a", &payout).await;
        assert_eq!(answer.text("/parameter"), "self_employed.id");
        let parsed = id.parse().unwrap();
        app::self_employed::decide(&world.app, parsed, Decision::Agree)
            .await
            .unwrap();
        let shown = get(&world, &gateway, &format!("{path}/{id}")).await;
        assert_eq!(shown.text("/status"), "confirmed");
        let answer = post(&world, &gateway, "b", &payout).await;
        assert_eq!(answer.text("/status"), "succeeded");
        assert_eq!(answer.text("/receipt/service_name"), "Доставка");
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn the_audit_sees_a_payout_that_was_changed() {
    for sql in [
        "update payout set amount_minor = 1",
        "update payout set state = 'canceled', succeeded_at = null",
        "update payout set deal_id = 'dl-31f00001-0022-5000-8000-1a2b3c4d5e6f'",
        "delete from payout",
    ] {
        both(|store, _engine| async move {
            let world = World::new(store).await;
            let gateway = live_gateway(&world).await;
            post(&world, &gateway, "k", &to(card(PLAIN), "10.00")).await;
            world.audit().await;
            let unit = move |tx: &mut store::Tx<'_>| tx.execute(sql, &[]);
            let changed = world.store.write(gateway.shop.id, unit).await;
            assert_eq!(changed.unwrap(), 1);
            let report = app::audit::run(&world.machine()).await.unwrap();
            assert!(!report.findings.is_empty(), "{sql}");
        })
        .await;
    }
}
