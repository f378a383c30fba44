//! Many at once: exactly the permitted sum, the documented refusals, one effect.

use std::sync::Arc;

use domain::Duration;
use serde_json::{Value, json};
use testkit::World;
use testkit::database::both;

use crate::{available, pay, status};

/// Sends all requests at once; how many succeeded, and what the others were told.
pub(crate) async fn at_once(
    world: &Arc<World>,
    requests: Vec<(String, String, Value)>,
) -> (usize, Vec<String>) {
    let tasks = requests.into_iter().map(|(path, key, body)| {
        let world = Arc::clone(world);
        tokio::spawn(async move { world.call("POST", &path, &key, &body).await })
    });
    let (mut succeeded, mut refused) = (0, Vec::new());
    for task in tasks.collect::<Vec<_>>() {
        let answer = task.await.unwrap();
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
        let body = crate::card_payment(crate::PLAIN, true);
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
