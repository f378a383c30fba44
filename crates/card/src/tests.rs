//! Cards are read as people type them and never printed.

use super::*;

#[test]
fn numbers_are_read_as_people_type_them() {
    for text in [
        "5555555555554477",
        "5555 5555 5555 4477",
        " 5555-5555-5555-4477 ",
    ] {
        let number = CardNumber::parse(text).unwrap();
        assert_eq!(number.reveal(), "5555555555554477");
        assert_eq!(
            (number.first6().as_str(), number.last4().as_str()),
            ("555555", "4477")
        );
    }
    for bad in [
        "",
        "5555555555554478",
        "4111",
        "5555x5555555554477",
        "41111111111111111111",
    ] {
        assert!(CardNumber::parse(bad).is_none(), "{bad}");
    }
}

#[test]
fn nothing_of_a_card_is_printed() {
    let card = Card {
        number: CardNumber::parse("4111111111111111").unwrap(),
        expiry: Expiry::new(2030, 12).unwrap(),
        csc: Csc::parse("123"),
    };
    let printed = format!("{card:?}");
    assert!(
        !printed.contains("4111") && !printed.contains("123"),
        "{printed}"
    );
}
