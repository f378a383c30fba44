//! Receipts of 54-FZ.

pub(crate) mod content;

use std::borrow::Cow;

use domain::fiscal::FiscalFacts;
use domain::receipt::{Origin, ReceiptKind, Registration, State};
use domain::{
    ApplicationId, OperationId, PaymentId, Receipt, ReceiptId, RefundId, Shop, ShopId, Timestamp,
};
use sql::StoreError;

use crate::columns::Json;
use crate::database::{Conn, Tx};
use crate::list::{Filter as By, List, Page, asked, place};
use crate::range::Range;
use crate::table::{Rows, Sample, Select, table};

/// Which receipts to list; drafts are none that anybody sees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Created when.
    pub created: Range,
    /// Of this payment.
    pub payment_id: Option<PaymentId>,
    /// Of this refund.
    pub refund_id: Option<RefundId>,
    /// With this status.
    pub status: Option<Registration>,
    /// Of payments and refunds that this application made.
    pub application: Option<ApplicationId>,
    /// At most so many.
    pub limit: u32,
    /// The last one of the page before.
    pub after: Option<(Timestamp, ReceiptId)>,
}

table! {
    pub(crate) Receipts: Receipt = "receipt";
    written of (receipt: Receipt) with {
        let state = StateColumns::of(&receipt.state);
    };
    columns {
        key id = receipt.id => parse();
        key shop_id = receipt.shop_id => shop_id();
        fixed kind = receipt.kind.code() => named(ReceiptKind::from_code);
        fixed origin = receipt.origin.code() => named(Origin::from_code);
        fixed payment_id = receipt.payment_id => parse();
        fixed refund_id = receipt.refund_id => parse_or_null();
        fixed currency = receipt.total.currency() => currency();
        fixed on_behalf_of = receipt.on_behalf_of => shop_id_or_null();
        changing total_minor = receipt.total => money(currency);
        changing content = Json(content::write(&receipt.content)?) => named(content::read);
        changing created_at = receipt.created_at => time();
        changing state = receipt.state.code() => get();
        changing operation_id = state.operation => parse_or_null();
        changing attempts = receipt.attempts => get();
        changing document_number = state.document_number => get();
        changing storage_number = state.storage_number => get();
        changing attribute = state.attribute => get();
        changing registered_at = state.registered_at => time_or_null();
        changing register_id = state.register_id => get();
        changing reason = state.reason => get();
        changing canceled_at = state.canceled_at => time_or_null();
        version version = receipt.version => get();
    }
    read(cells) {
        let facts = StateColumns {
            operation: operation_id,
            document_number,
            storage_number,
            attribute,
            registered_at,
            register_id,
            reason,
            canceled_at,
        };
        Receipt {
            id,
            shop_id,
            kind,
            origin,
            payment_id,
            refund_id,
            content,
            total: total_minor,
            state: facts.state(state).ok_or_else(|| cells.corrupt_at("state"))?,
            attempts,
            created_at,
            on_behalf_of,
            version,
        }
    }
}

/// Without drafts, which nobody sees. The application is the one that made the payment or the
/// refund.
pub(crate) static LIST: List<4> = List::new(
    Receipts::table,
    place!("receipt"),
    "receipt_by_creation",
    [
        // A refund and a payment have few.
        By::is("receipt.refund_id").sorted("receipt_by_refund"),
        By::is("receipt.payment_id").sorted("receipt_by_payment"),
        By::is("receipt.state"),
        By::is(
            "\
case when receipt.refund_id is null
          then (select p.application_id from payment p where p.id = receipt.payment_id)
          else (select r.application_id from refund r where r.id = receipt.refund_id)
     end",
        ),
    ],
)
.always("receipt.state in ('registering', 'registered', 'canceled')");

pub(crate) static ALL_OF_PAYMENT: Select = Select::new(
    Receipts::table,
    "where receipt.payment_id = $1 and +receipt.shop_id = $2
 order by receipt.created_at, receipt.id",
)
.by("receipt_by_payment", &[Sample::Text, Sample::Integer]);

