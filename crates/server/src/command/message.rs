//! `altyn message`: messages to people, and what became of them.

use anyhow::{Context as _, Result};
use domain::Message;
use domain::message::State;
use serde_json::{Value, json};

use super::shown;
use crate::cli;
use crate::config::Config;
use crate::output::{Output, table};
use crate::platform::Platform;

/// Runs one of the commands.
pub(super) async fn run(config: &Config, command: cli::Message) -> Result<Output> {
    let platform = Platform::of_command(config).await?;
    let cx = &platform.cx;
    let output = match command {
        cli::Message::List { shop, limit } => app::message::list(cx, shop, limit)
            .await
            .map(|messages| list(&messages))
            .context("list the messages"),
        cli::Message::Show { id } => app::message::show(cx, id)
            .await
            .map(|message| show(&message))
            .context("look for the message"),
    };
    platform.close().await;
    output
}

fn list(messages: &[Message]) -> Output {
    let row = |message: &Message| {
        let about = format!("{} {}", message.about.kind(), message.about.id());
        vec![
            message.id.to_string(),
            shown(message.created_at),
            message.shop_id.to_string(),
            message.channel.code().to_owned(),
            message.state.code().to_owned(),
            about,
        ]
    };
    let rows: Vec<Vec<String>> = messages.iter().map(row).collect();
    let text = if rows.is_empty() {
        "Nothing was written.".to_owned()
    } else {
        let head = ["message", "when", "shop", "channel", "state", "about"];
        table(&head, &rows)
    };
    let items: Vec<Value> = messages.iter().map(outline).collect();
    Output::good(text, json!({ "items": items }))
}

fn show(message: &Message) -> Output {
    let (id, state, attempts) = (message.id, message.state.code(), message.attempts);
    let mut text = format!("{id}  {}  {state}", shown(message.created_at));
    match message.state {
        State::Queued { due_at } => {
            text.push_str(&format!(", next attempt at {}", shown(due_at)));
        }
        State::Sent { at } | State::Kept { at } | State::Failed { at } | State::Dropped { at } => {
            text.push_str(&format!(" at {}", shown(at)));
        }
    }
    let about = (message.about.kind(), message.about.id());
    text.push_str(&format!(
        ", attempts: {attempts}\nabout {} {}\n",
        about.0, about.1
    ));
    if let Some(said) = &message.said {
        let whose = match message.state {
            State::Dropped { .. } => "needless",
            State::Queued { .. }
            | State::Sent { .. }
            | State::Kept { .. }
            | State::Failed { .. } => "server",
        };
        text.push_str(&format!("{whose}: {said}\n"));
    }
    match &message.content {
        Some(content) => {
            text.push_str(&format!("to {}\n", content.to.expose()));
            if !content.subject.is_empty() {
                text.push_str(&format!("subject: {}\n", content.subject));
            }
            text.push_str(&format!("\n{}\n", content.text));
        }
        None => text.push_str("Address and text were forgotten.\n"),
    }
    let mut json = outline(message);
    if let Some(fields) = json.as_object_mut() {
        let content = message.content.as_ref();
        let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
        put("said", json!(message.said));
        put("to", json!(content.map(|content| content.to.expose())));
        put("subject", json!(content.map(|content| &content.subject)));
        put("text", json!(content.map(|content| &content.text)));
        put(
            "html",
            json!(content.and_then(|content| content.html.as_ref())),
        );
    }
    Output::good(text, json)
}

/// A message without its address and text.
fn outline(message: &Message) -> Value {
    json!({
        "id": message.id.to_string(),
        "shop_id": message.shop_id.to_string(),
        "about": { "type": message.about.kind(), "id": message.about.id() },
        "channel": message.channel.code(),
        "locale": message.locale.code(),
        "state": message.state.code(),
        "attempts": message.attempts,
        "created_at": shown(message.created_at),
        "next_attempt_at": message.state.due_at().map(shown),
        "ended_at": message.state.ended_at().map(shown),
    })
}
