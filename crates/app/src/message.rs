//! Messages to people: writing one with the change that causes it, and looking at them. Sending
//! them is [`send`]'s.

pub mod send;

use domain::message::{About, Address, Content};
use domain::payment::Locale;
use domain::{Message, MessageId, Right, ShopId};

use crate::cx::{Cx, LIST_TIME_MAX, Work};
use crate::error::Error;
use crate::letter::Letter;

/// A message of the unit's shop that is to be written.
#[derive(Clone, Debug)]
pub(crate) struct NewMessage<'a> {
    /// What it is about.
    pub(crate) about: About,
    /// To whom.
    pub(crate) to: Address,
    /// Its language.
    pub(crate) locale: Locale,
    /// What it says.
    pub(crate) letter: Letter<'a>,
}

/// Writes a message in the unit that causes it: it is sent if and only if that is committed.
/// Whoever calls this wakes the senders after the commit, so that it is sent at once.
pub(crate) fn queue(work: &mut Work<'_, '_>, new: NewMessage<'_>) -> Result<(), Error> {
    let cx = work.cx;
    let written = cx.app.letters.write(&new.letter, new.locale);
    let id = MessageId::new(work.ids.next());
    let content = Content {
        to: new.to,
        subject: written.subject,
        text: written.text,
        html: written.html,
    };
    let words = (new.locale, content);
    let message = Message::new(id, cx.shop.id, new.about, words, cx.now);
    Ok(store::message::insert(work.tx, &cx.shop, &message)?)
}

/// The newest messages, of one shop or of all.
///
/// # Errors
/// The storage fails.
pub async fn list(cx: &Cx, shop: Option<ShopId>, limit: u32) -> Result<Vec<Message>, Error> {
    let read = move |conn: &mut store::Conn<'_>| {
        Ok::<_, Error>(match shop {
            Some(shop) => store::message::list(conn, shop, limit)?,
            None => store::message::list_any_shop(conn, limit)?,
        })
    };
    let rows = cx.require_any_shop(Right::MessageRead)?;
    rows.read_patiently(LIST_TIME_MAX, read).await
}

/// One message.
///
/// # Errors
/// There is none with this id.
pub async fn show(cx: &Cx, id: MessageId) -> Result<Message, Error> {
    let read = move |conn: &mut store::Conn<'_>| {
        let found = store::message::find_any_shop(conn, id)?;
        found.ok_or_else(|| Error::not_found("message", id))
    };
    cx.require_any_shop(Right::MessageRead)?.read(read).await
}
