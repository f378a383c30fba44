//! Receipts: with the money, before it and after it; a register that fails, is late or refuses.

use connectors::fiscal::Fault;
use connectors::sandbox::Call;
use domain::Duration;
use domain::fiscal::{Provider, Scenario};
use domain::receipt::ReceiptKind;
use serde_json::{Value, json};
use testkit::database::both;
use testkit::{Answer, World};

use crate::{PLAIN, card_payment, status};

/// A receipt of one line.
pub(crate) fn receipt(value: &str) -> Value {
    json!({
        "customer": {"email": "buyer@example.com"},
        "items": [{
            "description": "Book", "quantity": "1.0", "vat_code": 11, "measure": "piece",
            "amount": {"value": value, "currency": "RUB"},
        }, {
            "description": "Gift", "quantity": 2, "vat_code": 11, "measure": "piece",
            "amount": {"value": "0.00", "currency": "RUB"},
        }],
    })
}

fn with_receipt(capture: bool) -> Value {
    let mut body = card_payment(PLAIN, capture);
    body["receipt"] = receipt("1000.00");
    body
}

async fn post(world: &World, path: &str, key: &str, body: &Value) -> Answer {
    let answer = world.call("POST", path, key, body).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer
}

async fn get(world: &World, path: &str) -> Answer {
    world.call("GET", path, "", &Value::Null).await
}

/// The registration of a payment or a refund, and its status.
async fn stand(world: &World, path: &str) -> (String, String) {
    world.app.settled().await;
    let shown = get(world, path).await;
    (
        shown.text("/status"),
        shown.json()["receipt_registration"]
            .as_str()
            .unwrap_or("none")
            .to_owned(),
    )
}

fn stands(status: &str, registration: &str) -> (String, String) {
    (status.to_owned(), registration.to_owned())
}

/// What is registered, as kind and minor units.
fn registered(world: &World) -> Vec<(ReceiptKind, i64)> {
    let mut all: Vec<_> = world.register.registered();
    all.sort_by_key(|one| one.operation);
    all.iter().map(|one| (one.kind, one.total_minor)).collect()
}

/// A payment taken with its receipt, a part of it given back with another, and a third receipt that
/// was asked for by itself: all registered.
pub(crate) async fn all_kinds(world: &World) {
    world
        .registers_receipts(Provider::Atol, Scenario::Together)
        .await;
    let made = post(world, "/payments", "pay", &with_receipt(true)).await;
    world.app.settled().await;
    let amount = json!({"value": "300.00", "currency": "RUB"});
    let back = json!({
        "payment_id": made.text("/id"), "amount": amount, "receipt": receipt("300.00"),
    });
    post(world, "/refunds", "back", &back).await;
    world.app.settled().await;
    post(world, "/receipts", "more", &by_itself(&made.text("/id"))).await;
    world.app.settled().await;
    assert_eq!(registered(world).len(), 3);
}

/// A receipt of a payment of 1,000.00 by a request of its own.
pub(crate) fn by_itself(payment: &str) -> Value {
    let mut body = receipt("1000.00");
    body["type"] = json!("payment");
    body["payment_id"] = json!(payment);
    body["send"] = json!(true);
    let amount = json!({"value": "1000.00", "currency": "RUB"});
    body["settlements"] = json!([{"type": "cashless", "amount": amount}]);
    body
}

