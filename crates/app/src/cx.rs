//! The context of one use case: who acts, where, at what time, under which request; and what a
//! right opens.
//!
//! Nothing is read or written without a right that was asked for by name. [`Rows`] can be opened
//! in this module only, and only by what [`Cx::require`] gives:
//!
//! ```
//! async fn rows_of(cx: &app::Cx) -> Result<domain::ShopId, app::Error> {
//!     let allowed = cx.require(domain::Right::PaymentRead)?;
//!     allowed.read(|_conn| Ok(())).await?;
//!     Ok(allowed.shop.id)
//! }
//! ```
//!
//! A use case that asks for none does not compile:
//!
//! ```compile_fail
//! async fn rows_of(cx: &app::Cx) -> Result<domain::ShopId, app::Error> {
//!     cx.read(|_conn| Ok(())).await?;
//!     Ok(cx.shop.id)
//! }
//! ```

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use domain::access::{Job, Machine, RIGHTS};
use domain::{
    Action, ActionId, Actor, ApplicationId, Grant, IdSeed, OperationId, Reach, Right, Shop, ShopId,
    Tariff, Timestamp,
};
use sha2::{Digest as _, Sha256};
use store::{Conn, Store, StoreError, Tx};

use crate::app::{App, Merchant};
use crate::card_attempts::{Exceeded, Tally, Trial, Tried};
use crate::error::{Error, Refusal};
use crate::ports::Mint;

/// The longest pauses before a unit runs again that met a conflict: a good second in all.
const CONFLICT_PAUSES_MS: [u64; 7] = [10, 20, 40, 80, 160, 320, 640];

/// How long a list of the command line may take.
pub(crate) const LIST_TIME_MAX: Duration = Duration::from_mins(1);

/// The storage, closed: a right opens it.
pub(crate) struct Rows(Store);

/// Which rights were asked for since somebody looked, so that tests can hold tables against it.
#[derive(Debug, Default)]
pub(crate) struct Asked([AtomicU64; 2]);

/// The context of one use case. It opens nothing by itself.
#[derive(Clone)]
pub struct Cx {
    app: Arc<App>,
    actor: Actor,
    place: Place,
    now: Timestamp,
    request_id: String,
    client_ip: Option<IpAddr>,
}

/// Where somebody acts.
#[derive(Clone)]
enum Place {
    /// Nowhere in particular: on rows of any shop.
    Platform,
    /// In a shop, with its price list.
    Shop(Arc<Shop>, Arc<[Tariff]>),
}

/// What a right gives in a shop: its rows, and nothing of another one.
#[derive(Clone)]
pub struct Allowed {
    /// The platform.
    pub app: Arc<App>,
    /// The shop.
    pub shop: Arc<Shop>,
    /// The shop's price list.
    pub(crate) tariffs: Arc<[Tariff]>,
    /// The shop's time, read once.
    pub now: Timestamp,
    /// From where the request comes, if from anywhere.
    pub client_ip: Option<IpAddr>,
    actor: Actor,
    right: Right,
}

/// What a right gives on the platform: rows of any shop.
pub(crate) struct AnyShop {
    cx: Cx,
    right: Right,
}

/// What a unit on rows of any shop was about, for the journal of actions.
#[derive(Debug, Default)]
pub(crate) struct About {
    pub(crate) shop: Option<ShopId>,
    pub(crate) object: Option<String>,
}

/// The inside of a unit of work. A unit may run twice: it reads, asks the domain and writes
/// through `tx`, nothing else.
pub(crate) struct Work<'w, 'tx> {
    pub(crate) tx: &'w mut Tx<'tx>,
    pub(crate) cx: &'w Allowed,
    pub(crate) ids: Mint,
    /// The cards that it counts.
    cards: Tally,
    /// What it is about, for the journal of actions.
    object: Option<String>,
}

impl Rows {
    pub(crate) fn closed(store: Store) -> Self {
        Self(store)
    }

    /// The storage's own figures.
    pub(crate) fn statistics(&self) -> store::Statistics {
        self.0.statistics()
    }

