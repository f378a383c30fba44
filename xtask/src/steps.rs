//! What `cargo xtask test` and `check` run: a table of steps, timed and summarised.
//!
//! The table is the definition of "everything": a test that is not in it does not run.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::postgres::{Cluster, Durability};
use crate::project::Project;
use crate::{build, outside, process, tidy, tools};

/// One line of the table.
pub(crate) struct Step {
    name: &'static str,
    says: &'static str,
    run: Run,
}

/// How many histories the simulation runs.
const SIMULATED_SEEDS: u64 = 2_000;

type Run = fn(&mut Session<'_>) -> Result<()>;

const fn step(name: &'static str, says: &'static str, run: Run) -> Step {
    Step { name, says, run }
}

/// Everything that CI runs, in order; first what fails quickly.
pub(crate) const TEST: &[Step] = &[
    step("tools", "what the other steps need is there", all_tools),
    step("fmt", "the format is rustfmt's", format),
    step("clippy", "the lints are silent", clippy),
    step("tidy", "what neither compiler nor clippy sees", tidy),
    step("assets", "the pages' styles and scripts", assets),
    step("build", "the release binary", release),
    step("tests", "units, and HTTP and SQL on both databases", tests),
    step("sim", "2,000 random histories with faults and crashes", sim),
    step("sdk", "the official SDK, unmodified, and the wire", sdk),
    step("ts", "an SDK from npm, unmodified", ts),
    step("schema", "20,000 requests made of the description", schema),
    step("browser", "a buyer pays in a real browser", browser),
    step("crash", "killed under load, nothing is lost", crash),
];

/// The quick part: seconds, after the first time.
pub(crate) const CHECK: &[Step] = &[
    step("tools", "what the other steps need is there", quick_tools),
    step("fmt", "the format is rustfmt's", format),
    step("clippy", "the lints are silent", clippy),
    step("tidy", "what neither compiler nor clippy sees", tidy),
    step("rules", "unit tests of domain and contract", rules),
];

/// What the steps of one run share.
pub(crate) struct Session<'a> {
    project: &'a Project,
    /// Started by the first step that needs it.
    cluster: Option<Cluster>,
    found_running: bool,
}

impl Session<'_> {
    fn cluster(&mut self) -> Result<&Cluster> {
        if self.cluster.is_none() {
            self.found_running = Cluster::running(self.project)?.is_some();
            self.cluster = Some(Cluster::start(self.project, Durability::Fast)?);
        }
        self.cluster
            .as_ref()
            .context("the cluster was just started")
    }

    fn close(&self) -> Result<()> {
        if self.cluster.is_some() && !self.found_running {
            Cluster::stop(self.project)?;
        }
        Ok(())
    }
}

/// Runs the steps, or the named ones of them, until one fails; prints a table of what was done.
pub(crate) fn run_all(project: &Project, steps: &[Step], only: &[String]) -> Result<()> {
    for name in only {
        if !steps.iter().any(|step| step.name == name) {
            let known = steps
                .iter()
                .map(|step| step.name)
                .collect::<Vec<_>>()
                .join(", ");
            bail!("there is no step {name}; the steps are: {known}");
        }
    }
    let mut session = Session {
        project,
        cluster: None,
        found_running: false,
    };
    let mut rows = Vec::new();
    let mut failure = None;
    for step in steps {
        if !only.is_empty() && !only.iter().any(|name| name == step.name) {
            continue;
        }
        if failure.is_some() {
            rows.push((step, None, "not run"));
        } else {
            println!("\n== {}: {}", step.name, step.says);
            let start = Instant::now();
            let outcome = (step.run)(&mut session);
            let word = if outcome.is_ok() { "ok" } else { "FAILED" };
            rows.push((step, Some(start.elapsed()), word));
            failure = outcome
                .err()
                .map(|error| error.context(format!("step {}", step.name)));
        }
    }
    let closed = session.close();
    print_table(&rows);
    if !only.is_empty() {
        println!(
            "Only {} of {} steps were asked for.",
            rows.len(),
            steps.len()
        );
    }
    match failure {
        Some(error) => Err(error),
        None => closed,
    }
}

