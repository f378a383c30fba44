//! The operations on a test shop's clock, which are Altyn's own.

use contract::clock::{ADVANCE_CLOCK, AdvanceClock, CLOCK};

use super::{Body, Gives, Operation, Takes, Topic, bilingual, no_query};
use crate::routes::Endpoint;

const NOW: &str = r#"{"now": "2026-07-27T12:00:00.000Z"}"#;

pub(super) const OPERATIONS: &[&Operation] = &[
    &Operation {
        endpoint: Endpoint::ShowClock,
        id: "showClock",
        python: None,
        topic: Topic::Testing,
        summary: bilingual("Show the shop's time", "Время магазина"),
        says: bilingual(
            "A test shop's clock may be ahead of the platform's.",
            "Часы тестового магазина могут опережать часы платформы.",
        ),
        path_id: None,
        query: no_query,
        takes: Takes::Nothing,
        gives: Gives {
            schema: &CLOCK,
            example: NOW,
        },
        errors: &[],
        links: &[],
    },
    &Operation {
        endpoint: Endpoint::AdvanceClock,
        id: "advanceClock",
        python: None,
        topic: Topic::Testing,
        summary: bilingual("Let time pass", "Перевести часы вперёд"),
        says: bilingual(
            "What falls due by it happens at once: holds and payments expire, notifications are \
             repeated. There is no way back, and each request counts.",
            "Всё, чему за это время наступил срок, происходит сразу: истекают холды и платежи, \
             повторяются уведомления. Назад часы не идут, и каждый запрос считается.",
        ),
        path_id: None,
        query: no_query,
        takes: Takes::Json(Body {
            schema: &ADVANCE_CLOCK,
            optional: false,
            example: r#"{"seconds": 604800}"#,
            parse: |body| AdvanceClock::parse(body).map(drop),
        }),
        gives: Gives {
            schema: &CLOCK,
            example: NOW,
        },
        errors: &["shop.clock_not_movable"],
        links: &[],
    },
];
