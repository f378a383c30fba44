//! A description of each operation, for those who use it: the rows of [`OPERATIONS`] say in words,
//! schemas and examples what the access table only names. [`crate::openapi`] makes the description
//! of them.
//!
//! A new route gets a row in the file of its noun. Tests find a route without a row, an example
//! that its parser refuses, and an error that no operation mentions.

mod account;
mod clock;
mod deal;
mod event;
mod grant;
mod invoice;
mod payment;
mod payment_method;
mod payout;
mod person;
mod pos_link;
mod receipt;
mod refund;
mod simulate;
mod webhook;

use contract::InvalidRequest;
use contract::schema::{Named, Parameter, Schema};
use domain::EventKind;

use crate::routes::Endpoint;

/// A text in both languages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bilingual {
    pub(crate) en: &'static str,
    pub(crate) ru: &'static str,
}

/// One operation.
#[derive(Debug)]
pub(crate) struct Operation {
    /// The row of the access table.
    pub(crate) endpoint: Endpoint,
    /// Its name for programs.
    pub(crate) id: &'static str,
    /// Its name in the official SDK for Python, if it is there.
    pub(crate) python: Option<&'static str>,
    /// The topic that it belongs to.
    pub(crate) topic: Topic,
    /// Its name for people.
    pub(crate) summary: Bilingual,
    /// What it does.
    pub(crate) says: Bilingual,
    /// The schema of the id in its path, if it has one.
    pub(crate) path_id: Option<fn() -> Schema>,
    /// The filters in its query.
    pub(crate) query: fn() -> Vec<Parameter>,
    /// Its body.
    pub(crate) takes: Takes,
    /// Its answer.
    pub(crate) gives: Gives,
    /// Its errors besides those of every request, by the names of their rows. A name that ends in a
    /// dot stands for all names that begin with it.
    pub(crate) errors: &'static [&'static str],
    /// What can be done next with the answer.
    pub(crate) links: &'static [Link],
}

/// The body that an operation takes.
#[derive(Debug)]
pub(crate) enum Takes {
    /// None: it only reads.
    Nothing,
    /// It changes something, and its body is ignored.
    Bare,
    /// JSON.
    Json(Body),
}

/// A body in JSON.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) schema: &'static Named,
    /// Whether it may be absent.
    pub(crate) optional: bool,
    pub(crate) example: &'static str,
    /// The parser, which tests run on the examples.
    #[cfg_attr(not(test), expect(dead_code, reason = "tests put the examples to it"))]
    pub(crate) parse: fn(&[u8]) -> Result<(), InvalidRequest>,
}

/// The answer of an operation.
#[derive(Debug)]
pub(crate) struct Gives {
    pub(crate) schema: &'static Named,
    pub(crate) example: &'static str,
}

/// An operation that can follow.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) name: &'static str,
    /// The id of the operation.
    pub(crate) operation: &'static str,
    /// Its parameters: names, and expressions over the answer.
    pub(crate) parameters: &'static [(&'static str, &'static str)],
    /// Parts of its body, as JSON with such expressions.
    pub(crate) body: Option<&'static str>,
}

/// A notification.
pub(crate) struct Notification {
    pub(crate) name: &'static str,
    pub(crate) events: &'static [EventKind],
    pub(crate) object: &'static Named,
    pub(crate) says: Bilingual,
}

/// The groups of operations, in the order of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    Payments,
    Refunds,
    PaymentMethods,
    Deals,
    Invoices,
    PosLinks,
    Receipts,
    Payouts,
    Settings,
    Webhooks,
    Events,
    Testing,
}

impl Topic {
    /// All topics.
    pub(crate) const ALL: [Self; 12] = [
        Self::Payments,
        Self::Refunds,
        Self::PaymentMethods,
        Self::Deals,
        Self::Invoices,
        Self::PosLinks,
        Self::Receipts,
        Self::Payouts,
        Self::Settings,
        Self::Webhooks,
        Self::Events,
        Self::Testing,
    ];

