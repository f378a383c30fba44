//! Both languages have all messages that pages use.

use std::collections::BTreeSet;

use domain::acquiring::CancellationReason;

use super::{EN, RU, Texts};
use crate::lang::Lang;
use crate::test_cards;

/// The names of all messages in the files.
fn keys(sources: [&str; 9]) -> BTreeSet<String> {
    sources
        .iter()
        .flat_map(|source| source.lines())
        .filter_map(|line| line.split_once(" = "))
        .map(|(key, _)| key.to_owned())
        .collect()
}

#[test]
fn both_languages_have_the_same_messages() {
    assert_eq!(keys(RU), keys(EN));
}

#[test]
fn no_message_is_defined_twice() {
    for sources in [RU, EN] {
        let lines = sources.iter().flat_map(|source| source.lines());
        let all = lines.filter(|line| line.contains(" = ")).count();
        assert_eq!(all, keys(sources).len());
    }
}

#[test]
fn every_message_can_be_read() {
    for (lang, sources) in [(Lang::Ru, RU), (Lang::En, EN)] {
        for key in keys(sources) {
            assert!(Texts::of(lang).knows(&key), "{}: {key}", lang.tag());
        }
    }
}

#[test]
fn every_message_that_a_template_names_exists() {
    let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut named = BTreeSet::new();
    let mut folders: Vec<_> = ["pages", "checkout", "cabinet", "docs"]
        .map(|name| crates.join(name).join("templates"))
        .to_vec();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let template = std::fs::read_to_string(&path).unwrap();
            for call in ["say(\"", "say_with(\""] {
                for rest in template.split(call).skip(1) {
                    named.insert(rest.split('"').next().unwrap().to_owned());
                }
            }
        }
    }
    assert!(named.len() > 40, "{} messages were found", named.len());
    let known = keys(RU);
    let missing: Vec<_> = named.difference(&known).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_reason_has_a_title_and_advice() {
    for reason in CancellationReason::ALL {
        for lang in Lang::ALL {
            let t = Texts::of(lang);
            let title = crate::notice::title(*reason, t);
            let text = crate::notice::text(*reason, t);
            assert!(
                !title.contains("decline-") && !text.contains("decline-"),
                "{title}: {text}"
            );
        }
    }
}

#[test]
fn every_outcome_of_a_test_card_has_a_name() {
    for row in test_cards::ALL {
        assert!(Texts::of(Lang::Ru).knows(row.outcome), "{}", row.outcome);
    }
}

#[test]
fn a_missing_message_shows_its_key() {
    assert_eq!(Texts::of(Lang::En).say("no-such-text"), "no-such-text");
}
