//! The merchant and the merchant's buyers: act at random, remember what they were told, and repeat
//! what nobody answered with the same key, as the documentation advises.

mod act;
mod buyer;
mod wish;

use std::collections::BTreeMap;
use std::sync::Arc;

use act::Act;
use anyhow::{Context as _, Result, ensure};
use app::Clock as _;
use card::{Card, CardNumber, Csc};
use connectors::courier::Reply;
use connectors::mail::Answer as MailAnswer;
use connectors::sandbox::{Decision, Order};
use domain::card::Expiry;
use domain::operation::{CALL_TIME_MAX, CLOCKS_APART_MAX};
use domain::{Duration, InvoiceId, OperationId, PaymentId, Timestamp};
use serde_json::Value;
use testkit::{Answer, World};

use crate::business::{BUYER, Business, By, HOOK, PHONE};
use crate::chance::Chance;
use crate::{Tally, UNITS_TO_CRASH_MAX, rounds};
pub(crate) use buyer::Bill;

/// Cards and what they do: paid at once, asked for 3-D Secure, declined.
const CARDS: [&str; 5] = [
    "5555555555554444",
    "5555555555554444",
    "5555555555554477",
    "5555555555554600",
    "4111111111111111",
];

/// Where objects are made; each of these keeps the key of its request among its notes, but for
/// receipts, which have none.
pub(crate) const MADE_AT: [&str; 6] = [
    "/payments",
    "/refunds",
    "/payouts",
    "/deals",
    "/invoices",
    "/receipts",
];

/// How long an answered request is repeated with its key. The platform remembers keys for a day.
const REPEATED_FOR: Duration = Duration::hours(23);

/// A day in seconds.
const DAY: i64 = 86_400;

/// How many answered requests may be repeated: the last ones.
const ANSWERED_MAX: usize = 12;

/// A request with its key.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) by: By,
    pub(crate) path: String,
    pub(crate) key: String,
    pub(crate) body: Value,
    sent_at: Timestamp,
}

/// A request and its answer, byte for byte.
#[derive(Clone, Debug)]
struct Answered {
    request: Request,
    bytes: Vec<u8>,
}

/// What the merchant and the buyers know.
pub(crate) struct Merchant {
    pub(crate) business: Business,
    requests: u64,
    /// Requests that were never answered.
    pub(crate) open: Vec<Request>,
    /// Requests that may be sent again.
    answered: Vec<Answered>,
    /// What was last said of each object, by its path.
    pub(crate) told: BTreeMap<String, Told>,
    /// The object that each key is about.
    keys: BTreeMap<String, String>,
    /// The path of the object that each key made.
    pub(crate) made: BTreeMap<String, String>,
    payments: BTreeMap<String, Known>,
    refunds: Vec<String>,
    /// Deals that were opened.
    deals: Vec<String>,
    /// Deals that a payment was taken in, with the units of the seller's part.
    filled: Vec<(String, u64)>,
    /// Payouts of deals that failed, by deal and units: the merchant tries them again.
    failed: Vec<(String, u64)>,
    /// Tokens of cards, used and unused.
    tokens: Vec<String>,
    /// Pages of the bank that a payer was sent to.
    pages: Vec<OperationId>,
    /// Invoices that were made.
    pub(crate) bills: BTreeMap<InvoiceId, Bill>,
    /// Payment pages that buyers of invoices have open.
    tabs: Vec<PaymentId>,
    /// How many notifications the merchant has read.
    read: usize,
}

/// What was last said of an object.
pub(crate) struct Told {
    pub(crate) by: By,
    pub(crate) status: String,
}

/// A payment as its merchant remembers it.
#[derive(Clone, Copy, Default)]
struct Known {
    units: u64,
    held: bool,
    taken: bool,
    in_deal: bool,
    split: bool,
}

