//! Invoices: what their buyers do, and what time does.

use std::sync::Arc;

use app::checkout::{self, Buyer};
use card::{Card, CardNumber, Csc};
use connectors::sandbox::{Call, Fault};
use domain::card::Expiry;
use domain::message::State;
use domain::{Duration, InvoiceId, PaymentId};
use serde_json::{Value, json};
use testkit::database::both;
use testkit::{Answer, World};

use crate::{PLAIN, SECURE, available, status};

/// A card that has no money.
const POOR: &str = "5555555555554600";

fn rub(value: &str) -> Value {
    json!({"value": value, "currency": "RUB"})
}

/// An invoice of 1,000.00 for ten days.
async fn issue(world: &World, capture: bool, key: &str) -> InvoiceId {
    let body = json!({
        "payment_data": {
            "amount": rub("1000.00"), "capture": capture, "description": "Заказ 72",
            "metadata": {"order_id": "72"},
        },
        "cart": [
            {
                "description": "Кофе", "price": rub("600.00"), "discount_price": rub("500.00"),
                "quantity": 1.5,
            },
            {"description": "Фильтры", "price": rub("250.00"), "quantity": 1},
        ],
        "expires_at": "2026-07-30T12:00:00.000Z",
    });
    let answer = world.call("POST", "/invoices", key, &body).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.json());
    answer.text("/id").parse().unwrap()
}

async fn shown(world: &World, id: InvoiceId) -> Answer {
    let path = format!("/invoices/{id}");
    world.call("GET", &path, "", &Value::Null).await
}

/// How an invoice stands: its status, its payment's, and why it ended.
async fn stands(world: &World, id: InvoiceId) -> String {
    let json = shown(world, id).await.json();
    let text = |pointer: &str| {
        let value = json.pointer(pointer).and_then(Value::as_str);
        value.unwrap_or("-").to_owned()
    };
    let (status, payment) = (text("/status"), text("/payment_details/status"));
    let party = text("/cancellation_details/party");
    format!(
        "{status} {payment} {party} {}",
        text("/cancellation_details/reason")
    )
}

fn card(number: &str) -> Card {
    Card {
        number: CardNumber::parse(number).unwrap(),
        expiry: Expiry::new(2099, 12).unwrap(),
        csc: Csc::parse("123"),
    }
}

/// The buyer presses the button.
async fn press(world: &World, id: InvoiceId) -> Option<PaymentId> {
    app::invoice::pay(&world.app, id).await.unwrap()
}

/// The buyer types a card on the payment page.
async fn pay(world: &World, payment: PaymentId, number: &str) {
    let paid = checkout::pay_by_card(&world.app, payment, card(number), Buyer::default()).await;
    paid.unwrap();
}

/// An invoice that is paid.
pub(crate) async fn paid(world: &World) {
    let id = issue(world, true, "paid").await;
    let payment = press(world, id).await.unwrap();
    pay(world, payment, PLAIN).await;
    assert_eq!(stands(world, id).await, "succeeded succeeded - -");
}

async fn payment_of(world: &World, payment: PaymentId) -> Value {
    let path = format!("/payments/{payment}");
    world.call("GET", &path, "", &Value::Null).await.json()
}

