//! The tests that drive the built server from outside: their packages and their environment.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};

use crate::postgres::{Cluster, hex};
use crate::process;
use crate::project::Project;
use crate::tools;

/// Names the file in which tests in Node write down the answers they get.
const HEARD: &str = "ALTYN_HEARD";

/// Fetches the packages of a folder's lock file, unless exactly these are there.
pub(crate) fn npm_packages(project: &Project, folder: &str) -> Result<()> {
    let lock = project.path(folder).join("package-lock.json");
    let stamp = project
        .path(folder)
        .join("node_modules/.lock-of-last-install");
    once(&lock, &stamp, || {
        process::run(npm(project, folder).args(["ci", "--no-audit", "--no-fund"]))
    })
}

/// Builds the page assets into the folder that the binary embeds.
pub(crate) fn page_assets(project: &Project) -> Result<()> {
    tools::require(&[&tools::NODE, &tools::NPM])?;
    let folder = "crates/pages/assets";
    npm_packages(project, folder)?;
    process::run(npm(project, folder).args(["run", "--silent", "build"]))
}

/// Runs a folder of Python tests in a virtual environment with the pinned packages: the folder's
/// own, or those of the SDK's tests.
pub(crate) fn pytest(project: &Project, cluster: &Cluster, folder: &str) -> Result<()> {
    pytest_with(project, cluster, folder, None)
}

fn pytest_with(
    project: &Project,
    cluster: &Cluster,
    folder: &str,
    environment: Option<(&str, &Path)>,
) -> Result<()> {
    let own = project.path(folder).join("requirements.txt");
    let name = folder.rsplit('/').next().unwrap_or(folder);
    let (requirements, home) = if own.exists() && name != "sdk" {
        (own, project.target(&format!("venv-{name}")))
    } else {
        (
            project.path("tests/sdk/requirements.txt"),
            project.target("venv"),
        )
    };
    let python = home.join("bin/python");
    once(
        &requirements,
        &home.join("requirements-of-last-install"),
        || {
            process::run(
                project
                    .command("python3")
                    .args(["-m", "venv", "--clear"])
                    .arg(&home),
            )?;
            let mut install = project.command(&python);
            install.args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ]);
            process::run(install.arg("-r").arg(&requirements))
        },
    )?;
    let mut tests = project.command(&python);
    tests.args(["-m", "pytest", folder]).envs(environment);
    process::run(with_environment(&mut tests, project, cluster)?)
}

/// Runs a folder of Node's tests, which drive the installed browser, then checks the answers they
/// got against the descriptions of the API.
pub(crate) fn node_tests(project: &Project, cluster: &Cluster, folder: &str) -> Result<()> {
    npm_packages(project, folder)?;
    let mut names = Vec::new();
    for entry in fs::read_dir(project.path(folder))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".test.mjs") || name.ends_with(".test.js") {
            names.push(format!("{folder}/{name}"));
        }
    }
    if names.is_empty() {
        bail!("{folder} holds no *.test.mjs or *.test.js");
    }
    names.sort();
    let heard = project.target("heard.jsonl");
    fs::write(&heard, "").with_context(|| format!("cannot write {}", heard.display()))?;
    let mut tests = project.command("node");
    tests.args(["--test", "--test-reporter=spec"]).args(names);
    tests.env(HEARD, &heard);
    process::run(with_environment(&mut tests, project, cluster)?)?;
    pytest_with(project, cluster, "tests/described", Some((HEARD, &heard)))
}

fn npm(project: &Project, folder: &str) -> Command {
    let mut command = project.command("npm");
    command
        .arg("--prefix")
        .arg(folder)
        .env("npm_config_update_notifier", "false");
    command
}

fn with_environment<'a>(
    command: &'a mut Command,
    project: &Project,
    cluster: &Cluster,
) -> Result<&'a mut Command> {
    let binary = project.binary();
    if !binary.exists() {
        bail!("{} is missing; run: cargo xtask build", binary.display());
    }
    let chromium = tools::chromium().context("Chromium is not installed")?;
    Ok(command
        .env("ALTYN_BIN", binary)
        .env("ALTYN_TEST_POSTGRES", cluster.url())
        .env(
            "POSTGRES_BIN",
            tools::postgres_programs().context("PostgreSQL is not installed")?,
        )
        .env("CHROMIUM", chromium))
}

/// Does `work` unless the stamp says that it was done for the list as it is now.
fn once(list: &Path, stamp: &Path, work: impl FnOnce() -> Result<()>) -> Result<()> {
    let text = fs::read(list).with_context(|| format!("{} is missing", list.display()))?;
    let digest = Sha256::digest(&text);
    let wanted = hex(&digest, digest.len());
    if fs::read_to_string(stamp).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    work()?;
    fs::write(stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))
}
