//! Claiming: which deliveries are sent next, by whom, and until when nobody else takes them.
//!
//! Webhooks take turns, each gives a few, so one with a long backlog does not delay the others.
//! A delivery that has to wait for an earlier one of its object is moved: to the time of that one
//! if that is far, else by a second, for the earlier one is probably on its way just now.

use domain::webhook::Delivery;
use domain::{Duration, EventKind, Timestamp, WebhookId};

use super::read_cells;
use crate::columns::{Cells, refs};
use crate::conn::{ROWS_MAX, Tx, many};
use crate::error::StoreError;
use crate::param::{Param, ToParam};
use crate::row::Row;

/// What to claim. Times are the platform's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// What is due by now.
    pub now: Timestamp,
    /// Until when nobody else takes it.
    pub lease_until: Timestamp,
    /// At most so many.
    pub limit: u32,
    /// At most so many for each webhook.
    pub per_webhook: u32,
    /// Whose turn was last: the webhook of the last delivery of the claim before.
    pub after: Option<WebhookId>,
    /// Whose turn it is not: these have as many under way as they may. At most [`EXCEPT_MAX`] are
    /// left out.
    pub except: Vec<WebhookId>,
}

/// Most webhooks that a claim leaves out.
pub const EXCEPT_MAX: usize = 16;

/// A delivery with all that is needed to send it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The delivery, before the claim.
    pub delivery: Delivery,
    /// What happened.
    pub kind: EventKind,
    /// The notification, byte for byte.
    pub body: String,
    /// Where to.
    pub url: String,
    /// The key of the signature.
    pub secret: String,
    /// May the receiver see what the shop pays for a payment?
    pub shows_fees: bool,
    /// How far the shop's clock is ahead of the platform's.
    pub clock_offset: Duration,
    /// When the first attempt was, as it was noted.
    pub first_attempt_at: Option<Timestamp>,
}

/// `waiting` steps over the index from webhook to webhook, so that backlogs cost nothing. `ready`
/// are those whose turn it is, `picked` the first deliveries of each, then the second ones, …
const CANDIDATES_SQLITE: &str = "\
with recursive waiting (webhook_id) as (
  select (select min(webhook_id) from delivery where due_at is not null)
  union all
  select (select min(d.webhook_id)
            from delivery d
           where d.due_at is not null and d.webhook_id > w.webhook_id)
    from waiting w
   where w.webhook_id is not null
), ready (webhook_id) as (
  select w.webhook_id
    from waiting w
   where exists (select 1
                   from delivery d
                  where d.webhook_id = w.webhook_id and d.due_at <= $1)
     and w.webhook_id not in ($5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
                              $19, $20)
   order by case when w.webhook_id > $2 then 0 else 1 end, w.webhook_id
   limit $3
), picked (sequence, id, shop_id, event_id, webhook_id, object_id, state, attempts, created_at,
           due_at, place) as (
  select d.sequence, d.id, d.shop_id, d.event_id, d.webhook_id, d.object_id, d.state, d.attempts,
         d.created_at, d.due_at,
         row_number() over (partition by d.webhook_id order by d.due_at, d.sequence) as place
    from ready r
   cross join delivery d on d.sequence in (select n.sequence
                                             from delivery n
                                            where n.webhook_id = r.webhook_id and n.due_at <= $1
                                            order by n.due_at, n.sequence
                                            limit $4)
   order by place, case when d.webhook_id > $2 then 0 else 1 end, d.webhook_id
   limit $3
)
select d.id, d.shop_id, d.event_id, d.webhook_id, d.object_id, d.state, d.attempts, d.created_at,
       d.due_at + s.clock_offset as due_at, e.kind, e.body, h.url, h.secret, h.shows_fees,
       s.clock_offset,
       (select a.started_at
          from attempt a
         where a.delivery_id = d.id and a.number = 1) as first_attempt_at,
       d.sequence,
       (select p.due_at
          from delivery p
         where p.webhook_id = d.webhook_id and p.object_id = d.object_id
           and p.state = 'pending' and p.sequence < d.sequence
         order by p.sequence
         limit 1) as blocked_until
  from picked d
  join event e on e.id = d.event_id
  join webhook h on h.id = d.webhook_id
  join shop s on s.id = d.shop_id
 order by d.place, case when d.webhook_id > $2 then 0 else 1 end, d.webhook_id";

