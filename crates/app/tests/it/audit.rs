//! The audit finds what was changed behind the books' back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use store::Tx;
use testkit::World;
use testkit::database::both;

use crate::pay;

/// Changes rows as a thief with access to the database would.
async fn tamper(world: &World, sql: &'static str) {
    let unit = move |tx: &mut Tx<'_>| tx.execute(sql, &[]);
    assert_eq!(
        world.store.write(world.shop.id, unit).await.unwrap(),
        1,
        "{sql}"
    );
}

async fn problems(world: &World) -> Vec<String> {
    let report = app::audit::run(&world.machine()).await.unwrap();
    report
        .findings
        .into_iter()
        .map(|finding| finding.problem)
        .collect()
}

#[tokio::test]
async fn tampering_with_deals_is_found() {
    for sql in [
        "update deal set held_minor = held_minor + 1",
        "update deal set payable_minor = payable_minor - 1",
        "update deal set paid_out_minor = 1",
        "update deal set paying_out_minor = 1",
        "update deal set refunded_minor = refunded_minor + 1",
        "update deal set refunding_minor = 1",
        "update deal set covered_minor = 1",
        "update deal set charged_minor = charged_minor + 1",
        "update deal set id = 'dl-31f00001-0022-5000-8000-1a2b3c4d5e6f'",
        "update deal set shop_id = shop_id + 1",
        "update refund set deal_facts = null",
        "update payment set deal_facts = null",
    ] {
        both(|store, _engine| async move {
            let world = World::new(store).await;
            let deal = crate::deal::open(&world, "deal_closed", "deal").await;
            let payment = crate::deal::pay_into(&world, &deal, true, "pay").await;
            crate::deal::give_back(&world, &payment, ("100.00", "100.00"), "back").await;
            assert_eq!(problems(&world).await, Vec::<String>::new());
            tamper(&world, sql).await;
            assert_ne!(problems(&world).await, Vec::<String>::new(), "{sql}");
        })
        .await;
    }
}

/// A shop with a webhook that was told of a payment, a held one, a canceled one and a refund.
async fn lively(world: &World) {
    let events = domain::EventKind::ALL.to_vec();
    let url = "https://shop.example/hook".to_owned();
    let new = app::webhook::NewWebhook::of(&world.machine(), url, events);
    let added = app::webhook::add(&world.machine(), world.shop.id, new).await;
    added.unwrap();
    world.wait(domain::Duration::seconds(90)).await;
    let payment = pay(world, true, "pay").await;
    pay(world, false, "hold").await;
    let held = pay(world, false, "void").await;
    let path = format!("/payments/{held}/cancel");
    let canceled = world
        .call("POST", &path, "cancel", &serde_json::Value::Null)
        .await;
    assert_eq!(canceled.text("/status"), "canceled");
    let held = pay(world, false, "take").await;
    let path = format!("/payments/{held}/capture");
    let taken = world
        .call("POST", &path, "capture", &serde_json::Value::Null)
        .await;
    assert_eq!(taken.text("/status"), "succeeded");
    let refund = serde_json::json!({
        "payment_id": payment, "amount": {"value": "100.00", "currency": "RUB"},
    });
    let refund = world.call("POST", "/refunds", "refund", &refund).await;
    assert_eq!(refund.text("/status"), "succeeded");
    world.run_jobs().await;
}

