//! The fee of the specification's example, with and without VAT, and its bounds.

use super::*;

fn rub(minor: i64) -> Money {
    Money::new(minor, Currency::RUB)
}

fn tariff(ppm: i64, vat_ppm: i64) -> Tariff {
    Tariff {
        shop_id: ShopId::new(1).unwrap(),
        method: None,
        rate: Rate::from_ppm(ppm).unwrap(),
        minimum: rub(0),
        fixed: rub(0),
        vat: Rate::from_ppm(vat_ppm).unwrap(),
        starts_at: Timestamp::from_micros(0),
    }
}

#[test]
fn the_specifications_example_is_exact() {
    let fee = tariff(45_000, 0).fee(rub(100_000)).unwrap();
    assert_eq!(
        fee,
        Fee {
            commission: rub(4_500),
            vat: rub(0)
        }
    );
    let fee = tariff(45_000, 0).fee(rub(60_000)).unwrap();
    assert_eq!(fee.total().unwrap(), rub(2_700));
    // 3.5 % and 22 % VAT on it: 100.00 leaves 95.73, as in real payloads.
    let fee = tariff(35_000, 220_000).fee(rub(10_000)).unwrap();
    assert_eq!(
        fee,
        Fee {
            commission: rub(350),
            vat: rub(77)
        }
    );
}

#[test]
fn a_fee_is_at_least_the_minimum_and_at_most_the_amount() {
    let tariff = Tariff {
        minimum: rub(300),
        fixed: rub(10),
        ..tariff(45_000, 0)
    };
    assert_eq!(tariff.fee(rub(1_000)).unwrap().commission, rub(300));
    assert_eq!(tariff.fee(rub(100_000)).unwrap().commission, rub(4_510));
    assert_eq!(tariff.fee(rub(100)).unwrap().total().unwrap(), rub(100));
}

#[test]
fn the_newest_line_of_the_method_holds() {
    let at = Timestamp::from_micros;
    let all = tariff(45_000, 0);
    let card = Tariff {
        method: Some(MethodKind::BankCard),
        starts_at: at(10),
        ..tariff(1, 0)
    };
    let newer = Tariff {
        starts_at: at(20),
        ..tariff(2, 0)
    };
    let lines = [all, card, newer];
    let ppm =
        |method, now| Tariff::choose(&lines, method, Currency::RUB, at(now)).map(|t| t.rate.ppm());
    assert_eq!(ppm(MethodKind::BankCard, 5), Some(45_000));
    assert_eq!(ppm(MethodKind::BankCard, 15), Some(1));
    assert_eq!(ppm(MethodKind::BankCard, 25), Some(1));
    assert_eq!(ppm(MethodKind::Sbp, 25), Some(2));
    assert_eq!(ppm(MethodKind::Sbp, -1), None);
}
