//! Expiries are read as people type them, brands told by their digits, and numbers found in texts.

use proptest::prelude::*;

use super::*;

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
        assert_eq!(CardBrand::of(number), brand, "{number}");
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
        "d4111111111111111",
        "4111111111111111a",
        "card4111111111111111",
        "fee4111111111111111abc",
        "4111\u{a0}1111\u{a0}1111\u{a0}1111",
        "4111\u{202f}1111\u{2009}1111\u{2007}1111",
        "4111\u{2011}1111\u{2013}1111\u{2212}1111",
        "4111\t1111\u{200b}1111\u{ad}1111",
        "2611 2812 3456 0004",
        "4111.1111.1111.1111",
        "№1.4111.1111.1111.1111.",
        "3700.000000.00002",
        "4111_1111_1111_1111",
        "4111 · 1111 · 1111 · 1111",
        "4111  1111 1111 1111",
        "4111 - 1111 - 1111 - 1111",
        "4111\u{2009}\u{2013}\u{2009}1111 1111 1111",
        "４１１１１１１１１１１１１１１１",
        "Карта ٤١١١ ١١١١ ١١١١ ١١١١",
        "४१११.११११.११११.११११",
        "4111 𝟏𝟏𝟏𝟏 1111 1111",
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
        "41111111-1111-1111-1111-14efbe8f8527",
        "b1d4111111111111111",
        "4111111111111111a7",
        "41111111-1111-1111-9000-14efbe8f8527",
        "4111 11111111 1111",
        "4111 1111 1111",
        // Coordinates, prices and versions have dots as well.
        "55.755831 37.617600",
        "4111.1111 1111.1111",
        "4111.11 1111.11 1111.11",
        "41.11.11.11.11.11.11.11",
        "4111, 1111, 1111, 1111",
        "4111      1111 1111 1111",
        "0.４１１１１１１１１１１１１１１１",
        "41111111111111114111111111111111",
        "79000000000, 79000000001, 79000000002",
    ] {
        assert!(!stands_in(text), "{text}");
    }
}

/// With the check digit that makes it right.
fn checked(digits: &str) -> String {
    let all = (0..10).map(|check| format!("{digits}{check}"));
    let mut right = all.filter(|number| luhn_sum(number) == Some(0));
    right.next().unwrap()
}

/// A time to the second as numbers of orders begin with it.
fn order_time() -> impl Strategy<Value = String> {
    let date = (23..=27_u8, 1..=12_u8, 1..=28_u8);
    (date, 0..24_u8, 0..60_u8, 0..60_u8).prop_map(|((year, month, day), hour, minute, second)| {
        format!("{year:02}{month:02}{day:02}{hour:02}{minute:02}{second:02}")
    })
}

proptest! {
    #[test]
    fn numbers_of_orders_that_begin_with_the_time_are_no_cards(
        time in order_time(), count in 0..1_000_u16, before in "[A-Z]{0,3}-?",
    ) {
        let order = checked(&format!("{time}{count:03}"));
        prop_assert!(!stands_in(&format!("{before}{order}")), "{before}{order}");
        let (date, rest) = order.split_at(6);
        let (time, count) = rest.split_at(6);
        let parts = format!("{date}-{time}-{count}");
        prop_assert!(!stands_in(&parts), "{parts}");
    }

    #[test]
    fn cards_are_found_however_they_are_grouped_and_whatever_letters_stand_beside(
        first in prop_oneof![4000..=4999_u16, 5100..=5599_u16, 2200..=2204_u16, 2221..=2720_u16],
        rest in "[0-9]{11}",
        between in "[ \u{a0}\u{2007}\u{202f}\u{2010}-\u{2015}\u{2212}-]{1,4}|[._·•]| [._·•] ",
        before in "[a-zA-Zа-я:#]{0,4}", after in "[a-zA-Zа-я.!]{0,4}",
    ) {
        let number = checked(&format!("{first}{rest}"));
        let fours: Vec<&str> = (0..4).map(|at| &number[at * 4..at * 4 + 4]).collect();
        let grouped = fours.join(&between);
        prop_assert!(stands_in(&format!("{before}{grouped}{after}")), "{before}{grouped}{after}");
        let whole = format!("{before}{number}{after}");
        // Only MasterCard's second series reads as a time, three in a thousand of it.
        let is_of_second_series = (2221..=2720).contains(&first);
        prop_assert!(is_of_second_series || stands_in(&whole), "{whole}");
    }

    #[test]
    fn a_uuid_is_no_card(uuid in "[0-9]{8}-[0-9]{4}-4[0-9]{3}-[89ab][0-9]{3}-[0-9a-f]{12}") {
        prop_assert!(!stands_in(&uuid), "{uuid}");
        let prefixed = format!("po-{uuid}");
        prop_assert!(!stands_in(&prefixed), "{prefixed}");
    }
}
