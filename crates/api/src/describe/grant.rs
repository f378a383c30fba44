//! The operations on what a shop has granted to applications.

use contract::grant::{GRANT_LIST, GRANT_REMOVED};
use contract::schema::Schema;
use domain::GrantId;

use super::{Gives, Link, Operation, Takes, Topic, bilingual, no_query};
use crate::routes::Endpoint;

const LIST: &str = r#"{
  "type": "list",
  "items": [
    {
      "id": "gr-31f00700-0058-5000-8000-1a2b3c4d5e6f",
      "client_id": "ap-31f00700-0061-5000-8123-456789abcdef",
      "application": "Касса",
      "scopes": ["checkout:payments_create", "checkout:payments_get"],
      "status": "issued",
      "granted_at": "2026-07-20T12:00:00.000Z",
      "expires_at": "2029-07-19T11:59:59.000Z",
      "last_used_at": "2026-07-20T12:01:00.000Z"
    }
  ]
}"#;

pub(super) const OPERATIONS: &[&Operation] = &[
    &Operation {
        endpoint: Endpoint::ListGrants,
        id: "listGrants",
        python: None,
        topic: Topic::Settings,
        summary: bilingual("List grants", "Список выданных доступов"),
        says: bilingual(
            "What the shop has granted to applications of partners, the oldest first; also what \
             is over.",
            "Что магазин разрешил приложениям партнёров: сначала самые старые, и те, что уже \
             закончились.",
        ),
        path_id: None,
        query: no_query,
        takes: Takes::Nothing,
        gives: Gives {
            schema: &GRANT_LIST,
            example: LIST,
        },
        errors: &[],
        links: &[Link {
            name: "remove",
            operation: "removeGrant",
            parameters: &[("grant_id", "$response.body#/items/0/id")],
            body: None,
        }],
    },
    &Operation {
        endpoint: Endpoint::RemoveGrant,
        id: "removeGrant",
        python: None,
        topic: Topic::Settings,
        summary: bilingual("Withdraw a grant", "Отозвать доступ"),
        says: bilingual(
            "The application's token is refused from now on, on other nodes within a second, and \
             its webhooks are gone. What is over already stays as it is.",
            "Токен приложения больше не действует, на других узлах — в течение секунды, его \
             вебхуки удаляются. Закончившийся доступ остаётся как есть.",
        ),
        path_id: Some(Schema::id::<GrantId>),
        query: no_query,
        takes: Takes::Nothing,
        gives: Gives {
            schema: &GRANT_REMOVED,
            example: "{}",
        },
        errors: &["grant.not_found"],
        links: &[],
    },
];
