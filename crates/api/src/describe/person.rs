//! The operations on persons who are paid: their data, and those who are self-employed.

use contract::personal_data::{CREATE_PERSONAL_DATA, CreatePersonalData, PERSONAL_DATA};
use contract::schema::Schema;
use contract::self_employed::{CREATE_SELF_EMPLOYED, CreateSelfEmployed, SELF_EMPLOYED};
use domain::{PersonalDataId, SelfEmployedId};

use super::{Body, Gives, Link, Operation, Takes, Topic, bilingual, no_query};
use crate::routes::Endpoint;

const DATA: &str = r#"{
  "id": "pd-31f00600-0033-5000-8000-1a2b3c4d5e6f",
  "type": "sbp_payout_recipient",
  "status": "waiting_for_operation",
  "created_at": "2026-07-20T12:00:00.000Z",
  "metadata": {}
}"#;
const PERSON: &str = r#"{
  "id": "se-31f00800-0045-5000-8000-1a2b3c4d5e6f",
  "status": "pending",
  "created_at": "2026-07-20T12:00:00.000Z",
  "itn": "123456789012",
  "confirmation": {"type": "redirect", "confirmation_url": "https://pay.example/npd"},
  "test": true
}"#;

pub(super) const OPERATIONS: &[&Operation] = &[
    &Operation {
        endpoint: Endpoint::CreatePersonalData,
        id: "createPersonalData",
        python: Some("PersonalData.create"),
        topic: Topic::Payouts,
        summary: bilingual("Keep personal data", "Сохранить персональные данные"),
        says: bilingual(
            "A name that SBP compares before a payout, or what a statement of payouts needs. No \
             answer shows them again.",
            "Имя, которое СБП сверит перед выплатой, или данные для выписки. В ответах их больше \
             не видно.",
        ),
        path_id: None,
        query: no_query,
        takes: Takes::Json(Body {
            schema: &CREATE_PERSONAL_DATA,
            optional: false,
            example: r#"{
  "type": "sbp_payout_recipient", "last_name": "Иванова", "first_name": "Анна"
}"#,
            parse: |body| CreatePersonalData::parse(body).map(drop),
        }),
        gives: Gives {
            schema: &PERSONAL_DATA,
            example: DATA,
        },
        errors: &[],
        links: &[
            Link {
                name: "show",
                operation: "showPersonalData",
                parameters: &[("personal_data_id", "$response.body#/id")],
                body: None,
            },
            Link {
                name: "payout",
                operation: "createPayout",
                parameters: &[],
                body: Some(r#"{"personal_data": [{"id": "$response.body#/id"}]}"#),
            },
        ],
    },
    &Operation {
        endpoint: Endpoint::ShowPersonalData,
        id: "showPersonalData",
        python: Some("PersonalData.find_one"),
        topic: Topic::Payouts,
        summary: bilingual("Show personal data", "Информация о персональных данных"),
        says: bilingual(
            "Whether they can still be used.",
            "Можно ли ещё пользоваться этими данными.",
        ),
        path_id: Some(Schema::id::<PersonalDataId>),
        query: no_query,
        takes: Takes::Nothing,
        gives: Gives {
            schema: &PERSONAL_DATA,
            example: DATA,
        },
        errors: &["personal_data.not_found"],
        links: &[],
    },
    &Operation {
        endpoint: Endpoint::CreateSelfEmployed,
        id: "createSelfEmployed",
        python: Some("SelfEmployed.create"),
        topic: Topic::Payouts,
        summary: bilingual("Add a self-employed person", "Добавить самозанятого"),
        says: bilingual(
            "The person agrees once that receipts are made out in their name.",
            "Самозанятый один раз разрешает оформлять чеки от его имени.",
        ),
        path_id: None,
        query: no_query,
        takes: Takes::Json(Body {
            schema: &CREATE_SELF_EMPLOYED,
            optional: false,
            example: r#"{"itn": "123456789012", "confirmation": {"type": "redirect"}}"#,
            parse: |body| CreateSelfEmployed::parse(body).map(drop),
        }),
        gives: Gives {
            schema: &SELF_EMPLOYED,
            example: PERSON,
        },
        errors: &[],
        links: &[Link {
            name: "show",
            operation: "showSelfEmployed",
            parameters: &[("self_employed_id", "$response.body#/id")],
            body: None,
        }],
    },
    &Operation {
        endpoint: Endpoint::ShowSelfEmployed,
        id: "showSelfEmployed",
        python: Some("SelfEmployed.find_one"),
        topic: Topic::Payouts,
        summary: bilingual("Show a self-employed person", "Информация о самозанятом"),
        says: bilingual(
            "Whether the person has agreed.",
            "Дал ли самозанятый разрешение.",
        ),
        path_id: Some(Schema::id::<SelfEmployedId>),
        query: no_query,
        takes: Takes::Nothing,
        gives: Gives {
            schema: &SELF_EMPLOYED,
            example: PERSON,
        },
        errors: &["self_employed.not_found"],
        links: &[],
    },
];