    /// Proves that the storage answers and writes.
    pub(crate) async fn ready(&self) -> Result<(), StoreError> {
        self.0.ready().await
    }
}

impl Asked {
    fn note(&self, right: Right) {
        let place = right.place();
        let bit = 1 << (place % 64);
        // It is set nearly always: then no other processor has to read it again.
        if let Some(word) = self.0.get(place / 64)
            && word.load(Relaxed) & bit == 0
        {
            word.fetch_or(bit, Relaxed);
        }
    }

    fn take(&self) -> Vec<Right> {
        let words = self.0.each_ref().map(|word| word.swap(0, Relaxed));
        let was_asked = |right: &Right| {
            let place = right.place();
            let word = words.get(place / 64).copied().unwrap_or(0);
            word & (1 << (place % 64)) != 0
        };
        let rights = RIGHTS.iter().map(|row| row.right);
        rights.filter(was_asked).collect()
    }
}

impl App {
    /// Which rights were asked for since this was called last.
    #[must_use]
    pub fn rights_asked(&self) -> Vec<Right> {
        self.asked.take()
    }

    /// The context of somebody who acts nowhere in particular yet.
    pub(crate) fn acting(self: &Arc<Self>, actor: Actor) -> Cx {
        Cx {
            app: Arc::clone(self),
            actor,
            place: Place::Platform,
            now: self.now(),
            request_id: String::new(),
            client_ip: None,
        }
    }

    /// The context of what the platform does by itself.
    pub(crate) fn job(self: &Arc<Self>, job: Job) -> Cx {
        self.acting(Actor::Job(job))
    }

    /// The context of a command of this machine.
    #[must_use]
    pub fn machine(self: &Arc<Self>, machine: Machine) -> Cx {
        self.acting(Actor::Machine(Arc::new(machine)))
    }
}

impl Cx {
    /// The context of somebody who has proved to be this, in a shop.
    pub(crate) fn in_shop(
        app: &Arc<App>,
        actor: Actor,
        merchant: &Merchant,
        request_id: String,
    ) -> Self {
        Self {
            app: Arc::clone(app),
            actor,
            place: Place::Shop(Arc::clone(&merchant.shop), Arc::clone(&merchant.tariffs)),
            now: merchant.shop.now(app.now()),
            request_id,
            client_ip: None,
        }
    }

    /// The same context, of a request from this address.
    #[must_use]
    pub fn from(mut self, client_ip: Option<IpAddr>) -> Self {
        self.client_ip = client_ip;
        self
    }

    /// The same actor in this shop.
    pub(crate) async fn at(&self, shop: ShopId) -> Result<Self, Error> {
        let merchant = self.app.merchant_of(shop).await?;
        let (app, actor) = (&self.app, self.actor.clone());
        Ok(Self::in_shop(app, actor, &merchant, self.request_id.clone()).from(self.client_ip))
    }

    /// The platform.
    #[must_use]
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// Who acts.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The request's id; empty for what the platform does by itself.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// Asks for a right by its name: what it opens in the shop.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if they have not got it.
    pub fn require(&self, right: Right) -> Result<Allowed, Error> {
        self.check(right)?;
        match &self.place {
            Place::Shop(shop, tariffs) => Ok(Allowed {
                app: Arc::clone(&self.app),
                shop: Arc::clone(shop),
                tariffs: Arc::clone(tariffs),
                now: self.now,
                client_ip: self.client_ip,
                actor: self.actor.clone(),
                right,
            }),
            Place::Platform => Err(Error::defect("a right in a shop, and no shop")),
        }
    }

    /// Asks for a right in this shop.
    pub(crate) async fn require_in(&self, shop: ShopId, right: Right) -> Result<Allowed, Error> {
        self.check(right)?;
        self.at(shop).await?.require(right)
    }

    /// Asks for a right by its name: what it opens on the platform, rows of any shop.
    pub(crate) fn require_any_shop(&self, right: Right) -> Result<AnyShop, Error> {
        self.check(right)?;
        let cx = self.clone();
        Ok(AnyShop { cx, right })
    }

