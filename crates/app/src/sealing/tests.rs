//! Sealed texts open in their place alone; keys are read as they were written.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};

use domain::webhook::WebhookSecret;
use domain::{IdSeed, ShopId, Timestamp, WebhookId};
use store::sealing::{Sealed, SealingKey};
use tokio::task::JoinSet;
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
    Sealing::new(ring(numbers), Arc::new(|| Err("no file".to_owned())))
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
    let other = Sealing::new(other, Arc::new(|| Err(String::new())));
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

/// A file of keys, with how often it was read.
#[derive(Clone)]
struct File {
    keys: Arc<Mutex<Result<Keyring, String>>>,
    read: Arc<AtomicU32>,
}

impl File {
    fn of(keys: Result<Keyring, String>) -> Self {
        let keys = Arc::new(Mutex::new(keys));
        let read = Arc::default();
        Self { keys, read }
    }

    fn put(&self, keys: Keyring) {
        *self.keys.lock().unwrap() = Ok(keys);
    }

    fn read(&self) -> u32 {
        self.read.load(Relaxed)
    }

    /// A node that knows the first key, and reads the file where nobody waits.
    fn node(&self) -> Sealing {
        let file = self.clone();
        let own = std::thread::current().id();
        let source = move || {
            assert_ne!(std::thread::current().id(), own, "the executor waited");
            file.read.fetch_add(1, Relaxed);
            file.keys.lock().unwrap().clone()
        };
        Sealing::new(ring(&[1]), Arc::new(source))
    }
}

/// So many milliseconds after the beginning.
fn at(millis: i64) -> Timestamp {
    Timestamp::from_micros(1_784_548_800_000_000 + millis * 1_000)
}

#[tokio::test]
async fn what_does_not_open_reads_the_file_once_a_second_and_never_on_the_executor() {
    let file = File::of(Ok(ring(&[1])));
    let node = Arc::new(file.node());
    let place = place(100_001, 1);
    let second = sealed(&sealing(&[1, 2]), &place);
    let mut waiting = JoinSet::new();
    for _ in 0..50 {
        let (node, place, second) = (Arc::clone(&node), place.clone(), second.clone());
        waiting.spawn(async move { node.open_or_read(&place, &second, at(0)).await });
    }
    while let Some(opened) = waiting.join_next().await {
        assert_eq!(opened.unwrap(), Err(Unopened::UnknownKey(2)));
    }
    assert_eq!(file.read(), 1);
    file.put(ring(&[1, 2]));
    for (millis, expected, read) in [
        (999, Err(Unopened::UnknownKey(2)), 1),
        (1_000, Ok(secret()), 2),
        (1_001, Ok(secret()), 2),
    ] {
        let opened = node.open_or_read(&place, &second, at(millis)).await;
        assert_eq!((opened, file.read()), (expected, read), "{millis}");
    }
    // Another key is looked for at once: there may have been a rotation since.
    let third = sealed(&sealing(&[3]), &place);
    file.put(ring(&[1, 2, 3]));
    let opened = node.open_or_read(&place, &third, at(1_002)).await;
    assert_eq!((opened, file.read()), (Ok(secret()), 3));
    // What is damaged is so whatever the keys are.
    let damaged = Sealed::new("sealed:1:=".to_owned());
    let opened = node.open_or_read(&place, &damaged, at(9_000)).await;
    assert_eq!((opened, file.read()), (Err(Unopened::Damaged), 3));
}

#[tokio::test]
async fn a_key_that_is_not_known_is_looked_for_in_the_file() {
    let file = File::of(Err("others may read it".to_owned()));
    let old = file.node();
    let place = place(100_001, 1);
    let (first, second) = (
        sealed(&sealing(&[1]), &place),
        sealed(&sealing(&[1, 2]), &place),
    );
    assert!(second.as_text().starts_with("sealed:2:"));
    let unknown = Err(Unopened::UnknownKey(2));
    assert_eq!(old.open_or_read(&place, &second, at(0)).await, unknown);
    file.put(ring(&[1]));
    assert_eq!(old.open_or_read(&place, &second, at(2_000)).await, unknown);
    assert_eq!(old.seals_with(), Some(1));
    file.put(ring(&[1, 2, 3]));
    let opened = old.open_or_read(&place, &second, at(4_000)).await;
    assert_eq!(opened, Ok(secret()));
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

#[tokio::test]
async fn a_key_that_the_database_has_not_noted_seals_nothing() {
    let mut wrong = ring(&[1]);
    wrong.add(2, [77; 32].into());
    let file = File::of(Ok(wrong));
    let node = Arc::new(file.node());
    let place = place(100_001, 1);
    let second = sealed(&sealing(&[1, 2]), &place);
    // Two nodes prepared a key each, with the same number.
    let opened = node.open_or_read(&place, &second, at(0)).await;
    assert_eq!(opened, Err(Unopened::Refused(2)));
    let keep = async || {
        let node = Arc::clone(&node);
        // As a unit of work does.
        let kept = tokio::task::spawn_blocking(move || node.keep_to(&noted(&ring(&[1, 2]))));
        kept.await.unwrap()
    };
    let error = keep().await.unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("copy sealing.key"), "{cause}");
    // The right file is copied to it, while it runs.
    file.put(ring(&[1, 2]));
    let opened = node.open_or_read(&place, &second, at(2_000)).await;
    assert_eq!(opened, Ok(secret()));
    keep().await.unwrap();
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
