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

#[test]
fn expiries_are_read_as_people_type_them() {
    let december = Expiry::new(2030, 12);
    for text in [
        "12/30",
        "12 / 30",
        "1230",
        "12/2030",
        "12-30",
        "12 / 2030",
        " 12 / 2030 ",
        "122030",
        "2030-12",
        "2030/12",
        "2030 - 12",
        "203012",
        "12.30",
        "12\u{a0}/\u{a0}30",
        "12\u{2013}30",
        "12 30",
    ] {
        assert_eq!(Expiry::parse(text), december, "{text}");
    }
    let january = Expiry::new(2030, 1);
    for text in [
        "1/30", "01/30", "0130", "1 / 2030", "2030-01", "2030-1", "203001", "012030",
    ] {
        assert_eq!(Expiry::parse(text), january, "{text}");
    }
    for bad in [
        "",
        "13/30",
        "00/30",
        "0/30",
        "1/3",
        "12/030",
        "ab/cd",
        "12/30x",
        "130",
        "30-12",
        "2030",
        "2030-13",
        "12/30/1",
        "2030-12-01",
        "+1/30",
        "/",
        "1999-12",
        "１２/30",
    ] {
        assert_eq!(Expiry::parse(bad), None, "{bad}");
    }
}

#[test]
fn brands_follow_the_first_digits() {
    for (number, brand) in [
        ("5555555555554477", CardBrand::MasterCard),
        ("6759649826438453", CardBrand::MasterCard),
        ("4175001000000017", CardBrand::Visa),
        ("2200000000000004", CardBrand::Mir),
        ("370000000000002", CardBrand::AmericanExpress),
        ("3528000700000000", CardBrand::Jcb),
        ("36700102000000", CardBrand::DinersClub),
        ("9999999999999995", CardBrand::Unknown),
    ] {
        assert_eq!(
            CardNumber::parse(number).unwrap().brand(),
            brand,
            "{number}"
        );
    }
}

#[test]
fn a_card_number_is_found_in_a_text() {
    for text in [
        "4111111111111111",
        "Заказ 7, карта 4111 1111 1111 1111.",
        "order-12-4111-1111-1111-1111-7",
        "PAN4111111111111111;",
        "№4111111111111111№",
        "12 34 5555555555554444",
        "2200000000000004",
        "370000000000002",
        "3700 000000 00002",
        "3528000700000000",
        "6759649826438453",
        "6200000000000005",
        "a.4111111111111111",
    ] {
        assert!(stands_in(text), "{text}");
    }
}

#[test]
fn other_numbers_are_no_cards() {
    for text in [
        "",
        "Заказ 7",
        "4111111111111112",
        "411111111111111",
        "41111111111111111",
        "00004111111111111111",
        "1784548800000000",
        "2026112812345674",
        "9999999999999995",
        "4601234567893",
        "36700102000000",
        "0.4111111111111111",
        "d4111111111111111",
        "4111111111111111a",
        "41111111-1111-1111-9000-14efbe8f8527",
        "4111 11111111 1111",
        "4111  1111 1111 1111",
        "4111 1111 1111",
        "41111111111111114111111111111111",
        "79000000000, 79000000001, 79000000002",
    ] {
        assert!(!stands_in(text), "{text}");
    }
}
