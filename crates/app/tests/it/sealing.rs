//! Webhooks' secrets stand sealed in the database: what becomes of notifications when keys are
//! rotated, rows are moved or damaged, or stand plain from before.

use std::sync::{Arc, Mutex};

use app::App;
use app::audit::Report;
use app::sealing::{Keyring, Place, Unopened, reseal};
use app::webhook::{Added, NewWebhook};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{Duration, EventKind, WebhookId};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use store::sealing::Sealed;
use store::webhook::HeldSecret;
use store::{Store, StoreError};
use testkit::database::both;
use testkit::{BEGIN, Surroundings, World, sealing_keys};

use crate::pay;

async fn listen(world: &World, number: usize) -> Added {
    let url = format!("https://shop.example/{number}");
    let new = NewWebhook::of(&world.machine(), url, EventKind::ALL.to_vec());
    let added = app::webhook::add(&world.machine(), world.shop.id, new).await;
    added.unwrap()
}

/// What the column holds of every webhook.
async fn held(store: &Store) -> Vec<HeldSecret> {
    let read = store.read(|conn| store::webhook::secrets_any_shop(conn, None, 10_000));
    read.await.unwrap()
}

async fn held_of(store: &Store, id: WebhookId) -> String {
    let held = held(store).await;
    let held = held.iter().find(|held| held.id == id).unwrap();
    held.secret.as_text().to_owned()
}

/// Writes into the column behind the platform's back.
async fn write(store: &Store, world: &World, id: WebhookId, text: &str) {
    let (shop, text) = (world.shop.id, Sealed::new(text.to_owned()));
    let unit = move |tx: &mut store::Tx<'_>| store::webhook::update_secret(tx, shop, id, &text);
    let written: Result<(), StoreError> = store.write(shop, unit).await;
    written.unwrap();
}

/// Every notification so far to this webhook is signed with its secret. How many there were.
fn signed(world: &World, added: &Added) -> usize {
    let key = added.secret.reveal().strip_prefix("whsec_").unwrap();
    let key = STANDARD.decode(key).unwrap();
    let parcels = world.courier.parcels();
    let own = parcels.iter().filter(|it| it.url == added.webhook.url);
    own.map(|parcel| {
        let [id, time, signature] = [0, 1, 2].map(|at| parcel.headers[at].1.as_str());
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(format!("{id}.{time}.{}", parcel.body).as_bytes());
        let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        assert_eq!(signature, expected);
    })
    .count()
}

/// What the audit says of secrets.
async fn findings(app: &Arc<App>) -> Vec<String> {
    let mut report = Report::default();
    app::audit::secret::run(&testkit::machine(app), &mut report)
        .await
        .unwrap();
    let findings = report.secrets.into_iter();
    findings.map(|finding| finding.problem).collect()
}

/// As a server does at its start.
async fn register(world: &World, keys: &Keyring, number: u32) {
    let noted = app::sealing::register(&world.store, keys, number, world.app.now()).await;
    assert_eq!(noted.unwrap().last().unwrap().number, number);
}