impl Merchant {
    pub(crate) fn new(business: Business) -> Self {
        Self {
            business,
            requests: 0,
            open: Vec::new(),
            answered: Vec::new(),
            told: BTreeMap::new(),
            keys: BTreeMap::new(),
            made: BTreeMap::new(),
            payments: BTreeMap::new(),
            refunds: Vec::new(),
            deals: Vec::new(),
            filled: Vec::new(),
            failed: Vec::new(),
            tokens: Vec::new(),
            pages: Vec::new(),
            bills: BTreeMap::new(),
            tabs: Vec::new(),
            read: 0,
        }
    }

    /// One life of the platform, up to its crash.
    pub(crate) async fn live(
        &mut self,
        world: &World,
        chance: &mut Chance,
        tally: &mut Tally,
    ) -> Result<()> {
        let world = Arc::new(world.clone());
        let mut callbacks = world.app.callbacks();
        if chance.happens(300) {
            self.books_are_right(&world).await?;
        }
        // A repetition waits for the answer of the first request, which died in the crash; the
        // reconciler finds it when its time is over.
        world.clock.advance(CALL_TIME_MAX.plus(CLOCKS_APART_MAX));
        worker::run_due(&world.app).await?;
        self.repeat_open(&world, tally).await?;
        let (rounds, at_a_time) = rounds(chance);
        for round in 0..rounds {
            if chance.happens(300) {
                self.take_a_token(&world, chance).await;
            }
            strain(&world, chance);
            let crashes = round + 1 == rounds;
            let acts = self.acts(&world, at_a_time, crashes, chance);
            let until = crashes.then(|| chance.below(UNITS_TO_CRASH_MAX));
            self.act(&world, acts, until, tally).await?;
            if crashes {
                break;
            }
            if chance.happens(300) {
                world.bank.carry_out_late().await?;
                world.bank.release_callbacks(Order::Shuffled(chance.bits()));
            }
            if let Some(callbacks) = &mut callbacks {
                while let Ok(called) = callbacks.try_recv() {
                    // A callback of a call that the crash has undone is nobody's.
                    drop(app::hear(&world.app, called).await);
                }
            }
            self.read_notifications(&world)?;
            let wait = *chance.one_of(&[0, 1, 60, 600, 3_600, DAY]).unwrap_or(&0);
            if wait == DAY {
                // No bank takes longer: for so long what never arrived is looked at.
                world.bank.carry_out_late().await?;
            }
            world.clock.advance(Duration::seconds(wait));
            if chance.happens(600) {
                worker::run_due(&world.app).await?;
            }
        }
        Ok(())
    }

    /// The books are right at every moment, also in the middle of everything.
    async fn books_are_right(&self, world: &World) -> Result<()> {
        let report = app::audit::run(&world.machine()).await?;
        let findings = report.findings;
        ensure!(findings.is_empty(), "after a crash: {findings:#?}");
        Ok(())
    }

    /// What happens at the same time.
    fn acts(
        &mut self,
        world: &World,
        at_a_time: u64,
        crashes: bool,
        chance: &mut Chance,
    ) -> Vec<Act> {
        let now = world.clock.now();
        let mut acts = Vec::new();
        for _ in 0..at_a_time {
            match chance.below(10) {
                0..=2 => acts.extend(self.next_visits(chance)),
                3 if !self.answered.is_empty() => acts.extend(self.repetition(now, chance)),
                _ => acts.extend(self.next_request(now, chance).map(Act::Ask)),
            }
        }
        for operation in std::mem::take(&mut self.pages) {
            let decision = match chance.below(4) {
                0 => Decision::Decline,
                1 => Decision::Close,
                _ => Decision::Approve,
            };
            // Some stay on the page for a while.
            match chance.happens(200) {
                true => self.pages.push(operation),
                false => acts.push(Act::Decide(operation, decision)),
            }
        }
        for (act, often) in [(Act::Jobs, 200), (Act::Mail, 400), (Act::Carry, 400)] {
            if crashes || chance.happens(often) {
                acts.push(act);
            }
        }
        acts
    }

