//! Banks that carry something out when nobody expects it any more: after a look-up that found
//! nothing, after the end, after their own refusal. Nothing that a bank did is without a row.

use app::checkout::{self, Buyer};
use app::discrepancy::Settlement;
use card::{Card, CardNumber, Csc};
use connectors::sandbox::{Call, Decision, Fault};
use domain::acquiring::Approval;
use domain::card::Expiry;
use domain::fiscal::{Provider, Scenario};
use domain::ledger::Account;
use domain::payment::State;
use domain::{
    Answer, CancellationReason, Decline, Discrepancy, DiscrepancyKind, Duration, MethodKind,
    OperationId, OperationKind, OperationObject, Party, Remedy,
};
use serde_json::{Value, json};
use testkit::World;
use testkit::database::both;

use crate::deal;
use crate::payout::{live_gateway, to};
use crate::receipt::receipt;
use crate::sandbox::nodes_apart;
use crate::{PLAIN, SECURE, available, balance_of, card_payment, pay, status};

/// A card without money.
const DECLINED: &str = "5555555555554600";

/// A payment that is paid on its page.
fn page() -> Value {
    json!({
        "amount": {"value": "1000.00", "currency": "RUB"}, "capture": true,
        "confirmation": {"type": "redirect", "return_url": "https://shop.example/back"},
    })
}

fn card(number: &str) -> Card {
    Card {
        number: CardNumber::parse(number).unwrap(),
        expiry: Expiry::new(2030, 12).unwrap(),
        csc: Csc::parse("123"),
    }
}

/// What was noted, in the words of the list: what, what was asked, the remedy, and whether it is
/// settled.
async fn noted(world: &World) -> Vec<(&'static str, &'static str, &'static str, bool)> {
    let found = app::discrepancy::list(&world.machine(), None, true, 100).await;
    let mut found = found.unwrap();
    found.sort_by_key(|one| (one.found_at, one.kind));
    let counted: u64 = world
        .app
        .discrepancies()
        .iter()
        .map(|(_, count)| count)
        .sum();
    assert_eq!(counted, u64::try_from(found.len()).unwrap(), "{found:?}");
    let line = |one: &Discrepancy| {
        let (kind, remedy) = (one.kind.code(), one.remedy.code());
        (kind, one.asked.code(), remedy, one.resolved_at.is_some())
    };
    found.iter().map(line).collect()
}

pub(crate) async fn call_of(
    world: &World,
    object: OperationObject,
    kind: OperationKind,
) -> OperationId {
    let read = move |conn: &mut store::Conn<'_>| {
        let shops = store::shop::list_any_shop(conn)?;
        let mut all = Vec::new();
        for one in &shops {
            all.extend(store::operation::list_of(conn, one.id, object)?);
        }
        Ok::<_, store::StoreError>(all)
    };
    let all = world.store.read(read).await.unwrap();
    all.iter().rfind(|one| one.kind == kind).unwrap().id
}

pub(crate) async fn hear_approval(world: &World, operation: OperationId, reference: &str) {
    let approval = Approval {
        reference: reference.to_owned(),
        facts: None,
        rrn: None,
        auth_code: None,
        three_d_secure: None,
        token: None,
    };
    let answer = Answer::Approved(approval);
    world.bank_says(operation, answer).await.unwrap();
    world.run_jobs().await;
}

/// What the bank delayed arrives, and the bank calls back.
async fn arrive(world: &World) {
    let mut callbacks = world.app.callbacks().unwrap();
    assert_eq!(world.bank.carry_out_late().await.unwrap(), 1);
    while let Ok(called) = callbacks.try_recv() {
        app::hear(&world.app, called).await.unwrap();
    }
    world.run_jobs().await;
}

async fn events_of(world: &World, object: &str) -> Vec<&'static str> {
    let (shops, object) = (store::shop::list_any_shop, object.to_owned());
    let read = move |conn: &mut store::Conn<'_>| {
        let mut events = Vec::new();
        for shop in shops(conn)? {
            let begin = domain::Timestamp::from_micros(0);
            events.extend(store::event::list(conn, shop.id, begin, None, 100)?);
        }
        Ok::<_, store::StoreError>(events)
    };
    let events = world.store.read(read).await.unwrap();
    let own = events.iter().filter(|event| event.object_id == object);
    own.map(|event| event.kind.code()).collect()
}

