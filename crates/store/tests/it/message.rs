//! Messages: who claims what and when, what becomes of it, and what is forgotten.

use domain::message::{About, Address, Channel, Content, Email, Message, Outcome, Phone, State};
use domain::payment::Locale;
use domain::{Duration, InvoiceId, MessageId, Shop, Timestamp};
use store::message::{
    Claim, Claimed, Recorded, claim_any_shop, count_queued_any_shop, find_any_shop,
    forget_any_shop, insert, list, list_any_shop, list_of_object, record,
};
use store::{Conn, Store, StoreError};

use crate::database::both;
use crate::samples::{NOW, done, payment_id, refused, seed, shop, with_shop};

/// The shops' clocks are a day ahead.
fn platform(seconds: i64) -> Timestamp {
    NOW.minus(Duration::days(1))
        .plus(Duration::seconds(seconds))
}

fn id(number: u64) -> MessageId {
    MessageId::new(seed(number))
}

fn mail(shop: &Shop, number: u64) -> Message {
    let content = Content {
        to: Address::Email(Email::parse("buyer@shop.test").unwrap()),
        subject: "Платёж прошёл".to_owned(),
        text: "Спасибо 😀".to_owned(),
        html: Some("<p>Спасибо</p>".to_owned()),
    };
    let about = About::Payment(payment_id(number));
    let words = (Locale::Russian, content);
    Message::new(id(number), shop.id, about, words, NOW)
}

fn sms(shop: &Shop, number: u64) -> Message {
    let content = Content {
        to: Address::Phone(Phone::parse("79001234567").unwrap()),
        subject: String::new(),
        text: "Invoice".to_owned(),
        html: None,
    };
    let about = About::Invoice(InvoiceId::new(seed(number)));
    let words = (Locale::English, content);
    Message::new(id(number), shop.id, about, words, NOW)
}

/// A shop with so many mails, due at once.
async fn with_mails(store: &Store, count: u64) -> Shop {
    let shop = with_shop(store, 1).await;
    let owner = shop.clone();
    done(store, move |tx| {
        (1..=count).try_for_each(|number| insert(tx, &owner, &mail(&owner, number)))
    })
    .await;
    shop
}

/// Another shop, with an SMS that is due at once.
async fn with_sms(store: &Store, number: u64) -> Shop {
    let shop = with_shop(store, 2).await;
    let owner = shop.clone();
    done(store, move |tx| insert(tx, &owner, &sms(&owner, number))).await;
    shop
}

/// What a sender of mail claims.
async fn claimed(store: &Store, seconds: i64, limit: u32) -> Vec<Claimed> {
    claimed_of(store, Channel::Email, (seconds, limit)).await
}

async fn claimed_of(store: &Store, channel: Channel, (at, limit): (i64, u32)) -> Vec<Claimed> {
    let now = platform(at);
    let lease_until = now.plus(Duration::seconds(60));
    let claim = Claim {
        now,
        lease_until,
        channel,
        limit,
    };
    done(store, move |tx| claim_any_shop(tx, &claim)).await
}

async fn check_claimed(store: &Store, seconds: i64, expected: &[u64]) {
    let found = claimed(store, seconds, 100).await;
    let found: Vec<MessageId> = found.iter().map(|it| it.message.id).collect();
    let expected: Vec<MessageId> = expected.iter().map(|it| id(*it)).collect();
    assert_eq!(found, expected, "at {seconds} s");
}

/// What becomes of a claimed message by an outcome at this second of the platform.
fn told(claimed: &Claimed, outcome: &Outcome, seconds: i64) -> Recorded {
    let now = platform(seconds).plus(claimed.clock_offset);
    Recorded {
        message: claimed.message.attempted(outcome, now).unwrap(),
        clock_offset: claimed.clock_offset,
    }
}

async fn check_record(store: &Store, rows: Vec<Recorded>) {
    done(store, move |tx| record(tx, &rows)).await;
}

async fn stored(store: &Store, number: u64) -> Message {
    let read = move |conn: &mut Conn<'_>| find_any_shop(conn, id(number));
    store.read(read).await.unwrap().unwrap()
}

fn accepted() -> Outcome {
    Outcome::Accepted {
        answer: "250 queued".to_owned(),
    }
}

fn failed() -> Outcome {
    Outcome::Failed {
        reason: "451 later".to_owned(),
    }
}

