//! Prints the table of rights and proves that it is whole.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use super::{Mark, RIGHTS, Right, Role, Row};
use crate::Scope;

const INTRODUCTION: &str = "\
# Rights

Who may what. Everybody who acts on the platform does so in a role; whatever is read or written was
asked for by one of these rights, and who has not got it is refused. Which route, page, job and
command asks for which right stands in [routes.md](routes.md).

*money* and *access* mark what wants more than the role: a fresh second factor of a merchant's
person, a second person among the staff.

A test prints this page from the table that decides (`domain::access`); do not edit it by hand.
";

/// The sentence that stands above a right.
fn sentence(right: Right) -> String {
    let source = include_str!("right.rs");
    let (before, _) = source.split_once(&format!("    {right:?},\n")).unwrap();
    let lines = before.lines().rev();
    let mut lines: Vec<&str> = lines
        .map_while(|line| line.trim().strip_prefix("/// "))
        .collect();
    lines.reverse();
    lines.join(" ")
}

/// A table with a column for each of these.
fn table(
    text: &mut String,
    columns: &[&str],
    shown: impl Fn(&Row) -> bool,
    cell: impl Fn(&str, &Row) -> String,
) {
    writeln!(text, "| right | | mark | {} |", columns.join(" | ")).unwrap();
    writeln!(text, "|---|---|---|{}", "---|".repeat(columns.len())).unwrap();
    for row in RIGHTS.iter().filter(|row| shown(row)) {
        let mark = match row.mark {
            Mark::Plain => "",
            Mark::Money => "money",
            Mark::Access => "access",
        };
        let cells: Vec<String> = columns.iter().map(|column| cell(column, row)).collect();
        let (code, cells) = (row.code, cells.join(" | "));
        let what = sentence(row.right);
        writeln!(text, "| `{code}` | {what} | {mark} | {cells} |").unwrap();
    }
}

fn roles_table(text: &mut String, roles: &[Role]) {
    let columns: Vec<&str> = roles.iter().map(|role| role.code()).collect();
    let any = |row: &Row| roles.iter().any(|role| row.roles.have(*role));
    table(text, &columns, any, |column, row| {
        let role = roles.iter().find(|role| role.code() == column).unwrap();
        match (row.roles.have(*role), role, row.right.scope()) {
            (false, ..) => String::new(),
            (true, Role::Application, Some(scope)) => format!("`{}`", scope.code()),
            (true, ..) => "yes".to_owned(),
        }
    });
}

fn page() -> String {
    let mut text = INTRODUCTION.to_owned();
    text.push_str("\n## People of a merchant\n\n");
    text.push_str(
        "A merchant may make roles of their own; `custom` says what such a role may have.\n\n",
    );
    let mut columns: Vec<&str> = Role::MERCHANT.iter().map(|role| role.code()).collect();
    columns.push("custom");
    let any = |row: &Row| row.right.is_for_custom_roles();
    table(&mut text, &columns, any, |column, row| {
        let role = Role::MERCHANT.iter().find(|role| role.code() == column);
        let has = role.is_none_or(|role| row.roles.have(*role));
        if has { "yes".to_owned() } else { String::new() }
    });
    text.push_str("\n## The platform's staff\n\n");
    roles_table(&mut text, &Role::STAFF);
    text.push_str("\n## Programs, and pages without a login\n\n");
    text.push_str("An application has a right by the scope that a shop granted it.\n\n");
    let rest = Role::ALL.into_iter().filter(|role| {
        let other = Role::MERCHANT.contains(role) || Role::STAFF.contains(role);
        !other && !Role::JOBS.contains(role)
    });
    roles_table(&mut text, &rest.collect::<Vec<_>>());
    text.push_str("\n## What the platform does by itself\n\n");
    roles_table(&mut text, &Role::JOBS);
    text
}

#[test]
fn the_page_of_rights_shows_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rights.md");
    let expected = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        found, expected,
        "run the tests of `domain` once with UPDATE_DOCS=1"
    );
}

#[test]
fn the_table_is_in_order_and_every_right_is_somebodys() {
    let codes: BTreeSet<&str> = RIGHTS.iter().map(|row| row.code).collect();
    assert_eq!(codes.len(), RIGHTS.len());
    for (place, row) in RIGHTS.iter().enumerate() {
        assert_eq!(row.right.place(), place, "{row:?}");
        assert!(
            Role::ALL.into_iter().any(|role| role.may(row.right)),
            "{row:?}"
        );
        let words = row.code.split(['.', '_']).map(|word| {
            let (first, rest) = word.split_at(1);
            format!("{}{rest}", first.to_uppercase())
        });
        assert_eq!(format!("{:?}", row.right), words.collect::<String>());
    }
    let variants = include_str!("right.rs").lines();
    let variants = variants.filter(|line| line.starts_with("    ") && line.ends_with(','));
    let named = variants.filter(|line| {
        line.trim()
            .trim_end_matches(',')
            .chars()
            .all(char::is_alphanumeric)
    });
    assert_eq!(named.count(), RIGHTS.len());
}

#[test]
fn roles_are_all_there_once() {
    for (place, role) in Role::ALL.into_iter().enumerate() {
        assert_eq!(role.place(), place);
    }
    let codes: BTreeSet<&str> = Role::ALL.iter().map(|role| role.code()).collect();
    assert_eq!(codes.len(), Role::ALL.len());
}

#[test]
fn every_scope_gives_an_application_a_right_and_nothing_else_hangs_on_one() {
    for scope in Scope::ALL {
        let given = RIGHTS.iter().filter(|row| row.right.scope() == Some(scope));
        assert_ne!(given.count(), 0, "{scope:?}");
    }
    for row in RIGHTS.iter().filter(|row| row.right.scope().is_some()) {
        assert!(row.roles.have(Role::Application), "{row:?}");
    }
}

#[test]
fn nobody_without_a_login_moves_what_is_not_theirs() {
    let own = [
        "payment.",
        "invoice.",
        "method.",
        "bank.",
        "widget.",
        "token.",
        "application.meet",
    ];
    for row in RIGHTS.iter() {
        for role in [Role::Payer, Role::Visitor] {
            let fits = own.iter().any(|own| row.code.starts_with(own));
            assert!(fits || !row.roles.have(role), "{row:?}");
        }
    }
}
