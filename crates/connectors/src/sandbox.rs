//! The sandbox acquirer: a bank that takes test cards and play money. It fulfils the contract of
//! a real acquirer to the letter, shows payers pages of its own, remembers across restarts, and
//! can be told to fail (see [`Script`]).
//!
//! It remembers a bounded number of operations, the youngest. A payment that it forgot is
//! trusted: what the platform asks about it is approved.

mod buyer;
mod callback;
mod cards;
mod script;

mod book;
mod followup;
mod payout;
mod purchase;

mod journal;
mod means;
mod numbers;
mod reference;
mod token;
mod wire;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::card::Expiry;
use domain::{Answer, Duration, Money, OperationId, ShopId, Timestamp};
use tokio::sync::mpsc::UnboundedReceiver;
use tracing::error;

use crate::acquirer::{Acquirer, Authorize, Bind, CallError, Follow, Found, Tokenize, Tokenized};
use crate::payer::{CardSource, Identified, PayOut, Payer, SBP_BANKS, SbpBank};
use book::{Book, Record};
use callback::Callbacks;
use followup::{Followup, Step};
use journal::Journal;
use payout::Paid;
use purchase::{Purchase, Purpose, Ruling};
use reference::Reference;

pub use buyer::{DecideError, Decided, Decision, Shown, ShownKind, ShownStatus};
pub use callback::{Callback, Order};
pub use cards::{Outcome, TEST_CARDS};
pub use payout::{TEST_PHONES, TEST_STRANGER, TEST_WALLETS};
pub use script::{Call, CallbackFault, Chances, Fault, Script};

/// How many operations are remembered at least; at most it is twice as many.
const GENERATION_SIZE: usize = 50_000;

/// How long a call may be under way to the sandbox. It is in the same process, but clocks of nodes
/// may differ by a minute.
const ARRIVES_WITHIN: Duration = Duration::minutes(2);

/// Tells the time; cards expire by it.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The sandbox acquirer.
pub struct Sandbox {
    base_url: String,
    clock: Clock,
    script: Script,
    state: Mutex<State>,
}

struct State {
    book: Book,
    journal: Option<Journal>,
    callbacks: Callbacks,
    /// Requests that wait to be carried out, each with whether a look-up sees it.
    late: Vec<(bool, Request)>,
}

/// Everything that can be asked, in one.
#[derive(Clone, Debug)]
enum Request {
    Authorize(Authorize),
    Bind(Bind),
    Follow(Step, Follow),
    PayOut(PayOut),
}

/// A fiscal sign that follows from the document's operation.
pub(crate) fn fiscal_sign(operation: OperationId) -> String {
    numbers::decimal(operation, "fiscal sign", 10)
}

/// The next number of the generator of chance with this state.
pub(crate) fn drawn(state: &mut u64) -> u64 {
    script::random(state)
}

/// What really happened to one payment's money on the acquirer's side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effects {
    /// Whose payment it is.
    pub shop_id: ShopId,
    /// The operation that made it.
    pub operation: OperationId,
    /// Taken from the payer's limit.
    pub held: Money,
    /// Taken for good.
    pub captured: Money,
    /// Let go: by a void, or what a capture left.
    pub voided: Money,
    /// Given back.
    pub refunded: Money,
}

/// A payout that reached its receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaidOut {
    /// Whose it was.
    pub shop_id: ShopId,
    /// How much.
    pub amount: Money,
}

impl Sandbox {
    /// A sandbox whose pages are under `base_url` and that forgets everything when it is dropped.
    #[must_use]
    pub fn in_memory(base_url: &str, clock: Clock) -> Self {
        Self::new(base_url, clock, Book::new(GENERATION_SIZE), None)
    }

    /// A sandbox that keeps its journal in `directory`.
    ///
    /// # Errors
    /// The journal cannot be read or written.
    pub fn open(directory: &Path, base_url: &str, clock: Clock) -> io::Result<Self> {
        Self::open_sized(directory, base_url, clock, GENERATION_SIZE)
    }

    fn open_sized(
        directory: &Path,
        base_url: &str,
        clock: Clock,
        generation_size: usize,
    ) -> io::Result<Self> {
        let mut book = Book::new(generation_size);
        let journal = Journal::open(directory, &mut book)?;
        Ok(Self::new(base_url, clock, book, Some(journal)))
    }

    fn new(base_url: &str, clock: Clock, book: Book, journal: Option<Journal>) -> Self {
        Self {
            base_url: base_url.trim_end_matches('/').to_owned(),
            clock,
            script: Script::default(),
            state: Mutex::new(State {
                book,
                journal,
                callbacks: Callbacks::default(),
                late: Vec::new(),
            }),
        }
    }

