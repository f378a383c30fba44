//! `altyn event`: the events of a shop, who was notified, and repeating a notification.

use anyhow::{Context as _, Result, bail};
use app::Cx;
use app::event::{self, EventView};
use domain::webhook::Delivery;
use domain::{Duration, EventId, ShopId, Timestamp};
use serde_json::{Value, json};
use store::attempt::Attempt;
use store::event::Event;

use super::shown;
use crate::cli;
use crate::config::{Config, parse_duration};
use crate::output::{Output, table};
use crate::platform::Platform;

/// Runs one of the commands.
pub(super) async fn run(config: &Config, command: cli::Event) -> Result<Output> {
    let platform = Platform::of_command(config).await?;
    let cx = &platform.cx;
    let output = match command {
        cli::Event::List {
            shop,
            since,
            until,
            object,
            limit,
        } => {
            let listed = Listed {
                shop,
                since,
                until,
                object,
                limit,
            };
            list(cx, listed).await
        }
        cli::Event::Show { id, shop } => show(cx, id, shop).await,
        cli::Event::Resend { id, shop } => resend(cx, id, shop).await,
        cli::Event::Replay { shop, since } => replay(cx, shop, &since).await,
    };
    platform.close().await;
    output
}

/// Which events of a shop are listed.
struct Listed {
    shop: ShopId,
    since: Option<String>,
    until: Option<String>,
    object: Option<String>,
    limit: u32,
}

async fn list(cx: &Cx, listed: Listed) -> Result<Output> {
    let (shop, limit) = (listed.shop, listed.limit);
    let since = match &listed.since {
        Some(since) => moment(cx, shop, since).await?,
        None => Timestamp::from_micros(0),
    };
    let until = match &listed.until {
        Some(until) => moment(cx, shop, until).await?,
        None => Timestamp::from_micros(i64::MAX),
    };
    let found = match listed.object {
        Some(object) => {
            let found = event::of_object(cx, shop, object).await;
            found.map(|events| (events, false))
        }
        None => event::newest(cx, shop, (since, until), limit).await,
    };
    let (events, older) = found.context("list the events")?;
    let rows: Vec<Vec<String>> = events
        .iter()
        .map(|event| {
            let (id, code) = (event.id.to_string(), event.kind.code().to_owned());
            vec![id, shown(event.created_at), code, event.object_id.clone()]
        })
        .collect();
    let mut text = if rows.is_empty() {
        "Nothing happened.".to_owned()
    } else {
        table(&["event", "when", "what", "object"], &rows)
    };
    let first = events.first().filter(|_| older);
    if let Some(first) = first {
        let micros = first.created_at.as_micros();
        let time = jiff::Timestamp::from_microsecond(micros).context("the time of an event")?;
        text.push_str(&format!(
            "\nThere are older ones: go on with `--until {time}`, or list more at once with \
             `--limit`."
        ));
    }
    let items: Vec<Value> = events.iter().map(json).collect();
    Ok(Output::good(
        text,
        json!({ "items": items, "older": older }),
    ))
}

async fn show(cx: &Cx, id: EventId, shop: Option<ShopId>) -> Result<Output> {
    let EventView { event, deliveries } = find(cx, id, shop).await?;
    let body: Value = serde_json::from_str(&event.body).context("the event's body")?;
    let mut text = format!(
        "{}  {}  {}\n{body:#}\n",
        event.id,
        shown(event.created_at),
        event.kind.code()
    );
    for (delivery, attempts) in &deliveries {
        let state = delivery.state.code();
        let next = delivery
            .due_at
            .map(|time| format!(", next at {}", shown(time)));
        let next = next.unwrap_or_default();
        text.push_str(&format!("to {}: {state}{next}\n", delivery.webhook_id));
        for attempt in attempts {
            text.push_str(&format!("  {}\n", line(attempt)));
        }
    }
    let mut json = json(&event);
    if let Some(fields) = json.as_object_mut() {
        let deliveries = deliveries.iter().map(delivery_json).collect();
        fields.insert("body".to_owned(), body);
        fields.insert("deliveries".to_owned(), Value::Array(deliveries));
    }
    Ok(Output::good(text, json))
}

