//! The operations on invoices.

use contract::invoice::{CREATE_INVOICE, CreateInvoice, INVOICE};
use contract::schema::Schema;
use domain::InvoiceId;

use super::{Body, Gives, Link, Operation, Takes, Topic, bilingual, no_query};
use crate::routes::Endpoint;

const NEW: &str = r#"{
  "payment_data": {
    "amount": {"value": "1890.00", "currency": "RUB"},
    "capture": true,
    "description": "Order 72",
    "metadata": {"order_id": "72"}
  },
  "cart": [
    {
      "description": "Coffee, 250 g",
      "price": {"value": "1000.00", "currency": "RUB"},
      "discount_price": {"value": "945.00", "currency": "RUB"},
      "quantity": 2.0
    }
  ],
  "delivery_method_data": {"type": "self"},
  "expires_at": "2026-07-30T12:00:00.000Z",
  "description": "Invoice of contract 37"
}"#;
const WAITING: &str = r#"{
  "id": "in-31f00400-0031-5000-8000-1a2b3c4d5e6f",
  "status": "pending",
  "cart": [
    {
      "description": "Coffee, 250 g",
      "price": {"value": "1000.00", "currency": "RUB"},
      "discount_price": {"value": "945.00", "currency": "RUB"},
      "quantity": 2.0
    }
  ],
  "delivery_method": {
    "type": "self",
    "url": "https://pay.example/invoice/in-31f00400-0031-5000-8000-1a2b3c4d5e6f"
  },
  "created_at": "2026-07-20T12:00:00.000Z",
  "expires_at": "2026-07-30T12:00:00.000Z",
  "description": "Invoice of contract 37",
  "metadata": {}
}"#;
const PAID: &str = r#"{
  "id": "in-31f00400-0031-5000-8000-1a2b3c4d5e6f",
  "status": "succeeded",
  "cart": [
    {
      "description": "Coffee, 250 g",
      "price": {"value": "1000.00", "currency": "RUB"},
      "discount_price": {"value": "945.00", "currency": "RUB"},
      "quantity": 2.0
    }
  ],
  "payment_details": {
    "id": "31f00480-000f-5000-8000-1a2b3c4d5e6f",
    "status": "succeeded"
  },
  "created_at": "2026-07-20T12:00:00.000Z",
  "description": "Invoice of contract 37",
  "metadata": {}
}"#;

pub(super) const OPERATIONS: &[&Operation] = &[
    &Operation {
        endpoint: Endpoint::CreateInvoice,
        id: "createInvoice",
        python: Some("Invoice.create"),
        topic: Topic::Invoices,
        summary: bilingual("Create an invoice", "Создать счёт"),
        says: bilingual(
            "Makes a page with a cart that the buyer pays. The payment comes from it when the \
             buyer presses the button, and names the invoice in `invoice_details`.",
            "Создаёт страницу с корзиной, которую оплачивает покупатель. Платёж появляется, \
             когда он нажимает кнопку, и называет счёт в `invoice_details`.",
        ),
        path_id: None,
        query: no_query,
        takes: Takes::Json(Body {
            schema: &CREATE_INVOICE,
            optional: false,
            example: NEW,
            parse: |body| CreateInvoice::parse(body).map(drop),
        }),
        gives: Gives {
            schema: &INVOICE,
            example: WAITING,
        },
        errors: &[
            "invoice.cart.",
            "invoice.expiry_outside_limits",
            "payment.create.amount_not_positive",
            "payment.create.currency_not_taken",
            "payment.create.no_method",
            "payment.create.saving_not_permitted",
            "gateway_unknown",
            "receipt.data.",
        ],
        links: &[Link {
            name: "show",
            operation: "showInvoice",
            parameters: &[("invoice_id", "$response.body#/id")],
            body: None,
        }],
    },
    &Operation {
        endpoint: Endpoint::ShowInvoice,
        id: "showInvoice",
        python: Some("Invoice.find_one"),
        topic: Topic::Invoices,
        summary: bilingual("Show an invoice", "Информация о счёте"),
        says: bilingual("The invoice as it is now.", "Счёт в текущем состоянии."),
        path_id: Some(Schema::id::<InvoiceId>),
        query: no_query,
        takes: Takes::Nothing,
        gives: Gives {
            schema: &INVOICE,
            example: PAID,
        },
        errors: &["invoice.not_found"],
        links: &[],
    },
];
