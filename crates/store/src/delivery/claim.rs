//! Claiming: which deliveries are sent next, by whom, and until when nobody else takes them.
//!
//! Webhooks take turns, each gives a few, so one with a long backlog does not delay the others.
//! A delivery that has to wait for an earlier one of its object is moved: to the time of that one
//! if that is far, else by a second, for the earlier one is probably on its way just now.
//!
//! A claim is a lease. Who is still at it when the lease is half over renews it; a node that died
//! does not, and others take its deliveries over.

use std::collections::BTreeMap;

use domain::webhook::Delivery;
use domain::{DeliveryId, Duration, EventKind, Timestamp, WebhookId};
use sql::{Param, ROWS_MAX, Row, StoreError, ToParam, many};

use super::Deliveries;
use crate::columns::{Cells, refs, text};
use crate::database::{Altyn, Tx};
use crate::sealing::Sealed;
use crate::table::Rows;

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
    /// At most so many for each of these webhooks, which may get less than others; 0 leaves one
    /// out.
    pub rooms: Vec<(WebhookId, u32)>,
}

/// A delivery that is under way, as it was claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The delivery.
    pub id: DeliveryId,
    /// How many attempts there were before the one under way.
    pub attempts: i64,
}

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
    /// The key of the signature, as it is held.
    pub secret: Sealed,
    /// Whether the receiver may see what the shop pays for a payment.
    pub shows_fees: bool,
    /// How far the shop's clock is ahead of the platform's.
    pub clock_offset: Duration,
    /// When the first attempt was, as it was noted.
    pub first_attempt_at: Option<Timestamp>,
}

/// `waiting` steps over the index from webhook to webhook, so that backlogs cost nothing. `busy`
/// are those that may get less than others, `ready` those whose turn it is, `picked` the first
/// deliveries of each, then the second ones, …
const CANDIDATES_SQLITE: &str = "\
with recursive waiting (webhook_id) as (
  select (select min(webhook_id) from delivery where due_at is not null)
  union all
  select (select min(d.webhook_id)
            from delivery d
           where d.due_at is not null and d.webhook_id > w.webhook_id)
    from waiting w
   where w.webhook_id is not null
), busy (webhook_id, room) as (
  select json_extract(b.value, '$[0]'), json_extract(b.value, '$[1]')
    from json_each($5) b
), ready (webhook_id, room) as (
  select w.webhook_id, coalesce(b.room, $4)
    from waiting w
    left join busy b on b.webhook_id = w.webhook_id
   where exists (select 1
                   from delivery d
                  where d.webhook_id = w.webhook_id and d.due_at <= $1)
     and coalesce(b.room, $4) > 0
   order by case when w.webhook_id > $2 then 0 else 1 end, w.webhook_id
   limit $3
), picked (sequence, id, shop_id, event_id, webhook_id, object_id, state, attempts, created_at,
           due_at, place) as (
  select d.sequence, d.id, d.shop_id, d.event_id, d.webhook_id, d.object_id, d.state, d.attempts,
         d.created_at, d.due_at, d.place
    from (select d.sequence, d.id, d.shop_id, d.event_id, d.webhook_id, d.object_id, d.state,
                 d.attempts, d.created_at, d.due_at, r.room,
                 row_number() over (partition by d.webhook_id
                                    order by d.due_at, d.sequence) as place
            from ready r
           cross join delivery d on d.sequence in (select n.sequence
                                                     from delivery n
                                                    where n.webhook_id = r.webhook_id
                                                      and n.due_at <= $1
                                                    order by n.due_at, n.sequence
                                                    limit $4)) d
   where d.place <= d.room
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
           and (p.attempts = 0 or h.strict_order)
         order by p.sequence
         limit 1) as blocked_until
  from picked d
  join event e on e.id = d.event_id
  left join webhook h on h.id = d.webhook_id
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
), busy (webhook_id, room) as (
  select b ->> 0, cast(b ->> 1 as bigint)
    from jsonb_array_elements(cast(cast($5 as text) as jsonb)) b
), ready (webhook_id, room) as (
  select w.webhook_id, coalesce(b.room, $4)
    from waiting w
    left join busy b on b.webhook_id = w.webhook_id
   where exists (select 1
                   from delivery d
                  where d.webhook_id = w.webhook_id and d.due_at <= $1)
     and coalesce(b.room, $4) > 0
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
                        limit r.room
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
           and (p.attempts = 0 or h.strict_order)
         order by p.sequence
         limit 1) as blocked_until
  from picked d
  join event e on e.id = d.event_id
  left join webhook h on h.id = d.webhook_id
  join shop s on s.id = d.shop_id
 order by d.place, case when d.webhook_id > $2 then 0 else 1 end, d.webhook_id";

