//! Many at once: exactly the permitted sum, the documented refusals, one effect.

use std::sync::Arc;

use domain::Duration;
use serde_json::{Value, json};
use testkit::database::both;
use testkit::{Answer, World, test_gateway};

use crate::payout::{card, live_gateway, to};
use crate::{PLAIN, available, balance_of, pay, status};

/// Sends all requests at once; how many succeeded, and what the others were told.
pub(crate) async fn at_once(
    world: &Arc<World>,
    requests: Vec<(String, String, Value)>,
) -> (usize, Vec<String>) {
    let credentials = format!("{}:{}", world.shop.id, world.secret_key);
    let answers = answers_at_once(world, &credentials, requests).await;
    let (mut succeeded, mut refused) = (0, Vec::new());
    for answer in answers {
        if answer.status.is_success() {
            succeeded += 1;
        } else {
            refused.push(answer.text("/description"));
        }
    }
    refused.sort();
    refused.dedup();
    (succeeded, refused)
}

/// Sends all requests at once as `credentials`.
async fn answers_at_once(
    world: &Arc<World>,
    credentials: &str,
    requests: Vec<(String, String, Value)>,
) -> Vec<Answer> {
    let tasks = requests.into_iter().map(|(path, key, body)| {
        let (world, credentials) = (Arc::clone(world), credentials.to_owned());
        tokio::spawn(async move {
            let (path, key) = (path.as_str(), key.as_str());
            world.call_as(&credentials, "POST", path, key, &body).await
        })
    });
    let mut answers = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        answers.push(task.await.unwrap());
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_refunds_of_60_percent_one_succeeds() {
    both(|store, _engine| async move {
        let world = Arc::new(World::new(store).await);
        let payment = pay(&world, true, "pay").await;
        let before = available(&world).await;
        let body = json!({
            "payment_id": payment, "amount": {"value": "600.00", "currency": "RUB"},
        });
        let requests = (0..64).map(|n| ("/refunds".to_owned(), format!("r{n}"), body.clone()));
        let (succeeded, refused) = at_once(&world, requests.collect()).await;
        assert_eq!((succeeded, refused.len()), (1, 1), "{refused:?}");
        assert_eq!(before - available(&world).await, 60_000);
        world.audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_captures_one_takes_the_money() {
    both(|store, _engine| async move {
        let world = Arc::new(World::new(store).await);
        let payment = pay(&world, false, "pay").await;
        let path = format!("/payments/{payment}/capture");
        let requests = (0..64).map(|n| (path.clone(), format!("c{n}"), json!({})));
        let (succeeded, _refused) = at_once(&world, requests.collect()).await;
        assert_eq!(succeeded, 1);
        assert_eq!(status(&world, &payment).await, "succeeded");
        assert_eq!(available(&world).await, 95_500);
        world.audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn capture_cancel_and_expiry_exclude_each_other() {
    both(|store, _engine| async move {
        let world = Arc::new(World::new(store).await);
        for round in 0..8 {
            let payment = pay(&world, false, &format!("pay{round}")).await;
            if round % 2 == 1 {
                world.clock.advance(Duration::days(7));
            }
            let jobs = Arc::clone(&world);
            let expiry = tokio::spawn(async move { jobs.run_jobs().await });
            let requests = (0..16).map(|n| {
                let verb = if n % 2 == 0 { "capture" } else { "cancel" };
                (
                    format!("/payments/{payment}/{verb}"),
                    format!("{round}-{n}"),
                    json!({}),
                )
            });
            let (succeeded, _refused) = at_once(&world, requests.collect()).await;
            expiry.await.unwrap();
            world.run_jobs().await;
            assert!(
                succeeded <= 1,
                "{succeeded} captures and cancellations succeeded"
            );
            let last = status(&world, &payment).await;
            assert!(["succeeded", "canceled"].contains(&last.as_str()), "{last}");
        }
        let taken = world.bank.statistics();
        let captured: i64 = taken.values().map(|effects| effects.captured.minor()).sum();
        let fee = captured * 45 / 1_000;
        assert_eq!(available(&world).await, captured - fee);
        world.audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_50_requests_with_one_key_all_get_the_one_answer() {
    both(|store, _engine| async move {
        let world = Arc::new(World::new(store).await);
        let body = crate::card_payment(PLAIN, true);
        let tasks: Vec<_> = (0..50)
            .map(|_| {
                let (world, body) = (Arc::clone(&world), body.clone());
                tokio::spawn(async move { world.call("POST", "/payments", "same", &body).await })
            })
            .collect();
        let mut answers = Vec::new();
        for task in tasks {
            let answer = task.await.unwrap();
            assert_eq!(answer.status, 200);
            answers.push(answer.bytes);
        }
        answers.dedup();
        assert_eq!(answers.len(), 1);
        assert_eq!(available(&world).await, 95_500);
        assert_eq!(world.bank.statistics().len(), 1);
        world.audit().await;
    })
    .await;
}

/// How often each status is among the answers.
fn statuses(answers: &[Answer]) -> (usize, usize) {
    let of = |status: &str| {
        let fits = |answer: &&Answer| answer.text("/status") == status;
        answers.iter().filter(fits).count()
    };
    (of("succeeded"), of("canceled"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_payouts_of_the_whole_balance_one_is_made() {
    both(|store, _engine| async move {
        let world = Arc::new(World::new(store).await);
        let gateway = live_gateway(&world).await;
        let body = to(card(PLAIN), "1000.00");
        let requests = (0..64).map(|n| ("/payouts".to_owned(), format!("p{n}"), body.clone()));
        let answers = answers_at_once(&world, &gateway.credentials(), requests.collect()).await;
        assert_eq!(statuses(&answers), (1, 63));
        assert_eq!(balance_of(&world, &gateway.shop).await, 0);
        assert_eq!(world.bank.paid_out().len(), 1);
        world.audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_50_payouts_with_one_key_one_is_made() {
    both(|store, _engine| async move {
        let world = Arc::new(World::new(store).await);
        let gateway = live_gateway(&world).await;
        let body = to(card(PLAIN), "10.00");
        let requests = (0..50).map(|_| ("/payouts".to_owned(), "same".to_owned(), body.clone()));
        let answers = answers_at_once(&world, &gateway.credentials(), requests.collect()).await;
        let mut bodies: Vec<_> = answers.into_iter().map(|answer| answer.bytes).collect();
        bodies.dedup();
        assert_eq!(bodies.len(), 1);
        assert_eq!(world.bank.paid_out().len(), 1);
        world.audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_40_payouts_to_one_card_a_day_permits_20() {
    both(|store, _engine| async move {
        let world = Arc::new(World::new(store).await);
        let gateway = world.gateway(test_gateway(&world.shop), 0).await;
        let body = to(card("4000000000000002"), "10.00");
        let requests = (0..40).map(|n| ("/payouts".to_owned(), format!("p{n}"), body.clone()));
        let answers = answers_at_once(&world, &gateway.credentials(), requests.collect()).await;
        assert_eq!(statuses(&answers), (20, 20));
        assert_eq!(world.bank.paid_out().len(), 20);
        world.audit().await;
    })
    .await;
}
