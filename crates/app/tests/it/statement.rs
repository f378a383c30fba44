//! Overviews of payments: mailed once, when the money is taken, to those who were named; and
//! messages in general, for overviews are the first of them.

use std::sync::Arc;

use connectors::Gate;
use connectors::mail::Answer;
use domain::message::{Channel, Outcome, State};
use domain::{Duration, Message, PaymentId};
use serde_json::{Value, json};
use testkit::World;
use testkit::database::both;

use crate::{PLAIN, card_payment};

const BUYER: &str = "buyer@shop.test";

fn statements(emails: &[&str]) -> Value {
    let statement = |email: &&str| {
        let delivery = json!({"type": "email", "email": email});
        json!({"type": "payment_overview", "delivery_method": delivery})
    };
    emails.iter().map(statement).collect()
}

fn stated(capture: bool, emails: &[&str]) -> Value {
    let mut body = card_payment(PLAIN, capture);
    body["statements"] = statements(emails);
    body["description"] = json!("Заказ № 72");
    body
}

/// Pays with a card. The payment's id.
async fn pay(world: &World, key: &str, body: &Value) -> String {
    world.call("POST", "/payments", key, body).await.text("/id")
}

/// All messages of the shop, the oldest first.
async fn messages(world: &World) -> Vec<Message> {
    let mut all = app::message::list(&world.machine(), Some(world.shop.id), 100)
        .await
        .unwrap();
    all.reverse();
    all
}

#[tokio::test]
async fn a_payment_that_succeeds_is_told_to_everyone_who_was_named() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let body = stated(true, &[BUYER, "boss@shop.test", BUYER]);
        let id = pay(&world, "pay", &body).await;
        world.run_jobs().await;
        world.run_jobs().await;
        let mails = world.mailer.mails();
        let to: Vec<&str> = mails.iter().map(|mail| mail.to.expose()).collect();
        assert_eq!(to, [BUYER, "boss@shop.test"]);
        let mail = &mails[0];
        assert_eq!(mail.subject, "Платёж для «Test shop» прошёл");
        let html = mail.html.as_deref().unwrap();
        for fact in [&id, "Заказ № 72", "Карта •• 4444", "1\u{a0}000,00\u{a0}₽"] {
            assert!(mail.text.contains(fact), "{fact} in {}", mail.text);
            assert!(html.contains(fact), "{fact} in {html}");
        }
        let payment: PaymentId = id.parse().unwrap();
        for message in messages(&world).await {
            assert_eq!(message.about.id(), payment.to_string());
            assert!(matches!(message.state, State::Sent { .. }), "{message:?}");
            assert_eq!(
                (message.attempts, message.said.as_deref()),
                (1, Some("250 taken"))
            );
        }
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_held_payment_is_told_when_it_is_captured_and_with_what_was_taken() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let id = pay(&world, "pay", &stated(false, &[BUYER])).await;
        world.run_jobs().await;
        assert!(world.mailer.mails().is_empty());
        let part = json!({"amount": {"value": "600.00", "currency": "RUB"}});
        world
            .call("POST", &format!("/payments/{id}/capture"), "capture", &part)
            .await;
        world.run_jobs().await;
        let mails = world.mailer.mails();
        assert_eq!(mails.len(), 1);
        assert!(mails[0].text.contains("600,00"), "{}", mails[0].text);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn nothing_is_told_of_payments_that_end_otherwise_or_ask_for_nothing() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let held = pay(&world, "held", &stated(false, &[BUYER])).await;
        let path = format!("/payments/{held}/cancel");
        world.call("POST", &path, "cancel", &json!({})).await;
        let mut declined = stated(true, &[BUYER]);
        declined["payment_method_data"]["card"]["number"] = json!("5555555555554600");
        pay(&world, "declined", &declined).await;
        pay(&world, "plain", &card_payment(PLAIN, true)).await;
        pay(&world, "none", &stated(true, &[])).await;
        world.run_jobs().await;
        assert!(world.mailer.mails().is_empty());
        assert_eq!(messages(&world).await, []);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn the_letter_speaks_the_language_of_the_payments_page() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let mut body = stated(true, &[BUYER]);
        body["confirmation"]["locale"] = json!("en_US");
        pay(&world, "pay", &body).await;
        world.run_jobs().await;
        let mails = world.mailer.mails();
        assert_eq!(mails[0].subject, "Your payment to Test shop went through");
        assert!(mails[0].html.as_deref().unwrap().contains("lang=\"en\""));
    })
    .await;
}

#[tokio::test]
async fn a_repeated_request_tells_nobody_twice() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let body = stated(true, &[BUYER]);
        let first = pay(&world, "pay", &body).await;
        assert_eq!(pay(&world, "pay", &body).await, first);
        world.run_jobs().await;
        assert_eq!(world.mailer.mails().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_server_that_has_no_time_is_asked_again_with_doubling_pauses() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        for _ in 0..2 {
            world.mailer.next(BUYER, Answer::failed("451 later"));
        }
        pay(&world, "pay", &stated(true, &[BUYER])).await;
        world.run_jobs().await;
        assert_eq!(world.mailer.mails().len(), 1);
        world.wait(Duration::seconds(59)).await;
        assert_eq!(world.mailer.mails().len(), 1);
        world.wait(Duration::seconds(1)).await;
        assert_eq!(world.mailer.mails().len(), 2);
        let waiting = &messages(&world).await[0];
        assert_eq!(
            (waiting.attempts, waiting.said.as_deref()),
            (2, Some("451 later"))
        );
        world.wait(Duration::minutes(2)).await;
        world.wait(Duration::days(3)).await;
        let mails = world.mailer.mails();
        assert_eq!(mails.len(), 3);
        assert!(
            mails.iter().all(|mail| *mail == mails[0]),
            "a repetition is the same"
        );
        let sent = &messages(&world).await[0];
        assert!(matches!(sent.state, State::Sent { .. }), "{sent:?}");
        assert_eq!(sent.attempts, 3);
    })
    .await;
}

