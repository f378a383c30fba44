//! The operation that decides a test payment, which is Altyn's own.

use contract::payment::{PAYMENT, SIMULATE_PAYMENT, SimulatePayment};
use contract::schema::Schema;
use domain::PaymentId;

use super::{Body, Gives, Operation, Takes, Topic, bilingual, no_query, payment};
use crate::routes::Endpoint;

pub(super) const OPERATIONS: &[&Operation] = &[&Operation {
    endpoint: Endpoint::SimulatePayment,
    id: "simulatePayment",
    python: None,
    topic: Topic::Testing,
    summary: bilingual("Decide for the buyer", "Решить за покупателя"),
    says: bilingual(
        "Pays a pending test payment or refuses it, as a buyer in a browser would. A payment \
         whose method is not chosen yet is paid by a test card.",
        "Оплачивает ожидающий тестовый платёж или отказывается, как покупатель в браузере. \
         Если способ ещё не выбран, используется тестовая карта.",
    ),
    path_id: Some(Schema::id::<PaymentId>),
    query: no_query,
    takes: Takes::Json(Body {
        schema: &SIMULATE_PAYMENT,
        optional: false,
        example: r#"{"outcome": "approve"}"#,
        parse: |body| SimulatePayment::parse(body).map(drop),
    }),
    gives: Gives {
        schema: &PAYMENT,
        example: payment::SUCCEEDED,
    },
    errors: &["payment.not_found", "payment.attempt.", "payment.simulate."],
    links: &[],
}];
