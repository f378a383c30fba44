//! Jobs and reconcilers: what the platform does by itself.
//!
//! Each job works through a bounded batch and is safe to run twice and on several nodes. A job that
//! fails is tried again at its next turn; nothing is lost by that.

mod carrier;
mod jobs;
mod sender;

pub use carrier::carry_all_due;
pub use jobs::run_due;
pub use sender::send_all_due;

use std::sync::Arc;

use app::App;
use domain::message::Channel;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Logs that a job failed: at most one line a second if the storage is the cause.
pub(crate) fn failed(error: &app::Error, what: &'static str) {
    static QUIET: app::Quiet = app::Quiet::new();
    if !error.is_of_storage() {
        tracing::error!(?error, "{what}");
    } else if let Some(unsaid) = QUIET.turn() {
        tracing::error!(?error, unsaid, "{what}");
    }
}

/// Starts the jobs. They end, with the work that they have begun, when `stop` becomes true.
#[must_use]
pub fn start(app: &Arc<App>, stop: &watch::Receiver<bool>) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(carrier::run(Arc::clone(app), stop.clone()));
    for channel in Channel::ALL {
        tasks.spawn(sender::run(Arc::clone(app), channel, stop.clone()));
    }
    tasks.spawn(jobs::run(Arc::clone(app), stop.clone()));
    tasks.spawn(jobs::listen(Arc::clone(app), stop.clone()));
    tasks
}
