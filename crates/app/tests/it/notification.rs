//! Notifications: written with the change, repeated until they are taken, in order per object.

use connectors::courier::Reply;
use domain::{Duration, EventKind};
use testkit::World;
use testkit::database::both;

use crate::pay;

const URL: &str = "https://shop.example/hook";

async fn listen(world: &World) {
    let events = EventKind::ALL.to_vec();
    app::webhook::add(&world.app, world.shop.id, URL.to_owned(), events)
        .await
        .unwrap();
}

fn events(world: &World) -> Vec<String> {
    let parcels = world.courier.parcels();
    let event = |body: &str| {
        let json: serde_json::Value = serde_json::from_str(body).unwrap();
        json["event"].as_str().unwrap().to_owned()
    };
    parcels.iter().map(|parcel| event(&parcel.body)).collect()
}

#[tokio::test]
async fn a_notification_is_repeated_until_it_is_taken() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        listen(&world).await;
        for status in [500, 302, 200] {
            world.courier.next(URL, Reply::status(status));
        }
        pay(&world, true, "pay").await;
        world.run_jobs().await;
        assert_eq!(world.courier.parcels().len(), 1);
        world.wait(Duration::seconds(9)).await;
        assert_eq!(world.courier.parcels().len(), 1);
        world.wait(Duration::seconds(1)).await;
        assert_eq!(world.courier.parcels().len(), 2);
        world.wait(Duration::seconds(32)).await;
        assert_eq!(world.courier.parcels().len(), 3);
        world.wait(Duration::days(1)).await;
        assert_eq!(events(&world), ["payment.succeeded"; 3]);
        let ids = world.courier.parcels();
        let ids: Vec<_> = ids
            .iter()
            .map(|parcel| parcel.headers[0].1.clone())
            .collect();
        assert!(
            ids.iter().all(|id| *id == ids[0]),
            "a repetition has the same id"
        );
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_refused_for_a_day_is_given_up() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        listen(&world).await;
        world
            .courier
            .always(URL, Reply::failed("connection refused"));
        pay(&world, true, "pay").await;
        for _ in 0..3_000 {
            if world.courier.parcels().len() == 8 {
                break;
            }
            world.wait(Duration::seconds(60)).await;
        }
        world.wait(Duration::days(7)).await;
        assert_eq!(world.courier.parcels().len(), 8);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn notifications_of_one_object_keep_their_order() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        listen(&world).await;
        world.courier.next(URL, Reply::status(503));
        let payment = pay(&world, false, "pay").await;
        world.run_jobs().await;
        let path = format!("/payments/{payment}/capture");
        world
            .call("POST", &path, "capture", &serde_json::json!({}))
            .await;
        world.run_jobs().await;
        assert_eq!(events(&world), ["payment.waiting_for_capture"]);
        world.wait(Duration::seconds(10)).await;
        world.wait(Duration::seconds(1)).await;
        let expected = [
            "payment.waiting_for_capture",
            "payment.waiting_for_capture",
            "payment.succeeded",
        ];
        assert_eq!(events(&world), expected);
        world.audit().await;
    })
    .await;
}
