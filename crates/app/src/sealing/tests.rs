//! Sealed texts open in their place alone; keys are read as they were written.

use std::sync::{Arc, Mutex};

use domain::webhook::WebhookSecret;
use domain::{IdSeed, ShopId, Timestamp, WebhookId};
use store::sealing::{Sealed, SealingKey};
use zeroize::Zeroizing;

use super::{BadKeys, Difference, Keyring, Once, Place, Sealing, Unopened, compare};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ONCE: Once = [3; 12];

fn ring(numbers: &[u32]) -> Keyring {
    let mut keys = Keyring::default();
    for number in numbers {
        let byte = u8::try_from(*number).unwrap();
        keys.add(*number, [byte; 32].into());
    }
    keys
}

fn sealing(numbers: &[u32]) -> Sealing {
    Sealing::new(ring(numbers), Box::new(|| Err("no file".to_owned())))
}

fn place(shop: i64, webhook: u64) -> Place {
    let seed = IdSeed {
        at: Timestamp::from_micros(1_784_548_800_000_000),
        random: webhook,
    };
    Place::of_webhook(ShopId::new(shop).unwrap(), WebhookId::new(seed))
}

fn secret() -> WebhookSecret {
    WebhookSecret::new(Zeroizing::new(SECRET.to_owned()))
}

fn sealed(sealing: &Sealing, place: &Place) -> Sealed {
    sealing.seal(place, &secret(), ONCE).unwrap()
}

#[test]
fn what_was_sealed_opens_in_its_place_and_nowhere_else() {
    let one = sealing(&[1]);
    let text = sealed(&one, &place(100_001, 1));
    assert!(text.as_text().starts_with("sealed:1:"));
    assert!(!text.as_text().contains("MfKQ9r8GKYqr"));
    assert_eq!(one.open(&place(100_001, 1), &text), Ok(secret()));
    let column = Place {
        column: "webhook.other",
        ..place(100_001, 1)
    };
    for other in [place(100_001, 2), place(100_002, 1), column] {
        assert_eq!(one.open(&other, &text), Err(Unopened::Refused(1)));
    }
    let mut other = Keyring::default();
    other.add(1, [9; 32].into());
    let other = Sealing::new(other, Box::new(|| Err(String::new())));
    let opened = other.open(&place(100_001, 1), &text);
    assert_eq!(opened, Err(Unopened::Refused(1)));
}

#[test]
fn a_text_with_any_character_changed_does_not_open() {
    let one = sealing(&[1]);
    let place = place(100_001, 1);
    let text = sealed(&one, &place).as_text().to_owned();
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] = if bytes[at] == b'B' { b'C' } else { b'B' };
        let changed = Sealed::new(String::from_utf8(bytes).unwrap());
        match one.open(&place, &changed) {
            // Without its beginning it is a text like any from before, and signs what it says.
            Ok(opened) => assert!(at < "sealed:".len() && opened != secret(), "{at}"),
            Err(_) => assert!("sealed:".len() <= at, "{at}"),
        }
    }
    for cut in [
        "sealed:",
        "sealed:1",
        "sealed:1:",
        "sealed:x:AAAA",
        "sealed:1:AAAA",
        "sealed:1:=",
    ] {
        assert!(
            one.open(&place, &Sealed::new(cut.to_owned())).is_err(),
            "{cut}"
        );
    }
}

#[test]
fn a_key_that_is_not_known_is_looked_for_in_the_file() {
    let file = Arc::new(Mutex::new(Err("others may read it".to_owned())));
    let there = Arc::clone(&file);
    let old = Sealing::new(ring(&[1]), Box::new(move || there.lock().unwrap().clone()));
    let place = place(100_001, 1);
    let (first, second) = (
        sealed(&sealing(&[1]), &place),
        sealed(&sealing(&[1, 2]), &place),
    );
    assert!(second.as_text().starts_with("sealed:2:"));
    assert_eq!(old.open(&place, &second), Err(Unopened::UnknownKey(2)));
    *file.lock().unwrap() = Ok(ring(&[1]));
    assert_eq!(old.open(&place, &second), Err(Unopened::UnknownKey(2)));
    assert_eq!(old.seals_with(), Some(1));
    *file.lock().unwrap() = Ok(ring(&[1, 2, 3]));
    assert_eq!(old.open(&place, &second), Ok(secret()));
    assert_eq!(old.open(&place, &first), Ok(secret()));
    // Which of them seals the database says: the third one is only prepared.
    assert_eq!(old.seals_with(), Some(1));
    old.keep_to(&noted(&ring(&[1, 2]))).unwrap();
    assert_eq!(old.seals_with(), Some(2));
    assert!(sealed(&old, &place).as_text().starts_with("sealed:2:"));
}

