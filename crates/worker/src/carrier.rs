//! Carries notifications: many under way at a time. Who gets the next slot, so that a slow or dead
//! receiver does not delay the others, [`Slots`] decide.

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

/// How often due retries are looked for when nothing wakes the carrier.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);
/// How often what is long under way is kept for this node; a lease is several times longer.
const RENEW_INTERVAL: Duration = Duration::from_secs(3);
/// Most results that are written down in one unit.
const RECORDS_MAX: usize = 64;
/// A claim is dear, so it takes what came in a moment: the next one is when so much time has passed
/// or so many have ended since. After a quiet time the first notification leaves at once.
const CLAIM_PAUSE: Duration = Duration::from_millis(20);
const ENDED_MIN: usize = 32;

struct Carrier {
    under_way: JoinSet<Carried>,
    tasks: HashMap<Id, DeliveryId>,
    slots: Slots,
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
        let rests_until = carrier.rests_until();
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

/// Carries everything that is due now and returns when it is done: for tests and simulations.
/// How many deliveries there were.
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
            claimed_at: None,
            ended: 0,
        }
    }

    /// Until when nothing is claimed; `None` if a claim is worth it.
    fn rests_until(&self) -> Option<Instant> {
        let until = self.claimed_at? + CLAIM_PAUSE;
        let rests = self.ended < ENDED_MIN && Instant::now() < until;
        rests.then_some(until)
    }

    /// Claims what is due and starts to carry it. How many deliveries.
    async fn claim(&mut self, app: &Arc<App>) -> usize {
        let claimed = match deliver::claim(app, &mut self.slots).await {
            Ok(claimed) => claimed,
            Err(error) => {
                crate::failed(&error, "due notifications could not be claimed");
                return 0;
            }
        };
        let count = claimed.len();
        self.claimed_at = Some(Instant::now());
        self.ended = 0;
        for delivery in claimed {
            let id = delivery.delivery.id;
            let carry = deliver::carry(Arc::clone(app), delivery);
            let task = self.under_way.spawn(carry);
            self.tasks.insert(task.id(), id);
        }
        count
    }

    /// Keeps what is long under way.
    async fn renew(&self, app: &Arc<App>) {
        let leases = self.slots.to_renew(Instant::now());
        if leases.is_empty() {
            return;
        }
        if let Err(error) = deliver::renew(app, leases).await {
            error!(?error, "notifications under way could not be kept");
        }
    }

    /// Writes down what has come back, with whatever else is ready by now.
    async fn settle(&mut self, app: &Arc<App>, first: Ended) {
        let mut batch = Vec::new();
        let mut next = Some(first);
        while let Some(ended) = next {
            self.ended = self.ended.saturating_add(1);
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
