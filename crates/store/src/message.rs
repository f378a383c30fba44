//! Messages to people, on their way to a mail server or an SMS gateway and after it.
//!
//! `due_at` and `forget_at` are the platform's time in the database; the domain has the shop's.

mod claim;

pub use claim::{Claim, Claimed, claim_any_shop};

use domain::message::{About, Address, Channel, Content, Message, State};
use domain::payment::Locale;
use domain::{Duration, MessageId, Shop, ShopId, Timestamp};
use sql::{Param, ROWS_MAX, Row, StoreError, many};

use crate::columns::{Cells, refs, text, text_or_null, time_or_null};
use crate::database::{Conn, Tx};

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The message after it.
    pub message: Message,
    /// How far its shop's clock is ahead of the platform's.
    pub clock_offset: Duration,
}

const INSERT: &str = "\
insert into message (id, shop_id, about_kind, about_id, channel, locale, address, subject, body,
       html, state, attempts, said, created_at, due_at, ended_at, forget_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";

const FIND_ANY_SHOP: &str = "\
select m.id, m.shop_id, m.about_kind, m.about_id, m.channel, m.locale, m.address, m.subject,
       m.body, m.html, m.state, m.attempts, m.said, m.created_at,
       m.due_at + s.clock_offset as due_at, m.ended_at
  from message m
  join shop s on s.id = m.shop_id
 where m.id = $1";

/// `$1` may be null: of all shops.
const LIST: &str = "\
select m.id, m.shop_id, m.about_kind, m.about_id, m.channel, m.locale, m.address, m.subject,
       m.body, m.html, m.state, m.attempts, m.said, m.created_at,
       m.due_at + s.clock_offset as due_at, m.ended_at
  from message m
  join shop s on s.id = m.shop_id
 where m.shop_id = coalesce($1, m.shop_id)
 order by m.sequence desc
 limit $2";

const LIST_OF_OBJECT: &str = "\
select m.id, m.shop_id, m.about_kind, m.about_id, m.channel, m.locale, m.address, m.subject,
       m.body, m.html, m.state, m.attempts, m.said, m.created_at,
       m.due_at + s.clock_offset as due_at, m.ended_at
  from message m
  join shop s on s.id = m.shop_id
 where m.about_id = $1 and m.shop_id = $2
 order by m.sequence";

