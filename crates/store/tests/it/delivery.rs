//! Deliveries: who is claimed when, and what becomes of it.

use domain::webhook::{Delivery, DeliveryState, Webhook};
use domain::{DeliveryId, Duration, EventId, EventKind, Shop, ShopId, Timestamp, WebhookId};
use store::attempt::{self, Attempt};
use store::delivery::{
    Claim, Claimed, Lease, Recorded, claim_any_shop, find, insert, list, record, renew_any_shop,
    resend, was_taken,
};
use store::sealing::Sealed;
use store::{Conn, Store, StoreError, Tx, event, webhook};

use crate::database::both;
use crate::samples::{NOW, done, refused, seed, shop, with_shop};

/// The shops' clocks are a day ahead.
fn platform(seconds: i64) -> Timestamp {
    NOW.minus(Duration::days(1))
        .plus(Duration::seconds(seconds))
}

fn delivery_id(number: u64) -> DeliveryId {
    DeliveryId::new(seed(number))
}

fn webhook_id(number: u64) -> WebhookId {
    WebhookId::new(seed(number))
}

fn delivery(shop: ShopId, number: u64, hook: u64, object: &str, due_at: Timestamp) -> Delivery {
    Delivery {
        id: delivery_id(number),
        shop_id: shop,
        event_id: EventId::new(seed(number)),
        webhook_id: webhook_id(hook),
        object_id: object.to_owned(),
        state: DeliveryState::Pending,
        attempts: 0,
        created_at: NOW,
        due_at: Some(due_at),
    }
}

fn insert_webhook(tx: &mut Tx<'_>, shop: ShopId, number: u64) -> Result<(), StoreError> {
    insert_ordering_webhook(tx, shop, number, false)
}

fn insert_ordering_webhook(
    tx: &mut Tx<'_>,
    shop: ShopId,
    number: u64,
    strict_order: bool,
) -> Result<(), StoreError> {
    let hook = Webhook {
        id: webhook_id(number),
        shop_id: shop,
        url: format!("https://shop.test/{number}"),
        events: EventKind::ALL.to_vec(),
        strict_order,
        holder: None,
        created_at: NOW,
    };
    let secret = Sealed::new(format!("sealed:1:{number}"));
    webhook::insert(tx, &hook, &secret)
}

/// Deliveries with their events: number, webhook, object. Due at once.
fn insert_all(tx: &mut Tx<'_>, shop: &Shop, rows: &[(u64, u64, &str)]) -> Result<(), StoreError> {
    let mut deliveries = Vec::new();
    for (number, hook, object) in rows {
        let row = delivery(shop.id, *number, *hook, object, NOW);
        let event = event::Event {
            id: row.event_id,
            shop_id: shop.id,
            kind: EventKind::PaymentSucceeded,
            object_id: row.object_id.clone(),
            body: format!("body {number}"),
            created_at: NOW,
        };
        event::insert(tx, &event)?;
        deliveries.push(row);
    }
    insert(tx, shop, &deliveries)
}

/// A delivery with all that belongs to it.
pub(crate) fn insert_one(
    tx: &mut Tx<'_>,
    shop: &Shop,
    number: u64,
    due_at: Timestamp,
) -> Result<(), StoreError> {
    insert_webhook(tx, shop.id, number)?;
    insert_all(tx, shop, &[(number, number, "object")])?;
    resend(tx, shop, delivery_id(number), due_at)
}

async fn claimed(store: &Store, claim: Claim) -> Vec<Claimed> {
    done(store, move |tx| claim_any_shop(tx, &claim, &mut |_| true)).await
}

pub(crate) async fn claimed_at(store: &Store, now: Timestamp) -> Vec<Claimed> {
    let claim = Claim {
        now,
        lease_until: now.plus(Duration::seconds(60)),
        limit: 100,
        per_webhook: 100,
        after: None,
        rooms: Vec::new(),
    };
    claimed(store, claim).await
}

async fn check_claimed(store: &Store, seconds: i64, expected: &[u64]) {
    let claimed = claimed_at(store, platform(seconds)).await;
    let mut found: Vec<DeliveryId> = claimed.iter().map(|it| it.delivery.id).collect();
    found.sort();
    let expected: Vec<DeliveryId> = expected.iter().map(|it| delivery_id(*it)).collect();
    assert_eq!(found, expected, "at {seconds} s");
}

fn recorded(number: u64, state: DeliveryState, attempts: i64, due: Option<i64>) -> Recorded {
    Recorded {
        id: delivery_id(number),
        shop_id: shop(1).id,
        state,
        attempts,
        due_at: due.map(platform),
    }
}

