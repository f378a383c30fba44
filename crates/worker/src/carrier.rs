//! Carries notifications: many under way at a time, few to one receiver, so that a slow or dead
//! one does not delay the others.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::deliver::{self, Carried};
use domain::WebhookId;
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::error;

/// Most notifications under way.
const UNDER_WAY_MAX: usize = 512;
/// How often due retries are looked for when nothing wakes the carrier.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);
/// Most results that are written down in one unit.
const RECORDS_MAX: usize = 64;

#[derive(Default)]
struct Carrier {
    under_way: FuturesUnordered<JoinHandle<Carried>>,
    per_webhook: HashMap<WebhookId, u32>,
    /// Whose turn was last.
    after: Option<WebhookId>,
}

pub(crate) async fn run(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let mut carrier = Carrier::default();
    let mut look = tokio::time::interval(LOOK_INTERVAL);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while !*stop.borrow() {
        carrier.claim(&app).await;
        tokio::select! {
            Some(first) = carrier.under_way.next() => carrier.settle(&app, first).await,
            () = app.deliveries_waiting() => {}
            _ = look.tick() => {}
            _ = stop.changed() => {}
        }
    }
    while let Some(first) = carrier.under_way.next().await {
        carrier.settle(&app, first).await;
    }
}

/// Carries everything that is due now and returns when it is done: for tests and simulations.
/// How many deliveries there were.
pub async fn carry_all_due(app: &Arc<App>) -> usize {
    let mut carrier = Carrier::default();
    let mut carried = 0_usize;
    loop {
        let claimed = carrier.claim(app).await;
        carried = carried.saturating_add(claimed);
        let Some(first) = carrier.under_way.next().await else {
            return carried;
        };
        carrier.settle(app, first).await;
    }
}

impl Carrier {
    /// Claims what is due and starts to carry it. How many deliveries.
    async fn claim(&mut self, app: &Arc<App>) -> usize {
        let free = UNDER_WAY_MAX.saturating_sub(self.under_way.len());
        let Ok(limit @ 1..) = u32::try_from(free) else {
            return 0;
        };
        let most = app.deliveries_per_webhook_max();
        let saturated = self.per_webhook.iter().filter(|(_, count)| **count >= most);
        let mut saturated: Vec<WebhookId> = saturated.map(|(webhook, _)| *webhook).collect();
        saturated.sort_unstable();
        let claimed = match deliver::claim(app, limit, self.after, saturated).await {
            Ok(claimed) => claimed,
            Err(error) => {
                error!(?error, "due notifications could not be claimed");
                return 0;
            }
        };
        let count = claimed.len();
        if let Some(last) = claimed.last() {
            self.after = Some(last.delivery.webhook_id);
        }
        for delivery in claimed {
            *self
                .per_webhook
                .entry(delivery.delivery.webhook_id)
                .or_default() += 1;
            let carry = deliver::carry(Arc::clone(app), delivery);
            self.under_way.push(tokio::spawn(carry));
        }
        count
    }

    /// Writes down what has come back, with whatever else is ready by now.
    async fn settle(&mut self, app: &Arc<App>, first: Result<Carried, tokio::task::JoinError>) {
        let mut batch = Vec::new();
        let mut next = Some(first);
        while let Some(result) = next {
            match result {
                Ok(carried) => {
                    let webhook = carried.webhook_id();
                    if let Some(count) = self.per_webhook.get_mut(&webhook) {
                        *count = count.saturating_sub(1);
                        if *count == 0 {
                            self.per_webhook.remove(&webhook);
                        }
                    }
                    batch.push(carried);
                }
                Err(error) => error!(?error, "a carrier of a notification ended early"),
            }
            if batch.len() >= RECORDS_MAX {
                break;
            }
            next = futures_util::FutureExt::now_or_never(self.under_way.next()).flatten();
        }
        if let Err(error) = deliver::record(app, batch).await {
            error!(
                ?error,
                "the outcome of notifications could not be written down"
            );
        }
    }
}