#[tokio::test]
async fn a_secret_that_was_moved_or_damaged_signs_nothing_and_stops_nobody_else() {
    both(|store, _engine| async move {
        let world = World::new(store.clone()).await;
        register(&world, &sealing_keys(&[1]), 1).await;
        let (moved, damaged) = (listen(&world, 1).await, listen(&world, 2).await);
        let sound = listen(&world, 3).await;
        let text = held_of(&store, sound.webhook.id).await;
        assert!(text.starts_with("sealed:1:"), "{text}");
        assert!(!text.contains(&sound.secret.reveal()[6..]), "{text}");
        assert_eq!(findings(&world.app).await, Vec::<String>::new());

        let own = held_of(&store, moved.webhook.id).await;
        write(&store, &world, moved.webhook.id, &text).await;
        write(&store, &world, damaged.webhook.id, "sealed:1:AAAA").await;
        pay(&world, true, "pay").await;
        world.run_jobs().await;
        assert_eq!(signed(&world, &sound), 1);
        assert_eq!(
            world.courier.parcels().len(),
            1,
            "nothing leaves without its signature"
        );
        assert_eq!(world.app.sealing().unopened(), 2);
        let found = findings(&world.app).await;
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found.iter().all(|it| it.contains("cannot be opened")),
            "{found:?}"
        );
        let shop = world.shop.id;
        let events = app::event::list(&world.machine(), shop, BEGIN, None, 10)
            .await
            .unwrap();
        let event = events.last().unwrap().id;
        let shown = app::event::show(&world.machine(), shop, event)
            .await
            .unwrap();
        let shown = format!("{shown:?}");
        assert_eq!(
            shown
                .matches("the webhook's secret cannot be opened")
                .count(),
            2,
            "{shown}"
        );

        // What is put right goes out by the next attempt.
        write(&store, &world, moved.webhook.id, &own).await;
        let renewed = app::webhook::renew(&world.machine(), shop, damaged.webhook.id).await;
        let renewed = renewed.unwrap();
        assert_ne!(renewed.secret, damaged.secret);
        world.wait(Duration::seconds(10)).await;
        let counts = [&moved, &renewed, &sound].map(|added| signed(&world, added));
        assert_eq!(counts, [1, 1, 1]);
        assert_eq!(findings(&world.app).await, Vec::<String>::new());
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn what_stands_plain_from_before_signs_and_is_sealed_in_batches() {
    both(|store, _engine| async move {
        let world = World::new(store.clone()).await;
        let mut added = Vec::new();
        for number in 0..230 {
            added.push(listen(&world, number).await);
        }
        for added in &added {
            let (id, text) = (added.webhook.id, added.secret.reveal());
            write(&store, &world, id, text).await;
        }
        // As long as the database is not sealed at all, that is no fault.
        assert_eq!(findings(&world.app).await, Vec::<String>::new());
        register(&world, &sealing_keys(&[1]), 1).await;
        assert_eq!(findings(&world.app).await.len(), 230);
        pay(&world, true, "plain").await;
        world.run_jobs().await;
        assert!(added.iter().all(|added| signed(&world, added) == 1));

        // Cut off anywhere, it is done again.
        let cut = tokio::spawn({
            let app = Arc::clone(&world.app);
            async move { reseal(&testkit::machine(&app)).await }
        });
        while plain(&store).await == 230 {
            tokio::task::yield_now().await;
        }
        cut.abort();
        drop(cut.await);
        pay(&world, true, "half").await;
        world.run_jobs().await;
        assert!(added.iter().all(|added| signed(&world, added) == 2));
        let rest = reseal(&world.machine()).await.unwrap();
        assert!(rest.rows < 230 && rest.unreadable.is_empty(), "{rest:?}");
        assert_eq!(plain(&store).await, 0);
        assert_eq!(reseal(&world.machine()).await.unwrap().rows, 0);
        pay(&world, true, "whole").await;
        world.run_jobs().await;
        assert!(added.iter().all(|added| signed(&world, added) == 3));

        // One that a node of before adds later is found by the next start.
        let late = &added[7];
        write(&store, &world, late.webhook.id, late.secret.reveal()).await;
        assert_eq!(findings(&world.app).await.len(), 1);
        assert_eq!(reseal(&world.machine()).await.unwrap().rows, 1);
        assert_eq!(findings(&world.app).await, Vec::<String>::new());
    })
    .await;
}

async fn plain(store: &Store) -> usize {
    let held = held(store).await;
    let plain = held
        .iter()
        .filter(|held| held.secret.as_text().starts_with("whsec_"));
    plain.count()
}

#[tokio::test]
async fn a_node_that_meets_a_key_of_another_reads_the_file_before_it_fails() {
    both(|store, _engine| async move {
        let surroundings = Surroundings::new(1);
        let world = World::with(store.clone(), surroundings.clone(), testkit::test_shop()).await;
        let file = Arc::new(Mutex::new(sealing_keys(&[1])));
        let there = Arc::clone(&file);
        let source = move || Ok(there.lock().unwrap().clone());
        let node = app::sealing::Sealing::new(sealing_keys(&[1]), Arc::new(source));
        let node = surroundings.app_with(store.clone(), Arc::new(node));
        world.app.sealing().replace(sealing_keys(&[1]), Ok(1));
        register(&world, &sealing_keys(&[1]), 1).await;
        let added = listen(&world, 1).await;
        let foreign = listen(&world, 2).await;

        // Another process rotates; the file has not been copied to this node yet.
        register(&world, &sealing_keys(&[1, 2]), 2).await;
        world.app.sealing().replace(sealing_keys(&[1, 2]), Ok(2));
        // What cannot be opened is left as it is, and is named.
        write(&store, &world, foreign.webhook.id, "sealed:9:AAAA").await;
        let done = reseal(&world.machine()).await.unwrap();
        assert_eq!((done.rows, done.unreadable.len()), (1, 1));
        assert_eq!(done.unreadable[0].why, Unopened::UnknownKey(9));
        let text = held_of(&store, added.webhook.id).await;
        assert!(text.starts_with("sealed:2:"), "{text}");
        assert_eq!(held_of(&store, foreign.webhook.id).await, "sealed:9:AAAA");
        pay(&world, true, "pay").await;
        world.carry_by(&node).await;
        assert_eq!((signed(&world, &added), node.sealing().unopened()), (0, 2));

        *file.lock().unwrap() = sealing_keys(&[1, 2]);
        world.clock.advance(Duration::seconds(10));
        world.carry_by(&node).await;
        assert_eq!(signed(&world, &added), 1);
        let place = Place::of_webhook(world.shop.id, added.webhook.id);
        let opened = node.sealing().open(&place, &Sealed::new(text));
        assert_eq!(opened, Ok(added.secret.clone()));
    })
    .await;
}
