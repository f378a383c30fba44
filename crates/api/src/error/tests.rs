//! The table of errors is complete, and printed into `docs/errors.md`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use super::rows::{self, Row};

const HEAD: &str = "\
# Errors

What the merchant API answers when a request is not carried out. The body is YooKassa's: `type`,
`id`, `code`, `description`, and where they apply `parameter` and `retry_after`. `id` is the
request's id, also in the header `X-Request-Id` and in the log, where the name below stands too.
`parameter` is a dotted path without places in arrays; where there are any, the whole path stands at
the end of `description`: `Payment amount is illegal (receipt.items[1].amount.value)`.

Fields of a request that nobody knows are ignored, as YooKassa ignores them. A cursor belongs to
the filters that it was given with.

`{x}` stands for a value. A test prints this page from the table that the answers are made of; do
not edit it by hand.

";

const WORDS: &str = "
## Words of `invalid_parameter`

The `description` is one of these, or one of the limits of `metadata`; `parameter` says where.

";

fn table() -> String {
    let mut text = HEAD.to_owned();
    text.push_str("| name | HTTP | `code` | `description` | `parameter` | what to do |\n");
    text.push_str("|---|---|---|---|---|---|\n");
    for row in rows::all() {
        let Row {
            name,
            status,
            code,
            description,
            parameter,
            advice,
            ..
        } = row;
        let parameter = parameter.map_or_else(String::new, |name| format!("`{name}`"));
        let code = code.code();
        writeln!(
            text,
            "| `{name}` | {status} | `{code}` | {description} | {parameter} | {advice} |"
        )
        .unwrap();
    }
    text.push_str(WORDS);
    for words in contract::words::ALL {
        writeln!(text, "- {words}").unwrap();
    }
    text
}

#[test]
fn the_page_of_errors_shows_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors.md");
    let expected = table();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        found, expected,
        "run the tests of `api` once with UPDATE_DOCS=1"
    );
}

#[test]
fn every_row_is_in_the_table_once() {
    let source = [
        include_str!("rows/request.rs"),
        include_str!("rows/payment.rs"),
        include_str!("rows/refund.rs"),
        include_str!("rows/payment_method.rs"),
        include_str!("rows/deal.rs"),
        include_str!("rows/invoice.rs"),
        include_str!("rows/application.rs"),
        include_str!("rows/receipt.rs"),
        include_str!("rows/payout.rs"),
        include_str!("rows/token.rs"),
        include_str!("rows/split.rs"),
    ];
    let written: usize = source
        .iter()
        .map(|text| text.matches(": Row = Row {").count() + text.matches(": Row = row(").count())
        .sum();
    let names: BTreeSet<&str> = rows::all().map(|row| row.name).collect();
    assert_eq!(rows::all().count(), written);
    assert_eq!(names.len(), written, "two rows have one name");
}

#[test]
fn each_class_has_its_status() {
    for row in rows::all() {
        let statuses: &[u16] = match row.code.code() {
            "invalid_request" => &[400, 405, 413, 415],
            "invalid_credentials" => &[401],
            "forbidden" => &[403],
            "not_found" => &[404],
            "too_many_requests" => &[429],
            "internal_server_error" => &[500, 503],
            other => panic!("{other} is no class of errors"),
        };
        assert!(statuses.contains(&row.status), "{row:?}");
        let later = matches!(row.status, 429 | 503);
        assert_eq!(row.retry_after.is_some(), later, "{row:?}");
        assert!(
            !row.description.contains('|') && !row.advice.contains('|'),
            "{row:?}"
        );
    }
}
