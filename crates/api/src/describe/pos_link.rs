//! The operations on plates at tills.

use contract::pos_link::{
    CREATE_POS_LINK, CreatePosLink, MOVE_POS_LINK, POS_LINK, parse_recipient,
};
use contract::schema::Schema;
use domain::PosLinkId;

use super::{Bilingual, Body, Gives, Link, Operation, Takes, Topic, bilingual, no_query};
use crate::routes::Endpoint;

const NEW: &str = r#"{
  "recipient": {"gateway_id": "2000001"},
  "pos_link_data": {"link": "https://qr.nspk.ru/AS10003P3RH0LJ2A9ROO038L6NT5RU1M"}
}"#;
const TILL: &str = r#"{"recipient": {"gateway_id": "2000001"}}"#;
const SHOWN: &str = r#"{
  "id": "pl-31f00900-000f-5000-8000-1a2b3c4d5e6f",
  "status": "active",
  "type": "nspk",
  "recipient": {"gateway_id": "2000001"}
}"#;

const GIVES: Gives = Gives {
    schema: &POS_LINK,
    example: SHOWN,
};

const fn switch(
    endpoint: Endpoint,
    (id, python): (&'static str, &'static str),
    summary: Bilingual,
    says: Bilingual,
) -> Operation {
    Operation {
        endpoint,
        id,
        python: Some(python),
        topic: Topic::PosLinks,
        summary,
        says,
        path_id: Some(Schema::id::<PosLinkId>),
        query: no_query,
        takes: Takes::Bare,
        gives: GIVES,
        errors: &["pos_link."],
        links: &[],
    }
}

const fn link(name: &'static str, operation: &'static str, body: Option<&'static str>) -> Link {
    Link {
        name,
        operation,
        parameters: &[("pos_link_id", "$response.body#/id")],
        body,
    }
}

pub(super) const OPERATIONS: &[&Operation] = &[
    &Operation {
        endpoint: Endpoint::CreatePosLink,
        id: "createPosLink",
        python: Some("PosLink.create"),
        topic: Topic::PosLinks,
        summary: bilingual("Add a plate", "Активировать табличку"),
        says: bilingual(
            "Adds a plate whose code payers scan at a till.",
            "Добавляет табличку, код которой покупатели сканируют на кассе.",
        ),
        path_id: None,
        query: no_query,
        takes: Takes::Json(Body {
            schema: &CREATE_POS_LINK,
            optional: false,
            example: NEW,
            parse: |body| CreatePosLink::parse(body).map(drop),
        }),
        gives: GIVES,
        errors: &["pos_link.link_taken", "gateway_unknown"],
        links: &[
            link("show", "showPosLink", None),
            link("activate", "activatePosLink", None),
            link("deactivate", "deactivatePosLink", None),
            link(
                "move",
                "movePosLink",
                Some(r#"{"recipient": "$response.body#/recipient"}"#),
            ),
            Link {
                name: "payment",
                operation: "createPayment",
                parameters: &[],
                body: Some(
                    r#"{
                        "pos_link": {"id": "$response.body#/id"},
                        "payment_method_data": {"type": "sbp"},
                        "capture": true
                    }"#,
                ),
            },
        ],
    },
    &Operation {
        endpoint: Endpoint::ShowPosLink,
        id: "showPosLink",
        python: Some("PosLink.find_one"),
        topic: Topic::PosLinks,
        summary: bilingual("Show a plate", "Информация о табличке"),
        says: bilingual(
            "The plate with the last payment through it.",
            "Табличка и последний платёж по ней.",
        ),
        path_id: Some(Schema::id::<PosLinkId>),
        query: no_query,
        takes: Takes::Nothing,
        gives: GIVES,
        errors: &["pos_link.not_found"],
        links: &[],
    },
    &switch(
        Endpoint::ActivatePosLink,
        ("activatePosLink", "PosLink.activate"),
        bilingual("Switch a plate on", "Включить табличку"),
        bilingual(
            "Payments may go through it.",
            "По табличке снова можно платить.",
        ),
    ),
    &switch(
        Endpoint::DeactivatePosLink,
        ("deactivatePosLink", "PosLink.deactivate"),
        bilingual("Switch a plate off", "Выключить табличку"),
        bilingual("No payment goes through it.", "По табличке нельзя платить."),
    ),
    &Operation {
        endpoint: Endpoint::MovePosLink,
        id: "movePosLink",
        python: Some("PosLink.change_recipient"),
        topic: Topic::PosLinks,
        summary: bilingual("Move a plate", "Перенести табличку"),
        says: bilingual(
            "The plate stands at another till from now on.",
            "Табличка привязывается к другой кассе.",
        ),
        path_id: Some(Schema::id::<PosLinkId>),
        query: no_query,
        takes: Takes::Json(Body {
            schema: &MOVE_POS_LINK,
            optional: false,
            example: TILL,
            parse: |body| parse_recipient(body).map(drop),
        }),
        gives: GIVES,
        errors: &["pos_link.not_found", "gateway_unknown"],
        links: &[],
    },
];
