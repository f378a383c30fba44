//! What `/webhooks` takes and gives.

use domain::webhook::APPLICATION_EVENTS;
use domain::{EventKind, WebhookId};

use crate::address::BYTES_MAX;
use crate::schema::{Named, Schema, id_of, list_of, must};

fn event() -> Schema {
    Schema::codes(APPLICATION_EVENTS.map(EventKind::code)).says("What is told.")
}

fn url() -> Schema {
    let url = Schema::text().at_most(BYTES_MAX);
    url.says("Where to: an https address outside of private networks.")
}

/// The body of `POST /webhooks`.
pub static CREATE_WEBHOOK: Named = Named {
    name: "CreateWebhookRequest",
    schema: || Schema::object([must("event", event()), must("url", url())]),
};

/// A webhook.
pub static WEBHOOK: Named = Named {
    name: "Webhook",
    schema: || {
        Schema::object([
            must("id", id_of::<WebhookId>("Its id.")),
            must("event", event()),
            must("url", url()),
        ])
    },
};

/// All webhooks of a token.
pub static WEBHOOK_LIST: Named = Named {
    name: "WebhookList",
    schema: || list_of(&WEBHOOK),
};

/// The answer to `DELETE /webhooks/{webhook_id}`.
pub static WEBHOOK_REMOVED: Named = Named {
    name: "WebhookRemoved",
    schema: || Schema::object([]),
};