    fn check(&self, right: Right) -> Result<(), Error> {
        self.app.asked.note(right);
        if self.actor.may(right) {
            return Ok(());
        }
        Err(Error::Forbidden { right })
    }

    /// How far notifications may go.
    #[must_use]
    pub fn reach(&self) -> Reach {
        self.app.settings.reach
    }

    /// Refuses what a shop that is switched off may not begin.
    ///
    /// # Errors
    /// [`Refusal::ShopDisabled`]
    pub fn require_enabled(&self) -> Result<(), Error> {
        match &self.place {
            Place::Shop(shop, _tariffs) => enabled(shop),
            Place::Platform => Ok(()),
        }
    }
}

/// The line that what somebody does by hand leaves in the journal of actions; `None` for what
/// programs and the platform do by themselves.
fn line(app: &App, actor: &Actor, right: Right) -> Option<Action> {
    let machine = match actor {
        Actor::Machine(machine) => machine,
        Actor::Key(_)
        | Actor::Gateway(_)
        | Actor::Application(_)
        | Actor::Client(_)
        | Actor::Payer(_)
        | Actor::Visitor
        | Actor::Demo
        | Actor::Job(_) => return None,
    };
    let done_at = app.now();
    let id = action_id(machine, done_at);
    Some(Action {
        id,
        done_at,
        role: actor.role(),
        who: machine.account.clone(),
        way: machine.command.clone(),
        right,
        shop_id: None,
        object: None,
    })
}

/// An id that draws nothing of what other ids are drawn from: whether a line is written changes no
/// other id of a simulation.
fn action_id(machine: &Machine, at: Timestamp) -> ActionId {
    /// How many lines this process has begun.
    static BEGUN: AtomicU64 = AtomicU64::new(0);
    let number = BEGUN.fetch_add(1, Relaxed);
    let process = std::process::id();
    let text = format!(
        "{} {} {process} {number} {}",
        machine.account,
        machine.command,
        at.as_micros()
    );
    let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    let (first, _rest) = digest.split_at(8);
    let random = first
        .iter()
        .fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
    ActionId::new(IdSeed { at, random })
}

fn enabled(shop: &Shop) -> Result<(), Error> {
    if shop.enabled {
        return Ok(());
    }
    Err(Refusal::ShopDisabled.into())
}

impl Allowed {
    /// Returns whether who acts has this right too, for what an answer shows.
    pub(crate) fn may(&self, right: Right) -> bool {
        self.actor.may(right)
    }

    /// The application that is asking; `None` where none is.
    pub(crate) fn application(&self) -> Option<ApplicationId> {
        self.grant().map(|grant| grant.application_id)
    }

    /// What the application that is asking was granted; `None` where none is.
    pub(crate) fn grant(&self) -> Option<&Grant> {
        match &self.actor {
            Actor::Application(grant) => Some(grant),
            Actor::Key(_)
            | Actor::Gateway(_)
            | Actor::Client(_)
            | Actor::Payer(_)
            | Actor::Visitor
            | Actor::Demo
            | Actor::Job(_)
            | Actor::Machine(_) => None,
        }
    }

    /// Refuses what a shop that is switched off may not begin.
    pub(crate) fn require_enabled(&self) -> Result<(), Error> {
        enabled(&self.shop)
    }

    /// The same at the present moment: a call to the outside has taken its time.
    pub(crate) fn later(&self) -> Self {
        Self {
            now: self.shop.now(self.app.now()),
            ..self.clone()
        }
    }

