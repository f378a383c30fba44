//! Filters in every spelling, and cursors.

use domain::payment::Status;
use domain::{MethodKind, PaymentId, Timestamp};

use crate::payment::{ListPayments, MethodFilter};
use crate::query::{Query, Range};
use crate::refund::ListRefunds;

const NOON: i64 = 1_784_548_800_000_000;

fn at(micros: i64) -> Option<Timestamp> {
    Some(Timestamp::from_micros(micros))
}

fn range(query: &str) -> Range {
    Query::parse(query).unwrap().range("created_at").unwrap()
}

#[track_caller]
fn refused(query: &str, parameter: &str) {
    let refused = ListPayments::parse(query).unwrap_err();
    assert_eq!(refused.parameter.as_deref(), Some(parameter), "{query}");
}

#[test]
fn names_and_values_come_in_every_spelling() {
    let expected = Range {
        gte: at(NOON),
        lt: None,
    };
    for query in [
        "created_at.gte=2026-07-20T12:00:00.000Z",
        "created_at[gte]=2026-07-20T12:00:00.000Z",
        "created_at%5Bgte%5D=2026-07-20T12%3A00%3A00.000%2B00%3A00",
        "created_at.gte=2026-07-20T15:00:00+03:00",
        "unknown=1&created_at.gte=2026-07-20T12:00:00Z&limit=5&cursor=",
    ] {
        assert_eq!(range(query), expected, "{query}");
    }
}

#[test]
fn filters_compare_what_answers_show() {
    // Everything from NOON to the microsecond before the next millisecond is shown as 12:00:00.000.
    let both = |gte, lt| Range { gte, lt };
    let noon = "2026-07-20T12:00:00.000Z";
    assert_eq!(
        range(&format!("created_at.gte={noon}")),
        both(at(NOON), None)
    );
    assert_eq!(
        range(&format!("created_at.gt={noon}")),
        both(at(NOON + 1_000), None)
    );
    assert_eq!(
        range(&format!("created_at.lte={noon}")),
        both(None, at(NOON + 1_000))
    );
    assert_eq!(
        range(&format!("created_at.lt={noon}")),
        both(None, at(NOON))
    );
    // A bound that is finer than what is shown.
    let finer = "2026-07-20T12:00:00.000001Z";
    assert_eq!(
        range(&format!("created_at.gte={finer}")),
        both(at(NOON + 1_000), None)
    );
    assert_eq!(
        range(&format!("created_at.lte={finer}")),
        both(None, at(NOON + 1_000))
    );
    // Several bounds: the narrowest.
    let query = format!("created_at.gte=2026-07-19&created_at.gt={noon}&created_at.lt={noon}");
    assert_eq!(range(&query), both(at(NOON + 1_000), at(NOON)));
}

#[test]
fn a_list_has_defaults_and_limits() {
    let list = ListPayments::parse("").unwrap();
    assert_eq!((list.limit, list.after), (10, None));
    let list = ListPayments::parse("limit=100&status=succeeded&payment_method=sbp").unwrap();
    assert_eq!(list.limit, 100);
    assert_eq!(list.status, Some(Status::Succeeded));
    assert_eq!(list.method, Some(MethodFilter::Kind(MethodKind::Sbp)));
    for limit in ["0", "101", "ten", "-1", "5.0", "99999999999999999999"] {
        refused(&format!("limit={limit}"), "limit");
    }
}

#[test]
fn what_is_wrong_is_named() {
    refused("status=done", "status");
    refused("payment_method=barter", "payment_method");
    refused("created_at.gte=yesterday", "created_at.gte");
    refused("captured_at[lt]=1784548800", "captured_at.lt");
    refused("status=%ff", "status");
    refused("5555555555554444=%ff", "query");
    let refunds = ListRefunds::parse("payment_id=1").unwrap_err();
    assert_eq!(refunds.parameter.as_deref(), Some("payment_id"));
}

#[test]
fn a_cursor_belongs_to_its_filters() {
    let last: PaymentId = "31f00000-000f-5000-8000-1a2b3c4d5e6f".parse().unwrap();
    let list = ListPayments::parse("status=pending&limit=5").unwrap();
    let cursor = list
        .filters()
        .cursor(Timestamp::from_micros(NOON + 7), last);

    let next = ListPayments::parse(&format!("status=pending&limit=7&cursor={cursor}")).unwrap();
    assert_eq!(next.after, Some((Timestamp::from_micros(NOON + 7), last)));
    assert_eq!(next.limit, 7);

    refused(&format!("status=succeeded&cursor={cursor}"), "cursor");
    refused(&format!("cursor={cursor}"), "cursor");
    refused(&format!("status=pending&cursor={cursor}.0"), "cursor");
    for cursor in [
        "nothing-of-ours",
        "37a5c87d-3984-51e8-a7f3-8de646d39ec15",
        "0.0.0",
        ".",
    ] {
        refused(&format!("cursor={cursor}"), "cursor");
    }
    let refunds = ListRefunds::parse(&format!("status=pending&cursor={cursor}")).unwrap_err();
    assert_eq!(refunds.parameter.as_deref(), Some("cursor"));
}
