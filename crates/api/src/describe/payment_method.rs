//! The operations on saved payment methods.

use contract::payment_method::{CREATE_PAYMENT_METHOD, CreatePaymentMethod, PAYMENT_METHOD};
use contract::schema::Schema;
use domain::{EventKind, PaymentMethodId};

use super::{Body, Gives, Link, Notification, Operation, Takes, Topic, bilingual, no_query};
use crate::routes::Endpoint;

const NEW: &str = r#"{
  "type": "bank_card",
  "confirmation": {"type": "redirect", "return_url": "https://shop.example/cards"}
}"#;
const PENDING: &str = r#"{
  "type": "bank_card",
  "id": "31f00300-0037-5000-8000-1a2b3c4d5e6f",
  "saved": false,
  "status": "pending",
  "holder": {"account_id": "100001", "gateway_id": "2000001"},
  "confirmation": {
    "type": "redirect",
    "confirmation_url": "https://pay.example/checkout/bind?id=31f00300-0037-5000-8000-1a2b3c4d5e6f",
    "return_url": "https://shop.example/cards"
  }
}"#;
const ACTIVE: &str = r#"{
  "type": "bank_card",
  "id": "31f00300-0037-5000-8000-1a2b3c4d5e6f",
  "saved": true,
  "status": "active",
  "holder": {"account_id": "100001", "gateway_id": "2000001"},
  "title": "Bank card *4444",
  "card": {
    "first6": "555555",
    "last4": "4444",
    "expiry_year": "2035",
    "expiry_month": "12",
    "card_type": "MasterCard",
    "issuer_country": "US"
  }
}"#;

pub(super) const OPERATIONS: &[&Operation] = &[
    &Operation {
        endpoint: Endpoint::CreatePaymentMethod,
        id: "createPaymentMethod",
        python: Some("PaymentMethod.create"),
        topic: Topic::PaymentMethods,
        summary: bilingual("Bind a payment method", "Привязать способ оплаты"),
        says: bilingual(
            "Saves a card or an account in SBP without a payment. The buyer confirms it on the \
             page whose address the answer carries.",
            "Сохраняет карту или счёт в СБП без платежа. Покупатель подтверждает привязку на \
             странице, адрес которой приходит в ответе.",
        ),
        path_id: None,
        query: no_query,
        takes: Takes::Json(Body {
            schema: &CREATE_PAYMENT_METHOD,
            optional: false,
            example: NEW,
            parse: |body| CreatePaymentMethod::parse(body).map(drop),
        }),
        gives: Gives {
            schema: &PAYMENT_METHOD,
            example: PENDING,
        },
        errors: &[
            "payment_method.create.",
            "payment_method.attempt.",
            "gateway_unknown",
            "card.",
        ],
        links: &[Link {
            name: "show",
            operation: "showPaymentMethod",
            parameters: &[("payment_method_id", "$response.body#/id")],
            body: None,
        }],
    },
    &Operation {
        endpoint: Endpoint::ShowPaymentMethod,
        id: "showPaymentMethod",
        python: Some("PaymentMethod.find_one"),
        topic: Topic::PaymentMethods,
        summary: bilingual("Show a payment method", "Информация о способе оплаты"),
        says: bilingual(
            "The method as it is now.",
            "Способ оплаты в текущем состоянии.",
        ),
        path_id: Some(Schema::id::<PaymentMethodId>),
        query: no_query,
        takes: Takes::Nothing,
        gives: Gives {
            schema: &PAYMENT_METHOD,
            example: ACTIVE,
        },
        errors: &["payment_method.not_found"],
        links: &[],
    },
];

pub(super) const NOTIFICATIONS: &[Notification] = &[Notification {
    name: "payment_method",
    events: &[EventKind::PaymentMethodActive],
    object: &PAYMENT_METHOD,
    says: bilingual(
        "A method can be charged again from now on.",
        "Способ оплаты теперь можно списывать без покупателя.",
    ),
}];