/// What a thief may do to objects, calls, events and deliveries.
const TAMPERED: [&str; 36] = [
    "update payment set currency = 'USD' where state = 'succeeded'",
    "update payment set currency = 'USD' where state = 'waiting_for_capture'",
    "update payment set amount_minor = 1 where state = 'waiting_for_capture'",
    "update payment set amount_minor = 1, amount_asked_minor = 1
          where state = 'waiting_for_capture'",
    "update payment set state = 'pending', reference = null, hold_expires_at = null
          where state = 'waiting_for_capture'",
    "update payment set state = 'waiting_for_capture', reference = 'x', hold_expires_at = 1
          where state = 'canceled'",
    "delete from payment where state = 'waiting_for_capture'",
    "delete from payment where state = 'canceled'",
    "update refund set currency = 'USD'",
    "delete from operation where kind = 'authorize'",
    "delete from operation where kind = 'capture'",
    "delete from operation where kind = 'refund'",
    "update operation set amount_minor = 1 where kind = 'authorize'",
    "update operation set currency = 'USD' where kind = 'void'",
    "update operation set amount_minor = 1 where kind = 'capture'",
    "update operation set amount_minor = 1 where kind = 'refund'",
    "update operation set state = 'declined', declined_by = 'payment_network',
                declined_for = 'general_decline'
          where kind in ('capture', 'refund')",
    "update operation set object_id = '31f00001-000f-5000-8000-1a2b3c4d5e6f'
          where kind = 'void'",
    "update operation set shop_id = shop_id + 1 where kind = 'authorize'",
    "delete from event where kind = 'payment.waiting_for_capture'",
    "delete from event where kind = 'payment.succeeded'",
    "delete from event where kind = 'payment.canceled'",
    "delete from event where kind = 'refund.succeeded'",
    "update event set kind = 'payment.canceled' where kind = 'payment.succeeded'",
    "update event set object_id = '31f00001-000f-5000-8000-1a2b3c4d5e6f'
          where kind = 'refund.succeeded'",
    "update event set body = replace(body, '1000.00', '1.00')
          where kind = 'payment.succeeded'",
    "update event set body = replace(body, '100.00', '1.00') where kind = 'refund.succeeded'",
    "update event set shop_id = shop_id + 1 where kind = 'payment.canceled'",
    "delete from delivery",
    "update delivery set event_id = '31f00001-000f-5000-8000-1a2b3c4d5e6f'",
    "update delivery set object_id = '31f00001-000f-5000-8000-1a2b3c4d5e6f'",
    "update delivery set attempts = attempts + 1",
    "update delivery set webhook_id = 'wh-31f00001-0003-5000-8000-1a2b3c4d5e6f'",
    "delete from attempt",
    "update attempt set status = 500",
    "delete from shop",
];

/// What the audit finds after a change that is undone at once.
async fn found_after(world: &World, sql: &'static str) -> usize {
    let found = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&found);
    let unit = move |tx: &mut Tx<'_>| {
        assert!(0 < tx.execute(sql, &[])?, "{sql}");
        let report = app::audit::of_conn(tx)?;
        seen.store(report.findings.len(), Relaxed);
        Err::<(), _>(app::Error::from(store::StoreError::Busy))
    };
    let undone = world.store.write(world.shop.id, unit).await;
    assert!(undone.is_err(), "{sql}");
    found.load(Relaxed)
}

#[tokio::test]
async fn tampering_with_what_tells_of_money_is_found() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        lively(&world).await;
        for sql in TAMPERED {
            assert_ne!(found_after(&world, sql).await, 0, "{sql}");
            assert_eq!(problems(&world).await, Vec::<String>::new(), "{sql}");
        }
    })
    .await;
}

#[tokio::test]
async fn every_kind_of_tampering_is_found() {
    for sql in [
        "update account set balance_minor = balance_minor + 1 where name = 'available'",
        "update entry set amount_minor = amount_minor + 1 where account = 'available'",
        "update transfer set created_at = created_at + 1 where sequence = 1",
        "update payment set amount_asked_minor = 200000, amount_minor = 200000",
        "update payment set commission_minor = 0",
        "update payment set refunded_minor = 100",
        "delete from transfer where sequence = 1",
        "update book set sequence = sequence + 1",
    ] {
        both(|store, _engine| async move {
            let world = World::new(store).await;
            pay(&world, true, "pay").await;
            assert_eq!(problems(&world).await, Vec::<String>::new());
            tamper(&world, sql).await;
            assert_ne!(problems(&world).await, Vec::<String>::new(), "{sql}");
        })
        .await;
    }
}