#[tokio::test]
async fn a_refused_message_is_given_up_at_once_and_one_that_nobody_takes_at_last() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        world
            .mailer
            .always(BUYER, Answer::refused("550 no such user"));
        world
            .mailer
            .always("deaf@shop.test", Answer::failed("no answer"));
        pay(&world, "pay", &stated(true, &[BUYER, "deaf@shop.test"])).await;
        for _ in 0..15 {
            world.run_jobs().await;
            world.clock.advance(Duration::days(1));
        }
        let ended = messages(&world).await;
        for (message, attempts, said) in [
            (&ended[0], 1, "550 no such user"),
            (&ended[1], 13, "no answer"),
        ] {
            assert!(matches!(message.state, State::Failed { .. }), "{message:?}");
            assert_eq!(
                (message.attempts, message.said.as_deref()),
                (attempts, Some(said))
            );
        }
        assert_eq!(world.mailer.mails().len(), 14);
    })
    .await;
}

#[tokio::test]
async fn without_a_server_a_message_is_kept_and_never_sent_later() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        world.mailer.next(BUYER, Answer::Now(Outcome::NoServer));
        pay(&world, "pay", &stated(true, &[BUYER])).await;
        world.run_jobs().await;
        world.wait(Duration::days(2)).await;
        assert_eq!(world.mailer.mails().len(), 1);
        let kept = &messages(&world).await[0];
        assert!(matches!(kept.state, State::Kept { .. }), "{kept:?}");
        let content = kept.content.as_ref().unwrap();
        assert_eq!(content.to.expose(), BUYER);
        let shown = app::message::show(&world.machine(), kept.id).await.unwrap();
        assert_eq!(&shown, kept);
    })
    .await;
}

#[tokio::test]
async fn a_sender_that_dies_after_sending_leaves_it_to_the_next_under_the_same_id() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        pay(&world, "pay", &stated(true, &[BUYER])).await;
        world.app.settled().await;
        let claimed = app::message::send::claim(&world.app, Channel::Email, 9)
            .await
            .unwrap();
        assert_eq!(claimed.len(), 1);
        for claimed in claimed {
            // It is sent, and nobody lives to write that down.
            drop(app::message::send::carry(Arc::clone(&world.app), claimed).await);
        }
        world.run_jobs().await;
        assert_eq!(world.mailer.mails().len(), 1, "the lease is not over");
        world.wait(app::message::send::LEASE).await;
        world.wait(Duration::days(2)).await;
        let mails = world.mailer.mails();
        assert_eq!(mails.len(), 2);
        assert_eq!(mails[0], mails[1]);
        assert!(matches!(
            messages(&world).await[0].state,
            State::Sent { .. }
        ));
    })
    .await;
}

#[tokio::test]
async fn two_senders_at_once_send_a_message_once() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let emails: Vec<String> = (0..40).map(|n| format!("b{n}@shop.test")).collect();
        let emails: Vec<&str> = emails.iter().map(String::as_str).collect();
        pay(&world, "pay", &stated(true, &emails)).await;
        world.app.settled().await;
        let (one, two, three) = tokio::join!(
            world.send_messages(),
            world.send_messages(),
            world.send_messages(),
        );
        assert_eq!(one + two + three, 40);
        let mut to: Vec<String> = world
            .mailer
            .mails()
            .iter()
            .map(|mail| mail.to.expose().to_owned())
            .collect();
        to.sort_unstable();
        to.dedup();
        assert_eq!((to.len(), world.mailer.mails().len()), (40, 40));
    })
    .await;
}

#[tokio::test]
async fn a_slow_server_does_not_hold_up_the_payment_or_other_messages() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let gate = Gate::closed();
        let taken = Outcome::Accepted {
            answer: "250 at last".to_owned(),
        };
        world.mailer.next(BUYER, Answer::After(gate.clone(), taken));
        let body = stated(true, &[BUYER, "quick@shop.test"]);
        let answer = world.call("POST", "/payments", "pay", &body).await;
        assert_eq!(answer.text("/status"), "succeeded");
        world.app.settled().await;
        let another = world.clone();
        let sender = tokio::spawn(async move { another.send_messages().await });
        while !matches!(messages(&world).await[1].state, State::Sent { .. }) {
            tokio::task::yield_now().await;
        }
        assert!(matches!(
            messages(&world).await[0].state,
            State::Queued { .. }
        ));
        gate.open();
        assert_eq!(sender.await.unwrap(), 2);
        assert!(matches!(
            messages(&world).await[0].state,
            State::Sent { .. }
        ));
    })
    .await;
}

#[tokio::test]
async fn what_was_sent_is_forgotten_after_a_month() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        pay(&world, "pay", &stated(true, &[BUYER])).await;
        world.run_jobs().await;
        let forget = || app::message::send::forget(&world.app, 100);
        assert_eq!(forget().await.unwrap(), 0);
        world.clock.advance(Duration::days(30));
        assert_eq!(forget().await.unwrap(), 1);
        let forgotten = &messages(&world).await[0];
        assert_eq!((&forgotten.content, &forgotten.said), (&None, &None));
        assert!(matches!(forgotten.state, State::Sent { .. }));
        world.audit().await;
    })
    .await;
}
