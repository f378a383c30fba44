//! Prints `docs/routes.md`: which right each route, page, job and command asks for.

use std::fmt::Write as _;
use std::path::Path;

use domain::access::{RIGHTS, Right, Role};

use crate::cli::way::WAYS;

const INTRODUCTION: &str = "\
# Routes and their rights

Which right each address, job and command asks for. Who has it stands in [rights.md](rights.md);
here those are named who get as far as the address.

Tests print this page from the tables that doors and commands are made of, and hold every address
against what it asks for in fact; jobs and commands get no other rights than these. Do not edit it
by hand. On the way, whoever is there, the platform itself proves who is asking (`caller.prove`),
notes that a key is used (`use.note`), and takes in what a bank has answered (`outcome.take`).
";

/// Who may use an address, by the rights that it asks for.
fn who(rights: &[Right], roles: &[Role]) -> String {
    let may = |role: &&Role| rights.iter().all(|right| role.may(*right));
    let named = roles.iter().filter(may).map(|role| {
        let scope = rights.iter().find_map(|right| right.scope());
        match (role, scope) {
            (Role::Application, Some(scope)) => format!("application by `{}`", scope.code()),
            (role, _) => role.code().to_owned(),
        }
    });
    named.collect::<Vec<_>>().join(", ")
}

fn codes(rights: &[Right]) -> String {
    let codes = rights.iter().map(|right| format!("`{}`", right.code()));
    codes.collect::<Vec<_>>().join(", ")
}

fn page() -> String {
    let mut text = INTRODUCTION.to_owned();
    text.push_str("\n## The API\n\n| method | path | right | who |\n|---|---|---|---|\n");
    let callers = [Role::Key, Role::Gateway, Role::Application];
    for route in &api::ROUTES {
        let (method, path) = (&route.method, route.path);
        let (right, who) = (codes(&[route.right]), who(&[route.right], &callers));
        writeln!(text, "| {method} | `{path}` | {right} | {who} |").unwrap();
    }
    text.push_str("\n## Beside it\n\n| method | path | rights |\n|---|---|---|\n");
    for (method, path, rights) in &api::BESIDE {
        writeln!(text, "| {method} | `{path}` | {} |", codes(rights)).unwrap();
    }
    text.push_str("\n## Pages and widgets\n\n| method | path | rights |\n|---|---|---|\n");
    for route in &pages::routes::ROUTES {
        let (method, path) = (route.method, route.path);
        writeln!(text, "| {method} | `{path}` | {} |", codes(route.rights)).unwrap();
    }
    text.push_str("\n## Jobs\n\n| job | rights |\n|---|---|\n");
    for job in Role::JOBS {
        let rights = RIGHTS.iter().filter(|row| row.roles.have(job));
        let rights: Vec<Right> = rights.map(|row| row.right).collect();
        writeln!(text, "| {} | {} |", job.code(), codes(&rights)).unwrap();
    }
    text.push_str("\n## The command line\n\n| command | rights |\n|---|---|\n");
    for way in &WAYS {
        writeln!(text, "| `altyn {}` | {} |", way.words, codes(way.rights)).unwrap();
    }
    text
}

#[test]
fn the_page_of_routes_shows_the_tables() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/routes.md");
    let expected = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        found, expected,
        "run the tests of `server` once with UPDATE_DOCS=1"
    );
}
