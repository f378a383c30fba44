//! Building and starting: the release binary with its symbols apart, the demo, the load, the
//! simulation.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::outside;
use crate::postgres::{Cluster, Durability};
use crate::process;
use crate::project::Project;
use crate::tools;

const DATA: &str = "altyn-data";

/// The largest binary that users are given.
const BINARY_BYTES_MAX: u64 = 30_000_000;

/// Builds the page assets and `target/release/altyn`.
pub(crate) fn release(project: &Project) -> Result<()> {
    tools::require(&[&tools::COMPILER])?;
    outside::page_assets(project)?;
    server(project, false)?;
    println!("{} is ready.", project.binary().display());
    Ok(())
}

/// Builds the server with its embedded assets.
pub(crate) fn server(project: &Project, dev: bool) -> Result<()> {
    if dev {
        return process::run(&mut project.cargo(&["build", "--locked", "-p", "server"]));
    }
    tools::require(&[&tools::OBJCOPY])?;
    let mut build = optimized(project, "server");
    // A developer's build is not compiled again for each commit.
    build.envs(commit(project).map(|commit| ("BUILD_COMMIT", commit)));
    process::run(&mut build)?;
    set_symbols_apart(&project.binary())
}

/// Builds a package optimized, with its symbols in it.
fn optimized(project: &Project, package: &str) -> Command {
    let mut build = project.cargo(&["build", "--locked", "--release", "-p", package]);
    build.env("CARGO_PROFILE_RELEASE_STRIP", "none");
    build
}

/// Moves the symbols of a binary into a file beside it, where backtraces, debuggers and `perf` find
/// them by a link in the binary. Cargo's own copy keeps them.
fn set_symbols_apart(binary: &Path) -> Result<()> {
    let (apart, bare) = (
        binary.with_extension("debug"),
        binary.with_extension("bare"),
    );
    // zlib is the compression that Rust's own backtraces can read.
    let mut keep = Command::new("objcopy");
    keep.args(["--only-keep-debug", "--compress-debug-sections=zlib"]);
    process::run(keep.arg(binary).arg(&apart))?;
    let mut strip = Command::new("objcopy");
    strip.arg("--strip-all");
    strip.arg(format!("--add-gnu-debuglink={}", apart.display()));
    process::run(strip.arg(binary).arg(&bare))?;
    let bytes = fs::metadata(&bare)?.len();
    ensure!(
        bytes <= BINARY_BYTES_MAX,
        "the binary has {bytes} bytes without its symbols; the limit is {BINARY_BYTES_MAX}"
    );
    fs::rename(&bare, binary).context("cannot put the binary in its place")
}

/// The commit as git names it; `None` without git, or outside of its directories.
fn commit(project: &Project) -> Option<String> {
    let words = [
        "describe",
        "--always",
        "--dirty",
        "--exclude=*",
        "--abbrev=12",
    ];
    let told = project.command("git").args(words).output().ok()?;
    let commit = String::from_utf8(told.stdout).ok()?;
    let commit = commit.trim();
    (told.status.success() && !commit.is_empty()).then(|| commit.to_owned())
}

/// Builds, then becomes `altyn serve --demo`, so that signals reach the server itself.
pub(crate) fn run(project: &Project, dev: bool, arguments: &[String]) -> Result<()> {
    tools::require(&[&tools::COMPILER])?;
    outside::page_assets(project)?;
    server(project, dev)?;
    let binary = if dev {
        project.target("debug/altyn")
    } else {
        project.binary()
    };
    let mut serve = project.command(binary);
    serve.args(["serve", "--demo"]);
    let elsewhere = arguments.iter().any(|word| word.starts_with("--data-dir"));
    if !elsewhere {
        serve.arg("--data-dir").arg(project.path(DATA));
        println!("Shop ids, keys and logins of the demo: {DATA}/demo.json.");
    }
    serve.args(arguments);
    println!("Ctrl-C stops the server; its data stays.");
    println!("$ {}", process::show(&serve));
    Err(serve.exec()).context("cannot start the server")
}