async fn check_record(store: &Store, rows: Vec<Recorded>) {
    done(store, move |tx| record(tx, &rows)).await;
}

/// A shop with these webhooks and deliveries.
async fn with_deliveries(store: &Store, rows: &'static [(u64, u64, &'static str)]) -> Shop {
    let shop = with_shop(store, 1).await;
    let owner = shop.clone();
    done(store, move |tx| {
        let mut hooks: Vec<u64> = rows.iter().map(|row| row.1).collect();
        hooks.sort_unstable();
        hooks.dedup();
        for hook in hooks {
            insert_webhook(tx, owner.id, hook)?;
        }
        insert_all(tx, &owner, rows)
    })
    .await;
    shop
}

#[tokio::test]
async fn a_claim_brings_all_that_is_needed_to_send() {
    both(|store, _| async move {
        let shop = with_deliveries(&store, &[(1, 1, "a")]).await;
        assert_eq!(claimed_at(&store, platform(-1)).await, []);
        let stored = delivery(shop.id, 1, 1, "a", NOW);
        let expected = Claimed {
            delivery: stored.clone(),
            kind: EventKind::PaymentSucceeded,
            body: "body 1".to_owned(),
            url: "https://shop.test/1".to_owned(),
            secret: Sealed::new("sealed:1:1".to_owned()),
            shows_fees: true,
            clock_offset: shop.clock_offset,
            first_attempt_at: None,
        };
        assert_eq!(claimed_at(&store, platform(0)).await, [expected]);
        let (id, event) = (shop.id, stored.event_id);
        let found = store.read(move |conn| {
            Ok::<_, StoreError>((find(conn, id, delivery_id(1))?, list(conn, id, event)?))
        });
        let leased = Delivery {
            due_at: Some(NOW.plus(Duration::seconds(60))),
            ..stored
        };
        assert_eq!(found.await.unwrap(), (Some(leased.clone()), vec![leased]));
    })
    .await;
}

