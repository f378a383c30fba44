//! The audit finds what was changed behind the books' back.

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
    let report = app::audit::run(&world.store).await.unwrap();
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
