//! What `cargo xtask test` and `check` run: a table of steps, timed and summarised.
//!
//! The table is the definition of "everything": a test that nobody finds here does not exist.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::postgres::{Cluster, Durability};
use crate::project::Project;
use crate::{build, process, tidy, tools};

/// One line of the table.
pub(crate) struct Step {
    name: &'static str,
    says: &'static str,
    run: fn(&mut Session<'_>) -> Result<()>,
}

/// Everything that CI runs, in order: what is quick to fail comes first.
pub(crate) const TEST: &[Step] = &[
    Step {
        name: "tools",
        says: "what the other steps need is there",
        run: all_tools,
    },
    Step {
        name: "fmt",
        says: "the format is rustfmt's",
        run: format,
    },
    Step {
        name: "clippy",
        says: "the lints are silent",
        run: clippy,
    },
    Step {
        name: "tidy",
        says: "what neither compiler nor clippy sees",
        run: tidy,
    },
    Step {
        name: "build",
        says: "the release binary",
        run: release,
    },
    Step {
        name: "tests",
        says: "unit tests, and HTTP and SQL on both databases",
        run: tests,
    },
];

/// The quick part: seconds after the first time.
pub(crate) const CHECK: &[Step] = &[
    Step {
        name: "tools",
        says: "what the other steps need is there",
        run: quick_tools,
    },
    Step {
        name: "fmt",
        says: "the format is rustfmt's",
        run: format,
    },
    Step {
        name: "clippy",
        says: "the lints are silent",
        run: clippy,
    },
    Step {
        name: "tidy",
        says: "what neither compiler nor clippy sees",
        run: tidy,
    },
    Step {
        name: "rules",
        says: "unit tests of domain and contract",
        run: rules,
    },
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
            rows.push((step, None, "not asked for"));
        } else if failure.is_some() {
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

fn release(session: &mut Session<'_>) -> Result<()> {
    build::server(session.project, false)
}

fn rules(session: &mut Session<'_>) -> Result<()> {
    test(session.project, &["-p", "domain", "-p", "contract"], None)
}

fn tests(session: &mut Session<'_>) -> Result<()> {
    let project = session.project;
    test(project, &["--workspace"], Some(session.cluster()?))
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
