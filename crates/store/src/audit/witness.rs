//! Witnesses of an object: the calls that were made for it and the events that were written. A
//! query brings all of an object's in one text, which takes one look into an index: words between
//! spaces, and a line for each.

use domain::{Currency, Money};

/// A call to the outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// What was asked.
    pub kind: String,
    /// How far it is.
    pub state: String,
    /// How much it is about.
    pub amount: Money,
    /// Whether it is the one that the object waits for.
    pub awaited: bool,
}

/// What was told of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What happened.
    pub kind: String,
    /// The notification.
    pub body: String,
}

impl Call {
    /// Returns whether it was approved, and is about this sum.
    #[must_use]
    pub fn is_done(&self, kind: &str, amount: Money) -> bool {
        self.kind == kind && self.state == "approved" && self.amount == amount
    }

    /// Returns whether an answer may still come.
    #[must_use]
    pub fn is_open(&self) -> bool {
        ["sent", "unknown", "challenged"].contains(&self.state.as_str())
    }

    /// One a line: kind, state, currency, sum, and whether it is the one that is awaited.
    pub(super) fn list(text: Option<&str>) -> Option<Vec<Self>> {
        let lines = text.unwrap_or_default().lines();
        let calls = lines.map(|line| {
            let mut words = line.split(' ');
            Some(Self {
                kind: words.next()?.to_owned(),
                state: words.next()?.to_owned(),
                amount: money(words.next()?, words.next()?)?,
                awaited: words.next()? == "1",
            })
        });
        calls.collect()
    }
}

impl Told {
    /// One a line: the kind and the notification, which has no lines.
    pub(super) fn list(text: Option<&str>) -> Option<Vec<Self>> {
        let lines = text.unwrap_or_default().lines();
        let told = lines.map(|line| {
            let (kind, body) = line.split_once(' ')?;
            Some(Self {
                kind: kind.to_owned(),
                body: body.to_owned(),
            })
        });
        told.collect()
    }
}

/// A sum of which a text names the currency.
pub(super) fn money(currency: &str, minor: &str) -> Option<Money> {
    let currency = Currency::from_code(currency)?;
    Some(Money::new(minor.parse().ok()?, currency))
}

/// Sums of what stands under each name: one a line, a name, a currency and a sum.
pub(super) struct Sums(Vec<(String, Money)>);

impl Sums {
    pub(super) fn read(text: Option<&str>) -> Option<Self> {
        let lines = text.unwrap_or_default().lines();
        let sums = lines.map(|line| {
            let mut words = line.split(' ');
            let name = words.next()?.to_owned();
            Some((name, money(words.next()?, words.next()?)?))
        });
        Some(Self(sums.collect::<Option<_>>()?))
    }

    /// The sum under a name, in one currency; nothing if there is none of it.
    pub(super) fn of(&self, name: &str, currency: Currency) -> Option<Money> {
        let fitting = self
            .0
            .iter()
            .filter(|(other, money)| other == name && money.currency() == currency);
        let minor = fitting.map(|(_, money)| money.minor());
        minor
            .reduce(i64::saturating_add)
            .map(|minor| Money::new(minor, currency))
    }
}
