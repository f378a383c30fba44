//! What the mail server and the SMS gateway took is what the messages say, and these are what was
//! asked for.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};
use domain::message::{About, Address, State};
use domain::payment::Status;
use domain::{InvoiceId, Message, MessageId, Payment, Timestamp};
use testkit::World;

use super::Facts;
use crate::Tally;
use crate::business::{BUYER, NO_PHONE, NOBODY};
use crate::merchant::Merchant;

/// What was handed over to a server: to whom, and what it said.
type Handed = BTreeMap<MessageId, Vec<(String, String)>>;

/// Each payment that succeeded and was to be told of has one message, and so has each invoice that
/// the platform was to send; others have none. What was sent more than once is the same, and none
/// was sent that was not written down.
pub(super) fn agree(
    world: &World,
    merchant: &Merchant,
    facts: &Facts,
    tally: &mut Tally,
) -> Result<()> {
    let mut wanted = wanted(merchant, facts);
    let (mut mails, mut sms) = (Handed::new(), Handed::new());
    for mail in world.mailer.mails() {
        tally.mails += 1;
        let said = format!("{}\n{}\n{:?}", mail.subject, mail.text, mail.html);
        let handed = mails.entry(mail.id).or_default();
        handed.push((mail.to.expose().to_owned(), said));
    }
    for one in world.mailer.sms() {
        tally.sms += 1;
        let handed = sms.entry(one.id).or_default();
        handed.push((one.to.expose().to_owned(), one.text));
    }
    let mut written = Vec::new();
    for message in &facts.messages {
        let (id, about) = (message.id, message.about.id());
        let to = wanted.remove(&about);
        let to = to.with_context(|| format!("message {id} about {about} is one too many"))?;
        written.push((message, to));
    }
    let missing = wanted.keys().next();
    ensure!(missing.is_none(), "{missing:?} has 0 messages");
    let taken = world.mailer.taken();
    for (message, to) in written {
        let (id, about) = (message.id, message.about.id());
        let content = message.content.as_ref();
        let content = content.with_context(|| format!("message {id} is forgotten"))?;
        let same = content.to.expose() == to;
        ensure!(same, "message {id} about {about} goes to somebody else");
        let handed = match content.to {
            Address::Email(_) => mails.remove(&id),
            Address::Phone(_) => sms.remove(&id),
        };
        let handed = handed.unwrap_or_default();
        if let State::Dropped { at } = message.state {
            let needless = is_needless(merchant, facts, message.about, at);
            ensure!(
                needless,
                "message {id} about {about} was dropped for no reason"
            );
        } else {
            ensure!(!handed.is_empty(), "message {id} was never sent");
            has_ended(message, &to, taken.contains(&id))?;
        }
        is_one(id, &to, &handed)?;
        if let About::Invoice(invoice) = message.about {
            leads_there(world, invoice, &content.text)?;
        }
    }
    ensure!(mails.is_empty(), "a mail was sent that nobody wrote");
    ensure!(sms.is_empty(), "an SMS was sent that nobody wrote");
    Ok(())
}

/// What the platform has to write about, and to whom.
fn wanted(merchant: &Merchant, facts: &Facts) -> BTreeMap<String, String> {
    let mut wanted = BTreeMap::new();
    for payment in &facts.payments {
        let asked = payment.details.as_ref();
        let asked = asked.is_some_and(|details| details.extras.statements.is_some());
        if asked && payment.status() == Status::Succeeded {
            wanted.insert(payment.id.to_string(), BUYER.to_owned());
        }
    }
    for (id, bill) in &merchant.bills {
        let to = bill.address.clone();
        wanted.extend(to.map(|to| (id.to_string(), to)));
    }
    wanted
}

/// Returns whether nobody had any use for it by then. A payment that happened stays true; an
/// invoice is of use until it is over, or the buyer has paid.
fn is_needless(merchant: &Merchant, facts: &Facts, about: About, at: Timestamp) -> bool {
    let About::Invoice(invoice) = about else {
        return false;
    };
    let over = merchant
        .bills
        .get(&invoice)
        .map(|bill| bill.expires_at <= at);
    let pays_it = |payment: &&Payment| {
        let details = payment.details.as_ref();
        let own = details.and_then(|details| details.invoice) == Some(invoice);
        own && payment.authorization.is_some() && payment.created_at <= at
    };
    over == Some(true) || facts.payments.iter().any(|payment| pays_it(&payment))
}

/// Its end is what the server said.
fn has_ended(message: &Message, to: &str, taken: bool) -> Result<()> {
    let id = message.id;
    let nobody = to == NOBODY || to == NO_PHONE;
    match message.state {
        State::Sent { .. } => ensure!(taken, "message {id} was never taken"),
        State::Failed { .. } => ensure!(nobody && !taken, "message {id} is given up"),
        State::Queued { .. } | State::Kept { .. } | State::Dropped { .. } => {
            bail!("message {id} is {:?}", message.state)
        }
    }
    Ok(())
}

/// However often it was handed over, it was the same, and to whom it was for.
fn is_one(id: MessageId, to: &str, handed: &[(String, String)]) -> Result<()> {
    let Some(first) = handed.first() else {
        return Ok(());
    };
    ensure!(first.0 == to, "message {id} went to somebody else");
    let equal = handed.iter().all(|one| one == first);
    ensure!(equal, "repetitions of {id} differ");
    Ok(())
}

/// The message leads to the invoice's page.
fn leads_there(world: &World, invoice: InvoiceId, text: &str) -> Result<()> {
    let page = world.app.links().invoice_page(invoice);
    ensure!(
        text.contains(&page),
        "a message about {invoice} leads elsewhere"
    );
    Ok(())
}
