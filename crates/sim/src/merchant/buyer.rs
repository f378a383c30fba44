//! Buyers of invoices: look, press the button, in several tabs if they like, pay, go away, come
//! back later. The merchant sends them there.

use anyhow::{Context as _, Result};
use app::checkout::{self, Buyer, CheckoutView};
use domain::payment::State;
use domain::{InvoiceId, MethodKind, OperationId, Payment, PaymentId, Timestamp};
use serde_json::Value;
use testkit::World;

use super::act::Act;
use super::{CARDS, Merchant, card};
use crate::business::By;
use crate::chance::Chance;

/// An invoice as its merchant asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bill {
    /// Its sum, in minor units.
    pub(crate) amount: i64,
    /// Whether the money is taken at once.
    pub(crate) capture: bool,
    /// Until when it can be paid.
    pub(crate) expires_at: Timestamp,
    /// To which address the platform sends it, if it does.
    pub(crate) address: Option<String>,
}

/// What a buyer does.
#[derive(Clone, Copy, Debug)]
pub(super) enum Deed {
    /// Looks at the invoice.
    Look(InvoiceId),
    /// Presses the button and looks at the payment page.
    Press(InvoiceId),
    /// Presses the button and pays.
    Pay(InvoiceId, Way),
    /// Pays on a payment page that is open in a tab.
    PayInTab(PaymentId, Way),
    /// Comes back to the payment page from the bank's.
    Return(PaymentId),
}

/// How a buyer pays.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    Card(&'static str),
    Sbp,
}

/// What a buyer was shown.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    invoice: Option<(InvoiceId, &'static str)>,
    payment: Option<Shown>,
}

/// A payment page.
#[derive(Clone, Copy, Debug)]
struct Shown {
    id: PaymentId,
    status: &'static str,
    amount: i64,
    /// The bank's page that it sends the buyer to.
    page: Option<OperationId>,
}

impl Bill {
    /// What the body of a request asks for.
    pub(super) fn of(body: &Value) -> Result<Self> {
        let data = body.get("payment_data").context("nothing to pay")?;
        let address = ["/delivery_method_data/email", "/delivery_method_data/phone"];
        let address = address.iter().find_map(|it| body.pointer(it)?.as_str());
        let end = body.get("expires_at").and_then(Value::as_str);
        let end: jiff::Timestamp = end.context("no end")?.parse()?;
        Ok(Self {
            expires_at: Timestamp::from_micros(end.as_microsecond()),
            amount: i64::try_from(super::units(data)?)? * 100,
            capture: data.get("capture") == Some(&Value::Bool(true)),
            address: address.map(str::to_owned),
        })
    }
}

/// Does it. What the rules do not allow is no error: the page says so.
pub(super) async fn act(world: &World, deed: Deed) -> Result<Seen> {
    match deed {
        Deed::Look(id) => {
            let view = app::invoice::open(&world.app, id).await?;
            Ok(Seen {
                invoice: Some((id, view.invoice.status().code())),
                payment: view.payment.as_ref().map(Shown::of),
            })
        }
        Deed::Press(id) => match app::invoice::pay(&world.app, id).await? {
            None => Ok(Seen::default()),
            Some(payment) => {
                let view = checkout::show(&world.app, payment).await?;
                Ok(Seen::payment(&view))
            }
        },
        Deed::Pay(id, way) => match app::invoice::pay(&world.app, id).await? {
            None => Ok(Seen::default()),
            Some(payment) => pay(world, payment, way).await,
        },
        Deed::PayInTab(payment, way) => pay(world, payment, way).await,
        Deed::Return(payment) => {
            let view = checkout::returned(&world.app, payment).await?;
            Ok(Seen::payment(&view))
        }
    }
}

async fn pay(world: &World, payment: PaymentId, way: Way) -> Result<Seen> {
    let paid = match way {
        Way::Card(number) => {
            let card = card(number).context("a card of a test")?;
            checkout::pay_by_card(&world.app, payment, card, Buyer::default()).await
        }
        Way::Sbp => {
            checkout::pay_by(&world.app, payment, MethodKind::Sbp, None, Buyer::default()).await
        }
    };
    match paid {
        Ok(view) => Ok(Seen::payment(&view)),
        Err(app::Error::Refused(_)) => {
            let view = checkout::show(&world.app, payment).await?;
            Ok(Seen::payment(&view))
        }
        Err(error) => Err(error.into()),
    }
}

impl Shown {
    fn of(payment: &Payment) -> Self {
        Self {
            id: payment.id,
            status: payment.status().code(),
            amount: payment.amount.minor(),
            page: None,
        }
    }
}

impl Seen {
    fn payment(view: &CheckoutView) -> Self {
        let payment = &view.payment;
        let mut shown = Shown::of(payment);
        if let State::Challenged { operation, .. } = payment.state {
            shown.page = Some(operation);
        }
        Self {
            invoice: None,
            payment: Some(shown),
        }
    }
}

impl Merchant {
    /// What buyers of an invoice do next: one of them, or the same in two tabs.
    pub(super) fn next_visits(&self, chance: &mut Chance) -> Vec<Act> {
        let Some(deed) = self.next_deed(chance) else {
            return Vec::new();
        };
        let tabs = if chance.happens(300) { 2 } else { 1 };
        vec![Act::Visit(deed); tabs]
    }

    fn next_deed(&self, chance: &mut Chance) -> Option<Deed> {
        let invoices: Vec<InvoiceId> = self.bills.keys().copied().collect();
        // Mostly the latest ones; those that are long over are visited too.
        let latest = invoices.len().saturating_sub(2);
        let latest = invoices.get(latest..).unwrap_or_default();
        let among = if chance.happens(700) {
            latest
        } else {
            &invoices
        };
        let invoice = *chance.one_of(among)?;
        let way = match chance.below(5) {
            0 => Way::Sbp,
            _ => Way::Card(chance.one_of(&CARDS)?),
        };
        let tab = chance.one_of(&self.tabs).copied();
        Some(match (chance.below(10), tab) {
            (0, _) => Deed::Look(invoice),
            (1 | 2, _) => Deed::Press(invoice),
            (3 | 4, Some(payment)) => Deed::PayInTab(payment, way),
            (5, Some(payment)) => Deed::Return(payment),
            _ => Deed::Pay(invoice, way),
        })
    }

    /// Buyers and the merchant who hears of them remember it.
    pub(super) fn saw(&mut self, seen: Seen) -> Result<()> {
        if let Some((id, status)) = seen.invoice {
            self.note(format!("/invoices/{id}"), By::Shop, status)?;
        }
        if let Some(shown) = seen.payment {
            let id = shown.id;
            self.note(format!("/payments/{id}"), By::Shop, shown.status)?;
            let known = self.payments.entry(id.to_string()).or_default();
            known.units = u64::try_from(shown.amount / 100)?;
            known.stands(shown.status);
            if !self.tabs.contains(&id) {
                self.tabs.push(id);
            }
            let page = shown.page.filter(|page| !self.pages.contains(page));
            self.pages.extend(page);
        }
        Ok(())
    }
}
