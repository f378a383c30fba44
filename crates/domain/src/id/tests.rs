//! Ids print in the documented shape, parse back, sort by time and refuse other kinds.

use super::*;

fn seed(seconds: i64, random: u64) -> IdSeed {
    IdSeed {
        at: Timestamp::from_micros(seconds * 1_000_000),
        random,
    }
}

#[test]
fn an_id_has_the_documented_shape() {
    // 2026-07-20T12:00:00Z
    let id = PaymentId::new(seed(1_784_548_800, 0xf123_4567_89ab_cdef));
    assert_eq!(id.to_string(), "31f02180-000f-5000-8123-456789abcdef");
    assert_eq!(id.to_string().len(), 36);
    assert_eq!(id.to_string().parse(), Ok(id));
    assert_eq!(id.method_id().to_string(), id.to_string());
    let token = id.confirmation_token();
    assert_eq!(token, format!("ct-{id}"));
    assert_eq!(PaymentId::from_confirmation_token(&token), Some(id));
    for none in ["", "ct-", &id.to_string(), &token.to_uppercase()] {
        assert_eq!(PaymentId::from_confirmation_token(none), None, "{none}");
    }
}

#[test]
fn ids_sort_by_time() {
    let earlier = OperationId::new(seed(1_784_548_800, u64::MAX));
    let later = OperationId::new(seed(1_784_548_801, 0));
    assert!(earlier < later);
    assert!(earlier.to_string() < later.to_string());
}

#[test]
fn an_id_of_another_kind_does_not_parse() {
    let refund = RefundId::new(seed(1_784_548_800, 1)).to_string();
    assert_eq!(
        refund.parse::<PaymentId>(),
        Err(IdError { kind: "payment" })
    );
    for bad in [
        "",
        "31f063c0",
        "31F063C0-000f-5000-8123-456789abcdef",
        "+1f063c0-000f-5000-8123-4",
    ] {
        assert!(bad.parse::<PaymentId>().is_err(), "{bad}");
    }
    assert!(
        "31f02180-000f-5000-8123-4567-9abcdef"
            .parse::<PaymentId>()
            .is_err()
    );
}

#[test]
fn shop_numbers_are_positive_decimals() {
    assert_eq!("100001".parse::<ShopId>().map(ShopId::number), Ok(100_001));
    for bad in ["", "0", "-1", "+1", "1 ", "9999999999999999999"] {
        assert!(bad.parse::<ShopId>().is_err(), "{bad}");
    }
}
