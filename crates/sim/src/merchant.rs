//! The merchant: acts at random, remembers what it was told, and repeats what nobody answered
//! with the same key, as the documentation advises.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Result, ensure};
use connectors::mail::Answer;
use connectors::sandbox::{Decision, Order};
use domain::{Duration, OperationId, Shop};
use serde_json::{Value, json};
use store::Store;
use testkit::{Surroundings, World};
use tokio::task::JoinSet;

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
pub(crate) const BUYER: &str = "buyer@shop.example";

/// A request with its key.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) key: String,
    pub(crate) body: Value,
}

/// What the merchant knows.
pub(crate) struct Merchant {
    shop: Shop,
    secret_key: String,
    requests: u64,
    /// Requests that were never answered.
    pub(crate) open: Vec<Request>,
    /// The status that each payment was last seen in.
    pub(crate) payments: BTreeMap<String, String>,
    /// The status that each refund was last seen in.
    pub(crate) refunds: BTreeMap<String, String>,
    /// The status that each payout was last seen in.
    pub(crate) payouts: BTreeMap<String, String>,
    /// The object that each key made.
    keys: BTreeMap<String, String>,
    /// Deals that were opened.
    deals: Vec<String>,
    /// Payments that belong to a deal.
    in_deals: BTreeSet<String>,
    /// Pages of the bank that a payer was sent to.
    pages: Vec<OperationId>,
}

impl Merchant {
    pub(crate) fn new(world: &World) -> Self {
        Self {
            shop: world.shop.clone(),
            secret_key: world.secret_key.clone(),
            requests: 0,
            open: Vec::new(),
            payments: BTreeMap::new(),
            refunds: BTreeMap::new(),
            payouts: BTreeMap::new(),
            keys: BTreeMap::new(),
            deals: Vec::new(),
            in_deals: BTreeSet::new(),
            pages: Vec::new(),
        }
    }