#[tokio::test]
async fn a_buyer_pays_an_invoice_and_the_payment_names_it() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let (url, events) = ("https://shop.example/hook", domain::EventKind::ALL.to_vec());
        let new = app::webhook::NewWebhook::of(&world.machine(), url.to_owned(), events);
        app::webhook::add(&world.machine(), world.shop.id, new)
            .await
            .unwrap();
        let id = issue(&world, true, "a").await;
        let payment = press(&world, id).await.unwrap();
        let begun = payment_of(&world, payment).await;
        assert_eq!(begun["status"], "pending");
        assert_eq!(begun["description"], "Заказ 72");
        assert_eq!(begun["metadata"], json!({"order_id": "72"}));
        assert_eq!(begun["invoice_details"], json!({"id": id.to_string()}));
        assert_eq!(stands(&world, id).await, "pending - - -");
        pay(&world, payment, POOR).await;
        assert_eq!(
            press(&world, id).await,
            Some(payment),
            "declined: the same again"
        );
        pay(&world, payment, PLAIN).await;
        assert_eq!(stands(&world, id).await, "succeeded succeeded - -");
        let json = shown(&world, id).await.json();
        assert_eq!(json["payment_details"]["id"], payment.to_string());
        assert!(json.get("expires_at").is_none() && json.get("delivery_method").is_none());
        assert_eq!(press(&world, id).await, None);
        assert_eq!(available(&world).await, 95_500);
        world.run_jobs().await;
        let told = world.courier.parcels();
        let told: Vec<Value> = told
            .iter()
            .map(|one| serde_json::from_str(&one.body).unwrap())
            .collect();
        assert_eq!(told.len(), 1, "payments are told of, invoices are not");
        assert_eq!(told[0]["event"], "payment.succeeded");
        assert_eq!(told[0]["object"]["invoice_details"]["id"], id.to_string());
        world.wait(Duration::days(11)).await;
        assert_eq!(stands(&world, id).await, "succeeded succeeded - -");
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_payment_that_nobody_confirms_makes_room_for_another() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let id = issue(&world, true, "a").await;
        let first = press(&world, id).await.unwrap();
        world.wait(Duration::hours(1)).await;
        assert_eq!(status(&world, &first.to_string()).await, "canceled");
        assert_eq!(stands(&world, id).await, "pending - - -");
        let second = press(&world, id).await.unwrap();
        assert_ne!(first, second);
        // Its hour is over too, and the button is pressed before anybody has looked.
        world.clock.advance(Duration::hours(1));
        let third = press(&world, id).await.unwrap();
        assert_ne!(second, third);
        assert_eq!(status(&world, &second.to_string()).await, "canceled");
        pay(&world, third, PLAIN).await;
        assert_eq!(stands(&world, id).await, "succeeded succeeded - -");
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn an_invoice_in_two_stages_goes_with_its_payment() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let ends = [
            ("capture", "succeeded succeeded - -"),
            ("cancel", "canceled canceled merchant payment_canceled"),
            ("", "canceled canceled yoo_money payment_expired_on_capture"),
        ];
        for (verb, end) in ends {
            let id = issue(&world, false, &format!("i{verb}")).await;
            let payment = press(&world, id).await.unwrap();
            pay(&world, payment, PLAIN).await;
            assert_eq!(stands(&world, id).await, "pending waiting_for_capture - -");
            let json = shown(&world, id).await.json();
            assert!(json.get("delivery_method").is_some(), "{json}");
            assert_eq!(press(&world, id).await, None, "held is paid");
            if verb.is_empty() {
                world.wait(Duration::days(7)).await;
            } else {
                let path = format!("/payments/{payment}/{verb}");
                world.call("POST", &path, verb, &json!({})).await;
            }
            world.run_jobs().await;
            assert_eq!(stands(&world, id).await, end);
            assert_eq!(press(&world, id).await, None);
        }
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn held_money_is_decided_although_the_invoice_expires() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let id = issue(&world, false, "a").await;
        world.wait(Duration::hours(10 * 24 - 1)).await;
        let payment = press(&world, id).await.unwrap();
        pay(&world, payment, PLAIN).await;
        world.wait(Duration::hours(2)).await;
        assert_eq!(stands(&world, id).await, "pending waiting_for_capture - -");
        let path = format!("/payments/{payment}/capture");
        world.call("POST", &path, "capture", &json!({})).await;
        assert_eq!(stands(&world, id).await, "succeeded succeeded - -");
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn an_invoice_expires_once_with_its_unconfirmed_payment() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let bare = issue(&world, true, "bare").await;
        let begun = issue(&world, true, "begun").await;
        let asked = issue(&world, true, "asked").await;
        world.wait(Duration::minutes(10 * 24 * 60 - 5)).await;
        let waits = press(&world, begun).await.unwrap();
        let challenged = press(&world, asked).await.unwrap();
        pay(&world, challenged, SECURE).await;
        assert_eq!(status(&world, &challenged.to_string()).await, "pending");
        for _ in 0..3 {
            world.wait(Duration::minutes(5)).await;
        }
        for id in [bare, begun, asked] {
            let over = "canceled - yoo_money invoice_expired";
            assert_eq!(stands(&world, id).await, over);
            assert_eq!(press(&world, id).await, None);
        }
        for payment in [waits, challenged] {
            let payment = payment_of(&world, payment).await;
            let details = json!({"party": "yoo_money", "reason": "expired_on_confirmation"});
            assert_eq!(payment["cancellation_details"], details);
        }
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn nobody_begins_to_pay_after_the_end_even_before_anybody_has_looked() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let id = issue(&world, true, "a").await;
        world.clock.advance(Duration::days(10));
        assert_eq!(press(&world, id).await, None);
        assert_eq!(stands(&world, id).await, "pending - - -");
        world.run_jobs().await;
        assert_eq!(
            stands(&world, id).await,
            "canceled - yoo_money invoice_expired"
        );
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_call_under_way_at_the_end_is_waited_for_and_its_money_counts() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let paid = issue(&world, true, "paid").await;
        let lost = issue(&world, true, "lost").await;
        world.wait(Duration::minutes(10 * 24 * 60 - 1)).await;
        // The bank takes the money, and nobody knows yet when the invoice ends.
        world.bank.script().next(Call::Authorize, Fault::ReplyLost);
        let payment = press(&world, paid).await.unwrap();
        pay(&world, payment, PLAIN).await;
        world.bank.script().next(Call::Authorize, Fault::NotSent);
        let never = press(&world, lost).await.unwrap();
        pay(&world, never, PLAIN).await;
        world.clock.advance(Duration::minutes(2));
        app::expire::run(&world.app, 10).await.unwrap();
        for id in [paid, lost] {
            assert_eq!(stands(&world, id).await, "pending - - -");
        }
        assert_eq!(press(&world, paid).await, Some(payment), "it goes on there");
        for _ in 0..6 {
            world.wait(Duration::hours(1)).await;
        }
        assert_eq!(stands(&world, paid).await, "succeeded succeeded - -");
        assert_eq!(
            stands(&world, lost).await,
            "canceled - yoo_money invoice_expired"
        );
        assert_eq!(available(&world).await, 95_500);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_moved_clock_ends_an_invoice() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let id = issue(&world, true, "a").await;
        app::shop::advance_clock(&world.machine(), world.shop.id, Duration::days(10))
            .await
            .unwrap();
        world.run_jobs().await;
        assert_eq!(
            stands(&world, id).await,
            "canceled - yoo_money invoice_expired"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_32_presses_at_once_one_payment_begins() {
    both(|store, _engine| async move {
        let world = Arc::new(World::new(store).await);
        let id = issue(&world, true, "a").await;
        let presses = (0..32).map(|_| {
            let world = Arc::clone(&world);
            tokio::spawn(async move { app::invoice::pay(&world.app, id).await.unwrap().unwrap() })
        });
        let mut payments = Vec::new();
        for press in presses.collect::<Vec<_>>() {
            payments.push(press.await.unwrap());
        }
        payments.sort();
        payments.dedup();
        assert_eq!(payments.len(), 1);
        pay(&world, payments[0], PLAIN).await;
        assert_eq!(available(&world).await, 95_500);
        world.audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn expiry_and_payment_exclude_each_other() {
    both(|store, _engine| async move {
        let world = Arc::new(World::new(store).await);
        let mut invoices = Vec::new();
        for round in 0..12 {
            invoices.push(issue(&world, true, &format!("i{round}")).await);
        }
        world.wait(Duration::minutes(10 * 24 * 60 - 1)).await;
        let mut payments = Vec::new();
        for id in &invoices {
            payments.push(press(&world, *id).await.unwrap());
        }
        world.clock.advance(Duration::seconds(59));
        let buyers: Vec<_> = payments
            .iter()
            .map(|payment| {
                let (world, payment) = (Arc::clone(&world), *payment);
                tokio::spawn(async move {
                    // Whoever comes too late is refused.
                    checkout::pay_by_card(&world.app, payment, card(PLAIN), Buyer::default())
                        .await
                        .is_ok()
                })
            })
            .collect();
        let jobs = Arc::clone(&world);
        let expiry = tokio::spawn(async move {
            jobs.clock.advance(Duration::seconds(1));
            for _ in 0..4 {
                jobs.run_jobs().await;
            }
        });
        for buyer in buyers {
            buyer.await.unwrap();
        }
        expiry.await.unwrap();
        world.run_jobs().await;
        let mut paid = 0;
        for (id, payment) in invoices.iter().zip(&payments) {
            let payment = status(&world, &payment.to_string()).await;
            let stands = stands(&world, *id).await;
            let (expected, one) = match payment.as_str() {
                "succeeded" => ("succeeded succeeded - -", 1),
                _ => ("canceled - yoo_money invoice_expired", 0),
            };
            assert_eq!(stands, expected, "payment {payment}");
            paid += one;
        }
        assert_eq!(available(&world).await, paid * 95_500);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_receipt_goes_into_the_payment() {
    use domain::fiscal::{Provider, Scenario};
    both(|store, _engine| async move {
        let world = World::new(store).await;
        world
            .registers_receipts(Provider::YooReceipt, Scenario::Together)
            .await;
        let body = json!({
            "payment_data": {
                "amount": rub("1000.00"), "capture": true,
                "receipt": {
                    "customer": {"email": "buyer@shop.test"},
                    "items": [{
                        "description": "Кофе", "amount": rub("1000.00"), "quantity": "1.0",
                        "vat_code": 4, "measure": "piece",
                    }],
                },
            },
            "cart": [{"description": "Кофе", "price": rub("1000.00"), "quantity": 1}],
            "expires_at": "2026-07-30T12:00:00.000Z",
        });
        let made = world.call("POST", "/invoices", "a", &body).await;
        let id: InvoiceId = made.text("/id").parse().unwrap();
        let payment = press(&world, id).await.unwrap();
        pay(&world, payment, PLAIN).await;
        world.run_jobs().await;
        let payment_body = payment_of(&world, payment).await;
        assert_eq!(payment_body["receipt_registration"], "succeeded");
        let path = format!("/receipts?payment_id={payment}");
        let receipts = world.call("GET", &path, "", &Value::Null).await.json();
        assert_eq!(receipts["items"].as_array().map(Vec::len), Some(1));
        world.audit().await;
    })
    .await;
}

/// An invoice that goes out by a message.
fn by_message(delivery: Value) -> Value {
    json!({
        "payment_data": {"amount": rub("1000.00"), "capture": true},
        "cart": [{"description": "Кофе", "price": rub("1000.00"), "quantity": 1}],
        "delivery_method_data": delivery,
        "expires_at": "2026-07-30T12:00:00.000Z",
        "locale": "en_US",
    })
}

#[tokio::test]
async fn an_invoice_goes_out_once_by_mail_or_sms() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let email = by_message(json!({"type": "email", "email": "buyer@shop.test"}));
        let made = world.call("POST", "/invoices", "mail", &email).await;
        let again = world.call("POST", "/invoices", "mail", &email).await;
        assert_eq!(made.bytes, again.bytes);
        assert_eq!(made.json()["delivery_method"], json!({"type": "email"}));
        let sms = by_message(json!({"type": "sms", "phone": "79000000000"}));
        let short = world.call("POST", "/invoices", "sms", &sms).await;
        assert_eq!(short.json()["delivery_method"], json!({"type": "sms"}));
        let mut wrong = by_message(json!({"type": "email", "email": "buyer@shop.test"}));
        wrong["cart"][0]["quantity"] = json!(2);
        let refused = world.call("POST", "/invoices", "wrong", &wrong).await;
        assert_eq!(refused.status.as_u16(), 400);
        world.run_jobs().await;
        world.run_jobs().await;
        let (mails, texts) = (world.mailer.mails(), world.mailer.sms());
        assert_eq!((mails.len(), texts.len()), (1, 1));
        let page = |answer: &Answer| format!("/invoice/{}", answer.text("/id"));
        assert_eq!(mails[0].subject, "Invoice from Test shop");
        assert!(mails[0].text.contains(&page(&made)), "{}", mails[0].text);
        assert!(mails[0].html.as_ref().unwrap().contains(&page(&made)));
        assert!(texts[0].text.contains(&page(&short)), "{}", texts[0].text);
        let id: InvoiceId = made.text("/id").parse().unwrap();
        let payment = press(&world, id).await.unwrap();
        pay(&world, payment, PLAIN).await;
        assert_eq!(stands(&world, id).await, "succeeded succeeded - -");
        world.audit().await;
    })
    .await;
}

/// An invoice by mail to a server that has no time; the buyer pays, or nobody does in time.
async fn check_dropped(is_paid: bool, why: &'static str) {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let buyer = "buyer@shop.test";
        let busy = connectors::mail::Answer::failed("451 later");
        world.mailer.always(buyer, busy);
        let body = by_message(json!({"type": "email", "email": buyer}));
        let made = world.call("POST", "/invoices", "mail", &body).await;
        world.run_jobs().await;
        if is_paid {
            let id: InvoiceId = made.text("/id").parse().unwrap();
            let payment = press(&world, id).await.unwrap();
            pay(&world, payment, PLAIN).await;
        }
        let later = if is_paid { 1 } else { 11 };
        world.wait(Duration::days(later)).await;
        let messages = app::message::list(&world.machine(), Some(world.shop.id), 2).await;
        let [message] = messages.unwrap().try_into().unwrap();
        assert!(
            matches!(message.state, State::Dropped { .. }),
            "{message:?}"
        );
        assert_eq!((message.attempts, message.said.as_deref()), (1, Some(why)));
        assert_eq!(world.mailer.mails().len(), 1);
        world.wait(Duration::days(3)).await;
        assert_eq!(world.mailer.mails().len(), 1);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn an_invoice_that_is_paid_or_over_asks_nobody_for_money() {
    check_dropped(true, "the invoice is paid").await;
    check_dropped(false, "the invoice is over").await;
}
