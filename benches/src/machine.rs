//! What the figures were measured on: the machine, the commit, and what a process costs.

use std::fs;
use std::process::Command;
use std::time::Instant;

use crate::Plan;

/// Clock ticks per second in `/proc`, the same on every usual Linux.
const TICKS_PER_SECOND: u64 = 100;

/// The moment, for measuring.
pub(crate) fn now() -> Instant {
    #[expect(
        clippy::disallowed_methods,
        reason = "measuring time is what this program is for"
    )]
    Instant::now()
}

/// One line about the machine, the commit and the load.
pub(crate) fn describe(plan: &Plan) -> String {
    let commit = said("git", &["rev-parse", "--short=10", "HEAD"]);
    let changed = if said("git", &["status", "--porcelain"]).is_empty() {
        ""
    } else {
        " (changed)"
    };
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let kernel = said("uname", &["-sr"]);
    format!(
        "commit {commit}{changed}; {cores} cores of {}, {kernel}; {} connections, {} shops, \
         {} s a figure, load and server on the same cores",
        processor(),
        plan.connections,
        plan.shops,
        plan.seconds
    )
}

fn processor() -> String {
    let facts = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = facts
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    name.map_or("an unnamed processor", |line| {
        line.trim_start_matches([' ', '\t', ':'])
    })
    .to_owned()
}

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    text.unwrap_or_default().trim().to_owned()
}

/// Resident memory of a process, in KiB.
pub(crate) fn resident_kib(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

/// The processes whose title begins with `beginning` and contains `part`.
pub(crate) fn processes_titled(beginning: &str, part: &str) -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers
        .filter(|process: &u32| {
            let title = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
            let title = String::from_utf8_lossy(&title);
            title.starts_with(beginning) && title.contains(part)
        })
        .collect()
}

/// Time that a process spent on processors so far, in microseconds.
pub(crate) fn processor_us(process: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name in parentheses may hold anything; the numbers come after it.
    let numbers = stat.rsplit_once(')').map_or("", |(_, numbers)| numbers);
    let ticks = numbers.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.filter_map(|text| text.parse::<u64>().ok()).sum();
    ticks * 1_000_000 / TICKS_PER_SECOND
}