#[tokio::test]
async fn a_message_is_read_as_it_was_written() {
    both(|store, _| async move {
        let shop = with_mails(&store, 1).await;
        let other = with_sms(&store, 2).await;
        let mail = mail(&shop, 1);
        assert_eq!(stored(&store, 1).await, mail);
        assert_eq!(stored(&store, 2).await, sms(&other, 2));
        let (own, about) = (shop.id, mail.about);
        let read = move |conn: &mut Conn<'_>| {
            assert_eq!(list_of_object(conn, other.id, about)?, []);
            let of_object = list_of_object(conn, own, about)?;
            let all: Vec<MessageId> = list_any_shop(conn, 9)?.iter().map(|it| it.id).collect();
            assert_eq!(all, [id(2), id(1)]);
            assert_eq!(list_any_shop(conn, 1)?.len(), 1);
            assert_eq!(count_queued_any_shop(conn)?, 2);
            Ok::<_, StoreError>((list(conn, own, 9)?, of_object))
        };
        let (listed, of_object) = store.read(read).await.unwrap();
        assert_eq!((listed, of_object), (vec![mail.clone()], vec![mail]));
    })
    .await;
}

#[tokio::test]
async fn what_is_claimed_is_not_claimed_again_before_its_lease_is_over() {
    both(|store, _| async move {
        let shop = with_mails(&store, 3).await;
        let other = with_sms(&store, 4).await;
        check_claimed(&store, -1, &[]).await;
        let first = claimed(&store, 0, 2).await;
        let expected = [1, 2].map(|number| Claimed {
            message: mail(&shop, number),
            clock_offset: shop.clock_offset,
        });
        assert_eq!(first, expected);
        check_claimed(&store, 0, &[3]).await;
        let sms = claimed_of(&store, Channel::Sms, (0, 9)).await;
        assert_eq!(sms.len(), 1);
        assert_eq!(sms[0].message, self::sms(&other, 4));
        check_claimed(&store, 59, &[]).await;
        check_record(&store, vec![told(&first[0], &accepted(), 1)]).await;
        check_claimed(&store, 60, &[2, 3]).await;
    })
    .await;
}

#[tokio::test]
async fn outcomes_end_a_message_or_plan_its_next_attempt() {
    both(|store, _| async move {
        let shop = with_mails(&store, 4).await;
        let all = claimed(&store, 0, 9).await;
        let refused = Outcome::Refused {
            reason: "550 no\0body".to_owned(),
        };
        let rows = vec![
            told(&all[0], &accepted(), 5),
            told(&all[1], &refused, 5),
            told(&all[2], &Outcome::NoServer, 5),
            told(&all[3], &failed(), 5),
        ];
        check_record(&store, rows).await;
        let at = NOW.plus(Duration::seconds(5));
        let due_at = at.plus(Duration::minutes(1));
        let expected = [
            (State::Sent { at }, Some("250 queued")),
            (State::Failed { at }, Some("550 no\u{fffd}body")),
            (State::Kept { at }, None),
            (State::Queued { due_at }, Some("451 later")),
        ];
        for (number, (state, said)) in (1..).zip(expected) {
            let said = said.map(str::to_owned);
            let before = mail(&shop, number);
            let expected = Message {
                state,
                said,
                attempts: 1,
                ..before
            };
            assert_eq!(stored(&store, number).await, expected);
        }
        check_claimed(&store, 64, &[]).await;
        check_claimed(&store, 65, &[4]).await;
    })
    .await;
}

#[tokio::test]
async fn who_comes_late_changes_nothing_unless_the_message_was_taken() {
    both(|store, _| async move {
        with_mails(&store, 2).await;
        let late = claimed(&store, 0, 9).await;
        // Their leases end; the second sender is told to come later.
        let second = claimed(&store, 60, 9).await;
        let rows = second.iter().map(|it| told(it, &failed(), 61)).collect();
        check_record(&store, rows).await;
        let waiting = stored(&store, 1).await;
        check_record(&store, vec![told(&late[0], &failed(), 62)]).await;
        assert_eq!(stored(&store, 1).await, waiting);
        check_record(&store, vec![told(&late[1], &accepted(), 62)]).await;
        let taken = stored(&store, 2).await;
        assert!(matches!(taken.state, State::Sent { .. }), "{taken:?}");
        assert_eq!(taken.attempts, 2);
        // What was taken stays as it is.
        check_record(&store, vec![told(&second[1], &failed(), 63)]).await;
        assert_eq!(stored(&store, 2).await, taken);
        // Who gave it up did not know that the other's server would take it.
        let third = claimed(&store, 121, 9).await;
        let given_up = Outcome::Refused {
            reason: "550 nobody".to_owned(),
        };
        check_record(&store, vec![told(&third[0], &given_up, 122)]).await;
        check_record(&store, vec![told(&third[0], &failed(), 123)]).await;
        let ended = stored(&store, 1).await;
        assert!(matches!(ended.state, State::Failed { .. }), "{ended:?}");
        check_record(&store, vec![told(&late[0], &accepted(), 124)]).await;
        let taken = stored(&store, 1).await;
        assert!(matches!(taken.state, State::Sent { .. }), "{taken:?}");
        assert_eq!(taken.said.as_deref(), Some("250 queued"));
    })
    .await;
}