    /// What goes wrong, for tests.
    #[must_use]
    pub fn script(&self) -> &Script {
        &self.script
    }

    /// Callbacks from now on; who listened before hears nothing any more.
    #[must_use]
    pub fn callbacks(&self) -> UnboundedReceiver<Callback> {
        self.state().callbacks.listen()
    }

    /// Lets callbacks go that the script holds back. How many there were.
    pub fn release_callbacks(&self, order: Order) -> usize {
        self.state().callbacks.release(order)
    }

    /// Carries out the requests that the script made late, and sends a callback for each. How
    /// many there were.
    ///
    /// # Errors
    /// The journal cannot be written; what was not carried out is lost.
    pub fn carry_out_late(&self) -> Result<usize, CallError> {
        let late = std::mem::take(&mut self.state().late);
        let count = late.len();
        for (_, request) in late {
            let (shop_id, operation) = (request.shop_id(), request.operation());
            let answer = self.carry_out(request)?;
            self.call_back(Callback {
                shop_id,
                operation,
                answer,
            });
        }
        Ok(count)
    }

    /// What the page of this operation shows; `None` if it has none.
    #[must_use]
    pub fn shown(&self, operation: OperationId) -> Option<Shown> {
        let state = self.state();
        let purchase = state.book.purchase(operation)?;
        buyer::shown(operation, purchase)
    }

    /// The payer decides. The first decision stands and sends one callback.
    ///
    /// # Errors
    /// See [`DecideError`].
    pub fn decide(
        &self,
        operation: OperationId,
        decision: Decision,
    ) -> Result<Decided, DecideError> {
        let now = (self.clock)();
        let mut state = self.state();
        let purchase = state.book.purchase(operation).cloned();
        let purchase = purchase.ok_or(DecideError::NotFound)?;
        let page = purchase.page().ok_or(DecideError::NotFound)?;
        let return_url = page.return_url.clone();
        let next = decision.word().and_then(|word| purchase.decided(word, now));
        let decides = next.is_some();
        let current = next.unwrap_or(purchase);
        if decides {
            let record = Record::Purchase(operation, current.clone());
            state.remember(vec![record]).map_err(DecideError::Journal)?;
        }
        drop(state);
        let shop_id = current.shop;
        let answer = current.answer(operation, &self.base_url);
        if decides {
            self.call_back(Callback {
                shop_id,
                operation,
                answer: answer.clone(),
            });
        }
        Ok(Decided {
            shop_id,
            return_url,
            answer,
        })
    }

    /// What really happened to each payment that is remembered, by its reference.
    #[must_use]
    pub fn statistics(&self) -> BTreeMap<String, Effects> {
        let state = self.state();
        let approved = state
            .book
            .purchases()
            .filter(|(_, purchase)| purchase.purpose != Purpose::Bind)
            .filter(|(_, purchase)| purchase.ruling() == Some(Ruling::Approved));
        approved
            .map(|(operation, purchase)| {
                let reference = Reference::new(operation, purchase.used.method());
                (reference.to_string(), purchase.effects(operation))
            })
            .collect()
    }

    /// Every payout that is remembered and reached its receiver, by its operation.
    #[must_use]
    pub fn paid_out(&self) -> BTreeMap<OperationId, PaidOut> {
        let state = self.state();
        let paid = state.book.payouts();
        let arrived = paid.filter(|(_, paid)| paid.ruling == Ruling::Approved);
        arrived
            .map(|(operation, paid)| {
                let (shop_id, amount) = (paid.shop, paid.amount);
                (operation, PaidOut { shop_id, amount })
            })
            .collect()
    }

    /// Takes a request through what the script has in store for it.
    async fn call(&self, call: Call, request: Request) -> Result<Answer, CallError> {
        match self.script.call(call) {
            None => self.carry_out(request),
            Some(Fault::Declined) => self.decline(request),
            Some(Fault::NotSent) => Err(CallError::NotSent(None)),
            Some(Fault::RequestLost) => Err(CallError::Unknown(None)),
            Some(Fault::ReplyLost) => {
                self.carry_out(request)?;
                Err(CallError::Unknown(None))
            }
            Some(fault @ (Fault::Late | Fault::Delayed)) => {
                let seen = matches!(fault, Fault::Late);
                self.state().late.push((seen, request));
                Err(CallError::Unknown(None))
            }
            Some(Fault::Slow(gate)) => {
                let answer = self.carry_out(request)?;
                gate.passed().await;
                Ok(answer)
            }
        }
    }

