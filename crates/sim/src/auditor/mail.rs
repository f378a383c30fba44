//! What the mail server took is what the messages say.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use domain::Payment;
use domain::message::About;
use domain::message::State::Sent;
use domain::payment::Status;
use testkit::World;

/// Each payment that succeeded and was to be told of has one message, which was taken; others have
/// none. What was mailed more than once is the same mail, and none was mailed that was not written
/// down. How many mails there were.
pub(super) async fn agree(world: &World, payments: &[Payment]) -> Result<u64> {
    let mails = world.mailer.mails();
    let mut written = BTreeSet::new();
    for payment in payments {
        let asked = payment.details.as_ref();
        let asked = asked.is_some_and(|details| details.extras.statements.is_some());
        let told = asked && payment.status() == Status::Succeeded;
        let (shop, about) = (world.shop.id, About::Payment(payment.id));
        let list =
            move |conn: &mut store::Conn<'_>| store::message::list_of_object(conn, shop, about);
        let messages = world.store.read(list).await?;
        ensure!(
            messages.len() == usize::from(told),
            "payment {} has {} messages",
            payment.id,
            messages.len()
        );
        for message in messages {
            let taken = matches!(message.state, Sent { .. });
            ensure!(taken, "message {} is {:?}", message.id, message.state);
            let same: Vec<_> = mails.iter().filter(|mail| mail.id == message.id).collect();
            let first = same.first();
            ensure!(first.is_some(), "message {} was never mailed", message.id);
            let equal = same.iter().all(|mail| Some(mail) == first);
            ensure!(equal, "repetitions of {} differ", message.id);
            written.insert(message.id);
        }
    }
    let strange = mails.iter().find(|mail| !written.contains(&mail.id));
    ensure!(strange.is_none(), "a mail was sent that nobody wrote");
    Ok(u64::try_from(mails.len())?)
}
