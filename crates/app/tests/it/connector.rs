//! Two banks under different names on one database: what goes through one stays with it, whatever
//! the other would say.

use std::sync::Arc;

use app::Clock as _;
use app::sandbox::Records;
use connectors::registry::{Abilities, State};
use connectors::sandbox::{Call, Clock, Decision, Fault, Sandbox};
use connectors::{Acquirer, Connector};
use domain::ledger::Account;
use domain::{
    Answer, CancellationReason, ConnectorName, Decline, Duration, MethodKind, Money, OperationId,
    OperationKind, OperationObject, Party,
};
use serde_json::{Value, json};
use store::Store;
use testkit::database::both;
use testkit::{BASE_URL, Surroundings, World, test_gateway, test_shop};

use crate::sandbox::{audited, bank_on};
use crate::token::token;
use crate::{PLAIN, SECURE, card_payment, pay, status};

/// The bank that is asked first, for cards up to 1,000.00.
struct Second {
    bank: Arc<Sandbox>,
    connector: Connector,
}

fn second() -> ConnectorName {
    "second-bank".parse().unwrap()
}

fn second_bank(store: &Store, surroundings: &Surroundings) -> Second {
    let clock = Arc::clone(&surroundings.clock);
    let tell: Clock = Arc::new(move || clock.now());
    let records = Records::new(store.clone(), second(), Arc::clone(&tell));
    let bank = Arc::new(Sandbox::on(Arc::new(records), BASE_URL, tell));
    let connector = Connector {
        abilities: Abilities {
            methods: vec![MethodKind::BankCard],
            pays_out: Vec::new(),
            amounts_minor: 1..=100_000,
            ..Abilities::all()
        },
        ..Connector::sandbox(second(), Arc::clone(&bank))
    };
    Second { bank, connector }
}

/// A platform with both, and the second bank.
async fn two_banks(store: &Store) -> (World, Surroundings, Second) {
    let mut surroundings = bank_on(store, &Surroundings::new(1));
    let other = second_bank(store, &surroundings);
    surroundings.asked_first = vec![other.connector.clone()];
    let world = World::with(store.clone(), surroundings.clone(), test_shop()).await;
    (world, surroundings, other)
}

/// The platform started again, with these banks asked first.
fn again(world: &World, surroundings: &Surroundings, asked_first: Vec<Connector>) -> World {
    let surroundings = Surroundings {
        asked_first,
        ..surroundings.clone()
    };
    let (shop, key) = (world.shop.clone(), world.secret_key.clone());
    World::again(world.store.clone(), surroundings, shop, key)
}

/// What a bank has done, by its own list.
async fn done(bank: &Sandbox) -> Vec<(&'static str, i64)> {
    let list = Acquirer::statement(bank, None).await.unwrap().unwrap();
    let lines = list.lines.iter();
    let mut lines: Vec<_> = lines
        .map(|line| (line.kind.code(), line.amount.minor()))
        .collect();
    lines.sort_unstable();
    lines
}

/// The connector of each call of an object.
async fn through(world: &World, object: OperationObject) -> Vec<(&'static str, String)> {
    let shop = world.shop.id;
    let list = move |conn: &mut store::Conn<'_>| store::operation::list_of(conn, shop, object);
    let calls = world.store.read(list).await.unwrap();
    let name = |name: Option<ConnectorName>| name.unwrap().to_string();
    calls
        .iter()
        .map(|call| (call.kind.code(), name(call.connector)))
        .collect()
}

async fn owed_by(world: &World, connector: ConnectorName) -> i64 {
    let shop = world.shop.clone();
    let account = Account::Acquirer(connector);
    let read = move |conn: &mut store::Conn<'_>| store::book::balance(conn, &shop, account);
    world.store.read(read).await.unwrap().amount.minor()
}

fn of(payment: &str) -> OperationObject {
    OperationObject::Payment(payment.parse().unwrap())
}

