//! Events as the operator and the shop look at them: what happened, who was told, and telling them
//! again.

use std::collections::BTreeMap;

use contract::event::{FeedAttempt, FeedEvent, ListEvents};
use domain::webhook::Delivery;
use domain::{DeliveryId, EventId, Right, ShopId, Timestamp};
use store::attempt::Attempt;
use store::event::Event;

use crate::cx::{Allowed, Cx};
use crate::error::Error;
use crate::once::Reply;

/// An event with its deliveries and their attempts.
#[derive(Clone, Debug)]
pub struct EventView {
    /// What happened.
    pub event: Event,
    /// On their way to each webhook, with the attempts so far.
    pub deliveries: Vec<(Delivery, Vec<Attempt>)>,
}

/// Events of a shop since a time, oldest first; of those at `since` itself only what follows
/// `after`, the last event of the page before.
///
/// # Errors
/// The storage fails.
pub async fn list(
    cx: &Cx,
    shop: ShopId,
    since: Timestamp,
    after: Option<EventId>,
    limit: u32,
) -> Result<Vec<Event>, Error> {
    let cx = cx.require_in(shop, Right::EventRead).await?;
    since_then(&cx, since, after, limit).await
}

async fn since_then(
    cx: &Allowed,
    since: Timestamp,
    after: Option<EventId>,
    limit: u32,
) -> Result<Vec<Event>, Error> {
    let shop = cx.shop.id;
    cx.read(move |conn| Ok(store::event::list(conn, shop, since, after, limit)?))
        .await
}

/// The newest events of a shop between two times, oldest first, and whether there are older ones.
///
/// # Errors
/// There is no such shop, or the storage fails.
pub async fn newest(
    cx: &Cx,
    shop: ShopId,
    times: (Timestamp, Timestamp),
    limit: u32,
) -> Result<(Vec<Event>, bool), Error> {
    let cx = cx.require_in(shop, Right::EventRead).await?;
    // One more than is wanted shows whether there are others.
    let more = limit.saturating_add(1);
    let mut events = cx
        .read(move |conn| Ok(store::event::newest(conn, shop, times, more)?))
        .await?;
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = wanted < events.len();
    events.truncate(wanted);
    events.reverse();
    Ok((events, has_more))
}

/// All events about one object of a shop, oldest first.
///
/// # Errors
/// There is no such shop, or the storage fails.
pub async fn of_object(cx: &Cx, shop: ShopId, object_id: String) -> Result<Vec<Event>, Error> {
    let cx = cx.require_in(shop, Right::EventRead).await?;
    cx.read(move |conn| Ok(store::event::list_of_object(conn, shop, &object_id)?))
        .await
}

/// One event with everything that was tried.
///
/// # Errors
/// It is not in this shop.
pub async fn show(cx: &Cx, shop: ShopId, id: EventId) -> Result<EventView, Error> {
    found(&cx.require_in(shop, Right::EventRead).await?, id).await
}

async fn found(cx: &Allowed, id: EventId) -> Result<EventView, Error> {
    let shop = cx.shop.id;
    let read = move |conn: &mut store::Conn<'_>| {
        let found = store::event::find(conn, shop, id)?;
        let event = found.ok_or_else(|| Error::not_found("event", id))?;
        let mut attempts: BTreeMap<DeliveryId, Vec<Attempt>> = BTreeMap::new();
        for attempt in store::attempt::list_of_event(conn, shop, id)? {
            attempts
                .entry(attempt.delivery_id)
                .or_default()
                .push(attempt);
        }
        let deliveries = store::delivery::list(conn, shop, id)?;
        let with_attempts = |delivery: Delivery| {
            let attempts = attempts.remove(&delivery.id).unwrap_or_default();
            (delivery, attempts)
        };
        let deliveries = deliveries.into_iter().map(with_attempts).collect();
        Ok::<_, Error>(EventView { event, deliveries })
    };
    cx.read(read).await
}

