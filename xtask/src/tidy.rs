//! `cargo xtask tidy`: what neither the compiler nor clippy can see.
//!
//! Each check is a function from the tree of files to findings. Exceptions stand in
//! `xtask/tidy-exceptions.toml` and are exact: one that is larger than needed is a finding too, so
//! whatever is corrected leaves the list.

mod banned;
mod circles;
mod coverage;
mod crates;
mod layout;
mod licences;
mod migrations;
mod paths;
mod source;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use crate::process;
use crate::project::Project;
use crate::tools;

const EXCEPTIONS: &str = "xtask/tidy-exceptions.toml";

struct Check {
    name: &'static str,
    find: fn(&Tree, &Exceptions) -> Vec<Finding>,
}

const CHECKS: &[Check] = &[
    Check {
        name: "text: columns, blanks, marks",
        find: text::check,
    },
    Check {
        name: "files: first line and length",
        find: layout::files,
    },
    Check {
        name: "names of modules",
        find: layout::names,
    },
    Check {
        name: "who may use whom",
        find: crates::dependencies,
    },
    Check {
        name: "who can name a card's number",
        find: crates::cards,
    },
    Check {
        name: "circles between modules",
        find: circles::check,
    },
    Check {
        name: "banned words of SQL and Rust",
        find: banned::check,
    },
    Check {
        name: "migrations",
        find: migrations::check,
    },
    Check {
        name: "routes, errors, templates",
        find: coverage::check,
    },
    Check {
        name: "paths in documents",
        find: paths::check,
    },
    Check {
        name: "manifests and lock files",
        find: crates::manifests,
    },
];

/// What is wrong, and where.
#[derive(Debug)]
struct Finding {
    path: String,
    /// Counted from one; zero stands for the whole file.
    line: usize,
    says: String,
}

impl Finding {
    fn at(path: &str, line: usize, says: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            says: says.into(),
        }
    }

    fn of(path: &str, says: impl Into<String>) -> Self {
        Self::at(path, 0, says)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(out, "{}: {}", self.path, self.says),
            line => write!(out, "{}:{line}: {}", self.path, self.says),
        }
    }
}

/// The exceptions, which may only become fewer.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Exceptions {
    /// Lines of files that are longer than allowed.
    lines: BTreeMap<String, usize>,
    /// Floats in a file that a foreign interface requires.
    floats: BTreeMap<String, usize>,
    /// Modules of crates that use each other in circles.
    circles: BTreeMap<String, Vec<String>>,
    /// Places where the two databases need different SQL.
    dialect_pairs: usize,
}

/// A text file of the repository.
struct File {
    path: String,
    text: String,
}

impl File {
    fn extension(&self) -> &str {
        self.path
            .rsplit_once('.')
            .map_or("", |(_, extension)| extension)
    }

    /// Lines with their numbers, counted from one.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }
}

/// The files that are, or could next be, committed; sorted by path.
struct Tree {
    files: Vec<File>,
}

impl Tree {
    fn read(project: &Project) -> Result<Self> {
        let arguments = [
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ];
        let listed = process::output(project.command("git").args(arguments))?;
        let mut files = Vec::new();
        for path in listed.split('\0').filter(|path| !path.is_empty()) {
            let place = project.path(path);
            if !place.is_file() {
                continue; // Deleted, but not yet in a commit.
            }
            let bytes = fs::read(&place).with_context(|| format!("cannot read {path}"))?;
            if let Ok(text) = String::from_utf8(bytes) {
                files.push(File {
                    path: path.to_owned(),
                    text,
                });
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files.dedup_by(|a, b| a.path == b.path);
        Ok(Self { files })
    }

    fn find(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    fn with_extension<'a>(&'a self, extension: &'a str) -> impl Iterator<Item = &'a File> {
        self.files
            .iter()
            .filter(move |file| file.extension() == extension)
    }

    fn under<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a File> {
        self.files
            .iter()
            .filter(move |file| file.path.starts_with(folder))
    }

    /// Returns whether a file or a folder of that name is in the tree.
    fn has(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        self.files
            .iter()
            .any(|file| file.path == path || file.path.starts_with(&folder))
    }
}

/// Runs every check and prints all findings; fails if there is one.
pub(crate) fn run(project: &Project, accept_migrations: bool) -> Result<()> {
    tools::require(&[&tools::GIT])?;
    let tree = Tree::read(project)?;
    if accept_migrations {
        let path = project.path(migrations::CHECKSUMS);
        fs::write(&path, migrations::checksums(&tree))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    let tree = Tree::read(project)?;
    let text = fs::read_to_string(project.path(EXCEPTIONS)).context(EXCEPTIONS)?;
    let exceptions: Exceptions = toml::from_str(&text).context(EXCEPTIONS)?;
    let found = CHECKS
        .iter()
        .map(|check| (check.name, (check.find)(&tree, &exceptions)));
    let metadata = licences::metadata(project)?;
    let licences = ("licences", licences::check(&tree, &metadata));
    let mut count = 0;
    for (name, findings) in found.chain([licences]) {
        for finding in &findings {
            println!("{finding}  [{name}]");
        }
        count += findings.len();
    }
    if count > 0 {
        bail!("tidy found {count} things");
    }
    println!("{} files are tidy.", tree.files.len());
    Ok(())
}