#[tokio::test]
async fn a_buyer_who_stays_on_the_page_for_a_minute_still_pays() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        for minutes in [1, 20] {
            let key = format!("after-{minutes}");
            let answer = world
                .call("POST", "/payments", &key, &card_payment(SECURE, true))
                .await;
            let page = answer.text("/confirmation/confirmation_url");
            let (_, operation) = page.split_once("operation=").unwrap();
            let operation: OperationId = operation.parse().unwrap();
            // The look is answered by a node that does not know it.
            for _ in 0..minutes {
                world.bank.script().next(Call::LookUp, Fault::Delayed);
                world.wait(Duration::minutes(1)).await;
            }
            world.bank.script().calm();
            assert_eq!(status(&world, &answer.text("/id")).await, "pending");
            app::sandbox::decide(&world.app, operation, Decision::Approve)
                .await
                .unwrap();
            assert_eq!(status(&world, &answer.text("/id")).await, "succeeded");
        }
        let forgotten = ("forgotten", "authorize", "nothing", false);
        assert_eq!(noted(&world).await, [forgotten, forgotten]);
        assert_eq!(available(&world).await, 2 * 95_500);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn what_the_bank_forgot_ends_with_its_payment() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let answer = world
            .call("POST", "/payments", "k", &card_payment(SECURE, true))
            .await;
        let payment = answer.text("/id");
        for _ in 0..30 {
            world.bank.script().next(Call::LookUp, Fault::Delayed);
        }
        world.wait(Duration::minutes(1)).await;
        world.wait(Duration::hours(2)).await;
        assert_eq!(status(&world, &payment).await, "canceled");
        world.wait(Duration::hours(2)).await;
        world.bank.script().calm();
        let waiting = world.app.waiting().await.unwrap();
        assert_eq!((waiting.operations, waiting.discrepancies), (0, 1));
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_look_that_finds_nothing_is_no_end_before_its_time_and_no_last_word_after_it() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        world.bank.script().next(Call::Authorize, Fault::Delayed);
        let early = world
            .call("POST", "/payments", "early", &card_payment(PLAIN, true))
            .await;
        world.wait(Duration::minutes(1)).await;
        assert_eq!(status(&world, &early.text("/id")).await, "pending");
        arrive(&world).await;
        assert_eq!(status(&world, &early.text("/id")).await, "succeeded");
        assert_eq!(noted(&world).await, []);

        for (index, capture) in [true, false].into_iter().enumerate() {
            world.bank.script().next(Call::Authorize, Fault::Delayed);
            let key = format!("late-{capture}");
            let late = world
                .call("POST", "/payments", &key, &card_payment(PLAIN, capture))
                .await;
            world.wait(Duration::minutes(1)).await;
            world.wait(Duration::minutes(1)).await;
            assert_eq!(status(&world, &late.text("/id")).await, "canceled");
            if capture {
                arrive(&world).await;
            } else {
                // No bank calls: the reconciler still looks now and then.
                world
                    .bank
                    .script()
                    .next_callback(connectors::sandbox::CallbackFault::Lost);
                assert_eq!(world.bank.carry_out_late().await.unwrap(), 1);
                world.wait(Duration::minutes(16)).await;
            }
            assert_eq!(status(&world, &late.text("/id")).await, "canceled");
            let settled = ("late_approval", "authorize", "giving_back", true);
            assert_eq!(noted(&world).await, vec![settled; index + 1]);
        }
        let kept: i64 = world
            .bank
            .statistics()
            .values()
            .map(|effects| effects.held.minor() - effects.voided.minor() - effects.refunded.minor())
            .sum();
        assert_eq!((kept, available(&world).await), (100_000, 95_500));
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn looks_that_bring_no_answer_use_none_up_of_what_was_given_up() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let script = world.bank.script();
        for (key, fault) in [("silent", Fault::Delayed), ("open", Fault::Late)] {
            script.next(Call::Authorize, fault);
            let late = world
                .call("POST", "/payments", key, &card_payment(PLAIN, true))
                .await;
            for _ in 0..2 {
                script.next(Call::LookUp, Fault::Delayed);
                world.wait(Duration::minutes(1)).await;
            }
            assert_eq!(status(&world, &late.text("/id")).await, "canceled");
            // For two days no look is answered: by silence, or because the bank works on it.
            for turn in 0..8 {
                if key == "silent" {
                    let faults = [Fault::RequestLost, Fault::NotSent];
                    script.next(Call::LookUp, faults[turn % 2].clone());
                }
                world.wait(Duration::hours(6)).await;
            }
            script.next_callback(connectors::sandbox::CallbackFault::Lost);
            assert_eq!(world.bank.carry_out_late().await.unwrap(), 1);
            world.wait(Duration::hours(6)).await;
            world.run_jobs().await;
        }
        let settled = ("late_approval", "authorize", "giving_back", true);
        assert_eq!(noted(&world).await, [settled, settled]);
        let effects = world.bank.statistics();
        assert!(effects.values().all(|it| it.captured == it.refunded));
        assert_eq!((effects.len(), available(&world).await), (2, 0));
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_payment_that_still_waits_on_its_page_is_paid_by_the_attempt_that_was_given_up() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let body = page();
        for again in [false, true] {
            let key = format!("again-{again}");
            let answer = world.call("POST", "/payments", &key, &body).await;
            let payment = answer.text("/id");
            let id = payment.parse().unwrap();
            world.bank.script().next(Call::Authorize, Fault::Delayed);
            checkout::pay_by_card(&world.app, id, card(PLAIN), Buyer::default())
                .await
                .unwrap();
            world.wait(Duration::minutes(1)).await;
            world.wait(Duration::minutes(1)).await;
            let first = call_of(
                &world,
                OperationObject::Payment(id),
                OperationKind::Authorize,
            );
            let first = first.await;
            if again {
                // The buyer pays with another attempt meanwhile.
                checkout::pay_by_card(&world.app, id, card(PLAIN), Buyer::default())
                    .await
                    .unwrap();
                assert_eq!(status(&world, &payment).await, "succeeded");
            }
            arrive(&world).await;
            assert_eq!(status(&world, &payment).await, "succeeded");
            assert_eq!(events_of(&world, &payment).await, ["payment.succeeded"]);
            let statistics = world.bank.statistics();
            let own = statistics
                .values()
                .find(|it| it.operation == first)
                .unwrap();
            assert_eq!(own.refunded.minor(), if again { 100_000 } else { 0 });
        }
        assert_eq!(
            noted(&world).await,
            [
                ("late_approval", "authorize", "taken", true),
                ("late_approval", "authorize", "giving_back", true),
            ]
        );
        assert_eq!(available(&world).await, 2 * 95_500);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn which_attempt_was_the_last_is_not_decided_by_the_clocks_of_nodes() {
    both(|store, _engine| async move {
        // The second attempt is made at a node whose clock is behind that of the first.
        for (seed, key, late_is_last) in [(1, "first", false), (2, "second", true)] {
            let (behind, ahead) = nodes_apart(&store, seed, Duration::minutes(1)).await;
            let answer = behind.call("POST", "/payments", key, &page()).await;
            let payment = answer.text("/id");
            let id = payment.parse().unwrap();
            let object = OperationObject::Payment(id);
            checkout::pay_by_card(&ahead.app, id, card(DECLINED), Buyer::default())
                .await
                .unwrap();
            let first = call_of(&behind, object, OperationKind::Authorize).await;
            let view = checkout::pay_by(
                &behind.app,
                id,
                MethodKind::YooMoney,
                None,
                Buyer::default(),
            );
            let view = view.await.unwrap();
            let State::Challenged { operation, .. } = view.payment.state else {
                panic!("{:?}", view.payment.state)
            };
            app::sandbox::decide(&behind.app, operation, Decision::Decline)
                .await
                .unwrap();
            let view = checkout::show(&behind.app, id).await.unwrap();
            let asked = State::Pending {
                last_attempt: Some(operation),
            };
            assert_eq!(view.payment.state, asked);
            let reason = view.last_decline.map(|decline| decline.reason);
            assert_ne!(reason, Some(CancellationReason::InsufficientFunds));

            // The bank has carried out after all what it refused.
            let carried_out = if late_is_last { operation } else { first };
            hear_approval(&behind, carried_out, key).await;
            let (end, remedy) = match late_is_last {
                false => ("pending", "giving_back"),
                true => ("succeeded", "taken"),
            };
            assert_eq!(status(&behind, &payment).await, end);
            let found = app::discrepancy::list(&behind.machine(), None, true, 100).await;
            let found = found.unwrap();
            let own = found.iter().find(|one| one.operation_id == carried_out);
            assert_eq!(own.unwrap().remedy.code(), remedy);
            let method = checkout::show(&behind.app, id).await.unwrap();
            let kind = method.payment.method.map(|method| method.kind);
            assert_eq!(kind, Some(MethodKind::YooMoney));
            behind.audit().await;
        }
    })
    .await;
}