    /// The shop's time at the present moment, wherever its clock was moved meanwhile.
    pub(crate) async fn present(&self) -> Result<Timestamp, Error> {
        let merchant = self.app.merchant_of(self.shop.id).await?;
        Ok(merchant.shop.now(self.app.now()))
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
        let pause = Duration::from_millis(shortest.saturating_add(random));
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
        let line = line(&self.app, &self.actor, self.right);
        let rows = &self.app.rows;
        rows.0
            .write(self.shop.id, move |tx: &mut Tx<'_>| {
                let mut work = Work {
                    tx,
                    cx: &cx,
                    ids: Mint::new(cx.now, seed),
                    cards: cards.clone(),
                    object: None,
                };
                let done = unit(&mut work)?;
                if let Some(line) = &line {
                    let line = Action {
                        shop_id: Some(cx.shop.id),
                        object: work.object.take(),
                        ..line.clone()
                    };
                    store::action::insert(work.tx, &line)?;
                }
                Ok(done)
            })
            .await
            .map_err(Error::settled)
    }

    /// Reads.
    ///
    /// # Errors
    /// The unit's, or the storage fails.
    pub async fn read<T, F>(&self, unit: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Fn(&mut Conn<'_>) -> Result<T, Error> + Send + 'static,
    {
        self.app.rows.0.read(unit).await.map_err(Error::settled)
    }

    /// Reads what may be a lot, behind everything else, and not longer than this. It ends when
    /// nobody waits for it any more.
    pub(crate) async fn read_patiently<T, F>(&self, time_max: Duration, unit: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Fn(&mut Conn<'_>) -> Result<T, Error> + Send + 'static,
    {
        let read = self.app.rows.0.read_patiently(time_max, unit);
        read.await.map_err(Error::settled)
    }
}

impl AnyShop {
    /// The platform.
    pub(crate) fn app(&self) -> &Arc<App> {
        &self.cx.app
    }

    /// Reads rows of any shop.
    pub(crate) async fn read<T, F>(&self, unit: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Fn(&mut Conn<'_>) -> Result<T, Error> + Send + 'static,
    {
        self.cx.app.rows.0.read(unit).await.map_err(Error::settled)
    }

    /// Reads what may be a lot, behind everything else, and not longer than this. It ends when
    /// nobody waits for it any more.
    pub(crate) async fn read_patiently<T, F>(&self, time_max: Duration, unit: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Fn(&mut Conn<'_>) -> Result<T, Error> + Send + 'static,
    {
        let read = self.cx.app.rows.0.read_patiently(time_max, unit);
        read.await.map_err(Error::settled)
    }

    /// Writes rows of any shop. What somebody does by hand leaves a line in the journal.
    pub(crate) async fn write<T, F>(&self, unit: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    {
        self.write_about(move |tx| Ok((unit(tx)?, About::default())))
            .await
    }

    /// The same, and says what the unit was about.
    pub(crate) async fn write_about<T, F>(&self, unit: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<(T, About), Error> + Send + 'static,
    {
        let line = line(&self.cx.app, &self.cx.actor, self.right);
        self.write_part(move |tx| {
            let (done, about) = unit(tx)?;
            if let Some(line) = &line {
                let (shop_id, object) = (about.shop, about.object);
                let line = Action {
                    shop_id,
                    object,
                    ..line.clone()
                };
                store::action::insert(tx, &line)?;
            }
            Ok(done)
        })
        .await
    }

    /// Writes a part of what the journal tells of as a whole.
    pub(crate) async fn write_part<T, F>(&self, unit: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    {
        let written = self.cx.app.rows.0.write_any_shop(unit);
        written.await.map_err(Error::settled)
    }

    /// Writes rows of this shop, in its turn among the shop's other units.
    pub(crate) async fn write_in<T, F>(&self, shop: ShopId, unit: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    {
        let written = self.cx.app.rows.0.write(shop, unit);
        written.await.map_err(Error::settled)
    }
}

impl Work<'_, '_> {
    pub(crate) fn shop(&self) -> &Shop {
        &self.cx.shop
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.cx.now
    }

    /// Says what the unit is about, for the journal of actions.
    pub(crate) fn about(&mut self, object: impl ToString) {
        self.object = Some(object.to_string());
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

    /// Gives back what an earlier run of the unit has counted: this run tries no card.
    pub(crate) fn count_no_card(&self) {
        self.cards.undo(&self.cx.app.card_attempts);
    }

    /// The card of a token, by its hash, is tried by the operation that was counted.
    pub(crate) fn carry_over(&self, token: [u8; 32]) {
        self.cards.carry_over(&self.cx.app.card_attempts, token);
    }
}
