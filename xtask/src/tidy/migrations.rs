//! Migrations have a file per database under one name, are numbered without gaps and do not
//! change; the places where the two databases need different statements are counted.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

use super::source::{self, Kind};
use super::{EXCEPTIONS, Exceptions, File, Finding, Tree};
use crate::postgres::hex;

/// One line per migration, in the form of `sha256sum`.
pub(super) const CHECKSUMS: &str = "crates/store/migrations/checksums.txt";

/// The list of migrations that are applied.
const LIST: &str = "crates/store/src/migrations.rs";
const FOLDER: &str = "crates/store/migrations/";
const ENGINES: [&str; 2] = ["postgres", "sqlite"];

pub(super) fn check(tree: &Tree, exceptions: &Exceptions) -> Vec<Finding> {
    let mut findings = pairs_of_files(tree);
    findings.extend(unchanged(tree));
    findings.extend(dialect_pairs(tree, exceptions));
    findings
}

/// The text of the checksum file for the migrations as they are.
pub(super) fn checksums(tree: &Tree) -> String {
    let line = |file: &File| {
        let digest = Sha256::digest(file.text.as_bytes());
        let path = file.path.trim_start_matches(FOLDER);
        format!("{}  {path}\n", hex(&digest, digest.len()))
    };
    migrations(tree).map(line).collect()
}

fn migrations(tree: &Tree) -> impl Iterator<Item = &File> {
    tree.under(FOLDER).filter(|file| file.extension() == "sql")
}

fn names(tree: &Tree, engine: &str) -> BTreeSet<String> {
    let folder = format!("{FOLDER}{engine}/");
    let files = migrations(tree).filter_map(|file| file.path.strip_prefix(&folder));
    files.map(str::to_owned).collect()
}

fn pairs_of_files(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let [postgres, sqlite] = ENGINES.map(|engine| names(tree, engine));
    for name in postgres.symmetric_difference(&sqlite) {
        findings.push(Finding::of(
            FOLDER,
            format!("{name} exists for one database only"),
        ));
    }
    for (number, name) in (1..).zip(postgres.union(&sqlite)) {
        if !name.starts_with(&format!("{number:04}_")) {
            let says = format!("{name} stands where a migration {number:04} is due");
            findings.push(Finding::of(FOLDER, says));
        }
        let stem = name.trim_end_matches(".sql");
        let is_listed = |list: &File| list.text.contains(&format!("\"{stem}\""));
        if !tree.find(LIST).is_some_and(is_listed) {
            findings.push(Finding::of(LIST, format!("{name} is not applied")));
        }
    }
    findings
}

fn unchanged(tree: &Tree) -> Vec<Finding> {
    let found = checksums(tree);
    let recorded = tree.find(CHECKSUMS).map_or("", |file| file.text.as_str());
    let found: BTreeSet<&str> = found.lines().collect();
    let recorded: BTreeSet<&str> = recorded.lines().collect();
    let mut findings = Vec::new();
    for line in found.difference(&recorded) {
        let says = format!(
            "not recorded, or a change of what ran already: {line} (a new one, and before the \
             first release a changed one: `cargo xtask tidy --accept-migrations`)"
        );
        findings.push(Finding::of(CHECKSUMS, says));
    }
    for line in recorded.difference(&found) {
        findings.push(Finding::of(
            CHECKSUMS,
            format!("records what is not there: {line}"),
        ));
    }
    findings
}

fn dialect_pairs(tree: &Tree, exceptions: &Exceptions) -> Vec<Finding> {
    let mut count = 0;
    for file in tree
        .under("crates/")
        .filter(|file| file.extension() == "rs")
    {
        if file.path.contains("/tests/") {
            continue;
        }
        let pieces = source::pieces(&file.text);
        let code = pieces.iter().filter(|piece| piece.kind == Kind::Code);
        count += code
            .map(|piece| piece.text.matches(".pick(").count())
            .sum::<usize>();
    }
    if count == exceptions.dialect_pairs {
        return Vec::new();
    }
    let says = format!(
        "{count} statements differ between the databases; dialect_pairs says {}",
        exceptions.dialect_pairs
    );
    vec![Finding::of(EXCEPTIONS, says)]
}
