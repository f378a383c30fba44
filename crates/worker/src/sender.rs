//! Sends messages to people, a few of each channel at a time: a mail server likes few connections,
//! and a dead one must not delay SMS.

use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::message::send::{self, Tried};
use domain::message::Channel;
use futures_util::FutureExt as _;
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle};
use tracing::error;

/// Most messages of one channel under way.
const UNDER_WAY_MAX: usize = 16;
/// How often due messages are looked for when nothing wakes the sender.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// Most results that are written down in one unit.
const RECORDS_MAX: usize = 64;

type UnderWay = FuturesUnordered<JoinHandle<Tried>>;

/// Sends the messages of one channel.
pub(crate) async fn run(app: Arc<App>, channel: Channel, mut stop: watch::Receiver<bool>) {
    let mut under_way = UnderWay::new();
    let mut look = tokio::time::interval(LOOK_INTERVAL);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while !*stop.borrow() {
        claim(&app, channel, &under_way).await;
        tokio::select! {
            Some(first) = under_way.next() => settle(&app, &mut under_way, first).await,
            () = app.messages_waiting(channel) => {}
            _ = look.tick() => {}
            _ = stop.changed() => {}
        }
    }
    while let Some(first) = under_way.next().await {
        settle(&app, &mut under_way, first).await;
    }
}

/// Sends everything that is due now, for tests and simulations. Returns how many messages there
/// were.
pub async fn send_all_due(app: &Arc<App>) -> usize {
    let [email, sms] = Channel::ALL.map(|channel| send_all_due_of(app, channel));
    let (email, sms) = futures_util::future::join(email, sms).await;
    email.saturating_add(sms)
}

async fn send_all_due_of(app: &Arc<App>, channel: Channel) -> usize {
    let mut under_way = UnderWay::new();
    let mut sent = 0_usize;
    loop {
        sent = sent.saturating_add(claim(app, channel, &under_way).await);
        let Some(first) = under_way.next().await else {
            return sent;
        };
        settle(app, &mut under_way, first).await;
    }
}

/// Claims what is due and starts to send it. Returns how many messages.
async fn claim(app: &Arc<App>, channel: Channel, under_way: &UnderWay) -> usize {
    let free = UNDER_WAY_MAX.saturating_sub(under_way.len());
    let Ok(limit @ 1..) = u32::try_from(free) else {
        return 0;
    };
    let claimed = match send::claim(app, channel, limit).await {
        Ok(claimed) => claimed,
        Err(error) => {
            crate::failed(&error, "due messages could not be claimed");
            return 0;
        }
    };
    let count = claimed.len();
    for message in claimed {
        under_way.push(tokio::spawn(send::carry(Arc::clone(app), message)));
    }
    count
}

/// Writes down the results that have come, with any others that are ready by now.
async fn settle(app: &Arc<App>, under_way: &mut UnderWay, first: Result<Tried, JoinError>) {
    let mut batch = Vec::new();
    let mut next = Some(first);
    while let Some(result) = next {
        match result {
            Ok(tried) => batch.push(tried),
            Err(error) => error!(?error, "a sender of a message ended early"),
        }
        if batch.len() >= RECORDS_MAX {
            break;
        }
        next = under_way.next().now_or_never().flatten();
    }
    if let Err(error) = send::record(app, batch).await {
        crate::failed(&error, "the outcome of messages could not be written down");
    }
}
