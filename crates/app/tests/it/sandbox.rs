//! The sandbox's memory in the database: several nodes are one bank, and its own list is held
//! against what is written down.

use std::sync::Arc;

use app::Clock as _;
use app::audit::Report;
use app::sandbox::Records;
use connectors::sandbox::{Call, Clock, Decision, Fault, Memory as _, Sandbox};
use domain::{ConnectorName, Duration, OperationId, OperationObject, PaymentId};
use serde_json::json;
use store::Store;
use testkit::database::both;
use testkit::{BASE_URL, BEGIN, HandClock, Surroundings, World, test_shop};

use crate::{PLAIN, SECURE, card_payment, pay, status};

/// The same surroundings, with the bank's records in the database.
pub(crate) fn bank_on(store: &Store, surroundings: &Surroundings) -> Surroundings {
    let clock = Arc::clone(&surroundings.clock);
    let tell: Clock = Arc::new(move || clock.now());
    let records = Records::new(store.clone(), ConnectorName::SANDBOX, Arc::clone(&tell));
    let mut surroundings = surroundings.clone();
    surroundings.bank = Arc::new(Sandbox::on(Arc::new(records), BASE_URL, tell));
    surroundings
}

/// Two nodes, each with a bank of its own, on one database.
async fn nodes(store: &Store) -> (World, World) {
    let shared = Surroundings::new(1);
    nodes_in(store, &shared, &shared).await
}

/// Two nodes, the second with a clock of its own that is ahead.
pub(crate) async fn nodes_apart(store: &Store, seed: u64, ahead: Duration) -> (World, World) {
    let shared = Surroundings::new(seed);
    let mut second = shared.clone();
    second.clock = HandClock::at(BEGIN.plus(ahead));
    nodes_in(store, &shared, &second).await
}

/// Two nodes in these surroundings.
pub(crate) async fn nodes_in(
    store: &Store,
    first: &Surroundings,
    second: &Surroundings,
) -> (World, World) {
    let (one, two) = (bank_on(store, first), bank_on(store, second));
    let one = World::with(store.clone(), one, test_shop()).await;
    let (shop, key) = (one.shop.clone(), one.secret_key.clone());
    let two = World::again(store.clone(), two, shop, key);
    (one, two)
}

/// What the audit finds, with the banks' own lists.
pub(crate) async fn audited(world: &World) -> Report {
    let mut report = app::audit::run(&world.machine()).await.unwrap();
    app::audit::bank::run(&world.machine(), &mut report)
        .await
        .unwrap();
    report
}

async fn authorize_of(world: &World, payment: &str) -> OperationId {
    let (shop, id): (_, PaymentId) = (world.shop.id, payment.parse().unwrap());
    let object = OperationObject::Payment(id);
    let read = move |conn: &mut store::Conn<'_>| store::operation::list_of(conn, shop, object);
    world.store.read(read).await.unwrap()[0].id
}

#[tokio::test]
async fn any_node_finishes_what_another_began() {
    both(|store, _engine| async move {
        let (one, two) = nodes(&store).await;
        let asked = one
            .call("POST", "/payments", "page", &card_payment(SECURE, true))
            .await;
        let page = asked.text("/confirmation/confirmation_url");
        let operation: OperationId = page.split_once("operation=").unwrap().1.parse().unwrap();
        two.wait(Duration::minutes(1)).await;
        assert_eq!(status(&two, &asked.text("/id")).await, "pending");
        app::sandbox::show(&two.app, operation).await.unwrap();
        app::sandbox::decide(&two.app, operation, Decision::Approve)
            .await
            .unwrap();
        // Who decides later, at another node, hears the first decision.
        app::sandbox::decide(&one.app, operation, Decision::Decline)
            .await
            .unwrap();
        assert_eq!(status(&one, &asked.text("/id")).await, "succeeded");

        // A node that dies before it has heard: the other looks up what it has never seen.
        one.bank.script().next(Call::Authorize, Fault::ReplyLost);
        let lost = one
            .call("POST", "/payments", "lost", &card_payment(PLAIN, true))
            .await;
        assert_eq!(lost.text("/status"), "pending");
        two.wait(Duration::minutes(1)).await;
        assert_eq!(status(&two, &lost.text("/id")).await, "succeeded");

        // Money that one holds the other takes, and gives back no more than that.
        let held = pay(&one, false, "held").await;
        let part = json!({"amount": {"value": "600.00", "currency": "RUB"}});
        let path = format!("/payments/{held}/capture");
        assert_eq!(
            two.call("POST", &path, "capture", &part)
                .await
                .text("/status"),
            "succeeded"
        );
        let back = json!({
            "payment_id": held, "amount": {"value": "600.00", "currency": "RUB"},
        });
        assert_eq!(
            one.call("POST", "/refunds", "back", &back)
                .await
                .text("/status"),
            "succeeded"
        );
        let report = audited(&two).await;
        assert_eq!((report.findings, report.carried_out), (Vec::new(), 5));
    })
    .await;
}

