//! What names a connector, and how names sort.

use super::{Choice, ConnectorName, ConnectorNameError};
use crate::method::MethodKind;
use crate::money::{Currency, Money};

#[test]
fn a_name_has_few_letters_and_comes_back_as_it_was() {
    let long = "a".repeat(ConnectorName::LENGTH_MAX);
    for text in ["sandbox", "t-bank", "bank2", "0", "-", long.as_str()] {
        let name: ConnectorName = text.parse().unwrap();
        assert_eq!((name.as_str(), name.to_string().as_str()), (text, text));
    }
    let longer = format!("{long}a");
    for text in [
        "",
        "Sandbox",
        "t_bank",
        "t/bank",
        "банк",
        "a\0",
        " a",
        longer.as_str(),
    ] {
        assert_eq!(text.parse::<ConnectorName>(), Err(ConnectorNameError));
    }
    assert_eq!("sandbox".parse(), Ok(ConnectorName::SANDBOX));
}

#[test]
fn names_sort_as_their_texts_do() {
    let mut names: Vec<ConnectorName> = ["b", "a-b", "ab", "a", "a0"]
        .into_iter()
        .map(|text| text.parse().unwrap())
        .collect();
    names.sort_unstable();
    let sorted: Vec<&str> = names.iter().map(ConnectorName::as_str).collect();
    assert_eq!(sorted, ["a", "a-b", "a0", "ab", "b"]);
}

#[test]
fn a_rule_comes_back_as_it_was_written() {
    for text in [
        "*=sandbox",
        "bank_card=t-bank",
        "sbp:100-=t-bank",
        "bank_card:-100000=a",
        "*:1-2=b",
    ] {
        let rule: Choice = text.parse().unwrap();
        assert_eq!(rule.to_string(), text);
    }
    let bad = ["", "=a", "cheque=a", "bank_card", "bank_card=A", "*:=a"];
    for text in bad
        .into_iter()
        .chain(["*:-=a", "*:2-1=a", "*:+1-=a", "*:1=a", "*:x-=a"])
    {
        assert!(text.parse::<Choice>().is_err(), "{text}");
    }
}

#[test]
fn a_rule_is_about_its_method_and_its_sums() {
    let fits = |rule: &str, method, minor: Option<i64>| {
        let rule: Choice = rule.parse().unwrap();
        rule.fits(method, minor.map(|minor| Money::new(minor, Currency::RUB)))
    };
    let (card, sbp) = (MethodKind::BankCard, MethodKind::Sbp);
    for (rule, method, minor, expected) in [
        ("*=a", sbp, None, true),
        ("bank_card=a", card, Some(1), true),
        ("bank_card=a", sbp, Some(1), false),
        ("*:10-20=a", card, Some(9), false),
        ("*:10-20=a", card, Some(10), true),
        ("*:10-20=a", card, Some(20), true),
        ("*:10-20=a", card, Some(21), false),
        ("*:-20=a", card, None, false),
    ] {
        assert_eq!(fits(rule, method, minor), expected, "{rule} {minor:?}");
    }
}
