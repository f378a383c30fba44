//! The operations on events, which are Altyn's own.

use contract::event::{EVENT, EVENT_LIST, ListEvents, RESENT};
use contract::schema::Schema;
use domain::EventId;

use super::{Gives, Link, Operation, Takes, Topic, bilingual, no_query};
use crate::routes::Endpoint;

const LIST: &str = r#"{
  "type": "list",
  "items": [
    {
      "id": "ev-31f00000-0052-5000-8000-1a2b3c4d5e6f",
      "event": "payment.succeeded",
      "object_id": "31f00000-000f-5000-8000-1a2b3c4d5e6f",
      "created_at": "2026-07-20T12:01:00.000Z",
      "notification": {
        "type": "notification",
        "event": "payment.succeeded",
        "object": {"id": "31f00000-000f-5000-8000-1a2b3c4d5e6f"}
      }
    }
  ],
  "next_cursor": "656a6c1a40c00.ev-31f00000-0052-5000-8000-1a2b3c4d5e6f.8d1c7a5b9e3f2d10"
}"#;
const ONE: &str = r#"{
  "id": "ev-31f00000-0052-5000-8000-1a2b3c4d5e6f",
  "event": "payment.succeeded",
  "object_id": "31f00000-000f-5000-8000-1a2b3c4d5e6f",
  "created_at": "2026-07-20T12:01:00.000Z",
  "notification": {
    "type": "notification",
    "event": "payment.succeeded",
    "object": {"id": "31f00000-000f-5000-8000-1a2b3c4d5e6f"}
  },
  "deliveries": [
    {
      "id": "dv-31f00000-0053-5000-8000-1a2b3c4d5e6f",
      "webhook_id": "wh-31f00000-0055-5000-8000-1a2b3c4d5e6f",
      "state": "delivered",
      "attempts": [
        {
          "number": 1,
          "started_at": "2026-07-20T12:01:00.100Z",
          "took_micros": 20417,
          "status": 200
        }
      ]
    }
  ]
}"#;

const THIS: &[(&str, &str)] = &[("event_id", "$response.body#/items/0/id")];

pub(super) const OPERATIONS: &[&Operation] = &[
    &Operation {
        endpoint: Endpoint::ListEvents,
        id: "listEvents",
        python: None,
        topic: Topic::Events,
        summary: bilingual("List events", "Список событий"),
        says: bilingual(
            "Everything the shop is notified of, the oldest first, also what could not be \
             delivered.",
            "Всё, о чём магазин получает уведомления, сначала старые, — в том числе \
             недоставленное.",
        ),
        path_id: None,
        query: ListEvents::parameters,
        takes: Takes::Nothing,
        gives: Gives {
            schema: &EVENT_LIST,
            example: LIST,
        },
        errors: &[],
        links: &[
            Link {
                name: "next",
                operation: "listEvents",
                parameters: &[("cursor", "$response.body#/next_cursor")],
                body: None,
            },
            Link {
                name: "show",
                operation: "showEvent",
                parameters: THIS,
                body: None,
            },
            Link {
                name: "resend",
                operation: "resendEvent",
                parameters: THIS,
                body: None,
            },
        ],
    },
    &Operation {
        endpoint: Endpoint::ShowEvent,
        id: "showEvent",
        python: None,
        topic: Topic::Events,
        summary: bilingual("Show an event", "Информация о событии"),
        says: bilingual(
            "What happened, and every attempt to tell it.",
            "Что произошло и каждая попытка об этом сообщить.",
        ),
        path_id: Some(Schema::id::<EventId>),
        query: no_query,
        takes: Takes::Nothing,
        gives: Gives {
            schema: &EVENT,
            example: ONE,
        },
        errors: &["event.not_found"],
        links: &[],
    },
    &Operation {
        endpoint: Endpoint::ResendEvent,
        id: "resendEvent",
        python: None,
        topic: Topic::Events,
        summary: bilingual("Send an event again", "Отправить событие ещё раз"),
        says: bilingual(
            "Tells all addresses that listen to it now, whatever became of it before.",
            "Сообщает о событии всем адресам, которые на него подписаны, независимо от прошлых \
             попыток.",
        ),
        path_id: Some(Schema::id::<EventId>),
        query: no_query,
        takes: Takes::Bare,
        gives: Gives {
            schema: &RESENT,
            example: r#"{"deliveries": 1}"#,
        },
        errors: &["event.not_found"],
        links: &[],
    },
];
