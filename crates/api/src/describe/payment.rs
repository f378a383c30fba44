//! The operations on payments.

use contract::payment::{
    CAPTURE_PAYMENT, CREATE_PAYMENT, CapturePayment, CreatePayment, ListPayments, PAYMENT,
    PAYMENT_LIST,
};
use contract::schema::Schema;
use domain::{EventKind, PaymentId};

use super::{Body, Gives, Link, Notification, Operation, Takes, Topic, bilingual, no_query};
use crate::routes::Endpoint;

const NEW: &str = r#"{
  "amount": {"value": "1000.00", "currency": "RUB"},
  "capture": true,
  "description": "Order 72",
  "confirmation": {"type": "redirect", "return_url": "https://shop.example/thanks"},
  "metadata": {"order_id": "72"}
}"#;
const PENDING: &str = r#"{
  "id": "31f00000-000f-5000-8000-1a2b3c4d5e6f",
  "status": "pending",
  "amount": {"value": "1000.00", "currency": "RUB"},
  "description": "Order 72",
  "recipient": {"account_id": "100001", "gateway_id": "2000001"},
  "created_at": "2026-07-20T12:00:00.000Z",
  "confirmation": {
    "type": "redirect",
    "confirmation_url": "https://pay.example/checkout/payments/v2/contract?orderId=31f00000-000f-5000-8000-1a2b3c4d5e6f",
    "return_url": "https://shop.example/thanks"
  },
  "test": true,
  "paid": false,
  "refundable": false,
  "metadata": {"order_id": "72"}
}"#;
pub(super) const SUCCEEDED: &str = r#"{
  "id": "31f00000-000f-5000-8000-1a2b3c4d5e6f",
  "status": "succeeded",
  "amount": {"value": "1000.00", "currency": "RUB"},
  "income_amount": {"value": "955.00", "currency": "RUB"},
  "description": "Order 72",
  "recipient": {"account_id": "100001", "gateway_id": "2000001"},
  "payment_method": {
    "type": "bank_card",
    "id": "31f00000-000f-5000-8000-1a2b3c4d5e6f",
    "saved": false,
    "status": "inactive",
    "title": "Bank card *4444",
    "card": {
      "first6": "555555",
      "last4": "4444",
      "expiry_year": "2035",
      "expiry_month": "12",
      "card_type": "MasterCard",
      "issuer_country": "US"
    }
  },
  "captured_at": "2026-07-20T12:01:00.000Z",
  "created_at": "2026-07-20T12:00:00.000Z",
  "test": true,
  "refunded_amount": {"value": "0.00", "currency": "RUB"},
  "paid": true,
  "refundable": true,
  "metadata": {"order_id": "72"},
  "authorization_details": {
    "rrn": "100000000001",
    "auth_code": "000001",
    "three_d_secure": {
      "applied": false,
      "method_completed": false,
      "challenge_completed": false
    }
  }
}"#;
const CANCELED: &str = r#"{
  "id": "31f00000-000f-5000-8000-1a2b3c4d5e6f",
  "status": "canceled",
  "amount": {"value": "1000.00", "currency": "RUB"},
  "recipient": {"account_id": "100001", "gateway_id": "2000001"},
  "created_at": "2026-07-20T12:00:00.000Z",
  "test": true,
  "paid": false,
  "refundable": false,
  "metadata": {},
  "cancellation_details": {"party": "merchant", "reason": "canceled_by_merchant"}
}"#;
const LIST: &str = r#"{
  "type": "list",
  "items": [
    {
      "id": "31f00000-000f-5000-8000-1a2b3c4d5e6f",
      "status": "pending",
      "amount": {"value": "1000.00", "currency": "RUB"},
      "recipient": {"account_id": "100001", "gateway_id": "2000001"},
      "created_at": "2026-07-20T12:00:00.000Z",
      "test": true,
      "paid": false,
      "refundable": false,
      "metadata": {}
    }
  ]
}"#;

fn id() -> Schema {
    Schema::id::<PaymentId>()
}

