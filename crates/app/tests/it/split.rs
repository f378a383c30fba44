//! Payments that are split between the shops of a platform: who gets what, what comes back, and
//! that two books never say different things. Also with many at once.

use std::sync::Arc;

use app::shop::{Created, NewShop};
use connectors::sandbox::{Call, Fault};
use domain::ledger::Account;
use domain::{OperationKind, OperationObject, Shop};
use serde_json::{Value, json};
use testkit::database::both;
use testkit::{Answer, Surroundings, World, test_shop};

use crate::{PLAIN, available, card_payment, late};

/// A platform with two partners.
struct Platform {
    world: World,
    partners: [Shop; 2],
}

async fn platform(store: store::Store, test: bool) -> Platform {
    let shop = NewShop {
        test,
        ..test_shop()
    };
    let world = World::with(store, Surroundings::new(3), shop.clone()).await;
    let partner = || async {
        let new = NewShop {
            platform: Some(world.shop.id),
            ..shop.clone()
        };
        let Created { shop, .. } = app::shop::create(&world.machine(), new).await.unwrap();
        shop
    };
    let partners = [partner().await, partner().await];
    Platform { world, partners }
}

impl Platform {
    fn part(&self, index: usize, value: &str, fee: &str) -> Value {
        let mut part = json!({
            "account_id": self.partners[index].id.to_string(),
            "amount": {"value": value, "currency": "RUB"},
        });
        if !fee.is_empty() {
            part["platform_fee_amount"] = json!({"value": fee, "currency": "RUB"});
        }
        part
    }

    /// 600.00 to the first, who leaves 50.00 to the platform, and 400.00 to the second.
    fn usual(&self) -> Value {
        json!([self.part(0, "600.00", "50.00"), self.part(1, "400.00", "")])
    }

    async fn pay(&self, key: &str, capture: bool) -> String {
        let mut body = card_payment(PLAIN, capture);
        body["transfers"] = self.usual();
        let answer = self.world.call("POST", "/payments", key, &body).await;
        assert!(answer.status.is_success(), "{}", answer.json());
        answer.text("/id")
    }

    async fn refund(&self, key: &str, payment: &str, value: &str, sources: Value) -> Answer {
        let body = json!({
            "payment_id": payment,
            "amount": {"value": value, "currency": "RUB"},
            "sources": sources,
        });
        self.world.call("POST", "/refunds", key, &body).await
    }

    /// What the platform and the two partners may have, in minor units.
    async fn money(&self) -> [i64; 3] {
        let mut all = [available(&self.world).await, 0, 0];
        for (index, partner) in self.partners.iter().enumerate() {
            let shop = partner.clone();
            let read = move |conn: &mut store::Conn<'_>| {
                store::book::balance(conn, &shop, Account::Available)
            };
            all[index + 1] = self.world.store.read(read).await.unwrap().amount.minor();
        }
        all
    }
}

