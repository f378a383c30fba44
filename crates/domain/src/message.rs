//! Messages to people: mail and SMS. A message is written with the change that causes it, is tried
//! until its server takes or refuses it, and its content is forgotten after a while.
//!
//! Addresses and texts are personal data: no `Debug` of this module shows them.

mod address;

pub use address::{Address, Channel, EMAIL_CHARS_MAX, Email, Phone};

use std::fmt;

use crate::id::{EntityId, InvoiceId, MessageId, PaymentId, ShopId};
use crate::payment::Locale;
use crate::time::{Duration, Timestamp};

/// A message to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id. Servers get it too, so that a repetition can be told from another message.
    pub id: MessageId,
    /// The shop on whose behalf it is written.
    pub shop_id: ShopId,
    /// What it is about.
    pub about: About,
    /// How it travels.
    pub channel: Channel,
    /// Its language.
    pub locale: Locale,
    /// The address and the text; `None` once they are forgotten.
    pub content: Option<Content>,
    /// How far it is.
    pub state: State,
    /// How many attempts there were.
    pub attempts: i64,
    /// What the server said at the last attempt, or why the message was dropped. It is forgotten
    /// with the content, because servers often repeat addresses in their answers.
    pub said: Option<String>,
    /// When it was written.
    pub created_at: Timestamp,
}

/// The object that a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum About {
    /// A payment.
    Payment(PaymentId),
    /// An invoice.
    Invoice(InvoiceId),
}

/// The address and the text of a message.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    /// To whom.
    pub to: Address,
    /// One line; empty for SMS.
    pub subject: String,
    /// The text; for SMS, all of it.
    pub text: String,
    /// The same as HTML, for mail programs that show it.
    pub html: Option<String>,
}

/// How far a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Waits for its first or next attempt.
    Queued {
        /// When that attempt is due.
        due_at: Timestamp,
    },
    /// A server has taken it.
    Sent {
        /// When.
        at: Timestamp,
    },
    /// No server is configured: it can be read here, but nobody got it.
    Kept {
        /// When.
        at: Timestamp,
    },
    /// Given up: refused for good, or the attempts are used up.
    Failed {
        /// When.
        at: Timestamp,
    },
    /// Not sent, because it was no longer true when its turn came.
    Dropped {
        /// When.
        at: Timestamp,
    },
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server has taken it.
    Accepted {
        /// Its answer.
        answer: String,
    },
    /// There is no server.
    NoServer,
    /// The server will never take it: there is no such address, or it refuses the message.
    Refused {
        /// Why.
        reason: String,
    },
    /// Not taken now, or unknown: another attempt can be made.
    Failed {
        /// Why.
        reason: String,
    },
}

/// How long after the first attempt the second one is made; each pause is twice the one before.
pub const PAUSE_FIRST: Duration = Duration::minutes(1);
/// The longest pause. The attempt after it is the last one.
pub const PAUSE_MAX: Duration = Duration::days(1);
/// How long address and text are kept after the end.
pub const KEPT: Duration = Duration::days(30);

/// How long to wait after so many failed attempts; `None` when they are used up.
#[must_use]
pub fn pause_after(attempts: i64) -> Option<Duration> {
    let doublings = u32::try_from(attempts.checked_sub(1)?).ok()?;
    let pause = |doublings: u32| {
        let factor = 1_i64.checked_shl(doublings).filter(|factor| *factor > 0);
        let micros = factor.and_then(|factor| factor.checked_mul(PAUSE_FIRST.as_micros()));
        micros.map_or(PAUSE_MAX, |micros| Duration::micros(micros).min(PAUSE_MAX))
    };
    let before = doublings.checked_sub(1).map(pause);
    (before != Some(PAUSE_MAX)).then(|| pause(doublings))
}

impl Message {
    /// A message that is sent at once. Characters that a subject must not have, such as line ends,
    /// become spaces.
    #[must_use]
    pub fn new(
        id: MessageId,
        shop_id: ShopId,
        about: About,
        (locale, content): (Locale, Content),
        now: Timestamp,
    ) -> Self {
        let one_line = |c: char| if c.is_control() { ' ' } else { c };
        let content = Content {
            subject: content.subject.chars().map(one_line).collect(),
            ..content
        };
        Self {
            id,
            shop_id,
            about,
            channel: content.to.channel(),
            locale,
            content: Some(content),
            state: State::Queued { due_at: now },
            attempts: 0,
            said: None,
            created_at: now,
        }
    }

