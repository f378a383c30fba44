//! Words that SQL and Rust of this project do not use: wildcards, the database's clock, floats.

use super::source::{self, Kind};
use super::{EXCEPTIONS, Exceptions, File, Finding, Tree};

const SQL: [&str; 6] = [
    "select *",
    "now(",
    "current_timestamp",
    "float",
    "real",
    "double",
];
/// Where statements stand.
const SQL_FOLDERS: [&str; 2] = ["crates/sql/", "crates/store/"];
const RUST: [&str; 2] = ["f32", "f64"];
const STATEMENTS: [&str; 7] = [
    "select ", "insert ", "update ", "delete ", "with ", "create ", "alter ",
];

pub(super) fn check(tree: &Tree, exceptions: &Exceptions) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.with_extension("sql") {
        for (line, text) in file.lines() {
            let text = text.split_once("--").map_or(text, |(before, _)| before);
            sql(&file.path, line, text, &mut findings);
        }
    }
    for file in tree.with_extension("rs") {
        if SQL_FOLDERS
            .iter()
            .any(|folder| file.path.starts_with(folder))
        {
            let pieces = source::pieces(&file.text);
            let literals = pieces.iter().filter(|piece| piece.kind == Kind::Literal);
            for piece in literals.filter(|piece| is_statement(&piece.text)) {
                sql(&file.path, piece.line, &piece.text, &mut findings);
            }
        }
        if !file.path.starts_with("benches/") {
            let found = floats(file);
            let allowed = exceptions.floats.get(&file.path).copied().unwrap_or(0);
            if found.len() < allowed {
                let says = format!("{} has {} floats; lower {allowed}", file.path, found.len());
                findings.push(Finding::of(EXCEPTIONS, says));
            } else if found.len() > allowed {
                findings.extend(found);
            }
        }
    }
    for path in exceptions
        .floats
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

fn floats(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for piece in source::pieces(&file.text)
        .iter()
        .filter(|piece| piece.kind == Kind::Code)
    {
        for (line, text) in (piece.line..).zip(piece.text.lines()) {
            for word in RUST.iter().filter(|word| has_word(text, word)) {
                findings.push(Finding::at(&file.path, line, format!("`{word}`")));
            }
        }
    }
    findings
}

fn is_statement(literal: &str) -> bool {
    let text = literal.trim_start_matches(['r', '#', '"', ' ', '\n', '\\']);
    STATEMENTS.iter().any(|word| text.starts_with(word))
}

fn sql(path: &str, line: usize, text: &str, findings: &mut Vec<Finding>) {
    let text = text.to_lowercase();
    for word in SQL.iter().filter(|word| has_word(&text, word)) {
        findings.push(Finding::at(path, line, format!("`{word}` in SQL")));
    }
}

/// Returns whether `word` stands in `text` and is not a part of a longer word.
fn has_word(text: &str, word: &str) -> bool {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    text.match_indices(word).any(|(position, found)| {
        let before = text
            .get(..position)
            .and_then(|part| part.chars().next_back());
        let after = text
            .get(position + found.len()..)
            .and_then(|part| part.chars().next());
        let open_end = !found.ends_with(is_word) || !after.is_some_and(is_word);
        !before.is_some_and(is_word) && open_end
    })
}
