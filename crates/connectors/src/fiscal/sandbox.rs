//! The sandbox register: gives documents numbers and a sign, and registers each external id once.
//! It remembers across restarts, and can be told to fail.
//!
//! Buyers with certain e-mail addresses make it fail in test shops: `refused@…` is refused for
//! good, `late@…` is accepted and registered at the first question, `failing@…` fails technically
//! on the first attempt of every document with this sum.

mod journal;

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::fiscal::{FiscalFacts, Said};
use domain::receipt::ReceiptKind;
use domain::{OperationId, ShopId, Timestamp};

use super::{Asked, Document, Fiscal};
use crate::acquirer::CallError;
use journal::{Journal, Line};

/// How many documents are remembered; the oldest are forgotten first.
const DOCUMENTS_MAX: usize = 50_000;
/// The number of the sandbox's fiscal storage.
const STORAGE_NUMBER: &str = "9999078900000001";

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is carried out and not answered.
    ReplyLost,
    /// It never arrives, which the caller does not know.
    RequestLost,
    /// It never leaves, which the caller knows.
    NotSent,
    /// The document is accepted, and registered when it is asked for.
    Late,
    /// The document is refused for good.
    Refused,
    /// The document fails for reasons that may pass.
    Failed,
}

/// How often what goes wrong by chance, each in a thousand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chances {
    /// [`Fault::ReplyLost`].
    pub reply_lost: u32,
    /// [`Fault::RequestLost`].
    pub request_lost: u32,
    /// [`Fault::NotSent`].
    pub not_sent: u32,
    /// [`Fault::Late`].
    pub late: u32,
    /// [`Fault::Refused`].
    pub refused: u32,
    /// [`Fault::Failed`].
    pub failed: u32,
}

/// A document that was registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// Whose it is.
    pub shop_id: ShopId,
    /// Its external id.
    pub operation: OperationId,
    /// Which way the money went.
    pub kind: ReceiptKind,
    /// Its sum, in minor units.
    pub total_minor: i64,
}

/// The sandbox register.
pub struct SandboxRegister(Mutex<State>);

struct State {
    documents: BTreeMap<OperationId, Entry>,
    order: VecDeque<OperationId>,
    numbers: BTreeMap<ShopId, u64>,
    journal: Option<Journal>,
    faults: VecDeque<Fault>,
    chances: Chances,
    /// State of the generator of chance, SplitMix64.
    chance: u64,
}

/// A document and what became of it.
#[derive(Clone, Debug)]
struct Entry {
    shop_id: ShopId,
    kind: ReceiptKind,
    total_minor: i64,
    fate: Fate,
}

#[derive(Clone, Debug)]
enum Fate {
    /// Accepted, registered at the first question.
    Accepted,
    Registered {
        number: u64,
        at: Timestamp,
    },
    Refused,
    Failed,
}

