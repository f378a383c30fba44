//! The roles in which somebody acts: people of a merchant, the platform's staff, programs, payers,
//! and the platform itself.

/// A role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Owns the merchant's account.
    Owner,
    /// Runs the merchant's business.
    Manager,
    /// Runs it day by day.
    Administrator,
    /// Keeps the merchant's books.
    Accountant,
    /// Serves the merchant's customers.
    Operator,
    /// Connects the merchant's site.
    Developer,
    /// Checks who wants to be connected.
    Reviewer,
    /// Answers merchants.
    Support,
    /// Settles with merchants and repairs what is stuck.
    Settlement,
    /// Runs the platform.
    Chief,
    /// A shop's server, by the shop's secret key.
    Key,
    /// A payout gateway's server, by its secret key.
    Gateway,
    /// An application of a partner in a shop, by a token.
    Application,
    /// An application of a partner, by its own secret.
    Client,
    /// Whoever knows the address of an object's page.
    Payer,
    /// A page of a merchant's site, which has no key.
    Visitor,
    /// The demo's own shop server.
    Demo,
    /// The door that finds out who is asking.
    Door,
    /// The job that ends what nobody has finished in time.
    Expiry,
    /// The job that asks what became of calls.
    Reconciler,
    /// The job that takes in what the outside says of its own accord.
    Listener,
    /// The job that carries notifications.
    Carrier,
    /// The job that sends mail and SMS.
    Sender,
    /// The job that forgets what is over.
    Forgetter,
    /// The job that counts.
    Meter,
    /// The command line of the machine that the platform runs on.
    Machine,
}

/// A set of roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles(u32);

impl Role {
    /// All of them.
    pub const ALL: [Self; 26] = [
        Self::Owner,
        Self::Manager,
        Self::Administrator,
        Self::Accountant,
        Self::Operator,
        Self::Developer,
        Self::Reviewer,
        Self::Support,
        Self::Settlement,
        Self::Chief,
        Self::Key,
        Self::Gateway,
        Self::Application,
        Self::Client,
        Self::Payer,
        Self::Visitor,
        Self::Demo,
        Self::Door,
        Self::Expiry,
        Self::Reconciler,
        Self::Listener,
        Self::Carrier,
        Self::Sender,
        Self::Forgetter,
        Self::Meter,
        Self::Machine,
    ];

    /// The roles of a merchant's people. A custom role may have any right that one of these has.
    pub const MERCHANT: [Self; 6] = [
        Self::Owner,
        Self::Manager,
        Self::Administrator,
        Self::Accountant,
        Self::Operator,
        Self::Developer,
    ];

    /// The roles of the platform's staff.
    pub const STAFF: [Self; 4] = [Self::Reviewer, Self::Support, Self::Settlement, Self::Chief];

    /// The roles of the platform's own jobs.
    pub const JOBS: [Self; 8] = [
        Self::Door,
        Self::Expiry,
        Self::Reconciler,
        Self::Listener,
        Self::Carrier,
        Self::Sender,
        Self::Forgetter,
        Self::Meter,
    ];

    /// Its place among all of them.
    #[must_use]
    #[expect(clippy::as_conversions, reason = "a variant's number has no other way")]
    pub const fn place(self) -> usize {
        self as usize
    }

    /// Its name in tables and in the journal.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Manager => "manager",
            Self::Administrator => "administrator",
            Self::Accountant => "accountant",
            Self::Operator => "operator",
            Self::Developer => "developer",
            Self::Reviewer => "reviewer",
            Self::Support => "support",
            Self::Settlement => "settlement",
            Self::Chief => "chief",
            Self::Key => "key",
            Self::Gateway => "gateway",
            Self::Application => "application",
            Self::Client => "client",
            Self::Payer => "payer",
            Self::Visitor => "visitor",
            Self::Demo => "demo",
            Self::Door => "door",
            Self::Expiry => "expiry",
            Self::Reconciler => "reconciler",
            Self::Listener => "listener",
            Self::Carrier => "carrier",
            Self::Sender => "sender",
            Self::Forgetter => "forgetter",
            Self::Meter => "meter",
            Self::Machine => "machine",
        }
    }

    /// The role with this name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// Returns whether this role has the right. What an application was granted may be less.
    #[must_use]
    pub const fn may(self, right: super::Right) -> bool {
        right.row().roles.have(self)
    }
}

impl Roles {
    /// The set of these roles.
    #[must_use]
    pub const fn of(roles: &[Role]) -> Self {
        let mut all = 0;
        let mut rest = roles;
        while let [role, more @ ..] = rest {
            all |= 1 << role.place();
            rest = more;
        }
        Self(all)
    }

    /// The union of both sets.
    #[must_use]
    pub const fn and(self, others: &[Role]) -> Self {
        Self(self.0 | Self::of(others).0)
    }

    /// This set without that role.
    #[must_use]
    pub const fn without(self, role: Role) -> Self {
        Self(self.0 & !Self::of(&[role]).0)
    }

    /// Returns whether this role is in the set.
    #[must_use]
    pub const fn have(self, role: Role) -> bool {
        self.0 & Self::of(&[role]).0 != 0
    }
}
