//! Refunds.

use std::borrow::Cow;

use domain::receipt::Registration;
use domain::refund::{State, Status};
use domain::{
    ApplicationId, Decline, OperationId, Party, PaymentId, Refund, RefundId, Shop, ShopId,
    Timestamp,
};
use sql::StoreError;

use crate::columns::{Cells, json_or_null};
use crate::database::{Conn, Tx};
use crate::facts;
use crate::list::{Filter as By, List, Page, asked, place};
use crate::range::Range;
use crate::table::{Rows, table};

/// Which refunds to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Created when.
    pub created: Range,
    /// Of this payment.
    pub payment_id: Option<PaymentId>,
    /// With this status.
    pub status: Option<Status>,
    /// Made by this application.
    pub application: Option<ApplicationId>,
    /// At most so many.
    pub limit: u32,
    /// The last one of the page before.
    pub after: Option<(Timestamp, RefundId)>,
}

table! {
    pub(crate) Refunds: Refund = "refund";
    written of (refund: Refund) with {
        let state = StateColumns::of(&refund.state);
    };
    columns {
        key id = refund.id => parse();
        key shop_id = refund.shop_id => shop_id();
        fixed payment_id = refund.payment_id => parse();
        fixed currency = refund.amount.currency() => currency();
        fixed amount_minor = refund.amount => money(currency);
        fixed description = refund.description.as_deref() => get();
        fixed metadata = json_or_null(facts::write_metadata(&refund.metadata)?) => metadata();
        fixed created_at = refund.created_at => time();
        fixed sources = json_or_null(facts::write_sources(&refund.sources)?)
            => named_or_null(facts::read_sources);
        fixed certificate = json_or_null(facts::write_certificate(refund.certificate.as_ref())?)
            => named_or_null(facts::read_certificate);
        fixed deal_facts = json_or_null(facts::write_refund_deal(refund.deal.as_ref())?)
            => named_or_null(|json| facts::read_refund_deal(json, currency));
        changing state = state_code(refund.status()) => get();
        changing operation_id = state.operation => parse_or_null();
        changing rrn = state.rrn => get();
        changing sbp_operation_id = state.sbp_operation_id => get();
        changing canceled_by = state.cause.map(|cause| cause.party.code())
            => named_or_null(Party::from_code);
        changing canceled_for = state.cause.map(|cause| cause.reason.code())
            => cause_or_null(canceled_by);
        changing succeeded_at = state.succeeded_at => time_or_null();
        changing canceled_at = state.canceled_at => time_or_null();
        changing receipt_registration = refund.receipt.map(Registration::code)
            => named_or_null(Registration::from_code);
        version version = refund.version => get();
    }
    read(cells) {
        let facts = StateColumns {
            operation: operation_id,
            rrn,
            sbp_operation_id,
            cause: canceled_for,
            succeeded_at,
            canceled_at,
        };
        Refund {
            id,
            shop_id,
            payment_id,
            amount: amount_minor,
            description,
            metadata,
            created_at,
            sources: sources.unwrap_or_default(),
            certificate,
            state: facts.state(state).ok_or_else(|| cells.corrupt_at("state"))?,
            deal: deal_facts,
            receipt: receipt_registration,
            version,
        }
    }
}

pub(crate) static LIST: List<3> = List::new(
    Refunds::table,
    place!("refund"),
    "refund_by_creation",
    [
        // A payment has few.
        By::is("refund.payment_id").sorted("refund_by_payment"),
        By::is("refund.application_id").walked("refund_by_application"),
        By::is("refund.state"),
    ],
);

/// What has reached the payer though it is canceled, and has not come back.
const LEFT: &str = "\
select r.id
  from refund r
 where r.payment_id = $1 and r.state = 'canceled'
   and exists (select 1
                 from transfer t
                where t.object_id = r.id and t.kind = 'refund_late')
   and not exists (select 1
                     from transfer t
                    where t.object_id = r.id and t.kind = 'refund_return')";

/// The name in the database of the one state behind each status.
const fn state_code(status: Status) -> &'static str {
    match status {
        Status::Pending => "sending",
        Status::Succeeded => "succeeded",
        Status::Canceled => "canceled",
    }
}

