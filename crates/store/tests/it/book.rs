//! Books: balances, floors, the chain, and the auditor's reads.

use domain::ledger::{self, Account, GENESIS, LedgerRefused, Transfer};
use domain::payment::State;
use domain::{ConnectorName, Currency, Fee, Payment, Refund, Shop, TransferId};
use store::book::{PostError, Posted, accounts, balance, heads_any_shop, post, transfers};
use store::{Store, StoreError, UnitError, audit, payment, refund};

use crate::database::both;
use crate::samples::{self, NOW, after, done, payment_id, refund_id, rub, seed, with_shop};

const ACQUIRER: Account = Account::Acquirer(ConnectorName::SANDBOX);

fn capture(number: u64, minor: i64) -> Transfer {
    let fee = Fee {
        commission: rub(450),
        vat: rub(90),
    };
    Transfer::capture(payment_id(number), ConnectorName::SANDBOX, rub(minor), fee).unwrap()
}

async fn posted(
    store: &Store,
    shop: &Shop,
    number: u64,
    transfer: Transfer,
) -> Result<Posted, PostError> {
    let (owner, id) = (shop.clone(), TransferId::new(seed(number)));
    let unit = move |tx: &mut store::Tx<'_>| post(tx, &owner, &transfer, id, NOW);
    store.write(shop.id, unit).await
}

async fn amount(store: &Store, shop: &Shop, account: Account) -> (i64, i64) {
    let owner = shop.clone();
    let found = store.read(move |conn| balance(conn, &owner, account));
    let found = found.await.unwrap();
    (found.amount.minor(), found.version)
}

#[tokio::test]
async fn transfers_move_balances_and_form_a_chain() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        let first = posted(&store, &shop, 1, capture(1, 10_000)).await.unwrap();
        let second = posted(&store, &shop, 2, capture(2, 5_000)).await.unwrap();
        let reserve = Transfer::refund_reserve(refund_id(1), rub(2_000)).unwrap();
        let third = posted(&store, &shop, 3, reserve).await.unwrap();
        assert_eq!(amount(&store, &shop, ACQUIRER).await, (15_000, 2));
        assert_eq!(amount(&store, &shop, Account::Available).await, (11_920, 3));
        assert_eq!(amount(&store, &shop, Account::Fees).await, (900, 2));
        assert_eq!(amount(&store, &shop, Account::FeesVat).await, (180, 2));
        let reserved = Account::Refund(refund_id(1));
        assert_eq!(amount(&store, &shop, reserved).await, (2_000, 1));
        let untouched = Account::Refund(refund_id(2));
        assert_eq!(amount(&store, &shop, untouched).await, (0, 0));
        let id = shop.id;
        let listed = store.read(move |conn| accounts(conn, id)).await;
        assert_eq!(listed.unwrap().len(), 5);

        let mut hash = GENESIS;
        for (sequence, link) in (1..).zip([&first, &second, &third]) {
            let content = (link.kind, link.postings.as_slice());
            hash = ledger::chain(&hash, shop.id, link.id, link.created_at, content);
            assert_eq!((link.sequence, link.hash), (sequence, hash));
        }
        let heads = store.read(heads_any_shop).await.unwrap();
        assert_eq!((heads[0].sequence, heads[0].hash), (3, hash));
        let owner = shop.clone();
        let page = store.read(move |conn| transfers(conn, &owner, 0, 2)).await;
        assert_eq!(page.unwrap(), [first, second]);
        let page = store.read(move |conn| transfers(conn, &shop, 2, 2)).await;
        assert_eq!(page.unwrap(), [third]);
    })
    .await;
}

#[tokio::test]
async fn a_live_shop_cannot_give_back_more_than_it_has() {
    both(|store, _| async move {
        let shop = Shop {
            test: false,
            ..samples::shop(1)
        };
        let added = shop.clone();
        done(&store, move |tx| store::shop::insert(tx, &added)).await;
        posted(&store, &shop, 1, capture(1, 10_000)).await.unwrap();
        let too_much = Transfer::refund_reserve(refund_id(1), rub(9_461)).unwrap();
        let refused = posted(&store, &shop, 2, too_much).await.unwrap_err();
        let account = Account::Available;
        assert!(matches!(
            refused,
            PostError::Refused(LedgerRefused::InsufficientFunds { account: which })
                if which == account
        ));
        let all = Transfer::refund_reserve(refund_id(1), rub(9_460)).unwrap();
        posted(&store, &shop, 3, all).await.unwrap();
        assert_eq!(amount(&store, &shop, account).await, (0, 2));
        // What the rules let through by mistake the schema stops.
        let error = samples::refused(&store, |tx| {
            tx.write(
                "update account set balance_minor = -1 where name = 'available'",
                &[],
            )
        });
        let StoreError::Violated { constraint } = error.await else {
            panic!("not stopped")
        };
        assert_eq!(constraint, "account_floor");
    })
    .await;
}

