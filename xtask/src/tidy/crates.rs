//! The manifests are the architecture: who may use whom, versions and lints from the workspace,
//! and lock files that name no private host.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use super::{Exceptions, File, Finding, Tree};

const ARCHITECTURE: &str = "ARCHITECTURE.md";
const DEPENDENCIES: &str = "docs/dependencies.md";
const OPENS: &str = "```dependencies";
const INHERITED: [&str; 5] = ["version", "edition", "rust-version", "license", "publish"];
const SECTIONS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";
const NPM_REGISTRY: &str = "https://registry.npmjs.org/";

/// Tests of any crate may use it, besides what the crate itself may use.
const FOR_TESTS: &str = "testkit";

/// The crate with the types of a card's number and code.
const CARD: &str = "card";

/// The crates whose manifests may name it.
const SEES_CARDS: [&str; 5] = ["app", "checkout", "connectors", "contract", "sim"];

type Uses = BTreeMap<String, BTreeSet<String>>;

/// The crates use each other exactly as ARCHITECTURE.md says.
pub(super) fn dependencies(tree: &Tree, _: &Exceptions) -> Vec<Finding> {
    let Some(file) = tree.find(ARCHITECTURE) else {
        return vec![Finding::of(ARCHITECTURE, "is missing")];
    };
    let allowed = allowed(&file.text);
    if allowed.is_empty() {
        return vec![Finding::of(
            ARCHITECTURE,
            format!("has no block that opens with {OPENS}"),
        )];
    }
    let mut findings = Vec::new();
    let manifests = read_manifests(tree, &mut findings);
    let names: BTreeSet<String> = manifests.values().map(package_name).collect();
    for name in allowed.keys().filter(|name| !names.contains(*name)) {
        findings.push(Finding::of(
            ARCHITECTURE,
            format!("there is no crate {name}"),
        ));
    }
    for (path, manifest) in &manifests {
        let name = package_name(manifest);
        let Some(may) = allowed.get(&name) else {
            findings.push(Finding::of(
                path,
                format!("{ARCHITECTURE} does not list {name}"),
            ));
            continue;
        };
        let ours = |section: &str| -> BTreeSet<String> {
            let keys = section_of(manifest, section)
                .into_iter()
                .flat_map(Table::keys);
            keys.filter(|key| names.contains(*key)).cloned().collect()
        };
        let used = ours("dependencies");
        for other in used.symmetric_difference(may) {
            let says = if used.contains(other) {
                format!("{name} may not use {other}; see {ARCHITECTURE}")
            } else {
                format!("{name} does not use {other}, which {ARCHITECTURE} says")
            };
            findings.push(Finding::of(path, says));
        }
        let in_tests = ours("dev-dependencies")
            .into_iter()
            .chain(ours("build-dependencies"));
        for other in in_tests.filter(|other| !may.contains(other) && other != FOR_TESTS) {
            let says = format!("{name} may not use {other} in tests; see {ARCHITECTURE}");
            findings.push(Finding::of(path, says));
        }
    }
    findings
}

/// A card's number has a crate of its own, so that a manifest says who can name it: those that
/// bring it from a payer to an acquirer, and the simulation's buyers. Nobody re-exports the types.
pub(super) fn cards(tree: &Tree, _: &Exceptions) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, manifest) in &read_manifests(tree, &mut Vec::new()) {
        let uses = SECTIONS
            .iter()
            .filter_map(|section| section_of(manifest, section))
            .any(|section| section.contains_key(CARD));
        if uses && !SEES_CARDS.contains(&package_name(manifest).as_str()) {
            findings.push(Finding::of(path, "may not name a card's number"));
        }
    }
    for file in tree.with_extension("rs") {
        for (line, text) in file.lines() {
            let text = text.trim_start();
            let passed_on = ["pub use card::", "pub use ::card::", "pub use card;"];
            if passed_on.iter().any(|passed| text.starts_with(passed)) {
                findings.push(Finding::at(&file.path, line, "passes a card's number on"));
            }
        }
    }
    findings
}

