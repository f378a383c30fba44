//! The platform and its parts: storage, the outside, clock and randomness. One for the whole
//! process.

mod counts;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use connectors::{Connectors, Courier, Fiscal, Mailer, SmsGateway};
use contract::Links;
use domain::access::Job;
use domain::message::Channel;
use domain::{
    Duration, Grant, OperationId, PaymentId, PaymentMethodId, Reach, Right, Shop, ShopId, Tariff,
    Timestamp,
};
use store::Store;
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

use crate::attempts::Attempts;
use crate::card_attempts::{CardAttempts, CardLimits};
use crate::cx::{Asked, Rows};
use crate::discrepancy::Found;
use crate::error::Error;
use crate::figures::Happened;
use crate::heard::{Kept, Script};
use crate::letter::Letters;
use crate::once::Seen;
use crate::ports::{Clock, Random};
use crate::sealing::Sealing;
use crate::use_of_keys::UseOfKeys;

/// How long what is remembered of a shop is used before the database is asked again.
pub const MERCHANT_FRESH: Duration = Duration::seconds(1);
/// Most shops that are kept in memory.
const MERCHANTS_MAX: usize = 10_000;
/// Most tokens that are kept in memory.
const BEARERS_MAX: usize = 10_000;

/// What the platform is made of.
pub struct Parts {
    /// Storage.
    pub store: Store,
    /// The connectors, which take payers' money and send money to persons.
    pub connectors: Connectors,
    /// Registers receipts.
    pub fiscal: Arc<dyn Fiscal>,
    /// Sends notifications.
    pub courier: Arc<dyn Courier>,
    /// Sends mail.
    pub mailer: Arc<dyn Mailer>,
    /// Sends SMS.
    pub sms: Arc<dyn SmsGateway>,
    /// Puts letters into words.
    pub letters: Arc<dyn Letters>,
    /// Seals secrets.
    pub sealing: Arc<Sealing>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// The operator's settings.
    pub settings: Settings,
}

/// The operator's settings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Addresses of the pages that payers are sent to.
    pub links: Links,
    /// How long a call to an acquirer may take.
    pub call_time_max: std::time::Duration,
    /// Most notifications under way to one webhook at a time.
    pub deliveries_per_webhook_max: u32,
    /// Which addresses notifications may be sent to.
    pub reach: Reach,
    /// How often cards may be tried.
    pub card_limits: CardLimits,
}

/// The platform.
pub struct App {
    pub(crate) rows: Rows,
    pub(crate) asked: Asked,
    pub(crate) connectors: Connectors,
    pub(crate) fiscal: Arc<dyn Fiscal>,
    pub(crate) courier: Arc<dyn Courier>,
    pub(crate) mailer: Arc<dyn Mailer>,
    pub(crate) sms: Arc<dyn SmsGateway>,
    pub(crate) letters: Arc<dyn Letters>,
    pub(crate) sealing: Arc<Sealing>,
    pub(crate) settings: Settings,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    merchants: Mutex<HashMap<ShopId, Merchant>>,
    bearers: Mutex<HashMap<[u8; 32], Bearer>>,
    /// Attempts to prove on a page who a shop is.
    pub(crate) attempts: Attempts,
    /// Attempts to pay by card.
    pub(crate) card_attempts: CardAttempts,
    pub(crate) use_of_keys: UseOfKeys,
    /// Idempotency keys.
    pub(crate) keys_seen: Seen,
    deliveries_waiting: Notify,
    /// One for each channel.
    messages_waiting: [Notify; Channel::ALL.len()],
    /// Counts of events, for metrics.
    pub(crate) happened: Happened,
    /// Counts of discrepancies, for metrics.
    pub(crate) discrepancies: Found,
    /// Since when this process knows that the outside does not know an operation.
    pub(crate) absent: Mutex<HashMap<OperationId, Timestamp>>,
    /// Calls that go on although nobody waits for them.
    pub(crate) tasks: TaskTracker,
    /// Answers that wait to be written.
    pub(crate) kept: Kept,
}

