//! `sim`: random merchants and payers against a bank that loses answers and a platform that
//! crashes; an auditor holds the books against what the bank really did. A failing seed is printed
//! and fails the run; the same seed repeats the same choices.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command talks to its user"
)]

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use clap::Parser;

/// Random merchants, payers, faults and crashes.
#[derive(Parser)]
struct Arguments {
    /// How many seeds.
    #[arg(long, default_value_t = 200)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many at a time.
    #[arg(long, default_value_t = 2)]
    jobs: usize,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let end = arguments.seed.saturating_add(arguments.seeds);
    let next = AtomicU64::new(arguments.seed);
    let total = Mutex::new((0_u64, sim::Tally::default()));
    std::thread::scope(|scope| {
        for _ in 0..arguments.jobs.max(1) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end {
                        break;
                    }
                    let outcome = std::panic::catch_unwind(|| sim::run(seed));
                    let mut total = total.lock().unwrap_or_else(PoisonError::into_inner);
                    match outcome {
                        Ok(Ok(tally)) => total.1.add(&tally),
                        Ok(Err(problem)) => {
                            total.0 += 1;
                            eprintln!("seed {seed}: {problem:#}");
                        }
                        Err(_panic) => {
                            total.0 += 1;
                            eprintln!("seed {seed}: panicked");
                        }
                    }
                }
            });
        }
    });
    let (failed, tally) = total.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!("{tally}");
    let passed = arguments.seeds.saturating_sub(failed);
    println!("simulation: {passed} passed, {failed} failed");
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
