//! What a shop grants to an application, and what the application may do by it.

use std::sync::Arc;

use domain::fiscal::{Provider, Scenario};
use domain::grant::{ExchangeRefused, RevokedBy, State};
use domain::{Application, Duration, Scope};
use serde_json::{Value, json};
use testkit::database::both;
use testkit::{Answer, World};

use crate::{PLAIN, card_payment, pay};

async fn asked(world: &World, token: &str, path: &str) -> Answer {
    world.call_by(token, "GET", path, "", &Value::Null).await
}

async fn posted(world: &World, token: &str, path: &str, key: &str, body: &Value) -> Answer {
    world.call_by(token, "POST", path, key, body).await
}

async fn paid_by(world: &World, token: &str, key: &str, capture: bool) -> String {
    let body = card_payment(PLAIN, capture);
    let answer = posted(world, token, "/payments", key, &body).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.text("/id")
}

async fn with_token(world: &World, scopes: &[Scope]) -> (Application, String) {
    let application = world.application(scopes).await.application;
    (application.clone(), next_token(world, &application).await)
}

/// A token that is younger than those before, so that grants are listed in this order.
async fn next_token(world: &World, application: &Application) -> String {
    world.clock.advance(Duration::seconds(1));
    world.token(application).await
}

async fn refused_exchange(world: &World, application: &Application, code: &str) -> String {
    let error = app::grant::exchange(&world.app, application, code, None).await;
    error.unwrap_err().to_string()
}

#[tokio::test]
async fn a_code_is_worth_one_token_and_a_second_use_ends_it() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let application = world.application(&Scope::ALL).await.application;
        let code = world.code(&application).await;
        let issued = app::grant::exchange(&world.app, &application, &code, None).await;
        let issued = issued.unwrap();
        assert_eq!(issued.life, domain::grant::TOKEN_LIFE);
        assert_eq!(asked(&world, &issued.token, "/me").await.status, 200);

        let refused = refused_exchange(&world, &application, &code).await;
        assert_eq!(refused, ExchangeRefused::Used.to_string());
        assert_eq!(asked(&world, &issued.token, "/me").await.status, 401);
        let refused = refused_exchange(&world, &application, &code).await;
        assert_eq!(refused, ExchangeRefused::Revoked.to_string());
        let grants = app::grant::list(&world.machine(), world.shop.id)
            .await
            .unwrap();
        assert!(matches!(
            grants[0].grant.state,
            State::Revoked {
                by: RevokedBy::SecondUse,
                ..
            }
        ));
        assert_eq!(grants[0].application_name, application.name);
    })
    .await;
}

