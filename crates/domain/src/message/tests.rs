//! Messages: every state with every outcome, the pauses, and what is an address.

use proptest::prelude::*;

use super::*;
use crate::id::IdSeed;

const NOW: Timestamp = Timestamp::from_micros(1_784_548_800_000_000);

fn message() -> Message {
    let seed = IdSeed { at: NOW, random: 1 };
    let content = Content {
        to: Address::Email(Email::parse("buyer@shop.test").unwrap()),
        subject: "Оплата\r\nBcc: all@shop.test".to_owned(),
        text: "Текст".to_owned(),
        html: None,
    };
    let about = About::Payment(PaymentId::new(seed));
    let (id, words) = (MessageId::new(seed), (Locale::Russian, content));
    let shop = ShopId::new(100_001).unwrap();
    Message::new(id, shop, about, words, NOW)
}

fn outcomes() -> [Outcome; 4] {
    [
        Outcome::Accepted {
            answer: "250 ok".to_owned(),
        },
        Outcome::NoServer,
        Outcome::Refused {
            reason: "550 unknown".to_owned(),
        },
        Outcome::Failed {
            reason: "451 later".to_owned(),
        },
    ]
}

#[test]
fn every_state_with_every_outcome() {
    let states = [
        State::Queued { due_at: NOW },
        State::Sent { at: NOW },
        State::Kept { at: NOW },
        State::Failed { at: NOW },
        State::Dropped { at: NOW },
    ];
    let mut matrix = String::new();
    for state in states {
        for outcome in outcomes() {
            let before = Message { state, ..message() };
            let name = match outcome {
                Outcome::Accepted { .. } => "accepted",
                Outcome::NoServer => "no server",
                Outcome::Refused { .. } => "refused",
                Outcome::Failed { .. } => "failed",
            };
            let after = before.attempted(&outcome, NOW);
            let after = after.map_or("nothing changes".to_owned(), |after| {
                format!("{}, {:?}", after.state.code(), after.said)
            });
            matrix.push_str(&format!("{} × {name}: {after}\n", state.code()));
        }
        let before = Message { state, ..message() };
        let after = before.dropped("the invoice is paid", NOW);
        let after = after.map_or("nothing changes".to_owned(), |after| {
            format!(
                "{}, {:?}, attempts {}",
                after.state.code(),
                after.said,
                after.attempts
            )
        });
        matrix.push_str(&format!("{} × needless: {after}\n", state.code()));
    }
    insta::assert_snapshot!("matrix", matrix);
}

#[test]
fn pauses_double_from_a_minute_to_a_day_and_then_it_is_given_up() {
    let minutes = |attempts| pause_after(attempts).map(|pause| pause.as_seconds() / 60);
    let pauses: Vec<Option<i64>> = (1..=13).map(minutes).collect();
    let expected = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 1_440].map(Some);
    assert_eq!(pauses[..12], expected);
    assert_eq!(pauses[12], None);
    for attempts in [0, -1, 14, 64, 65, 1_000, i64::MAX, i64::MIN] {
        assert_eq!(minutes(attempts), None, "{attempts}");
    }
}

#[test]
fn a_message_that_nobody_takes_is_tried_thirteen_times_and_given_up() {
    let failed = Outcome::Failed {
        reason: "421 busy".to_owned(),
    };
    let (mut message, mut now) = (message(), NOW);
    while let State::Queued { due_at } = message.state {
        assert!(now <= due_at);
        now = due_at;
        message = message.attempted(&failed, now).unwrap();
    }
    assert_eq!(message.state, State::Failed { at: now });
    assert_eq!(message.attempts, 13);
    assert_eq!(message.said.as_deref(), Some("421 busy"));
    assert_eq!(now.since(NOW).as_seconds(), 3_487 * 60);
    assert_eq!(message.state.forget_at(), Some(now.plus(KEPT)));
}

#[test]
fn a_subject_has_one_line_and_nothing_personal_is_printed() {
    let message = message();
    let subject = &message.content.as_ref().unwrap().subject;
    assert_eq!(subject, "Оплата  Bcc: all@shop.test");
    let printed = format!("{message:?} {:?}", Phone::parse("79001234567"));
    for secret in ["buyer", "Оплата", "Текст", "7900"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

#[test]
fn addresses_are_told_from_what_is_none() {
    let (name, label) = ("a".repeat(64), "a".repeat(61));
    let long = format!("{name}@{label}.{label}.{label}.test");
    let (named, misnamed) = (format!("{name}@b.ru"), format!("a{name}@b.ru"));
    for text in [
        "a@b.ru",
        "иван@почта.рф",
        "a+b.c@x-y.co",
        "\"q\"@b.ru",
        &named,
        &long[1..],
    ] {
        assert!(Email::parse(text).is_some(), "{text}");
    }
    for text in [
        "",
        "a",
        "a@b",
        "@b.ru",
        "a@",
        "a@@b.ru",
        "a@b@c.ru",
        "a b@c.ru",
        "a@b..ru",
        "a@.ru",
        "a@b.ru\n",
        "<a@b.ru>",
        "a@b.ru,c@d.ru",
        "a@b.ru\0",
        "a@@example.org",
        ".a@b.ru",
        "a..b@c.ru",
        "a(b)@c.ru",
        "a;b@c.ru",
        "\"a@b\"@c.ru",
        "a@-b.ru",
        "a@b_.ru",
        "a@[127.0.0.1]",
        &misnamed,
        &long,
    ] {
        assert!(Email::parse(text).is_none(), "{text:?}");
    }
    for (text, sound) in [
        ("79001234567", true),
        ("1234", true),
        ("123456789012345", true),
        ("1234567890123456", false),
        ("123", false),
        ("+79001234567", false),
        ("7900 123", false),
        ("٧٩٠٠١٢٣", false),
    ] {
        assert_eq!(Phone::parse(text).is_some(), sound, "{text}");
    }
}

#[test]
fn what_is_stored_is_read_again() {
    let seed = IdSeed { at: NOW, random: 7 };
    let payment = About::Payment(PaymentId::new(seed));
    let invoice = About::Invoice(InvoiceId::new(seed));
    for about in [payment, invoice] {
        assert_eq!(About::read(about.kind(), &about.id()), Some(about));
    }
    assert_eq!(About::read("invoice", &payment.id()), None);
    assert_eq!(About::read("refund", &payment.id()), None);
    for channel in Channel::ALL {
        assert_eq!(Channel::from_code(channel.code()), Some(channel));
    }
    assert_eq!(State::read("lost", NOW), None);
}

proptest! {
    #[test]
    fn an_address_ends_no_line_and_no_list(text in "\\PC{0,9}@?[a-c.,<> ]{0,9}[\r\n]?") {
        if let Some(email) = Email::parse(&text) {
            prop_assert!(!email.expose().contains(['\r', '\n', ' ', '<', '>', ',']));
            prop_assert_eq!(email.expose().matches('@').count(), 1);
        }
    }

    #[test]
    fn attempts_end(picks in prop::collection::vec(0_usize..4, 1..40)) {
        let all = outcomes();
        let mut message = message();
        for index in picks {
            match message.attempted(&all[index], NOW) {
                Some(next) => {
                    prop_assert_eq!(next.attempts, message.attempts + 1);
                    prop_assert!(next.attempts <= 13);
                    message = next;
                }
                None => prop_assert!(message.state.due_at().is_none()),
            }
        }
    }
}
