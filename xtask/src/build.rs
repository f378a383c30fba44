//! Building and starting: the release binary, the demo, the load, the simulation.

use std::os::unix::process::CommandExt as _;

use anyhow::{Context as _, Result};

use crate::outside;
use crate::postgres::{Cluster, Durability};
use crate::process;
use crate::project::Project;
use crate::tools;

const DATA: &str = "altyn-data";

/// Builds the page assets and `target/release/altyn`.
pub(crate) fn release(project: &Project) -> Result<()> {
    tools::require(&[&tools::COMPILER])?;
    outside::page_assets(project)?;
    server(project, false)?;
    println!("{} is ready.", project.binary().display());
    Ok(())
}

/// Builds the server with what is embedded into it.
pub(crate) fn server(project: &Project, dev: bool) -> Result<()> {
    let mut build = project.cargo(&["build", "--locked", "-p", "server"]);
    if !dev {
        build.arg("--release");
        // A developer's build is not compiled again for each commit.
        build.envs(commit(project).map(|commit| ("BUILD_COMMIT", commit)));
    }
    process::run(&mut build)
}

/// What git calls the source; nothing where there is no git or none of its directories.
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

/// Measures the release binary on both databases; PostgreSQL waits for the disk here.
pub(crate) fn bench(project: &Project, arguments: &[String]) -> Result<()> {
    tools::require(&[&tools::COMPILER, &tools::POSTGRES])?;
    outside::page_assets(project)?;
    server(project, false)?;
    process::run(&mut project.cargo(&["build", "--locked", "--release", "-p", "bench"]))?;
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

/// Runs the simulation over `seeds` seeds from `seed` on.
pub(crate) fn sim(project: &Project, seeds: u64, seed: u64) -> Result<()> {
    let mut command = project.cargo(&["run", "--locked", "-p", "sim", "--"]);
    command.args(["--seeds", &seeds.to_string(), "--seed", &seed.to_string()]);
    process::run(&mut command)
}

/// Writes `docs/openapi.json`, `docs/errors.md`, `docs/rights.md` and `docs/routes.md`, which are
/// generated from the code: the tests that find them out of date write them when they are asked to.
pub(crate) fn openapi(project: &Project) -> Result<()> {
    let packages = ["-p", "api", "-p", "domain", "-p", "server"];
    let mut tests = project.cargo(&["test", "--locked", "--lib", "--bins"]);
    tests.args(packages).args(["--", "the_page"]);
    process::run(tests.env("UPDATE_DOCS", "1"))
}