#[tokio::test]
async fn what_is_claimed_is_not_claimed_again_before_its_lease_is_over() {
    both(|store, _| async move {
        with_deliveries(&store, &[(1, 1, "a"), (2, 1, "b"), (3, 2, "a")]).await;
        check_claimed(&store, 0, &[1, 2, 3]).await;
        check_claimed(&store, 59, &[]).await;
        let delivered = vec![recorded(2, DeliveryState::Delivered, 1, None)];
        check_record(&store, delivered).await;
        check_claimed(&store, 60, &[1, 3]).await;
        for (number, object, kind, taken) in [
            (1, "b", EventKind::PaymentSucceeded, true),
            (1, "a", EventKind::PaymentSucceeded, false),
            (1, "b", EventKind::PaymentCanceled, false),
            (2, "b", EventKind::PaymentSucceeded, false),
        ] {
            let found = store.read(move |conn| was_taken(conn, shop(number).id, object, kind));
            assert_eq!(found.await.unwrap(), taken, "{number} {object} {kind:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn deliveries_of_one_object_keep_a_strict_order_where_it_is_wanted() {
    both(|store, _| async move {
        // The ids sort the other way round than the deliveries were written.
        let shop = with_shop(&store, 1).await;
        done(&store, move |tx| {
            insert_ordering_webhook(tx, shop.id, 1, true)?;
            insert_webhook(tx, shop.id, 2)?;
            let one = [(9, 1, "a"), (5, 1, "a"), (3, 1, "a")];
            insert_all(tx, &shop, &one)?;
            insert_all(tx, &shop, &[(4, 2, "a"), (6, 1, "b")])
        })
        .await;
        check_claimed(&store, 0, &[4, 6, 9]).await;
        check_claimed(&store, 1, &[]).await;
        let ended = vec![recorded(9, DeliveryState::Delivered, 1, None)];
        check_record(&store, ended).await;
        check_claimed(&store, 2, &[5]).await;

        // A failure keeps what follows waiting until the next attempt, and after it.
        let failed = vec![recorded(5, DeliveryState::Pending, 1, Some(100))];
        check_record(&store, failed).await;
        check_claimed(&store, 99, &[4, 6]).await;
        check_claimed(&store, 100, &[5]).await;
        let given_up = vec![recorded(5, DeliveryState::Exhausted, 2, None)];
        check_record(&store, given_up).await;
        check_claimed(&store, 101, &[3]).await;
    })
    .await;
}

#[tokio::test]
async fn later_deliveries_of_an_object_wait_only_for_the_first_attempt_of_earlier_ones() {
    both(|store, _| async move {
        with_deliveries(&store, &[(9, 1, "a"), (5, 1, "a"), (3, 1, "a")]).await;
        check_claimed(&store, 0, &[9]).await;
        check_claimed(&store, 1, &[]).await;
        let refused = vec![recorded(9, DeliveryState::Pending, 1, Some(86_016))];
        check_record(&store, refused).await;
        check_claimed(&store, 2, &[5]).await;
        check_claimed(&store, 3, &[]).await;
        let taken = vec![recorded(5, DeliveryState::Delivered, 1, None)];
        check_record(&store, taken).await;
        check_claimed(&store, 4, &[3]).await;
        let taken = vec![recorded(3, DeliveryState::Delivered, 1, None)];
        check_record(&store, taken).await;
        check_claimed(&store, 86_016, &[9]).await;
    })
    .await;
}

#[tokio::test]
async fn a_lease_is_kept_as_long_as_it_is_renewed() {
    both(|store, _| async move {
        with_deliveries(&store, &[(1, 1, "a"), (2, 1, "b"), (3, 1, "c")]).await;
        check_claimed(&store, 0, &[1, 2, 3]).await;
        let taken = vec![recorded(3, DeliveryState::Delivered, 1, None)];
        check_record(&store, taken).await;
        let leases = [(1, 0), (2, 7), (3, 0)].map(|(number, attempts)| Lease {
            id: delivery_id(number),
            attempts,
        });
        done(&store, move |tx| renew_any_shop(tx, &leases, platform(90))).await;
        // The second was claimed for another attempt, the third is over.
        check_claimed(&store, 60, &[2]).await;
        check_claimed(&store, 90, &[1]).await;
    })
    .await;
}

#[tokio::test]
async fn what_is_not_admitted_stays_where_it_is_and_hides_nobody() {
    both(|store, _| async move {
        let rows = &[
            (1, 1, "a"),
            (2, 1, "b"),
            (3, 2, "a"),
            (4, 3, "a"),
            (5, 3, "b"),
        ];
        with_deliveries(&store, rows).await;
        let claim = Claim {
            now: platform(0),
            lease_until: platform(60),
            limit: 2,
            per_webhook: 2,
            after: None,
            rooms: vec![(webhook_id(3), 1)],
        };
        let claimed = done(&store, move |tx| {
            claim_any_shop(tx, &claim, &mut |it| {
                it.delivery.webhook_id != webhook_id(1)
            })
        })
        .await;
        let found: Vec<DeliveryId> = claimed.iter().map(|it| it.delivery.id).collect();
        assert_eq!(found, [delivery_id(3), delivery_id(4)]);
        check_claimed(&store, 0, &[1, 2, 5]).await;
    })
    .await;
}

#[tokio::test]
async fn webhooks_take_turns() {
    both(|store, _| async move {
        with_deliveries(
            &store,
            &[
                (10, 1, "a"),
                (11, 1, "b"),
                (12, 1, "c"),
                (13, 1, "d"),
                (20, 2, "a"),
                (30, 3, "a"),
                (31, 3, "b"),
            ],
        )
        .await;
        let mut after = None;
        let mut turns = Vec::new();
        for second in 0..4 {
            let now = platform(second);
            let claim = Claim {
                now,
                lease_until: now.plus(Duration::seconds(60)),
                limit: 2,
                per_webhook: 2,
                after,
                rooms: Vec::new(),
            };
            let claimed = claimed(&store, claim).await;
            after = claimed.last().map(|it| it.delivery.webhook_id);
            let turn: Vec<DeliveryId> = claimed.iter().map(|it| it.delivery.id).collect();
            turns.push(turn);
        }
        let expected = [vec![10, 20], vec![30, 11], vec![31, 12], vec![13]];
        let expected: Vec<Vec<DeliveryId>> = expected
            .iter()
            .map(|turn| turn.iter().map(|it| delivery_id(*it)).collect())
            .collect();
        assert_eq!(turns, expected);
    })
    .await;
}

#[tokio::test]
async fn webhooks_that_are_busy_are_left_out() {
    both(|store, _| async move {
        with_deliveries(&store, &[(1, 1, "a"), (2, 2, "a"), (3, 3, "a")]).await;
        let claim = Claim {
            now: platform(0),
            lease_until: platform(60),
            limit: 10,
            per_webhook: 10,
            after: None,
            rooms: vec![(webhook_id(1), 0), (webhook_id(3), 0)],
        };
        let claimed = claimed(&store, claim).await;
        let found: Vec<DeliveryId> = claimed.iter().map(|it| it.delivery.id).collect();
        assert_eq!(found, [delivery_id(2)]);
    })
    .await;
}

#[tokio::test]
async fn a_webhook_with_a_backlog_gives_only_its_share() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        done(&store, move |tx| {
            insert_webhook(tx, shop.id, 1)?;
            insert_webhook(tx, shop.id, 2)?;
            let objects: Vec<String> = (0..300).map(|number| format!("{number}")).collect();
            let rows: Vec<(u64, u64, &str)> = (0..)
                .zip(&objects)
                .map(|(number, object)| (number, 1, object.as_str()))
                .collect();
            insert_all(tx, &shop, &rows)?;
            insert_all(tx, &shop, &[(1_000, 2, "a")])
        })
        .await;
        let claim = Claim {
            now: platform(0),
            lease_until: platform(60),
            limit: 100,
            per_webhook: 70,
            after: None,
            rooms: Vec::new(),
        };
        let claimed = claimed(&store, claim).await;
        assert_eq!(claimed.len(), 71);
        let other = |it: &&Claimed| it.delivery.webhook_id == webhook_id(2);
        assert_eq!(claimed.iter().filter(other).count(), 1);
    })
    .await;
}

#[tokio::test]
async fn two_who_claim_at_once_get_different_deliveries() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        let owner = shop.clone();
        done(&store, move |tx| {
            let objects: Vec<String> = (0..100).map(|number| format!("{number}")).collect();
            let rows: Vec<(u64, u64, &str)> = (0..)
                .zip(&objects)
                .map(|(number, object)| (number, number % 3, object.as_str()))
                .collect();
            for hook in 0..3 {
                insert_webhook(tx, owner.id, hook)?;
            }
            insert_all(tx, &owner, &rows)
        })
        .await;
        let claims = (0..8).map(|number| {
            // Eight shops, so that all lanes take part.
            let (store, lane) = (store.clone(), ShopId::new(number + 1).unwrap());
            let claim = Claim {
                now: platform(0),
                lease_until: platform(60),
                limit: 15,
                per_webhook: 7,
                after: None,
                rooms: Vec::new(),
            };
            tokio::spawn(async move {
                let mut found = Vec::new();
                loop {
                    let claim = claim.clone();
                    let unit = move |tx: &mut Tx<'_>| claim_any_shop(tx, &claim, &mut |_| true);
                    let some: Vec<Claimed> = store.write(lane, unit).await.unwrap();
                    if some.is_empty() {
                        return found;
                    }
                    found.extend(some.into_iter().map(|it| it.delivery.id));
                }
            })
        });
        let mut found = Vec::new();
        for claim in claims.collect::<Vec<_>>() {
            found.extend(claim.await.unwrap());
        }
        assert_eq!(found.len(), 100);
        found.sort();
        found.dedup();
        assert_eq!(found.len(), 100);
    })
    .await;
}