/// Every crate takes versions and lints from the workspace; lock files name public registries;
/// every library is explained.
pub(super) fn manifests(tree: &Tree, _: &Exceptions) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, manifest) in &read_manifests(tree, &mut findings) {
        let package = section_of(manifest, "package");
        for key in INHERITED {
            if !package
                .and_then(|table| table.get(key))
                .is_some_and(is_inherited)
            {
                let says = format!("{key} does not come from the workspace");
                findings.push(Finding::of(path, says));
            }
        }
        if !manifest.get("lints").is_some_and(is_inherited) {
            findings.push(Finding::of(path, "lints do not come from the workspace"));
        }
        for section in SECTIONS {
            for (name, value) in section_of(manifest, section).into_iter().flatten() {
                if !is_inherited(value) {
                    let says = format!("{section}: {name} does not come from the workspace");
                    findings.push(Finding::of(path, says));
                }
            }
        }
        let folder = path.split('/').rev().nth(1).unwrap_or_default();
        let name = package_name(manifest);
        if path.starts_with("crates/") && folder != name {
            findings.push(Finding::of(
                path,
                format!("{name} is not named as its folder"),
            ));
        }
    }
    for file in &tree.files {
        lock_file(file, &mut findings);
    }
    findings.extend(explained(tree));
    findings
}

/// Every library of the root manifest has its line in the list of dependencies, and no other.
fn explained(tree: &Tree) -> Vec<Finding> {
    let manifest = tree
        .find("Cargo.toml")
        .and_then(|file| file.text.parse::<Table>().ok());
    let Some(manifest) = manifest else {
        return Vec::new();
    };
    let workspace = section_of(&manifest, "workspace");
    let used = workspace.and_then(|workspace| section_of(workspace, "dependencies"));
    let is_ours = |value: &Value| value.get("path").is_some();
    let used = used
        .into_iter()
        .flatten()
        .filter(|(_, value)| !is_ours(value));
    let used: BTreeSet<&str> = used.map(|(name, _)| name.as_str()).collect();
    let list = tree
        .find(DEPENDENCIES)
        .map_or("", |file| file.text.as_str());
    let rows = list.lines().filter_map(|line| line.strip_prefix("| `"));
    let listed: BTreeSet<&str> = rows
        .filter_map(|row| row.split_once('`'))
        .map(|(name, _)| name)
        .collect();
    let missing = used
        .difference(&listed)
        .map(|name| format!("says nothing of {name}"));
    let left = listed
        .difference(&used)
        .map(|name| format!("{name} is not used any more"));
    missing
        .chain(left)
        .map(|says| Finding::of(DEPENDENCIES, says))
        .collect()
}

/// Reads `name → a b c` lines; `all` means every other listed crate except those after `but`.
fn allowed(text: &str) -> Uses {
    let block = text.lines().skip_while(|line| *line != OPENS).skip(1);
    let lines = block.take_while(|line| !line.starts_with("```"));
    let listed: Vec<(String, Vec<String>)> = lines
        .filter_map(|line| line.split_once('→'))
        .map(|(name, uses)| {
            let uses = uses.split_whitespace().map(str::to_owned).collect();
            (name.trim().to_owned(), uses)
        })
        .collect();
    listed
        .into_iter()
        .map(|(name, uses)| (name, uses.into_iter().collect()))
        .collect()
}

fn read_manifests(tree: &Tree, findings: &mut Vec<Finding>) -> BTreeMap<String, Table> {
    let mut manifests = BTreeMap::new();
    for file in tree
        .files
        .iter()
        .filter(|file| file.path.ends_with("/Cargo.toml"))
    {
        match file.text.parse::<Table>() {
            Ok(manifest) => {
                manifests.insert(file.path.clone(), manifest);
            }
            Err(error) => findings.push(Finding::of(&file.path, error.to_string())),
        }
    }
    manifests
}

fn section_of<'a>(manifest: &'a Table, section: &str) -> Option<&'a Table> {
    manifest.get(section).and_then(Value::as_table)
}

fn package_name(manifest: &Table) -> String {
    let name = section_of(manifest, "package").and_then(|package| package.get("name"));
    name.and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn is_inherited(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

fn lock_file(file: &File, findings: &mut Vec<Finding>) {
    let (key, registry) = match file.path.rsplit('/').next() {
        Some("Cargo.lock") => ("source = \"", REGISTRY),
        Some("package-lock.json") => ("\"resolved\": \"", NPM_REGISTRY),
        Some(_) | None => return,
    };
    for (line, text) in file.lines() {
        let place = text.trim().strip_prefix(key);
        if place.is_some_and(|place| !place.starts_with(registry)) {
            findings.push(Finding::at(&file.path, line, "comes from another registry"));
        }
    }
}
