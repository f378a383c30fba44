//! The page about notifications: what is sent, how it looks on arrival, how to answer.

use askama::Template;
use domain::webhook::RETRY_OFFSETS_SECONDS;
use pages::frame::Frame;
use pages::lang::Lang;
use pages::routes;

use super::description::{Body, Description, Schema, Webhook, in_lang};
use super::index::{Entry, entry, frame};
use super::side::Side;
use super::snippet;

/// The path of the object in the example.
const TOLD_OF: &str = "/v3/payments/{payment_id}";
/// The topic of the operations that show what was sent.
const TOPIC: &str = "Events";
/// The recipe that checks a signature.
const RECIPE: &str = "webhook_signature.py";

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "notifications.html")]
pub struct NotificationsPage {
    /// Language and style.
    pub frame: Frame,
    /// The pages and the search beside it.
    pub side: Side,
    /// The notifications.
    pub rows: Vec<NotificationRow>,
    /// When a notification is repeated: seconds after the first time.
    pub again: String,
    /// What arrives.
    pub example: String,
    /// The recipe about signatures, and operations that show what was sent.
    pub links: Vec<Entry>,
}

/// A notification.
#[derive(Clone, Debug)]
pub struct NotificationRow {
    /// The events.
    pub events: Vec<String>,
    /// Their description.
    pub says: String,
}

impl NotificationsPage {
    /// The page in a language.
    pub(super) fn of(lang: Lang, side: Side, description: &Description) -> Self {
        let recipes = super::side::recipes(lang).entries.into_iter();
        let mut links: Vec<Entry> = recipes.filter(|recipe| recipe.aside == RECIPE).collect();
        let own = description.operations();
        let own = own.filter(|(_, _, one)| one.tags.iter().any(|tag| tag == TOPIC));
        links.extend(own.map(|found| entry(lang, found)));
        Self {
            frame: frame(lang, routes::docs_notifications),
            side,
            rows: rows(lang, description),
            again: RETRY_OFFSETS_SECONDS
                .map(|seconds| seconds.to_string())
                .join(", "),
            example: example(description),
            links,
        }
    }

    /// The page in each of its looks.
    #[must_use]
    pub fn samples(lang: Lang) -> Vec<(String, Self)> {
        let description = super::description::sample();
        let page = Self::of(lang, Side::of(lang, &description), &description);
        vec![("plain".to_owned(), page)]
    }
}

/// Every notification.
fn rows(lang: Lang, description: &Description) -> Vec<NotificationRow> {
    let rows = |(_, webhook): &(String, Webhook)| {
        let json = webhook.post.request_body.json();
        let events = json.and_then(|json| json.schema.properties.get("event"));
        NotificationRow {
            events: events.map(Schema::values).unwrap_or_default(),
            says: in_lang(lang, &webhook.post.summary, Some(&webhook.post.summary_ru)).to_owned(),
        }
    };
    description.webhooks.0.iter().map(rows).collect()
}

/// The body of a notification about the payment that the description has as an example.
fn example(description: &Description) -> String {
    let mut operations = description.operations();
    let found = operations.find(|(path, method, _)| *path == TOLD_OF && *method == "get");
    let answer = found.and_then(|(_, _, operation)| operation.responses.get("200"));
    let example = answer
        .and_then(Body::json)
        .and_then(|json| json.example.as_ref());
    let object = example.map_or_else(
        || "{}".to_owned(),
        |example| snippet::dedented(example.get()).replace('\n', "\n  "),
    );
    format!(
        "{{\n  \"type\": \"notification\",\n  \"event\": \"payment.succeeded\",\n  \
         \"object\": {object}\n}}"
    )
}
