//! Sends notifications, many at a time. [`Slots`] decide which one is next, so that a slow or dead
//! receiver does not delay the others.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::deliver::{self, Carried, Ending, Slots};
use domain::DeliveryId;
use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, Interval, MissedTickBehavior};
use tracing::error;

/// How often due retries are looked for if nothing wakes the carrier.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);
/// How often the leases of slow deliveries are renewed; a lease is several times longer.
const RENEW_INTERVAL: Duration = Duration::from_secs(3);
/// Most results that are written down in one unit.
const RECORDS_MAX: usize = 64;
/// A claim is expensive, so it takes everything that came in a moment: the next one is made when
/// this time has passed, or so many deliveries have ended. After a quiet time the first
/// notification leaves at once.
const CLAIM_PAUSE: Duration = Duration::from_millis(20);
const ENDED_MIN: usize = 32;

struct Carrier {
    under_way: JoinSet<Carried>,
    tasks: HashMap<Id, DeliveryId>,
    slots: Slots,
    pace: Pace,
}

/// When the next claim is due.
#[derive(Debug, Default)]
struct Pace {
    /// When the last claim was.
    claimed_at: Option<Instant>,
    /// How many have ended since.
    ended: usize,
}

type Ended = Result<(Id, Carried), JoinError>;

pub(crate) async fn run(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let mut carrier = Carrier::new(&app);
    let mut look = every(LOOK_INTERVAL);
    let mut renew = every(RENEW_INTERVAL);
    while !*stop.borrow() {
        let rests_until = carrier.pace.rests_until(Instant::now());
        if rests_until.is_none() {
            carrier.claim(&app).await;
        }
        tokio::select! {
            Some(first) = carrier.under_way.join_next_with_id() => {
                carrier.settle(&app, first).await;
            }
            () = app.deliveries_waiting(), if rests_until.is_none() => {}
            () = rest(rests_until) => {}
            _ = look.tick() => {}
            _ = renew.tick() => carrier.renew(&app).await,
            _ = stop.changed() => {}
        }
    }
    while !carrier.under_way.is_empty() {
        tokio::select! {
            Some(first) = carrier.under_way.join_next_with_id() => {
                carrier.settle(&app, first).await;
            }
            _ = renew.tick() => carrier.renew(&app).await,
        }
    }
}

async fn rest(until: Option<Instant>) {
    match until {
        Some(until) => tokio::time::sleep_until(until).await,
        None => std::future::pending().await,
    }
}

fn every(period: Duration) -> Interval {
    let mut interval = tokio::time::interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

/// Sends everything that is due now, for tests and simulations. Returns how many deliveries there
/// were.
pub async fn carry_all_due(app: &Arc<App>) -> usize {
    let mut carrier = Carrier::new(app);
    let mut carried = 0_usize;
    loop {
        let claimed = carrier.claim(app).await;
        carried = carried.saturating_add(claimed);
        let Some(first) = carrier.under_way.join_next_with_id().await else {
            return carried;
        };
        carrier.settle(app, first).await;
    }
}

impl Carrier {
    fn new(app: &App) -> Self {
        Self {
            under_way: JoinSet::new(),
            tasks: HashMap::new(),
            slots: Slots::new(app.deliveries_per_webhook_max()),
            pace: Pace::default(),
        }
    }

    /// Claims what is due and starts to send it. Returns how many deliveries.
    async fn claim(&mut self, app: &Arc<App>) -> usize {
        let claimed = match deliver::claim(app, &mut self.slots).await {
            Ok(claimed) => claimed,
            Err(error) => {
                crate::failed(&error, "due notifications could not be claimed");
                return 0;
            }
        };
        let count = claimed.len();
        self.pace.claim(Instant::now());
        for delivery in claimed {
            let id = delivery.delivery.id;
            let carry = deliver::carry(Arc::clone(app), delivery);
            let task = self.under_way.spawn(carry);
            self.tasks.insert(task.id(), id);
        }
        count
    }

    /// Renews the leases of slow deliveries.
    async fn renew(&self, app: &Arc<App>) {
        let leases = self.slots.to_renew(Instant::now());
        if leases.is_empty() {
            return;
        }
        if let Err(error) = deliver::renew(app, leases).await {
            error!(?error, "notifications under way could not be kept");
        }
    }

    /// Writes down the results that have come, with any others that are ready by now.
    async fn settle(&mut self, app: &Arc<App>, first: Ended) {
        let mut batch = Vec::new();
        let mut next = Some(first);
        while let Some(ended) = next {
            self.pace.end();
            match ended {
                Ok((task, carried)) => {
                    self.tasks.remove(&task);
                    let now = Instant::now();
                    self.slots.end(carried.id(), carried.ending(), now);
                    batch.push(carried);
                }
                Err(error) => {
                    error!(?error, "a carrier of a notification ended early");
                    if let Some(id) = self.tasks.remove(&error.id()) {
                        self.slots.end(id, Ending::Unanswered, Instant::now());
                    }
                }
            }
            if batch.len() >= RECORDS_MAX {
                break;
            }
            next = self.under_way.try_join_next_with_id();
        }
        if let Err(error) = deliver::record(app, batch).await {
            crate::failed(
                &error,
                "the outcome of notifications could not be written down",
            );
        }
    }
}

impl Pace {
    fn claim(&mut self, now: Instant) {
        *self = Self {
            claimed_at: Some(now),
            ended: 0,
        };
    }

    fn end(&mut self) {
        self.ended = self.ended.saturating_add(1);
    }

    /// Until when nothing is claimed; `None` if a claim is due.
    fn rests_until(&self, now: Instant) -> Option<Instant> {
        let until = self.claimed_at? + CLAIM_PAUSE;
        let rests = self.ended < ENDED_MIN && now < until;
        rests.then_some(until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_waits_for_a_moment_or_for_many_that_have_ended() {
        let begin = Instant::now();
        let at = |micros| begin + Duration::from_micros(micros);
        let mut pace = Pace::default();
        assert_eq!(pace.rests_until(begin), None, "the first leaves at once");
        pace.claim(begin);
        for micros in [0, 1, 19_999] {
            assert_eq!(pace.rests_until(at(micros)), Some(at(20_000)), "{micros}");
        }
        assert_eq!(pace.rests_until(at(20_000)), None);
        assert_eq!(pace.rests_until(at(9_000_000)), None, "after a quiet time");
        // Under load so many end in a moment, and each claim counts anew.
        for round in 1..=2 {
            let now = at(20_000 * round);
            pace.claim(now);
            (1..ENDED_MIN).for_each(|_| pace.end());
            assert_eq!(pace.rests_until(now), Some(now + CLAIM_PAUSE));
            pace.end();
            assert_eq!(pace.rests_until(now), None);
        }
    }
}