const fn state_code(status: Registration) -> &'static str {
    match status {
        Registration::Pending => "registering",
        Registration::Succeeded => "registered",
        Registration::Canceled => "canceled",
    }
}

/// The values of the states, as columns.
#[derive(Default)]
struct StateColumns<'a> {
    operation: Option<OperationId>,
    document_number: Option<Cow<'a, str>>,
    storage_number: Option<Cow<'a, str>>,
    attribute: Option<Cow<'a, str>>,
    registered_at: Option<Timestamp>,
    register_id: Option<Cow<'a, str>>,
    reason: Option<Cow<'a, str>>,
    canceled_at: Option<Timestamp>,
}

impl<'a> StateColumns<'a> {
    fn of(state: &'a State) -> Self {
        let none = Self::default();
        match state {
            State::Draft | State::Dropped => none,
            State::Registering { operation } => Self {
                operation: Some(*operation),
                ..none
            },
            State::Registered(facts) => Self {
                document_number: Some(facts.document_number.as_str().into()),
                storage_number: Some(facts.storage_number.as_str().into()),
                attribute: Some(facts.attribute.as_str().into()),
                registered_at: Some(facts.registered_at),
                register_id: Some(facts.register_id.as_str().into()),
                ..none
            },
            State::Canceled {
                reason,
                canceled_at,
            } => Self {
                reason: Some(reason.as_str().into()),
                canceled_at: Some(*canceled_at),
                ..none
            },
        }
    }

    /// The state in these columns; `None` if one is missing. Columns that the state does not have
    /// are ignored.
    fn state(self, code: &str) -> Option<State> {
        Some(match code {
            "draft" => State::Draft,
            "registering" => State::Registering {
                operation: self.operation?,
            },
            "registered" => State::Registered(FiscalFacts {
                document_number: self.document_number?.into_owned(),
                storage_number: self.storage_number?.into_owned(),
                attribute: self.attribute?.into_owned(),
                registered_at: self.registered_at?,
                register_id: self.register_id?.into_owned(),
            }),
            "canceled" => State::Canceled {
                reason: self.reason?.into_owned(),
                canceled_at: self.canceled_at?,
            },
            "dropped" => State::Dropped,
            _ => return None,
        })
    }
}

/// Adds a receipt.
pub fn insert(tx: &mut Tx<'_>, _shop: &Shop, receipt: &Receipt) -> Result<(), StoreError> {
    Receipts::insert(tx, (receipt,))
}

/// Stores the next state of a receipt, unless someone else was faster.
pub fn update(tx: &mut Tx<'_>, _shop: &Shop, receipt: &Receipt) -> Result<(), StoreError> {
    Receipts::update(tx, (receipt,))
}

/// The shop's receipt with this id.
pub fn find(
    conn: &mut Conn<'_>,
    shop: ShopId,
    id: ReceiptId,
) -> Result<Option<Receipt>, StoreError> {
    Receipts::find(conn, &[&id, &shop])
}

/// All receipts of a payment of the shop and of its refunds, drafts too, the oldest first.
pub fn all_of_payment(
    conn: &mut Conn<'_>,
    shop: ShopId,
    payment: PaymentId,
) -> Result<Vec<Receipt>, StoreError> {
    ALL_OF_PAYMENT.query(conn, &[&payment, &shop], Receipts::read)
}

/// The shop's receipts that `filter` lets through, the newest first.
pub fn list(
    conn: &mut Conn<'_>,
    shop: ShopId,
    filter: &Filter,
) -> Result<Vec<Receipt>, StoreError> {
    let page = Page::new(&filter.created, filter.after, filter.limit);
    let asked = [
        asked(filter.refund_id),
        asked(filter.payment_id),
        asked(filter.status.map(state_code)),
        asked(filter.application),
    ];
    LIST.query::<Receipts>(conn, shop, &page, asked)
}
