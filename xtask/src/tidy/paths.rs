//! Documents that newcomers follow name only paths that exist.

use super::{Exceptions, File, Finding, Tree};

const DOCUMENTS: [&str; 4] = [
    "README.md",
    "README.ru.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
];
const FOLDERS: [&str; 7] = [
    "crates/", "docs/", "tests/", "xtask/", "benches/", ".ci/", ".config/",
];

pub(super) fn check(tree: &Tree, _: &Exceptions) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in DOCUMENTS {
        match tree.find(name) {
            Some(file) => document(tree, file, &mut findings),
            None => findings.push(Finding::of(name, "is missing")),
        }
    }
    findings
}

fn document(tree: &Tree, file: &File, findings: &mut Vec<Finding>) {
    for (line, text) in file.lines() {
        for path in links(text).chain(quoted(text)) {
            if !tree.has(path) {
                findings.push(Finding::at(
                    &file.path,
                    line,
                    format!("`{path}` does not exist"),
                ));
            }
        }
    }
}

/// Targets of `[text](target)` inside the repository.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| {
        let (target, _) = rest.split_once(')')?;
        let path = target.split('#').next()?;
        let outside = path.is_empty() || path.contains("://") || path.starts_with("mailto:");
        (!outside).then_some(path)
    })
}

/// Words in backticks that begin with one of our folders and are not patterns.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2).filter(|word| {
        let is_path = FOLDERS.iter().any(|folder| word.starts_with(folder));
        is_path && !word.contains(['*', '{', '<', '…', ' ', ':', 'N'])
    })
}
