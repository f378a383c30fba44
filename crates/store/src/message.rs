//! Messages to people, on their way to a mail server or an SMS gateway and after it.
//!
//! `due_at` and `forget_at` are the platform's time in the database; the domain has the shop's.

mod claim;

pub(crate) use claim::CANDIDATES;
pub use claim::{Claim, Claimed, claim_any_shop};

use domain::message::{About, Address, Channel, Content, Message, State};
use domain::payment::Locale;
use domain::{Duration, MessageId, Shop, ShopId, Timestamp};
use sql::{Param, ROWS_MAX, StoreError, many};

use crate::columns::{refs, text, text_or_null, time_or_null};
use crate::database::{Conn, Tx};
use crate::table::{Rows, Sample, Select, table};

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The message after it.
    pub message: Message,
    /// How far its shop's clock is ahead of the platform's.
    pub clock_offset: Duration,
}

table! {
    pub(crate) Messages: Message = "message" from "message join shop on shop.id = message.shop_id";
    written of (shop: Shop, message: Message) with {
        let content = message.content.as_ref();
        let (due, forget) = times(message, shop.clock_offset);
    };
    columns {
        key id = message.id => parse();
        key shop_id = message.shop_id => shop_id();
        fixed about_kind = message.about.kind() => get();
        fixed about_id = message.about.id() => named(|id| About::read(about_kind, id));
        fixed channel = message.channel.code() => named(Channel::from_code);
        fixed locale = message.locale.code() => named(Locale::from_code);
        changing address = content.map(|content| content.to.expose())
            => named_or_null(|text| Address::kept(channel, text));
        changing subject = content.map(|content| without_nul(&content.subject)) => get();
        changing body = content.map(|content| without_nul(&content.text)) => get();
        changing html = content.and_then(|content| content.html.as_deref().map(without_nul))
            => get();
        changing state = message.state.code() => get();
        changing attempts = message.attempts => get();
        changing said = message.said.as_deref().map(without_nul) => get();
        fixed created_at = message.created_at => time();
        changing due_at ["message.due_at + shop.clock_offset"] = due => time_or_null();
        changing ended_at = message.state.ended_at() => time_or_null();
        changing forget_at = forget;
    }
    read(cells) {
        let content = match (address, subject, body) {
            (Some(to), Some(subject), Some(text)) => Some(Content { to, subject, text, html }),
            (None, None, None) => None,
            (Some(_) | None, _, _) => return Err(cells.corrupt_at("html")),
        };
        let at = due_at.or(ended_at).ok_or_else(|| cells.corrupt_at("ended_at"))?;
        Message {
            id,
            shop_id,
            about: about_id,
            channel,
            locale,
            content,
            state: State::read(state, at).ok_or_else(|| cells.corrupt_at("state"))?,
            attempts,
            said,
            created_at,
        }
    }
}

pub(crate) static FIND_ANY_SHOP: Select =
    Select::new(Messages::table, "where message.id = $1").by("message_id", &[Sample::Text]);

pub(crate) static LIST: Select = Select::new(
    Messages::table,
    "where message.shop_id = $1
 order by message.sequence desc
 limit $2",
)
.by("message_by_shop", &[Sample::Integer, Sample::Integer]);

/// Along the primary key.
pub(crate) static LIST_ANY_SHOP: Select =
    Select::new(Messages::table, "order by message.sequence desc\n limit $1");

pub(crate) static LIST_OF_OBJECT: Select = Select::new(
    Messages::table,
    "where message.about_id = $1 and +message.shop_id = $2
 order by message.sequence",
)
.by("message_by_object", &[Sample::Text, Sample::Integer]);

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
    Messages::insert(tx, (shop, message))
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
    FIND_ANY_SHOP.query_opt(conn, &[&id], Messages::read)
}

/// The shop's messages, the newest first.
pub fn list(conn: &mut Conn<'_>, shop: ShopId, limit: u32) -> Result<Vec<Message>, StoreError> {
    LIST.query(conn, &[&shop, &limit], Messages::read)
}

/// All messages, the newest first.
pub fn list_any_shop(conn: &mut Conn<'_>, limit: u32) -> Result<Vec<Message>, StoreError> {
    LIST_ANY_SHOP.query(conn, &[&limit], Messages::read)
}

/// All messages about one of the shop's objects, the oldest first.
pub fn list_of_object(
    conn: &mut Conn<'_>,
    shop: ShopId,
    about: About,
) -> Result<Vec<Message>, StoreError> {
    LIST_OF_OBJECT.query(conn, &[&about.id(), &shop], Messages::read)
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
