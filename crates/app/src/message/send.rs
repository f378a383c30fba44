//! Sends messages: claims what is due, hands it to its server, writes down the result.
//!
//! The server's answer is written down once; it ends the message or plans the next attempt. A
//! message whose sender died is due again when its lease ends, and goes out again under the same
//! id. Before each attempt the message is checked: an invoice that is paid or over asks nobody for
//! money. Logs have the id, and nothing of the content or the address.

use std::sync::Arc;

use connectors::mail::Mail;
use connectors::sms::Sms;
use domain::access::Job;
use domain::message::{About, Address, Channel, Outcome, State};
use domain::{Duration, Message, Right, invoice};
use store::message::{Claim, Claimed, Recorded};
use tracing::{debug, error, info, warn};

use crate::app::App;
use crate::error::Error;

/// How long a claimed message is left to its sender. Longer than the longest call.
pub const LEASE: Duration = Duration::minutes(2);

/// A message whose turn has come, and what came of it.
#[derive(Debug)]
pub struct Tried {
    claimed: Claimed,
    end: End,
}

#[derive(Debug)]
enum End {
    /// It was handed over, or not.
    Heard(Outcome),
    /// Nobody needs it any more.
    Needless(&'static str),
}

/// Claims at most `limit` messages of a channel that are due.
///
/// # Errors
/// The storage fails.
pub async fn claim(app: &Arc<App>, channel: Channel, limit: u32) -> Result<Vec<Claimed>, Error> {
    let now = app.now();
    let claim = Claim {
        now,
        lease_until: now.plus(LEASE),
        channel,
        limit,
    };
    let unit =
        move |tx: &mut store::Tx<'_>| Ok::<_, Error>(store::message::claim_any_shop(tx, &claim)?);
    let rows = app.job(Job::Sender).require_any_shop(Right::MessageSend)?;
    rows.write(unit).await
}

/// Hands one claimed message to its server, if it still has something to say.
pub async fn carry(app: Arc<App>, claimed: Claimed) -> Tried {
    let end = match needless(&app, &claimed).await {
        Ok(None) => End::Heard(hand_over(&app, &claimed.message).await),
        Ok(Some(reason)) => End::Needless(reason),
        Err(error) => {
            let id = claimed.message.id;
            error!(message.id = %id, ?error, "what message {id} is about could not be read");
            let reason = "what it is about could not be read".to_owned();
            End::Heard(Outcome::Failed { reason })
        }
    };
    Tried { claimed, end }
}

/// Why nobody needs a message any more; `None` if it is still true.
async fn needless(app: &Arc<App>, claimed: &Claimed) -> Result<Option<&'static str>, Error> {
    let message = &claimed.message;
    let invoice = match message.about {
        // A payment that happened stays true.
        About::Payment(_) => return Ok(None),
        About::Invoice(invoice) => invoice,
    };
    let shop = message.shop_id;
    let read = move |conn: &mut store::Conn<'_>| {
        let found = store::invoice::find(conn, shop, invoice)?;
        found.ok_or(Error::defect(
            "a message about an invoice that is not there",
        ))
    };
    let rows = app.job(Job::Sender).require_any_shop(Right::MessageSend)?;
    let invoice = rows.read(read).await?;
    let over = invoice.expires_at <= app.now().plus(claimed.clock_offset);
    Ok(match invoice.state {
        invoice::State::Held { .. } | invoice::State::Succeeded { .. } => {
            Some("the invoice is paid")
        }
        invoice::State::Canceled { .. } => Some("the invoice is over"),
        invoice::State::Open { .. } => over.then_some("the invoice is over"),
    })
}

async fn hand_over(app: &App, message: &Message) -> Outcome {
    let Message {
        id,
        locale,
        content,
        created_at,
        ..
    } = message.clone();
    match content.map(|content| (content.to.clone(), content)) {
        Some((Address::Email(to), content)) => {
            let mail = Mail {
                id,
                to,
                locale,
                subject: content.subject,
                text: content.text,
                html: content.html,
                written_at: created_at,
            };
            app.mailer.send(mail).await
        }
        Some((Address::Phone(to), content)) => {
            let text = content.text;
            app.sms.send(Sms { id, to, text }).await
        }
        None => Outcome::Refused {
            reason: "its text was forgotten".to_owned(),
        },
    }
}

/// Writes down the results of a batch, in one unit.
///
/// # Errors
/// The storage fails; the messages are due again when their leases end.
pub async fn record(app: &Arc<App>, batch: Vec<Tried>) -> Result<(), Error> {
    let now = app.now();
    let recorded: Vec<Recorded> = batch
        .iter()
        .filter_map(|tried| {
            let clock_offset = tried.claimed.clock_offset;
            let message = &tried.claimed.message;
            let now = now.plus(clock_offset);
            let message = match &tried.end {
                End::Heard(outcome) => message.attempted(outcome, now),
                End::Needless(reason) => message.dropped(reason, now),
            }?;
            Some(Recorded {
                message,
                clock_offset,
            })
        })
        .collect();
    let told = recorded.clone();
    let recorded = Arc::new(recorded);
    let unit = move |tx: &mut store::Tx<'_>| Ok::<_, Error>(store::message::record(tx, &recorded)?);
    let rows = app.job(Job::Sender).require_any_shop(Right::MessageSend)?;
    rows.write(unit).await?;
    for recorded in &told {
        log(&recorded.message);
    }
    Ok(())
}

fn log(message: &Message) {
    let (id, channel) = (message.id, message.channel.code());
    match message.state {
        State::Sent { .. } => info!(message.id = %id, "sent message {id} ({channel})"),
        State::Queued { .. } => {
            debug!(message.id = %id, "message {id} ({channel}) is tried again later");
        }
        State::Kept { .. } => {
            let how = match message.channel {
                Channel::Email => "no mail server",
                Channel::Sms => "no SMS gateway",
            };
            info!(message.id = %id, "kept message {id}: {how} is configured; \
                `altyn message show {id}` shows it");
        }
        State::Dropped { .. } => {
            info!(message.id = %id, "dropped message {id} ({channel}): nobody needs it any more");
        }
        State::Failed { .. } => {
            warn!(message.id = %id, "gave message {id} ({channel}) up; \
                `altyn message show {id}` says why");
        }
    }
}

/// Forgets address and text of messages that ended some time ago. Returns how many.
///
/// # Errors
/// The storage fails.
pub async fn forget(app: &Arc<App>, limit: u32) -> Result<u64, Error> {
    let now = app.now();
    let unit = move |tx: &mut store::Tx<'_>| {
        Ok::<_, Error>(store::message::forget_any_shop(tx, now, limit)?)
    };
    let rows = app
        .job(Job::Forgetter)
        .require_any_shop(Right::TraceForget)?;
    rows.write(unit).await
}
