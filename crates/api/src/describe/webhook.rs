//! The operations on the webhooks of applications.

use contract::schema::Schema;
use contract::webhook::{CREATE_WEBHOOK, CreateWebhook, WEBHOOK, WEBHOOK_LIST, WEBHOOK_REMOVED};
use domain::{Reach, WebhookId};

use super::{Body, Gives, Link, Operation, Takes, Topic, bilingual, no_query};
use crate::routes::Endpoint;

const NEW: &str =
    r#"{"event": "payment.succeeded", "url": "https://partner.example.com/notification_url"}"#;
const SET: &str = r#"{
  "id": "wh-31f00700-0055-5000-8000-1a2b3c4d5e6f",
  "event": "payment.succeeded",
  "url": "https://partner.example.com/notification_url"
}"#;
const LIST: &str = r#"{"type": "list", "items": []}"#;

pub(super) const OPERATIONS: &[&Operation] = &[
    &Operation {
        endpoint: Endpoint::CreateWebhook,
        id: "createWebhook",
        python: Some("Webhook.add"),
        topic: Topic::Webhooks,
        summary: bilingual("Set a webhook", "Создать вебхук"),
        says: bilingual(
            "The application is told of this event from now on, about the objects that it made \
             itself. An event has one address: another one takes the place of the first, under \
             the same id.",
            "Приложение начинает получать уведомления об этом событии по созданным им объектам. \
             У события один адрес: новый заменяет прежний, идентификатор остаётся тем же.",
        ),
        path_id: None,
        query: no_query,
        takes: Takes::Json(Body {
            schema: &CREATE_WEBHOOK,
            optional: false,
            example: NEW,
            parse: |body| CreateWebhook::parse(body, Reach::Public).map(drop),
        }),
        gives: Gives {
            schema: &WEBHOOK,
            example: SET,
        },
        errors: &[],
        links: &[Link {
            name: "remove",
            operation: "removeWebhook",
            parameters: &[("webhook_id", "$response.body#/id")],
            body: None,
        }],
    },
    &Operation {
        endpoint: Endpoint::ListWebhooks,
        id: "listWebhooks",
        python: Some("Webhook.list"),
        topic: Topic::Webhooks,
        summary: bilingual("List webhooks", "Список вебхуков"),
        says: bilingual(
            "All webhooks of the token, on one page.",
            "Все вебхуки токена на одной странице.",
        ),
        path_id: None,
        query: no_query,
        takes: Takes::Nothing,
        gives: Gives {
            schema: &WEBHOOK_LIST,
            example: LIST,
        },
        errors: &[],
        links: &[Link {
            name: "remove",
            operation: "removeWebhook",
            parameters: &[("webhook_id", "$response.body#/items/0/id")],
            body: None,
        }],
    },
    &Operation {
        endpoint: Endpoint::RemoveWebhook,
        id: "removeWebhook",
        python: Some("Webhook.remove"),
        topic: Topic::Webhooks,
        summary: bilingual("Remove a webhook", "Удалить вебхук"),
        says: bilingual(
            "What is still on its way to it is not delivered any more.",
            "То, что ещё не доставлено, больше не отправляется.",
        ),
        path_id: Some(Schema::id::<WebhookId>),
        query: no_query,
        takes: Takes::Nothing,
        gives: Gives {
            schema: &WEBHOOK_REMOVED,
            example: "{}",
        },
        errors: &["webhook.not_found"],
        links: &[],
    },
];