    /// Carries a request out once; the same operation again only hears the answer.
    fn carry_out(&self, request: Request) -> Result<Answer, CallError> {
        let operation = request.operation();
        let mut state = self.state();
        if let Some(answer) = state.answer(operation, &self.base_url) {
            return Ok(answer);
        }
        let (answer, records) = match request {
            Request::Authorize(request) => {
                let purchase = Purchase::authorize(request, self.this_month());
                let answer = purchase.answer(operation, &self.base_url);
                (answer, vec![Record::Purchase(operation, purchase)])
            }
            Request::Bind(request) => {
                let purchase = Purchase::bind(request, self.this_month());
                let answer = purchase.answer(operation, &self.base_url);
                (answer, vec![Record::Purchase(operation, purchase)])
            }
            Request::Follow(step, request) => {
                let paid_by = Reference::parse(&request.reference).map(|known| known.operation);
                let known = paid_by.and_then(|paid_by| state.book.purchase(paid_by));
                let (followup, changed) = Followup::decide(step, request, known);
                let answer = followup.answer(operation);
                let changed = paid_by.zip(changed);
                let mut records = vec![Record::Followup(operation, followup)];
                records.extend(changed.map(|(paid_by, next)| Record::Purchase(paid_by, next)));
                (answer, records)
            }
            Request::PayOut(request) => {
                let paid = Paid::decide(request);
                let answer = paid.answer(operation);
                (answer, vec![Record::Payout(operation, paid)])
            }
        };
        state.keep(answer, records)
    }

    /// Refuses a request for good, if it is one that can be refused.
    fn decline(&self, request: Request) -> Result<Answer, CallError> {
        let operation = request.operation();
        let mut state = self.state();
        if let Some(answer) = state.answer(operation, &self.base_url) {
            return Ok(answer);
        }
        let (answer, record) = match request {
            Request::Follow(step @ (Step::Capture | Step::Refund), request) => {
                let followup = Followup::declined(step, request);
                let answer = followup.answer(operation);
                (answer, Record::Followup(operation, followup))
            }
            Request::PayOut(request) => {
                let paid = Paid::declined(request);
                let answer = paid.answer(operation);
                (answer, Record::Payout(operation, paid))
            }
            other @ (Request::Authorize(_) | Request::Bind(_) | Request::Follow(..)) => {
                drop(state);
                return self.carry_out(other);
            }
        };
        state.keep(answer, vec![record])
    }

    fn call_back(&self, callback: Callback) {
        let fault = self.script.callback();
        self.state().callbacks.send(callback, fault);
    }