/// Sends an event again to all webhooks that listen to it now, whatever became of it before.
/// How many there are.
///
/// # Errors
/// It is not in this shop.
pub async fn resend(cx: &Cx, shop: ShopId, id: EventId) -> Result<usize, Error> {
    tell_again(&cx.require_in(shop, Right::EventResend).await?, id).await
}

async fn tell_again(cx: &Allowed, id: EventId) -> Result<usize, Error> {
    let sent = cx
        .write(move |work| {
            let found = store::event::find(work.tx, work.cx.shop.id, id)?;
            let event = found.ok_or_else(|| Error::not_found("event", id))?;
            work.about(id);
            crate::effects::deliver(work, &event)
        })
        .await?;
    cx.app.wake_deliveries();
    Ok(sent)
}

/// Sends all events since a time again. How many deliveries that makes.
///
/// # Errors
/// The storage fails.
pub async fn replay(cx: &Cx, shop: ShopId, since: Timestamp) -> Result<usize, Error> {
    let cx = cx.require_in(shop, Right::EventResend).await?;
    /// How many events are read at once.
    const PAGE: u32 = 500;
    let (mut sent, mut since, mut after) = (0_usize, since, None);
    loop {
        let page = since_then(&cx, since, after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(sent);
        };
        for event in &page {
            sent = sent.saturating_add(tell_again(&cx, event.id).await?);
        }
        (since, after) = (last.created_at, Some(last.id));
    }
}

/// A page of the shop's own events, oldest first.
///
/// # Errors
/// The storage fails.
pub async fn feed(cx: &Cx, wanted: ListEvents) -> Result<Reply, Error> {
    let cx = &cx.require(Right::EventRead)?;
    let (since, after) = match wanted.after {
        Some((at, id)) => (at, Some(id)),
        None => (wanted.since, None),
    };
    // One more than the page has shows whether there is another page.
    let more = wanted.limit.saturating_add(1);
    let mut events = since_then(cx, since, after, more).await?;
    let page = usize::try_from(wanted.limit).unwrap_or(usize::MAX);
    let has_more = page < events.len();
    events.truncate(page);
    let last = events.last().filter(|_| has_more);
    let next = last.map(|event| wanted.next_cursor(event.created_at, event.id));
    let bodies: Result<Vec<Vec<u8>>, Error> =
        events.iter().map(|event| body(event, None)).collect();
    Ok(Reply(contract::list::body(&bodies?, next.as_deref())))
}

/// One of the shop's own events with everything that was tried.
///
/// # Errors
/// It is not in this shop.
pub async fn view(cx: &Cx, id: EventId) -> Result<Reply, Error> {
    let cx = &cx.require(Right::EventRead)?;
    let EventView { event, deliveries } = found(cx, id).await?;
    let deliveries: Vec<(Delivery, Vec<FeedAttempt<'_>>)> = deliveries
        .iter()
        .map(|(delivery, attempts)| (delivery.clone(), attempts.iter().map(attempt).collect()))
        .collect();
    Ok(Reply(body(&event, Some(&deliveries))?))
}

/// Sends one of the shop's own events again.
///
/// # Errors
/// It is not in this shop.
pub async fn repeat(cx: &Cx, id: EventId) -> Result<Reply, Error> {
    let cx = &cx.require(Right::EventResend)?;
    let deliveries = tell_again(cx, id).await?;
    Ok(Reply(contract::event::resent_body(deliveries)))
}

fn body(
    event: &Event,
    deliveries: Option<&[(Delivery, Vec<FeedAttempt<'_>>)]>,
) -> Result<Vec<u8>, Error> {
    let shown = FeedEvent {
        id: event.id,
        kind: event.kind,
        object_id: &event.object_id,
        created_at: event.created_at,
        notification: &event.body,
    };
    let body = contract::event::feed_body(&shown, deliveries);
    body.map_err(|_unreadable| Error::defect("a notification that is no JSON"))
}

fn attempt(attempt: &Attempt) -> FeedAttempt<'_> {
    FeedAttempt {
        number: attempt.number,
        started_at: attempt.started_at,
        took: attempt.took,
        status: attempt.status,
        failure: attempt.failure.as_deref(),
    }
}
