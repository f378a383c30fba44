//! Large loans: the law gives their taker time to step back, and the payment waits for that.

use app::sandbox::Decision;
use domain::{Duration, MethodKind, OperationId, OperationObject};
use serde_json::{Value, json};
use testkit::database::both;
use testkit::{Answer, World};

/// A payment by a loan that is large enough, and the call for it. The shop asks for a loan, or its
/// buyer chooses that on the page.
async fn begun(world: &World, value: &str, asked: &Value) -> (String, OperationId) {
    let body = json!({
        "amount": {"value": value, "currency": "RUB"}, "capture": true,
        "payment_method_data": asked,
        "confirmation": {"type": "redirect", "return_url": "https://shop.example/"},
    });
    let made = world.call("POST", "/payments", value, &body).await;
    assert_eq!(made.text("/status"), "pending", "{}", made.json());
    let payment = made.text("/id").parse().unwrap();
    let buyer = app::checkout::Buyer::default();
    app::checkout::pay_by(&world.app, payment, MethodKind::SberLoan, None, buyer)
        .await
        .unwrap();
    let object = OperationObject::Payment(payment);
    let shop = world.shop.id;
    let list = move |conn: &mut store::Conn<'_>| store::operation::list_of(conn, shop, object);
    let operation = world.store.read(list).await.unwrap()[0].id;
    (made.text("/id"), operation)
}

async fn shown(world: &World, id: &str) -> Answer {
    let path = format!("/payments/{id}");
    world.call("GET", &path, "", &Value::Null).await
}

async fn decide(world: &World, operation: OperationId, decision: Decision) {
    app::sandbox::decide(&world.app, operation, decision)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_loan_pays_when_its_taker_can_no_more_step_back() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let loan = json!({"type": "sber_loan"});
        for (value, hours, asked) in [
            ("60000.00", 4, &loan),
            ("300000.00", 48, &loan),
            ("70000.00", 4, &Value::Null),
        ] {
            let (id, operation) = begun(&world, value, asked).await;
            decide(&world, operation, Decision::Approve).await;
            let told = shown(&world, &id).await;
            assert_eq!(told.text("/status"), "pending");
            let until = told.text("/payment_method/suspended_until");
            assert!(until > told.text("/created_at"), "{until}");
            assert_eq!(told.json().get("confirmation"), None);
            // Neither who comes back from the bank nor who agrees again makes it shorter.
            let payment = id.parse().unwrap();
            app::checkout::returned(&world.app, payment).await.unwrap();
            decide(&world, operation, Decision::Approve).await;
            world.wait(Duration::minutes(hours * 60 - 1)).await;
            let told = shown(&world, &id).await;
            assert_eq!(told.text("/payment_method/suspended_until"), until);
            world.wait(Duration::minutes(1)).await;
            let told = shown(&world, &id).await;
            assert_eq!(told.text("/status"), "succeeded");
            assert_eq!(told.text("/payment_method/loan_option"), "loan");
            assert_eq!(told.json()["payment_method"].get("suspended_until"), None);
        }
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn who_steps_back_from_a_loan_has_not_paid() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let (id, operation) = begun(&world, "60000.00", &Value::Null).await;
        decide(&world, operation, Decision::Approve).await;
        decide(&world, operation, Decision::Decline).await;
        // Another means may still pay.
        let told = shown(&world, &id).await;
        assert_eq!(told.json()["payment_method"].get("suspended_until"), None);
        assert_eq!(told.text("/confirmation/type"), "redirect");
        world.wait(Duration::hours(5)).await;
        assert_eq!(shown(&world, &id).await.json()["paid"], false);
        assert!(world.bank.statistics().is_empty());
        world.audit().await;
    })
    .await;
}
