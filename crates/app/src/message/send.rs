//! Sends messages: claims what is due, hands it to its server, writes down what came of it.
//!
//! What a server answered is written down once and ends the message or plans the next attempt. A
//! message whose sender died in between is due again when its lease ends, and goes out a second
//! time under the same id. Logs have the id and nothing of what it says or where it goes.

use std::sync::Arc;

use connectors::mail::Mail;
use connectors::sms::Sms;
use domain::message::{Address, Channel, Outcome, State};
use domain::{Duration, Message};
use store::message::{Claim, Claimed, Recorded};
use tracing::{debug, info, warn};

use crate::app::App;
use crate::error::Error;

/// How long a claimed message is left to its sender. Longer than the longest call.
pub const LEASE: Duration = Duration::minutes(2);

/// A message that was handed over, or not, and what was said.
#[derive(Debug)]
pub struct Tried {
    claimed: Claimed,
    outcome: Outcome,
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
    app.store.write_any_shop(unit).await.map_err(Error::settled)
}

/// Hands one claimed message to its server.
pub async fn carry(app: Arc<App>, claimed: Claimed) -> Tried {
    let Message {
        id,
        locale,
        content,
        created_at,
        ..
    } = claimed.message.clone();
    let outcome = match content.map(|content| (content.to.clone(), content)) {
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
    };
    Tried { claimed, outcome }
}

/// Writes down what came of a batch, in one unit.
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
            let message = message.attempted(&tried.outcome, now.plus(clock_offset))?;
            Some(Recorded {
                message,
                clock_offset,
            })
        })
        .collect();
    let told = recorded.clone();
    let recorded = Arc::new(recorded);
    let unit = move |tx: &mut store::Tx<'_>| Ok::<_, Error>(store::message::record(tx, &recorded)?);
    app.store
        .write_any_shop(unit)
        .await
        .map_err(Error::settled)?;
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
        State::Failed { .. } => {
            warn!(message.id = %id, "gave message {id} ({channel}) up; \
                `altyn message show {id}` says why");
        }
    }
}

/// Forgets address and text of messages that ended some time ago. How many.
///
/// # Errors
/// The storage fails.
pub async fn forget(app: &Arc<App>, limit: u32) -> Result<u64, Error> {
    let now = app.now();
    let unit = move |tx: &mut store::Tx<'_>| {
        Ok::<_, Error>(store::message::forget_any_shop(tx, now, limit)?)
    };
    app.store.write_any_shop(unit).await.map_err(Error::settled)
}