#[tokio::test]
async fn money_that_the_bank_does_not_take_back_is_on_the_list() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        world.bank.script().next(Call::Authorize, Fault::Delayed);
        let answer = world
            .call("POST", "/payments", "k", &card_payment(PLAIN, true))
            .await;
        world.wait(Duration::minutes(1)).await;
        world.wait(Duration::minutes(1)).await;
        world.bank.script().next(Call::Refund, Fault::Declined);
        arrive(&world).await;
        assert_eq!(status(&world, &answer.text("/id")).await, "canceled");
        let open = [
            ("late_approval", "authorize", "giving_back", false),
            ("not_given_back", "refund", "nothing", false),
        ];
        assert_eq!(noted(&world).await, open);
        let object = OperationObject::Payment(answer.text("/id").parse().unwrap());
        let refund = call_of(&world, object, OperationKind::Refund).await;
        hear_approval(&world, refund, "sb").await;
        let settled = noted(&world).await;
        assert!(
            settled.iter().all(|(.., is_settled)| *is_settled),
            "{settled:?}"
        );
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_capture_that_the_bank_refused_and_carried_out_is_taken() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        for canceled in [false, true] {
            let payment = pay(&world, false, &format!("pay-{canceled}")).await;
            world.bank.script().next(Call::Capture, Fault::Declined);
            let path = format!("/payments/{payment}/capture");
            let part = json!({"amount": {"value": "600.00", "currency": "RUB"}});
            let key = format!("capture-{canceled}");
            let answer = world.call("POST", &path, &key, &part).await;
            assert_eq!(answer.text("/status"), "waiting_for_capture");
            if canceled {
                let path = format!("/payments/{payment}/cancel");
                world.call("POST", &path, "cancel", &json!({})).await;
                assert_eq!(status(&world, &payment).await, "canceled");
            }
            let object = OperationObject::Payment(payment.parse().unwrap());
            let capture = call_of(&world, object, OperationKind::Capture).await;
            let authorize = call_of(&world, object, OperationKind::Authorize).await;
            let statistics = world.bank.statistics();
            let reference = statistics.iter().find(|(_, it)| it.operation == authorize);
            hear_approval(&world, capture, reference.unwrap().0).await;
            let (expected, events): (_, &[&str]) = match canceled {
                false => (
                    "succeeded",
                    &["payment.waiting_for_capture", "payment.succeeded"],
                ),
                true => (
                    "canceled",
                    &["payment.waiting_for_capture", "payment.canceled"],
                ),
            };
            assert_eq!(status(&world, &payment).await, expected);
            assert_eq!(events_of(&world, &payment).await, events);
        }
        // The sandbox had not really taken it: what is to be given back is refused.
        assert_eq!(
            noted(&world).await,
            [
                ("changed_answer", "capture", "taken", true),
                ("changed_answer", "capture", "giving_back", false),
                ("not_given_back", "refund", "nothing", false),
            ]
        );
        assert_eq!(available(&world).await, 57_300);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_refund_that_was_refused_and_carried_out_succeeds_after_all() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let payment = pay(&world, true, "pay").await;
        world.bank.script().next(Call::Refund, Fault::Declined);
        let body = json!({
            "payment_id": payment, "amount": {"value": "600.00", "currency": "RUB"},
        });
        let refund = world.call("POST", "/refunds", "refund", &body).await;
        assert_eq!(refund.text("/status"), "canceled");
        let id = refund.text("/id");
        let object = OperationObject::Refund(id.parse().unwrap());
        let call = call_of(&world, object, OperationKind::Refund).await;
        hear_approval(&world, call, "sb").await;
        let path = format!("/refunds/{id}");
        let shown = world.call("GET", &path, "", &Value::Null).await;
        assert_eq!(shown.text("/status"), "succeeded");
        assert_eq!(events_of(&world, &id).await, ["refund.succeeded"]);
        assert_eq!(available(&world).await, 35_500);

        assert_eq!(
            noted(&world).await,
            [("changed_answer", "refund", "booked", false)]
        );
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_payout_that_was_refused_and_carried_out_is_owed_by_its_gateway() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let gateway = live_gateway(&world).await;
        let credentials = gateway.credentials();
        let send = |key: &'static str, amount: &'static str| {
            let body = to(
                json!({"type": "sbp", "phone": "79000000000",
                                 "bank_id": "100000000111"}),
                amount,
            );
            let (world, credentials) = (&world, &credentials);
            async move {
                world
                    .call_as(credentials, "POST", "/payouts", key, &body)
                    .await
            }
        };
        world.bank.script().next(Call::PayOut, Fault::Declined);
        let payout = send("refused", "700.00").await;
        assert_eq!(payout.text("/status"), "canceled");
        // The gateway has spent the money that came back.
        assert_eq!(send("spent", "800.00").await.text("/status"), "succeeded");
        let id = payout.text("/id");
        let object = OperationObject::Payout(id.parse().unwrap());
        let call = call_of(&world, object, OperationKind::PayOut).await;
        hear_approval(&world, call, "sb-late").await;
        let shown = world
            .call_as(
                &credentials,
                "GET",
                &format!("/payouts/{id}"),
                "",
                &Value::Null,
            )
            .await;
        assert_eq!(shown.text("/status"), "succeeded");
        assert_eq!(
            events_of(&world, &id).await,
            ["payout.canceled", "payout.succeeded"]
        );
        assert_eq!(balance_of(&world, &gateway.shop).await, 0);
        let shop = gateway.shop.clone();
        let claim =
            move |conn: &mut store::Conn<'_>| store::book::balance(conn, &shop, Account::Claim);
        let claim = world.store.read(claim).await.unwrap();
        assert_eq!(claim.amount.minor(), 50_000, "what the gateway owes");
        assert_eq!(
            noted(&world).await,
            [("changed_answer", "pay_out", "booked", false)]
        );
        world.audit().await;
    })
    .await;
}