#[tokio::test]
async fn a_receipt_is_registered_when_the_money_is_taken() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        world
            .registers_receipts(Provider::Atol, Scenario::Together)
            .await;
        let made = post(&world, "/payments", "pay", &with_receipt(true)).await;
        assert_eq!(made.text("/receipt_registration"), "pending");
        let path = format!("/payments/{}", made.text("/id"));
        assert_eq!(stand(&world, &path).await, stands("succeeded", "succeeded"));
        assert_eq!(registered(&world), [(ReceiptKind::Payment, 100_000)]);
        let list = get(
            &world,
            &format!("/receipts?payment_id={}", made.text("/id")),
        )
        .await;
        let item = &list.json()["items"][0];
        assert_eq!(item["status"], "succeeded");
        assert_eq!(item["items"][1]["amount"]["value"], "0.00");
        assert_eq!(item["fiscal_document_number"], "1");
        assert_eq!(item["settlements"][0]["type"], "cashless");
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_part_needs_a_receipt_of_its_own() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        world
            .registers_receipts(Provider::Atol, Scenario::Together)
            .await;
        let held = post(&world, "/payments", "hold", &with_receipt(false)).await;
        let capture = format!("/payments/{}/capture", held.text("/id"));
        let part = json!({"amount": {"value": "600.00", "currency": "RUB"}});
        let refused = world.call("POST", &capture, "part", &part).await;
        assert_eq!(refused.text("/parameter"), "receipt");
        assert_eq!(
            status(&world, &held.text("/id")).await,
            "waiting_for_capture"
        );
        let mut part = part;
        part["receipt"] = receipt("600.00");
        post(&world, &capture, "part2", &part).await;
        let path = format!("/payments/{}", held.text("/id"));
        assert_eq!(stand(&world, &path).await, stands("succeeded", "succeeded"));
        assert_eq!(registered(&world), [(ReceiptKind::Payment, 60_000)]);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_canceled_payment_registers_nothing() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        world
            .registers_receipts(Provider::Atol, Scenario::Together)
            .await;
        let held = post(&world, "/payments", "hold", &with_receipt(false)).await;
        let id = held.text("/id");
        post(
            &world,
            &format!("/payments/{id}/cancel"),
            "void",
            &json!({}),
        )
        .await;
        let path = format!("/payments/{id}");
        assert_eq!(stand(&world, &path).await, stands("canceled", "canceled"));
        assert!(registered(&world).is_empty());
        let list = get(&world, "/receipts").await;
        assert_eq!(list.json()["items"], json!([]));
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_whole_refund_takes_the_payments_receipt_and_a_part_needs_its_own() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        world
            .registers_receipts(Provider::Atol, Scenario::Together)
            .await;
        let first = post(&world, "/payments", "one", &with_receipt(true)).await;
        let second = post(&world, "/payments", "two", &with_receipt(true)).await;
        world.app.settled().await;
        let refund = |payment: &Answer, value: &str| {
            let amount = json!({"value": value, "currency": "RUB"});
            json!({"payment_id": payment.text("/id"), "amount": amount})
        };
        let whole = post(&world, "/refunds", "whole", &refund(&first, "1000.00")).await;
        assert_eq!(whole.text("/receipt_registration"), "pending");
        let mut part = refund(&second, "300.00");
        let refused = world.call("POST", "/refunds", "part", &part).await;
        assert_eq!(
            refused.text("/description"),
            "Receipt is missing or illegal"
        );
        part["receipt"] = receipt("300.00");
        let part = post(&world, "/refunds", "part2", &part).await;
        for made in [&whole, &part] {
            let path = format!("/refunds/{}", made.text("/id"));
            assert_eq!(stand(&world, &path).await, stands("succeeded", "succeeded"));
        }
        let mut refunds: Vec<_> = registered(&world)
            .into_iter()
            .filter(|(kind, _)| *kind == ReceiptKind::Refund)
            .collect();
        refunds.sort_by_key(|(_, total)| *total);
        assert_eq!(
            refunds,
            [
                (ReceiptKind::Refund, 30_000),
                (ReceiptKind::Refund, 100_000)
            ]
        );
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn with_the_receipt_first_the_money_waits_for_the_register() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        world
            .registers_receipts(Provider::Atol, Scenario::ReceiptFirst)
            .await;
        world.register.next(Fault::Late);
        let made = post(&world, "/payments", "pay", &with_receipt(true)).await;
        let path = format!("/payments/{}", made.text("/id"));
        assert_eq!(stand(&world, &path).await, stands("pending", "pending"));
        let effects: Vec<_> = world.bank.statistics().into_values().collect();
        assert!(effects[0].captured.is_zero(), "{effects:?}");
        world.wait(Duration::minutes(1)).await;
        world.wait(Duration::minutes(1)).await;
        assert_eq!(stand(&world, &path).await, stands("succeeded", "succeeded"));
        assert_eq!(registered(&world), [(ReceiptKind::Payment, 100_000)]);
        world.audit().await;
    })
    .await;
}

