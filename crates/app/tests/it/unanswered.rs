//! Calls that nobody answered: the operation is unknown until the reconciler, or an answer that
//! comes late, says what became of it.

use connectors::sandbox::{Call, CallbackFault, Decision, Fault, Order};
use domain::Duration;
use serde_json::{Value, json};
use testkit::World;
use testkit::database::both;

use crate::{PLAIN, SECURE, available, card_payment, pay, status};

#[tokio::test]
async fn a_lost_reply_is_looked_up() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        world.bank.script().next(Call::Authorize, Fault::ReplyLost);
        let answer = world
            .call("POST", "/payments", "k", &card_payment(PLAIN, true))
            .await;
        assert_eq!(answer.text("/status"), "pending");
        let payment = answer.text("/id");
        world.wait(Duration::minutes(1)).await;
        assert_eq!(status(&world, &payment).await, "succeeded");
        assert_eq!(available(&world).await, 95_500);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_payment_that_never_arrived_ends() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        world
            .bank
            .script()
            .next(Call::Authorize, Fault::RequestLost);
        let answer = world
            .call("POST", "/payments", "k", &card_payment(PLAIN, true))
            .await;
        assert_eq!(answer.text("/status"), "pending");
        let path = format!("/payments/{}", answer.text("/id"));
        // The connector may take two minutes: until then nobody says that it never arrived.
        world.wait(Duration::seconds(100)).await;
        world.wait(Duration::seconds(19)).await;
        assert_eq!(status(&world, &answer.text("/id")).await, "pending");
        world.wait(Duration::minutes(1)).await;
        let shown = world.call("GET", &path, "", &Value::Null).await;
        assert_eq!(
            shown.text("/cancellation_details/reason"),
            "internal_timeout"
        );
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_capture_that_never_arrived_is_repeated() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let payment = pay(&world, false, "pay").await;
        world.bank.script().next(Call::Capture, Fault::RequestLost);
        let path = format!("/payments/{payment}/capture");
        let answer = world.call("POST", &path, "capture", &json!({})).await;
        assert_eq!(answer.text("/status"), "waiting_for_capture");
        assert_eq!(available(&world).await, 0);
        world.wait(Duration::minutes(1)).await;
        assert_eq!(status(&world, &payment).await, "succeeded");
        assert_eq!(available(&world).await, 95_500);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn the_money_of_an_unanswered_refund_stays_reserved() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let payment = pay(&world, true, "pay").await;
        world.bank.script().next(Call::Refund, Fault::ReplyLost);
        let body = json!({
            "payment_id": payment, "amount": {"value": "600.00", "currency": "RUB"},
        });
        let refund = world.call("POST", "/refunds", "refund", &body).await;
        assert_eq!(refund.text("/status"), "pending");
        let second = world.call("POST", "/refunds", "second", &body).await;
        assert_eq!(second.status.as_u16(), 400);
        world.wait(Duration::minutes(1)).await;
        let path = format!("/refunds/{}", refund.text("/id"));
        let shown = world.call("GET", &path, "", &Value::Null).await;
        assert_eq!(shown.text("/status"), "succeeded");
        assert_eq!(available(&world).await, 35_500);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_comes_after_all_is_taken_in_once() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let mut callbacks = world.app.callbacks().unwrap();
        world.bank.script().next(Call::Authorize, Fault::Late);
        let answer = world
            .call("POST", "/payments", "k", &card_payment(PLAIN, true))
            .await;
        assert_eq!(answer.text("/status"), "pending");
        world.bank.script().next_callback(CallbackFault::Twice);
        assert_eq!(world.bank.carry_out_late().await.unwrap(), 1);
        world.bank.release_callbacks(Order::AsSent);
        let mut heard = 0;
        while let Ok(called) = callbacks.try_recv() {
            app::hear(&world.app, called).await.unwrap();
            heard += 1;
        }
        assert_eq!(heard, 2);
        assert_eq!(status(&world, &answer.text("/id")).await, "succeeded");
        assert_eq!(available(&world).await, 95_500);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn money_that_comes_after_the_end_goes_back_to_its_payer() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        for capture in [true, false] {
            let key = format!("capture-{capture}");
            let answer = world
                .call("POST", "/payments", &key, &card_payment(SECURE, capture))
                .await;
            let page = answer.text("/confirmation/confirmation_url");
            let (_, operation) = page.split_once("operation=").unwrap();
            let payment = answer.text("/id");
            world.wait(Duration::hours(1)).await;
            assert_eq!(status(&world, &payment).await, "canceled");
            let operation = operation.parse().unwrap();
            app::sandbox::decide(&world.app, operation, Decision::Approve)
                .await
                .unwrap();
            world.run_jobs().await;
            let effects = world.bank.statistics();
            let effects = effects.values().find(|it| it.operation == operation);
            let effects = effects.unwrap();
            assert_eq!(effects.held.minor(), 100_000);
            assert_eq!(effects.captured, effects.refunded, "{effects:?}");
            let left = effects.held.minor() - effects.captured.minor();
            assert_eq!(effects.voided.minor(), left, "{effects:?}");
            assert_eq!(status(&world, &payment).await, "canceled");
        }
        assert_eq!(available(&world).await, 0);
        world.audit().await;
    })
    .await;
}
