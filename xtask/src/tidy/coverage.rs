//! Nothing is forgotten: every address stands in a table, and every page template is rendered with
//! samples by a test.

use super::source::{self, Kind};
use super::{Exceptions, Finding, Tree};

/// Doors that keep their addresses in a `routes.rs` of their own: with who may use them, or as
/// the constants that pages link by.
const DOORS: [&str; 2] = ["crates/api/src/", "crates/web/src/"];

const TEMPLATES: &str = "crates/web/templates/";
const PAGES: &str = "crates/web/src/";

pub(super) fn check(tree: &Tree, _: &Exceptions) -> Vec<Finding> {
    let mut findings = routes(tree);
    findings.extend(templates(tree));
    findings
}

/// A route is mounted by what stands in the table, never by a path written on the spot.
fn routes(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in DOORS.iter().flat_map(|door| tree.under(door)) {
        let pieces = source::pieces(&file.text);
        for pair in pieces.windows(2) {
            let [code, path] = pair else { continue };
            let mounts = code.kind == Kind::Code && code.text.trim_end().ends_with(".route(");
            if mounts && path.kind == Kind::Literal {
                let says = format!("{} is not mounted from `routes.rs`", path.text);
                findings.push(Finding::at(&file.path, path.line, says));
            }
        }
    }
    findings
}

/// A page's struct stands with its `samples()` in the file that names the template.
///
/// Partials begin with `_`; a layout is what another template extends.
fn templates(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree
        .under(TEMPLATES)
        .filter(|file| file.extension() == "html")
    {
        let name = file.path.trim_start_matches(TEMPLATES);
        let is_partial = name
            .rsplit('/')
            .next()
            .is_some_and(|part| part.starts_with('_'));
        let extends = format!("{{% extends \"{name}\"");
        let is_layout = tree
            .under(TEMPLATES)
            .any(|other| other.text.contains(&extends));
        if is_partial || is_layout {
            continue;
        }
        let path = format!("path = \"{name}\"");
        let mut pages = tree
            .under(PAGES)
            .filter(|page| page.text.contains(&path))
            .peekable();
        if pages.peek().is_none() {
            findings.push(Finding::of(&file.path, "no page uses this template"));
        }
        for page in pages.filter(|page| !page.text.contains("fn samples(")) {
            let says = format!("the page of {name} has no `samples()`");
            findings.push(Finding::of(&page.path, says));
        }
    }
    findings
}
