//! No circles between the modules of a crate: what a module uses never uses it. A module is what
//! stands at the crate's root, with everything below it; parents and children may know each other.
//!
//! Paths that begin with `crate` or `super` are read from the code, without comments, literals and
//! tests; a name that the root re-exports counts as its module's. Macros that build paths, and
//! methods of types that are not named, are not seen.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{self, Kind};
use super::{EXCEPTIONS, Exceptions, File, Finding, Tree};

/// The crates whose modules are checked.
const CRATES: [&str; 2] = ["api", "app"];

/// Which modules a module uses.
type Uses = BTreeMap<String, BTreeSet<String>>;

pub(super) fn check(tree: &Tree, exceptions: &Exceptions) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in CRATES {
        let found = in_circles(&uses(tree, &format!("crates/{name}/src/")));
        let allowed = exceptions.circles.get(name).cloned().unwrap_or_default();
        let allowed: BTreeSet<String> = allowed.into_iter().collect();
        for circle in found.iter().filter(|circle| !circle.is_subset(&allowed)) {
            let modules: Vec<&str> = circle.iter().map(String::as_str).collect();
            let says = format!("modules use each other in a circle: {}", modules.join(", "));
            findings.push(Finding::of(&format!("crates/{name}/src"), says));
        }
        let found: BTreeSet<String> = found.into_iter().flatten().collect();
        for module in allowed.difference(&found) {
            let says = format!("{module} of {name} is in no circle any more; remove it");
            findings.push(Finding::of(EXCEPTIONS, says));
        }
    }
    findings
}

/// What each module of the crate in `folder` uses.
fn uses(tree: &Tree, folder: &str) -> Uses {
    let files: Vec<(Vec<&str>, &File)> = tree
        .under(folder)
        .filter(|file| file.extension() == "rs")
        .filter_map(|file| Some((place(file.path.strip_prefix(folder)?), file)))
        .filter(|(place, _)| !place.contains(&"tests"))
        .collect();
    let modules: BTreeSet<&str> = files
        .iter()
        .filter_map(|(place, _)| place.first().copied())
        .collect();
    let root = files.iter().find(|(place, _)| place.is_empty());
    let passed_on = root.map(|(_, file)| passed_on(&code(file)));
    let passed_on = passed_on.unwrap_or_default();
    let mut uses = Uses::new();
    for (place, file) in &files {
        let Some((module, _)) = place.split_first() else {
            continue;
        };
        let used = uses.entry((*module).to_owned()).or_default();
        for name in named_of_root(&code(file), place.len()) {
            let name = passed_on.get(&name).unwrap_or(&name);
            if modules.contains(name.as_str()) && name != module {
                used.insert(name.clone());
            }
        }
    }
    uses
}

/// A file's place among the modules: nothing for the root.
fn place(path: &str) -> Vec<&str> {
    let path = path.trim_end_matches(".rs");
    path.split('/').filter(|part| *part != "lib").collect()
}

/// The code of a file up to its tests, without comments and literals.
fn code(file: &File) -> String {
    let pieces = source::pieces(&file.text);
    let code = pieces.iter().filter(|piece| piece.kind == Kind::Code);
    let code: String = code.map(|piece| piece.text.as_str()).collect();
    let tests = code.find("#[cfg(test)]\nmod tests {");
    code.get(..tests.unwrap_or(code.len()))
        .unwrap_or_default()
        .to_owned()
}

/// The names that the root re-exports, each with its module.
fn passed_on(root: &str) -> BTreeMap<String, String> {
    let mut passed_on = BTreeMap::new();
    for statement in root.split(';') {
        let Some((before, path)) = statement.split_once("use ") else {
            continue;
        };
        if !before.trim().starts_with("pub") {
            continue;
        }
        let Some((module, rest)) = path.trim().split_once("::") else {
            continue;
        };
        let names = rest.split(|sign: char| !is_word(sign));
        for name in names.filter(|name| !name.is_empty()) {
            passed_on.insert(name.to_owned(), module.to_owned());
        }
    }
    passed_on
}

/// The names at the crate's root that are used by a file `depth` modules below it.
fn named_of_root(code: &str, depth: usize) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let up = "super::".repeat(depth);
    for (start, _) in code.match_indices("crate::").chain(code.match_indices(&up)) {
        let before = code.get(..start).unwrap_or_default();
        let is_part = before.ends_with(|sign: char| is_word(sign) || sign == ':');
        let path = code.get(start..).unwrap_or_default();
        let path = path
            .strip_prefix("crate::")
            .or_else(|| path.strip_prefix(&up));
        if let Some(path) = path.filter(|_| !is_part) {
            first_names(path, &mut names);
        }
    }
    names
}

/// The first name of a path, or of each path in its braces.
fn first_names(path: &str, names: &mut BTreeSet<String>) {
    let Some(list) = path.strip_prefix('{') else {
        let name = path.split(|sign| !is_word(sign)).next().unwrap_or_default();
        names.insert(name.to_owned());
        return;
    };
    let mut depth = 1_usize;
    let mut is_first = true;
    let mut name = String::new();
    for sign in list.chars() {
        match sign {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 1 && is_word(sign) && is_first {
            name.push(sign);
        } else if !name.is_empty() {
            names.insert(std::mem::take(&mut name));
            is_first = false;
        }
        if depth == 1 && sign == ',' {
            is_first = true;
        }
        if depth == 0 {
            return;
        }
    }
}

fn is_word(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_'
}

/// The circles: modules that reach each other.
fn in_circles(uses: &Uses) -> Vec<BTreeSet<String>> {
    let reached: BTreeMap<&str, BTreeSet<&str>> = uses
        .keys()
        .map(|module| (module.as_str(), reached_from(uses, module)))
        .collect();
    let reaches = |from: &str, to: &str| reached.get(from).is_some_and(|found| found.contains(to));
    let mut circles: Vec<BTreeSet<String>> = Vec::new();
    for module in uses.keys().filter(|module| reaches(module, module)) {
        let mates = uses.keys();
        let mates = mates.filter(|other| reaches(module, other) && reaches(other, module));
        let circle: BTreeSet<String> = mates.cloned().collect();
        if !circles.contains(&circle) {
            circles.push(circle);
        }
    }
    circles
}

fn reached_from<'a>(uses: &'a Uses, module: &str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&str> = uses
        .get(module)
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    while let Some(next) = open.pop() {
        if reached.insert(next) {
            open.extend(uses.get(next).into_iter().flatten().map(String::as_str));
        }
    }
    reached
}
