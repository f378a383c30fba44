//! The merchant: acts at random, remembers what it was told, and repeats what nobody answered
//! with the same key, as the documentation advises.

mod wish;

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Result, ensure};
use connectors::mail::Answer as MailAnswer;
use connectors::sandbox::{Decision, Order};
use domain::card::{Card, CardNumber, Csc, Expiry};
use domain::{Duration, OperationId};
use serde_json::Value;
use testkit::{Answer, World};
use tokio::task::JoinSet;

use crate::business::{Business, By};
use crate::chance::Chance;
use crate::{Tally, rounds};

/// Cards and what they do: paid at once, asked for 3-D Secure, declined.
const CARDS: [&str; 4] = [
    "5555555555554444",
    "5555555555554477",
    "5555555555554600",
    "4111111111111111",
];

/// To whom overviews of payments are mailed.
const BUYER: &str = "buyer@shop.example";

/// A request with its key.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) by: By,
    pub(crate) path: String,
    pub(crate) key: String,
    pub(crate) body: Value,
}

/// What the merchant knows.
pub(crate) struct Merchant {
    pub(crate) business: Business,
    requests: u64,
    /// Requests that were never answered.
    pub(crate) open: Vec<Request>,
    /// What it was told of each object, by its path.
    pub(crate) told: BTreeMap<String, Told>,
    /// The object that each key made.
    keys: BTreeMap<String, String>,
    payments: BTreeMap<String, Known>,
    refunds: Vec<String>,
    /// Deals that were opened.
    deals: Vec<String>,
    /// Deals that a payment was taken in.
    filled: Vec<String>,
    /// Tokens of cards, used and unused.
    tokens: Vec<String>,
    /// Pages of the bank that a payer was sent to.
    pages: Vec<OperationId>,
}

/// What was last said of an object.
pub(crate) struct Told {
    pub(crate) by: By,
    pub(crate) status: String,
}

/// A payment as its merchant remembers it.
struct Known {
    units: u64,
    in_deal: bool,
    split: bool,
}

