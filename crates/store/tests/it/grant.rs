//! Grants as rows, who made what, and the webhooks that end with a grant.

use domain::grant::{RevokedBy, State};
use domain::webhook::{Holder, Webhook};
use domain::{EventKind, Grant, GrantId, OperationObject, Scope, WebhookId};
use store::sealing::Sealed;
use store::{Range, StoreError, authorship, grant, payment, payment_method, refund, webhook};

use crate::application;
use crate::database::both;
use crate::samples::{self, NOW, after, done, refused, seed, shop, with_shop};

fn states() -> [State; 3] {
    [
        State::Coded {
            expires_at: after(300),
        },
        State::Issued {
            token_hash: [9; 32],
            issued_at: after(1),
            expires_at: after(1_000),
        },
        State::Revoked {
            by: RevokedBy::SecondUse,
            revoked_at: after(2),
        },
    ]
}

fn sample(number: u8, state: State) -> Grant {
    Grant {
        id: GrantId::new(seed(u64::from(number))),
        application_id: application::sample(1).id,
        shop_id: shop(1).id,
        scopes: vec![Scope::PaymentsCreate, Scope::GetFees],
        code_hash: [number; 32],
        state,
        challenge: (number == 2).then_some([7; 32]),
        granted_at: after(i64::from(number)),
        last_used_at: None,
        version: 1,
    }
}

#[tokio::test]
async fn a_grant_comes_back_in_every_state() {
    both(|store, _| async move {
        let mut grants = Vec::new();
        for (number, state) in (1..).zip(states()) {
            let added = sample(number, state);
            grants.push(added.clone());
            done(&store, move |tx| grant::insert(tx, &added)).await;
        }
        let (own, foreign, issued) = (shop(1).id, shop(2).id, grants[1].id);
        let read = store.read(move |conn| {
            let of_application = application::sample(1).id;
            Ok::<_, StoreError>((
                grant::list(conn, own)?,
                grant::list(conn, foreign)?,
                grant::list_of_application_any_shop(conn, of_application)?,
                grant::find_by_code_any_shop(conn, &[1; 32])?,
                grant::find_by_token_any_shop(conn, &[9; 32])?,
                grant::find_by_token_any_shop(conn, &[1; 32])?,
                grant::find(conn, foreign, issued)?,
            ))
        });
        let (listed, none, all, by_code, by_token, unknown, elsewhere) = read.await.unwrap();
        // There is no row of the application, so there is no name either.
        let nameless = grants.iter().cloned().map(|grant| (grant, None));
        assert_eq!((listed, none), (nameless.collect(), Vec::new()));
        assert_eq!(all, grants);
        assert_eq!(by_code.as_ref(), Some(&grants[0]));
        assert_eq!(by_token.as_ref(), Some(&grants[1]));
        assert_eq!((unknown, elsewhere), (None, None));
    })
    .await;
}

#[tokio::test]
async fn a_code_is_worth_one_grant_and_a_grant_changes_once() {
    both(|store, _| async move {
        let [coded, issued, revoked] = states().map(|state| sample(1, state));
        let added = coded.clone();
        done(&store, move |tx| grant::insert(tx, &added)).await;
        let other = Grant {
            id: sample(2, states()[0].clone()).id,
            ..coded
        };
        let error = refused(&store, move |tx| grant::insert(tx, &other)).await;
        assert!(matches!(error, StoreError::Duplicate { constraint }
            if constraint == "shop_grant_code"));
        let next = issued.clone();
        done(&store, move |tx| grant::update(tx, &next)).await;
        let stale = revoked.clone();
        let error = refused(&store, move |tx| grant::update(tx, &stale)).await;
        assert!(matches!(error, StoreError::Conflict));
        let id = issued.id;
        let locked = done(&store, move |tx| grant::lock(tx, shop(1).id, id)).await;
        assert_eq!(
            locked,
            Some(Grant {
                version: 2,
                ..issued
            })
        );
    })
    .await;
}

