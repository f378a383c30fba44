//! The context of one use case: whose shop, at what time, under which request.

use std::net::IpAddr;
use std::sync::Arc;

use domain::{Grant, OperationId, Reach, Shop, Tariff, Timestamp};
use store::{Conn, Tx};

use crate::app::{App, Merchant};
use crate::card_attempts::{Exceeded, Tally, Trial, Tried};
use crate::error::{Error, Refusal};
use crate::ports::Mint;

/// The longest pauses before a unit runs again that met a conflict: a good second in all.
const CONFLICT_PAUSES_MS: [u64; 7] = [10, 20, 40, 80, 160, 320, 640];

/// The context of one use case. Whoever holds it acts in this shop.
#[derive(Clone)]
pub struct Cx {
    /// The platform.
    pub app: Arc<App>,
    /// The shop.
    pub shop: Arc<Shop>,
    /// The shop's price list.
    pub(crate) tariffs: Arc<[Tariff]>,
    /// By what an application acts here; `None` for the shop itself and the platform.
    pub(crate) grant: Option<Arc<Grant>>,
    /// The shop's time, read once.
    pub now: Timestamp,
    /// The request's id; empty for what the platform does by itself.
    pub request_id: String,
    /// From where the request comes, if from anywhere.
    pub client_ip: Option<IpAddr>,
}

/// The inside of a unit of work. A unit may run twice: it reads, asks the domain and writes
/// through `tx`, nothing else.
pub(crate) struct Work<'w, 'tx> {
    pub(crate) tx: &'w mut Tx<'tx>,
    pub(crate) cx: &'w Cx,
    pub(crate) ids: Mint,
    /// The cards that it counts.
    cards: Tally,
}

impl Cx {
    pub(crate) fn new(app: &Arc<App>, merchant: &Merchant, request_id: String) -> Self {
        Self {
            app: Arc::clone(app),
            shop: Arc::clone(&merchant.shop),
            tariffs: Arc::clone(&merchant.tariffs),
            grant: None,
            now: merchant.shop.now(app.now()),
            request_id,
            client_ip: None,
        }
    }

    /// How far notifications may go.
    #[must_use]
    pub fn reach(&self) -> Reach {
        self.app.settings.reach
    }

    /// The same context at the present moment: a call to the outside has taken its time.
    pub(crate) fn later(&self) -> Self {
        Self {
            now: self.shop.now(self.app.now()),
            ..self.clone()
        }
    }

    /// Refuses what a shop that is switched off may not begin.
    ///
    /// # Errors
    /// [`Refusal::ShopDisabled`]
    pub fn require_enabled(&self) -> Result<(), Error> {
        if self.shop.enabled {
            return Ok(());
        }
        Err(Refusal::ShopDisabled.into())
    }

    /// Runs a unit of work of this shop. Where others change the same all the time, it waits for a
    /// quieter moment, up to a second, before it answers [`Error::Conflict`].
    pub(crate) async fn write<T, F>(&self, unit: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Fn(&mut Work<'_, '_>) -> Result<T, Error> + Send + Sync + 'static,
    {
        let unit = Arc::new(unit);
        let seed = self.app.random_seed();
        let mut pauses = CONFLICT_PAUSES_MS.into_iter();
        // No call leaves after a unit that failed, or whose end nobody waits for.
        let trial = Trial::new(&self.app.card_attempts);
        loop {
            let own = Arc::clone(&unit);
            let written = self.write_by(seed, trial.tally(), move |work| own(work));
            match (written.await, pauses.next()) {
                (Err(Error::Conflict), Some(longest)) => self.step_back(longest).await,
                (done, _) => {
                    if done.is_ok() {
                        trial.stands();
                    }
                    return done;
                }
            }
        }
    }

    /// Gives others time to finish, for a random while, so that two do not keep step.
    #[expect(
        clippy::disallowed_methods,
        reason = "waits for others' transactions, not for time"
    )]
    async fn step_back(&self, longest_ms: u64) {
        let shortest = longest_ms / 2;
        let random = self.app.random_bits() % shortest.saturating_add(1);
        let pause = std::time::Duration::from_millis(shortest.saturating_add(random));
        tokio::time::sleep(pause).await;
    }

    /// Runs a unit of work of this shop, without patience for others.
    pub(crate) async fn write_once<T, F>(&self, unit: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Fn(&mut Work<'_, '_>) -> Result<T, Error> + Send + 'static,
    {
        let seed = self.app.random_seed();
        self.write_by(seed, Tally::default(), unit).await
    }

    /// Runs a unit of work of this shop, whose ids come from this seed.
    async fn write_by<T, F>(&self, seed: [u8; 32], cards: Tally, unit: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Fn(&mut Work<'_, '_>) -> Result<T, Error> + Send + 'static,
    {
        let cx = self.clone();
        self.app
            .store
            .write(self.shop.id, move |tx: &mut Tx<'_>| {
                let ids = Mint::new(cx.now, seed);
                let cards = cards.clone();
                unit(&mut Work {
                    tx,
                    cx: &cx,
                    ids,
                    cards,
                })
            })
            .await
            .map_err(Error::settled)
    }

    /// Reads.
    pub(crate) async fn read<T, F>(&self, unit: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Fn(&mut Conn<'_>) -> Result<T, Error> + Send + 'static,
    {
        self.app.store.read(unit).await.map_err(Error::settled)
    }
}

impl Work<'_, '_> {
    pub(crate) fn shop(&self) -> &Shop {
        &self.cx.shop
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.cx.now
    }

    /// Counts a card that this operation will try, before anything is written. It is no effect of
    /// the unit: one that the storage runs twice makes the same operation, which is counted once,
    /// and one that fails has not counted it ([`Trial`]).
    pub(crate) fn count_card(
        &self,
        operation: OperationId,
        tried: Tried<'_>,
    ) -> Result<(), Exceeded> {
        let (app, shop) = (&self.cx.app, &self.cx.shop);
        let attempt = (tried, &**shop, app.now());
        self.cards.take(&app.card_attempts, operation, attempt)
    }

    /// The card of a token, by its hash, is tried by the operation that was counted.
    pub(crate) fn carry_over(&self, token: [u8; 32]) {
        self.cards.carry_over(&self.cx.app.card_attempts, token);
    }
}