fn print_table(rows: &[(&Step, Option<Duration>, &str)]) {
    println!("\n{:<10} {:>8}  result", "step", "seconds");
    for (step, time, word) in rows {
        let time = time.map_or_else(|| "-".to_owned(), seconds);
        println!("{:<10} {time:>8}  {word}", step.name);
    }
    println!();
}

fn seconds(time: Duration) -> String {
    let tenths = time.as_millis() / 100;
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn quick_tools(_: &mut Session<'_>) -> Result<()> {
    found(&[
        &tools::GIT,
        &tools::COMPILER,
        &tools::RUSTFMT,
        &tools::CLIPPY,
    ])
}

fn all_tools(session: &mut Session<'_>) -> Result<()> {
    quick_tools(session)?;
    found(&[
        &tools::OBJCOPY,
        &tools::NODE,
        &tools::NPM,
        &tools::PYTHON,
        &tools::POSTGRES,
        &tools::CHROMIUM,
    ])?;
    if !tools::has_nextest() {
        println!("  cargo-nextest is not installed: `cargo test` runs the tests, more slowly");
    }
    Ok(())
}

fn found(tools: &[&tools::Tool]) -> Result<()> {
    tools::require(tools)?;
    tools::print(tools);
    Ok(())
}

fn format(session: &mut Session<'_>) -> Result<()> {
    process::run(&mut session.project.cargo(&["fmt", "--all", "--check"]))
}

fn clippy(session: &mut Session<'_>) -> Result<()> {
    let arguments = [
        "clippy",
        "--locked",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    process::run(&mut session.project.cargo(&arguments))
}

fn tidy(session: &mut Session<'_>) -> Result<()> {
    tidy::run(session.project, false)
}

fn assets(session: &mut Session<'_>) -> Result<()> {
    outside::page_assets(session.project)
}

fn sim(session: &mut Session<'_>) -> Result<()> {
    build::sim_optimized(session.project, SIMULATED_SEEDS, 1)
}

fn sdk(session: &mut Session<'_>) -> Result<()> {
    let project = session.project;
    outside::pytest(project, session.cluster()?, "tests/sdk")
}

fn ts(session: &mut Session<'_>) -> Result<()> {
    let project = session.project;
    outside::node_tests(project, session.cluster()?, "tests/ts")
}

fn schema(session: &mut Session<'_>) -> Result<()> {
    let project = session.project;
    outside::pytest(project, session.cluster()?, "tests/schema")
}

fn browser(session: &mut Session<'_>) -> Result<()> {
    let project = session.project;
    outside::node_tests(project, session.cluster()?, "tests/browser")
}

fn crash(session: &mut Session<'_>) -> Result<()> {
    let project = session.project;
    outside::pytest(project, session.cluster()?, "tests/crash")
}

fn release(session: &mut Session<'_>) -> Result<()> {
    build::server(session.project, false)
}

fn rules(session: &mut Session<'_>) -> Result<()> {
    test(session.project, &["-p", "domain", "-p", "contract"], None)
}

fn tests(session: &mut Session<'_>) -> Result<()> {
    let project = session.project;
    test(project, &["--workspace"], Some(session.cluster()?))?;
    // Code that must not compile stands in the documentation.
    // The whole workspace is named although only `app` has any: with fewer packages cargo would
    // build the dependencies once more, with other features.
    process::run(&mut project.cargo(&["test", "--locked", "--doc", "--workspace"]))
}

fn test(project: &Project, packages: &[&str], cluster: Option<&Cluster>) -> Result<()> {
    let runner: &[&str] = if tools::has_nextest() {
        &["nextest", "run"]
    } else {
        &["test"]
    };
    let mut command = project.cargo(runner);
    command.arg("--locked").args(packages);
    if let Some(cluster) = cluster {
        command.env("ALTYN_TEST_POSTGRES", cluster.url());
    }
    process::run(&mut command)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{CHECK, TEST};

    #[test]
    fn a_name_means_one_step() {
        for steps in [TEST, CHECK] {
            let names: BTreeSet<&str> = steps.iter().map(|step| step.name).collect();
            assert_eq!(names.len(), steps.len());
        }
    }
}