/// The first row matches nothing; it tells PostgreSQL the columns' types.
const RECORD_HEAD: &str = "\
update message
   set state = v.column3,
       attempts = message.attempts + case v.column3 when 'dropped' then 0 else 1 end,
       said = v.column4, due_at = v.column5, ended_at = v.column6, forget_at = v.column7
  from (values (cast(null as text), cast(null as bigint), cast(null as text), cast(null as text),
                cast(null as bigint), cast(null as bigint), cast(null as bigint)),";

/// Who sent it although its lease was over comes second: that it failed changes nothing then, but
/// that it was taken counts, even if the message has been given up since. What nobody needs is
/// dropped by whoever sees it first.
const RECORD_TAIL: &str = ") v
 where message.id = v.column1
   and (message.state = 'queued'
          and (message.attempts = v.column2 - 1 or v.column3 = 'dropped')
        or v.column3 = 'sent' and message.state <> 'sent' and message.address is not null)";

const FORGET: &str = "\
update message
   set address = null, subject = null, body = null, html = null, said = null, forget_at = null
 where sequence in (select f.sequence
                      from message f
                     where f.forget_at <= $1
                     order by f.forget_at, f.sequence
                     limit $2)";

const COUNT_QUEUED_ANY_SHOP: &str = "\
select count(*)
  from message
 where due_at is not null";

const ADVANCE: &str = "\
update message
   set due_at = due_at - $2, forget_at = forget_at - $2
 where shop_id = $1 and (due_at is not null or forget_at is not null)";

/// Adds a message of this shop.
pub fn insert(tx: &mut Tx<'_>, shop: &Shop, message: &Message) -> Result<(), StoreError> {
    let content = message.content.as_ref();
    let (due_at, forget_at) = times(message, shop.clock_offset);
    let params = [
        text(message.id.to_string()),
        Param::Integer(message.shop_id.as_i64()),
        text(message.about.kind()),
        text(message.about.id()),
        text(message.channel.code()),
        text(message.locale.code()),
        text_or_null(content.map(|content| content.to.expose())),
        text_or_null(content.map(|content| without_nul(&content.subject))),
        text_or_null(content.map(|content| without_nul(&content.text))),
        text_or_null(content.and_then(|content| content.html.as_deref().map(without_nul))),
        text(message.state.code()),
        Param::Integer(message.attempts),
        text_or_null(message.said.as_deref().map(without_nul)),
        Param::Integer(message.created_at.as_micros()),
        time_or_null(due_at),
        time_or_null(message.state.ended_at()),
        time_or_null(forget_at),
    ];
    tx.write(INSERT, &refs(&params))
}

/// Takes down what became of attempts.
pub fn record(tx: &mut Tx<'_>, recorded: &[Recorded]) -> Result<(), StoreError> {
    for recorded in recorded.chunks(ROWS_MAX) {
        let mut rows = Vec::new();
        for Recorded {
            message,
            clock_offset,
        } in recorded
        {
            let (due_at, forget_at) = times(message, *clock_offset);
            rows.extend([
                text(message.id.to_string()),
                Param::Integer(message.attempts),
                text(message.state.code()),
                text_or_null(message.said.as_deref().map(without_nul)),
                time_or_null(due_at),
                time_or_null(message.state.ended_at()),
                time_or_null(forget_at),
            ]);
        }
        let statement = many(RECORD_HEAD, 7, recorded.len(), RECORD_TAIL);
        tx.write(statement, &refs(&rows))?;
    }
    Ok(())
}

/// When a message is due and when it is forgotten, in the platform's time.
fn times(message: &Message, offset: Duration) -> (Option<Timestamp>, Option<Timestamp>) {
    let platform = |time: Timestamp| time.minus(offset);
    let forget_at = message.state.forget_at();
    let forget_at = forget_at.filter(|_| message.content.is_some());
    (
        message.state.due_at().map(platform),
        forget_at.map(platform),
    )
}

/// Strangers write these texts, and PostgreSQL takes no NUL in a text.
fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// The message with this id, whosever it is.
pub fn find_any_shop(conn: &mut Conn<'_>, id: MessageId) -> Result<Option<Message>, StoreError> {
    conn.query_opt(FIND_ANY_SHOP, &[&id], read)
}

/// The shop's messages, the newest first.
pub fn list(conn: &mut Conn<'_>, shop: ShopId, limit: u32) -> Result<Vec<Message>, StoreError> {
    conn.query(LIST, &[&shop, &limit], read)
}

/// All messages, the newest first.
pub fn list_any_shop(conn: &mut Conn<'_>, limit: u32) -> Result<Vec<Message>, StoreError> {
    conn.query(LIST, &[&None::<i64>, &limit], read)
}

/// All messages about one of the shop's objects, the oldest first.
pub fn list_of_object(
    conn: &mut Conn<'_>,
    shop: ShopId,
    about: About,
) -> Result<Vec<Message>, StoreError> {
    conn.query(LIST_OF_OBJECT, &[&about.id(), &shop], read)
}

/// Forgets address and text of at most `limit` messages whose time has come. How many.
pub fn forget_any_shop(tx: &mut Tx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(FORGET, &[&now, &limit])
}

/// How many messages are on their way.
pub fn count_queued_any_shop(conn: &mut Conn<'_>) -> Result<u64, StoreError> {
    let count: i64 = conn.query_one(COUNT_QUEUED_ANY_SHOP, &[], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// The shop's clock moves ahead.
pub(crate) fn advance(tx: &mut Tx<'_>, shop: ShopId, by: Duration) -> Result<(), StoreError> {
    tx.write(ADVANCE, &[&shop, &by])
}

fn read(row: &Row<'_>) -> Result<Message, StoreError> {
    read_cells(&mut Cells::new(row))
}

fn read_cells(cells: &mut Cells<'_>) -> Result<Message, StoreError> {
    let id = cells.parse()?;
    let shop_id = cells.shop_id()?;
    let kind: &str = cells.get()?;
    let about = cells.named(|id| About::read(kind, id))?;
    let channel = cells.named(Channel::from_code)?;
    let locale = cells.named(Locale::from_code)?;
    let content = read_content(cells, channel)?;
    let code: &str = cells.get()?;
    let unknown = cells.corrupt();
    let attempts = cells.get()?;
    let said = cells.get()?;
    let created_at = cells.time()?;
    let due_at = cells.time_or_null()?;
    let at = due_at.or(cells.time_or_null()?);
    let at = at.ok_or_else(|| cells.corrupt())?;
    Ok(Message {
        id,
        shop_id,
        about,
        channel,
        locale,
        content,
        state: State::read(code, at).ok_or(unknown)?,
        attempts,
        said,
        created_at,
    })
}

fn read_content(cells: &mut Cells<'_>, channel: Channel) -> Result<Option<Content>, StoreError> {
    let to = cells.named_or_null(|text| Address::kept(channel, text))?;
    let subject: Option<String> = cells.get()?;
    let text: Option<String> = cells.get()?;
    let html = cells.get()?;
    match (to, subject, text) {
        (Some(to), Some(subject), Some(text)) => Ok(Some(Content {
            to,
            subject,
            text,
            html,
        })),
        (None, None, None) => Ok(None),
        (Some(_) | None, _, _) => Err(cells.corrupt()),
    }
}
