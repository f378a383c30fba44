//! What was heard stands: the storage refuses to write down what the outside said, or does not
//! say whether it did. Whoever asked hears what was decided, and nothing is done twice.

use std::sync::Arc;
use std::time::Duration;

use app::Trouble;
use connectors::sandbox::Decision;
use domain::OperationId;
use domain::fiscal::{Provider, Scenario};
use serde_json::{Value, json};
use store::Tx;
use testkit::World;
use testkit::database::both;

use crate::payout::{card, live_gateway, to};
use crate::{PLAIN, SECURE, available, card_payment, pay, status};

/// What each answer of these tests meets before it is written.
const TROUBLES: [Trouble; 3] = [Trouble::Refused, Trouble::Unconfirmed, Trouble::Refused];

/// Sends a request whose answer meets troubles, and repeats it. What both were told.
async fn troubled(world: &World, path: &str, key: &str, body: &Value) -> Value {
    let before = world.app.answers_refused();
    world.app.storage_script().next(TROUBLES);
    let answer = world.call("POST", path, key, body).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    assert_eq!(world.app.answers_refused() - before, 3, "{path}");
    assert_eq!(world.app.answers_waiting(), 0);
    let again = world.call("POST", path, key, body).await;
    assert_eq!(again.bytes, answer.bytes, "{path}");
    answer.json()
}

async fn events(world: &World, kind: &'static str) -> i64 {
    let count = "select count(*) from event where kind = $1";
    let read = world
        .store
        .read(move |conn| conn.query_one(count, &[&kind], |row| row.get::<i64>(0)));
    read.await.unwrap()
}

#[tokio::test]
async fn what_the_bank_said_is_written_until_it_stands() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let amount = json!({"value": "300.00", "currency": "RUB"});

        let paid = troubled(&world, "/payments", "pay", &card_payment(PLAIN, true)).await;
        assert_eq!(paid["status"], "succeeded");
        let refund = json!({"payment_id": paid["id"], "amount": amount});
        let refund = troubled(&world, "/refunds", "refund", &refund).await;
        assert_eq!(refund["status"], "succeeded");

        let held = pay(&world, false, "hold").await;
        let capture = format!("/payments/{held}/capture");
        let captured = troubled(&world, &capture, "capture", &json!({})).await;
        assert_eq!(captured["status"], "succeeded");
        let held = pay(&world, false, "hold2").await;
        let cancel = format!("/payments/{held}/cancel");
        let canceled = troubled(&world, &cancel, "cancel", &json!({})).await;
        assert_eq!(canceled["status"], "canceled");

        let bind = json!({
            "type": "bank_card",
            "card": {"number": PLAIN, "expiry_month": "12", "expiry_year": "2030", "csc": "123"},
            "confirmation": {"type": "redirect", "return_url": "https://shop.example/"},
        });
        let bound = troubled(&world, "/payment_methods", "bind", &bind).await;
        assert_eq!(bound["status"], "active");

        let succeeded = events(&world, "payment.succeeded").await;
        assert_eq!(
            (succeeded, events(&world, "payment.canceled").await),
            (2, 1)
        );
        assert_eq!(events(&world, "refund.succeeded").await, 1);
        assert_eq!(available(&world).await, 2 * 95_500 - 30_000);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn what_payers_registers_and_callbacks_said_is_written_until_it_stands() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let gateway = live_gateway(&world).await;
        world.app.storage_script().next(TROUBLES);
        let (credentials, body) = (gateway.credentials(), to(card(PLAIN), "100.00"));
        let payout = world
            .call_as(&credentials, "POST", "/payouts", "out", &body)
            .await;
        assert_eq!(payout.text("/status"), "succeeded");
        assert_eq!(world.app.answers_refused(), 3);

        // The bank's page calls back.
        let body = card_payment(SECURE, true);
        let asked = world.call("POST", "/payments", "pay", &body).await;
        let url = asked.text("/confirmation/confirmation_url");
        let operation: OperationId = url.split("operation=").nth(1).unwrap().parse().unwrap();
        world.app.storage_script().next(TROUBLES);
        app::sandbox::decide(&world.app, operation, Decision::Approve)
            .await
            .unwrap();
        assert_eq!(status(&world, &asked.text("/id")).await, "succeeded");
        assert_eq!(world.app.answers_refused(), 6);

        world
            .registers_receipts(Provider::Atol, Scenario::Together)
            .await;
        let mut body = card_payment(PLAIN, true);
        body["receipt"] = crate::receipt::receipt("1000.00");
        // The second answer is the register's.
        let script = world.app.storage_script();
        script.next([Trouble::Unconfirmed]);
        script.next(TROUBLES);
        let paid = world.call("POST", "/payments", "receipt", &body).await;
        assert_eq!(paid.status, 200, "{}", paid.json());
        world.run_jobs().await;
        world.wait(domain::Duration::minutes(1)).await;
        assert_eq!(world.app.answers_refused(), 10);
        let path = format!("/payments/{}", paid.text("/id"));
        let shown = world.call("GET", &path, "", &Value::Null).await;
        assert_eq!(shown.text("/status"), "succeeded");
        assert_eq!(shown.text("/receipt_registration"), "succeeded");
        assert_eq!(world.register.registered().len(), 1);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn an_answer_is_written_although_its_caller_has_gone_and_others_wait_for_it() {
    both(|store, _engine| async move {
        let world = Arc::new(World::new(store).await);
        world.app.storage_script().next([Trouble::Refused; 4]);
        let body = card_payment(PLAIN, true);
        let first = world.call("POST", "/payments", "k", &body);
        let gone = async {
            while world.app.answers_refused() == 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            answer = first => panic!("{} before the storage took it", answer.status),
            () = gone => {}
        }
        let waiting = (0..4).map(|_| {
            let (world, body) = (Arc::clone(&world), body.clone());
            tokio::spawn(async move { world.call("POST", "/payments", "k", &body).await })
        });
        for answer in waiting.collect::<Vec<_>>() {
            let answer = answer.await.unwrap();
            assert_eq!(answer.text("/status"), "succeeded");
        }
        assert_eq!(events(&world, "payment.succeeded").await, 1);
        world.audit().await;
    })
    .await;
}

/// Changes a row as a fault of the program would, so that nobody understands it.
async fn damage(world: &World, sql: &'static str) {
    let unit = move |tx: &mut Tx<'_>| tx.execute(sql, &[]);
    assert_eq!(world.store.write(world.shop.id, unit).await.unwrap(), 1);
}

#[tokio::test]
async fn an_answer_for_a_row_that_makes_no_sense_is_kept_until_it_was_mended() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let asked = world
            .call("POST", "/payments", "k", &card_payment(SECURE, true))
            .await;
        let url = asked.text("/confirmation/confirmation_url");
        let operation: OperationId = url.split("operation=").nth(1).unwrap().parse().unwrap();
        damage(&world, "update payment set client_ip = '?'").await;
        let refused = app::sandbox::decide(&world.app, operation, Decision::Approve).await;
        assert!(refused.is_err());
        assert_eq!(world.app.answers_waiting(), 1);
        // The reconciler does not ask for what is known.
        world.clock.advance(domain::Duration::hours(1));
        assert_eq!(app::reconcile::run(&world.app, 8).await.unwrap(), 0);
        damage(&world, "update payment set client_ip = null").await;
        let written = tokio::time::timeout(Duration::from_secs(20), world.app.settled()).await;
        written.unwrap();
        assert_eq!(world.app.answers_waiting(), 0);
        assert_eq!(status(&world, &asked.text("/id")).await, "succeeded");
        world.audit().await;
    })
    .await;
}
