//! The operations on safe deals.

use contract::deal::{CREATE_DEAL, CreateDeal, DEAL, DEAL_LIST, ListDeals};
use contract::schema::Schema;
use domain::{DealId, EventKind};

use super::{Body, Gives, Link, Notification, Operation, Takes, Topic, bilingual, no_query};
use crate::routes::Endpoint;

const NEW: &str = r#"{
  "type": "safe_deal",
  "fee_moment": "payment_succeeded",
  "description": "SAFE_DEAL 37",
  "metadata": {"order_id": "37"}
}"#;
const OPENED: &str = r#"{
  "type": "safe_deal",
  "fee_moment": "payment_succeeded",
  "id": "dl-31f00001-0022-5000-8000-1a2b3c4d5e6f",
  "balance": {"value": "800.00", "currency": "RUB"},
  "payout_balance": {"value": "800.00", "currency": "RUB"},
  "status": "opened",
  "created_at": "2026-07-20T12:00:00.000Z",
  "expires_at": "2026-10-18T12:00:00.000Z",
  "metadata": {"order_id": "37"},
  "description": "SAFE_DEAL 37",
  "test": true
}"#;
const LIST: &str = r#"{"type": "list", "items": []}"#;

pub(super) const OPERATIONS: &[&Operation] = &[
    &Operation {
        endpoint: Endpoint::CreateDeal,
        id: "createDeal",
        python: Some("Deal.create"),
        topic: Topic::Deals,
        summary: bilingual("Open a deal", "Создать сделку"),
        says: bilingual(
            "Opens a deal, which payments fill and payouts empty.",
            "Открывает сделку: её наполняют платежи и расходуют выплаты.",
        ),
        path_id: None,
        query: no_query,
        takes: Takes::Json(Body {
            schema: &CREATE_DEAL,
            optional: false,
            example: NEW,
            parse: |body| CreateDeal::parse(body).map(drop),
        }),
        gives: Gives {
            schema: &DEAL,
            example: OPENED,
        },
        errors: &["deal.not_permitted"],
        links: &[
            Link {
                name: "show",
                operation: "showDeal",
                parameters: &[("deal_id", "$response.body#/id")],
                body: None,
            },
            Link {
                name: "payment",
                operation: "createPayment",
                parameters: &[],
                body: Some(r#"{"deal": {"id": "$response.body#/id"}}"#),
            },
        ],
    },
    &Operation {
        endpoint: Endpoint::ListDeals,
        id: "listDeals",
        python: Some("Deal.list"),
        topic: Topic::Deals,
        summary: bilingual("List deals", "Список сделок"),
        says: bilingual(
            "The newest first, page by page.",
            "Сначала новые, по страницам.",
        ),
        path_id: None,
        query: ListDeals::parameters,
        takes: Takes::Nothing,
        gives: Gives {
            schema: &DEAL_LIST,
            example: LIST,
        },
        errors: &["deal.not_permitted"],
        links: &[
            Link {
                name: "next",
                operation: "listDeals",
                parameters: &[("cursor", "$response.body#/next_cursor")],
                body: None,
            },
            Link {
                name: "show",
                operation: "showDeal",
                parameters: &[("deal_id", "$response.body#/items/0/id")],
                body: None,
            },
        ],
    },
    &Operation {
        endpoint: Endpoint::ShowDeal,
        id: "showDeal",
        python: Some("Deal.find_one"),
        topic: Topic::Deals,
        summary: bilingual("Show a deal", "Информация о сделке"),
        says: bilingual("The deal as it is now.", "Сделка в текущем состоянии."),
        path_id: Some(Schema::id::<DealId>),
        query: no_query,
        takes: Takes::Nothing,
        gives: Gives {
            schema: &DEAL,
            example: OPENED,
        },
        errors: &["deal.not_permitted", "deal.not_found"],
        links: &[Link {
            name: "payout",
            operation: "createPayout",
            parameters: &[],
            body: Some(
                r#"{
                    "deal": {"id": "$response.body#/id"},
                    "amount": "$response.body#/payout_balance"
                }"#,
            ),
        }],
    },
];

pub(super) const NOTIFICATIONS: &[Notification] = &[Notification {
    name: "deal",
    events: &[EventKind::DealClosed],
    object: &DEAL,
    says: bilingual("A deal has ended.", "Сделка закрыта."),
}];
