//! Nothing is forgotten: every address stands in a table, and every page template is rendered with
//! samples by a test.

use super::source::{self, Kind};
use super::{Exceptions, File, Finding, Tree};

/// The crate that keeps its addresses and their rights in a `routes.rs`.
const API: &str = "crates/api";

/// The crates of pages; their addresses are the constants of one `routes.rs`, by which pages link.
const PAGES: [&str; 4] = [
    "crates/cabinet",
    "crates/checkout",
    "crates/docs",
    "crates/pages",
];

pub(super) fn check(tree: &Tree, _: &Exceptions) -> Vec<Finding> {
    let mut findings = routes(tree);
    findings.extend(templates(tree));
    findings
}

/// A route is mounted with an address of the table, never with a path written on the spot.
fn routes(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let doors = PAGES.into_iter().chain([API]);
    let folders: Vec<String> = doors.map(|door| format!("{door}/src/")).collect();
    for file in folders.iter().flat_map(|folder| tree.under(folder)) {
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
    let all = || {
        PAGES
            .into_iter()
            .flat_map(|pages| templates_of(tree, pages))
    };
    for pages in PAGES {
        for (name, file) in templates_of(tree, pages) {
            let is_partial = name
                .rsplit('/')
                .next()
                .is_some_and(|part| part.starts_with('_'));
            let extends = format!("{{% extends \"{name}\"");
            let is_layout = all().any(|(_, other)| other.text.contains(&extends));
            if is_partial || is_layout {
                continue;
            }
            let path = format!("path = \"{name}\"");
            let sources = format!("{pages}/src/");
            let mut pages = tree
                .under(&sources)
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
    }
    findings
}

/// The templates of a crate, by the names that its pages know.
fn templates_of<'a>(tree: &'a Tree, pages: &str) -> Vec<(&'a str, &'a File)> {
    let folder = format!("{pages}/templates/");
    tree.with_extension("html")
        .filter_map(|file| Some((file.path.strip_prefix(&folder)?, file)))
        .collect()
}