impl SandboxRegister {
    /// A register that forgets everything when it is dropped.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::new(None, Vec::new())
    }

    /// A register that keeps its journal in `directory`.
    ///
    /// # Errors
    /// The journal cannot be read or written.
    pub fn open(directory: &Path) -> io::Result<Self> {
        let (journal, lines) = Journal::open(directory, DOCUMENTS_MAX)?;
        Ok(Self::new(Some(journal), lines))
    }

    fn new(journal: Option<Journal>, lines: Vec<Line>) -> Self {
        let mut state = State {
            documents: BTreeMap::new(),
            order: VecDeque::new(),
            numbers: BTreeMap::new(),
            journal,
            faults: VecDeque::new(),
            chances: Chances::default(),
            chance: 0,
        };
        for (operation, entry) in lines.into_iter().filter_map(Line::into_entry) {
            if let Fate::Registered { number, .. } = entry.fate {
                let last = state.numbers.entry(entry.shop_id).or_default();
                *last = number.max(*last);
            }
            state.keep(operation, entry);
        }
        Self(Mutex::new(state))
    }

    /// The next call goes wrong.
    pub fn next(&self, fault: Fault) {
        self.state().faults.push_back(fault);
    }

    /// From now on things go wrong by chance, the same way for the same seed and calls.
    pub fn by_chance(&self, seed: u64, chances: Chances) {
        let mut state = self.state();
        state.chance = seed;
        state.chances = chances;
    }

    /// From now on nothing goes wrong.
    pub fn calm(&self) {
        let mut state = self.state();
        state.faults.clear();
        state.chances = Chances::default();
    }

    /// Every document that is registered, by external id.
    #[must_use]
    pub fn registered(&self) -> Vec<Registered> {
        let state = self.state();
        let registered = state.documents.iter();
        registered
            .filter(|(_, entry)| matches!(entry.fate, Fate::Registered { .. }))
            .map(|(operation, entry)| Registered {
                shop_id: entry.shop_id,
                operation: *operation,
                kind: entry.kind,
                total_minor: entry.total_minor,
            })
            .collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Fiscal for SandboxRegister {
    async fn register(&self, document: Document) -> Result<Said, CallError> {
        let mut state = self.state();
        let fault = state.fault();
        match fault {
            Some(Fault::NotSent) => return Err(CallError::NotSent(None)),
            Some(Fault::RequestLost) => return Err(CallError::Unknown(None)),
            Some(Fault::ReplyLost | Fault::Late | Fault::Refused | Fault::Failed) | None => {}
        }
        let said = state.carry_out(&document, fault)?;
        if fault == Some(Fault::ReplyLost) {
            return Err(CallError::Unknown(None));
        }
        Ok(said)
    }

    async fn report(&self, asked: Asked) -> Result<Said, CallError> {
        let mut state = self.state();
        match state.fault() {
            Some(Fault::NotSent) => return Err(CallError::NotSent(None)),
            Some(Fault::RequestLost | Fault::ReplyLost) => return Err(CallError::Unknown(None)),
            Some(Fault::Late) => {
                return Ok(Said::Accepted {
                    register_id: asked.register_id,
                });
            }
            Some(Fault::Refused | Fault::Failed) | None => {}
        }
        let known = state.documents.get(&asked.operation).cloned();
        let Some(mut entry) = known else {
            let reason = "the register does not know the document".to_owned();
            return Ok(Said::Failed { reason });
        };
        if matches!(entry.fate, Fate::Accepted) {
            entry.fate = state.registered_now(entry.shop_id, asked.now);
            state.remember(asked.operation, entry.clone())?;
        }
        Ok(entry.said(asked.operation))
    }
}

impl State {
    fn carry_out(&mut self, document: &Document, fault: Option<Fault>) -> Result<Said, CallError> {
        let operation = document.operation;
        if let Some(entry) = self.documents.get(&operation) {
            return Ok(entry.said(operation));
        }
        let fate = match fault.or_else(|| self.asked_for(document)) {
            Some(Fault::Late) => Fate::Accepted,
            Some(Fault::Refused) => Fate::Refused,
            Some(Fault::Failed) => Fate::Failed,
            Some(Fault::ReplyLost | Fault::RequestLost | Fault::NotSent) | None => {
                self.registered_now(document.shop_id, document.created_at)
            }
        };
        let entry = Entry {
            shop_id: document.shop_id,
            kind: document.kind,
            total_minor: document.total.minor(),
            fate,
        };
        self.remember(operation, entry.clone())?;
        Ok(entry.said(operation))
    }

    /// What a test shop's buyer asks for by the address.
    fn asked_for(&self, document: &Document) -> Option<Fault> {
        let email = document.content.customer.email.as_deref()?;
        match email.split_once('@')?.0 {
            "refused" => Some(Fault::Refused),
            "late" => Some(Fault::Late),
            "failing" => {
                let total = document.total.minor();
                let failed = |entry: &Entry| {
                    matches!(entry.fate, Fate::Failed)
                        && entry.total_minor == total
                        && entry.shop_id == document.shop_id
                };
                let before = self.documents.values().any(failed);
                (!before).then_some(Fault::Failed)
            }
            _ => None,
        }
    }

    fn registered_now(&mut self, shop: ShopId, at: Timestamp) -> Fate {
        let number = self.numbers.entry(shop).or_default();
        *number = number.saturating_add(1);
        Fate::Registered {
            number: *number,
            at,
        }
    }

    fn remember(&mut self, operation: OperationId, entry: Entry) -> Result<(), CallError> {
        if let Some(journal) = &mut self.journal {
            let line = Line::of(operation, &entry);
            let written = journal.write(&line);
            written.map_err(|error| CallError::Unknown(Some(Box::new(error))))?;
        }
        self.keep(operation, entry);
        Ok(())
    }

    fn keep(&mut self, operation: OperationId, entry: Entry) {
        if self.documents.insert(operation, entry).is_none() {
            self.order.push_back(operation);
        }
        while DOCUMENTS_MAX < self.documents.len() {
            let Some(oldest) = self.order.pop_front() else {
                return;
            };
            self.documents.remove(&oldest);
        }
    }

    fn fault(&mut self) -> Option<Fault> {
        if let Some(fault) = self.faults.pop_front() {
            return Some(fault);
        }
        let chances = self.chances;
        let lots = [
            (chances.reply_lost, Fault::ReplyLost),
            (chances.request_lost, Fault::RequestLost),
            (chances.not_sent, Fault::NotSent),
            (chances.late, Fault::Late),
            (chances.refused, Fault::Refused),
            (chances.failed, Fault::Failed),
        ];
        if lots.iter().all(|(weight, _)| *weight == 0) {
            return None;
        }
        let mut drawn = crate::sandbox::drawn(&mut self.chance) % 1_000;
        for (weight, fault) in lots {
            match drawn.checked_sub(u64::from(weight)) {
                Some(rest) => drawn = rest,
                None => return Some(fault),
            }
        }
        None
    }
}

impl Entry {
    fn said(&self, operation: OperationId) -> Said {
        let register_id = operation.to_string();
        match &self.fate {
            Fate::Accepted => Said::Accepted { register_id },
            Fate::Registered { number, at } => Said::Registered(FiscalFacts {
                document_number: number.to_string(),
                storage_number: STORAGE_NUMBER.to_owned(),
                attribute: crate::sandbox::fiscal_sign(operation),
                registered_at: *at,
                register_id,
            }),
            Fate::Refused => Said::Refused {
                reason: "the sandbox register refuses the document".to_owned(),
            },
            Fate::Failed => Said::Failed {
                reason: "the sandbox register is out of order".to_owned(),
            },
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
