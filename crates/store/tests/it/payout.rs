//! Payouts, what their receivers got, and persons, as rows.

use domain::payout::limit::{Standing, Usage, UsageChange, periods};
use domain::payout::{Destination, DestinationKind, IncomeReceipt, PayoutCard, State, Status};
use domain::personal_data::{Kind, Person};
use domain::self_employed::{self, Confirmation};
use domain::{
    DealId, Payout, PayoutId, PersonalData, PersonalDataId, SelfEmployed, SelfEmployedId, Shop,
    ShopKind,
};
use store::payout::{Filter, find, find_any_shop, insert, list, list_of_deal, lock, update, usage};
use store::{Range, Store, StoreError, personal_data, self_employed as persons};

use crate::database::both;
use crate::samples::{
    self, NOW, after, cause, done, metadata, operation_id, refused, rub, seed, with_shop,
};

fn payout_id(number: u64) -> PayoutId {
    PayoutId::new(seed(number))
}

fn payout(shop: &Shop, number: u64) -> Payout {
    Payout {
        id: payout_id(number),
        shop_id: shop.id,
        test: shop.test,
        amount: rub(10_000),
        connector: samples::bank(),
        destination: Destination::Wallet {
            account_number: "41001614575714".to_owned(),
        },
        payee: None,
        description: None,
        deal_id: None,
        personal_data: Vec::new(),
        self_employed_id: None,
        receipt: None,
        metadata: metadata(),
        state: State::Sending {
            operation: operation_id(number),
        },
        created_at: NOW,
        version: 1,
    }
}

fn destinations() -> [Destination; 4] {
    let sbp = |operation_id: Option<&str>| Destination::Sbp {
        phone: "79000000000".to_owned(),
        bank_id: "100000000111".to_owned(),
        recipient_checked: operation_id.is_some(),
        operation_id: operation_id.map(str::to_owned),
    };
    [
        Destination::Card {
            card: PayoutCard {
                first6: "555555".to_owned(),
                last4: "4477".to_owned(),
                brand: domain::card::CardBrand::MasterCard,
                issuer_country: Some("RU".to_owned()),
                issuer_name: None,
            },
            token: "tok".to_owned(),
        },
        payout(&samples::shop(1), 1).destination,
        sbp(None),
        sbp(Some("1027088AE4CB48CB81287833347A8777")),
    ]
}

fn states() -> [State; 3] {
    [
        State::Sending {
            operation: operation_id(1),
        },
        State::Succeeded {
            reference: "ref".to_owned(),
            succeeded_at: after(5),
        },
        State::Canceled {
            cause: cause(),
            canceled_at: after(6),
        },
    ]
}

#[tokio::test]
async fn a_payout_comes_back_as_it_was_stored_and_changed() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        for (number, destination) in (1..).zip(destinations()) {
            let full = number % 2 == 0;
            let stored = Payout {
                destination,
                payee: full.then(|| "card:x".to_owned()),
                description: full.then(|| "Выплата".to_owned()),
                deal_id: full.then(|| DealId::new(seed(number))),
                personal_data: (0..2 * u64::from(full))
                    .map(|n| PersonalDataId::new(seed(n)))
                    .collect(),
                self_employed_id: full.then(|| SelfEmployedId::new(seed(1))),
                receipt: full.then(|| IncomeReceipt {
                    service_name: "Доставка".to_owned(),
                    amount: Some(rub(5)),
                }),
                ..payout(&shop, number)
            };
            let (added, owner) = (stored.clone(), shop.clone());
            done(&store, move |tx| insert(tx, &owner, &added)).await;
            let (id, owner) = (stored.id, shop.id);
            let found = done(&store, move |tx| {
                Ok([
                    find(tx, owner, id)?,
                    find_any_shop(tx, id)?,
                    lock(tx, owner, id)?,
                    find(tx, samples::shop(2).id, id)?,
                ])
            });
            let same = Some(stored);
            assert_eq!(found.await, [same.clone(), same.clone(), same, None]);
        }
        for (version, state) in (1..).zip(states()) {
            let next = Payout {
                state,
                version,
                ..payout(&shop, 1)
            };
            let (changed, owner, id) = (next.clone(), shop.clone(), next.id);
            let found = done(&store, move |tx| {
                update(tx, &owner, &changed)?;
                find(tx, owner.id, id)
            });
            let found = found.await.unwrap();
            assert_eq!((&found.state, found.version), (&next.state, version + 1));
            let owner = shop.clone();
            let error = refused(&store, move |tx| update(tx, &owner, &next)).await;
            assert!(matches!(error, StoreError::Conflict));
        }
    })
    .await;
}

