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

mod followup;
mod memory;
mod overrule;
mod payout;
mod purchase;

mod journal;
mod means;
mod numbers;
mod reference;
mod signed;
mod token;
mod wire;

use std::collections::BTreeMap;
use std::fmt;
use std::future::poll_fn;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use async_trait::async_trait;
use domain::card::Expiry;
use domain::{Answer, Duration, Money, OperationId, OperationKind, ShopId, Timestamp};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_util::task::TaskTracker;
use tracing::warn;

use crate::acquirer::{
    self, Acquirer, Authorize, Bind, CallError, CarriedOut, Follow, Found, Statement, Tokenize,
    Tokenized,
};
use crate::local::{Listener, Local};
use crate::payer::{CardSource, Identified, PayOut, Payer, SBP_BANKS, SbpBank};
use callback::Callbacks;
use followup::{Followup, Step};
use memory::{InProcess, Record};
use payout::Paid;
use purchase::{Purchase, Purpose, Ruling};
use reference::Reference;
use signed::Key;

pub use buyer::{DecideError, Decided, Decision, Shown, ShownKind, ShownStatus};
pub use callback::{Callback, Order};
pub use cards::{Outcome, TEST_CARDS};
pub use journal::{left_in_files, set_files_aside};
pub use memory::{Change, Memory, MemoryError};
pub use payout::{TEST_PHONES, TEST_STRANGER, TEST_WALLETS};
pub use script::{Call, CallbackFault, Chances, Fault, Script};
pub use signed::{CALLBACK_PATH, SIGNATURE};

/// How often a change is tried again that another node was faster with.
const TRIES_MAX: usize = 100;
/// Records share this many turns: what this process changes of one record goes one by one.
const TURNS: usize = 64;
/// The first and the longest pause before a record is written again that could not be.
const PAUSE_MIN: std::time::Duration = std::time::Duration::from_millis(20);
const PAUSE_MAX: std::time::Duration = std::time::Duration::from_millis(500);

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
    memory: Arc<dyn Memory>,
    /// What calls are signed with.
    key: Option<Key>,
    /// The same, where it goes with the process.
    in_process: Option<Arc<InProcess>>,
    turns: [tokio::sync::Mutex<()>; TURNS],
    state: Mutex<State>,
    /// Records whose answers were given and that are still to be written.
    tasks: TaskTracker,
}

