//! The statements that are made of data, for the tests that prepare each of them on both engines
//! and ask for the plan of each that names its index. Every table, read and list that is declared
//! is listed here; a test counts them.

use sql::{Engine, Param, many};

use crate::list::Shape;
use crate::table::{Kind, Part, Rows, Sample, Select, Table};
use crate::{
    action, application, attempt, audit, deal, delivery, discrepancy, event, grant, idempotency,
    invoice, message, operation, payment, payment_method, payout, personal_data, pos_link, receipt,
    refund, sealing, secret_key, self_employed, shop, tariff, token, webhook,
};

const TABLES: &[fn() -> &'static Table] = &[
    action::Actions::table,
    application::Applications::table,
    attempt::Attempts::table,
    deal::Deals::table,
    delivery::Deliveries::table,
    discrepancy::Discrepancies::table,
    event::Events::table,
    idempotency::Keys::table,
    grant::Grants::table,
    invoice::Invoices::table,
    message::Messages::table,
    operation::Operations::table,
    payment::row::Payments::table,
    payment_method::PaymentMethods::table,
    payout::Payouts::table,
    personal_data::PersonalDataRows::table,
    pos_link::PosLinks::table,
    receipt::Receipts::table,
    refund::Refunds::table,
    sealing::SealingKeys::table,
    secret_key::SecretKeys::table,
    self_employed::SelfEmployedRows::table,
    shop::Shops::table,
    tariff::Tariffs::table,
    token::CardTokens::table,
    webhook::Webhooks::table,
];

const SELECTS: &[&Select] = &[
    &action::LIST,
    &application::LIST,
    &attempt::LIST_OF_EVENT,
    &audit::RECEIPTS,
    &delivery::LIST,
    &discrepancy::LIST,
    &event::LIST,
    &event::LIST_OF_OBJECT,
    &event::NEWEST,
    &grant::FIND_BY_CODE_ANY_SHOP,
    &grant::FIND_BY_TOKEN_ANY_SHOP,
    &grant::LIST,
    &grant::LIST_OF_APPLICATION_ANY_SHOP,
    &message::CANDIDATES,
    &message::FIND_ANY_SHOP,
    &message::LIST,
    &message::LIST_ANY_SHOP,
    &message::LIST_OF_OBJECT,
    &operation::LIST_OF,
    &payout::LIST_OF_DEAL,
    &pos_link::FIND_BY_LINK_ANY_SHOP,
    &receipt::ALL_OF_PAYMENT,
    &sealing::LIST,
    &secret_key::LIST,
    &shop::AUTHENTICATE,
    &shop::LIST_ANY_SHOP,
    &tariff::LIST,
    &webhook::LIST,
    &webhook::LIST_OF_GRANT,
];

const PARTS: &[&Part] = &[&deal::UPDATE_PAYMENT];

/// The shapes of every list.
fn lists() -> Vec<Vec<Shape>> {
    vec![
        deal::LIST.shapes(),
        payment::LIST.shapes(),
        payout::LIST.shapes(),
        payout::SEARCH.shapes(),
        receipt::LIST.shapes(),
        refund::LIST.shapes(),
    ]
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Its text.
    pub text: &'static str,
    /// The engine that it is for, if for one alone.
    pub engine: Option<Engine>,
}

/// A read that an index serves.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Its text.
    pub text: &'static str,
    /// Values to ask with.
    pub params: Vec<Param<'static>>,
    /// The index.
    pub index: &'static str,
    /// Whether the index has the order as well, so that nothing is sorted.
    pub is_walked: bool,
}

/// The number of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Tables.
    pub tables: usize,
    /// Reads.
    pub selects: usize,
    /// Updates of a few columns.
    pub parts: usize,
    /// Lists.
    pub lists: usize,
}

/// The numbers that are listed here.
#[must_use]
pub fn count() -> Count {
    Count {
        tables: TABLES.len(),
        selects: SELECTS.len(),
        parts: PARTS.len(),
        lists: lists().len(),
    }
}

/// Every statement that is made of data.
#[must_use]
pub fn statements() -> Vec<Statement> {
    let mut statements = Vec::new();
    let mut add = |text, engine| statements.push(Statement { text, engine });
    for table in TABLES {
        let table = table();
        add(table.insert(), None);
        let (head, width) = (table.insert_head(), table.width());
        add(many(head, width, 2, table.conflict), None);
        add(table.find(), None);
        add(table.lock(), Some(Engine::Postgres));
        if table.has(Kind::Version) {
            add(table.update(), None);
        }
        if table.is_of_shop() {
            add(table.find_many(3), None);
        }
    }
    for table in shop::WAITING {
        add(table().due(), None);
        add(table().advance(), None);
    }
    for select in SELECTS {
        add(select.text(), None);
        add(select.text_postgres(), Some(Engine::Postgres));
    }
    for part in PARTS {
        add(part.text(), None);
    }
    for shape in lists().into_iter().flatten() {
        add(shape.text, None);
    }
    statements
}

/// Every read that names its index.
#[must_use]
pub fn planned() -> Vec<Planned> {
    let selects = SELECTS.iter().filter_map(|select| {
        let (index, samples) = select.index?;
        Some(Planned {
            text: select.text(),
            params: values(samples),
            index,
            is_walked: false,
        })
    });
    let shapes = lists().into_iter().flatten().map(|shape| Planned {
        text: shape.text,
        params: values(&shape.samples),
        index: shape.index,
        is_walked: !shape.sorts,
    });
    let due = shop::WAITING.iter().map(|table| Planned {
        text: table().due(),
        params: values(&[Sample::Integer, Sample::Integer]),
        index: table().due_index(),
        is_walked: true,
    });
    selects.chain(shapes).chain(due).collect()
}

fn values(samples: &[Sample]) -> Vec<Param<'static>> {
    let value = |sample: &Sample| match sample {
        Sample::Integer => Param::Integer(1),
        Sample::Text => Param::Text("1".into()),
        Sample::Bytes => Param::Bytes(vec![1].into()),
    };
    samples.iter().map(value).collect()
}