#[tokio::test]
async fn nothing_is_captured_twice() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        posted(&store, &shop, 1, capture(1, 10_000)).await.unwrap();
        let error = posted(&store, &shop, 2, capture(1, 10_000))
            .await
            .unwrap_err();
        let Some(StoreError::Duplicate { constraint }) = error.store_error() else {
            panic!("{error}")
        };
        assert_eq!(constraint, "transfer_object");
        assert_eq!(amount(&store, &shop, ACQUIRER).await, (10_000, 1));
    })
    .await;
}

#[tokio::test]
async fn transfers_of_many_at_once_lose_nothing() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        let units = (1..=64).map(|number| {
            let (store, shop) = (store.clone(), shop.clone());
            // Also from other lanes, as other processes do.
            let lane = domain::ShopId::new(i64::try_from(number).unwrap()).unwrap();
            tokio::spawn(async move {
                let id = TransferId::new(seed(number));
                let transfer = capture(number, 1_000);
                let unit = move |tx: &mut store::Tx<'_>| post(tx, &shop, &transfer, id, NOW);
                for _ in 0..50 {
                    match store.write(lane, unit.clone()).await {
                        Ok(_) => return,
                        Err(PostError::Store(StoreError::Conflict | StoreError::Retry)) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
                panic!("never posted");
            })
        });
        for unit in units.collect::<Vec<_>>() {
            unit.await.unwrap();
        }
        assert_eq!(amount(&store, &shop, ACQUIRER).await, (64_000, 64));
        let all = store.read(move |conn| transfers(conn, &shop, 0, 100)).await;
        let mut hash = GENESIS;
        for link in all.unwrap() {
            let content = (link.kind, link.postings.as_slice());
            let owner = samples::shop(1).id;
            hash = ledger::chain(&hash, owner, link.id, link.created_at, content);
            assert_eq!(link.hash, hash);
        }
    })
    .await;
}

#[tokio::test]
async fn the_auditor_sees_what_agrees_and_what_does_not() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        let paid = |number, minor| Payment {
            amount: rub(minor),
            fee: Some(Fee {
                commission: rub(450),
                vat: rub(90),
            }),
            state: State::Succeeded {
                reference: "acq".to_owned(),
                captured_at: after(1),
            },
            ..samples::payment(&shop, number)
        };
        let right = Payment {
            refunding: rub(10_000),
            ..paid(1, 20_000)
        };
        let wrong = paid(2, 30_000);
        let waiting = samples::payment(&shop, 3);
        let pending = samples::refund(&shop, 1, right.id);
        let without_funds = Refund {
            state: samples::refunds(&shop, right.id).swap_remove(3).state,
            ..samples::refund(&shop, 2, right.id)
        };
        let owner = shop.clone();
        let unit = move |tx: &mut store::Tx<'_>| {
            for payment in [&right, &wrong, &waiting] {
                payment::insert(tx, &owner, payment)?;
            }
            for refund in [&pending, &without_funds] {
                refund::insert(tx, &owner, refund)?;
            }
            let reserve = Transfer::refund_reserve(pending.id, pending.amount)?;
            let stray = Transfer::refund_reserve(refund_id(9), rub(1))?;
            let all = [capture(1, 20_000), capture(2, 29_999), reserve, stray];
            for (number, transfer) in (1..).zip(&all) {
                post(tx, &owner, transfer, TransferId::new(seed(number)), NOW)?;
            }
            Ok::<_, PostError>(())
        };
        store.write(shop.id, unit).await.unwrap();

        let id = shop.id;
        let read = store.read(move |conn| {
            Ok::<_, StoreError>((
                audit::payments(conn, id, None, 10)?,
                audit::refunds(conn, id, None, 10)?,
                audit::strays(conn, id)?,
            ))
        });
        let (payments, refunds, strays) = read.await.unwrap();
        let posted = |it: &audit::PaymentProof| it.captured == it.posted;
        let agree: Vec<bool> = payments.iter().map(posted).collect();
        assert_eq!(agree, [true, false, true]);
        assert_eq!(payments[0].refunds_pending, payments[0].refunding);
        assert_eq!(payments[1].posted.unwrap().amount, rub(29_999));
        assert_eq!(payments[1].captured.unwrap().vat.currency(), Currency::RUB);
        let reserved: Vec<_> = refunds.iter().map(|it| it.reserved).collect();
        assert_eq!(reserved, [Some(refunds[0].amount), None]);
        assert_eq!(strays, [TransferId::new(seed(4))]);
        let last = (payments[1].created_at, payments[1].id);
        let rest = store
            .read(move |conn| audit::payments(conn, id, Some(last), 10))
            .await;
        assert_eq!(rest.unwrap(), payments[2..]);
    })
    .await;
}