/// A payout of a deal that the bank refuses, and its call.
async fn refused_payout(
    world: &World,
    deal: &str,
    value: &str,
    key: &str,
) -> (String, OperationId) {
    world.bank.script().next(Call::PayOut, Fault::Declined);
    let refused = deal::pay_out(world, deal, value, key).await;
    assert_eq!(refused.text("/status"), "canceled");
    let id = refused.text("/id");
    let object = OperationObject::Payout(id.parse().unwrap());
    let call = call_of(world, object, OperationKind::PayOut).await;
    (id, call)
}

async fn claim(world: &World) -> i64 {
    let shop = world.shop.clone();
    let claim = move |conn: &mut store::Conn<'_>| store::book::balance(conn, &shop, Account::Claim);
    world.store.read(claim).await.unwrap().amount.minor()
}

#[tokio::test]
async fn a_deal_pays_its_late_payout_unless_it_has_paid_it_again() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        for (again, expected, stands) in [
            (false, "succeeded", "455.00 300.00 opened"),
            // The seller has 1,000.00 of 800.00: nothing of it is payable any more.
            (true, "canceled", "0.00 0.00 closed"),
        ] {
            let key = |what: &str| format!("{what}-{again}");
            let deal = deal::open(&world, "deal_closed", &key("deal")).await;
            deal::pay_into(&world, &deal, true, &key("pay")).await;
            let (id, call) = refused_payout(&world, &deal, "500.00", &key("refused")).await;
            if again {
                let paid = deal::pay_out(&world, &deal, "500.00", &key("again")).await;
                assert_eq!(paid.text("/status"), "succeeded");
            }
            hear_approval(&world, call, "sb-late").await;
            hear_approval(&world, call, "sb-late").await;
            let path = format!("/payouts/{id}");
            assert_eq!(shown(&world, &path).await["status"], expected);
            assert_eq!(deal::stands(&world, &deal).await, stands);
            world.audit().await;
            if !again {
                let over = deal::pay_out(&world, &deal, "300.01", &key("over")).await;
                assert_eq!(over.text("/parameter"), "amount.value");
                let rest = deal::pay_out(&world, &deal, "300.00", &key("rest")).await;
                assert_eq!(rest.text("/status"), "succeeded");
                assert_eq!(deal::stands(&world, &deal).await, "0.00 0.00 closed");
            }
        }
        let taken = ("changed_answer", "pay_out", "taken", true);
        let booked = ("changed_answer", "pay_out", "booked", false);
        assert_eq!(noted(&world).await, [taken, booked]);
        // The platform has its part of both deals, and has lost what a seller got too much.
        let own = available(&world).await - claim(&world).await;
        assert_eq!(own, 2 * 15_500 - 20_000);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn what_the_platform_paid_while_a_deal_could_not_is_not_payable_again() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        for freed_by in ["payout", "refund"] {
            let key = |what: &str| format!("{what}-{freed_by}");
            let deal = deal::open(&world, "payment_succeeded", &key("deal")).await;
            let payment = deal::pay_into(&world, &deal, true, &key("pay")).await;
            let before = available(&world).await - claim(&world).await;
            let (id, late) = refused_payout(&world, &deal, "500.00", &key("first")).await;
            // The next one is under way when the bank has carried out the first after all.
            let (script, sums) = (world.bank.script(), ("700.00", "700.00"));
            let (open, of) = match freed_by {
                "payout" => {
                    script.next(Call::PayOut, Fault::RequestLost);
                    let open = deal::pay_out(&world, &deal, "700.00", &key("next")).await;
                    let object = OperationObject::Payout(open.text("/id").parse().unwrap());
                    (open, call_of(&world, object, OperationKind::PayOut).await)
                }
                _ => {
                    script.next(Call::Refund, Fault::RequestLost);
                    let open = deal::give_back(&world, &payment, sums, &key("next")).await;
                    let object = OperationObject::Refund(open.text("/id").parse().unwrap());
                    (open, call_of(&world, object, OperationKind::Refund).await)
                }
            };
            assert_eq!(open.text("/status"), "pending", "{}", open.json());
            hear_approval(&world, late, "sb-late").await;
            world.audit().await;
            // The deal gave the 100.00 that it had; the platform the rest.
            assert_eq!(deal::stands(&world, &deal).await, "0.00 0.00 opened");
            let own = available(&world).await - claim(&world).await;
            assert_eq!(own, before - 40_000);

            hear_refusal(&world, of).await;
            world.audit().await;
            // What came back has repaid the platform: 300.00 are left of the seller's part.
            assert_eq!(deal::stands(&world, &deal).await, "300.00 300.00 opened");
            let own = available(&world).await - claim(&world).await;
            assert_eq!((own, claim(&world).await), (before, 0));
            let path = format!("/payouts/{id}");
            assert_eq!(shown(&world, &path).await["status"], "canceled");
            let over = deal::pay_out(&world, &deal, "300.01", &key("over")).await;
            assert_eq!(over.text("/parameter"), "amount.value");
            let rest = deal::pay_out(&world, &deal, "300.00", &key("rest")).await;
            assert_eq!(rest.text("/status"), "succeeded");
            assert_eq!(deal::stands(&world, &deal).await, "0.00 0.00 closed");
        }
        let repaid = ("changed_answer", "pay_out", "booked", true);
        assert_eq!(noted(&world).await, [repaid, repaid]);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_refusal_of_what_was_carried_out_is_on_the_list_and_changes_nothing() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let payment = pay(&world, true, "pay").await;
        let object = OperationObject::Payment(payment.parse().unwrap());
        let call = call_of(&world, object, OperationKind::Authorize).await;
        for _ in 0..2 {
            let reason = CancellationReason::InsufficientFunds;
            let refusal = Answer::Declined {
                decline: Decline::new(Party::PaymentNetwork, reason),
                facts: None,
            };
            world.bank_says(call, refusal).await.unwrap();
        }
        assert_eq!(status(&world, &payment).await, "succeeded");
        let kind = DiscrepancyKind::ChangedAnswer.code();
        let remedy = Remedy::Nothing.code();
        assert_eq!(noted(&world).await, [(kind, "authorize", remedy, false)]);
        world.audit().await;

        // Who runs the platform has asked the bank.
        let machine = world.machine();
        let settle = || settle(&world, call, Settlement::Stands, "The bank was wrong");
        assert_eq!(settle().await.unwrap(), 1);
        assert_eq!(noted(&world).await, [(kind, "authorize", remedy, true)]);
        let list = |all| app::discrepancy::list(&machine, None, all, 100);
        assert_eq!(list(false).await.unwrap(), []);
        let note = list(true).await.unwrap().remove(0).note;
        assert_eq!(note.as_deref(), Some("The bank was wrong"));
        assert_eq!(world.app.waiting().await.unwrap().discrepancies, 0);
        assert!(settle().await.is_err(), "nothing is open any more");
    })
    .await;
}

