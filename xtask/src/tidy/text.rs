//! Columns, trailing blanks, tabs, unfinished marks, code that was commented out, and comments that
//! ask instead of saying.

use super::source::{self, Kind};
use super::{Exceptions, File, Finding, Tree};

const COLUMNS: usize = 100;

/// A word of this length cannot be broken, so its line may be long.
const WORD: usize = 70;

/// Files that people write and read as code; prose in tables and catalogues may be wider.
const CODE: [&str; 9] = ["rs", "sql", "ts", "js", "mjs", "css", "html", "py", "sh"];
const PROSE: [&str; 5] = ["md", "toml", "ftl", "po", "txt"];

pub(super) fn check(tree: &Tree, _: &Exceptions) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &tree.files {
        let is_code = CODE.contains(&file.extension());
        if is_code || PROSE.contains(&file.extension()) {
            blanks(file, &mut findings);
            unfinished(file, &mut findings);
        }
        if is_code {
            columns(file, &mut findings);
        }
        if file.extension() == "rs" {
            commented_out(file, &mut findings);
            questions(file, &mut findings);
        }
    }
    findings
}

fn blanks(file: &File, findings: &mut Vec<Finding>) {
    for (line, text) in file.lines() {
        if text.ends_with([' ', '\t', '\r']) {
            findings.push(Finding::at(
                &file.path,
                line,
                "blank at the end of the line",
            ));
        }
        if text.contains('\t') {
            findings.push(Finding::at(&file.path, line, "a tab; indent with spaces"));
        }
    }
    if !file.text.is_empty() && !file.text.ends_with('\n') {
        findings.push(Finding::of(&file.path, "does not end in a newline"));
    }
    if file.text.ends_with("\n\n") {
        findings.push(Finding::of(&file.path, "ends in an empty line"));
    }
}

fn unfinished(file: &File, findings: &mut Vec<Finding>) {
    // Put together here, so that this file does not find itself.
    for mark in [["FIX", "ME"], ["XX", "X:"], ["HA", "CK:"], ["TO", "DO:"]] {
        let mark = mark.concat();
        for (line, text) in file.lines() {
            if text.contains(&mark) {
                findings.push(Finding::at(&file.path, line, format!("unfinished: {mark}")));
            }
        }
    }
}

fn columns(file: &File, findings: &mut Vec<Finding>) {
    for (line, text) in file.lines() {
        let width = text.chars().count();
        let unbreakable = text
            .split_whitespace()
            .any(|word| word.chars().count() > WORD);
        if width > COLUMNS && !unbreakable {
            let says = format!("{width} columns; the limit is {COLUMNS}");
            findings.push(Finding::at(&file.path, line, says));
        }
    }
}

fn commented_out(file: &File, findings: &mut Vec<Finding>) {
    for piece in source::pieces(&file.text) {
        if piece.kind != Kind::Comment {
            continue;
        }
        let Some(said) = piece.text.strip_prefix("//") else {
            continue;
        };
        if said.starts_with(['/', '!']) {
            continue;
        }
        let said = said.trim();
        let opens = [
            "let ", "fn ", "pub ", "use ", "if ", "for ", "match ", "return ", "#[",
        ];
        let begins_as_code = opens.iter().any(|open| said.starts_with(open));
        let ends_as_code = said.ends_with([';', '{', ']']);
        if said == "}" || (ends_as_code && (begins_as_code || said.ends_with(");"))) {
            findings.push(Finding::at(
                &file.path,
                piece.line,
                "code that was commented out",
            ));
        }
    }
}

/// What an item is must be said, so a doc comment asks nothing.
fn questions(file: &File, findings: &mut Vec<Finding>) {
    for piece in source::pieces(&file.text) {
        let is_doc = piece.text.starts_with("///") || piece.text.starts_with("//!");
        let asks = piece.text.trim_end().ends_with('?') || piece.text.contains("? ");
        if piece.kind == Kind::Comment && is_doc && asks {
            let says = "a doc comment that asks; write \"Returns whether …\"";
            findings.push(Finding::at(&file.path, piece.line, says));
        }
    }
}
