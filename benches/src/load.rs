//! Two kinds of load: as fast as the answers come, and at a fixed rate whatever happens.
//!
//! At a fixed rate a request's time counts from when it was due, so a server that stalls cannot
//! hide the requests that had to wait.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Result, bail};
use tokio::task::LocalSet;
use tokio::time::Instant;

use crate::call::{Call, Connection, Reply};
use crate::machine::now;

/// Makes the `number`th request of a worker.
pub(crate) type Make<'a> = &'a dyn Fn(usize, u64) -> Call;
/// Sees each good answer.
pub(crate) type See<'a> = &'a dyn Fn(usize, &Reply);

/// When a load ends.
#[derive(Clone, Copy)]
pub(crate) enum End {
    After(Duration),
    AfterRequests(u64),
}

/// What a load came to.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) requests: u64,
    pub(crate) elapsed: Duration,
    latencies_us: Vec<u32>,
    failures: Vec<String>,
}

impl Outcome {
    /// Requests per second.
    pub(crate) fn per_second(&self) -> u64 {
        per_second(self.requests, self.elapsed)
    }

    /// The time below which that part of a thousand requests stayed.
    pub(crate) fn percentile_us(&self, per_mille: usize) -> u64 {
        let last = self.latencies_us.len().saturating_sub(1);
        let place = self.latencies_us.len().saturating_mul(per_mille) / 1000;
        self.latencies_us
            .get(place.min(last))
            .copied()
            .map_or(0, u64::from)
    }

    /// A load in which anything failed measures nothing.
    fn sound(mut self, what: &str) -> Result<Self> {
        if let Some(failure) = self.failures.first() {
            let (failed, all) = (self.failures.len(), self.requests);
            bail!("{what}: {failed} of {all} requests failed, the first with {failure}");
        }
        if self.requests == 0 {
            bail!("{what}: not one request was answered");
        }
        self.latencies_us.sort_unstable();
        Ok(self)
    }

    fn note(&mut self, reply: Result<Reply>, taken: Duration) -> Option<Reply> {
        self.requests += 1;
        self.latencies_us
            .push(u32::try_from(taken.as_micros()).unwrap_or(u32::MAX));
        match reply {
            Ok(reply) if reply.status == 200 => return Some(reply),
            Ok(reply) => {
                let body = String::from_utf8_lossy(&reply.body).into_owned();
                self.failures.push(format!("{}: {body}", reply.status));
            }
            Err(error) => self.failures.push(format!("{error:#}")),
        }
        None
    }
}

/// How many of something happened in each second.
pub(crate) fn per_second(count: u64, elapsed: Duration) -> u64 {
    let micros = elapsed.as_micros().max(1);
    u64::try_from(u128::from(count) * 1_000_000 / micros).unwrap_or(u64::MAX)
}

/// Keeps `connections` connections busy until the end.
pub(crate) fn closed(
    address: SocketAddr,
    connections: usize,
    end: End,
    make: Make<'_>,
    see: See<'_>,
) -> Result<Outcome> {
    let share = |total: u64| total.div_ceil(u64::try_from(connections).unwrap_or(1));
    drive(
        address,
        connections,
        "closed loop",
        &|worker, mut connection, outcome| {
            Box::pin(async move {
                let started = now();
                let mut number = 0;
                loop {
                    let over = match end {
                        End::After(duration) => started.elapsed() >= duration,
                        End::AfterRequests(total) => number >= share(total),
                    };
                    if over || !outcome.borrow().failures.is_empty() {
                        return;
                    }
                    let call = make(worker, number);
                    let sent = now();
                    let reply = connection.send(call).await;
                    let reply = outcome.borrow_mut().note(reply, sent.elapsed());
                    if let Some(reply) = reply {
                        see(worker, &reply);
                    }
                    number += 1;
                }
            })
        },
    )
}

/// Sends `rate` requests a second over `connections` connections, late or not.
pub(crate) fn open(
    address: SocketAddr,
    connections: usize,
    rate: u64,
    duration: Duration,
    make: Make<'_>,
) -> Result<Outcome> {
    let gap_ns = 1_000_000_000 / rate.max(1);
    let stride = u64::try_from(connections)?;
    drive(
        address,
        connections,
        "open loop",
        &|worker, mut connection, outcome| {
            Box::pin(async move {
                let started = now();
                let mut number = u64::try_from(worker).unwrap_or(0);
                loop {
                    let offset = Duration::from_nanos(gap_ns.saturating_mul(number));
                    if offset >= duration || !outcome.borrow().failures.is_empty() {
                        return;
                    }
                    let due = started + offset;
                    tokio::time::sleep_until(Instant::from_std(due)).await;
                    let reply = connection.send(make(worker, number)).await;
                    outcome.borrow_mut().note(reply, due.elapsed());
                    number += stride;
                }
            })
        },
    )
}

type Work<'a> = std::pin::Pin<Box<dyn Future<Output = ()> + 'a>>;
type Worker<'a> = dyn Fn(usize, Connection, Rc<RefCell<Outcome>>) -> Work<'a> + 'a;

/// Runs one worker per connection on this thread and adds up what they saw.
fn drive(
    address: SocketAddr,
    connections: usize,
    what: &str,
    worker: &Worker<'_>,
) -> Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let outcome = Rc::new(RefCell::new(Outcome::default()));
    let local = LocalSet::new();
    let shared = Rc::clone(&outcome);
    let elapsed = local.block_on(&runtime, async move {
        let mut open = Vec::new();
        for _ in 0..connections {
            open.push(Connection::open(address).await?);
        }
        let started = now();
        let work = open
            .into_iter()
            .enumerate()
            .map(|(number, connection)| worker(number, connection, Rc::clone(&shared)));
        futures_util::future::join_all(work).await;
        anyhow::Ok(started.elapsed())
    })?;
    let mut outcome = outcome.take();
    outcome.elapsed = elapsed;
    outcome.sound(what)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn rates_count_parts_of_seconds() {
        assert_eq!(per_second(3, Duration::from_millis(1500)), 2);
        assert_eq!(per_second(1, Duration::ZERO), 1_000_000);
    }

    #[test]
    fn percentiles_are_the_times_that_most_requests_stayed_below() {
        let mut outcome = Outcome {
            requests: 100,
            ..Outcome::default()
        };
        outcome.latencies_us = (1..=100).rev().collect();
        let outcome = outcome.sound("a test").unwrap();
        assert_eq!(outcome.percentile_us(500), 51);
        assert_eq!(outcome.percentile_us(990), 100);
        assert_eq!(outcome.percentile_us(1000), 100);
    }

    #[test]
    fn a_load_with_one_failure_measures_nothing() {
        let mut outcome = Outcome::default();
        outcome.note(
            Ok(Reply {
                status: 200,
                body: Bytes::new(),
            }),
            Duration::ZERO,
        );
        outcome.note(
            Ok(Reply {
                status: 500,
                body: Bytes::new(),
            }),
            Duration::ZERO,
        );
        assert!(outcome.sound("a test").is_err());
        assert!(Outcome::default().sound("a test").is_err());
    }
}
