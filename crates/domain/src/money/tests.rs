//! Money parses and prints exactly, rounds by name and never loses a minor unit in a split.

use proptest::prelude::*;

use super::*;

fn currency(code: &str) -> Currency {
    Currency::from_code(code).unwrap()
}

#[test]
fn currencies_have_their_iso_digits() {
    for (code, digits) in [("RUB", 2), ("JPY", 0), ("KWD", 3), ("USD", 2), ("TND", 3)] {
        assert_eq!(currency(code).digits(), digits, "{code}");
    }
    for bad in ["rub", "XXX", "XAU", "RU", ""] {
        assert_eq!(Currency::from_code(bad), None, "{bad}");
    }
}

#[test]
fn values_are_read_and_written_with_the_currencys_digits() {
    for (value, code, minor, written) in [
        ("1000.00", "RUB", 100_000, "1000.00"),
        ("1000", "RUB", 100_000, "1000.00"),
        ("0.5", "RUB", 50, "0.50"),
        ("7", "JPY", 7, "7"),
        ("1.234", "KWD", 1_234, "1.234"),
    ] {
        let money = Money::parse(value, currency(code)).unwrap();
        assert_eq!((money.minor(), money.value().as_str()), (minor, written));
    }
    assert_eq!(Money::new(-105, Currency::RUB).value(), "-1.05");
}

#[test]
fn what_is_no_amount_is_refused() {
    let digits = MoneyError::Malformed { digits: 2 };
    for bad in [
        "", ".", "1.", ".5", "-1", "+1", "1.234", "1,5", "1e3", " 1", "1 000", "0x10", "١", "01",
        "01.00", "00",
    ] {
        assert_eq!(Money::parse(bad, Currency::RUB), Err(digits), "{bad}");
    }
    assert_eq!(
        Money::parse("99999999999999999999", Currency::RUB),
        Err(MoneyError::Overflow)
    );
    assert_eq!(
        Money::parse("1.5", currency("JPY")),
        Err(MoneyError::Malformed { digits: 0 })
    );
}

#[test]
fn a_rate_rounds_by_name() {
    let rate = Rate::from_ppm(45_000).unwrap();
    let share = |minor, rounding| rate.of(Money::new(minor, Currency::RUB), rounding).unwrap();
    assert_eq!(share(100_000, Rounding::HalfUp).minor(), 4_500);
    assert_eq!(share(100, Rounding::HalfUp).minor(), 5);
    assert_eq!(share(100, Rounding::Down).minor(), 4);
    assert_eq!(share(-100, Rounding::HalfUp).minor(), -5);
    assert_eq!(Rate::from_ppm(1_000_001), None);
}

#[test]
fn currencies_do_not_mix() {
    let error = Money::new(1, Currency::RUB).checked_add(Money::new(1, currency("EUR")));
    assert!(matches!(error, Err(MoneyError::CurrencyMismatch { .. })));
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(minor in 0..=i64::MAX, code in "RUB|JPY|KWD") {
        let money = Money::new(minor, currency(&code));
        prop_assert_eq!(Money::parse(&money.value(), money.currency()), Ok(money));
    }

    #[test]
    fn parts_sum_to_the_whole(
        minor in any::<i64>(),
        weights in prop::collection::vec(0..1000_u32, 1..20),
    ) {
        let whole = Money::new(minor, Currency::RUB);
        match whole.allocate(&weights) {
            Ok(parts) => {
                let sum: i128 = parts.iter().map(|p| i128::from(p.minor())).sum();
                prop_assert_eq!(sum, i128::from(minor));
            }
            Err(error) => {
                prop_assert_eq!(error, MoneyError::NoParts);
                prop_assert!(weights.iter().all(|w| *w == 0));
            }
        }
    }
}