    /// The message after an attempt; `None` if it does not wait for one.
    #[must_use]
    pub fn attempted(&self, outcome: &Outcome, now: Timestamp) -> Option<Self> {
        match self.state {
            State::Queued { .. } => {}
            State::Sent { .. }
            | State::Kept { .. }
            | State::Failed { .. }
            | State::Dropped { .. } => return None,
        }
        let attempts = self.attempts.saturating_add(1);
        let (state, said) = match outcome {
            Outcome::Accepted { answer } => (State::Sent { at: now }, Some(answer.clone())),
            Outcome::NoServer => (State::Kept { at: now }, None),
            Outcome::Refused { reason } => (State::Failed { at: now }, Some(reason.clone())),
            Outcome::Failed { reason } => {
                let state = match pause_after(attempts) {
                    Some(pause) => State::Queued {
                        due_at: now.plus(pause),
                    },
                    None => State::Failed { at: now },
                };
                (state, Some(reason.clone()))
            }
        };
        Some(Self {
            state,
            attempts,
            said,
            ..self.clone()
        })
    }

    /// The message dropped instead of attempted, because nobody needs it any more; `None` if it
    /// does not wait for an attempt.
    #[must_use]
    pub fn dropped(&self, reason: &str, now: Timestamp) -> Option<Self> {
        self.state.due_at()?;
        Some(Self {
            state: State::Dropped { at: now },
            said: Some(reason.to_owned()),
            ..self.clone()
        })
    }
}

impl About {
    /// The kind of object, as the database has it.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Payment(_) => PaymentId::KIND,
            Self::Invoice(_) => InvoiceId::KIND,
        }
    }

    /// The object's id.
    #[must_use]
    pub fn id(self) -> String {
        match self {
            Self::Payment(id) => id.to_string(),
            Self::Invoice(id) => id.to_string(),
        }
    }

    /// The object of this kind with this id.
    #[must_use]
    pub fn read(kind: &str, id: &str) -> Option<Self> {
        match kind {
            PaymentId::KIND => id.parse().ok().map(Self::Payment),
            InvoiceId::KIND => id.parse().ok().map(Self::Invoice),
            _ => None,
        }
    }
}

impl State {
    /// Its name in the database and in reports.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Queued { .. } => "queued",
            Self::Sent { .. } => "sent",
            Self::Kept { .. } => "kept",
            Self::Failed { .. } => "failed",
            Self::Dropped { .. } => "dropped",
        }
    }

    /// The state with this name, due or ended at this time.
    #[must_use]
    pub fn read(code: &str, at: Timestamp) -> Option<Self> {
        match code {
            "queued" => Some(Self::Queued { due_at: at }),
            "sent" => Some(Self::Sent { at }),
            "kept" => Some(Self::Kept { at }),
            "failed" => Some(Self::Failed { at }),
            "dropped" => Some(Self::Dropped { at }),
            _ => None,
        }
    }

    /// When the next attempt is due.
    #[must_use]
    pub const fn due_at(self) -> Option<Timestamp> {
        match self {
            Self::Queued { due_at } => Some(due_at),
            Self::Sent { .. } | Self::Kept { .. } | Self::Failed { .. } | Self::Dropped { .. } => {
                None
            }
        }
    }

    /// When it ended.
    #[must_use]
    pub const fn ended_at(self) -> Option<Timestamp> {
        match self {
            Self::Queued { .. } => None,
            Self::Sent { at } | Self::Kept { at } | Self::Failed { at } | Self::Dropped { at } => {
                Some(at)
            }
        }
    }

    /// From when on address and text may be forgotten.
    #[must_use]
    pub fn forget_at(self) -> Option<Timestamp> {
        self.ended_at().map(|at| at.plus(KEPT))
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Content(…)")
    }
}

#[cfg(test)]
mod tests;