#[tokio::test]
async fn only_the_first_record_of_an_attempt_counts() {
    both(|store, _| async move {
        let shop = with_deliveries(&store, &[(1, 1, "a"), (2, 1, "b")]).await;
        check_claimed(&store, 0, &[1, 2]).await;
        let delivered = vec![recorded(1, DeliveryState::Delivered, 1, None)];
        check_record(&store, delivered).await;
        let late = vec![
            recorded(1, DeliveryState::Pending, 1, Some(10)),
            recorded(2, DeliveryState::Pending, 1, Some(10)),
        ];
        check_record(&store, late).await;
        let id = shop.id;
        let found = store.read(move |conn| {
            Ok::<_, StoreError>([
                find(conn, id, delivery_id(1))?,
                find(conn, id, delivery_id(2))?,
            ])
        });
        let states = found
            .await
            .unwrap()
            .map(|it| it.map(|it| (it.state, it.due_at)));
        let later = NOW.plus(Duration::seconds(10));
        assert_eq!(
            states,
            [
                Some((DeliveryState::Delivered, None)),
                Some((DeliveryState::Pending, Some(later))),
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn a_delivery_is_sent_once_more_on_request() {
    both(|store, _| async move {
        let shop = with_deliveries(&store, &[(1, 1, "a")]).await;
        check_claimed(&store, 0, &[1]).await;
        let given_up = vec![recorded(1, DeliveryState::Exhausted, 1, None)];
        check_record(&store, given_up).await;
        check_claimed(&store, 1_000, &[]).await;
        let (owner, stranger) = (shop.clone(), crate::samples::shop(2));
        done(&store, move |tx| resend(tx, &owner, delivery_id(1), NOW)).await;
        check_claimed(&store, 1_000, &[1]).await;
        let error = refused(&store, move |tx| resend(tx, &stranger, delivery_id(1), NOW)).await;
        assert!(matches!(error, StoreError::Conflict));
    })
    .await;
}

async fn states(store: &Store, shop: ShopId, numbers: &'static [u64]) -> Vec<DeliveryState> {
    let read = store.read(move |conn| {
        let mut states = Vec::new();
        for number in numbers {
            let found = find(conn, shop, delivery_id(*number))?.unwrap();
            assert_eq!(
                found.due_at.is_some(),
                found.state == DeliveryState::Pending
            );
            states.push(found.state);
        }
        Ok::<_, StoreError>(states)
    });
    read.await.unwrap()
}

#[tokio::test]
async fn a_removed_webhook_gets_nothing_more() {
    both(|store, _| async move {
        let rows = &[(1, 1, "a"), (2, 1, "b"), (3, 1, "c"), (4, 2, "a")];
        let shop = with_deliveries(&store, rows).await;
        check_claimed(&store, 0, &[1, 2, 3, 4]).await;
        let id = shop.id;
        done(&store, move |tx| webhook::delete(tx, id, webhook_id(1))).await;
        let dropped = DeliveryState::Dropped;
        assert_eq!(states(&store, id, &[1, 2, 3]).await, [dropped; 3]);
        // Attempts that were under way come back.
        let back = vec![
            recorded(1, DeliveryState::Pending, 1, Some(10)),
            recorded(2, DeliveryState::Delivered, 1, None),
            recorded(3, DeliveryState::Exhausted, 1, None),
            recorded(4, DeliveryState::Delivered, 1, None),
        ];
        check_record(&store, back).await;
        let delivered = DeliveryState::Delivered;
        let expected = [dropped, delivered, dropped, delivered];
        assert_eq!(states(&store, id, &[1, 2, 3, 4]).await, expected);
        check_claimed(&store, 1_000, &[]).await;
    })
    .await;
}

#[tokio::test]
async fn deliveries_written_while_their_webhook_was_removed_are_dropped() {
    both(|store, _| async move {
        let shop = with_deliveries(&store, &[(1, 1, "a"), (2, 2, "a")]).await;
        let owner = shop.clone();
        done(&store, move |tx| {
            webhook::delete(tx, owner.id, webhook_id(1))
        })
        .await;
        let owner = shop.clone();
        done(&store, move |tx| insert_all(tx, &owner, &[(3, 1, "a")])).await;
        check_claimed(&store, 0, &[2]).await;
        let dropped = DeliveryState::Dropped;
        assert_eq!(states(&store, shop.id, &[1, 3]).await, [dropped; 2]);
    })
    .await;
}

#[tokio::test]
async fn attempts_are_noted_once_and_the_first_one_dates_the_schedule() {
    both(|store, _| async move {
        with_deliveries(&store, &[(1, 1, "a")]).await;
        let attempt = |number, status| Attempt {
            delivery_id: delivery_id(1),
            number,
            started_at: NOW.plus(Duration::seconds(number)),
            took: Duration::millis(12),
            status,
            request_headers: "content-type: application/json".to_owned(),
            response_body: status.map(|_| "oops \0!".to_owned()),
            failure: status.is_none().then(|| "connection refused".to_owned()),
        };
        let noted = vec![attempt(1, Some(503)), attempt(2, None)];
        let again = vec![attempt(2, Some(200)), attempt(3, Some(200))];
        done(&store, move |tx| attempt::insert_many(tx, &noted)).await;
        done(&store, move |tx| attempt::insert_many(tx, &again)).await;
        let (shop, event) = (shop(1).id, EventId::new(seed(1)));
        let list = move |conn: &mut Conn<'_>| attempt::list_of_event(conn, shop, event);
        let listed = store.read(list).await;
        let without_nul = |attempt: Attempt| Attempt {
            response_body: attempt.response_body.map(|it| it.replace('\0', "\u{fffd}")),
            ..attempt
        };
        let expected = [
            attempt(1, Some(503)),
            attempt(2, None),
            attempt(3, Some(200)),
        ]
        .map(without_nul);
        assert_eq!(listed.unwrap(), expected);
        let claimed = claimed_at(&store, platform(0)).await;
        let first = Some(NOW.plus(Duration::seconds(1)));
        assert_eq!(claimed[0].first_attempt_at, first);
    })
    .await;
}