    fn this_month(&self) -> Option<Expiry> {
        month_of((self.clock)())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Acquirer for Sandbox {
    async fn authorize(&self, request: Authorize) -> Result<Answer, CallError> {
        self.call(Call::Authorize, Request::Authorize(request))
            .await
    }

    async fn capture(&self, request: Follow) -> Result<Answer, CallError> {
        self.call(Call::Capture, Request::Follow(Step::Capture, request))
            .await
    }

    async fn void(&self, request: Follow) -> Result<Answer, CallError> {
        self.call(Call::Void, Request::Follow(Step::Void, request))
            .await
    }

    async fn refund(&self, request: Follow) -> Result<Answer, CallError> {
        self.call(Call::Refund, Request::Follow(Step::Refund, request))
            .await
    }

    async fn bind(&self, request: Bind) -> Result<Answer, CallError> {
        self.call(Call::Bind, Request::Bind(request)).await
    }

    async fn tokenize(&self, request: Tokenize) -> Result<Tokenized, CallError> {
        match self.script.call(Call::Tokenize) {
            None | Some(Fault::Declined) => Ok(token::keep(&request.card)),
            Some(Fault::Slow(gate)) => {
                gate.passed().await;
                Ok(token::keep(&request.card))
            }
            Some(Fault::NotSent) => Err(CallError::NotSent(None)),
            Some(Fault::ReplyLost | Fault::RequestLost | Fault::Late | Fault::Delayed) => {
                Err(CallError::Unknown(None))
            }
        }
    }

    async fn look_up(&self, operation: OperationId) -> Result<Found, CallError> {
        self.find_out(operation).await
    }

    fn arrives_within(&self) -> Duration {
        ARRIVES_WITHIN
    }
}

#[async_trait]
impl Payer for Sandbox {
    async fn identify(&self, card: CardSource) -> Result<Identified, CallError> {
        match self.script.call(Call::Identify) {
            None | Some(Fault::Declined) => {}
            Some(Fault::Slow(gate)) => gate.passed().await,
            Some(Fault::NotSent) => return Err(CallError::NotSent(None)),
            Some(Fault::ReplyLost | Fault::RequestLost | Fault::Late | Fault::Delayed) => {
                return Err(CallError::Unknown(None));
            }
        }
        payout::identify(&card).ok_or(CallError::NotSent(None))
    }

    async fn pay_out(&self, request: PayOut) -> Result<Answer, CallError> {
        self.call(Call::PayOut, Request::PayOut(request)).await
    }

    async fn look_up(&self, operation: OperationId) -> Result<Found, CallError> {
        self.find_out(operation).await
    }

    fn arrives_within(&self) -> Duration {
        ARRIVES_WITHIN
    }

    async fn sbp_banks(&self) -> Result<Vec<SbpBank>, CallError> {
        Ok(SBP_BANKS.to_vec())
    }
}

impl Sandbox {
    async fn find_out(&self, operation: OperationId) -> Result<Found, CallError> {
        match self.script.call(Call::LookUp) {
            None | Some(Fault::Declined) => {}
            Some(Fault::Slow(gate)) => gate.passed().await,
            Some(Fault::NotSent) => return Err(CallError::NotSent(None)),
            Some(Fault::Delayed) => return Ok(Found::Nothing),
            Some(Fault::ReplyLost | Fault::RequestLost | Fault::Late) => {
                return Err(CallError::Unknown(None));
            }
        }
        let mut state = self.state();
        let purchase = state.book.purchase(operation);
        if let Some(next) = purchase.and_then(Purchase::cooled_off) {
            let remembered = state.remember(vec![Record::Purchase(operation, next)]);
            remembered.map_err(|error| CallError::Unknown(Some(error.into())))?;
        }
        let is_late = |(seen, request): &(bool, Request)| *seen && request.operation() == operation;
        Ok(match state.answer(operation, &self.base_url) {
            Some(answer) => Found::Answered(answer),
            None if state.late.iter().any(is_late) => Found::Open,
            None => Found::Nothing,
        })
    }
}

impl State {
    fn answer(&self, operation: OperationId, base_url: &str) -> Option<Answer> {
        if let Some(purchase) = self.book.purchase(operation) {
            return Some(purchase.answer(operation, base_url));
        }
        if let Some(followup) = self.book.followup(operation) {
            return Some(followup.answer(operation));
        }
        let paid = self.book.payout(operation)?;
        Some(paid.answer(operation))
    }

    /// Gives `answer` once `records` are written down.
    fn keep(&mut self, answer: Answer, records: Vec<Record>) -> Result<Answer, CallError> {
        match self.remember(records) {
            Ok(()) => Ok(answer),
            Err(error) => Err(CallError::Unknown(Some(Box::new(error)))),
        }
    }

    /// Writes `records` down, then holds them to be true.
    fn remember(&mut self, records: Vec<Record>) -> io::Result<()> {
        if let Some(journal) = &mut self.journal {
            journal.append(&records)?;
        }
        for record in records {
            self.book.put(record);
        }
        if self.book.is_full() {
            let turned = match &mut self.journal {
                Some(journal) => journal.turn(&self.book.survivors()),
                None => Ok(()),
            };
            if let Err(error) = turned {
                error!(%error, "the sandbox cannot begin a new journal");
            }
            self.book.turn();
        }
        Ok(())
    }
}

impl Request {
    fn operation(&self) -> OperationId {
        match self {
            Self::Authorize(request) => request.operation,
            Self::Bind(request) => request.operation,
            Self::Follow(_, request) => request.operation,
            Self::PayOut(request) => request.operation,
        }
    }

    fn shop_id(&self) -> ShopId {
        match self {
            Self::Authorize(request) => request.shop_id,
            Self::Bind(request) => request.shop_id,
            Self::Follow(_, request) => request.shop_id,
            Self::PayOut(request) => request.shop_id,
        }
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base_url = &self.base_url;
        f.debug_struct("Sandbox")
            .field("base_url", base_url)
            .finish_non_exhaustive()
    }
}

/// The month that `now` is in, UTC, as cards write it; `None` out of the range of cards' years.
fn month_of(now: Timestamp) -> Option<Expiry> {
    let now = jiff::Timestamp::from_microsecond(now.as_micros()).ok()?;
    let date = now.to_zoned(jiff::tz::TimeZone::UTC);
    Expiry::new(date.year().try_into().ok()?, date.month().try_into().ok()?)
}

#[cfg(test)]
mod tests;