    /// One of the last answered requests, once more.
    fn repetition(&self, now: Timestamp, chance: &mut Chance) -> Option<Act> {
        let answered = chance.one_of(&self.answered)?;
        let fresh = now < answered.request.sent_at.plus(REPEATED_FOR);
        fresh.then(|| Act::Repeat(answered.request.clone(), answered.bytes.clone()))
    }

    /// Repeats what nobody answered, with the same keys.
    pub(crate) async fn repeat_open(&mut self, world: &World, tally: &mut Tally) -> Result<()> {
        for request in std::mem::take(&mut self.open) {
            let credentials = self.business.credentials(request.by);
            let answer = act::send(world, &credentials, &request).await;
            self.told(&request, &answer, tally)?;
        }
        Ok(())
    }

    /// A page of the shop exchanges a payer's card for a token, unless the bank is silent.
    async fn take_a_token(&mut self, world: &World, chance: &mut Chance) {
        if let Some(card) = chance.one_of(&CARDS).and_then(|number| card(number)) {
            let made = app::token::for_payment(&world.app, self.business.shop.id, card, None).await;
            self.tokens.extend(made.ok());
        }
    }

    /// The platform's answer: what it may say, and what it said before.
    fn told(&mut self, request: &Request, answer: &Answer, tally: &mut Tally) -> Result<()> {
        let status = answer.status.as_u16();
        // The card could not be looked up, or the first request's answer is still to come: the
        // documentation says to repeat it with its key.
        let unanswered = status == 503 && answer.json().get("retry_after").is_some();
        if unanswered || (status == 500 && request.path == "/payouts") {
            self.open.push(request.clone());
            return Ok(());
        }
        // A partner without a register has no receipts.
        let forbidden = status == 403 && request.path == "/receipts";
        ensure!(
            matches!(status, 200 | 400) || forbidden,
            "{} got {status}: {}",
            request.path,
            answer.json()
        );
        if status != 200 {
            return Ok(());
        }
        let (id, status) = (answer.text("/id"), answer.text("/status"));
        let before = self.keys.insert(request.key.clone(), id.clone());
        ensure!(
            before.is_none_or(|before| before == id),
            "key {} made two objects",
            request.key
        );
        if self.answered.len() == ANSWERED_MAX {
            self.answered.remove(0);
        }
        self.answered.push(Answered {
            request: request.clone(),
            bytes: answer.bytes.clone(),
        });
        let by = request.by;
        let noun = request.path.split('/').nth(1).unwrap_or_default();
        let path = format!("/{noun}/{id}");
        if MADE_AT.contains(&request.path.as_str()) {
            self.made.insert(request.key.clone(), path.clone());
        }
        if noun != "deals" {
            self.note(path, by, &status)?;
        }
        match (noun, by) {
            ("deals", _) => {
                tally.deals += 1;
                self.deals.push(id);
            }
            ("payouts", By::Shop) => {
                tally.payouts += 1;
                let json = answer.json();
                let deal = json.pointer("/deal/id").and_then(Value::as_str);
                let failed = deal.filter(|_| answer.text("/status") == "canceled");
                if let Some(deal) = failed {
                    self.failed.push((deal.to_owned(), units(&json)?));
                }
            }
            ("payouts", By::Gateway) => tally.gateway_payouts += 1,
            ("refunds", _) => self.refunds.push(id),
            ("payments", _) => self.told_of_payment(request, answer, id, tally)?,
            ("invoices", _) => {
                tally.invoices += 1;
                self.bills.insert(id.parse()?, Bill::of(&request.body)?);
            }
            _ => {}
        }
        Ok(())
    }

