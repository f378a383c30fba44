//! The first line of a file, its length, and module names that say nothing.

use super::{EXCEPTIONS, Exceptions, File, Finding, Tree};

const LINES: usize = 800;
const LINES_OF_TESTS: usize = 1_200;
const MEASURED: [&str; 8] = ["rs", "sql", "ts", "js", "mjs", "css", "html", "py"];
const EMPTY_NAMES: [&str; 6] = ["utils", "helpers", "common", "misc", "types", "manager"];

/// Each Rust file says at its top what it is; no file is too long to read.
pub(super) fn files(tree: &Tree, exceptions: &Exceptions) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.with_extension("rs") {
        if !file.text.starts_with("//! ") {
            findings.push(Finding::at(&file.path, 1, "does not open with `//!`"));
        }
    }
    for file in tree
        .files
        .iter()
        .filter(|file| MEASURED.contains(&file.extension()))
    {
        let lines = file.text.lines().count();
        let limit = if is_test(file) { LINES_OF_TESTS } else { LINES };
        match exceptions.lines.get(&file.path) {
            None if lines > limit => {
                let says = format!("{lines} lines; the limit is {limit}");
                findings.push(Finding::of(&file.path, says));
            }
            Some(allowed) if lines > *allowed => {
                let says = format!("{lines} lines; its exception allows {allowed}");
                findings.push(Finding::of(&file.path, says));
            }
            Some(allowed) if lines < *allowed => {
                let says = format!("{} has {lines} lines; lower {allowed} to that", file.path);
                findings.push(Finding::of(EXCEPTIONS, says));
            }
            Some(_) | None => {}
        }
    }
    for path in exceptions
        .lines
        .keys()
        .filter(|path| tree.find(path).is_none())
    {
        findings.push(Finding::of(
            EXCEPTIONS,
            format!("{path} is gone; remove its line"),
        ));
    }
    findings
}

/// Modules are named after their content.
pub(super) fn names(tree: &Tree, _: &Exceptions) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.with_extension("rs") {
        let path = file.path.trim_end_matches(".rs");
        if let Some(name) = path.split('/').find(|part| EMPTY_NAMES.contains(part)) {
            findings.push(Finding::of(&file.path, format!("`{name}` says nothing")));
        }
        for (line, text) in file.lines() {
            let words = text.trim().trim_start_matches("pub ").strip_prefix("mod ");
            let name = words.map(|name| name.trim_end_matches([';', '{', ' ']));
            if let Some(name) = name.filter(|name| EMPTY_NAMES.contains(name)) {
                findings.push(Finding::at(
                    &file.path,
                    line,
                    format!("`{name}` says nothing"),
                ));
            }
        }
    }
    findings
}

fn is_test(file: &File) -> bool {
    file.path.contains("/tests/")
        || file.path.starts_with("tests/")
        || file.path.ends_with("tests.rs")
}
