//! What the platform counts and notes of its own work: wrong keys, uses of keys, figures.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use domain::access::Job;
use domain::{EventKind, Right, ShopId};
use tracing::warn;

use super::App;
use crate::attempts::{KeyDoor, TooManyKeys};
use crate::card_attempts::Limit;
use crate::error::Error;
use crate::figures::{KINDS, Waiting};
use crate::use_of_keys::Used;

/// How long it may take to count what waits.
const COUNT_TIME_MAX: Duration = Duration::from_secs(5);

impl App {
    /// Counts a wrong key that somebody showed as `login`.
    ///
    /// # Errors
    /// The address has shown too many.
    pub fn wrong_key(
        &self,
        door: KeyDoor,
        login: &dyn fmt::Display,
        from: Option<IpAddr>,
    ) -> Result<(), TooManyKeys> {
        self.attempts.wrong_key(door, login, from, self.now())
    }

    /// How many wrong keys were shown since the process started, by where.
    #[must_use]
    pub fn wrong_keys(&self) -> [(KeyDoor, u64); KeyDoor::ALL.len()] {
        self.attempts.wrong_keys()
    }

    /// Notes that a key or a token was used.
    pub(crate) fn note_use(self: &Arc<Self>, shop: ShopId, hash: [u8; 32], used: Used) {
        let now = self.now();
        if !self.use_of_keys.is_due(hash, now) {
            return;
        }
        let app = Arc::clone(self);
        self.tasks.spawn(async move {
            let unit = move |tx: &mut store::Tx<'_>| {
                match used {
                    Used::Key => store::secret_key::note_use(tx, shop, &hash, now)?,
                    Used::Token => store::grant::note_use_any_shop(tx, &hash, now)?,
                }
                Ok::<_, Error>(())
            };
            let noted = async {
                let meter = app.job(Job::Meter).require_any_shop(Right::UseNote)?;
                meter.write_in(shop, unit).await
            };
            if let Err(error) = noted.await {
                warn!(shop.id = %shop, %error, "the use of a key could not be noted");
            }
        });
    }

    /// What happened in this process since it started, by kind of event.
    #[must_use]
    pub fn happened(&self) -> [(EventKind, u64); KINDS] {
        self.happened.counts()
    }

    /// How many cards were not tried since the process started, by what was used up.
    #[must_use]
    pub fn cards_refused(&self) -> [(Limit, u64); Limit::ALL.len()] {
        self.card_attempts.refused()
    }

    /// What waits now.
    ///
    /// # Errors
    /// The storage fails.
    pub async fn waiting(self: &Arc<Self>) -> Result<Waiting, Error> {
        let read = |conn: &mut store::Conn<'_>| {
            Ok::<_, Error>(Waiting {
                operations: store::operation::count_open_any_shop(conn)?,
                deliveries: store::delivery::count_pending_any_shop(conn)?,
                messages: store::message::count_queued_any_shop(conn)?,
                discrepancies: store::discrepancy::count_open_any_shop(conn)?,
            })
        };
        let meter = self.job(Job::Meter);
        let rows = meter.require_any_shop(Right::FigureRead)?;
        rows.read_patiently(COUNT_TIME_MAX, read).await
    }
}