#[derive(Default)]
struct State {
    callbacks: Callbacks,
    /// Requests that wait to be carried out, each with whether a look-up sees it.
    late: Vec<(bool, Request)>,
    /// Requests that were refused and will be carried out after all.
    refused: Vec<Request>,
    /// What was carried out so, with what is said of it.
    overruled: Vec<Callback>,
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
        let memory = Arc::new(InProcess::default());
        let shared: Arc<dyn Memory> = Arc::<InProcess>::clone(&memory);
        Self {
            in_process: Some(memory),
            ..Self::on(shared, base_url, clock)
        }
    }

    /// A sandbox whose pages are under `base_url` and whose records are in `memory`.
    #[must_use]
    pub fn on(memory: Arc<dyn Memory>, base_url: &str, clock: Clock) -> Self {
        Self {
            base_url: base_url.trim_end_matches('/').to_owned(),
            clock,
            script: Script::default(),
            memory,
            key: None,
            in_process: None,
            turns: std::array::from_fn(|_| tokio::sync::Mutex::default()),
            state: Mutex::default(),
            tasks: TaskTracker::new(),
        }
    }

    /// What goes wrong, for tests.
    #[must_use]
    pub fn script(&self) -> &Script {
        &self.script
    }

    /// Waits until everything that was answered is written down: before the process ends.
    pub async fn settled(&self) {
        self.tasks.close();
        self.tasks.wait().await;
        self.tasks.reopen();
    }

    /// Callbacks from now on; an earlier listener gets none any more.
    #[must_use]
    pub fn callbacks(&self) -> UnboundedReceiver<Callback> {
        let (sender, receiver) = unbounded_channel();
        let hears = move |callback| sender.send(callback).is_ok();
        self.state().callbacks.listen(Box::new(hears));
        receiver
    }

    /// Sends callbacks that the script holds back. Returns how many there were.
    pub fn release_callbacks(&self, order: Order) -> usize {
        self.state().callbacks.release(order)
    }

    /// Carries out the requests that the script made late, or had refused at first, and sends a
    /// callback for each. Returns how many there were.
    ///
    /// # Errors
    /// The memory fails; what was not carried out is lost.
    pub async fn carry_out_late(&self) -> Result<usize, CallError> {
        let late = std::mem::take(&mut self.state().late);
        let count = late.len();
        for (_, request) in late {
            let (shop_id, operation) = (request.shop_id(), request.operation());
            let answer = self.carry_out(request).await?;
            self.call_back(Callback {
                shop_id,
                operation,
                answer,
            });
        }
        Ok(count.saturating_add(self.overrule_all().await?))
    }

    /// What the page of this operation shows; `None` if it has none.
    ///
    /// # Errors
    /// The memory fails.
    pub async fn shown(&self, operation: OperationId) -> Result<Option<Shown>, MemoryError> {
        Ok(match self.recall(operation).await? {
            Some((Record::Purchase(_, purchase), _)) => buyer::shown(operation, &purchase),
            Some((Record::Followup(..) | Record::Payout(..), _)) | None => None,
        })
    }

    /// The payer decides. The first decision stands and sends one callback.
    ///
    /// # Errors
    /// See [`DecideError`].
    pub async fn decide(
        &self,
        operation: OperationId,
        decision: Decision,
    ) -> Result<Decided, DecideError> {
        let now = (self.clock)();
        let _turn = self.turn(operation).await;
        for _ in 0..TRIES_MAX {
            let found = self.recall(operation).await?;
            let Some((Record::Purchase(_, purchase), before)) = found else {
                return Err(DecideError::NotFound);
            };
            let page = purchase.page().ok_or(DecideError::NotFound)?;
            let return_url = page.return_url.clone();
            let next = decision.word().and_then(|word| purchase.decided(word, now));
            let decides = next.is_some();
            let current = next.unwrap_or(purchase);
            let shop_id = current.shop;
            let answer = current.answer(operation, &self.base_url);
            if decides {
                let record = Record::Purchase(operation, current);
                let change = changed(&record, Some(before))?;
                if !self.memory.change(shop_id, vec![change]).await? {
                    continue;
                }
                self.call_back(Callback {
                    shop_id,
                    operation,
                    answer: answer.clone(),
                });
            }
            return Ok(Decided {
                shop_id,
                return_url,
                answer,
            });
        }
        Err(DecideError::Memory("others are always faster".into()))
    }

    /// What really happened to each payment that this process remembers, by its reference.
    #[must_use]
    pub fn statistics(&self) -> BTreeMap<String, Effects> {
        let records = self.in_process.iter().flat_map(|memory| memory.records());
        let approved = records.filter_map(|record| match record {
            Record::Purchase(operation, purchase) => {
                let paid = purchase.purpose != Purpose::Bind
                    && purchase.ruling() == Some(Ruling::Approved);
                paid.then_some((operation, purchase))
            }
            Record::Followup(..) | Record::Payout(..) => None,
        });
        approved
            .map(|(operation, purchase)| {
                let reference = Reference::new(operation, purchase.used.method());
                (reference.to_string(), purchase.effects(operation))
            })
            .collect()
    }

    /// Every payout that this process remembers and that reached its receiver, by its operation.
    #[must_use]
    pub fn paid_out(&self) -> BTreeMap<OperationId, PaidOut> {
        let records = self.in_process.iter().flat_map(|memory| memory.records());
        let arrived = records.filter_map(|record| match record {
            Record::Payout(operation, paid) if paid.ruling == Ruling::Approved => {
                let (shop_id, amount) = (paid.shop, paid.amount);
                Some((operation, PaidOut { shop_id, amount }))
            }
            Record::Purchase(..) | Record::Followup(..) | Record::Payout(..) => None,
        });
        arrived.collect()
    }

    /// Takes a request through what the script has in store for it.
    async fn call(&self, call: Call, request: Request) -> Result<Answer, CallError> {
        match self.script.call(call) {
            None => self.carry_out(request).await,
            Some(Fault::Declined) => self.decline(request).await,
            Some(Fault::Overruled) => {
                let answer = self.decline(request.clone()).await?;
                if matches!(answer, Answer::Declined { .. }) {
                    self.state().refused.push(request);
                }
                Ok(answer)
            }
            Some(Fault::NotSent) => Err(CallError::NotSent(None)),
            Some(Fault::RequestLost) => Err(CallError::Unknown(None)),
            Some(Fault::ReplyLost) => {
                self.carry_out(request).await?;
                Err(CallError::Unknown(None))
            }
            Some(fault @ (Fault::Late | Fault::Delayed)) => {
                let seen = matches!(fault, Fault::Late);
                self.state().late.push((seen, request));
                Err(CallError::Unknown(None))
            }
            Some(Fault::Slow(gate)) => {
                let answer = self.carry_out(request).await?;
                gate.passed().await;
                Ok(answer)
            }
        }
    }

    /// Carries a request out once; the same operation again only gets the answer.
    async fn carry_out(&self, request: Request) -> Result<Answer, CallError> {
        let operation = request.operation();
        match request {
            Request::Authorize(request) => {
                let purchase = Purchase::authorize(request, self.this_month());
                self.begin(Record::Purchase(operation, purchase)).await
            }
            Request::Bind(request) => {
                let purchase = Purchase::bind(request, self.this_month());
                self.begin(Record::Purchase(operation, purchase)).await
            }
            Request::Follow(step, request) => {
                let followed = self.follow(step, &request).await;
                followed.map_err(|error| CallError::Unknown(Some(error)))
            }
            Request::PayOut(request) => {
                let paid = Paid::decide(request);
                self.begin(Record::Payout(operation, paid)).await
            }
        }
    }

    /// Refuses a request for good, if it is one that can be refused.
    async fn decline(&self, request: Request) -> Result<Answer, CallError> {
        let operation = request.operation();
        match request {
            Request::Follow(step @ (Step::Capture | Step::Refund), request) => {
                let followup = Followup::declined(step, request);
                self.begin(Record::Followup(operation, followup)).await
            }
            Request::PayOut(request) => {
                let paid = Paid::declined(request);
                self.begin(Record::Payout(operation, paid)).await
            }
            other @ (Request::Authorize(_) | Request::Bind(_) | Request::Follow(..)) => {
                self.carry_out(other).await
            }
        }
    }

    /// Remembers a new operation and gives its answer; one that is known gets its answer again.
    ///
    /// What is decided at once, without its payer, is answered before it is written: the write has
    /// its place before all that its shop writes afterwards, so what the platform wrote down of an
    /// answer is not forgotten here. Only where the write itself fails, and the process is killed
    /// before it is made again, milliseconds later, is a payment forgotten; it is trusted then.
    async fn begin(&self, record: Record) -> Result<Answer, CallError> {
        let unknown = |error| CallError::Unknown(Some(error));
        let (operation, shop) = (record.operation(), record.shop());
        let answer = record.answer(&self.base_url);
        let change = changed(&record, None).map_err(unknown)?;
        let mut write = write(&self.memory, shop, &change);
        let first = poll_fn(|context| Poll::Ready(write.as_mut().poll(context))).await;
        let is_new = match first {
            Poll::Ready(Ok(is_new)) => is_new,
            Poll::Ready(Err(_)) | Poll::Pending if is_settled(&record) => {
                let pending = first.is_pending().then_some(write);
                let memory = Arc::clone(&self.memory);
                self.tasks
                    .spawn(write_until_it_stands(memory, shop, change, pending));
                return Ok(answer);
            }
            Poll::Ready(Err(error)) => return Err(unknown(error)),
            Poll::Pending => write.await.map_err(unknown)?,
        };
        if is_new {
            return Ok(answer);
        }
        match self.recall(operation).await.map_err(unknown)? {
            Some((known, _)) => Ok(known.answer(&self.base_url)),
            None => Err(CallError::Unknown(None)),
        }
    }

    /// Carries out what builds on a payment.
    async fn follow(&self, step: Step, request: &Follow) -> Result<Answer, MemoryError> {
        let operation = request.operation;
        let paid_by = Reference::parse(&request.reference).map(|known| known.operation);
        let _turn = self.turn(paid_by.unwrap_or(operation)).await;
        for _ in 0..TRIES_MAX {
            if let Some((known, _)) = self.recall(operation).await? {
                return Ok(known.answer(&self.base_url));
            }
            let found = match paid_by {
                Some(paid_by) => self.recall(paid_by).await?,
                None => None,
            };
            let (purchase, before) = match &found {
                Some((Record::Purchase(_, purchase), before)) => (Some(purchase), Some(before)),
                Some((Record::Followup(..) | Record::Payout(..), _)) | None => (None, None),
            };
            let (followup, next) = Followup::decide(step, request.clone(), purchase);
            let record = Record::Followup(operation, followup);
            let mut changes = vec![changed(&record, None)?];
            if let (Some(paid_by), Some(next)) = (paid_by, next) {
                let next = Record::Purchase(paid_by, next);
                changes.push(changed(&next, before.cloned())?);
            }
            if self.memory.change(request.shop_id, changes).await? {
                return Ok(record.answer(&self.base_url));
            }
        }
        Err("others are always faster".into())
    }

    /// Waits until nobody else in this process changes this record, or another that shares its
    /// turn.
    #[expect(clippy::indexing_slicing, reason = "the remainder is below the length")]
    async fn turn(&self, operation: OperationId) -> tokio::sync::MutexGuard<'_, ()> {
        let mut hasher = DefaultHasher::new();
        operation.hash(&mut hasher);
        let place = hasher.finish() % u64::try_from(TURNS).unwrap_or(1);
        self.turns[usize::try_from(place).unwrap_or(0)].lock().await
    }

    /// The record of an operation, and its text.
    async fn recall(
        &self,
        operation: OperationId,
    ) -> Result<Option<(Record, String)>, MemoryError> {
        let Some(text) = self.memory.find(operation).await? else {
            return Ok(None);
        };
        let record = Record::read(&text).ok_or("a record that makes no sense")?;
        Ok(Some((record, text)))
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
            None | Some(Fault::Declined | Fault::Overruled) => Ok(token::keep(&request.card)),
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

    async fn statement(&self, after: Option<OperationId>) -> Result<Option<Statement>, CallError> {
        self.carried_out(after, PAYMENTS).await.map(Some)
    }

    fn arrives_within(&self) -> Duration {
        ARRIVES_WITHIN
    }
}

