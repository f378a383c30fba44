//! Refunds.

use domain::receipt::Registration;
use domain::refund::{State, Status};
use domain::{ApplicationId, OperationId, PaymentId, Refund, RefundId, Shop, ShopId, Timestamp};
use sql::{Param, Row, StoreError, ToParam};

use crate::columns::{Cells, id_or_null, json_or_null, refs, text, text_or_null, time_or_null};
use crate::database::{Altyn, Conn, Tx};
use crate::facts;
use crate::range::Range;

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

const INSERT: &str = "\
insert into refund (id, shop_id, payment_id, currency, amount_minor, description, metadata,
       created_at, sources, certificate, state, operation_id, rrn, sbp_operation_id, canceled_by,
       canceled_for, succeeded_at, canceled_at, receipt_registration, deal_facts, version)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
       $20, $21)";

const UPDATE: &str = "\
update refund
   set state = $4, operation_id = $5, rrn = $6, sbp_operation_id = $7, canceled_by = $8,
       canceled_for = $9, succeeded_at = $10, canceled_at = $11, receipt_registration = $12,
       version = version + 1
 where id = $1 and shop_id = $2 and version = $3";

const FIND: &str = "\
select id, shop_id, payment_id, currency, amount_minor, description, metadata, created_at, sources,
       certificate, state, operation_id, rrn, sbp_operation_id, canceled_by, canceled_for,
       succeeded_at, canceled_at, deal_facts, receipt_registration, version
  from refund
 where id = $1 and shop_id = coalesce($2, shop_id)";

const LOCK_POSTGRES: &str = "\
select id, shop_id, payment_id, currency, amount_minor, description, metadata, created_at, sources,
       certificate, state, operation_id, rrn, sbp_operation_id, canceled_by, canceled_for,
       succeeded_at, canceled_at, deal_facts, receipt_registration, version
  from refund
 where id = $1 and shop_id = coalesce($2, shop_id)
   for update";

/// Walks down `refund_by_creation`.
const LIST: &str = "\
select id, shop_id, payment_id, currency, amount_minor, description, metadata, created_at, sources,
       certificate, state, operation_id, rrn, sbp_operation_id, canceled_by, canceled_for,
       succeeded_at, canceled_at, deal_facts, receipt_registration, version
  from refund
 where shop_id = $1
   and created_at >= $2
   and (created_at, id) < ($3, $4)
   and (cast($5 as text) is null or state = $5)
 order by created_at desc, id desc
 limit $6";

/// Walks down `refund_by_application`.
const LIST_OF_APPLICATION: &str = "\
select id, shop_id, payment_id, currency, amount_minor, description, metadata, created_at, sources,
       certificate, state, operation_id, rrn, sbp_operation_id, canceled_by, canceled_for,
       succeeded_at, canceled_at, deal_facts, receipt_registration, version
  from refund
 where shop_id = $1
   and application_id = $7
   and created_at >= $2
   and (created_at, id) < ($3, $4)
   and (cast($5 as text) is null or state = $5)
 order by created_at desc, id desc
 limit $6";

/// A payment has few refunds: takes them from `refund_by_payment` and sorts them.
const LIST_OF_PAYMENT: &str = "\
select id, shop_id, payment_id, currency, amount_minor, description, metadata, created_at, sources,
       certificate, state, operation_id, rrn, sbp_operation_id, canceled_by, canceled_for,
       succeeded_at, canceled_at, deal_facts, receipt_registration, version
  from refund
 where payment_id = $7
   and +shop_id = $1
   and +created_at >= $2
   and (+created_at, id) < ($3, $4)
   and (cast($5 as text) is null or state = $5)
   and (cast($8 as text) is null or application_id = $8)
 order by +created_at desc, id desc
 limit $6";

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

/// Adds a refund.
pub fn insert(tx: &mut Tx<'_>, _shop: &Shop, refund: &Refund) -> Result<(), StoreError> {
    let mut params = vec![
        text(refund.id.to_string()),
        Param::Integer(refund.shop_id.as_i64()),
        text(refund.payment_id.to_string()),
        text(refund.amount.currency().code()),
        Param::Integer(refund.amount.minor()),
        text_or_null(refund.description.as_deref()),
        json_or_null(facts::write_metadata(&refund.metadata)?),
        Param::Integer(refund.created_at.as_micros()),
        json_or_null(facts::write_sources(&refund.sources)?),
        json_or_null(facts::write_certificate(refund.certificate.as_ref())?),
    ];
    params.extend(changing(refund));
    params.push(json_or_null(facts::write_refund_deal(
        refund.deal.as_ref(),
    )?));
    params.push(Param::Integer(refund.version));
    tx.write(INSERT, &refs(&params))
}

/// Stores the next state of a refund, unless someone else was faster.
pub fn update(tx: &mut Tx<'_>, _shop: &Shop, refund: &Refund) -> Result<(), StoreError> {
    let mut params = vec![
        text(refund.id.to_string()),
        Param::Integer(refund.shop_id.as_i64()),
        Param::Integer(refund.version),
    ];
    params.extend(changing(refund));
    tx.write_one(UPDATE, &refs(&params))
}

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

