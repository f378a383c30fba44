//! Data of persons who are paid (YooKassa API v3: personal data): a name to compare with that of an
//! account's owner, or what a statement of payouts has to say.
//!
//! Names and birthdates are types that cannot be printed. They are forgotten when their time is
//! over; what stays is that there were some.

use std::fmt;

use crate::id::{PersonalDataId, ShopId};
use crate::metadata::Metadata;
use crate::time::{Duration, Timestamp};

/// How long data wait for their first payout.
pub const UNUSED_LIFE: Duration = Duration::days(1);
/// How long a name may be compared with again.
pub const SBP_LIFE: Duration = Duration::days(30);
/// How long the data of a statement are kept after the last payout: five years.
pub const STATEMENT_LIFE: Duration = Duration::days(5 * 365 + 1);

/// Data of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonalData {
    /// Their id.
    pub id: PersonalDataId,
    /// The gateway that may use them.
    pub shop_id: ShopId,
    /// What they are for.
    pub kind: Kind,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// How far they are.
    pub state: State,
    /// When they were created.
    pub created_at: Timestamp,
    /// Counts changes.
    pub version: i64,
}

/// What data are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// To compare a receiver's name.
    SbpPayoutRecipient,
    /// To make statements of payouts.
    PayoutStatementRecipient,
}

/// How far data are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// They were not used yet.
    Waiting {
        /// Who it is.
        person: Person,
    },
    /// They were used in a payout and may be used again.
    Active {
        /// Who it is.
        person: Person,
        /// Until when.
        expires_at: Timestamp,
    },
    /// Their time is over, and they are forgotten.
    Canceled,
}

/// The status as the API knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Not used yet.
    WaitingForOperation,
    /// Used.
    Active,
    /// Forgotten.
    Canceled,
}

/// A person. It cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// The family name.
    pub last_name: String,
    /// The given name.
    pub first_name: String,
    /// The patronymic.
    pub middle_name: Option<String>,
    /// The day of birth, `2000-01-31`; only for statements.
    pub birthdate: Option<String>,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Person(…)")
    }
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::SbpPayoutRecipient, Self::PayoutStatementRecipient];

    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::SbpPayoutRecipient => "sbp_payout_recipient",
            Self::PayoutStatementRecipient => "payout_statement_recipient",
        }
    }

    /// The kind with this name on the wire.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

impl Status {
    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::WaitingForOperation => "waiting_for_operation",
            Self::Active => "active",
            Self::Canceled => "canceled",
        }
    }
}

impl PersonalData {
    /// New data, which wait for their first payout.
    #[must_use]
    pub fn create(
        id: PersonalDataId,
        shop_id: ShopId,
        (kind, person): (Kind, Person),
        metadata: Metadata,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            shop_id,
            kind,
            metadata,
            state: State::Waiting { person },
            created_at: now,
            version: 1,
        }
    }

    /// The data once a payout has used them; `None` if they cannot be used any more.
    #[must_use]
    pub fn used(&self, now: Timestamp) -> Option<Self> {
        if self.due_at().is_some_and(|due_at| due_at <= now) {
            return None;
        }
        let (person, before) = match &self.state {
            State::Waiting { person } => (person, None),
            State::Active { person, expires_at } => (person, Some(*expires_at)),
            State::Canceled => return None,
        };
        let expires_at = match (self.kind, before) {
            // Comparing again does not prolong the time that the first comparison set.
            (Kind::SbpPayoutRecipient, Some(before)) => before,
            (Kind::SbpPayoutRecipient, None) => now.plus(SBP_LIFE),
            (Kind::PayoutStatementRecipient, _) => now.plus(STATEMENT_LIFE),
        };
        let state = State::Active {
            person: person.clone(),
            expires_at,
        };
        Some(Self {
            state,
            ..self.clone()
        })
    }

    /// Their time is over. `None` if it is not.
    #[must_use]
    pub fn expire(&self, now: Timestamp) -> Option<Self> {
        self.due_at().filter(|due_at| *due_at <= now)?;
        Some(Self {
            state: State::Canceled,
            ..self.clone()
        })
    }

    /// When time alone will change them; `None` if time alone changes nothing.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        match &self.state {
            State::Waiting { .. } => Some(self.created_at.plus(UNUSED_LIFE)),
            State::Active { expires_at, .. } => Some(*expires_at),
            State::Canceled => None,
        }
    }

    /// Who it is, as long as it is known.
    #[must_use]
    pub fn person(&self) -> Option<&Person> {
        match &self.state {
            State::Waiting { person } | State::Active { person, .. } => Some(person),
            State::Canceled => None,
        }
    }

    /// The status as the API knows it.
    #[must_use]
    pub fn status(&self) -> Status {
        match &self.state {
            State::Waiting { .. } => Status::WaitingForOperation,
            State::Active { .. } => Status::Active,
            State::Canceled => Status::Canceled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::IdSeed;

    const NOW: Timestamp = Timestamp::from_micros(1_784_548_800_000_000);

    fn data(kind: Kind) -> PersonalData {
        let person = Person {
            last_name: "Иванова".to_owned(),
            first_name: "Анна".to_owned(),
            middle_name: None,
            birthdate: None,
        };
        let id = PersonalDataId::new(IdSeed { at: NOW, random: 1 });
        let shop = ShopId::new(1).unwrap();
        PersonalData::create(id, shop, (kind, person), Metadata::default(), NOW)
    }

    #[test]
    fn a_person_is_never_printed() {
        assert!(!format!("{:?}", data(Kind::SbpPayoutRecipient)).contains("Анна"));
    }

    #[test]
    fn unused_data_are_forgotten_after_a_day() {
        let waiting = data(Kind::SbpPayoutRecipient);
        let end = NOW.plus(UNUSED_LIFE);
        let before = end.minus(Duration::micros(1));
        assert_eq!(waiting.expire(before), None);
        assert!(waiting.used(before).is_some());
        assert_eq!(waiting.used(end), None);
        let canceled = waiting.expire(end).unwrap();
        assert_eq!(
            (canceled.status(), canceled.person()),
            (Status::Canceled, None)
        );
        assert_eq!((canceled.used(end), canceled.expire(end)), (None, None));
    }

    #[test]
    fn a_statement_prolongs_what_a_comparison_does_not() {
        let later = NOW.plus(Duration::days(10));
        for (kind, expected) in [
            (Kind::SbpPayoutRecipient, NOW.plus(SBP_LIFE)),
            (Kind::PayoutStatementRecipient, later.plus(STATEMENT_LIFE)),
        ] {
            let active = data(kind).used(NOW).unwrap();
            assert_eq!(active.status(), Status::Active);
            assert_eq!(active.used(later).unwrap().due_at(), Some(expected));
        }
    }
}