async fn check(store: &Store, filter: Filter, expected: &[u64]) {
    let shop = samples::shop(1).id;
    let limit = 4;
    let filter = Filter { limit, ..filter };
    let found = store.read(move |conn| list(conn, shop, &filter)).await;
    let found: Vec<PayoutId> = found.unwrap().iter().map(|it| it.id).collect();
    let expected: Vec<PayoutId> = expected.iter().map(|it| payout_id(*it)).collect();
    assert_eq!(found, expected);
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one case after the other")]
async fn payouts_are_listed_and_searched() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        done(&store, move |tx| {
            for number in 0..6 {
                let mut one = payout(&shop, number);
                one.created_at = after(i64::try_from(number).unwrap());
                if number > 3 {
                    one.state = states()[1].clone();
                    one.destination = destinations()[0].clone();
                }
                if number == 1 {
                    one.metadata = domain::Metadata::default();
                    one.deal_id = Some(DealId::new(seed(1)));
                }
                insert(tx, &shop, &one)?;
            }
            Ok(())
        })
        .await;
        let none = Filter::default;
        check(&store, none(), &[5, 4, 3, 2]).await;
        let last = Some((after(2), payout_id(2)));
        check(
            &store,
            Filter {
                after: last,
                ..none()
            },
            &[1, 0],
        )
        .await;
        let status = Some(Status::Succeeded);
        check(&store, Filter { status, ..none() }, &[5, 4]).await;
        let destination = Some(DestinationKind::Card);
        check(
            &store,
            Filter {
                destination,
                ..none()
            },
            &[5, 4],
        )
        .await;
        let from = |seconds| Range {
            gte: Some(after(seconds)),
            ..Range::default()
        };
        let created = from(4);
        check(&store, Filter { created, ..none() }, &[5, 4]).await;
        for (succeeded, expected) in [(from(5), &[5, 4][..]), (from(6), &[][..])] {
            check(
                &store,
                Filter {
                    succeeded,
                    ..none()
                },
                expected,
            )
            .await;
        }
        let note = || Some(("alpha".to_owned(), "Ё \"quoted\" 😀".to_owned()));
        check(
            &store,
            Filter {
                note: note(),
                ..none()
            },
            &[5, 4, 3, 2],
        )
        .await;
        let page = Filter {
            note: note(),
            after: last,
            ..none()
        };
        check(&store, page, &[0]).await;
        let created = from(5);
        check(
            &store,
            Filter {
                note: note(),
                created,
                ..none()
            },
            &[5],
        )
        .await;
        let other = Some(("alpha".to_owned(), "Ё".to_owned()));
        check(
            &store,
            Filter {
                note: other,
                ..none()
            },
            &[],
        )
        .await;
        let of_deal = |shop| store.read(move |conn| list_of_deal(conn, shop, DealId::new(seed(1))));
        assert_eq!(of_deal(samples::shop(1).id).await.unwrap().len(), 1);
        assert_eq!(of_deal(samples::shop(2).id).await.unwrap().len(), 0);
    })
    .await;
}