const CANDIDATES_POSTGRES: &str = "\
with recursive waiting (webhook_id) as (
  select (select min(webhook_id) from delivery where due_at is not null)
  union all
  select (select min(d.webhook_id)
            from delivery d
           where d.due_at is not null and d.webhook_id > w.webhook_id)
    from waiting w
   where w.webhook_id is not null
), ready (webhook_id) as (
  select w.webhook_id
    from waiting w
   where exists (select 1
                   from delivery d
                  where d.webhook_id = w.webhook_id and d.due_at <= $1)
     and w.webhook_id not in ($5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
                              $19, $20)
   order by case when w.webhook_id > $2 then 0 else 1 end, w.webhook_id
   limit $3
), picked (sequence, id, shop_id, event_id, webhook_id, object_id, state, attempts, created_at,
           due_at, place) as (
  select d.sequence, d.id, d.shop_id, d.event_id, d.webhook_id, d.object_id, d.state, d.attempts,
         d.created_at, d.due_at,
         row_number() over (partition by d.webhook_id order by d.due_at, d.sequence) as place
    from ready r
   cross join lateral (select n.sequence, n.id, n.shop_id, n.event_id, n.webhook_id, n.object_id,
                              n.state, n.attempts, n.created_at, n.due_at
                         from delivery n
                        where n.webhook_id = r.webhook_id and n.due_at <= $1
                        order by n.due_at, n.sequence
                        limit $4
                          for update skip locked) d
   order by place, case when d.webhook_id > $2 then 0 else 1 end, d.webhook_id
   limit $3
)
select d.id, d.shop_id, d.event_id, d.webhook_id, d.object_id, d.state, d.attempts, d.created_at,
       d.due_at + s.clock_offset as due_at, e.kind, e.body, h.url, h.secret, h.shows_fees,
       s.clock_offset,
       (select a.started_at
          from attempt a
         where a.delivery_id = d.id and a.number = 1) as first_attempt_at,
       d.sequence,
       (select p.due_at
          from delivery p
         where p.webhook_id = d.webhook_id and p.object_id = d.object_id
           and p.state = 'pending' and p.sequence < d.sequence
         order by p.sequence
         limit 1) as blocked_until
  from picked d
  join event e on e.id = d.event_id
  join webhook h on h.id = d.webhook_id
  join shop s on s.id = d.shop_id
 order by d.place, case when d.webhook_id > $2 then 0 else 1 end, d.webhook_id";

/// The first row matches nothing; it tells PostgreSQL the columns' types.
const MOVE_HEAD: &str = "\
update delivery
   set due_at = v.column2
  from (values (cast(null as bigint), cast(null as bigint)),";

const MOVE_TAIL: &str = ") v
 where delivery.sequence = v.column1";

/// When a delivery is looked at again that waits for one on its way.
const LOOK_AGAIN: Duration = Duration::seconds(1);

/// How often a claim looks again that found nothing but deliveries which have to wait.
const LOOKS_MAX: usize = 8;

struct Candidate {
    claimed: Claimed,
    sequence: i64,
    blocked_until: Option<i64>,
}

/// Takes deliveries that are due. They are due again when the lease is over, unless
/// [`record`](super::record) says something else before.
pub fn claim_any_shop(tx: &mut Tx<'_>, claim: &Claim) -> Result<Vec<Claimed>, StoreError> {
    let statement = tx.pick(CANDIDATES_SQLITE, CANDIDATES_POSTGRES);
    let after = claim.after.map_or_else(String::new, |id| id.to_string());
    let mut except: Vec<String> = claim.except.iter().map(WebhookId::to_string).collect();
    except.resize(EXCEPT_MAX, String::new());
    let lease_until = claim.lease_until.as_micros();
    for _ in 0..LOOKS_MAX {
        let mut params: Vec<&dyn ToParam> =
            vec![&claim.now, &after, &claim.limit, &claim.per_webhook];
        params.extend(except.iter().map(|id| -> &dyn ToParam { id }));
        let candidates = tx.query(statement, &params, read)?;
        let mut claimed = Vec::new();
        let mut moves = Vec::new();
        let found_none = candidates.is_empty();
        for candidate in candidates {
            let due_at = match candidate.blocked_until {
                Some(until) if until > lease_until => until,
                Some(_) => claim.now.plus(LOOK_AGAIN).as_micros(),
                None => lease_until,
            };
            moves.extend([Param::Integer(candidate.sequence), Param::Integer(due_at)]);
            if candidate.blocked_until.is_none() {
                claimed.push(candidate.claimed);
            }
        }
        for moves in moves.chunks(2_usize.saturating_mul(ROWS_MAX)) {
            let rows = moves.chunks(2).count();
            tx.write(many(MOVE_HEAD, 2, rows, MOVE_TAIL), &refs(moves))?;
        }
        if found_none || !claimed.is_empty() {
            return Ok(claimed);
        }
    }
    Ok(Vec::new())
}

fn read(row: &Row<'_>) -> Result<Candidate, StoreError> {
    let mut cells = Cells::new(row);
    Ok(Candidate {
        claimed: Claimed {
            delivery: read_cells(&mut cells)?,
            kind: cells.named(EventKind::from_code)?,
            body: cells.get()?,
            url: cells.get()?,
            secret: cells.get()?,
            shows_fees: cells.get::<Option<bool>>()?.unwrap_or(true),
            clock_offset: Duration::micros(cells.get()?),
            first_attempt_at: cells.time_or_null()?,
        },
        sequence: cells.get()?,
        blocked_until: cells.get()?,
    })
}