fn sum(value: &str) -> Value {
    json!({"value": value, "currency": "RUB"})
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story")]
async fn what_goes_through_one_bank_stays_with_it() {
    both(|store, _engine| async move {
        let (world, surroundings, other) = two_banks(&store).await;
        // Both take a payment; each gives its own back.
        let small = pay(&world, true, "small").await;
        let mut body = card_payment(PLAIN, true);
        body["amount"] = sum("1000.01");
        let big = world.call("POST", "/payments", "big", &body).await;
        let back = json!({"payment_id": small, "amount": sum("400.00")});
        let back = world.call("POST", "/refunds", "back", &back).await;
        assert_eq!(back.text("/status"), "succeeded");
        assert_eq!(
            through(&world, of(&small)).await,
            [("authorize", second().to_string())]
        );
        assert_eq!(
            through(
                &world,
                OperationObject::Refund(back.text("/id").parse().unwrap())
            )
            .await,
            [("refund", second().to_string())]
        );
        let big = big.text("/id");
        assert_eq!(
            through(&world, of(&big)).await,
            [("authorize", "sandbox".to_owned())]
        );
        assert_eq!(
            done(&other.bank).await,
            [("authorize", 100_000), ("refund", 40_000)]
        );
        assert_eq!(done(&world.bank).await, [("authorize", 100_001)]);
        assert_eq!(owed_by(&world, second()).await, 60_000);
        assert_eq!(owed_by(&world, ConnectorName::SANDBOX).await, 100_001);

        // The bank that holds money takes it, or lets it go.
        let held = pay(&world, false, "held").await;
        let path = format!("/payments/{held}/capture");
        let part = json!({"amount": sum("600.00")});
        let taken = world.call("POST", &path, "take", &part).await;
        assert_eq!(taken.text("/status"), "succeeded");
        let held = pay(&world, false, "held2").await;
        let path = format!("/payments/{held}/cancel");
        let gone = world.call("POST", &path, "go", &json!({})).await;
        assert_eq!(gone.text("/status"), "canceled");
        assert_eq!(done(&world.bank).await.len(), 1);

        // Its page is shown, and what the payer decides there counts for it alone.
        let asked = world
            .call("POST", "/payments", "page", &card_payment(SECURE, true))
            .await;
        let page = asked.text("/confirmation/confirmation_url");
        let operation: OperationId = page.split_once("operation=").unwrap().1.parse().unwrap();
        app::sandbox::show(&world.app, operation).await.unwrap();
        let reason = CancellationReason::GeneralDecline;
        let refusal = Answer::Declined {
            decline: Decline::new(Party::PaymentNetwork, reason),
            facts: None,
        };
        assert!(world.bank_says(operation, refusal).await.is_err());
        let decided = app::sandbox::decide(&world.app, operation, Decision::Approve).await;
        decided.unwrap();
        assert_eq!(status(&world, &asked.text("/id")).await, "succeeded");

        // A process that dies before it has the answer: the right bank is asked what became of the
        // call.
        other.bank.script().next(Call::Authorize, Fault::ReplyLost);
        world.bank.script().next(Call::Authorize, Fault::ReplyLost);
        let small = world
            .call("POST", "/payments", "lost", &card_payment(PLAIN, true))
            .await;
        let big = world.call("POST", "/payments", "lost-big", &body).await;
        let world = again(&world, &surroundings, vec![other.connector.clone()]);
        for lost in [&small, &big] {
            assert_eq!(lost.text("/status"), "pending");
        }
        world.wait(Duration::minutes(1)).await;
        for lost in [&small, &big] {
            assert_eq!(status(&world, &lost.text("/id")).await, "succeeded");
        }
        assert_eq!(owed_by(&world, second()).await, 60_000 + 60_000 + 200_000);
        assert_eq!(owed_by(&world, ConnectorName::SANDBOX).await, 200_002);

        // Each bank's list is compared with the rows of that bank.
        let report = audited(&world).await;
        assert_eq!((report.findings, report.carried_out), (Vec::new(), 10));
        let call = call_of(&world, &big.text("/id")).await;
        let damage = "update operation set connector = 'second-bank' where id = $1";
        let unit = move |tx: &mut store::Tx<'_>| tx.execute(damage, &[&call.to_string()]);
        let changed: Result<u64, store::StoreError> = store.write_any_shop(unit).await;
        assert_eq!(changed.unwrap(), 1);
        let mut told: Vec<String> = audited(&world)
            .await
            .findings
            .into_iter()
            .filter(|found| found.object == call.to_string())
            .map(|found| found.problem)
            .collect();
        told.sort_unstable();
        assert_eq!(
            told,
            [
                "it stands here as carried out, and the bank does not know it",
                "the bank carried it out, and it was asked of another one",
            ]
        );
    })
    .await;
}

async fn call_of(world: &World, payment: &str) -> OperationId {
    crate::late::call_of(world, of(payment), OperationKind::Authorize).await
}

#[tokio::test]
async fn a_saved_card_and_a_token_are_worth_something_at_one_bank_only() {
    both(|store, _engine| async move {
        let (world, surroundings, other) = two_banks(&store).await;
        let mut body = card_payment(PLAIN, true);
        body["save_payment_method"] = json!(true);
        let first = world.call("POST", "/payments", "first", &body).await;
        let saved = first.text("/payment_method/id");
        let charge = |value: &str| {
            json!({"amount": sum(value), "capture": true, "payment_method_id": saved})
        };
        let charged = world.call("POST", "/payments", "charge", &charge("5.00")).await;
        assert_eq!(charged.text("/status"), "succeeded");
        // The other bank would take such a sum, and does not know the card.
        let refused = world.call("POST", "/payments", "more", &charge("1000.01")).await;
        assert_eq!(refused.status, 400, "{}", refused.json());

        let token = token(&world, PLAIN).await;
        let by_token = json!({
            "amount": sum("7.00"), "capture": true, "payment_token": token,
            "confirmation": {"type": "redirect", "return_url": "https://shop.example/back"},
        });
        let paid = world.call("POST", "/payments", "token", &by_token).await;
        assert_eq!(paid.text("/status"), "succeeded");
        assert_eq!(
            done(&other.bank).await,
            [("authorize", 500), ("authorize", 700), ("authorize", 100_000)]
        );

        // It sends no money, so receivers that it knows are not paid by the other.
        let gateway = world.gateway(test_gateway(&world.shop), 100_000).await;
        let payout = json!({"amount": sum("100.00"), "payment_method_id": saved});
        let unpaid = world
            .call_as(&gateway.credentials(), "POST", "/payouts", "out", &payout)
            .await;
        assert_eq!(unpaid.status, 400, "{}", unpaid.json());
        let wallet = json!({"amount": sum("100.00"), "payout_destination_data": {
            "type": "yoo_money", "account_number": "4100116075156746",
        }});
        let sent = world
            .call_as(&gateway.credentials(), "POST", "/payouts", "wallet", &wallet)
            .await;
        assert_eq!(sent.text("/status"), "succeeded");

        // Switched off, it takes nothing new: new cards go to the other bank, known ones nowhere.
        let off = Connector {
            state: State::Off,
            ..other.connector.clone()
        };
        let world = again(&world, &surroundings, vec![off]);
        let refused = world.call("POST", "/payments", "off", &charge("5.00")).await;
        assert_eq!(refused.status, 400, "{}", refused.json());
        pay(&world, true, "new").await;
        assert_eq!(done(&world.bank).await, [("authorize", 100_000)]);
        let back = json!({"payment_id": first.text("/id"), "amount": sum("1000.00")});
        let back = world.call("POST", "/refunds", "back", &back).await;
        assert_eq!(back.text("/status"), "succeeded");
        assert_eq!(audited(&world).await.findings, []);
    })
    .await;
}

#[tokio::test]
async fn nobody_else_is_asked_when_a_connector_is_gone() {
    both(|store, _engine| async move {
        let (world, surroundings, other) = two_banks(&store).await;
        let held = pay(&world, false, "held").await;
        other.bank.script().next(Call::Authorize, Fault::ReplyLost);
        let lost = world
            .call("POST", "/payments", "lost", &card_payment(PLAIN, true))
            .await;

        let world = again(&world, &surroundings, Vec::new());
        let path = format!("/payments/{held}/capture");
        let waits = world.call("POST", &path, "take", &json!({})).await;
        assert_eq!(waits.text("/status"), "waiting_for_capture");
        for _ in 0..24 {
            world.wait(Duration::hours(1)).await;
        }
        assert_eq!(status(&world, &lost.text("/id")).await, "pending");
        assert_eq!(status(&world, &held).await, "waiting_for_capture");
        assert_eq!(done(&world.bank).await, []);
        let list = || async {
            let list = app::discrepancy::list(&world.machine(), None, false, 100).await;
            let mut list: Vec<_> = list
                .unwrap()
                .iter()
                .map(|one| (one.kind.code(), one.asked.code(), one.advice().is_some()))
                .collect();
            list.sort_unstable();
            list
        };
        let expected = [
            ("no_connector", "authorize", true),
            ("no_connector", "capture", true),
        ];
        assert_eq!(list().await, expected);

        let world = again(&world, &surroundings, vec![other.connector.clone()]);
        world.wait(Duration::hours(1)).await;
        assert_eq!(status(&world, &lost.text("/id")).await, "succeeded");
        assert_eq!(status(&world, &held).await, "succeeded");
        let by_second = Money::new(200_000, world.shop.currency).minor();
        assert_eq!(owed_by(&world, second()).await, by_second);
        assert_eq!(audited(&world).await.findings, []);
    })
    .await;
}

#[tokio::test]
async fn a_shops_rules_say_who_is_asked_for_what_is_new() {
    both(|store, _engine| async move {
        let (world, _, other) = two_banks(&store).await;
        let set = async |rules: &[&str]| {
            let rules = rules.iter().map(|rule| rule.parse().unwrap()).collect();
            let set = app::shop::set_choices(&world.machine(), world.shop.id, rules).await;
            set.unwrap();
        };
        let paid = async |key: &str| {
            let payment = pay(&world, true, key).await;
            through(&world, of(&payment)).await.remove(0).1
        };
        assert_eq!(paid("without").await, "second-bank");
        set(&["bank_card=sandbox"]).await;
        assert_eq!(paid("card").await, "sandbox");
        set(&["sbp=sandbox"]).await;
        assert_eq!(paid("other-method").await, "second-bank");
        set(&["*:-99999=second-bank", "*=sandbox"]).await;
        assert_eq!(paid("sum").await, "sandbox");
        // A rule whose bank cannot, or is not there, leaves it to the next one that fits.
        set(&["bank_card=gone", "*=sandbox"]).await;
        assert_eq!(paid("next").await, "sandbox");
        // What one fits goes nowhere else.
        set(&["bank_card=gone"]).await;
        let body = card_payment(PLAIN, true);
        let refused = world.call("POST", "/payments", "nobody", &body).await;
        assert_eq!(refused.status, 400, "{}", refused.json());
        set(&[]).await;
        assert_eq!(paid("again").await, "second-bank");
        assert_eq!(done(&other.bank).await.len(), 3);
        assert_eq!(audited(&world).await.findings, []);
    })
    .await;
}