/// A callback of the register makes the next question come at once; it is not believed itself.
#[tokio::test]
async fn a_callback_is_a_hint_to_ask() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        world
            .registers_receipts(Provider::Atol, Scenario::Together)
            .await;
        world.register.next(Fault::Late);
        let made = post(&world, "/payments", "pay", &with_receipt(true)).await;
        let path = format!("/payments/{}", made.text("/id"));
        assert_eq!(stand(&world, &path).await, stands("succeeded", "pending"));
        let list = get(
            &world,
            &format!("/receipts?payment_id={}", made.text("/id")),
        )
        .await;
        let receipt = list.text("/items/0/id").parse().unwrap();
        let (shop, object) = (world.shop.id, domain::OperationObject::Receipt(receipt));
        let list = move |conn: &mut store::Conn<'_>| store::operation::list_of(conn, shop, object);
        let operation = world.store.read(list).await.unwrap()[0].id;
        world.run_jobs().await;
        assert_eq!(stand(&world, &path).await, stands("succeeded", "pending"));
        app::register::called_back(&world.app, operation)
            .await
            .unwrap();
        assert_eq!(stand(&world, &path).await, stands("succeeded", "pending"));
        world.run_jobs().await;
        assert_eq!(stand(&world, &path).await, stands("succeeded", "succeeded"));
        // Again, and too late.
        app::register::called_back(&world.app, operation)
            .await
            .unwrap();
        world.run_jobs().await;
        assert_eq!(registered(&world).len(), 1);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_refused_receipt_lets_the_held_money_go() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        world
            .registers_receipts(Provider::Atol, Scenario::ReceiptFirst)
            .await;
        world.register.next(Fault::Refused);
        let one = post(&world, "/payments", "one", &with_receipt(true)).await;
        let path = format!("/payments/{}", one.text("/id"));
        assert_eq!(stand(&world, &path).await, stands("canceled", "canceled"));

        let held = post(&world, "/payments", "two", &with_receipt(false)).await;
        world.register.next(Fault::Refused);
        let path = format!("/payments/{}", held.text("/id"));
        let captured = post(&world, &format!("{path}/capture"), "capture", &json!({})).await;
        assert_eq!(captured.text("/status"), "waiting_for_capture");
        assert_eq!(stand(&world, &path).await, stands("canceled", "canceled"));
        let shown = get(&world, &path).await;
        assert_eq!(shown.text("/cancellation_details/party"), "yoo_money");
        for effect in world.bank.statistics().values() {
            assert_eq!(effect.held, effect.voided, "{effect:?}");
        }
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_receipt_that_was_registered_for_nothing_is_taken_back() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        world
            .registers_receipts(Provider::Atol, Scenario::ReceiptFirst)
            .await;
        // The register is silent until the hold has ended, and then says that all was well.
        world.register.next(Fault::ReplyLost);
        let made = post(&world, "/payments", "pay", &with_receipt(true)).await;
        world.app.settled().await;
        for _ in 0..12 {
            world.register.next(Fault::RequestLost);
        }
        let path = format!("/payments/{}", made.text("/id"));
        for _ in 0..12 {
            world.wait(Duration::hours(20)).await;
        }
        assert_eq!(status(&world, &made.text("/id")).await, "canceled");
        world.register.calm();
        world.wait(Duration::hours(2)).await;
        world.wait(Duration::hours(2)).await;
        assert_eq!(stand(&world, &path).await.0, "canceled");
        let mut kinds = registered(&world);
        kinds.sort();
        assert_eq!(
            kinds,
            [
                (ReceiptKind::Payment, 100_000),
                (ReceiptKind::Refund, 100_000)
            ]
        );
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn what_the_register_does_not_answer_is_asked_again_and_registered_once() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        world
            .registers_receipts(Provider::Atol, Scenario::Together)
            .await;
        for (number, fault) in [Fault::ReplyLost, Fault::RequestLost, Fault::NotSent]
            .into_iter()
            .enumerate()
        {
            world.register.next(fault);
            let key = format!("pay-{number}");
            let made = post(&world, "/payments", &key, &with_receipt(true)).await;
            let path = format!("/payments/{}", made.text("/id"));
            assert_eq!(stand(&world, &path).await, stands("succeeded", "pending"));
            world.wait(Duration::minutes(1)).await;
            assert_eq!(stand(&world, &path).await, stands("succeeded", "succeeded"));
            assert_eq!(registered(&world).len(), number + 1);
        }
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_failed_registration_is_attempted_again() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        world
            .registers_receipts(Provider::Atol, Scenario::Together)
            .await;
        world.register.next(Fault::Failed);
        let made = post(&world, "/payments", "pay", &with_receipt(true)).await;
        let path = format!("/payments/{}", made.text("/id"));
        assert_eq!(stand(&world, &path).await, stands("succeeded", "pending"));
        world.register.next(Fault::Failed);
        world.wait(Duration::seconds(31)).await;
        assert_eq!(stand(&world, &path).await, stands("succeeded", "pending"));
        world.wait(Duration::seconds(121)).await;
        assert_eq!(stand(&world, &path).await, stands("succeeded", "succeeded"));
        assert_eq!(registered(&world), [(ReceiptKind::Payment, 100_000)]);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_receipt_by_itself_follows_its_payment() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        world
            .registers_receipts(Provider::Atol, Scenario::Separate)
            .await;
        let made = post(&world, "/payments", "pay", &card_payment(PLAIN, true)).await;
        assert_eq!(made.json().get("receipt_registration"), None);
        let mut body = by_itself(&made.text("/id"));
        body["settlements"][0]["type"] = json!("prepayment");
        let created = post(&world, "/receipts", "receipt", &body).await;
        assert_eq!(created.text("/status"), "pending");
        world.app.settled().await;
        let shown = get(&world, &format!("/receipts/{}", created.text("/id"))).await;
        assert_eq!(shown.text("/status"), "succeeded");
        let again = post(&world, "/receipts", "receipt", &body).await;
        assert_eq!(again.bytes, created.bytes);
        assert_eq!(registered(&world).len(), 1);
        world.audit().await;
    })
    .await;
}

