//! The operations on payouts, and the banks that SBP reaches.

use contract::payout::{
    CREATE_PAYOUT, CreatePayout, ListPayouts, PAYOUT, PAYOUT_LIST, SearchPayouts,
};
use contract::sbp_bank::SBP_BANK_LIST;
use contract::schema::Schema;
use domain::{EventKind, PayoutId};

use super::{Body, Gives, Link, Notification, Operation, Takes, Topic, bilingual, no_query};
use crate::routes::Endpoint;

const NEW: &str = r#"{
  "amount": {"value": "800.00", "currency": "RUB"},
  "payout_destination_data": {"type": "bank_card", "card": {"number": "5555555555554477"}},
  "description": "Payout 37",
  "metadata": {"order_id": "37"}
}"#;
const MADE: &str = r#"{
  "id": "po-31f00200-0025-5000-8000-1a2b3c4d5e6f",
  "amount": {"value": "800.00", "currency": "RUB"},
  "status": "succeeded",
  "payout_destination": {
    "type": "bank_card",
    "card": {"first6": "555555", "last4": "4477", "card_type": "MasterCard"}
  },
  "description": "Payout 37",
  "created_at": "2026-07-22T12:00:00.000Z",
  "succeeded_at": "2026-07-22T12:00:03.000Z",
  "metadata": {"order_id": "37"},
  "test": true
}"#;
const LIST: &str = r#"{
  "type": "list",
  "items": [
    {
      "id": "po-31f00200-0025-5000-8000-1a2b3c4d5e6f",
      "amount": {"value": "100.00", "currency": "RUB"},
      "status": "canceled",
      "payout_destination": {
        "type": "sbp", "phone": "79000000001", "bank_id": "100000000111",
        "recipient_checked": false
      },
      "created_at": "2026-07-22T12:00:00.000Z",
      "cancellation_details": {"party": "payout_network", "reason": "recipient_not_found"},
      "metadata": {},
      "test": true
    }
  ]
}"#;
const BANKS: &str = r#"{
  "type": "list",
  "items": [{"bank_id": "100000000111", "name": "Сбербанк", "bic": "044525225"}]
}"#;

const fn next(operation: &'static str) -> Link {
    Link {
        name: "next",
        operation,
        parameters: &[("cursor", "$response.body#/next_cursor")],
        body: None,
    }
}

pub(super) const OPERATIONS: &[&Operation] = &[
    &CREATE,
    &Operation {
        endpoint: Endpoint::ListPayouts,
        id: "listPayouts",
        python: Some("Payout.list"),
        topic: Topic::Payouts,
        summary: bilingual("List payouts", "Список выплат"),
        says: bilingual(
            "The newest first, page by page.",
            "Сначала новые, по страницам.",
        ),
        path_id: None,
        query: ListPayouts::parameters,
        takes: Takes::Nothing,
        gives: Gives {
            schema: &PAYOUT_LIST,
            example: LIST,
        },
        errors: &[],
        links: &[
            next("listPayouts"),
            Link {
                name: "show",
                operation: "showPayout",
                parameters: &[("payout_id", "$response.body#/items/0/id")],
                body: None,
            },
        ],
    },
    &Operation {
        endpoint: Endpoint::SearchPayouts,
        id: "searchPayouts",
        python: None,
        topic: Topic::Payouts,
        summary: bilingual("Search payouts", "Поиск выплат"),
        says: bilingual(
            "Payouts of the last three months with exactly this pair of metadata, the newest \
             first.",
            "Выплаты за последние три месяца с точно такой парой в metadata, сначала новые.",
        ),
        path_id: None,
        query: SearchPayouts::parameters,
        takes: Takes::Nothing,
        gives: Gives {
            schema: &PAYOUT_LIST,
            example: LIST,
        },
        errors: &[],
        links: &[next("searchPayouts")],
    },
    &Operation {
        endpoint: Endpoint::ShowPayout,
        id: "showPayout",
        python: Some("Payout.find_one"),
        topic: Topic::Payouts,
        summary: bilingual("Show a payout", "Информация о выплате"),
        says: bilingual("The payout as it is now.", "Выплата в текущем состоянии."),
        path_id: Some(Schema::id::<PayoutId>),
        query: no_query,
        takes: Takes::Nothing,
        gives: Gives {
            schema: &PAYOUT,
            example: MADE,
        },
        errors: &["payout.not_found"],
        links: &[],
    },
    &Operation {
        endpoint: Endpoint::ListSbpBanks,
        id: "listSbpBanks",
        python: Some("SbpBanks.list"),
        topic: Topic::Payouts,
        summary: bilingual("List the banks of SBP", "Список участников СБП"),
        says: bilingual(
            "All banks that payouts through SBP reach.",
            "Все банки, в которые можно выплатить через СБП.",
        ),
        path_id: None,
        query: no_query,
        takes: Takes::Nothing,
        gives: Gives {
            schema: &SBP_BANK_LIST,
            example: BANKS,
        },
        errors: &[],
        links: &[],
    },
];

const CREATE: Operation = Operation {
    endpoint: Endpoint::CreatePayout,
    id: "createPayout",
    python: Some("Payout.create"),
    topic: Topic::Payouts,
    summary: bilingual("Create a payout", "Создать выплату"),
    says: bilingual(
        "Sends money to a person's card, wallet or bank account: of a gateway's balance, or with a \
         shop's key of a safe deal.",
        "Отправляет деньги на карту, в кошелёк или на счёт человека: с баланса шлюза, а с ключом \
         магазина — с безопасной сделки.",
    ),
    path_id: None,
    query: no_query,
    takes: Takes::Json(Body {
        schema: &CREATE_PAYOUT,
        optional: false,
        example: NEW,
        parse: |body| CreatePayout::parse(body).map(drop),
    }),
    gives: Gives {
        schema: &PAYOUT,
        example: MADE,
    },
    errors: &[
        "payout.create.",
        "card.",
        "deal.unknown",
        "deal.payout.",
        "payment.create.saved_method_unknown",
    ],
    links: &[Link {
        name: "show",
        operation: "showPayout",
        parameters: &[("payout_id", "$response.body#/id")],
        body: None,
    }],
};

pub(super) const NOTIFICATIONS: &[Notification] = &[Notification {
    name: "payout",
    events: &[EventKind::PayoutSucceeded, EventKind::PayoutCanceled],
    object: &PAYOUT,
    says: bilingual(
        "A payout has reached its receiver, or was canceled. One that was canceled may succeed \
         later, if the bank carried it out after all.",
        "Выплата дошла до получателя или отменена. Отменённая может стать успешной позже, если \
         банк всё же её провёл.",
    ),
}];