fn changing(refund: &Refund) -> [Param<'_>; 9] {
    let (mut operation, mut cause, mut succeeded_at, mut canceled_at) = (None, None, None, None);
    let (mut rrn, mut sbp) = (None, None);
    match &refund.state {
        State::Sending { operation: own } => operation = Some(*own),
        State::Succeeded {
            rrn: number,
            sbp_operation_id,
            succeeded_at: at,
        } => {
            (rrn, sbp) = (number.as_deref(), sbp_operation_id.as_deref());
            succeeded_at = Some(*at);
        }
        State::Canceled {
            cause: own,
            canceled_at: at,
        } => (cause, canceled_at) = (Some(*own), Some(*at)),
    }
    [
        text(state_code(refund.status())),
        id_or_null(operation),
        text_or_null(rrn),
        text_or_null(sbp),
        text_or_null(cause.map(|cause| cause.party.code())),
        text_or_null(cause.map(|cause| cause.reason.code())),
        time_or_null(succeeded_at),
        time_or_null(canceled_at),
        text_or_null(refund.receipt.map(Registration::code)),
    ]
}

/// The shop's refund with this id.
pub fn find(conn: &mut Conn<'_>, shop: ShopId, id: RefundId) -> Result<Option<Refund>, StoreError> {
    conn.query_opt(FIND, &[&id, &shop], read)
}

/// The refund with this id.
pub fn find_any_shop(conn: &mut Conn<'_>, id: RefundId) -> Result<Option<Refund>, StoreError> {
    conn.query_opt(FIND, &[&id, &None::<i64>], read)
}

/// The refunds of a payment that have reached the payer though they are canceled, and have not come
/// back.
pub fn left(conn: &mut Conn<'_>, payment: PaymentId) -> Result<Vec<RefundId>, StoreError> {
    conn.query(LEFT, &[&payment], |row| Cells::new(row).parse())
}

/// The shop's refund with this id, which nobody else changes until this unit has ended.
pub fn lock(tx: &mut Tx<'_>, shop: ShopId, id: RefundId) -> Result<Option<Refund>, StoreError> {
    let statement = tx.pick(FIND, LOCK_POSTGRES);
    tx.query_opt(statement, &[&id, &shop], read)
}

/// The shop's refunds that `filter` lets through, the newest first.
pub fn list(conn: &mut Conn<'_>, shop: ShopId, filter: &Filter) -> Result<Vec<Refund>, StoreError> {
    let after = filter.after.map(|(time, id)| (time, id.to_string()));
    let (below, below_id) = filter.created.below(after);
    let from = filter.created.first();
    let state = filter.status.map(state_code);
    let mut params: Vec<&dyn ToParam<Altyn>> =
        vec![&shop, &from, &below, &below_id, &state, &filter.limit];
    match (&filter.payment_id, &filter.application) {
        (None, None) => conn.query(LIST, &params, read),
        (None, Some(application)) => {
            params.push(application);
            conn.query(LIST_OF_APPLICATION, &params, read)
        }
        (Some(payment), application) => {
            params.push(payment);
            params.push(application);
            conn.query(LIST_OF_PAYMENT, &params, read)
        }
    }
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

fn read(row: &Row<'_>) -> Result<Refund, StoreError> {
    let mut cells = Cells::new(row);
    let (id, shop_id, payment_id) = (cells.parse()?, cells.shop_id()?, cells.parse()?);
    let currency = cells.currency()?;
    Ok(Refund {
        id,
        shop_id,
        payment_id,
        amount: cells.money(currency)?,
        description: cells.get()?,
        metadata: cells
            .named_or_null(facts::read_metadata)?
            .unwrap_or_default(),
        created_at: cells.time()?,
        sources: cells
            .named_or_null(facts::read_sources)?
            .unwrap_or_default(),
        certificate: cells.named_or_null(facts::read_certificate)?,
        state: read_state(&mut cells)?,
        deal: cells.named_or_null(|json| facts::read_refund_deal(json, currency))?,
        receipt: cells.named_or_null(Registration::from_code)?,
        version: cells.get()?,
    })
}

fn read_state(cells: &mut Cells<'_>) -> Result<State, StoreError> {
    let code: &str = cells.get()?;
    let unknown = cells.corrupt();
    let operation: Option<OperationId> = cells.parse_or_null()?;
    let rrn = cells.get()?;
    let sbp_operation_id = cells.get()?;
    let cause = cells.decline_or_null()?;
    let succeeded_at = cells.time_or_null()?;
    let canceled_at = cells.time_or_null()?;
    let state = || {
        Some(match code {
            "sending" => State::Sending {
                operation: operation?,
            },
            "succeeded" => State::Succeeded {
                rrn,
                sbp_operation_id,
                succeeded_at: succeeded_at?,
            },
            "canceled" => State::Canceled {
                cause: cause?,
                canceled_at: canceled_at?,
            },
            _ => return None,
        })
    };
    state().ok_or(unknown)
}