#[async_trait]
impl Local for Sandbox {
    async fn shown(&self, operation: OperationId) -> Result<Option<Shown>, MemoryError> {
        Self::shown(self, operation).await
    }

    async fn decide(
        &self,
        operation: OperationId,
        decision: Decision,
    ) -> Result<Decided, DecideError> {
        Self::decide(self, operation, decision).await
    }

    fn listen(&self, listener: Listener) {
        let hears = move |said: Callback| {
            listener(acquirer::Callback {
                operation: said.operation,
                answer: said.answer,
            })
        };
        self.state().callbacks.listen(Box::new(hears));
    }

    async fn settled(&self) {
        Self::settled(self).await;
    }
}

#[async_trait]
impl Payer for Sandbox {
    async fn identify(&self, card: CardSource) -> Result<Identified, CallError> {
        match self.script.call(Call::Identify) {
            None | Some(Fault::Declined | Fault::Overruled) => {}
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

    async fn statement(&self, after: Option<OperationId>) -> Result<Option<Statement>, CallError> {
        self.carried_out(after, PAYOUTS).await.map(Some)
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
            None | Some(Fault::Declined | Fault::Overruled) => {}
            Some(Fault::Slow(gate)) => gate.passed().await,
            Some(Fault::NotSent) => return Err(CallError::NotSent(None)),
            Some(Fault::Delayed) => return Ok(Found::Nothing),
            Some(Fault::ReplyLost | Fault::RequestLost | Fault::Late) => {
                return Err(CallError::Unknown(None));
            }
        }
        let looked = self.look(operation).await;
        let looked = looked.map_err(|error| CallError::Unknown(Some(error)))?;
        let is_late = |(seen, request): &(bool, Request)| *seen && request.operation() == operation;
        Ok(match looked {
            Some(record) => Found::Answered(record.answer(&self.base_url)),
            None if self.state().late.iter().any(is_late) => Found::Open,
            None => Found::Nothing,
        })
    }

    /// The record of an operation; a loan whose taker did not step back is decided by the look.
    async fn look(&self, operation: OperationId) -> Result<Option<Record>, MemoryError> {
        let _turn = self.turn(operation).await;
        for _ in 0..TRIES_MAX {
            let Some((record, before)) = self.recall(operation).await? else {
                return Ok(None);
            };
            let next = match &record {
                Record::Purchase(_, purchase) => purchase.cooled_off(),
                Record::Followup(..) | Record::Payout(..) => None,
            };
            let Some(next) = next else {
                return Ok(Some(record));
            };
            let next = Record::Purchase(operation, next);
            let change = changed(&next, Some(before))?;
            if self.memory.change(next.shop(), vec![change]).await? {
                return Ok(Some(next));
            }
        }
        Err("others are always faster".into())
    }

    /// What was carried out of these kinds.
    async fn carried_out(
        &self,
        after: Option<OperationId>,
        kinds: &[OperationKind],
    ) -> Result<Statement, CallError> {
        let unknown = |error| CallError::Unknown(Some(error));
        let page = self.memory.list(after, STATEMENT_LINES).await;
        let page = page.map_err(unknown)?;
        let next = page.last().map(|(operation, _)| *operation);
        let mut lines = Vec::with_capacity(page.len());
        // Both lists are made of the same records, and most of the work is reading them.
        let payouts = kinds == PAYOUTS;
        let own = page.iter().map(|(_, text)| text);
        for text in own.filter(|text| Record::is_payout(text) == payouts) {
            let record = Record::read(text).ok_or(CallError::Unknown(None))?;
            lines.extend(line(&record).filter(|line| kinds.contains(&line.kind)));
        }
        Ok(Statement { lines, next })
    }
}

/// How many records a page of a statement is made of.
const STATEMENT_LINES: u32 = 1_000;
const PAYMENTS: &[OperationKind] = &[
    OperationKind::Authorize,
    OperationKind::Capture,
    OperationKind::Void,
    OperationKind::Refund,
];
const PAYOUTS: &[OperationKind] = &[OperationKind::PayOut];

/// What a statement says of a record; `None` if no money moved by it.
fn line(record: &Record) -> Option<CarriedOut> {
    let (kind, amount, ruling) = match record {
        Record::Purchase(_, purchase) if purchase.purpose == Purpose::Bind => return None,
        Record::Purchase(_, purchase) => {
            (OperationKind::Authorize, purchase.amount, purchase.ruling())
        }
        Record::Followup(_, followup) => {
            let kind = match followup.step {
                Step::Capture => OperationKind::Capture,
                Step::Void => OperationKind::Void,
                Step::Refund => OperationKind::Refund,
            };
            (kind, followup.amount, Some(followup.ruling))
        }
        Record::Payout(_, paid) => (OperationKind::PayOut, paid.amount, Some(paid.ruling)),
    };
    (ruling == Some(Ruling::Approved)).then(|| CarriedOut {
        operation: record.operation(),
        shop_id: record.shop(),
        kind,
        amount,
    })
}

/// The change that writes this record.
fn changed(record: &Record, before: Option<String>) -> Result<Change, MemoryError> {
    Ok(Change {
        operation: record.operation(),
        before,
        after: record.write()?,
    })
}

/// Returns whether it was decided at once, without its payer.
fn is_settled(record: &Record) -> bool {
    match record {
        Record::Purchase(_, purchase) => purchase.page().is_none(),
        Record::Followup(..) | Record::Payout(..) => false,
    }
}

type Write = Pin<Box<dyn Future<Output = Result<bool, MemoryError>> + Send>>;

fn write(memory: &Arc<dyn Memory>, shop: ShopId, change: &Change) -> Write {
    let (memory, change) = (Arc::clone(memory), change.clone());
    Box::pin(async move { memory.change(shop, vec![change]).await })
}

/// Writes a record whose answer was given, with pauses until it stands: a bank does not forget
/// because a database is away.
async fn write_until_it_stands(
    memory: Arc<dyn Memory>,
    shop: ShopId,
    change: Change,
    mut pending: Option<Write>,
) {
    let mut pause = PAUSE_MIN;
    loop {
        if let Some(write) = pending.take() {
            match write.await {
                Ok(_written_or_known) => return,
                Err(error) => {
                    let operation = change.operation;
                    warn!(operation.id = %operation, %error, "the sandbox waits for its memory");
                }
            }
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "waits for the storage, not for time"
        )]
        tokio::time::sleep(pause).await;
        pause = PAUSE_MAX.min(pause.saturating_mul(2));
        pending = Some(write(&memory, shop, &change));
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