#[tokio::test]
async fn what_differs_from_the_banks_list_is_found() {
    both(|store, _engine| async move {
        let (world, _) = nodes(&store).await;
        let mut calls = Vec::new();
        for key in ["first", "forgotten", "other", "refused", "unknown"] {
            let payment = pay(&world, true, key).await;
            calls.push(authorize_of(&world, &payment).await);
            world.clock.advance(Duration::seconds(1));
        }
        assert_eq!(audited(&world).await.findings, []);
        let damages = [
            "delete from sandbox_record where operation_id = $1",
            "update operation set amount_minor = amount_minor + 1 where id = $1",
            "update operation set state = 'given_up' where id = $1",
            "delete from operation where id = $1",
        ];
        for (damage, call) in damages.into_iter().zip(calls.split_off(1)) {
            let unit = move |tx: &mut store::Tx<'_>| tx.execute(damage, &[&call.to_string()]);
            let changed: Result<u64, store::StoreError> = store.write_any_shop(unit).await;
            assert_eq!(changed.unwrap(), 1);
            calls.push(call);
        }
        let findings = audited(&world).await.findings;
        let of_bank = findings
            .iter()
            .filter(|found| found.object.starts_with("op-"));
        let mut told: Vec<(String, &str)> = of_bank
            .map(|found| (found.object.clone(), found.problem.as_str()))
            .collect();
        told.sort_unstable();
        let mut expected = vec![
            (
                calls[1].to_string(),
                "it stands here as carried out, and the bank does not know it",
            ),
            (
                calls[2].to_string(),
                "the bank did something else, or with another sum",
            ),
            (
                calls[3].to_string(),
                "the bank carried it out, and here it stands as not carried out",
            ),
            (
                calls[4].to_string(),
                "the bank carried it out, and nobody here knows it",
            ),
        ];
        expected.sort_unstable();
        assert_eq!(told, expected);
        // A bank that knows nothing at all has forgotten everything.
        let forget = |tx: &mut store::Tx<'_>| tx.execute("delete from sandbox_record", &[]);
        let forgotten: Result<u64, store::StoreError> = store.write_any_shop(forget).await;
        assert_eq!(forgotten.unwrap(), 4);
        let findings = audited(&world).await.findings;
        let missing = "it stands here as carried out, and the bank does not know it";
        let named = findings.iter().filter(|found| found.problem == missing);
        let mut named: Vec<String> = named.map(|found| found.object.clone()).collect();
        named.sort_unstable();
        let mut expected = [0, 1, 2].map(|index: usize| calls[index].to_string());
        expected.sort_unstable();
        assert_eq!(named, expected);
    })
    .await;
}

#[tokio::test]
async fn files_of_before_and_old_records() {
    both(|store, engine| async move {
        let (world, _) = nodes(&store).await;
        let payment = pay(&world, true, "pay").await;
        let call = authorize_of(&world, &payment).await;
        let clock = Arc::clone(&world.clock);
        let now = Arc::new(move || clock.now());
        let records = Records::new(store.clone(), ConnectorName::SANDBOX, now);
        let record = records.find(call).await.unwrap().unwrap();
        let forget = move |tx: &mut store::Tx<'_>| tx.execute("delete from sandbox_record", &[]);
        let forgotten: Result<u64, store::StoreError> = store.write_any_shop(forget).await;
        assert_eq!(forgotten.unwrap(), 1);

        let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
        let folder = folder.join(format!("sandbox-{engine:?}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("operations-000001.jsonl");
        std::fs::write(&file, format!("{record}\n")).unwrap();
        for _start in 0..2 {
            records.take_over(&folder).await.unwrap();
            assert_eq!(records.find(call).await.unwrap().as_ref(), Some(&record));
            assert!(!file.exists());
        }
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(audited(&world).await.findings, []);

        assert_eq!(app::sandbox::forget(&world.app, 10).await.unwrap(), 0);
        world.clock.advance(Duration::days(61));
        assert_eq!(app::sandbox::forget(&world.app, 10).await.unwrap(), 1);
        assert_eq!(records.find(call).await.unwrap(), None);
    })
    .await;
}
