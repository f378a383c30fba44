//! Payments through plates at a till: one waits at a time, and the plate shows the last.

use std::sync::Arc;

use app::sandbox::Decision;
use domain::Duration;
use serde_json::{Value, json};
use testkit::database::both;
use testkit::{Answer, World};

async fn plate(world: &World) -> String {
    let body = json!({
        "recipient": {"gateway_id": world.shop.gateway_id.to_string()},
        "pos_link_data": {"link": "https://qr.nspk.ru/AS10"},
    });
    let answer = world.call("POST", "/pos_links", "plate", &body).await;
    assert_eq!(answer.text("/status"), "active");
    answer.text("/id")
}

fn payment(plate: &str) -> Value {
    json!({
        "amount": {"value": "500.00", "currency": "RUB"},
        "capture": true,
        "payment_method_data": {"type": "sbp"},
        "confirmation": {"type": "external"},
        "pos_link": {"id": plate},
    })
}

async fn shown(world: &World, plate: &str) -> Answer {
    world
        .call("GET", &format!("/pos_links/{plate}"), "", &Value::Null)
        .await
}

/// The payer scans the code and decides.
async fn scan(world: &World, payment: &str, decision: Decision) {
    let (shop, id) = (world.shop.id, payment.parse().unwrap());
    let object = domain::OperationObject::Payment(id);
    let list = move |conn: &mut store::Conn<'_>| store::operation::list_of(conn, shop, object);
    let operation = world.store.read(list).await.unwrap()[0].id;
    app::sandbox::decide(&world.app, operation, decision)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_payer_pays_at_the_plate_and_the_plate_shows_it() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let plate = plate(&world).await;
        let first = world.call("POST", "/payments", "a", &payment(&plate)).await;
        assert_eq!(first.text("/confirmation/type"), "external");
        assert_eq!(first.text("/status"), "pending");
        let link = shown(&world, &plate).await;
        assert_eq!(link.text("/payment/id"), first.text("/id"));
        assert_eq!(link.text("/payment/status"), "pending");
        let second = world.call("POST", "/payments", "b", &payment(&plate)).await;
        assert_eq!(second.text("/parameter"), "pos_link.id");
        scan(&world, &first.text("/id"), Decision::Approve).await;
        assert_eq!(
            shown(&world, &plate).await.text("/payment/status"),
            "succeeded"
        );
        let next = world.call("POST", "/payments", "c", &payment(&plate)).await;
        assert_eq!(next.status.as_u16(), 200);
        world.wait(Duration::minutes(19)).await;
        assert_eq!(
            shown(&world, &plate).await.text("/payment/status"),
            "pending"
        );
        world.wait(Duration::minutes(1)).await;
        assert_eq!(
            shown(&world, &plate).await.text("/payment/status"),
            "canceled"
        );
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_plate_lets_only_its_own_payments_through() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let plate = plate(&world).await;
        let change = |pointer: &str, value: Value| {
            let mut body = payment(&plate);
            *body.pointer_mut(pointer).unwrap() = value;
            body
        };
        let mut soon = payment(&plate);
        soon["pos_link"]["expires_at"] = json!("2026-07-20T12:00:30Z");
        let mut late = payment(&plate);
        late["pos_link"]["expires_at"] = json!("2026-07-20T12:21:00.000Z");
        for (key, body, parameter) in [
            ("a", change("/capture", json!(false)), "capture"),
            (
                "b",
                change("/payment_method_data/type", json!("yoo_money")),
                "payment_method_data.type",
            ),
            (
                "c",
                change(
                    "/pos_link/id",
                    json!("pl-31f00900-000f-5000-8000-1a2b3c4d5e6f"),
                ),
                "pos_link.id",
            ),
            (
                "d",
                change(
                    "/confirmation",
                    json!({"type": "redirect", "return_url": "https://a.b/"}),
                ),
                "confirmation.type",
            ),
            ("e", soon, "pos_link.expires_at"),
            ("f", late, "pos_link.expires_at"),
        ] {
            let answer = world.call("POST", "/payments", key, &body).await;
            assert_eq!(answer.status.as_u16(), 400, "{key}");
            assert_eq!(answer.text("/parameter"), parameter, "{key}");
        }
        let path = format!("/pos_links/{plate}/deactivate");
        let off = world.call("POST", &path, "off", &Value::Null).await;
        assert_eq!(off.text("/status"), "inactive");
        let again = world.call("POST", &path, "off2", &Value::Null).await;
        assert_eq!(again.status.as_u16(), 400);
        let refused = world.call("POST", "/payments", "g", &payment(&plate)).await;
        assert_eq!(refused.text("/description"), "POS link is inactive");
        assert!(shown(&world, &plate).await.json().get("payment").is_none());
        world.audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_16_payments_at_a_plate_one_waits() {
    both(|store, _engine| async move {
        let world = Arc::new(World::new(store).await);
        let plate = plate(&world).await;
        let tasks = (0..16).map(|number| {
            let (world, body) = (Arc::clone(&world), payment(&plate));
            tokio::spawn(async move {
                world
                    .call("POST", "/payments", &format!("p{number}"), &body)
                    .await
            })
        });
        let mut succeeded = 0;
        for task in tasks.collect::<Vec<_>>() {
            succeeded += usize::from(task.await.unwrap().status.is_success());
        }
        assert_eq!(succeeded, 1);
        world.audit().await;
    })
    .await;
}