async fn settle(
    world: &World,
    call: OperationId,
    how: Settlement,
    note: &str,
) -> Result<u64, app::Error> {
    app::discrepancy::settle(&world.machine(), call, how, note.to_owned()).await
}

/// A refund that the bank refuses.
async fn refused_refund(world: &World, key: &str, body: &Value) -> String {
    world.bank.script().next(Call::Refund, Fault::Declined);
    let refund = world.call("POST", "/refunds", key, body).await;
    assert_eq!(refund.text("/status"), "canceled", "{}", refund.json());
    refund.text("/id")
}

async fn refund_is_carried_out(world: &World, id: &str) {
    let object = OperationObject::Refund(id.parse().unwrap());
    let call = call_of(world, object, OperationKind::Refund).await;
    hear_approval(world, call, "sb").await;
}

async fn shown(world: &World, path: &str) -> Value {
    world.call("GET", path, "", &Value::Null).await.json()
}

#[tokio::test]
async fn a_refund_with_a_receipt_that_was_carried_out_succeeds_with_its_receipt() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let (provider, scenario) = (Provider::Atol, Scenario::Together);
        world.registers_receipts(provider, scenario).await;
        let mut body = card_payment(PLAIN, true);
        body["receipt"] = receipt("1000.00");
        let payment = world.call("POST", "/payments", "pay", &body).await;
        let payment = payment.text("/id");
        world.app.settled().await;
        let body = json!({
            "payment_id": payment, "amount": {"value": "600.00", "currency": "RUB"},
            "receipt": receipt("600.00"),
        });
        let id = refused_refund(&world, "refund", &body).await;
        refund_is_carried_out(&world, &id).await;
        world.app.settled().await;
        let refund = shown(&world, &format!("/refunds/{id}")).await;
        assert_eq!(refund["status"], "succeeded");
        assert_eq!(refund["receipt_registration"], "succeeded");
        assert_eq!(events_of(&world, &id).await, ["refund.succeeded"]);
        assert_eq!(world.register.registered().len(), 2);
        let payment = shown(&world, &format!("/payments/{payment}")).await;
        assert_eq!(payment["refunded_amount"]["value"], "600.00");
        let booked = ("changed_answer", "refund", "booked", false);
        assert_eq!(noted(&world).await, [booked]);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn what_left_by_a_canceled_refund_of_a_deal_is_not_given_back_again() {
    for (moment, platform) in [("payment_succeeded", 15_500), ("deal_closed", -4_500)] {
        both(|store, _engine| async move {
            let world = World::new(store).await;
            let deal = deal::open(&world, moment, "deal").await;
            let payment = deal::pay_into(&world, &deal, true, "pay").await;
            world.bank.script().next(Call::Refund, Fault::Declined);
            let sums = ("300.00", "300.00");
            let refused = deal::give_back(&world, &payment, sums, "refused").await;
            assert_eq!(refused.text("/status"), "canceled");
            refund_is_carried_out(&world, &refused.text("/id")).await;
            world.audit().await;
            let held = ("changed_answer", "refund", "held", false);
            assert_eq!(noted(&world).await, [held]);

            let path = format!("/refunds/{}", refused.text("/id"));
            assert_eq!(shown(&world, &path).await["status"], "canceled");
            let over = deal::give_back(&world, &payment, ("800.00", "800.00"), "over").await;
            assert_eq!(over.text("/description"), "Refund sum exceeded");
            let path = format!("/payments/{payment}");
            assert_eq!(shown(&world, &path).await["refundable"], true);
            // After its end the deal itself gives back no more than the payer lacks.
            for _ in 0..4 {
                world.wait(Duration::days(45)).await;
            }
            let effects = world.bank.statistics();
            let back: i64 = effects.values().map(|it| it.refunded.minor()).sum();
            let room = if moment == "deal_closed" {
                70_000
            } else {
                50_000
            };
            assert_eq!(
                back, room,
                "the sandbox had not really given back the first"
            );
            assert_eq!(shown(&world, &path).await["refundable"], false);
            assert!(deal::stands(&world, &deal).await.ends_with("closed"));
            // The platform gave what left, and got what the deal kept for it.
            assert_eq!(available(&world).await, platform);
            world.audit().await;
        })
        .await;
    }
}