async fn resend(cx: &Cx, id: EventId, shop: Option<ShopId>) -> Result<Output> {
    let shop = match shop {
        Some(shop) => shop,
        None => find(cx, id, None).await?.event.shop_id,
    };
    let sent = event::resend(cx, shop, id)
        .await
        .context("tell the event again")?;
    Ok(again(sent))
}

async fn replay(cx: &Cx, shop: ShopId, since: &str) -> Result<Output> {
    let since = moment(cx, shop, since).await?;
    let sent = event::replay(cx, shop, since)
        .await
        .context("tell the events again")?;
    Ok(again(sent))
}

fn again(deliveries: usize) -> Output {
    let text = if deliveries == 1 {
        "1 delivery is on its way.".to_owned()
    } else {
        format!("{deliveries} deliveries are on their way.")
    };
    Output::good(text, json!({ "deliveries": deliveries }))
}

/// An event in the named shop, or in whichever shop has it.
async fn find(cx: &Cx, id: EventId, shop: Option<ShopId>) -> Result<EventView> {
    let shops = match shop {
        Some(shop) => vec![shop],
        None => {
            let shops = app::shop::list(cx).await.context("list the shops")?;
            shops.iter().map(|shop| shop.id).collect()
        }
    };
    for shop in shops {
        match event::show(cx, shop, id).await {
            Ok(view) => return Ok(view),
            Err(app::Error::NotFound { .. }) => {}
            Err(error) => return Err(error).context("look for the event"),
        }
    }
    bail!("there is no event {id}")
}

/// A moment in the shop's time, given as a time or as how long ago it was.
async fn moment(cx: &Cx, shop: ShopId, text: &str) -> Result<Timestamp> {
    if let Ok(ago) = parse_duration(text) {
        let shops = app::shop::list(cx).await.context("list the shops")?;
        let found = shops.iter().find(|known| known.id == shop);
        let found = found.with_context(|| format!("shop {shop} not found"))?;
        let micros = i64::try_from(ago.as_micros()).context("the length of time")?;
        return Ok(found.now(cx.app().now()).minus(Duration::micros(micros)));
    }
    let time: jiff::Timestamp = text
        .parse()
        .with_context(|| format!("{text:?} is not a time such as 2026-01-31T12:00:00Z or 2h"))?;
    Ok(Timestamp::from_micros(time.as_microsecond()))
}

fn json(event: &Event) -> Value {
    json!({
        "id": event.id.to_string(),
        "shop_id": event.shop_id.to_string(),
        "event": event.kind.code(),
        "object_id": event.object_id,
        "created_at": shown(event.created_at),
    })
}

fn delivery_json((delivery, attempts): &(Delivery, Vec<Attempt>)) -> Value {
    let attempts: Vec<Value> = attempts.iter().map(attempt_json).collect();
    json!({
        "id": delivery.id.to_string(),
        "webhook_id": delivery.webhook_id.to_string(),
        "state": delivery.state.code(),
        "next_attempt_at": delivery.due_at.map(shown),
        "attempts": attempts,
    })
}

fn attempt_json(attempt: &Attempt) -> Value {
    json!({
        "number": attempt.number,
        "started_at": shown(attempt.started_at),
        "took_micros": attempt.took.as_micros(),
        "request_headers": attempt.request_headers,
        "status": attempt.status,
        "response_body": attempt.response_body,
        "failure": attempt.failure,
    })
}

fn line(attempt: &Attempt) -> String {
    let (number, started) = (attempt.number, shown(attempt.started_at));
    let micros = attempt.took.as_micros();
    let outcome = match (attempt.status, &attempt.failure) {
        (Some(status), _) => status.to_string(),
        (None, Some(failure)) => failure.clone(),
        (None, None) => "no answer".to_owned(),
    };
    format!("{number}. {started}: {outcome} after {micros} µs")
}