/// What a database notes that is sealed with these keys.
fn noted(keys: &Keyring) -> Vec<SealingKey> {
    let noted = (1..=3).filter_map(|number| {
        let created_at = Timestamp::from_micros(0);
        let check = keys.check(number)?;
        Some(SealingKey {
            number,
            check,
            created_at,
        })
    });
    noted.collect()
}

#[test]
fn a_key_that_the_database_has_not_noted_seals_nothing() {
    let mut wrong = ring(&[1]);
    wrong.add(2, [77; 32].into());
    let file = Arc::new(Mutex::new(Ok(wrong.clone())));
    let there = Arc::clone(&file);
    let node = Sealing::new(ring(&[1]), Box::new(move || there.lock().unwrap().clone()));
    let place = place(100_001, 1);
    let second = sealed(&sealing(&[1, 2]), &place);
    // Two nodes prepared a key each, with the same number.
    assert_eq!(node.open(&place, &second), Err(Unopened::Refused(2)));
    let error = node.keep_to(&noted(&ring(&[1, 2]))).unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("copy sealing.key"), "{cause}");
    // The right file is copied to it, while it runs.
    *file.lock().unwrap() = Ok(ring(&[1, 2]));
    assert_eq!(node.open(&place, &second), Ok(secret()));
    node.keep_to(&noted(&ring(&[1, 2]))).unwrap();
    assert_eq!(node.seals_with(), Some(2));
}

#[test]
fn without_a_key_nothing_is_sealed_and_the_error_says_why() {
    let none = sealing(&[]);
    none.replace(
        Keyring::default(),
        Err("there is no /x/sealing.key".to_owned()),
    );
    let error = none.seal(&place(100_001, 1), &secret(), ONCE).unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("there is no /x/sealing.key"), "{cause}");
}

#[test]
fn neither_keys_nor_secrets_can_be_printed() {
    let mut keys = Keyring::default();
    keys.add(1, [171; 32].into());
    let printed = format!("{keys:?} {:?} {:?}", sealing(&[1]), secret());
    assert_eq!(printed, "[1] Sealing { .. } WebhookSecret(…)");
}

#[test]
fn a_file_of_keys_is_read_as_it_was_written() {
    let keys = ring(&[1, 2, 12]);
    let read = Keyring::parse(&keys.to_text()).unwrap();
    for number in [1, 2, 12] {
        assert_eq!(read.check(number), keys.check(number));
        assert!(read.check(number).is_some());
    }
    assert_eq!((read.newest(), read.check(3)), (Some(12), None));
    let line = "1 BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
    assert!(Keyring::parse(&format!("\n# x\n{line}\r\n")).is_ok());
    let cases = [
        (String::new(), BadKeys::Empty),
        ("# nothing\n".to_owned(), BadKeys::Empty),
        (format!("{line}\n{line}"), BadKeys::Twice(2)),
        ("1 AAAA".to_owned(), BadKeys::Line(1)),
        (
            format!("#\n{}", line.replacen('1', "0", 1)),
            BadKeys::Line(2),
        ),
        (line.replacen("1 ", "", 1), BadKeys::Line(1)),
    ];
    for (text, expected) in cases {
        assert_eq!(Keyring::parse(&text).unwrap_err(), expected, "{text}");
    }
}

#[test]
fn keys_are_those_of_a_database_if_it_knows_no_other() {
    let noted = |number, byte: u8| SealingKey {
        number,
        check: {
            let mut keys = Keyring::default();
            keys.add(number, [byte; 32].into());
            keys.check(number).unwrap()
        },
        created_at: Timestamp::from_micros(0),
    };
    let both = [noted(1, 1), noted(2, 2)];
    assert_eq!(compare(&[], &ring(&[])), Ok(()));
    assert_eq!(compare(&both, &ring(&[1, 2, 3])), Ok(()));
    assert_eq!(compare(&both, &ring(&[1])), Err(Difference::Lacking(2)));
    assert_eq!(compare(&both, &ring(&[])), Err(Difference::Lacking(2)));
    let other = [noted(1, 7), noted(2, 2)];
    assert_eq!(compare(&other, &ring(&[1, 2])), Err(Difference::Other(1)));
}