/// The first row matches nothing; it tells PostgreSQL the columns' types.
const MOVE_HEAD: &str = "\
update delivery
   set due_at = v.column2
  from (values (cast(null as bigint), cast(null as bigint)),";

const MOVE_TAIL: &str = ") v
 where delivery.sequence = v.column1";

/// Deliveries whose webhook was removed while they were written.
const DROP_HEAD: &str = "\
update delivery
   set state = 'dropped', due_at = null
  from (values (cast(null as bigint)),";

const DROP_TAIL: &str = ") v
 where delivery.sequence = v.column1";

const RENEW_HEAD: &str = "\
update delivery
   set due_at = v.column3
  from (values (cast(null as text), cast(null as bigint), cast(null as bigint)),";

const RENEW_TAIL: &str = ") v
 where delivery.id = v.column1 and delivery.attempts = v.column2 and delivery.state = 'pending'";

/// When a delivery is looked at again that waits for one on its way.
const LOOK_AGAIN: Duration = Duration::seconds(1);

/// How often a claim looks again that found nothing but deliveries which have to wait.
const LOOKS_MAX: usize = 8;

struct Candidate {
    /// `None` if its webhook was removed.
    claimed: Option<Claimed>,
    sequence: i64,
    blocked_until: Option<i64>,
}

/// What a look found, and what becomes of it.
#[derive(Default)]
struct Found {
    moves: Vec<Param<'static>>,
    drops: Vec<Param<'static>>,
    refused: bool,
}

/// Takes deliveries that are due and that `admits` takes. They are due again when the lease is
/// over, unless [`record`](super::record) or [`renew_any_shop`] says something else before.
pub fn claim_any_shop(
    tx: &mut Tx<'_>,
    claim: &Claim,
    admits: &mut dyn FnMut(&Claimed) -> bool,
) -> Result<Vec<Claimed>, StoreError> {
    let statement = tx.pick(CANDIDATES_SQLITE, CANDIDATES_POSTGRES);
    let after = claim.after.map_or_else(String::new, |id| id.to_string());
    let mut rooms: BTreeMap<WebhookId, u32> = claim.rooms.iter().copied().collect();
    let mut claimed: Vec<Claimed> = Vec::new();
    for _ in 0..LOOKS_MAX {
        let taken = u32::try_from(claimed.len()).unwrap_or(u32::MAX);
        let limit = claim.limit.saturating_sub(taken);
        let rooms_text = rooms_text(&rooms);
        let params: [&dyn ToParam<Altyn>; 5] =
            [&claim.now, &after, &limit, &claim.per_webhook, &rooms_text];
        let candidates = tx.query(statement, &params, read)?;
        let count = u32::try_from(candidates.len()).unwrap_or(u32::MAX);
        let mut found = Found::default();
        for candidate in candidates {
            let sequence = Param::Integer(candidate.sequence);
            let Some(delivery) = candidate.claimed else {
                found.drops.push(sequence);
                continue;
            };
            if let Some(until) = candidate.blocked_until {
                found.moves.extend([sequence, moved_to(claim, until)]);
            } else if admits(&delivery) {
                let lease_until = Param::Integer(claim.lease_until.as_micros());
                found.moves.extend([sequence, lease_until]);
                claimed.push(delivery);
            } else {
                found.refused = true;
                rooms.insert(delivery.delivery.webhook_id, 0);
            }
        }
        found.write(tx)?;
        // Those that were refused may have stood before others.
        let crowded = found.refused && limit <= count;
        if count == 0 || !(claimed.is_empty() || crowded) {
            break;
        }
    }
    Ok(claimed)
}

/// When a delivery is looked at again that has to wait for one that is due at `until`.
fn moved_to(claim: &Claim, until: i64) -> Param<'static> {
    let far = claim.lease_until.as_micros() < until;
    let soon = claim.now.plus(LOOK_AGAIN).as_micros();
    Param::Integer(if far { until } else { soon })
}

/// JSON, for both engines can take it apart.
fn rooms_text(rooms: &BTreeMap<WebhookId, u32>) -> String {
    let rooms = rooms
        .iter()
        .map(|(webhook, room)| format!("[\"{webhook}\",{room}]"));
    format!("[{}]", rooms.collect::<Vec<_>>().join(","))
}

impl Found {
    fn write(&self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        for moves in self.moves.chunks(2_usize.saturating_mul(ROWS_MAX)) {
            let rows = moves.chunks(2).count();
            tx.write(many(MOVE_HEAD, 2, rows, MOVE_TAIL), &refs(moves))?;
        }
        for drops in self.drops.chunks(ROWS_MAX) {
            tx.write(many(DROP_HEAD, 1, drops.len(), DROP_TAIL), &refs(drops))?;
        }
        Ok(())
    }
}

/// Leaves deliveries that are still under way to their carrier until `lease_until`, in the
/// platform's time.
pub fn renew_any_shop(
    tx: &mut Tx<'_>,
    leases: &[Lease],
    lease_until: Timestamp,
) -> Result<(), StoreError> {
    for leases in leases.chunks(ROWS_MAX) {
        let mut rows = Vec::new();
        for lease in leases {
            rows.extend([
                text(lease.id.to_string()),
                Param::Integer(lease.attempts),
                Param::Integer(lease_until.as_micros()),
            ]);
        }
        let statement = many(RENEW_HEAD, 3, leases.len(), RENEW_TAIL);
        tx.write(statement, &refs(&rows))?;
    }
    Ok(())
}

fn read(row: &Row<'_>) -> Result<Candidate, StoreError> {
    let mut cells = Cells::new(row);
    let delivery = Deliveries::read_cells(&mut cells)?;
    let kind = cells.named(EventKind::from_code)?;
    let body = cells.get()?;
    let webhook: (Option<String>, Option<String>) = (cells.get()?, cells.get()?);
    let shows_fees = cells.get::<Option<bool>>()?.unwrap_or(true);
    let clock_offset = Duration::micros(cells.get()?);
    let first_attempt_at = cells.time_or_null()?;
    let claimed = match webhook {
        (Some(url), Some(secret)) => Some(Claimed {
            delivery,
            kind,
            body,
            url,
            secret: Sealed::new(secret),
            shows_fees,
            clock_offset,
            first_attempt_at,
        }),
        _ => None,
    };
    Ok(Candidate {
        claimed,
        sequence: cells.get()?,
        blocked_until: cells.get()?,
    })
}
