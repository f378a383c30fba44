//! Who acts in a use case.

use std::sync::Arc;

use super::{RIGHTS, Right, Role};
use crate::{
    ApplicationId, Grant, InvoiceId, OperationId, PaymentId, PaymentMethodId, SelfEmployedId,
    ShopId,
};

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// This shop's server, by the shop's secret key.
    Key(ShopId),
    /// This payout gateway's server, by its secret key.
    Gateway(ShopId),
    /// An application of a partner, by what a shop granted it.
    Application(Arc<Grant>),
    /// An application of a partner, by its own secret.
    Client(ApplicationId),
    /// Whoever knows the address of this object's page.
    Payer(Object),
    /// A page of a merchant's site.
    Visitor,
    /// The demo's own shop server.
    Demo,
    /// The platform, by itself.
    Job(Job),
    /// The command line of the machine.
    Machine(Arc<Machine>),
}

/// A command of the command line, in somebody's hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// The account on the machine that it runs under.
    pub account: String,
    /// The command: `shop key add`.
    pub command: String,
    /// The rights that the command asks for. It gets no others.
    pub rights: Vec<Right>,
}

/// What the platform does by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// Finds out who is asking.
    Door,
    /// Ends what nobody has finished in time.
    Expiry,
    /// Asks what became of calls.
    Reconciler,
    /// Takes in what the outside says of its own accord.
    Listener,
    /// Carries notifications.
    Carrier,
    /// Sends mail and SMS.
    Sender,
    /// Forgets what is over.
    Forgetter,
    /// Counts.
    Meter,
}

/// An object with a page that needs no login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object {
    /// A payment.
    Payment(PaymentId),
    /// An invoice.
    Invoice(InvoiceId),
    /// A payment method that is being bound.
    PaymentMethod(PaymentMethodId),
    /// A call that waits for its payer at the test bank.
    Operation(OperationId),
    /// A person whom the test tax service asks.
    SelfEmployed(SelfEmployedId),
}

impl Machine {
    /// A command that asks for every right that the command line has.
    #[must_use]
    pub fn unbounded(account: &str, command: &str) -> Self {
        let rights = RIGHTS.iter().filter(|row| row.roles.have(Role::Machine));
        Self {
            account: account.to_owned(),
            command: command.to_owned(),
            rights: rights.map(|row| row.right).collect(),
        }
    }
}

impl Actor {
    /// The role in which they act.
    #[must_use]
    pub const fn role(&self) -> Role {
        match self {
            Self::Key(_) => Role::Key,
            Self::Gateway(_) => Role::Gateway,
            Self::Application(_) => Role::Application,
            Self::Client(_) => Role::Client,
            Self::Payer(_) => Role::Payer,
            Self::Visitor => Role::Visitor,
            Self::Demo => Role::Demo,
            Self::Job(Job::Door) => Role::Door,
            Self::Job(Job::Expiry) => Role::Expiry,
            Self::Job(Job::Reconciler) => Role::Reconciler,
            Self::Job(Job::Listener) => Role::Listener,
            Self::Job(Job::Carrier) => Role::Carrier,
            Self::Job(Job::Sender) => Role::Sender,
            Self::Job(Job::Forgetter) => Role::Forgetter,
            Self::Job(Job::Meter) => Role::Meter,
            Self::Machine(_) => Role::Machine,
        }
    }

    /// Returns whether they have this right: by their role, an application by its
    /// scopes, a command by what it asks for.
    #[must_use]
    pub fn may(&self, right: Right) -> bool {
        let granted = match self {
            Self::Application(grant) => right.scope().is_none_or(|scope| grant.permits(scope)),
            Self::Machine(machine) => machine.rights.contains(&right),
            Self::Key(_)
            | Self::Gateway(_)
            | Self::Client(_)
            | Self::Payer(_)
            | Self::Visitor
            | Self::Demo
            | Self::Job(_) => true,
        };
        granted && self.role().may(right)
    }

    /// The shop or the payout gateway whose credentials were shown.
    #[must_use]
    pub fn account(&self) -> Option<ShopId> {
        match self {
            Self::Key(shop) | Self::Gateway(shop) => Some(*shop),
            Self::Application(grant) => Some(grant.shop_id),
            Self::Client(_)
            | Self::Payer(_)
            | Self::Visitor
            | Self::Demo
            | Self::Job(_)
            | Self::Machine(_) => None,
        }
    }
}