    /// Keeps what was said of an object. Two people may hear of it out of order, but never two ends
    /// of it.
    fn note(&mut self, path: String, by: By, status: &str) -> Result<()> {
        if let Some(before) = self.told.get(&path).filter(|it| is_end(&it.status)) {
            let same = !is_end(status) || before.status == status;
            ensure!(same, "{path} was {} and is {status}", before.status);
            return Ok(());
        }
        let status = status.to_owned();
        self.told.insert(path, Told { by, status });
        Ok(())
    }

    fn told_of_payment(
        &mut self,
        request: &Request,
        answer: &Answer,
        id: String,
        tally: &mut Tally,
    ) -> Result<()> {
        let json = answer.json();
        let has = |member| request.body.get(member).is_some();
        if request.path == "/payments" {
            tally.payments += 1;
            tally.in_deals += u64::from(has("deal"));
            tally.split += u64::from(has("transfers"));
            tally.by_token += u64::from(has("payment_token"));
            let url = json
                .pointer("/confirmation/confirmation_url")
                .and_then(Value::as_str);
            let page = url.and_then(|url| url.split("operation=").nth(1));
            self.pages
                .extend(page.and_then(|page| page.parse::<OperationId>().ok()));
            let known = Known {
                in_deal: has("deal"),
                split: has("transfers"),
                ..Known::default()
            };
            self.payments.insert(id.clone(), known);
        }
        let deal = json.pointer("/deal/id").and_then(Value::as_str);
        if let Some(deal) = deal.filter(|_| answer.text("/status") == "succeeded") {
            let part = json.pointer("/deal/settlements/0");
            let part = units(part.context("a deal without the seller's part")?)?;
            self.filled.push((deal.to_owned(), part));
        }
        if let Some(known) = self.payments.get_mut(&id) {
            known.units = units(&json)?;
            known.stands(&answer.text("/status"));
        }
        Ok(())
    }

    /// Payments of invoices are not the merchant's own requests: notifications tell of them.
    fn read_notifications(&mut self, world: &World) -> Result<()> {
        let parcels = world.courier.parcels();
        for parcel in parcels.get(self.read..).unwrap_or_default() {
            let body: Value = serde_json::from_str(&parcel.body)?;
            let object = body.get("object").context("a notification of nothing")?;
            let id = object.get("id").and_then(Value::as_str);
            let of_invoice = object.get("invoice_details").is_some();
            if let Some(id) = id.filter(|id| of_invoice || self.payments.contains_key(*id)) {
                let known = self.payments.entry(id.to_owned()).or_default();
                known.units = units(object)?;
                known.stands(
                    object
                        .get("status")
                        .and_then(Value::as_str)
                        .unwrap_or_default(),
                );
            }
        }
        self.read = parcels.len();
        Ok(())
    }
}

impl Known {
    fn stands(&mut self, status: &str) {
        self.held = status == "waiting_for_capture" && !self.taken;
        self.taken |= status == "succeeded";
    }
}

/// Returns whether this status is a last one.
pub(crate) fn is_end(status: &str) -> bool {
    matches!(status, "succeeded" | "canceled")
}

/// The whole units of an object's amount.
fn units(object: &Value) -> Result<u64> {
    let value = object.pointer("/amount/value").and_then(Value::as_str);
    let units = value.and_then(|value| value.split('.').next());
    Ok(units.context("no amount")?.parse()?)
}

/// A card of a test.
fn card(number: &str) -> Option<Card> {
    Some(Card {
        number: CardNumber::parse(number)?,
        expiry: Expiry::new(2030, 12)?,
        csc: Csc::parse("123"),
    })
}

/// Servers of other people have no time now and then.
fn strain(world: &World, chance: &mut Chance) {
    for address in [BUYER, PHONE] {
        while chance.happens(300) {
            world.mailer.next(address, MailAnswer::failed("451 later"));
        }
    }
    while chance.happens(300) {
        let reply = match chance.below(3) {
            0 => Reply::failed("connection refused"),
            1 => Reply::status(503),
            _ => Reply::status(302),
        };
        world.courier.next(HOOK, reply);
    }
}