impl Merchant {
    pub(crate) fn new(business: Business) -> Self {
        Self {
            business,
            requests: 0,
            open: Vec::new(),
            told: BTreeMap::new(),
            keys: BTreeMap::new(),
            payments: BTreeMap::new(),
            refunds: Vec::new(),
            deals: Vec::new(),
            filled: Vec::new(),
            tokens: Vec::new(),
            pages: Vec::new(),
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
        // A repetition waits for the answer of the first request, which died in the crash; the
        // reconciler finds it when its time is over.
        world.clock.advance(domain::operation::CALL_TIME_MAX);
        worker::run_due(&world.app).await?;
        self.repeat_open(&world, tally).await?;
        let (rounds, at_a_time) = rounds(chance);
        for round in 0..rounds {
            if chance.happens(300) {
                self.take_a_token(&world, chance).await;
            }
            let mut requests = Vec::new();
            for _ in 0..at_a_time {
                requests.extend(self.next_request(chance));
            }
            let crashes = round + 1 == rounds;
            self.mail(&world, chance, crashes).await;
            self.send_all(&world, requests, crashes.then(|| chance.below(40)), tally)
                .await?;
            if crashes {
                break;
            }
            self.payers_decide(&world, chance).await;
            if chance.happens(300) {
                world.bank.carry_out_late()?;
                world.bank.release_callbacks(Order::Shuffled(chance.bits()));
            }
            if let Some(callbacks) = &mut callbacks {
                while let Ok(callback) = callbacks.try_recv() {
                    // A callback of a call that the crash has undone is nobody's.
                    drop(app::hear(&world.app, callback.operation, callback.answer).await);
                }
            }
            let wait = *chance.one_of(&[0, 1, 60, 600, 3_600, 86_400]).unwrap_or(&0);
            world.clock.advance(Duration::seconds(wait));
            if chance.happens(600) {
                worker::run_due(&world.app).await?;
            }
        }
        Ok(())
    }

    /// Repeats what nobody answered, with the same keys.
    pub(crate) async fn repeat_open(&mut self, world: &World, tally: &mut Tally) -> Result<()> {
        for request in std::mem::take(&mut self.open) {
            let answer = self.post(world, &request).await;
            self.told(&request, &answer, tally)?;
        }
        Ok(())
    }

    async fn post(&self, world: &World, request: &Request) -> Answer {
        let credentials = self.business.credentials(request.by);
        send(world, &credentials, request).await
    }

    /// Messages go out, to a server that has no time now and then. In the last round the crash
    /// comes while they do.
    async fn mail(&self, world: &Arc<World>, chance: &mut Chance, crashes: bool) {
        while chance.happens(400) {
            world.mailer.next(BUYER, MailAnswer::failed("451 later"));
        }
        if crashes {
            let world = Arc::clone(world);
            drop(tokio::spawn(async move { world.send_messages().await }));
        } else if chance.happens(500) {
            world.send_messages().await;
        }
    }

    /// Sends requests at the same time; `patience` is how many wake-ups pass before the crash.
    async fn send_all(
        &mut self,
        world: &Arc<World>,
        requests: Vec<Request>,
        patience: Option<u64>,
        tally: &mut Tally,
    ) -> Result<()> {
        let mut tasks = JoinSet::new();
        for request in &requests {
            let (world, request) = (Arc::clone(world), request.clone());
            let credentials = self.business.credentials(request.by);
            tasks.spawn(async move {
                let answer = send(&world, &credentials, &request).await;
                (request, answer)
            });
        }
        let mut answered = Vec::new();
        match patience {
            None => {
                while let Some(done) = tasks.join_next().await {
                    answered.push(done?);
                }
            }
            Some(patience) => {
                for _ in 0..patience {
                    tokio::task::yield_now().await;
                    while let Some(done) = tasks.try_join_next() {
                        answered.push(done?);
                    }
                }
                tasks.abort_all();
            }
        }
        tally.requests += u64::try_from(requests.len())?;
        for request in requests {
            let answer = answered.iter().find(|(done, _)| done.key == request.key);
            match answer {
                Some((_, answer)) => self.told(&request, answer, tally)?,
                None => {
                    tally.unanswered += 1;
                    self.open.push(request);
                }
            }
        }
        Ok(())
    }

    /// A page of the shop exchanges a payer's card for a token, unless the bank is silent.
    async fn take_a_token(&mut self, world: &World, chance: &mut Chance) {
        let number = chance.one_of(&CARDS).and_then(|it| CardNumber::parse(it));
        let expiry = Expiry::new(2030, 12);
        if let (Some(number), Some(expiry)) = (number, expiry) {
            let csc = Csc::parse("123");
            let card = Card {
                number,
                expiry,
                csc,
            };
            let made = app::token::for_payment(&world.app, self.business.shop.id, card).await;
            self.tokens.extend(made.ok());
        }
    }

    /// Payers on the bank's pages confirm, refuse or go away.
    async fn payers_decide(&mut self, world: &World, chance: &mut Chance) {
        for operation in std::mem::take(&mut self.pages) {
            let decision = match chance.below(4) {
                0 => Decision::Decline,
                1 => Decision::Close,
                _ => Decision::Approve,
            };
            // A page that the bank does not know is one whose payment is lost.
            drop(app::sandbox::decide(&world.app, operation, decision).await);
        }
    }

    /// The platform's answer: what it may say, and what it said before.
    fn told(&mut self, request: &Request, answer: &Answer, tally: &mut Tally) -> Result<()> {
        let status = answer.status.as_u16();
        // The card could not be looked up: the documentation says to repeat it with its key.
        if status == 500 && request.path == "/payouts" {
            self.open.push(request.clone());
            return Ok(());
        }
        ensure!(
            matches!(status, 200 | 400),
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
        let by = request.by;
        let noun = request.path.split('/').nth(1).unwrap_or_default();
        if noun != "deals" {
            let path = format!("/{noun}/{id}");
            self.told.insert(path, Told { by, status });
        }
        match (noun, by) {
            ("deals", _) => {
                tally.deals += 1;
                self.deals.push(id);
            }
            ("payouts", By::Shop) => tally.payouts += 1,
            ("payouts", By::Gateway) => tally.gateway_payouts += 1,
            ("refunds", _) => self.refunds.push(id),
            ("payments", _) => self.told_of_payment(request, answer, id, tally)?,
            _ => {}
        }
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
                units: 0,
                in_deal: has("deal"),
                split: has("transfers"),
            };
            self.payments.insert(id.clone(), known);
        }
        let deal = json.pointer("/deal/id").and_then(Value::as_str);
        let taken = deal.filter(|_| answer.text("/status") == "succeeded");
        self.filled.extend(taken.map(str::to_owned));
        if let Some(known) = self.payments.get_mut(&id) {
            let value = answer.text("/amount/value");
            let units = value.split('.').next().unwrap_or_default();
            known.units = units.parse()?;
        }
        Ok(())
    }
}

async fn send(world: &World, credentials: &str, request: &Request) -> Answer {
    let Request {
        path, key, body, ..
    } = request;
    world.call_as(credentials, "POST", path, key, body).await
}