#[tokio::test]
async fn an_author_is_noted_once_and_lists_are_told_by_it() {
    both(|store, _| async move {
        let own = with_shop(&store, 1).await;
        let (one, two) = (application::sample(1).id, application::sample(2).id);
        let (mine, other) = (samples::payment(&own, 1), samples::payment(&own, 2));
        let (mine_id, other_id) = (mine.id, other.id);
        let mut saved = samples::payment_methods(&own).swap_remove(0);
        saved.id = mine_id.method_id();
        let back = samples::refunds(&own, mine_id).swap_remove(0);
        let back_id = back.id;
        done(&store, move |tx| {
            payment::insert(tx, &own, &mine)?;
            payment::insert(tx, &own, &other)?;
            payment_method::insert(tx, &own, &saved)?;
            refund::insert(tx, &own, &back)?;
            let mine = OperationObject::Payment(mine_id);
            authorship::note(tx, own.id, mine, one)?;
            authorship::note(tx, own.id, mine, two)?;
            authorship::note(tx, own.id, OperationObject::Refund(back_id), two)
        })
        .await;
        let (own, foreign) = (shop(1).id, shop(2).id);
        let read = store.read(move |conn| {
            let mut authors = Vec::new();
            for id in [
                mine_id.to_string(),
                other_id.to_string(),
                back_id.to_string(),
            ] {
                authors.push(authorship::find(conn, own, &id)?);
            }
            authors.push(authorship::find(conn, foreign, &mine_id.to_string())?);
            let mut counts = Vec::new();
            for captured in [
                Range::default(),
                Range {
                    gte: Some(NOW),
                    ..Range::default()
                },
            ] {
                for application in [None, Some(one), Some(two)] {
                    let filter = payment::Filter {
                        application,
                        captured,
                        limit: 10,
                        ..payment::Filter::default()
                    };
                    counts.push(payment::list(conn, own, &filter)?.len());
                }
            }
            for payment_id in [None, Some(mine_id)] {
                for application in [None, Some(one), Some(two)] {
                    let filter = refund::Filter {
                        application,
                        payment_id,
                        limit: 10,
                        ..refund::Filter::default()
                    };
                    counts.push(refund::list(conn, own, &filter)?.len());
                }
            }
            Ok::<_, StoreError>((authors, counts))
        });
        let (authors, counts) = read.await.unwrap();
        assert_eq!(authors, [Some(one), None, Some(two), None]);
        assert_eq!(counts, [2, 1, 0, 0, 0, 0, 1, 0, 1, 1, 0, 1]);
    })
    .await;
}

#[tokio::test]
async fn a_webhook_keeps_who_set_it_up() {
    both(|store, _| async move {
        let grant = sample(1, states()[1].clone());
        let hook = |number, holder| Webhook {
            id: WebhookId::new(seed(number)),
            shop_id: shop(1).id,
            url: "https://partner.example/hook".to_owned(),
            events: vec![EventKind::PaymentSucceeded],
            strict_order: false,
            holder,
            created_at: NOW,
        };
        let holder = Holder {
            application_id: grant.application_id,
            grant_id: grant.id,
            shows_fees: false,
            ends_at: after(1_000),
        };
        let (own, held) = (hook(1, None), hook(2, Some(holder)));
        let all = [own.clone(), held.clone()];
        done(&store, move |tx| {
            let secret = Sealed::new("sealed:1:x".to_owned());
            webhook::insert(tx, &own, &secret)?;
            webhook::insert(tx, &held, &secret)?;
            webhook::update_url(tx, shop(1).id, held.id, "https://partner.example/other")
        })
        .await;
        let mut moved = all[1].clone();
        moved.url = "https://partner.example/other".to_owned();
        let read = store.read(move |conn| {
            Ok::<_, StoreError>((
                webhook::list(conn, shop(1).id)?,
                webhook::list_of_grant(conn, shop(1).id, grant.id)?,
                webhook::list_of_grant(conn, shop(2).id, grant.id)?,
            ))
        });
        let (listed, of_grant, elsewhere) = read.await.unwrap();
        assert_eq!(listed, [all[0].clone(), moved.clone()]);
        assert_eq!((of_grant, elsewhere), (vec![moved], Vec::new()));
        let id = all[0].id;
        let error = refused(&store, move |tx| {
            webhook::update_url(tx, shop(2).id, id, "https://evil.example/")
        });
        assert!(matches!(error.await, StoreError::Conflict));
    })
    .await;
}