const THIS: &[(&str, &str)] = &[("payment_id", "$response.body#/id")];
const LINKS: &[Link] = &[
    link("show", "showPayment", None),
    link(
        "capture",
        "capturePayment",
        Some(r#"{"amount": "$response.body#/amount"}"#),
    ),
    link("cancel", "cancelPayment", None),
    Link {
        name: "refund",
        operation: "createRefund",
        parameters: &[],
        body: Some(r#"{"payment_id": "$response.body#/id", "amount": "$response.body#/amount"}"#),
    },
    link("simulate", "simulatePayment", None),
    Link {
        name: "receipt",
        operation: "createReceipt",
        parameters: &[],
        body: Some(
            r#"{
                "type": "payment",
                "payment_id": "$response.body#/id",
                "settlements": [{"type": "cashless", "amount": "$response.body#/amount"}]
            }"#,
        ),
    },
];

const fn link(name: &'static str, operation: &'static str, body: Option<&'static str>) -> Link {
    Link {
        name,
        operation,
        parameters: THIS,
        body,
    }
}

pub(super) const OPERATIONS: &[&Operation] = &[
    &Operation {
        endpoint: Endpoint::CreatePayment,
        id: "createPayment",
        python: Some("Payment.create"),
        topic: Topic::Payments,
        summary: bilingual("Create a payment", "Создать платёж"),
        says: bilingual(
            "Asks a buyer for money. The answer carries what the buyer is shown next: mostly \
             `confirmation_url`, the address of the payment page.",
            "Просит у покупателя деньги. В ответе — то, что показать покупателю дальше: чаще \
             всего `confirmation_url`, адрес страницы оплаты.",
        ),
        path_id: None,
        query: no_query,
        takes: Takes::Json(Body {
            schema: &CREATE_PAYMENT,
            optional: false,
            example: NEW,
            parse: |body| CreatePayment::parse(body).map(drop),
        }),
        gives: Gives {
            schema: &PAYMENT,
            example: PENDING,
        },
        errors: &[
            "payment.create.",
            "payment.split.",
            "payment.pos_link.",
            "payment.attempt.",
            "gateway_unknown",
            "deal.not_permitted",
            "deal.unknown",
            "deal.payment.",
            "deal.settlement.",
            "receipt.data.",
            "token.",
            "card.",
        ],
        links: LINKS,
    },
    &Operation {
        endpoint: Endpoint::ListPayments,
        id: "listPayments",
        python: Some("Payment.list"),
        topic: Topic::Payments,
        summary: bilingual("List payments", "Список платежей"),
        says: bilingual(
            "The newest first, page by page. A cursor belongs to the filters it was given with.",
            "Сначала новые, по страницам. Курсор действует с теми же фильтрами, с которыми \
             получен.",
        ),
        path_id: None,
        query: ListPayments::parameters,
        takes: Takes::Nothing,
        gives: Gives {
            schema: &PAYMENT_LIST,
            example: LIST,
        },
        errors: &[],
        links: &[
            Link {
                name: "next",
                operation: "listPayments",
                parameters: &[("cursor", "$response.body#/next_cursor")],
                body: None,
            },
            Link {
                name: "show",
                operation: "showPayment",
                parameters: &[("payment_id", "$response.body#/items/0/id")],
                body: None,
            },
        ],
    },
    &Operation {
        endpoint: Endpoint::ShowPayment,
        id: "showPayment",
        python: Some("Payment.find_one"),
        topic: Topic::Payments,
        summary: bilingual("Show a payment", "Информация о платеже"),
        says: bilingual("The payment as it is now.", "Платёж в текущем состоянии."),
        path_id: Some(id),
        query: no_query,
        takes: Takes::Nothing,
        gives: Gives {
            schema: &PAYMENT,
            example: SUCCEEDED,
        },
        errors: &["payment.not_found"],
        links: &[],
    },
    &Operation {
        endpoint: Endpoint::CapturePayment,
        id: "capturePayment",
        python: Some("Payment.capture"),
        topic: Topic::Payments,
        summary: bilingual("Capture a payment", "Подтвердить платёж"),
        says: bilingual(
            "Takes money that is held: all of it, or a part; the rest goes back to the buyer at \
             once.",
            "Списывает удержанные деньги: все или часть; остаток сразу возвращается покупателю.",
        ),
        path_id: Some(id),
        query: no_query,
        takes: Takes::Json(Body {
            schema: &CAPTURE_PAYMENT,
            optional: true,
            example: r#"{"amount": {"value": "600.00", "currency": "RUB"}}"#,
            parse: |body| CapturePayment::parse(body).map(drop),
        }),
        gives: Gives {
            schema: &PAYMENT,
            example: SUCCEEDED,
        },
        errors: &[
            "payment.not_found",
            "payment.capture.",
            "payment.split.",
            "deal.payment.",
            "deal.settlement.",
            "receipt.data.",
        ],
        links: LINKS,
    },
    &Operation {
        endpoint: Endpoint::CancelPayment,
        id: "cancelPayment",
        python: Some("Payment.cancel"),
        topic: Topic::Payments,
        summary: bilingual("Cancel a payment", "Отменить платёж"),
        says: bilingual(
            "Lets money go that is held. A body is ignored.",
            "Отпускает удержанные деньги. Тело запроса не учитывается.",
        ),
        path_id: Some(id),
        query: no_query,
        takes: Takes::Bare,
        gives: Gives {
            schema: &PAYMENT,
            example: CANCELED,
        },
        errors: &["payment.not_found", "payment.cancel."],
        links: &[],
    },
];

pub(super) const NOTIFICATIONS: &[Notification] = &[Notification {
    name: "payment",
    events: &[
        EventKind::PaymentWaitingForCapture,
        EventKind::PaymentSucceeded,
        EventKind::PaymentCanceled,
    ],
    object: &PAYMENT,
    says: bilingual(
        "A payment's money is held or taken, or it ended without money.",
        "Деньги по платежу удержаны или списаны, либо платёж отменён.",
    ),
}];
