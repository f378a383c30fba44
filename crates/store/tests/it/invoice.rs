//! Invoices as rows, when they are due, and what an auditor sees of them.

use domain::invoice::{Attempt, Cause, Delivery, Line, Order, Reason, State};
use domain::payment::{CaptureMode, Locale, SaveMethod, State as PaymentState};
use domain::receipt::Quantity;
use domain::{Duration, Invoice, InvoiceId, Metadata, Party, Payment, Shop};
use store::invoice::{due_any_shop, find, find_any_shop, insert, lock, note_payment, update};
use store::{Store, StoreError, audit, payment};

use crate::database::both;
use crate::receipt;
use crate::samples::{
    self, NOW, after, cause, done, metadata, payment_id, refused, rub, seed, with_shop,
};

fn invoice(shop: &Shop, number: u64, state: State) -> Invoice {
    let line = |discount_price| Line {
        description: "Кофе «Ночь»".to_owned(),
        price: rub(50_000),
        discount_price,
        quantity: Quantity::from_thousandths(1_500).unwrap(),
    };
    Invoice {
        id: InvoiceId::new(seed(number)),
        shop_id: shop.id,
        test: shop.test,
        cart: vec![line(None), line(Some(rub(0)))],
        order: Order {
            amount: rub(100_000),
            description: Some("Оплата заказа 72".to_owned()),
            metadata: metadata(),
            client_ip: Some("2001:db8::1".parse().unwrap()),
            capture_mode: CaptureMode::TwoStage,
            save_method: SaveMethod::Always,
            receipt: Some(receipt::full()),
        },
        delivery: Delivery::Email,
        locale: Some(Locale::English),
        description: Some("Счёт по договору 37".to_owned()),
        metadata: metadata(),
        expires_at: after(3_600),
        state,
        created_at: NOW,
        version: 1,
    }
}

/// The least that an invoice may say.
fn plain(shop: &Shop, number: u64) -> Invoice {
    let mut plain = invoice(shop, number, State::Open { attempt: None });
    plain.order.description = None;
    plain.order.metadata = Metadata::default();
    plain.order.client_ip = None;
    plain.order.receipt = None;
    plain.delivery = Delivery::Link;
    plain.locale = None;
    plain.description = None;
    plain.metadata = Metadata::default();
    plain
}

fn states() -> Vec<State> {
    let payment = payment_id(7);
    let attempt = |awaited| State::Open {
        attempt: Some(Attempt { payment, awaited }),
    };
    let canceled = |reason, payment| State::Canceled {
        cause: Cause {
            party: Party::Merchant,
            reason,
        },
        payment,
        canceled_at: after(5),
    };
    let mut states = vec![
        State::Open { attempt: None },
        attempt(false),
        attempt(true),
        State::Held { payment },
        State::Succeeded { payment },
        canceled(Reason::PaymentCanceled, Some(payment)),
    ];
    states.extend(Reason::ALL.map(|reason| canceled(reason, None)));
    states
}

#[tokio::test]
async fn an_invoice_comes_back_as_it_was_stored_and_changed() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        for (number, state) in (1..).zip(states()) {
            let stored = match number {
                1 => plain(&shop, number),
                2 => Invoice {
                    delivery: Delivery::Sms,
                    ..plain(&shop, number)
                },
                _ => invoice(&shop, number, State::Open { attempt: None }),
            };
            let (added, owner) = (stored.clone(), shop.clone());
            done(&store, move |tx| insert(tx, &owner, &added)).await;
            let next = Invoice {
                state,
                ..stored.clone()
            };
            let (changed, owner, before) = (next.clone(), shop.clone(), stored.clone());
            let found = done(&store, move |tx| {
                assert_eq!(find(tx, owner.id, before.id)?.as_ref(), Some(&before));
                update(tx, &owner, &changed)?;
                Ok([
                    find(tx, owner.id, before.id)?,
                    lock(tx, owner.id, before.id)?,
                    find_any_shop(tx, before.id)?,
                ])
            });
            let expected = Invoice { version: 2, ..next };
            for found in found.await {
                assert_eq!(found.as_ref(), Some(&expected));
            }
            let (stale, owner) = (stored, shop.clone());
            let error = refused(&store, move |tx| update(tx, &owner, &stale)).await;
            assert!(matches!(error, StoreError::Conflict));
        }
        let stranger = samples::shop(2).id;
        let id = InvoiceId::new(seed(1));
        let found = store.read(move |conn| find(conn, stranger, id)).await;
        assert_eq!(found.unwrap(), None, "another shop's");
    })
    .await;
}