    /// Its name.
    pub(crate) const fn name(self) -> Bilingual {
        match self {
            Self::Payments => bilingual("Payments", "Платежи"),
            Self::Refunds => bilingual("Refunds", "Возвраты"),
            Self::PaymentMethods => bilingual("Saved methods", "Сохранённые способы оплаты"),
            Self::Deals => bilingual("Safe deals", "Безопасные сделки"),
            Self::Invoices => bilingual("Invoices", "Счета"),
            Self::PosLinks => bilingual("Plates at tills", "Кассовые ссылки"),
            Self::Receipts => bilingual("Receipts", "Чеки"),
            Self::Payouts => bilingual("Payouts", "Выплаты"),
            Self::Settings => bilingual("Settings", "Настройки"),
            Self::Webhooks => bilingual("Webhooks of applications", "Вебхуки приложений"),
            Self::Events => bilingual("Events", "События"),
            Self::Testing => bilingual("Testing", "Тестирование"),
        }
    }

    /// The description of the topic.
    pub(crate) const fn says(self) -> Bilingual {
        match self {
            Self::Payments => bilingual(
                "Money from a buyer, at once or in two stages.",
                "Деньги от покупателя: сразу или в две стадии.",
            ),
            Self::Refunds => bilingual(
                "Money back to the buyer, whole or in part.",
                "Деньги обратно покупателю: целиком или частями.",
            ),
            Self::PaymentMethods => bilingual(
                "Cards and accounts that can be charged again without the buyer.",
                "Карты и счета, которые можно списывать без участия покупателя.",
            ),
            Self::Deals => bilingual(
                "The buyer's money is held until the seller has been paid out of it.",
                "Деньги покупателя хранятся на сделке, пока продавец не получит выплату.",
            ),
            Self::Receipts => bilingual(
                "What the tax service is told of payments and refunds (54-FZ).",
                "Что о платежах и возвратах узнаёт налоговая (54-ФЗ).",
            ),
            Self::Payouts => bilingual(
                "Money to persons: of a gateway's balance, or of a safe deal.",
                "Деньги людям: с баланса шлюза или с безопасной сделки.",
            ),
            Self::Invoices => bilingual(
                "A page that says what is to be paid for; a payment comes from it.",
                "Страница с тем, за что нужно заплатить; из неё получается платёж.",
            ),
            Self::PosLinks => bilingual(
                "Codes that buyers scan at a till, to pay through SBP.",
                "Коды, которые покупатели сканируют на кассе и платят через СБП.",
            ),
            Self::Settings => bilingual("What the shop is and may do.", "Что умеет магазин."),
            Self::Webhooks => bilingual(
                "Where an application is told what became of the objects that it made. They \
                 belong to its token and end with it.",
                "Куда приложение получает уведомления о созданных им объектах. Они принадлежат \
                 токену и прекращаются вместе с ним.",
            ),
            Self::Events => bilingual(
                "Altyn's own addition: what happened in the shop and who was told. YooKassa has \
                 no such thing.",
                "Дополнение Altyn: что произошло в магазине и кому об этом сообщили. \
                 У ЮKassa такого нет.",
            ),
            Self::Testing => bilingual(
                "Altyn's own addition, for test shops only: moves their time and decides for the \
                 buyer. YooKassa has no such thing.",
                "Дополнение Altyn только для тестовых магазинов: двигает их время и решает за \
                 покупателя. У ЮKassa такого нет.",
            ),
        }
    }
}

/// Every operation, in the order of the pages.
pub(crate) fn operations() -> impl Iterator<Item = &'static Operation> {
    let groups = [
        payment::OPERATIONS,
        refund::OPERATIONS,
        payment_method::OPERATIONS,
        deal::OPERATIONS,
        invoice::OPERATIONS,
        pos_link::OPERATIONS,
        receipt::OPERATIONS,
        payout::OPERATIONS,
        person::OPERATIONS,
        account::OPERATIONS,
        grant::OPERATIONS,
        webhook::OPERATIONS,
        event::OPERATIONS,
        clock::OPERATIONS,
        simulate::OPERATIONS,
    ];
    groups.into_iter().flatten().copied()
}

/// Every notification.
pub(crate) fn notifications() -> impl Iterator<Item = &'static Notification> {
    let groups = [
        payment::NOTIFICATIONS,
        refund::NOTIFICATIONS,
        payment_method::NOTIFICATIONS,
        deal::NOTIFICATIONS,
        payout::NOTIFICATIONS,
    ];
    groups.into_iter().flatten()
}

/// A text in both languages.
pub(crate) const fn bilingual(en: &'static str, ru: &'static str) -> Bilingual {
    Bilingual { en, ru }
}

/// No filters.
fn no_query() -> Vec<Parameter> {
    Vec::new()
}