/// Fifty-one requests at once: fifty receipts, never one more, each registered once.
#[tokio::test]
async fn a_payment_never_has_more_than_fifty_receipts() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        world
            .registers_receipts(Provider::Atol, Scenario::Separate)
            .await;
        let made = post(&world, "/payments", "pay", &card_payment(PLAIN, true)).await;
        let body = by_itself(&made.text("/id"));
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..55 {
            let (world, body) = (world.clone(), body.clone());
            tasks.spawn(async move {
                let key = format!("receipt-{number}");
                let answer = world.call("POST", "/receipts", &key, &body).await;
                answer.status.as_u16()
            });
        }
        let statuses = tasks.join_all().await;
        let created = statuses.iter().filter(|status| **status == 200).count();
        assert_eq!(created, 50, "{statuses:?}");
        world.app.settled().await;
        assert_eq!(registered(&world).len(), 50);
        world.audit().await;
    })
    .await;
}

/// A capture and a cancellation at once, with the receipt first: either money and receipt, or
/// neither of them.
#[tokio::test]
async fn capture_and_cancellation_at_once_agree_with_the_receipt() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        world
            .registers_receipts(Provider::Atol, Scenario::ReceiptFirst)
            .await;
        for number in 0..8 {
            let key = format!("pay-{number}");
            let held = post(&world, "/payments", &key, &with_receipt(false)).await;
            let path = format!("/payments/{}", held.text("/id"));
            let (capture, cancel) = (format!("{path}/capture"), format!("{path}/cancel"));
            let (one, other) = (format!("capture-{number}"), format!("cancel-{number}"));
            let nothing = json!({});
            tokio::join!(
                world.call("POST", &capture, &one, &nothing),
                world.call("POST", &cancel, &other, &nothing),
            );
            let (status, registration) = stand(&world, &path).await;
            assert_eq!(status, registration, "{path}");
        }
        let taken = world.bank.statistics();
        let taken = taken
            .values()
            .filter(|effect| effect.captured.is_positive());
        assert_eq!(taken.count(), registered(&world).len());
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_lost_capture_after_the_receipt_is_repeated() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        world
            .registers_receipts(Provider::Atol, Scenario::ReceiptFirst)
            .await;
        world
            .bank
            .script()
            .next(Call::Capture, connectors::sandbox::Fault::RequestLost);
        let made = post(&world, "/payments", "pay", &with_receipt(true)).await;
        let path = format!("/payments/{}", made.text("/id"));
        assert_eq!(stand(&world, &path).await, stands("pending", "succeeded"));
        world.wait(Duration::minutes(1)).await;
        assert_eq!(stand(&world, &path).await, stands("succeeded", "succeeded"));
        world.audit().await;
    })
    .await;
}