pub(crate) fn status_from_code(code: &str) -> Option<Status> {
    Status::ALL
        .into_iter()
        .find(|status| state_code(*status) == code)
}

/// The values of the states, as columns.
#[derive(Default)]
struct StateColumns<'a> {
    operation: Option<OperationId>,
    rrn: Option<Cow<'a, str>>,
    sbp_operation_id: Option<Cow<'a, str>>,
    cause: Option<Decline>,
    succeeded_at: Option<Timestamp>,
    canceled_at: Option<Timestamp>,
}

impl<'a> StateColumns<'a> {
    fn of(state: &'a State) -> Self {
        let none = Self::default();
        match state {
            State::Sending { operation } => Self {
                operation: Some(*operation),
                ..none
            },
            State::Succeeded {
                rrn,
                sbp_operation_id,
                succeeded_at,
            } => Self {
                rrn: rrn.as_deref().map(Cow::Borrowed),
                sbp_operation_id: sbp_operation_id.as_deref().map(Cow::Borrowed),
                succeeded_at: Some(*succeeded_at),
                ..none
            },
            State::Canceled { cause, canceled_at } => Self {
                cause: Some(*cause),
                canceled_at: Some(*canceled_at),
                ..none
            },
        }
    }

    /// The state in these columns; `None` if one is missing. Columns that the state does not have
    /// are ignored.
    fn state(self, code: &str) -> Option<State> {
        Some(match code {
            "sending" => State::Sending {
                operation: self.operation?,
            },
            "succeeded" => State::Succeeded {
                rrn: self.rrn.map(Cow::into_owned),
                sbp_operation_id: self.sbp_operation_id.map(Cow::into_owned),
                succeeded_at: self.succeeded_at?,
            },
            "canceled" => State::Canceled {
                cause: self.cause?,
                canceled_at: self.canceled_at?,
            },
            _ => return None,
        })
    }
}

/// Adds a refund.
pub fn insert(tx: &mut Tx<'_>, _shop: &Shop, refund: &Refund) -> Result<(), StoreError> {
    Refunds::insert(tx, (refund,))
}

/// Stores the next state of a refund, unless someone else was faster.
pub fn update(tx: &mut Tx<'_>, _shop: &Shop, refund: &Refund) -> Result<(), StoreError> {
    Refunds::update(tx, (refund,))
}

/// The shop's refund with this id.
pub fn find(conn: &mut Conn<'_>, shop: ShopId, id: RefundId) -> Result<Option<Refund>, StoreError> {
    Refunds::find(conn, &[&id, &shop])
}

/// The refund with this id.
pub fn find_any_shop(conn: &mut Conn<'_>, id: RefundId) -> Result<Option<Refund>, StoreError> {
    Refunds::find(conn, &[&id, &None::<i64>])
}

/// The refunds of a payment that have reached the payer though they are canceled, and have not come
/// back.
pub fn left(conn: &mut Conn<'_>, payment: PaymentId) -> Result<Vec<RefundId>, StoreError> {
    conn.query(LEFT, &[&payment], |row| Cells::new(row).parse())
}

/// The shop's refund with this id, which nobody else changes until this unit has ended.
pub fn lock(tx: &mut Tx<'_>, shop: ShopId, id: RefundId) -> Result<Option<Refund>, StoreError> {
    Refunds::lock(tx, &[&id, &shop])
}

/// The shop's refunds that `filter` lets through, the newest first.
pub fn list(conn: &mut Conn<'_>, shop: ShopId, filter: &Filter) -> Result<Vec<Refund>, StoreError> {
    let page = Page::new(&filter.created, filter.after, filter.limit);
    let asked = [
        asked(filter.payment_id),
        asked(filter.application),
        asked(filter.status.map(state_code)),
    ];
    LIST.query::<Refunds>(conn, shop, &page, asked)
}

/// All refunds of a payment of the shop, the newest first.
pub fn list_of_payment(
    conn: &mut Conn<'_>,
    shop: ShopId,
    payment: PaymentId,
) -> Result<Vec<Refund>, StoreError> {
    let filter = Filter {
        payment_id: Some(payment),
        limit: u32::MAX,
        ..Filter::default()
    };
    list(conn, shop, &filter)
}