async fn due(store: &Store, shop_time: domain::Timestamp) -> Vec<InvoiceId> {
    // The shop's clock is a day ahead.
    let now = shop_time.minus(Duration::days(1));
    let due = store.read(move |conn| due_any_shop(conn, now, 10)).await;
    due.unwrap().into_iter().map(|(_, id)| id).collect()
}

#[tokio::test]
async fn open_invoices_are_due_in_time_and_a_moved_clock_makes_it_earlier() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        for (number, state) in (1..).zip(states()) {
            let (added, owner) = (invoice(&shop, number, state), shop.clone());
            done(&store, move |tx| insert(tx, &owner, &added)).await;
        }
        let waiting = [InvoiceId::new(seed(1)), InvoiceId::new(seed(2))];
        assert_eq!(due(&store, after(3_599)).await, []);
        let mut found = due(&store, after(3_600)).await;
        found.sort();
        assert_eq!(found, waiting);
        let by = Duration::seconds(600);
        let owner = shop.clone();
        done(&store, move |tx| store::shop::advance_clock(tx, &owner, by)).await;
        assert_eq!(due(&store, after(2_999)).await, []);
        assert_eq!(due(&store, after(3_000)).await.len(), 2);
    })
    .await;
}

/// A payment in a state.
fn payment_in(shop: &Shop, number: u64, state: PaymentState) -> Payment {
    Payment {
        state,
        ..samples::payment(shop, number)
    }
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table")]
async fn the_auditor_sees_which_invoices_agree_with_their_payments() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        let pending = || PaymentState::Pending { last_attempt: None };
        let canceled = || PaymentState::Canceled {
            cause: cause(),
            canceled_at: after(5),
        };
        let begun = |payment| State::Open {
            attempt: Some(Attempt {
                payment,
                awaited: false,
            }),
        };
        let open = State::Open { attempt: None };
        // The invoice's state, its payments, and whether they agree.
        let (a, b, c) = (payment_id(11), payment_id(21), payment_id(31));
        let over = State::Canceled {
            cause: Cause {
                party: Party::YooMoney,
                reason: Reason::InvoiceExpired,
            },
            payment: None,
            canceled_at: after(5),
        };
        let rows = [
            (1, begun(a), vec![(11, pending()), (12, canceled())], true),
            (2, begun(b), vec![(21, pending()), (22, pending())], false),
            (
                3,
                State::Succeeded { payment: c },
                vec![(31, pending())],
                false,
            ),
            (4, open, vec![(41, canceled())], true),
            (5, open, vec![(51, pending())], false),
            (6, over, vec![(61, canceled())], true),
            (7, over, vec![(71, pending())], false),
            // Nobody noted that it was begun from there.
            (8, begun(payment_id(81)), vec![], false),
        ];
        let agree: Vec<bool> = rows.iter().map(|(_, _, _, agrees)| *agrees).collect();
        for (number, state, payments, _) in rows {
            let (invoice, owner) = (invoice(&shop, number, state), shop.clone());
            done(&store, move |tx| {
                insert(tx, &owner, &invoice)?;
                for (number, state) in &payments {
                    let added = payment_in(&owner, *number, state.clone());
                    payment::insert(tx, &owner, &added)?;
                    note_payment(tx, owner.id, invoice.id, added.id)?;
                }
                Ok(())
            })
            .await;
        }
        let (id, owner) = (InvoiceId::new(seed(9)), shop.clone());
        let mut small = invoice(&shop, 9, open);
        small.order.amount = rub(1);
        done(&store, move |tx| {
            insert(tx, &owner, &small)?;
            let state = PaymentState::Pending { last_attempt: None };
            let other = payment_in(&owner, 91, state);
            payment::insert(tx, &owner, &other)?;
            note_payment(tx, owner.id, id, other.id)
        })
        .await;
        let read = move |conn: &mut store::Conn<'_>| audit::invoices(conn, shop.id, None, 100);
        let proofs = store.read(read).await.unwrap();
        let mut found: Vec<_> = proofs.iter().map(|it| (it.id, it.agrees())).collect();
        found.sort();
        let found: Vec<bool> = found.into_iter().map(|(_, agrees)| agrees).collect();
        assert_eq!(found[..8], agree);
        assert_eq!(found[8..], [false]);
        assert_eq!(proofs.iter().filter(|it| it.strange == 1).count(), 1);
    })
    .await;
}
