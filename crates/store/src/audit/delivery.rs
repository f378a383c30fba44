//! Events beside what was carried to webhooks.

use domain::{EventId, EventKind, ShopId, Timestamp};
use sql::StoreError;

use crate::columns::Cells;
use crate::database::Conn;

/// An event with its deliveries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventProof {
    /// The event.
    pub id: EventId,
    /// Where it stands among all.
    pub sequence: i64,
    /// When it was written, in the shop's time.
    pub created_at: Timestamp,
    /// What happened.
    pub kind: EventKind,
    /// On their way to webhooks, or there.
    pub carried: Vec<Carried>,
}

/// A delivery with what its attempts tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// Its id.
    pub id: String,
    /// Where it goes.
    pub webhook_id: String,
    /// How far it is.
    pub state: String,
    /// How many attempts it says there were.
    pub attempts: i64,
    /// How many are written down.
    pub written: i64,
    /// Whether the last of them was accepted.
    pub accepted: bool,
}

const EVENTS: &str = "\
select v.id, v.sequence, v.created_at, v.kind,
       (select string_agg(d.id || ' ' || d.webhook_id || ' ' || d.state || ' '
                          || cast(d.attempts as text) || ' '
                          || (select cast(count(*) as text) || ' '
                                     || cast(coalesce(max(case when a.number = d.attempts
                                                                    and 200 <= a.status
                                                                    and a.status < 300
                                                               then 1 else 0 end), 0) as text)
                                from attempt a
                               where a.delivery_id = d.id), '\n')
          from delivery d
         where d.event_id = v.id) as carried
  from event v
 where v.shop_id = $1 and (v.created_at, v.sequence) > ($2, $3)
 order by v.created_at, v.sequence
 limit $4";

/// The shop's events that follow `after`, the oldest first, at most `limit`.
pub fn events(
    conn: &mut Conn<'_>,
    shop: ShopId,
    after: Option<(Timestamp, i64)>,
    limit: u32,
) -> Result<Vec<EventProof>, StoreError> {
    let (time, sequence) = match after {
        Some((time, sequence)) => (time.as_micros(), sequence),
        None => (i64::MIN, 0),
    };
    conn.query(EVENTS, &[&shop, &time, &sequence, &limit], |row| {
        let mut cells = Cells::new(row);
        let (id, sequence) = (cells.parse()?, cells.get()?);
        let created_at = cells.time()?;
        let kind = cells.named(EventKind::from_code)?;
        let carried = read(cells.get()?).ok_or_else(|| cells.corrupt())?;
        Ok(EventProof {
            id,
            sequence,
            created_at,
            kind,
            carried,
        })
    })
}

fn read(text: Option<&str>) -> Option<Vec<Carried>> {
    let lines = text.unwrap_or_default().lines();
    let carried = lines.map(|line| {
        let mut words = line.split(' ');
        Some(Carried {
            id: words.next()?.to_owned(),
            webhook_id: words.next()?.to_owned(),
            state: words.next()?.to_owned(),
            attempts: words.next()?.parse().ok()?,
            written: words.next()?.parse().ok()?,
            accepted: words.next()? == "1",
        })
    });
    carried.collect()
}