/// The bank refuses an operation after all.
pub(crate) async fn hear_refusal(world: &World, operation: OperationId) {
    let reason = CancellationReason::GeneralDecline;
    let refusal = Answer::Declined {
        decline: Decline::new(Party::PaymentNetwork, reason),
        facts: None,
    };
    world.bank_says(operation, refusal).await.unwrap();
    world.run_jobs().await;
}

#[tokio::test]
async fn what_left_by_a_canceled_refund_finds_room_beside_others_when_they_leave_some() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let payment = pay(&world, true, "pay").await;
        let of = |value: &str| {
            json!({"payment_id": payment, "amount": {"value": value, "currency": "RUB"}})
        };
        let canceled = refused_refund(&world, "canceled", &of("600.00")).await;
        world.bank.script().next(Call::Refund, Fault::RequestLost);
        let open = world.call("POST", "/refunds", "open", &of("700.00")).await;
        assert_eq!(open.text("/status"), "pending");
        refund_is_carried_out(&world, &canceled).await;
        world.audit().await;
        let path = format!("/payments/{payment}");
        assert_eq!(shown(&world, &path).await["refundable"], false);
        // The other one is refused: 600.00 of 1,000.00 have left.
        let object = OperationObject::Refund(open.text("/id").parse().unwrap());
        let call = call_of(&world, object, OperationKind::Refund).await;
        hear_refusal(&world, call).await;
        world.audit().await;
        let over = world.call("POST", "/refunds", "over", &of("401.00")).await;
        assert_eq!(over.text("/description"), "Refund sum exceeded");
        let rest = world.call("POST", "/refunds", "rest", &of("400.00")).await;
        assert_eq!(rest.text("/status"), "succeeded", "{}", rest.json());
        let payment = shown(&world, &path).await;
        assert_eq!(payment["refundable"], false);
        assert_eq!(payment["refunded_amount"]["value"], "400.00");
        let held = ("changed_answer", "refund", "held", false);
        assert_eq!(noted(&world).await, [held]);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_settlement_frees_what_is_held_if_it_says_that_the_money_came_back() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let payment = pay(&world, true, "pay").await;
        let of = |value: &str| {
            json!({"payment_id": payment, "amount": {"value": value, "currency": "RUB"}})
        };
        let mut held = Vec::new();
        for key in ["first", "second"] {
            let id = refused_refund(&world, key, &of("400.00")).await;
            let object = OperationObject::Refund(id.parse().unwrap());
            held.push(call_of(&world, object, OperationKind::Refund).await);
        }
        // While another one leaves no room, both have left after all.
        world.bank.script().next(Call::Refund, Fault::RequestLost);
        let open = world.call("POST", "/refunds", "open", &of("900.00")).await;
        let object = OperationObject::Refund(open.text("/id").parse().unwrap());
        let open = call_of(&world, object, OperationKind::Refund).await;
        for call in &held {
            hear_approval(&world, *call, "sb").await;
        }
        hear_refusal(&world, open).await;
        world.audit().await;
        let worth = async |world: &World| available(world).await - claim(world).await;
        assert_eq!(worth(&world).await, 95_500 - 80_000);
        let room = async |value: &str, key: &str| {
            let refund = world.call("POST", "/refunds", key, &of(value)).await;
            refund.json()["status"] == "succeeded"
        };
        assert!(!room("201.00", "none").await);

        // One stands, the other has come back.
        let settled = settle(&world, held[0], Settlement::Stands, "The payer has it").await;
        assert_eq!(settled.unwrap(), 1);
        assert!(!room("201.00", "stands").await);
        let back = || settle(&world, held[1], Settlement::CameBack, "The bank took it back");
        assert_eq!(back().await.unwrap(), 1);
        world.audit().await;
        assert_eq!(worth(&world).await, 95_500 - 40_000);
        assert!(!room("600.01", "over").await);
        assert!(room("555.00", "free").await);
        assert!(back().await.is_err(), "nothing is held of it any more");
        // What stood may come back later.
        let later = settle(&world, held[0], Settlement::CameBack, "It is back").await;
        assert_eq!(later.unwrap(), 1);
        assert!(room("400.00", "later").await);
        let wrong = settle(&world, open, Settlement::CameBack, "It never left").await;
        assert!(wrong.is_err(), "nothing was held of it");
        assert_eq!(world.app.waiting().await.unwrap().discrepancies, 0);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_capture_that_came_late_is_taken_in_once_the_next_one_is_refused() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let deal = deal::open(&world, "deal_closed", "deal").await;
        let payment = deal::pay_into(&world, &deal, false, "pay").await;
        let object = OperationObject::Payment(payment.parse().unwrap());
        let path = format!("/payments/{payment}/capture");
        let part = |value: &str| {
            json!({
                "amount": {"value": value, "currency": "RUB"},
                "deal": {"settlements": [
                    {"type": "payout", "amount": {"value": "300.00", "currency": "RUB"}},
                ]},
            })
        };
        world.bank.script().next(Call::Capture, Fault::Overruled);
        let refused = world.call("POST", &path, "first", &part("600.00")).await;
        assert_eq!(
            refused.text("/status"),
            "waiting_for_capture",
            "{}",
            refused.json()
        );
        let first = call_of(&world, object, OperationKind::Capture).await;
        // The next one, of another sum, is under way when the first is carried out after all.
        world.bank.script().next(Call::Capture, Fault::RequestLost);
        world.wait(Duration::seconds(1)).await;
        world.call("POST", &path, "second", &part("500.00")).await;
        let second = call_of(&world, object, OperationKind::Capture).await;
        assert_ne!(first, second);
        arrive(&world).await;
        let alone = ("changed_answer", "capture", "nothing", false);
        assert_eq!(noted(&world).await, [alone]);
        hear_refusal(&world, second).await;
        world.run_jobs().await;
        assert_eq!(status(&world, &payment).await, "canceled");
        let given_back = ("changed_answer", "capture", "giving_back", true);
        assert_eq!(noted(&world).await, [given_back]);
        let effects = world.bank.statistics();
        assert!(effects.values().all(|it| it.captured == it.refunded));
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_capture_of_another_sum_than_its_receipt_is_taken_without_it() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let (provider, scenario) = (Provider::Atol, Scenario::Together);
        world.registers_receipts(provider, scenario).await;
        let mut body = card_payment(PLAIN, false);
        body["receipt"] = receipt("1000.00");
        let payment = world.call("POST", "/payments", "pay", &body).await;
        let payment = payment.text("/id");
        let path = format!("/payments/{payment}/capture");
        let object = OperationObject::Payment(payment.parse().unwrap());
        let mut calls = Vec::new();
        for value in ["600.00", "400.00"] {
            world.bank.script().next(Call::Capture, Fault::Declined);
            let body = json!({
                "amount": {"value": value, "currency": "RUB"}, "receipt": receipt(value),
            });
            let refused = world.call("POST", &path, value, &body).await;
            assert_eq!(refused.text("/status"), "waiting_for_capture");
            calls.push(call_of(&world, object, OperationKind::Capture).await);
        }
        for call in calls {
            hear_approval(&world, call, "sb").await;
        }
        world.app.settled().await;
        let shown = shown(&world, &format!("/payments/{payment}")).await;
        assert_eq!(shown["status"], "succeeded");
        assert_eq!(shown["amount"]["value"], "600.00");
        assert_eq!(shown["receipt_registration"], "canceled");
        assert!(world.register.registered().is_empty());
        let mut found = noted(&world).await;
        found.sort_unstable();
        let taken = ("changed_answer", "capture", "taken", true);
        let other = ("changed_answer", "capture", "nothing", false);
        assert_eq!(found, [other, taken]);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn the_money_of_two_late_captures_is_given_back_once() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let payment = pay(&world, false, "pay").await;
        let object = OperationObject::Payment(payment.parse().unwrap());
        let path = format!("/payments/{payment}/capture");
        let mut calls = Vec::new();
        for (value, fault) in [
            ("400.00", Fault::Declined),
            ("300.00", Fault::Declined),
            ("1000.00", Fault::Overruled),
        ] {
            world.bank.script().next(Call::Capture, fault);
            let part = json!({"amount": {"value": value, "currency": "RUB"}});
            world.call("POST", &path, value, &part).await;
            calls.push(call_of(&world, object, OperationKind::Capture).await);
            world.wait(Duration::seconds(1)).await;
        }
        // The bank has taken the whole, so that its limit stops no refund of a part.
        assert_eq!(world.bank.carry_out_late().await.unwrap(), 1);
        let path = format!("/payments/{payment}/cancel");
        let canceled = world.call("POST", &path, "cancel", &json!({})).await;
        assert_eq!(canceled.text("/status"), "canceled");
        let reference = reference_of(&world, object).await;
        for call in calls {
            hear_approval(&world, call, &reference).await;
        }
        let mut found = noted(&world).await;
        found.sort_unstable();
        let given_back = ("changed_answer", "capture", "giving_back", true);
        let alone = ("changed_answer", "capture", "nothing", false);
        assert_eq!(found, [given_back, alone, alone]);
        let refunded = world.bank.statistics()[&reference].refunded.minor();
        assert_eq!(refunded, 40_000);
        world.audit().await;
    })
    .await;
}

/// The bank's name of the money that a payment holds.
async fn reference_of(world: &World, object: OperationObject) -> String {
    let authorize = call_of(world, object, OperationKind::Authorize).await;
    let statistics = world.bank.statistics();
    let mut known = statistics.iter();
    let known = known.find(|(_, effects)| effects.operation == authorize);
    known.unwrap().0.clone()
}
