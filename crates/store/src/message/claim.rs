//! Claiming: which messages are sent next, by whom, and until when nobody else takes them.

use domain::message::Channel;
use domain::{Duration, Message, Timestamp};
use sql::{Param, ROWS_MAX, Row, StoreError, ToParam, many};

use super::Messages;
use crate::columns::{Cells, refs};
use crate::database::{Altyn, Tx};
use crate::table::{Locking, Rows, Sample, Select};

/// What to claim. Times are the platform's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// What is due by now.
    pub now: Timestamp,
    /// Until when nobody else takes it.
    pub lease_until: Timestamp,
    /// Of this channel, so that a dead mail server does not hold SMS up.
    pub channel: Channel,
    /// At most so many.
    pub limit: u32,
}

/// A message that is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The message, before the claim.
    pub message: Message,
    /// How far its shop's clock is ahead of the platform's.
    pub clock_offset: Duration,
}

pub(crate) static CANDIDATES: Select = Select::new(
    Messages::table,
    "where message.due_at <= $1 and message.channel = $2
 order by message.due_at, message.sequence
 limit $3",
)
.with(&["shop.clock_offset", "message.sequence"])
.locked(Locking::Skips)
.by(
    "message_due",
    &[Sample::Integer, Sample::Text, Sample::Integer],
);

/// The first row matches nothing; it tells PostgreSQL the columns' types.
const LEASE_HEAD: &str = "\
update message
   set due_at = v.column2
  from (values (cast(null as bigint), cast(null as bigint)),";

const LEASE_TAIL: &str = ") v
 where message.sequence = v.column1";

/// Takes messages that are due, the longest waiting first. They are due again when the lease is
/// over, unless [`record`](super::record) says something else before.
pub fn claim_any_shop(tx: &mut Tx<'_>, claim: &Claim) -> Result<Vec<Claimed>, StoreError> {
    let params: [&dyn ToParam<Altyn>; 3] = [&claim.now, &claim.channel.code(), &claim.limit];
    let found = CANDIDATES.query(tx, &params, read)?;
    let lease_until = claim.lease_until.as_micros();
    for found in found.chunks(ROWS_MAX) {
        let leases: Vec<Param<'_>> = found
            .iter()
            .flat_map(|(_, sequence)| [Param::Integer(*sequence), Param::Integer(lease_until)])
            .collect();
        tx.write(many(LEASE_HEAD, 2, found.len(), LEASE_TAIL), &refs(&leases))?;
    }
    Ok(found.into_iter().map(|(claimed, _)| claimed).collect())
}

fn read(row: &Row<'_>) -> Result<(Claimed, i64), StoreError> {
    let mut cells = Cells::new(row);
    let claimed = Claimed {
        message: Messages::read_cells(&mut cells)?,
        clock_offset: Duration::micros(cells.get()?),
    };
    Ok((claimed, cells.get()?))
}
