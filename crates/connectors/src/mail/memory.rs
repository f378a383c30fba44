//! A mail server and an SMS gateway for tests and simulations: it keeps what it was given, and
//! answers as it was told.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::MessageId;
use domain::message::Outcome;

use super::{Mail, Mailer};
use crate::gate::Gate;
use crate::sms::{Sms, SmsGateway};

/// How a server answers.
#[derive(Clone, Debug)]
pub enum Answer {
    /// At once.
    Now(Outcome),
    /// When the gate opens.
    After(Gate, Outcome),
}

/// Servers that send nothing anywhere.
#[derive(Debug, Default)]
pub struct MemoryMailer(Mutex<Desk>);

#[derive(Default)]
struct Desk {
    mails: Vec<Mail>,
    sms: Vec<Sms>,
    taken: BTreeSet<MessageId>,
    next: BTreeMap<String, VecDeque<Answer>>,
    always: BTreeMap<String, Answer>,
}

impl Answer {
    /// Taken.
    #[must_use]
    pub fn accepted() -> Self {
        Self::Now(Outcome::Accepted {
            answer: "250 taken".to_owned(),
        })
    }

    /// Not now.
    #[must_use]
    pub fn failed(reason: &str) -> Self {
        Self::Now(Outcome::Failed {
            reason: reason.to_owned(),
        })
    }

    /// Never.
    #[must_use]
    pub fn refused(reason: &str) -> Self {
        Self::Now(Outcome::Refused {
            reason: reason.to_owned(),
        })
    }
}

impl MemoryMailer {
    /// Servers that take everything.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How the next message to this address is answered; several queue up.
    pub fn next(&self, address: &str, answer: Answer) {
        let mut desk = self.desk();
        let queue = desk.next.entry(address.to_owned()).or_default();
        queue.push_back(answer);
    }

    /// How messages to this address are answered from now on.
    pub fn always(&self, address: &str, answer: Answer) {
        self.desk().always.insert(address.to_owned(), answer);
    }

    /// Takes everything from now on.
    pub fn calm(&self) {
        let mut desk = self.desk();
        desk.next.clear();
        desk.always.clear();
    }

    /// What was mailed so far, in order.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        self.desk().mails.clone()
    }

    /// What was sent to phones so far, in order.
    #[must_use]
    pub fn sms(&self) -> Vec<Sms> {
        self.desk().sms.clone()
    }

    /// Which messages were taken so far, by either server.
    #[must_use]
    pub fn taken(&self) -> BTreeSet<MessageId> {
        self.desk().taken.clone()
    }

    async fn answer(&self, id: MessageId, address: &str) -> Outcome {
        let answer = {
            let mut desk = self.desk();
            let next = desk.next.get_mut(address).and_then(VecDeque::pop_front);
            next.or_else(|| desk.always.get(address).cloned())
        };
        let outcome = match answer.unwrap_or_else(Answer::accepted) {
            Answer::Now(outcome) => outcome,
            Answer::After(gate, outcome) => {
                gate.passed().await;
                outcome
            }
        };
        if matches!(outcome, Outcome::Accepted { .. }) {
            self.desk().taken.insert(id);
        }
        outcome
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} mails, {} SMS", self.mails.len(), self.sms.len())
    }
}

#[async_trait]
impl Mailer for MemoryMailer {
    async fn send(&self, mail: Mail) -> Outcome {
        let (id, address) = (mail.id, mail.to.expose().to_owned());
        self.desk().mails.push(mail);
        self.answer(id, &address).await
    }
}

#[async_trait]
impl SmsGateway for MemoryMailer {
    async fn send(&self, sms: Sms) -> Outcome {
        let (id, address) = (sms.id, sms.to.expose().to_owned());
        self.desk().sms.push(sms);
        self.answer(id, &address).await
    }
}
