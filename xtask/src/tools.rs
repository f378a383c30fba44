//! The programs that a command needs: found, installed where we may, or named with the command that
//! installs them.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::process;

/// A program from outside the workspace.
pub(crate) struct Tool {
    name: &'static str,
    purpose: &'static str,
    source: Source,
    /// Where or in which version it was found.
    find: fn() -> Option<String>,
}

enum Source {
    /// A package of Debian and of what descends from it.
    Debian(&'static str),
    /// A command that a person runs.
    Typed(&'static str),
}

pub(crate) const GIT: Tool = Tool {
    name: "git",
    purpose: "to list the files that tidy checks",
    source: Source::Debian("git"),
    find: || version("git", "--version"),
};
pub(crate) const COMPILER: Tool = Tool {
    name: "C compiler",
    purpose: "to build the embedded SQLite",
    source: Source::Debian("gcc libc6-dev"),
    find: || version("cc", "--version"),
};
pub(crate) const OBJCOPY: Tool = Tool {
    name: "objcopy",
    purpose: "to keep the binary's symbols in a file of their own",
    source: Source::Debian("binutils"),
    find: || version("objcopy", "--version"),
};
pub(crate) const RUSTFMT: Tool = Tool {
    name: "rustfmt",
    purpose: "to check the format",
    source: Source::Typed("rustup component add rustfmt"),
    find: || version("rustfmt", "--version"),
};
pub(crate) const CLIPPY: Tool = Tool {
    name: "clippy",
    purpose: "to check the lints",
    source: Source::Typed("rustup component add clippy"),
    find: || version("cargo-clippy", "--version"),
};
pub(crate) const NODE: Tool = Tool {
    name: "node",
    purpose: "to build the page assets and to drive the browser",
    source: Source::Debian("nodejs"),
    find: || version("node", "--version"),
};
pub(crate) const NPM: Tool = Tool {
    name: "npm",
    purpose: "to fetch the packages in the lock files",
    source: Source::Debian("npm"),
    find: || version("npm", "--version"),
};
pub(crate) const PYTHON: Tool = Tool {
    name: "python3 with venv",
    purpose: "to run the official SDK against the server",
    source: Source::Debian("python3 python3-venv"),
    find: || {
        let works =
            process::succeeds(Command::new("python3").args(["-c", "import venv, ensurepip"]));
        if works {
            version("python3", "--version")
        } else {
            None
        }
    },
};
pub(crate) const POSTGRES: Tool = Tool {
    name: "PostgreSQL",
    purpose: "to run the tests on both databases",
    source: Source::Debian("postgresql"),
    find: || postgres_programs().map(|folder| folder.display().to_string()),
};
pub(crate) const CHROMIUM: Tool = Tool {
    name: "Chromium",
    purpose: "to pay on the pages as a buyer does",
    source: Source::Debian("chromium"),
    find: || chromium().map(|path| path.display().to_string()),
};

/// Finds every tool, installs what is missing if this process may, and fails naming the rest.
pub(crate) fn require(tools: &[&Tool]) -> Result<()> {
    let missing = missing(tools);
    if missing.is_empty() {
        return Ok(());
    }
    let packages = debian_packages(&missing);
    let may_install = process::is_root() && version("apt-get", "--version").is_some();
    if may_install && !packages.is_empty() {
        let names = missing
            .iter()
            .map(|tool| tool.name)
            .collect::<Vec<_>>()
            .join(", ");
        println!("Missing: {names}. Installing {}.", packages.join(" "));
        install(&packages)?;
    }
    let missing = self::missing(&missing);
    if missing.is_empty() {
        return Ok(());
    }
    let mut lines = Vec::new();
    for tool in &missing {
        let command = match tool.source {
            Source::Debian(packages) => format!("sudo apt-get install -y {packages}"),
            Source::Typed(command) => command.to_owned(),
        };
        lines.push(format!(
            "  {} is missing ({}); run: {command}",
            tool.name, tool.purpose
        ));
    }
    bail!("tools are missing\n{}", lines.join("\n"));
}

/// Prints where each tool was found; call after `require`.
pub(crate) fn print(tools: &[&Tool]) {
    for tool in tools {
        let found = (tool.find)().unwrap_or_else(|| "missing".to_owned());
        println!("  {:<18} {found}", tool.name);
    }
}

/// Returns whether tests run under nextest; without it `cargo test` runs them, more slowly.
pub(crate) fn has_nextest() -> bool {
    process::succeeds(Command::new("cargo").args(["nextest", "--version"]))
}

/// The folder of PostgreSQL's programs: `POSTGRES_BIN`, Debian's newest, or the search path.
pub(crate) fn postgres_programs() -> Option<PathBuf> {
    if let Some(folder) = env::var_os("POSTGRES_BIN") {
        return Some(PathBuf::from(folder)).filter(|folder| folder.join("initdb").exists());
    }
    let mut versions = Vec::new();
    for entry in std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
    {
        let number = entry.file_name().to_string_lossy().parse::<u32>();
        let folder = entry.path().join("bin");
        if let Ok(number) = number
            && folder.join("initdb").exists()
        {
            versions.push((number, folder));
        }
    }
    versions.sort();
    match versions.pop() {
        Some((_, folder)) => Some(folder),
        None => on_path("initdb").and_then(|path| path.parent().map(Path::to_path_buf)),
    }
}

/// The browser: `CHROMIUM`, or the first known name on the search path.
pub(crate) fn chromium() -> Option<PathBuf> {
    if let Some(path) = env::var_os("CHROMIUM") {
        return Some(PathBuf::from(path)).filter(|path| path.exists());
    }
    ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find_map(on_path)
}

fn missing<'a>(tools: &[&'a Tool]) -> Vec<&'a Tool> {
    tools
        .iter()
        .copied()
        .filter(|tool| (tool.find)().is_none())
        .collect()
}

fn debian_packages(tools: &[&Tool]) -> Vec<&'static str> {
    let mut packages = Vec::new();
    for tool in tools {
        match tool.source {
            Source::Debian(names) => packages.extend(names.split(' ')),
            Source::Typed(_) => {}
        }
    }
    packages
}

fn install(packages: &[&str]) -> Result<()> {
    let quiet = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command
            .arg("-qq")
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    // Mirrors fail now and then; one more try costs seconds.
    if process::run(&mut quiet(&["update"])).is_err() {
        process::run(&mut quiet(&["update"]))?;
    }
    let mut command = quiet(&["install", "-y", "--no-install-recommends"]);
    process::run(command.args(packages))
}

fn version(program: &str, flag: &str) -> Option<String> {
    let text = process::output(Command::new(program).arg(flag)).ok()?;
    Some(text.lines().next().unwrap_or_default().trim().to_owned())
}

fn on_path(program: &str) -> Option<PathBuf> {
    let paths = env::var_os("PATH")?;
    env::split_paths(&paths)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}