#[tokio::test]
async fn what_a_receiver_got_is_counted_and_given_back() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await.id;
        let standing = async |shop, payee: &'static str| {
            let read = store.read(move |conn| usage::standing(conn, shop, payee, &periods(NOW)));
            read.await.unwrap()
        };
        let taken = UsageChange::taken("card:a", rub(100), NOW);
        let both = (taken.clone(), taken);
        done(&store, move |tx| {
            usage::change(tx, shop, &both.0)?;
            usage::change(tx, shop, &both.1)
        })
        .await;
        let twice = Usage {
            count: 2,
            minor: 200,
        };
        let expected = Standing {
            day: twice,
            month: twice,
        };
        assert_eq!(standing(shop, "card:a").await, expected);
        assert_eq!(standing(shop, "card:b").await, Standing::default());
        assert_eq!(
            standing(samples::shop(2).id, "card:a").await,
            Standing::default()
        );
        let back = UsageChange::given_back("card:a", rub(100), NOW).unwrap();
        done(&store, move |tx| usage::change(tx, shop, &back)).await;
        assert_eq!(standing(shop, "card:a").await.day.count, 1);
        assert_eq!(standing(shop, "card:a").await.month.minor, 100);
    })
    .await;
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one case after the other")]
async fn persons_come_back_as_they_were_stored_and_changed() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        let id = PersonalDataId::new(seed(1));
        let person = Person {
            last_name: "Иванова".to_owned(),
            first_name: "Анна".to_owned(),
            middle_name: None,
            birthdate: Some("1990-02-28".to_owned()),
        };
        let kind = Kind::PayoutStatementRecipient;
        let waiting = PersonalData::create(id, shop.id, (kind, person), metadata(), NOW);
        let active = waiting.used(NOW).unwrap();
        let due = active.due_at().unwrap();
        let canceled = PersonalData {
            version: 2,
            ..active.expire(due).unwrap()
        };
        let (one, owner) = (waiting.clone(), shop.clone());
        done(&store, move |tx| personal_data::insert(tx, &owner, &one)).await;
        let mut before = waiting;
        for next in [active, canceled] {
            let owner = shop.id;
            let found = store
                .read(move |conn| personal_data::find(conn, owner, id))
                .await;
            assert_eq!(found.unwrap(), Some(before));
            let (changed, owner) = (next.clone(), shop.clone());
            done(&store, move |tx| {
                personal_data::lock(tx, owner.id, id)?;
                personal_data::update(tx, &owner, &changed)
            })
            .await;
            before = PersonalData {
                version: next.version + 1,
                ..next
            };
        }
        // The shop's clock is a day ahead.
        let read = store.read(move |conn| personal_data::due_any_shop(conn, due, 10));
        assert_eq!(read.await.unwrap(), []);
        let (stale, owner) = (before.clone(), shop.clone());
        let stale = PersonalData {
            version: 1,
            ..stale
        };
        let error = refused(&store, move |tx| personal_data::update(tx, &owner, &stale)).await;
        assert!(matches!(error, StoreError::Conflict));

        let person = SelfEmployed {
            id: SelfEmployedId::new(seed(1)),
            shop_id: shop.id,
            test: true,
            itn: Some("123456789012".to_owned()),
            phone: None,
            confirmation: Confirmation::Redirect,
            state: self_employed::State::Pending,
            created_at: NOW,
            version: 1,
        };
        let (added, owner) = (person.clone(), shop.clone());
        done(&store, move |tx| persons::insert(tx, &owner, &added)).await;
        let next = SelfEmployed {
            state: self_employed::State::Confirmed,
            ..person
        };
        let (changed, owner) = (next.clone(), shop.clone());
        let found = done(&store, move |tx| {
            persons::update(tx, &owner, &changed)?;
            Ok([
                persons::find(tx, owner.id, changed.id)?,
                persons::find_any_shop(tx, changed.id)?,
            ])
        });
        let expected = Some(SelfEmployed { version: 2, ..next });
        assert_eq!(found.await, [expected.clone(), expected]);
    })
    .await;
}

#[tokio::test]
async fn a_gateway_comes_back_as_it_was_stored() {
    both(|store, _| async move {
        for (number, cards_of) in [(1, None), (2, Some(samples::shop(1).id))] {
            let gateway = Shop {
                kind: ShopKind::Gateway { cards_of },
                ..samples::shop(number)
            };
            let (added, id) = (gateway.clone(), gateway.id);
            done(&store, move |tx| store::shop::insert(tx, &added)).await;
            let found = store.read(move |conn| store::shop::find(conn, id)).await;
            assert_eq!(found.unwrap(), Some(gateway));
        }
    })
    .await;
}
