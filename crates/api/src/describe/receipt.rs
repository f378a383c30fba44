//! The operations on receipts.

use contract::receipt::{CREATE_RECEIPT, CreateReceipt, ListReceipts, RECEIPT, RECEIPT_LIST};
use contract::schema::Schema;
use domain::ReceiptId;

use super::{Body, Gives, Link, Operation, Takes, Topic, bilingual, no_query};
use crate::routes::Endpoint;

const NEW: &str = r#"{
  "type": "payment",
  "payment_id": "31f00000-000f-5000-8000-1a2b3c4d5e6f",
  "customer": {"email": "buyer@example.com"},
  "items": [
    {
      "description": "Book",
      "quantity": 1.0,
      "amount": {"value": "200.00", "currency": "RUB"},
      "vat_code": 11,
      "payment_mode": "full_payment",
      "payment_subject": "commodity"
    }
  ],
  "settlements": [
    {"type": "prepayment", "amount": {"value": "200.00", "currency": "RUB"}}
  ],
  "send": true
}"#;
const REGISTERED: &str = r#"{
  "id": "rt-31f00300-0018-5000-8000-1a2b3c4d5e6f",
  "type": "payment",
  "payment_id": "31f00000-000f-5000-8000-1a2b3c4d5e6f",
  "status": "succeeded",
  "fiscal_document_number": "3986",
  "fiscal_storage_number": "9288000100115785",
  "fiscal_attribute": "2617603921",
  "registered_at": "2026-07-20T12:01:00.000Z",
  "fiscal_provider_id": "fd9e9404-eaca-4000-8ec9-dc228ead2345",
  "items": [
    {
      "description": "Book",
      "quantity": 1.0,
      "amount": {"value": "200.00", "currency": "RUB"},
      "vat_code": 11,
      "payment_mode": "full_payment",
      "payment_subject": "commodity"
    }
  ],
  "settlements": [
    {"type": "prepayment", "amount": {"value": "200.00", "currency": "RUB"}}
  ]
}"#;
const LIST: &str = r#"{"type": "list", "items": []}"#;

pub(super) const OPERATIONS: &[&Operation] = &[
    &Operation {
        endpoint: Endpoint::CreateReceipt,
        id: "createReceipt",
        python: Some("Receipt.create"),
        topic: Topic::Receipts,
        summary: bilingual("Create a receipt", "Создать чек"),
        says: bilingual(
            "Registers a receipt of a payment or a refund whose money has moved: in the scenario \
             \"payment, then receipt\", and to settle a prepayment.",
            "Регистрирует чек платежа или возврата, деньги по которому уже прошли: в сценарии \
             «Сначала платёж, потом чек» и при зачёте предоплаты.",
        ),
        path_id: None,
        query: no_query,
        takes: Takes::Json(Body {
            schema: &CREATE_RECEIPT,
            optional: false,
            example: NEW,
            parse: |body| CreateReceipt::parse(body).map(drop),
        }),
        gives: Gives {
            schema: &RECEIPT,
            example: REGISTERED,
        },
        errors: &["receipt.data.", "receipt.create."],
        links: &[Link {
            name: "show",
            operation: "showReceipt",
            parameters: &[("receipt_id", "$response.body#/id")],
            body: None,
        }],
    },
    &Operation {
        endpoint: Endpoint::ListReceipts,
        id: "listReceipts",
        python: Some("Receipt.list"),
        topic: Topic::Receipts,
        summary: bilingual("List receipts", "Список чеков"),
        says: bilingual(
            "The newest first, page by page.",
            "Сначала новые, по страницам.",
        ),
        path_id: None,
        query: ListReceipts::parameters,
        takes: Takes::Nothing,
        gives: Gives {
            schema: &RECEIPT_LIST,
            example: LIST,
        },
        errors: &[],
        links: &[
            Link {
                name: "next",
                operation: "listReceipts",
                parameters: &[("cursor", "$response.body#/next_cursor")],
                body: None,
            },
            Link {
                name: "show",
                operation: "showReceipt",
                parameters: &[("receipt_id", "$response.body#/items/0/id")],
                body: None,
            },
        ],
    },
    &Operation {
        endpoint: Endpoint::ShowReceipt,
        id: "showReceipt",
        python: Some("Receipt.find_one"),
        topic: Topic::Receipts,
        summary: bilingual("Show a receipt", "Информация о чеке"),
        says: bilingual("The receipt as it is now.", "Чек в текущем состоянии."),
        path_id: Some(Schema::id::<ReceiptId>),
        query: no_query,
        takes: Takes::Nothing,
        gives: Gives {
            schema: &RECEIPT,
            example: REGISTERED,
        },
        errors: &["receipt.not_found"],
        links: &[],
    },
];