/// One thing that a thief may do to receipts, after which nothing but the audit would notice.
#[tokio::test]
async fn tampering_with_receipts_is_found() {
    for sql in [
        "update receipt set total_minor = total_minor + 1 where origin = 'merchant'",
        "update receipt set total_minor = total_minor + 1
          where refund_id is null and origin = 'flow'",
        "update receipt set kind = 'refund' where refund_id is null and origin = 'flow'",
        "update receipt set origin = 'merchant' where refund_id is null and origin = 'flow'",
        "update receipt set origin = 'reversal' where refund_id is not null",
        "update receipt set shop_id = shop_id + 1 where refund_id is not null",
        "update receipt set payment_id = '31f00001-000f-5000-8000-1a2b3c4d5e6f'
          where refund_id is not null",
        "update receipt set refund_id = null where refund_id is not null",
        "update receipt set refund_id = '31f00001-0015-5000-8000-1a2b3c4d5e6f'
          where refund_id is not null",
        "update receipt set attempts = attempts + 1 where origin = 'merchant'",
        "update receipt set register_id = 'another' where origin = 'merchant'",
        "update receipt set state = 'canceled', reason = 'so', canceled_at = 1
          where origin = 'merchant'",
        "update receipt set state = 'canceled', reason = 'so', canceled_at = 1
          where refund_id is null and origin = 'flow'",
        "update receipt set state = 'dropped' where refund_id is not null",
        "delete from receipt where refund_id is null and origin = 'flow'",
        "delete from receipt where refund_id is not null",
        "update payment set receipt_registration = 'pending'",
        "update payment set receipt_registration = 'canceled'",
        "update payment set receipt_registration = null, receipt_order = null",
        "update refund set receipt_registration = 'pending'",
        "update refund set receipt_registration = null",
        "update operation set state = 'sent', reference = null where object_kind = 'receipt'
            and object_id = (select id from receipt where origin = 'merchant')",
    ] {
        both(|store, _engine| async move {
            let world = World::new(store).await;
            crate::receipt::all_kinds(&world).await;
            assert_eq!(problems(&world).await, Vec::<String>::new());
            tamper(&world, sql).await;
            assert_ne!(problems(&world).await, Vec::<String>::new(), "{sql}");
        })
        .await;
    }
}

#[tokio::test]
async fn a_document_that_two_receipts_claim_is_found() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        crate::receipt::all_kinds(&world).await;
        let claim = "update receipt set register_id = (select max(register_id) from receipt)
          where register_id <> (select max(register_id) from receipt) and origin = 'merchant'";
        let other = "update receipt set register_id = (select max(register_id) from receipt)
          where register_id <> (select max(register_id) from receipt) and refund_id is not null";
        let unit = move |tx: &mut Tx<'_>| {
            Ok::<_, store::StoreError>(tx.execute(claim, &[])? + tx.execute(other, &[])?)
        };
        let changed = world.store.write(world.shop.id, unit).await.unwrap();
        assert!(0 < changed);
        let twice = "its document in the register is another receipt's too";
        assert!(
            problems(&world)
                .await
                .iter()
                .any(|problem| problem == twice)
        );
    })
    .await;
}

#[tokio::test]
async fn tampering_with_invoices_is_found() {
    for sql in [
        "update invoice set amount_minor = amount_minor + 1",
        "update invoice set state = 'held'",
        "update invoice set state = 'open', payment_id = null",
        "update invoice set payment_id = '31f00000-000f-5000-8000-1a2b3c4d5e6f'",
        "update invoice set shop_id = shop_id + 1",
        "delete from invoice",
        "delete from invoice_payment",
    ] {
        both(|store, _engine| async move {
            let world = World::new(store).await;
            crate::invoice::paid(&world).await;
            assert_eq!(problems(&world).await, Vec::<String>::new());
            tamper(&world, sql).await;
            assert_ne!(problems(&world).await, Vec::<String>::new(), "{sql}");
        })
        .await;
    }
}