#[tokio::test]
async fn each_shop_gets_its_part_less_its_share_and_the_platforms_fee() {
    both(|store, _engine| async move {
        let platform = platform(store, true).await;
        let payment = platform.pay("pay", true).await;
        // 4.5 % of the whole is 45.00: 27.00 of the first part, 18.00 of the second.
        assert_eq!(platform.money().await, [5_000, 52_300, 38_200]);
        let path = format!("/payments/{payment}");
        let shown = platform.world.call("GET", &path, "", &Value::Null).await;
        let json = shown.json();
        assert_eq!(json["income_amount"]["value"], "955.00");
        assert_eq!(json["transfers"][0]["status"], "succeeded");
        assert_eq!(
            json["transfers"][0]["platform_fee_amount"]["value"],
            "50.00"
        );
        platform.world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_capture_changes_parts_and_fees() {
    both(|store, _engine| async move {
        let platform = platform(store, true).await;
        let payment = platform.pay("pay", false).await;
        assert_eq!(platform.money().await, [0, 0, 0]);
        let path = format!("/payments/{payment}/capture");
        let amount = json!({"value": "500.00", "currency": "RUB"});
        let world = &platform.world;
        for (key, transfers, parameter) in [
            ("a", json!([]), "transfers"),
            ("b", json!([platform.part(0, "499.00", "")]), "transfers"),
            (
                "c",
                json!([platform.part(0, "500.00", "501.00")]),
                "transfers.platform_fee_amount",
            ),
        ] {
            let body = json!({"amount": amount, "transfers": transfers});
            let answer = world.call("POST", &path, key, &body).await;
            assert_eq!(answer.text("/parameter"), parameter);
        }
        let transfers = json!([
            platform.part(1, "300.00", "10.00"),
            platform.part(0, "200.00", "")
        ]);
        let body = json!({"amount": amount, "transfers": transfers});
        let captured = world.call("POST", &path, "d", &body).await;
        assert_eq!(captured.text("/status"), "succeeded");
        assert_eq!(captured.text("/transfers/0/amount/value"), "300.00");
        // 22.50 of fee: 13.50 and 9.00.
        assert_eq!(platform.money().await, [1_000, 19_100, 27_650]);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_capture_that_the_bank_refuses_keeps_the_first_parts() {
    both(|store, _engine| async move {
        let platform = platform(store, true).await;
        let payment = platform.pay("pay", false).await;
        let script = platform.world.bank.script();
        script.next(Call::Capture, Fault::RequestLost);
        let path = format!("/payments/{payment}/capture");
        let body = json!({
            "amount": {"value": "500.00", "currency": "RUB"},
            "transfers": [platform.part(0, "500.00", "")],
        });
        let world = &platform.world;
        let waiting = world.call("POST", &path, "a", &body).await;
        assert_eq!(waiting.text("/status"), "waiting_for_capture");
        assert_eq!(waiting.json()["transfers"].as_array().unwrap().len(), 2);
        world.wait(domain::Duration::minutes(1)).await;
        world.wait(domain::Duration::minutes(1)).await;
        let shown = world
            .call("GET", &format!("/payments/{payment}"), "", &Value::Null)
            .await;
        assert_eq!(shown.text("/status"), "succeeded");
        assert_eq!(shown.json()["transfers"].as_array().unwrap().len(), 1);
        // The whole fee, 22.50, is the first shop's.
        assert_eq!(platform.money().await, [0, 47_750, 0]);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_whole_refund_comes_from_all_and_leaves_the_platform_its_fee() {
    both(|store, _engine| async move {
        let platform = platform(store, true).await;
        let payment = platform.pay("pay", true).await;
        let refund = platform.refund("all", &payment, "1000.00", json!([])).await;
        assert_eq!(refund.text("/status"), "succeeded");
        assert_eq!(refund.text("/sources/1/amount/value"), "400.00");
        assert_eq!(platform.money().await, [5_000, -7_700, -1_800]);
        platform.world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_part_comes_from_one_shop_and_the_platform_may_give_of_its_fee() {
    both(|store, _engine| async move {
        let platform = platform(store, true).await;
        let payment = platform.pay("pay", true).await;
        let source = |fee| json!([platform.part(0, "100.00", fee)]);
        for (key, value, sources, parameter) in [
            ("a", "100.00", json!([]), "sources"),
            (
                "b",
                "100.00",
                json!([platform.part(0, "60.00", ""), platform.part(1, "40.00", "")]),
                "sources",
            ),
            ("c", "90.00", source(""), "sources"),
            (
                "d",
                "100.00",
                source("50.01"),
                "sources.platform_fee_amount",
            ),
            (
                "e",
                "500.00",
                json!([platform.part(1, "500.00", "")]),
                "sources.amount.value",
            ),
            (
                "f",
                "100.00",
                json!([{"account_id": "7", "amount":
              {"value": "100.00", "currency": "RUB"}}]),
                "sources.account_id",
            ),
        ] {
            let answer = platform.refund(key, &payment, value, sources).await;
            assert_eq!(answer.text("/parameter"), parameter, "{key}");
        }
        let refund = platform
            .refund("g", &payment, "100.00", source("40.00"))
            .await;
        assert_eq!(refund.text("/status"), "succeeded");
        assert_eq!(refund.text("/sources/0/platform_fee_amount/value"), "40.00");
        assert_eq!(platform.money().await, [1_000, 46_300, 38_200]);
        // Only 10.00 of the fee is left.
        let again = platform
            .refund("h", &payment, "100.00", source("10.01"))
            .await;
        assert_eq!(again.text("/parameter"), "sources.platform_fee_amount");
        let rest = platform.refund("i", &payment, "900.00", json!([])).await;
        assert_eq!(rest.text("/sources/0/amount/value"), "500.00");
        platform.world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_partner_without_money_gives_nothing_and_nobody_else_does() {
    both(|store, _engine| async move {
        let platform = platform(store, false).await;
        let payment = platform.pay("pay", true).await;
        let before = platform.money().await;
        // The second got 382.00 of its 400.00.
        let all = platform.refund("a", &payment, "1000.00", json!([])).await;
        assert_eq!(all.text("/status"), "canceled");
        assert_eq!(
            all.text("/cancellation_details/reason"),
            "insufficient_funds"
        );
        let sources = json!([platform.part(1, "400.00", "")]);
        let own = platform.refund("b", &payment, "400.00", sources).await;
        assert_eq!(own.text("/status"), "canceled");
        assert_eq!(platform.money().await, before);
        let sources = json!([platform.part(1, "382.00", "")]);
        let enough = platform.refund("c", &payment, "382.00", sources).await;
        assert_eq!(enough.text("/status"), "succeeded");
        assert_eq!(platform.money().await, [5_000, 52_300, 0]);
        platform.world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_refund_that_the_bank_refuses_goes_back_to_whom_it_came_from() {
    both(|store, _engine| async move {
        let platform = platform(store, true).await;
        let payment = platform.pay("pay", true).await;
        let before = platform.money().await;
        let script = platform.world.bank.script();
        script.next(Call::Refund, Fault::ReplyLost);
        let sources = json!([platform.part(0, "100.00", "50.00")]);
        let pending = platform.refund("a", &payment, "100.00", sources).await;
        assert_eq!(pending.text("/status"), "pending");
        assert_eq!(platform.money().await, [0, 47_300, 38_200]);
        // The bank's word comes otherwise than it would: it refuses.
        let id: domain::RefundId = pending.text("/id").parse().unwrap();
        let object = OperationObject::Refund(id);
        let shop = platform.world.shop.id;
        let list = move |conn: &mut store::Conn<'_>| store::operation::list_of(conn, shop, object);
        let operation = platform.world.store.read(list).await.unwrap()[0].id;
        let decline = domain::Decline::new(
            domain::Party::RefundNetwork,
            domain::CancellationReason::RejectedByPayee,
        );
        let answer = domain::Answer::Declined {
            decline,
            facts: None,
        };
        let said = platform.world.bank_says(operation, answer).await;
        said.unwrap();
        assert_eq!(platform.money().await, before);
        let shown = platform
            .world
            .call("GET", &format!("/refunds/{id}"), "", &Value::Null)
            .await;
        assert_eq!(shown.text("/status"), "canceled");
        platform.world.audit().await;
        // All of it may be given back again.
        let again = platform.refund("b", &payment, "1000.00", json!([])).await;
        assert_eq!(again.text("/sources/0/amount/value"), "600.00");
    })
    .await;
}

#[tokio::test]
async fn what_left_by_a_canceled_refund_is_not_asked_of_the_shops_again() {
    both(|store, _engine| async move {
        let platform = platform(store, true).await;
        let world = &platform.world;
        let payment = platform.pay("pay", true).await;
        world.bank.script().next(Call::Refund, Fault::Declined);
        let sources = json!([platform.part(0, "500.00", "")]);
        let refused = platform.refund("a", &payment, "500.00", sources).await;
        assert_eq!(refused.text("/status"), "canceled");
        let object = OperationObject::Refund(refused.text("/id").parse().unwrap());
        let shop = world.shop.id;
        let list = move |conn: &mut store::Conn<'_>| store::operation::list_of(conn, shop, object);
        let operation = world.store.read(list).await.unwrap()[0].id;
        let approval = domain::acquiring::Approval {
            reference: "sb".to_owned(),
            facts: None,
            rrn: None,
            auth_code: None,
            three_d_secure: None,
            token: None,
        };
        let answer = domain::Answer::Approved(approval);
        world.bank_says(operation, answer).await.unwrap();
        // The platform gives what left; what the shops have stays theirs.
        assert_eq!(platform.money().await, [-45_000, 52_300, 38_200]);
        world.audit().await;
        let whole = platform.refund("b", &payment, "1000.00", json!([])).await;
        assert_eq!(whole.text("/description"), "Refund sum exceeded");
        let sources = json!([platform.part(0, "200.00", "")]);
        let over = platform.refund("c", &payment, "200.00", sources).await;
        assert_eq!(over.status, 400, "{}", over.json());
        let rest = platform.refund("d", &payment, "500.00", json!([])).await;
        let amounts = ["/sources/0/amount/value", "/sources/1/amount/value"];
        assert_eq!(amounts.map(|it| rest.text(it)), ["100.00", "400.00"]);
        world.audit().await;
    })
    .await;
}

/// Split payments and their refunds carry no receipts, whatever else the shop has to register.
#[tokio::test]
async fn a_split_payment_has_its_receipts_by_themselves() {
    use domain::fiscal::{Provider, Scenario};
    both(|store, _engine| async move {
        let platform = platform(store, true).await;
        let world = &platform.world;
        world
            .registers_receipts(Provider::Atol, Scenario::ReceiptFirst)
            .await;
        let payment = platform.pay("pay", true).await;
        let mut own = crate::receipt::by_itself(&payment);
        let made = world.call("POST", "/receipts", "own", &own).await;
        assert_eq!(made.status, 200, "{}", made.json());
        for member in ["type", "payment_id", "send", "settlements"] {
            own.as_object_mut().unwrap().remove(member);
        }
        let mut body = card_payment(PLAIN, true);
        body["transfers"] = platform.usual();
        body["receipt"] = own.clone();
        let refused = world.call("POST", "/payments", "no", &body).await;
        assert_eq!(refused.text("/parameter"), "receipt");
        let amount = json!({"value": "1000.00", "currency": "RUB"});
        let mut whole = json!({"payment_id": payment, "amount": amount, "receipt": own});
        let refused = world.call("POST", "/refunds", "no", &whole).await;
        assert_eq!(refused.text("/parameter"), "receipt");
        whole.as_object_mut().unwrap().remove("receipt");
        let refund = world.call("POST", "/refunds", "yes", &whole).await;
        assert_eq!(refund.text("/status"), "succeeded");
        world.app.settled().await;
        assert_eq!(world.register.registered().len(), 1);
        world.audit().await;
    })
    .await;
}

/// A partner's receipt is registered by the partner's register, and belongs to the platform's
/// payment.
#[tokio::test]
async fn a_partner_sells_and_its_own_register_says_so() {
    use domain::fiscal::{Fiscalization, Provider, Register, Scenario};
    both(|store, _engine| async move {
        let platform = platform(store, true).await;
        let world = &platform.world;
        let [seller, other] = &platform.partners;
        let settings = |provider| Fiscalization {
            provider,
            scenario: Scenario::Separate,
            register: Register::Sandbox,
        };
        let atol = Some(settings(Provider::Atol));
        app::shop::set_fiscalization(&world.machine(), seller.id, atol)
            .await
            .unwrap();
        let payment = platform.pay("pay", true).await;
        let mut own = crate::receipt::by_itself(&payment);
        for (on_behalf_of, status, parameter) in [
            (world.shop.id, 400, Some("on_behalf_of")),
            (other.id, 403, None),
        ] {
            own["on_behalf_of"] = json!(on_behalf_of.to_string());
            let key = format!("no-{on_behalf_of}");
            let refused = world.call("POST", "/receipts", &key, &own).await;
            assert_eq!(refused.status, status, "{}", refused.json());
            assert_eq!(refused.json()["parameter"].as_str(), parameter);
        }
        own["on_behalf_of"] = json!(seller.id.to_string());
        world.register.next(connectors::fiscal::Fault::Late);
        let made = world.call("POST", "/receipts", "yes", &own).await;
        assert_eq!(made.text("/on_behalf_of"), seller.id.to_string());
        world.app.settled().await;
        world.wait(domain::Duration::minutes(1)).await;
        world.wait(domain::Duration::minutes(1)).await;
        let path = format!("/receipts/{}", made.text("/id"));
        let shown = world.call("GET", &path, "", &Value::Null).await;
        assert_eq!(shown.text("/status"), "succeeded");
        let registered = world.register.registered();
        assert_eq!(registered.len(), 1);
        assert_eq!(registered[0].shop_id, seller.id);
        // The platform's own kind of receipts knows no split payments.
        let platforms = Some(settings(Provider::YooReceipt));
        app::shop::set_fiscalization(&world.machine(), seller.id, platforms)
            .await
            .unwrap();
        let refused = world.call("POST", "/receipts", "other", &own).await;
        assert_eq!(refused.text("/parameter"), "payment_id");
        world.audit().await;
    })
    .await;
}

async fn at_once(platform: &Arc<Platform>, requests: Vec<(String, String, Value)>) -> usize {
    let tasks = requests.into_iter().map(|(path, key, body)| {
        let platform = Arc::clone(platform);
        tokio::spawn(async move { platform.world.call("POST", &path, &key, &body).await })
    });
    let mut succeeded = 0;
    for task in tasks.collect::<Vec<_>>() {
        let answer = task.await.unwrap();
        assert!(answer.status.as_u16() < 500, "{}", answer.json());
        succeeded += usize::from(answer.status.is_success());
    }
    succeeded
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_32_refunds_from_one_shop_as_many_succeed_as_its_part_allows() {
    both(|store, _engine| async move {
        let platform = Arc::new(platform(store, true).await);
        let payment = platform.pay("pay", true).await;
        let requests = (0..32).map(|number| {
            let partner = number % 2;
            let body = json!({
                "payment_id": payment,
                "amount": {"value": "190.00", "currency": "RUB"},
                "sources": [platform.part(partner, "190.00", "")],
            });
            ("/refunds".to_owned(), format!("r{number}"), body)
        });
        let succeeded = at_once(&platform, requests.collect()).await;
        // Three of 600.00, two of 400.00.
        assert_eq!(succeeded, 5);
        assert_eq!(
            platform.money().await,
            [5_000, 52_300 - 57_000, 38_200 - 38_000]
        );
        platform.world.audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_32_captures_one_moves_money_in_all_books() {
    both(|store, _engine| async move {
        let platform = Arc::new(platform(store, true).await);
        let payment = platform.pay("pay", false).await;
        let path = format!("/payments/{payment}/capture");
        let requests = (0..32).map(|number| (path.clone(), format!("c{number}"), json!({})));
        let succeeded = at_once(&platform, requests.collect()).await;
        assert_eq!(succeeded, 1);
        assert_eq!(platform.money().await, [5_000, 52_300, 38_200]);
        platform.world.audit().await;
    })
    .await;
}

/// Books are locked in one order, whichever way round the parts are named.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn payments_split_both_ways_round_do_not_block_each_other() {
    both(|store, _engine| async move {
        let platform = Arc::new(platform(store, true).await);
        let requests = (0..24).map(|number| {
            let mut body = card_payment(PLAIN, true);
            let mut parts = vec![
                platform.part(0, "500.00", ""),
                platform.part(1, "500.00", ""),
            ];
            if number % 2 == 1 {
                parts.reverse();
            }
            body["transfers"] = Value::Array(parts);
            ("/payments".to_owned(), format!("p{number}"), body)
        });
        let succeeded = at_once(&platform, requests.collect()).await;
        assert_eq!(succeeded, 24);
        assert_eq!(platform.money().await, [0, 24 * 47_750, 24 * 47_750]);
        platform.world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_book_that_says_otherwise_than_its_platforms_is_found() {
    both(|store, _engine| async move {
        let platform = platform(store.clone(), true).await;
        platform.pay("pay", true).await;
        platform.world.audit().await;
        let partner = platform.partners[0].clone();
        let platform_id = platform.world.shop.id;
        let stray = domain::PaymentId::new(domain::IdSeed {
            at: testkit::BEGIN,
            random: 77,
        });
        let money = domain::Money::new(100, domain::Currency::RUB);
        let transfer =
            domain::ledger::Transfer::split_capture(stray, partner.id, platform_id, money).unwrap();
        let id = domain::TransferId::new(domain::IdSeed {
            at: testkit::BEGIN,
            random: 78,
        });
        store
            .write(partner.id, move |tx: &mut store::Tx<'_>| {
                store::book::post(tx, &partner, &transfer, id, testkit::BEGIN)
            })
            .await
            .unwrap();
        let report = app::audit::run(&platform.world.machine()).await.unwrap();
        let problems: Vec<&str> = report.findings.iter().map(|f| f.problem.as_str()).collect();
        assert!(
            problems.contains(&"the book of its platform does not say the same"),
            "{problems:?}"
        );
        assert!(
            problems.contains(&"the other shop's book does not say the same"),
            "{problems:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn what_left_by_a_canceled_refund_is_not_asked_of_its_source_again() {
    both(|store, _engine| async move {
        let platform = platform(store, true).await;
        let world = &platform.world;
        let payment = platform.pay("pay", true).await;
        let of_first = |value| json!([platform.part(0, value, "")]);
        let call = async |refund: &Answer| {
            let object = OperationObject::Refund(refund.text("/id").parse().unwrap());
            late::call_of(world, object, OperationKind::Refund).await
        };
        world.bank.script().next(Call::Refund, Fault::Declined);
        let canceled = platform.refund("canceled", &payment, "300.00", of_first("300.00"));
        let canceled = canceled.await;
        assert_eq!(canceled.text("/status"), "canceled");
        // Another one of the same source is under way when the first has left after all.
        world.bank.script().next(Call::Refund, Fault::RequestLost);
        let open = platform.refund("open", &payment, "400.00", of_first("400.00"));
        let open = open.await;
        assert_eq!(open.text("/status"), "pending");
        late::hear_approval(world, call(&canceled).await, "sb").await;
        world.audit().await;
        late::hear_refusal(world, call(&open).await).await;
        world.audit().await;
        let over = platform.refund("over", &payment, "301.00", of_first("301.00"));
        let over = over.await;
        assert_eq!(over.text("/parameter"), "sources.amount.value");
        let rest = platform.refund("rest", &payment, "300.00", of_first("300.00"));
        assert_eq!(rest.await.text("/status"), "succeeded");
        world.audit().await;
    })
    .await;
}
