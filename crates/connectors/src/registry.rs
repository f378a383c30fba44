//! The connectors of a platform, by name. What goes through one stays with it: a name is written
//! down with each operation, and whoever has to ask again asks the same one.

use std::ops::RangeInclusive;
use std::sync::Arc;

use domain::payout::DestinationKind;
use domain::{ConnectorName, Currency, MethodKind, Money};

use crate::acquirer::{Acquirer, Callback};
use crate::bank_call::TakesCalls;
use crate::local::Local;
use crate::payer::Payer;
use crate::sandbox::Sandbox;

/// All connectors of a platform, in the order in which new operations ask for one.
#[derive(Clone, Default)]
pub struct Connectors(Vec<Connector>);

/// Two connectors have the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are two connectors of the name {0}")]
pub struct NameTwice(pub ConnectorName);

/// One way to the outside, with what it can.
#[derive(Clone)]
pub struct Connector {
    /// What it is known by, in the database too.
    pub name: ConnectorName,
    /// What is behind it.
    pub kind: Kind,
    /// Whether it takes anything new.
    pub state: State,
    /// What it can, before it is asked.
    pub abilities: Abilities,
    /// Who takes payers' money.
    pub acquirer: Arc<dyn Acquirer>,
    /// Who sends money to persons, if it does.
    pub payer: Option<Arc<dyn Payer>>,
    /// Its bank, if that is in this process.
    pub local: Option<Arc<dyn Local>>,
    /// Its bank, if that calls over the network.
    pub bank: Option<Arc<dyn TakesCalls>>,
}

/// What is behind a connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The test bank.
    Sandbox,
}

/// Whether a connector takes anything new. What is under way always comes to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It does.
    On,
    /// It ends what it has.
    Off,
}

/// What a connector can, and within which limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Abilities {
    /// Methods that it takes payments by.
    pub methods: Vec<MethodKind>,
    /// Methods that it binds without a payment.
    pub binds: Vec<MethodKind>,
    /// Ways that it sends money.
    pub pays_out: Vec<DestinationKind>,
    /// Its currencies; all of them if none is named.
    pub currencies: Vec<Currency>,
    /// The least and the greatest sum of one operation, in minor units.
    pub amounts_minor: RangeInclusive<i64>,
}

/// What a new operation needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// A payment.
    Payment {
        /// By this method.
        method: MethodKind,
        /// Of this sum.
        amount: Money,
    },
    /// The binding of a method.
    Binding {
        /// The method.
        method: MethodKind,
    },
    /// A token for a card, to pay by it or to be paid to.
    CardToken,
    /// A name for a card that is paid to.
    CardName,
    /// A payout.
    Payout {
        /// By this way.
        destination: DestinationKind,
        /// Of this sum.
        amount: Money,
    },
    /// The banks that payouts through SBP reach.
    SbpBanks,
}

/// What a connector's bank says by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// The connector.
    pub connector: ConnectorName,
    /// What it says.
    pub callback: Callback,
}

impl Connectors {
    /// These connectors; the first one that is on and can does what nothing else is said of.
    ///
    /// # Errors
    /// Two have the same name.
    pub fn new(all: Vec<Connector>) -> Result<Self, NameTwice> {
        let mut names: Vec<ConnectorName> = all.iter().map(|one| one.name).collect();
        names.sort_unstable();
        let twice = names
            .iter()
            .zip(names.iter().skip(1))
            .find(|(one, next)| one == next);
        match twice {
            Some((name, _)) => Err(NameTwice(*name)),
            None => Ok(Self(all)),
        }
    }

    /// The connector of this name, whether or not it takes anything new.
    #[must_use]
    pub fn get(&self, name: ConnectorName) -> Option<&Connector> {
        self.0.iter().find(|one| one.name == name)
    }

    /// The same, each changed so; none has another name afterwards.
    #[must_use]
    pub fn map(self, change: impl Fn(Connector) -> Connector) -> Self {
        let named = |one: Connector| {
            let name = one.name;
            let changed = change(one);
            Connector { name, ..changed }
        };
        Self(self.0.into_iter().map(named).collect())
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Connector> {
        self.0.iter()
    }

    /// The first one that takes new operations and can do this.
    #[must_use]
    pub fn choose(&self, need: Need) -> Option<&Connector> {
        self.0.iter().find(|one| one.takes(need))
    }
}

impl Need {
    /// The method and, where there is one, the sum that it is about.
    #[must_use]
    pub fn subject(self) -> (MethodKind, Option<Money>) {
        match self {
            Self::Payment { method, amount } => (method, Some(amount)),
            Self::Binding { method } => (method, None),
            Self::CardToken | Self::CardName => (MethodKind::BankCard, None),
            Self::Payout {
                destination,
                amount,
            } => (destination.method(), Some(amount)),
            Self::SbpBanks => (MethodKind::Sbp, None),
        }
    }
}

impl Connector {
    /// The test bank under this name; it does everything.
    #[must_use]
    pub fn sandbox(name: ConnectorName, bank: Arc<Sandbox>) -> Self {
        Self {
            name,
            kind: Kind::Sandbox,
            state: State::On,
            abilities: Abilities::all(),
            acquirer: Arc::<Sandbox>::clone(&bank),
            payer: Some(Arc::<Sandbox>::clone(&bank)),
            local: Some(Arc::<Sandbox>::clone(&bank)),
            bank: Some(bank),
        }
    }

    /// Returns whether it takes a new operation that needs this.
    #[must_use]
    pub fn takes(&self, need: Need) -> bool {
        match self.state {
            State::On => self.can(need),
            State::Off => false,
        }
    }

    fn can(&self, need: Need) -> bool {
        let can = &self.abilities;
        match need {
            Need::Payment { method, amount } => can.methods.contains(&method) && can.fits(amount),
            Need::Binding { method } => can.binds.contains(&method),
            Need::CardToken => can.methods.contains(&MethodKind::BankCard),
            Need::CardName => self.pays_by(DestinationKind::Card),
            Need::Payout {
                destination,
                amount,
            } => self.pays_by(destination) && can.fits(amount),
            Need::SbpBanks => self.pays_by(DestinationKind::Sbp),
        }
    }

    fn pays_by(&self, destination: DestinationKind) -> bool {
        self.payer.is_some() && self.abilities.pays_out.contains(&destination)
    }
}

impl Abilities {
    /// Those of the sandbox: all there are.
    #[must_use]
    pub fn all() -> Self {
        Self {
            methods: MethodKind::ALL.to_vec(),
            binds: MethodKind::ALL.to_vec(),
            pays_out: DestinationKind::ALL.to_vec(),
            currencies: Vec::new(),
            amounts_minor: 0..=i64::MAX,
        }
    }

    fn fits(&self, amount: Money) -> bool {
        let currency = amount.currency();
        let known = self.currencies.is_empty() || self.currencies.contains(&currency);
        known && self.amounts_minor.contains(&amount.minor())
    }
}

impl Kind {
    /// Its name in lists.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
        }
    }
}

impl State {
    /// Its name in lists.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
        }
    }
}

#[cfg(test)]
mod tests;
