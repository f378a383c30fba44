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