/// In a deal the receipt is made by a request of its own: once the money is taken, or held.
#[tokio::test]
async fn in_a_deal_the_receipt_comes_by_itself() {
    for scenario in [
        Scenario::Together,
        Scenario::ReceiptFirst,
        Scenario::Separate,
    ] {
        both(|store, _engine| async move {
            let world = World::new(store).await;
            world.registers_receipts(Provider::Atol, scenario).await;
            for capture in [true, false] {
                let key = |name: &str| format!("{name}-{capture}");
                let deal = crate::deal::open(&world, "deal_closed", &key("deal")).await;
                let payment = crate::deal::pay_into(&world, &deal, capture, &key("pay")).await;
                let own = by_itself(&payment);
                let created = post(&world, "/receipts", &key("receipt"), &own).await;
                world.app.settled().await;
                let path = format!("/receipts/{}", created.text("/id"));
                assert_eq!(get(&world, &path).await.text("/status"), "succeeded");
                let mut refused = json!({"receipt": receipt("1000.00")});
                let (path, member) = match capture {
                    true => ("/refunds".to_owned(), "refund_settlements"),
                    false => (format!("/payments/{payment}/capture"), "settlements"),
                };
                refused["payment_id"] = json!(payment);
                refused["amount"] = json!({"value": "1000.00", "currency": "RUB"});
                let part = json!({"value": "800.00", "currency": "RUB"});
                refused["deal"] = json!({member: [{"type": "payout", "amount": part}]});
                let answer = world.call("POST", &path, &key("no"), &refused).await;
                assert_eq!(answer.text("/parameter"), "receipt", "{}", answer.json());
                let fields = refused.as_object_mut().unwrap();
                fields.remove("receipt");
                post(&world, &path, &key("yes"), &refused).await;
                let shown = get(&world, &format!("/payments/{payment}")).await;
                assert_eq!(shown.json().get("receipt_registration"), None);
            }
            assert_eq!(registered(&world).len(), 2);
            world.audit().await;
        })
        .await;
    }
}

/// A capture that the bank refused leaves its receipt behind, which fits no other sum.
#[tokio::test]
async fn the_receipt_of_a_capture_that_failed_is_not_taken_for_another() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        world
            .registers_receipts(Provider::Atol, Scenario::Together)
            .await;
        let held = post(&world, "/payments", "hold", &with_receipt(false)).await;
        let id: domain::PaymentId = held.text("/id").parse().unwrap();
        let capture = format!("/payments/{id}/capture");
        let script = world.bank.script();
        script.next(Call::Capture, connectors::sandbox::Fault::RequestLost);
        let amount = json!({"value": "600.00", "currency": "RUB"});
        let part = json!({"amount": amount, "receipt": receipt("600.00")});
        post(&world, &capture, "part", &part).await;
        let (shop, object) = (world.shop.id, domain::OperationObject::Payment(id));
        let list = move |conn: &mut store::Conn<'_>| store::operation::list_of(conn, shop, object);
        let operations = world.store.read(list).await.unwrap();
        let operation = operations.iter().find(|operation| !operation.is_final());
        let (party, reason) = (
            domain::Party::PaymentNetwork,
            domain::CancellationReason::GeneralDecline,
        );
        let answer = domain::Answer::Declined {
            decline: domain::Decline::new(party, reason),
            facts: None,
        };
        let said = world.bank_says(operation.unwrap().id, answer).await;
        said.unwrap();
        let path = format!("/payments/{id}");
        let pending = stands("waiting_for_capture", "pending");
        assert_eq!(stand(&world, &path).await, pending);
        let refused = world.call("POST", &capture, "whole", &json!({})).await;
        assert_eq!(refused.text("/parameter"), "receipt", "{}", refused.json());
        let whole = json!({"receipt": receipt("1000.00")});
        post(&world, &capture, "whole2", &whole).await;
        assert_eq!(stand(&world, &path).await, stands("succeeded", "succeeded"));
        assert_eq!(registered(&world), [(ReceiptKind::Payment, 100_000)]);
        world.audit().await;
    })
    .await;
}