    /// The platform after a restart.
    pub(crate) fn world(&self, store: Store, surroundings: Surroundings) -> World {
        World::again(
            store,
            surroundings,
            self.shop.clone(),
            self.secret_key.clone(),
        )
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
        for request in std::mem::take(&mut self.open) {
            let answer = world.post(&request).await;
            self.told(&request, &answer, tally)?;
        }
        let (rounds, at_a_time) = rounds(chance);
        for round in 0..rounds {
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

    /// Messages go out, to a server that has no time now and then. In the last round the crash
    /// comes while they do.
    async fn mail(&self, world: &Arc<World>, chance: &mut Chance, crashes: bool) {
        while chance.happens(400) {
            world.mailer.next(BUYER, Answer::failed("451 later"));
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
            tasks.spawn(async move {
                let answer = world.post(&request).await;
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

    /// What the merchant does next.
    fn next_request(&mut self, chance: &mut Chance) -> Option<Request> {
        self.requests += 1;
        let key = format!("key-{}", self.requests);
        let payments: Vec<String> = self.payments.keys().cloned().collect();
        let payment = chance.one_of(&payments).cloned();
        let settled = |units: u64| json!([{"type": "payout", "amount": amount(units)}]);
        let (path, body) = match (chance.below(10), payment) {
            _ if chance.happens(200) => self.about_deals(chance)?,
            (0..=4, _) | (_, None) => {
                let card = chance.one_of(&CARDS)?;
                let units = 1 + chance.below(1_000);
                let mut body = json!({
                    "amount": amount(units),
                    "capture": chance.happens(500),
                    "save_payment_method": chance.happens(200),
                    "payment_method_data": {"type": "bank_card", "card": {
                        "number": card, "expiry_month": "12", "expiry_year": "2030", "csc": "123",
                    }},
                    "confirmation": {"type": "redirect", "return_url": "https://shop.example/"},
                });
                if chance.happens(300) {
                    let delivery = json!({"type": "email", "email": BUYER});
                    body["statements"] =
                        json!([{"type": "payment_overview", "delivery_method": delivery}]);
                }
                let in_deal = chance.happens(500);
                if let Some(deal) = chance.one_of(&self.deals).filter(|_| in_deal) {
                    let part = settled(1 + chance.below(units));
                    put(&mut body, json!({"id": deal, "settlements": part}));
                }
                ("/payments".to_owned(), body)
            }
            (5..=6, Some(payment)) => {
                let units = 1 + chance.below(1_000);
                let mut body = match chance.below(2) {
                    0 => json!({}),
                    _ => json!({"amount": amount(units)}),
                };
                if self.in_deals.contains(&payment) && chance.happens(700) {
                    let part = settled(1 + chance.below(units));
                    put(&mut body, json!({"settlements": part}));
                }
                (format!("/payments/{payment}/capture"), body)
            }
            (7, Some(payment)) => (format!("/payments/{payment}/cancel"), json!({})),
            (_, Some(payment)) => {
                let units = 1 + chance.below(600);
                let mut body = json!({"payment_id": payment, "amount": amount(units)});
                if self.in_deals.contains(&payment) {
                    let part = if chance.happens(500) {
                        units
                    } else {
                        chance.below(units)
                    };
                    put(&mut body, json!({"refund_settlements": settled(part)}));
                }
                ("/refunds".to_owned(), body)
            }
        };
        Some(Request { path, key, body })
    }

    /// A new deal, or a payout of one that was opened.
    fn about_deals(&self, chance: &mut Chance) -> Option<(String, Value)> {
        if self.deals.is_empty() || chance.happens(500) {
            let moments = ["payment_succeeded", "deal_closed"];
            let body = json!({"type": "safe_deal", "fee_moment": chance.one_of(&moments)?});
            return Some(("/deals".to_owned(), body));
        }
        let [card, ..] = CARDS;
        let body = json!({
            "amount": amount(1 + chance.below(300)),
            "payout_destination_data": {"type": "bank_card", "card": {"number": card}},
            "deal": {"id": chance.one_of(&self.deals)?},
        });
        Some(("/payouts".to_owned(), body))
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
    pub(crate) fn told(
        &mut self,
        request: &Request,
        answer: &testkit::Answer,
        tally: &mut Tally,
    ) -> Result<()> {
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
        let json = answer.json();
        let (id, state) = (answer.text("/id"), answer.text("/status"));
        let before = self.keys.insert(request.key.clone(), id.clone());
        ensure!(
            before.is_none_or(|before| before == id),
            "key {} made two objects",
            request.key
        );
        if request.path == "/deals" {
            tally.deals += 1;
            self.deals.push(id);
            return Ok(());
        }
        if request.path == "/payouts" {
            tally.payouts += 1;
            self.payouts.insert(id, state);
            return Ok(());
        }
        if request.path == "/refunds" {
            self.refunds.insert(id, state);
            return Ok(());
        }
        if request.path == "/payments" {
            tally.payments += 1;
            if request.body.get("deal").is_some() {
                tally.in_deals += 1;
                self.in_deals.insert(id.clone());
            }
            let url = json
                .pointer("/confirmation/confirmation_url")
                .and_then(Value::as_str);
            let page = url.and_then(|url| url.split("operation=").nth(1));
            self.pages
                .extend(page.and_then(|page| page.parse::<OperationId>().ok()));
        }
        self.payments.insert(id, state);
        Ok(())
    }
}

fn amount(units: u64) -> Value {
    json!({"value": format!("{units}.00"), "currency": "RUB"})
}

/// Puts a request into a deal.
fn put(body: &mut Value, deal: Value) {
    if let Some(fields) = body.as_object_mut() {
        fields.insert("deal".to_owned(), deal);
    }
}

/// Sends a request as the shop.
trait Post {
    async fn post(&self, request: &Request) -> testkit::Answer;
}

impl Post for World {
    async fn post(&self, request: &Request) -> testkit::Answer {
        self.call("POST", &request.path, &request.key, &request.body)
            .await
    }
}