/// A shop with its price list and the keys that were seen, as of a moment ago.
#[derive(Clone)]
pub(crate) struct Merchant {
    pub(crate) shop: Arc<Shop>,
    pub(crate) tariffs: Arc<[Tariff]>,
    pub(crate) key_hash: Option<[u8; 32]>,
    read_at: Timestamp,
}

/// A token's grant with its shop, as of a moment ago.
#[derive(Clone)]
pub(crate) struct Bearer {
    pub(crate) merchant: Merchant,
    pub(crate) grant: Arc<Grant>,
}

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(parts: Parts) -> Arc<Self> {
        let card_attempts = CardAttempts::new(parts.settings.card_limits, parts.random.seed());
        Arc::new(Self {
            rows: Rows::closed(parts.store),
            asked: Asked::default(),
            connectors: parts.connectors,
            fiscal: parts.fiscal,
            courier: parts.courier,
            mailer: parts.mailer,
            sms: parts.sms,
            letters: parts.letters,
            sealing: parts.sealing,
            settings: parts.settings,
            clock: parts.clock,
            random: parts.random,
            merchants: Mutex::default(),
            bearers: Mutex::default(),
            attempts: Attempts::default(),
            card_attempts,
            use_of_keys: UseOfKeys::default(),
            keys_seen: Seen::default(),
            deliveries_waiting: Notify::new(),
            messages_waiting: Channel::ALL.map(|_| Notify::new()),
            happened: Happened::default(),
            discrepancies: Found::default(),
            absent: Mutex::default(),
            tasks: TaskTracker::new(),
            kept: Kept::default(),
        })
    }

    /// The platform's time; a test shop's own may be ahead of it.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// 64 random bits.
    #[must_use]
    pub fn random_bits(&self) -> u64 {
        self.random.bits()
    }

    /// 256 random bits.
    pub(crate) fn random_seed(&self) -> [u8; 32] {
        self.random.seed()
    }

    /// What seals secrets.
    #[must_use]
    pub fn sealing(&self) -> &Sealing {
        &self.sealing
    }

    /// The storage's own figures.
    #[must_use]
    pub fn statistics(&self) -> store::Statistics {
        self.rows.statistics()
    }

    /// How many answers were heard that the storage has not taken yet: they are tried again.
    #[must_use]
    pub fn answers_waiting(&self) -> u64 {
        self.kept.count()
    }

    /// How often the storage did not take an answer that was heard.
    #[must_use]
    pub fn answers_refused(&self) -> u64 {
        self.kept.troubles()
    }

    /// The troubles that tests and simulations order for answers that are written down.
    #[must_use]
    pub fn storage_script(&self) -> &Script {
        self.kept.script()
    }

    /// Checks that the storage answers and writes.
    ///
    /// # Errors
    /// It does not.
    pub async fn ready(&self) -> Result<(), Error> {
        Ok(self.rows.ready().await?)
    }

    /// Addresses of the pages that payers are sent to.
    #[must_use]
    pub fn links(&self) -> &Links {
        &self.settings.links
    }

    /// Where a payer comes back to from a bank's page.
    pub(crate) fn payment_returned(&self, id: PaymentId) -> String {
        let base = &self.settings.links.checkout_url;
        format!("{base}/checkout/payments/v2/return?orderId={id}")
    }

    /// Where a payer comes back to from a bank's page who binds a card.
    pub(crate) fn binding_returned(&self, id: PaymentMethodId) -> String {
        let base = &self.settings.links.checkout_url;
        format!("{base}/checkout/bind/return?id={id}")
    }

    /// Most notifications under way to one webhook at a time.
    #[must_use]
    pub fn deliveries_per_webhook_max(&self) -> u32 {
        self.settings.deliveries_per_webhook_max
    }

    /// Waits for calls that go on in the background, and until local banks have written down what
    /// they answered: before the process ends, and in tests.
    pub async fn settled(&self) {
        self.tasks.close();
        self.tasks.wait().await;
        self.tasks.reopen();
        for local in self.connectors.iter().filter_map(|one| one.local.as_ref()) {
            local.settled().await;
        }
    }

    /// Waits until there may be notifications to carry.
    pub async fn deliveries_waiting(&self) {
        self.deliveries_waiting.notified().await;
    }

    pub(crate) fn wake_deliveries(&self) {
        self.deliveries_waiting.notify_one();
    }

    /// Waits until there may be messages of this channel to send.
    pub async fn messages_waiting(&self, channel: Channel) {
        for (own, waiting) in Channel::ALL.iter().zip(&self.messages_waiting) {
            if *own == channel {
                waiting.notified().await;
            }
        }
    }

    pub(crate) fn wake_messages(&self) {
        for waiting in &self.messages_waiting {
            waiting.notify_one();
        }
    }

    /// A shop with its price list, as of a moment ago.
    pub(crate) async fn merchant_of(self: &Arc<Self>, shop: ShopId) -> Result<Merchant, Error> {
        if let Some(merchant) = self.merchant(shop, None) {
            return Ok(merchant);
        }
        let merchant = self.read_merchant(shop).await?;
        let merchant = merchant.ok_or_else(|| Error::not_found("shop", shop))?;
        Ok(self.remember(merchant))
    }

    /// What is remembered of a shop, if it is fresh and, when a key is given, was seen with this
    /// key.
    pub(crate) fn merchant(&self, shop: ShopId, key_hash: Option<&[u8; 32]>) -> Option<Merchant> {
        let fresh_from = self.now().minus(MERCHANT_FRESH);
        let merchants = self
            .merchants
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let merchant = merchants
            .get(&shop)
            .filter(|merchant| fresh_from <= merchant.read_at)?;
        let known = key_hash.is_none_or(|hash| merchant.key_hash.as_ref() == Some(hash));
        known.then(|| merchant.clone())
    }

    pub(crate) fn remember(&self, merchant: Merchant) -> Merchant {
        let mut merchants = self
            .merchants
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if merchants.len() >= MERCHANTS_MAX {
            merchants.clear();
        }
        merchants.insert(merchant.shop.id, merchant.clone());
        merchant
    }

    /// What is remembered of the token with this hash, if it is fresh.
    pub(crate) fn bearer(&self, token_hash: &[u8; 32]) -> Option<Bearer> {
        let fresh_from = self.now().minus(MERCHANT_FRESH);
        let bearers = self.bearers.lock().unwrap_or_else(PoisonError::into_inner);
        bearers
            .get(token_hash)
            .filter(|bearer| fresh_from <= bearer.merchant.read_at)
            .cloned()
    }

    pub(crate) fn remember_bearer(&self, token_hash: [u8; 32], bearer: Bearer) -> Bearer {
        let mut bearers = self.bearers.lock().unwrap_or_else(PoisonError::into_inner);
        if bearers.len() >= BEARERS_MAX {
            bearers.clear();
        }
        bearers.insert(token_hash, bearer.clone());
        bearer
    }

    /// Forgets what is remembered of a shop and of its tokens, because something of it has just
    /// been changed.
    pub(crate) fn forget(&self, shop: ShopId) {
        self.bearers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|_, bearer| bearer.merchant.shop.id != shop);
        self.merchants
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&shop);
    }

    async fn read_merchant(self: &Arc<Self>, shop: ShopId) -> Result<Option<Merchant>, Error> {
        let read_at = self.now();
        let door = self.job(Job::Door).require_any_shop(Right::CallerProve)?;
        let read = move |conn: &mut store::Conn<'_>| {
            let Some(found) = store::shop::find(conn, shop)? else {
                return Ok(None);
            };
            let tariffs = store::tariff::list(conn, shop)?;
            Ok(Some(Merchant::new(found, tariffs, None, read_at)))
        };
        door.read(read).await
    }
}

impl Merchant {
    pub(crate) fn new(
        shop: Shop,
        tariffs: Vec<Tariff>,
        key_hash: Option<[u8; 32]>,
        read_at: Timestamp,
    ) -> Self {
        Self {
            shop: Arc::new(shop),
            tariffs: tariffs.into(),
            key_hash,
            read_at,
        }
    }
}
