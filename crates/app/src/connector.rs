//! Chooses the connector for something new, and finds the one for something that is under way. The
//! first is a choice; the second never is.

use connectors::registry::Need;
use connectors::{Called, Connector};
use domain::payout::{CreateRefused, DestinationKind};
use domain::{ConnectorName, MethodKind, Money};
use tokio::sync::mpsc;

use crate::app::App;
use crate::cx::Allowed;

impl App {
    /// The connector of an operation that names it. `None` if it is not there: then nobody is
    /// asked, even if there are other connectors.
    pub(crate) fn connector(&self, name: Option<ConnectorName>) -> Option<&Connector> {
        self.connectors.get(name?)
    }

    /// What banks say by themselves from now on, for the one who listens; `None` if none does.
    #[must_use]
    pub fn callbacks(&self) -> Option<mpsc::UnboundedReceiver<Called>> {
        let (sender, receiver) = mpsc::unbounded_channel();
        for one in self.connectors.iter() {
            let (connector, sender) = (one.name, sender.clone());
            if let Some(local) = &one.local {
                local.listen(Box::new(move |callback| {
                    let called = Called {
                        connector,
                        callback,
                    };
                    sender.send(called).is_ok()
                }));
            }
        }
        let any = self.connectors.iter().any(|one| one.local.is_some());
        any.then_some(receiver)
    }
}

impl Allowed {
    /// The connector for something new that needs this: one that the shop's rules name, or else the
    /// platform's first. With `bound` it is that one or none, because it alone knows the means.
    pub(crate) fn connector_for(
        &self,
        need: Need,
        bound: Option<ConnectorName>,
    ) -> Option<ConnectorName> {
        let connectors = &self.app.connectors;
        let takes = |name| connectors.get(name).filter(|one| one.takes(need));
        let (method, amount) = need.subject();
        let rules = self.shop.choices.iter();
        let mut fitting = rules.filter(|rule| rule.fits(method, amount)).peekable();
        let chosen = match bound {
            Some(name) => takes(name),
            None if fitting.peek().is_none() => connectors.choose(need),
            None => fitting.find_map(|rule| takes(rule.connector)),
        };
        chosen.map(|one| one.name)
    }

    /// The connector for a payment.
    pub(crate) fn connector_of_payment(
        &self,
        method: MethodKind,
        amount: Money,
        bound: Option<ConnectorName>,
    ) -> Result<ConnectorName, domain::payment::AuthorizeRefused> {
        let chosen = self.connector_for(Need::Payment { method, amount }, bound);
        chosen.ok_or(domain::payment::AuthorizeRefused::MethodNotAccepted { method })
    }

    /// The connector for the binding of a method.
    pub(crate) fn connector_of_binding(
        &self,
        method: MethodKind,
    ) -> Result<ConnectorName, domain::payment_method::BindRefused> {
        let chosen = self.connector_for(Need::Binding { method }, None);
        chosen.ok_or(domain::payment_method::BindRefused::MethodNotBindable { method })
    }

    /// The connector for a payout.
    pub(crate) fn connector_of_payout(
        &self,
        destination: DestinationKind,
        amount: Money,
        bound: Option<ConnectorName>,
    ) -> Result<ConnectorName, CreateRefused> {
        let need = Need::Payout {
            destination,
            amount,
        };
        let kind = destination;
        let chosen = self.connector_for(need, bound);
        chosen.ok_or(CreateRefused::DestinationNotPaid { kind })
    }
}
