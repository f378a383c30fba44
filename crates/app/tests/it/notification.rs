//! Notifications: written with the change, repeated until they are taken; first tries
//! keep the order of an object.

use app::webhook::NewWebhook;
use connectors::courier::{Outcome, Reply};
use connectors::gate::Gate;
use domain::{Duration, EventKind, ShopId};
use testkit::database::both;
use testkit::{World, test_shop};

use crate::pay;

const URL: &str = "https://shop.example/hook";

async fn listen(world: &World) {
    let events = EventKind::ALL.to_vec();
    let new = NewWebhook::of(&world.machine(), URL.to_owned(), events);
    app::webhook::add(&world.machine(), world.shop.id, new)
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

/// What is sent of a payment whose first event is refused: before and after the retry.
async fn check_order(world: World, strict_order: bool, expected: [&[&str]; 2]) {
    let new = NewWebhook {
        strict_order,
        ..NewWebhook::of(&world.machine(), URL.to_owned(), EventKind::ALL.to_vec())
    };
    app::webhook::add(&world.machine(), world.shop.id, new)
        .await
        .unwrap();
    world.courier.next(URL, Reply::status(404));
    let payment = pay(&world, false, "pay").await;
    world.run_jobs().await;
    let path = format!("/payments/{payment}/capture");
    world
        .call("POST", &path, "capture", &serde_json::json!({}))
        .await;
    world.run_jobs().await;
    world.wait(Duration::seconds(1)).await;
    assert_eq!(events(&world), expected[0]);
    world.wait(Duration::seconds(9)).await;
    world.wait(Duration::seconds(1)).await;
    assert_eq!(events(&world), expected[1]);
    world.audit().await;
}

const HELD: &str = "payment.waiting_for_capture";
const PAID: &str = "payment.succeeded";

#[tokio::test]
async fn a_refused_notification_does_not_keep_the_next_ones_of_its_object() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        check_order(world, false, [&[HELD, PAID], &[HELD, PAID, HELD]]).await;
    })
    .await;
}

#[tokio::test]
async fn a_webhook_may_want_the_order_of_an_object_to_be_strict() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        check_order(world, true, [&[HELD], &[HELD, HELD, PAID]]).await;
    })
    .await;
}

fn never() -> Outcome {
    Outcome::Failed {
        reason: "no answer".to_owned(),
    }
}

/// A receiver of a shop, at this address.
async fn listen_at(world: &World, shop: ShopId, url: String) {
    let new = NewWebhook::of(&world.machine(), url, vec![EventKind::PaymentSucceeded]);
    app::webhook::add(&world.machine(), shop, new)
        .await
        .unwrap();
}

/// Waits until so many parcels went to an address; a minute is long enough for any machine.
async fn until_posted(world: &World, url: &str, count: usize) {
    let posted = async {
        let mut look = tokio::time::interval(std::time::Duration::from_millis(2));
        loop {
            look.tick().await;
            let parcels = world.courier.parcels();
            if parcels.iter().filter(|it| it.url == url).count() >= count {
                return;
            }
        }
    };
    let minute = std::time::Duration::from_secs(60);
    tokio::time::timeout(minute, posted).await.unwrap();
}

#[tokio::test]
async fn receivers_that_never_answer_take_the_slots_of_nobody() {
    const SHOPS: usize = 4;
    const HANGING: usize = 40;
    const PAYMENTS: usize = 14;
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let gate = Gate::closed();
        let hanging = |number: usize| format!("https://hangs-{number}.example/hook");
        for number in 0..HANGING {
            let reply = Reply::After(gate.clone(), never());
            world.courier.always(&hanging(number), reply);
        }
        let body = crate::card_payment(crate::PLAIN, true);
        for shop in 0..SHOPS {
            let made = app::shop::create(&world.machine(), test_shop())
                .await
                .unwrap();
            for number in (shop..HANGING).step_by(SHOPS) {
                listen_at(&world, made.shop.id, hanging(number)).await;
            }
            let shop = format!("{}:{}", made.shop.id, made.secret_key);
            for key in 0..PAYMENTS {
                let key = format!("key-{key}");
                let call = world.call_as(&shop, "POST", "/payments", &key, &body);
                assert_eq!(call.await.text("/status"), "succeeded");
            }
        }
        let (stop, jobs) = world.work();
        until_posted(&world, &hanging(HANGING - 1), 1).await;
        // Only now does the good shop pay; its notifications come as if it were alone.
        listen_at(&world, world.shop.id, URL.to_owned()).await;
        for number in 0..PAYMENTS {
            pay(&world, true, &format!("good-{number}")).await;
        }
        until_posted(&world, URL, PAYMENTS).await;
        let parcels = world.courier.parcels();
        for number in 0..HANGING {
            let own = hanging(number);
            let count = parcels.iter().filter(|it| it.url == own).count();
            assert!(count <= 16, "{count} under way to one webhook");
        }
        stop.send_replace(true);
        gate.open();
        jobs.join_all().await;
    })
    .await;
}

#[tokio::test]
async fn what_a_dead_node_had_under_way_is_sent_by_another_within_ten_seconds() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        listen(&world).await;
        let gate = Gate::closed();
        world.courier.next(URL, Reply::After(gate, never()));
        pay(&world, true, "pay").await;
        let (_stop, mut jobs) = world.work();
        until_posted(&world, URL, 1).await;
        // The node dies without a word.
        jobs.shutdown().await;
        world.wait(Duration::seconds(9)).await;
        assert_eq!(world.courier.parcels().len(), 1);
        world.wait(Duration::seconds(1)).await;
        assert_eq!(world.courier.taken().len(), 1);
        world.audit().await;
    })
    .await;
}