#[tokio::test]
async fn a_code_is_for_five_minutes_and_for_its_application() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let application = world.application(&Scope::ALL).await.application;
        let other = world.application(&Scope::ALL).await.application;
        let code = world.code(&application).await;
        let refused = refused_exchange(&world, &other, &code).await;
        assert_eq!(refused, ExchangeRefused::Foreign.to_string());
        world.clock.advance(Duration::seconds(299));
        app::grant::exchange(&world.app, &application, &code, None)
            .await
            .unwrap();
        let late = world.code(&application).await;
        world.clock.advance(Duration::minutes(5));
        let refused = refused_exchange(&world, &application, &late).await;
        assert_eq!(refused, ExchangeRefused::Expired.to_string());
        let refused = refused_exchange(&world, &application, "nonsense").await;
        assert_eq!(refused, ExchangeRefused::Unknown.to_string());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_32_exchanges_at_once_nobody_keeps_a_token() {
    both(|store, _engine| async move {
        let world = Arc::new(World::new(store).await);
        let application = world.application(&Scope::ALL).await.application;
        let code = world.code(&application).await;
        let tasks = (0..32).map(|_| {
            let (world, application) = (Arc::clone(&world), application.clone());
            let code = code.clone();
            tokio::spawn(async move {
                app::grant::exchange(&world.app, &application, &code, None).await
            })
        });
        let mut tokens = Vec::new();
        for task in tasks.collect::<Vec<_>>() {
            tokens.extend(task.await.unwrap().ok());
        }
        assert_eq!(tokens.len(), 1, "one of them came first");
        assert_eq!(asked(&world, &tokens[0].token, "/me").await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn a_token_ends_with_its_life_its_grant_and_its_application() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let (application, first) = with_token(&world, &Scope::ALL).await;
        let second = next_token(&world, &application).await;
        let third = next_token(&world, &application).await;
        let other = with_token(&world, &Scope::ALL).await;
        for token in [&first, &second, &third, &other.1] {
            assert_eq!(asked(&world, token, "/me").await.status, 200);
        }
        let grants = app::grant::list(&world.machine(), world.shop.id)
            .await
            .unwrap();
        let revoked = app::grant::revoke(&world.machine(), world.shop.id, grants[0].grant.id).await;
        revoked.unwrap();
        assert_eq!(asked(&world, &first, "/me").await.status, 401);
        let foreign = app::grant::give_back(&world.app, &other.0, &second).await;
        assert!(foreign.is_err());
        assert_eq!(asked(&world, &second, "/me").await.status, 200);
        for _ in 0..2 {
            app::grant::give_back(&world.app, &application, &second)
                .await
                .unwrap();
        }
        assert_eq!(asked(&world, &second, "/me").await.status, 401);
        let ended = app::application::delete(&world.machine(), application.id).await;
        assert_eq!(ended.unwrap(), 1);
        assert_eq!(asked(&world, &third, "/me").await.status, 401);
        assert!(
            app::application::show(&world.machine(), application.id)
                .await
                .is_err()
        );
        assert_eq!(asked(&world, &other.1, "/me").await.status, 200);
        world.clock.advance(domain::grant::TOKEN_LIFE);
        assert_eq!(asked(&world, &other.1, "/me").await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn another_node_refuses_a_revoked_token_within_a_second() {
    both(|store, _engine| async move {
        let surroundings = testkit::Surroundings::new(1);
        let world = World::with(store.clone(), surroundings.clone(), testkit::test_shop()).await;
        let (shop, key) = (world.shop.clone(), world.secret_key.clone());
        let beside = World::again(store, surroundings, shop, key);
        let (_application, token) = with_token(&world, &Scope::ALL).await;
        assert_eq!(asked(&beside, &token, "/me").await.status, 200);
        let grants = app::grant::list(&world.machine(), world.shop.id)
            .await
            .unwrap();
        let id = grants[0].grant.id;
        app::grant::revoke(&world.machine(), world.shop.id, id)
            .await
            .unwrap();
        assert_eq!(asked(&world, &token, "/me").await.status, 401);
        world
            .clock
            .advance(app::MERCHANT_FRESH.plus(Duration::micros(1)));
        assert_eq!(asked(&beside, &token, "/me").await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn an_application_sees_and_changes_what_it_made_and_nothing_else() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let (_one, token) = with_token(&world, &Scope::ALL).await;
        let (_two, other) = with_token(&world, &Scope::ALL).await;
        let mine = paid_by(&world, &token, "a", false).await;
        let theirs = paid_by(&world, &other, "a", false).await;
        let shops = pay(&world, false, "a").await;
        for foreign in [&theirs, &shops] {
            let path = format!("/payments/{foreign}");
            assert_eq!(asked(&world, &token, &path).await.status, 404);
            for verb in ["capture", "cancel"] {
                let path = format!("{path}/{verb}");
                let answer = posted(&world, &token, &path, verb, &json!({})).await;
                assert_eq!(answer.status, 404, "{path}");
            }
        }
        let path = format!("/payments/{mine}/capture");
        assert_eq!(
            posted(&world, &token, &path, "b", &json!({})).await.status,
            200
        );
        let listed = asked(&world, &token, "/payments").await.json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        assert_eq!(listed["items"][0]["id"], mine.as_str());
        let seen = world
            .call("GET", "/payments", "", &Value::Null)
            .await
            .json();
        assert_eq!(seen["items"].as_array().unwrap().len(), 3);

        let shops = pay(&world, true, "c").await;
        let refund = |payment: &str| {
            json!({
                "payment_id": payment, "amount": {"value": "10.00", "currency": "RUB"},
            })
        };
        let answer = posted(&world, &token, "/refunds", "d", &refund(&shops)).await;
        assert_eq!(answer.status, 400, "{}", answer.json());
        let made = posted(&world, &token, "/refunds", "e", &refund(&mine))
            .await
            .text("/id");
        let by_shop = world
            .call("POST", "/refunds", "e", &refund(&mine))
            .await
            .text("/id");
        assert_ne!(made, by_shop);
        let listed = asked(&world, &token, "/refunds").await.json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        assert_eq!(
            asked(&world, &token, &format!("/refunds/{made}"))
                .await
                .status,
            200
        );
        assert_eq!(
            asked(&world, &token, &format!("/refunds/{by_shop}"))
                .await
                .status,
            404
        );
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_saved_method_belongs_to_the_application_that_saved_it() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let (_one, token) = with_token(&world, &Scope::ALL).await;
        let (_two, other) = with_token(&world, &Scope::ALL).await;
        let mut body = card_payment(PLAIN, true);
        body["save_payment_method"] = json!(true);
        let saved = posted(&world, &token, "/payments", "a", &body)
            .await
            .text("/payment_method/id");
        let again = json!({
            "amount": {"value": "5.00", "currency": "RUB"}, "capture": true,
            "payment_method_id": saved,
        });
        let answer = posted(&world, &other, "/payments", "b", &again).await;
        assert_eq!(answer.status, 400, "{}", answer.json());
        let path = format!("/payment_methods/{saved}");
        assert_eq!(asked(&world, &other, &path).await.status, 404);
        assert_eq!(asked(&world, &token, &path).await.status, 200);
        assert_eq!(
            posted(&world, &token, "/payments", "b", &again)
                .await
                .status,
            200
        );
        assert_eq!(
            world.call("POST", "/payments", "c", &again).await.status,
            200
        );
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn keys_of_a_shop_and_of_its_applications_never_meet() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let (application, token) = with_token(&world, &Scope::ALL).await;
        let (_two, other) = with_token(&world, &Scope::ALL).await;
        let first = paid_by(&world, &token, "same", true).await;
        let shops = pay(&world, true, "same").await;
        let second = paid_by(&world, &other, "same", true).await;
        assert!(first != shops && first != second && second != shops);
        // The same application repeats itself, also by a later token.
        assert_eq!(paid_by(&world, &token, "same", true).await, first);
        let later = world.token(&application).await;
        assert_eq!(paid_by(&world, &later, "same", true).await, first);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn fees_are_shown_to_those_who_may_see_them() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let scopes: Vec<Scope> = Scope::ALL
            .into_iter()
            .filter(|s| *s != Scope::GetFees)
            .collect();
        let (_one, without) = with_token(&world, &scopes).await;
        let (_two, with) = with_token(&world, &Scope::ALL).await;
        for (token, shown) in [(&without, false), (&with, true)] {
            for event in ["payment.succeeded", "payment.canceled"] {
                let url = format!("https://partner.example/{shown}");
                let hook = json!({"event": event, "url": url});
                let answer = posted(&world, token, "/webhooks", event, &hook).await;
                assert_eq!(answer.status, 200);
            }
            let body = card_payment(PLAIN, true);
            let made = posted(&world, token, "/payments", "a", &body).await.json();
            assert_eq!(made.get("income_amount").is_some(), shown);
            let id = made["id"].as_str().unwrap();
            let read = asked(&world, token, &format!("/payments/{id}"))
                .await
                .json();
            assert_eq!(read, made);
            let listed = asked(&world, token, "/payments").await.json();
            assert_eq!(listed["items"][0], made);
        }
        world.run_jobs().await;
        let parcels = world.courier.parcels();
        assert_eq!(parcels.len(), 2);
        for parcel in parcels {
            let told: Value = serde_json::from_str(&parcel.body).unwrap();
            let shown = told["object"].get("income_amount").is_some();
            assert_eq!(parcel.url, format!("https://partner.example/{shown}"));
            assert_eq!(told["object"]["status"], "succeeded");
        }
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_webhook_of_an_application_hears_of_its_own_objects_until_the_token_ends() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let (_one, token) = with_token(&world, &Scope::ALL).await;
        let (_two, other) = with_token(&world, &Scope::ALL).await;
        for (token, name) in [(&token, "one"), (&other, "two")] {
            for event in ["payment.succeeded", "refund.succeeded"] {
                let url = format!("https://{name}.example/{event}");
                let hook = json!({"event": event, "url": url});
                let answer = posted(&world, token, "/webhooks", event, &hook).await;
                assert_eq!(answer.status, 200);
            }
        }
        let events = vec![domain::EventKind::PaymentSucceeded];
        let url = "https://shop.example/hook".to_owned();
        let new = app::webhook::NewWebhook::of(&world.machine(), url, events);
        app::webhook::add(&world.machine(), world.shop.id, new)
            .await
            .unwrap();
        paid_by(&world, &token, "a", true).await;
        pay(&world, true, "b").await;
        world.run_jobs().await;
        let mut told: Vec<String> = world.courier.parcels().into_iter().map(|p| p.url).collect();
        told.sort();
        let shop = "https://shop.example/hook";
        assert_eq!(told, ["https://one.example/payment.succeeded", shop, shop]);

        // What is on its way when the grant ends does not arrive.
        paid_by(&world, &token, "c", true).await;
        let grants = app::grant::list(&world.machine(), world.shop.id)
            .await
            .unwrap();
        let id = grants[0].grant.id;
        app::grant::revoke(&world.machine(), world.shop.id, id)
            .await
            .unwrap();
        world.run_jobs().await;
        assert_eq!(world.courier.parcels().len(), 4);
        assert_eq!(world.courier.parcels()[3].url, shop);
        let left = app::webhook::list(&world.machine(), world.shop.id)
            .await
            .unwrap();
        assert_eq!(left.len(), 3);

        // A token that ends by itself takes its webhooks along.
        let life = domain::grant::TOKEN_LIFE.as_seconds();
        world.clock.advance(Duration::seconds(life - 60));
        let last = paid_by(&world, &other, "d", false).await;
        world.clock.advance(Duration::seconds(120));
        let path = format!("/payments/{last}/capture");
        world.call("POST", &path, "e", &json!({})).await;
        world.run_jobs().await;
        assert!(
            world.courier.parcels()[4..]
                .iter()
                .all(|parcel| parcel.url == shop)
        );
        world.audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_webhook_outlives_its_grant() {
    both(|store, _engine| async move {
        let world = Arc::new(World::new(store).await);
        let (_application, token) = with_token(&world, &Scope::ALL).await;
        let grants = app::grant::list(&world.machine(), world.shop.id)
            .await
            .unwrap();
        let id = grants[0].grant.id;
        let adds = (0..32).map(|number| {
            let (world, token) = (Arc::clone(&world), token.clone());
            tokio::spawn(async move {
                let event = ["payment.succeeded", "payment.canceled"][number % 2];
                let url = format!("https://partner.example/{number}");
                let hook = json!({"event": event, "url": url});
                let key = format!("k{number}");
                posted(&world, &token, "/webhooks", &key, &hook)
                    .await
                    .status
                    .as_u16()
            })
        });
        let adds: Vec<_> = adds.collect();
        app::grant::revoke(&world.machine(), world.shop.id, id)
            .await
            .unwrap();
        for add in adds {
            let status = add.await.unwrap();
            assert!([200, 401].contains(&status), "{status}");
        }
        let left = app::webhook::list(&world.machine(), world.shop.id)
            .await
            .unwrap();
        assert!(left.is_empty(), "{left:?}");
    })
    .await;
}

#[tokio::test]
async fn wrong_keys_are_counted_and_the_right_one_is_let_in_later() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let (owner, stranger) = ("2001:db8:0:1::1", "2001:db8:0:2::1");
        let prove = async |key: &str, from: &str| {
            let from = Some(from.parse().unwrap());
            let proved = app::grant::prove_shop(&world.app, world.shop.id, key, from).await;
            proved.err().map(|error| error.to_string())
        };
        for _ in 0..20 {
            assert_eq!(prove(&world.secret_key, owner).await, None);
        }
        for _ in 0..10 {
            let denied = prove("test_wrong", stranger).await.unwrap();
            assert_eq!(denied, app::Error::Denied.to_string());
        }
        let wait = Duration::seconds(30);
        let often = app::Refusal::TooManyAttempts { wait }.to_string();
        let beside = "2001:db8:0:2:ffff::1";
        assert_eq!(prove(&world.secret_key, beside).await, Some(often));
        assert_eq!(prove(&world.secret_key, owner).await, None);
        world.clock.advance(wait);
        assert_eq!(prove(&world.secret_key, stranger).await, None);
        // From many addresses: the owner waits for a moment and is let in.
        for network in 0..9 {
            for host in 0..10 {
                let from = format!("198.51.{network}.1");
                assert!(
                    prove("test_wrong", &from).await.is_some(),
                    "{network} {host}"
                );
            }
        }
        for _ in 0..3 {
            assert!(prove("test_wrong", "198.51.200.1").await.is_some());
        }
        let asked = tokio::time::Instant::now();
        assert_eq!(prove(&world.secret_key, owner).await, None);
        assert!(asked.elapsed() > std::time::Duration::from_millis(500));
        let wrong = world.app.wrong_keys();
        assert_eq!(wrong[2], (app::KeyDoor::Page, 103));
    })
    .await;
}

#[tokio::test]
async fn an_application_puts_nothing_into_the_shops_deals() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let (_application, token) = with_token(&world, &Scope::ALL).await;
        let deal = json!({"type": "safe_deal", "fee_moment": "payment_succeeded"});
        let deal = world.call("POST", "/deals", "a", &deal).await.text("/id");
        let mut body = card_payment(PLAIN, true);
        let payout = json!({"type": "payout", "amount": {"value": "800.00", "currency": "RUB"}});
        body["deal"] = json!({"id": deal, "settlements": [payout]});
        let answer = posted(&world, &token, "/payments", "b", &body).await;
        assert_eq!(answer.status, 400, "{}", answer.json());
        assert_eq!(answer.text("/parameter"), "deal.id");
        assert_eq!(
            world.call("POST", "/payments", "c", &body).await.status,
            200
        );
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn an_application_reads_the_receipts_of_what_it_made() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let (provider, scenario) = (Provider::Atol, Scenario::Together);
        world.registers_receipts(provider, scenario).await;
        let (_application, token) = with_token(&world, &Scope::ALL).await;
        let item = json!({
            "description": "Book", "quantity": "1.0", "vat_code": 11, "measure": "piece",
            "amount": {"value": "1000.00", "currency": "RUB"},
        });
        let mut body = card_payment(PLAIN, true);
        let customer = json!({"email": "buyer@example.com"});
        body["receipt"] = json!({"customer": customer, "items": [item]});
        let mine = posted(&world, &token, "/payments", "a", &body).await;
        let mine = mine.text("/id");
        let own = world.call("POST", "/payments", "a", &body).await;
        let own = own.text("/id");
        world.app.settled().await;

        let listed = asked(&world, &token, "/receipts").await.json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        assert_eq!(listed["items"][0]["payment_id"], mine.as_str());
        for (payment, seen) in [(&mine, 1), (&own, 0)] {
            let path = format!("/receipts?payment_id={payment}");
            let listed = asked(&world, &token, &path).await.json();
            assert_eq!(listed["items"].as_array().unwrap().len(), seen);
        }
        let all = world.call("GET", "/receipts", "", &Value::Null).await;
        let all = all.json();
        assert_eq!(all["items"].as_array().unwrap().len(), 2);
        for one in all["items"].as_array().unwrap() {
            let path = format!("/receipts/{}", one["id"].as_str().unwrap());
            let status = asked(&world, &token, &path).await.status.as_u16();
            let expected = if one["payment_id"] == mine.as_str() {
                200
            } else {
                404
            };
            assert_eq!(status, expected);
        }
        world.audit().await;
    })
    .await;
}
