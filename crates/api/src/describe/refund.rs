//! The operations on refunds.

use contract::refund::{CREATE_REFUND, CreateRefund, ListRefunds, REFUND, REFUND_LIST};
use contract::schema::Schema;
use domain::{EventKind, RefundId};

use super::{Body, Gives, Link, Notification, Operation, Takes, Topic, bilingual, no_query};
use crate::routes::Endpoint;

const NEW: &str = r#"{
  "payment_id": "31f00000-000f-5000-8000-1a2b3c4d5e6f",
  "amount": {"value": "400.00", "currency": "RUB"},
  "description": "One of two chairs came back"
}"#;
const MADE: &str = r#"{
  "id": "31f00100-0015-5000-8000-1a2b3c4d5e6f",
  "status": "succeeded",
  "amount": {"value": "400.00", "currency": "RUB"},
  "created_at": "2026-07-21T12:00:00.000Z",
  "payment_id": "31f00000-000f-5000-8000-1a2b3c4d5e6f",
  "description": "One of two chairs came back",
  "refund_authorization_details": {"rrn": "100000000002"}
}"#;
const LIST: &str = r#"{
  "type": "list",
  "items": [
    {
      "id": "31f00100-0015-5000-8000-1a2b3c4d5e6f",
      "status": "canceled",
      "amount": {"value": "10.00", "currency": "RUB"},
      "created_at": "2026-07-21T12:00:00.000Z",
      "payment_id": "31f00000-000f-5000-8000-1a2b3c4d5e6f",
      "cancellation_details": {"party": "yoo_money", "reason": "insufficient_funds"}
    }
  ]
}"#;

const SHOW: Link = Link {
    name: "show",
    operation: "showRefund",
    parameters: &[("refund_id", "$response.body#/id")],
    body: None,
};

pub(super) const OPERATIONS: &[&Operation] = &[
    &Operation {
        endpoint: Endpoint::CreateRefund,
        id: "createRefund",
        python: Some("Refund.create"),
        topic: Topic::Refunds,
        summary: bilingual("Create a refund", "Создать возврат"),
        says: bilingual(
            "Gives money of a succeeded payment back, whole or in parts, as far as the method and \
             the shop's balance allow.",
            "Возвращает деньги по успешному платежу целиком или частями — насколько позволяют \
             способ оплаты и баланс магазина.",
        ),
        path_id: None,
        query: no_query,
        takes: Takes::Json(Body {
            schema: &CREATE_REFUND,
            optional: false,
            example: NEW,
            parse: |body| CreateRefund::parse(body).map(drop),
        }),
        gives: Gives {
            schema: &REFUND,
            example: MADE,
        },
        errors: &[
            "refund.create.",
            "refund.source.",
            "refund.certificates_mismatch",
            "deal.refund.",
            "deal.payment.not_in_deal",
            "receipt.data.",
        ],
        links: &[SHOW],
    },
    &Operation {
        endpoint: Endpoint::ListRefunds,
        id: "listRefunds",
        python: Some("Refund.list"),
        topic: Topic::Refunds,
        summary: bilingual("List refunds", "Список возвратов"),
        says: bilingual(
            "The newest first, page by page.",
            "Сначала новые, по страницам.",
        ),
        path_id: None,
        query: ListRefunds::parameters,
        takes: Takes::Nothing,
        gives: Gives {
            schema: &REFUND_LIST,
            example: LIST,
        },
        errors: &[],
        links: &[
            Link {
                name: "next",
                operation: "listRefunds",
                parameters: &[("cursor", "$response.body#/next_cursor")],
                body: None,
            },
            Link {
                name: "show",
                operation: "showRefund",
                parameters: &[("refund_id", "$response.body#/items/0/id")],
                body: None,
            },
        ],
    },
    &Operation {
        endpoint: Endpoint::ShowRefund,
        id: "showRefund",
        python: Some("Refund.find_one"),
        topic: Topic::Refunds,
        summary: bilingual("Show a refund", "Информация о возврате"),
        says: bilingual("The refund as it is now.", "Возврат в текущем состоянии."),
        path_id: Some(Schema::id::<RefundId>),
        query: no_query,
        takes: Takes::Nothing,
        gives: Gives {
            schema: &REFUND,
            example: MADE,
        },
        errors: &["refund.not_found"],
        links: &[],
    },
];

pub(super) const NOTIFICATIONS: &[Notification] = &[Notification {
    name: "refund",
    events: &[EventKind::RefundSucceeded],
    object: &REFUND,
    says: bilingual(
        "Money was given back. A refund that was canceled may succeed later, if the bank carried \
         it out after all.",
        "Деньги возвращены покупателю. Отменённый возврат может стать успешным позже, если банк \
         всё же его провёл.",
    ),
}];