#[tokio::test]
async fn what_nobody_needs_is_dropped_and_counts_as_sent_if_a_server_took_it() {
    both(|store, _| async move {
        with_mails(&store, 1).await;
        let late = claimed(&store, 0, 9).await;
        let second = claimed(&store, 60, 9).await;
        let at = platform(61).plus(second[0].clock_offset);
        let dropped = Recorded {
            message: second[0].message.dropped("it is paid", at).unwrap(),
            clock_offset: second[0].clock_offset,
        };
        check_record(&store, vec![dropped]).await;
        let ended = stored(&store, 1).await;
        assert_eq!((ended.state, ended.attempts), (State::Dropped { at }, 0));
        assert_eq!(ended.said.as_deref(), Some("it is paid"));
        check_claimed(&store, 200, &[]).await;
        check_record(&store, vec![told(&late[0], &accepted(), 62)]).await;
        let taken = stored(&store, 1).await;
        assert!(matches!(taken.state, State::Sent { .. }), "{taken:?}");
        assert_eq!(taken.attempts, 1);
    })
    .await;
}

#[tokio::test]
async fn senders_at_once_never_get_the_same_message() {
    both(|store, _| async move {
        with_mails(&store, 60).await;
        let claims = (0..12).map(|_| {
            let store = store.clone();
            tokio::spawn(async move { claimed(&store, 0, 7).await })
        });
        let mut ids = Vec::new();
        for claim in claims.collect::<Vec<_>>() {
            ids.extend(claim.await.unwrap().iter().map(|it| it.message.id));
        }
        ids.extend(claimed(&store, 0, 100).await.iter().map(|it| it.message.id));
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((count, ids.len()), (60, 60));
    })
    .await;
}

#[tokio::test]
async fn address_and_text_are_forgotten_a_month_after_the_end() {
    both(|store, _| async move {
        let shop = with_mails(&store, 3).await;
        let all = claimed(&store, 0, 9).await;
        let rows = vec![
            told(&all[0], &accepted(), 5),
            told(&all[1], &Outcome::NoServer, 6),
        ];
        check_record(&store, rows).await;
        let month = 30 * 86_400;
        let forget = |seconds, limit| {
            let now = platform(seconds);
            done(&store, move |tx| forget_any_shop(tx, now, limit))
        };
        assert_eq!(forget(month + 4, 9).await, 0);
        assert_eq!(forget(month + 6, 1).await, 1);
        assert_eq!(forget(month + 6, 9).await, 1);
        assert_eq!(forget(month + 6, 9).await, 0);
        for number in [1, 2] {
            let forgotten = stored(&store, number).await;
            assert_eq!((forgotten.content, forgotten.said), (None, None));
            assert_eq!(forgotten.channel, Channel::Email);
            assert_eq!(forgotten.about, mail(&shop, number).about);
        }
        assert!(stored(&store, 3).await.content.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_shops_clock_moves_its_messages_too() {
    both(|store, _| async move {
        let shop = with_mails(&store, 1).await;
        with_sms(&store, 2).await;
        let mut all = claimed(&store, 0, 9).await;
        all.extend(claimed_of(&store, Channel::Sms, (0, 9)).await);
        let rows = all.iter().map(|it| told(it, &failed(), 0)).collect();
        check_record(&store, rows).await;
        let owner = shop.clone();
        done(&store, move |tx| {
            store::shop::advance_clock(tx, &owner, Duration::seconds(50))
        })
        .await;
        let due_at = NOW.plus(Duration::minutes(1));
        assert_eq!(stored(&store, 1).await.state, State::Queued { due_at });
        check_claimed(&store, 9, &[]).await;
        check_claimed(&store, 10, &[1]).await;
        let sms = |at| claimed_of(&store, Channel::Sms, (at, 9));
        assert_eq!(sms(59).await, []);
        assert_eq!(sms(60).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn no_two_messages_have_one_id() {
    both(|store, _| async move {
        let shop = with_mails(&store, 1).await;
        let error = refused(&store, move |tx| insert(tx, &shop, &mail(&shop, 1))).await;
        assert!(
            matches!(&error, StoreError::Duplicate { constraint } if constraint == "message_id"),
            "{error:?}"
        );
        assert_eq!(shop_of(&store).await, 1);
    })
    .await;
}

async fn shop_of(store: &Store) -> usize {
    let own = shop(1).id;
    let read = move |conn: &mut Conn<'_>| list(conn, own, 9);
    store.read(read).await.unwrap().len()
}
