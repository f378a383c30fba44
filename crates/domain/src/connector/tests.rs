//! What names a connector, and how names sort.

use super::{ConnectorName, ConnectorNameError};

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
