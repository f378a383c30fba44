//! The journal of actions: what the command line changes leaves a line, and no line changes.

use std::path::Path;

use domain::access::Machine;
use domain::{EventKind, Right};
use testkit::World;
use testkit::database::both;

use crate::pay;

#[tokio::test]
async fn what_is_done_by_hand_stands_in_the_journal_with_who_did_it_and_when() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let hand = |command: &str| {
            let machine = Machine::unbounded("olga@pay-1", command);
            world.app.machine(machine)
        };
        let shop = world.shop.id;
        let key = app::shop::add_key(&hand("shop key add"), shop).await;
        let key = key.unwrap();
        let adding = hand("shop webhook add");
        let url = "https://shop.example/hook".to_owned();
        let new = app::webhook::NewWebhook::of(&adding, url, vec![EventKind::PaymentSucceeded]);
        let added = app::webhook::add(&adding, shop, new).await.unwrap();
        let migrating = hand("migrate");
        let noted = app::journal::note(&migrating, Right::DataMove, None).await;
        noted.unwrap();
        // What is refused, looked at, or done by programs and by time leaves none.
        let refused = app::shop::revoke_key(&hand("shop key revoke"), shop, "7").await;
        refused.unwrap_err();
        app::shop::list(&hand("shop list")).await.unwrap();
        pay(&world, true, "pay").await;
        world.run_jobs().await;

        let own = app::journal::list(&hand("journal list"), Some(shop), 10).await;
        let hint: String = key.chars().skip(key.chars().count() - 4).collect();
        let said: Vec<_> = own
            .unwrap()
            .into_iter()
            .filter(|action| action.who == "olga@pay-1")
            .map(|action| (action.way, action.right, action.object, action.done_at))
            .collect();
        let expected = [
            (
                "shop key add",
                Right::KeyCreate,
                Some(format!("key {hint}")),
            ),
            (
                "shop webhook add",
                Right::WebhookChange,
                Some(added.webhook.id.to_string()),
            ),
        ];
        let now = world.app.now();
        for (way, right, object) in expected {
            let line = (way.to_owned(), right, object, now);
            assert!(said.contains(&line), "{line:?} in {said:?}");
        }
        assert_eq!(said.len(), 2, "{said:?}");
        let all = app::journal::list(&hand("journal list"), None, 10)
            .await
            .unwrap();
        assert_eq!(all.iter().filter(|line| line.shop_id.is_none()).count(), 1);
        let unknown = domain::ShopId::new(7);
        let unknown = app::journal::list(&hand("journal list"), unknown, 10).await;
        assert!(matches!(unknown, Err(app::Error::NotFound { .. })));

        world.audit().await;
    })
    .await;
}

#[test]
fn no_statement_changes_or_removes_a_line() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../store/src");
    let mut folders = vec![folder];
    let mut adds = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            adds += text.matches("insert into action ").count();
            adds += text.matches("Actions::insert").count();
            for change in [
                "update action\n",
                "update action ",
                "delete from action",
                "Actions::update",
            ] {
                assert!(!text.contains(change), "{}", path.display());
            }
        }
    }
    assert_eq!(adds, 1);
}

#[tokio::test]
async fn a_command_has_no_rights_but_those_that_it_names() {
    both(|store, _engine| async move {
        let world = World::new(store).await;
        let narrow = Machine {
            rights: vec![Right::KeyRead],
            ..Machine::unbounded("olga@pay-1", "shop key list")
        };
        let cx = world.app.machine(narrow);
        let shop = world.shop.id;
        assert_eq!(app::shop::list_keys(&cx, shop).await.unwrap().len(), 1);
        let refused = app::shop::add_key(&cx, shop).await.unwrap_err();
        assert_eq!(refused.to_string(), "the right key.create is missing");
        assert!(matches!(refused, app::Error::Forbidden { .. }));
        assert_eq!(app::shop::list_keys(&cx, shop).await.unwrap().len(), 1);
    })
    .await;
}