/// Formats, lets clippy repair, and formats what it repaired.
pub(crate) fn fix(project: &Project) -> Result<()> {
    tools::require(&[&tools::RUSTFMT, &tools::CLIPPY])?;
    let repair = [
        "clippy",
        "--fix",
        "--allow-dirty",
        "--allow-staged",
        "--workspace",
    ];
    process::run(&mut project.cargo(&["fmt", "--all"]))?;
    process::run(project.cargo(&repair).arg("--all-targets"))?;
    process::run(&mut project.cargo(&["fmt", "--all"]))
}

/// Measures the release binary on both databases; this PostgreSQL waits for the disk.
pub(crate) fn bench(project: &Project, arguments: &[String]) -> Result<()> {
    tools::require(&[&tools::COMPILER, &tools::POSTGRES])?;
    outside::page_assets(project)?;
    server(project, false)?;
    process::run(&mut optimized(project, "bench"))?;
    let was_running = Cluster::running(project)?.is_some();
    let cluster = Cluster::start(project, Durability::Durable)?;
    let mut load = project.command(project.target("release/bench"));
    load.args(arguments);
    load.env("ALTYN_BIN", project.binary())
        .env("ALTYN_TEST_POSTGRES", cluster.url());
    let measured = process::run(&mut load);
    if !was_running {
        Cluster::stop(project)?;
    }
    measured
}

/// Runs the simulation over `seeds` seeds from `seed` on, as a developer builds it.
pub(crate) fn sim(project: &Project, seeds: u64, seed: u64) -> Result<()> {
    let command = project.cargo(&["run", "--locked", "-p", "sim", "--"]);
    simulate(command, seeds, seed)
}

/// The same, optimized: for so many seeds that the build pays. The server is named beside it so
/// that what both are made of has the same features, and is built once.
pub(crate) fn sim_optimized(project: &Project, seeds: u64, seed: u64) -> Result<()> {
    let mut build = optimized(project, "server");
    process::run(build.args(["-p", "sim", "--bin", "sim"]))?;
    simulate(project.command(project.target("release/sim")), seeds, seed)
}

fn simulate(mut command: Command, seeds: u64, seed: u64) -> Result<()> {
    command.args(["--seeds", &seeds.to_string(), "--seed", &seed.to_string()]);
    process::run(&mut command)
}

/// Writes `docs/openapi.json`, `docs/errors.md`, `docs/rights.md` and `docs/routes.md`, which are
/// generated from the code: the tests that find them out of date write them if a variable asks for
/// it.
pub(crate) fn openapi(project: &Project) -> Result<()> {
    let packages = ["-p", "api", "-p", "domain", "-p", "server"];
    let mut tests = project.cargo(&["test", "--locked", "--lib", "--bins"]);
    tests.args(packages).args(["--", "the_page"]);
    process::run(tests.env("UPDATE_DOCS", "1"))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use super::set_symbols_apart;

    #[test]
    fn symbols_go_into_a_file_that_the_binary_names() {
        let folder = std::env::current_exe().unwrap().with_extension("apart");
        fs::create_dir_all(&folder).unwrap();
        let (source, binary) = (folder.join("tool.c"), folder.join("tool"));
        fs::write(
            &source,
            "int named(void) { return 7; } int main(void) { return named(); }",
        )
        .unwrap();
        let mut compiler = Command::new("cc");
        let built = compiler
            .args(["-g", "-o"])
            .arg(&binary)
            .arg(&source)
            .status();
        assert!(built.unwrap().success());
        set_symbols_apart(&binary).unwrap();
        let says = |path| {
            let told = Command::new("objdump")
                .args(["-h", "-t"])
                .arg(path)
                .output();
            String::from_utf8(told.unwrap().stdout).unwrap()
        };
        let (bare, apart) = (says(&binary), says(&folder.join("tool.debug")));
        assert!(
            bare.contains(".gnu_debuglink") && bare.contains("no symbols"),
            "{bare}"
        );
        assert!(
            apart.contains("named") && apart.contains(".debug_line"),
            "{apart}"
        );
        assert_eq!(Command::new(&binary).status().unwrap().code(), Some(7));
        fs::remove_dir_all(&folder).unwrap();
    }
}
