//! Payments.
//!
//! `due_at` is the platform's time; everything else in a row is the shop's.

pub(crate) mod row;

use domain::payment::Status;
use domain::{ApplicationId, MethodKind, Payment, PaymentId, Shop, ShopId, Timestamp};
use sql::{Param, StoreError, ToParam};

use crate::columns::{Cells, refs};
use crate::database::{Altyn, Conn, Tx};
use crate::range::Range;

/// Which payments to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Created when.
    pub created: Range,
    /// Captured when; if anything is said here, only captured ones.
    pub captured: Range,
    /// Of this method.
    pub method: Option<MethodKind>,
    /// With this status.
    pub status: Option<Status>,
    /// Made by this application.
    pub application: Option<ApplicationId>,
    /// At most so many.
    pub limit: u32,
    /// The last one of the page before.
    pub after: Option<(Timestamp, PaymentId)>,
}

const INSERT: &str = "\
insert into payment (id, shop_id, gateway_id, test, currency, amount_asked_minor, description,
       metadata, merchant_customer_id, capture_mode, confirmation, flow, method_asked,
       confirm_until, created_at, amount_minor, save_method, method_id, method_kind, method_saved,
       method_phone, method_facts, authorization_facts, commission_minor, vat_minor,
       refunded_minor, refunding_minor, state, operation_id, challenge, reference,
       hold_expires_at, capture_minor, canceled_by, canceled_for, captured_at, canceled_at, due_at,
       deal_facts, receipt_order, receipt_registration, details, transfers, client_ip, connector,
       version)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
       $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38,
       $39, $40, $41, $42, $43, $44, $45, $46)";

const UPDATE: &str = "\
update payment
   set amount_minor = $4, save_method = $5, method_id = $6, method_kind = $7, method_saved = $8,
       method_phone = $9, method_facts = $10, authorization_facts = $11, commission_minor = $12,
       vat_minor = $13, refunded_minor = $14, refunding_minor = $15, state = $16,
       operation_id = $17, challenge = $18, reference = $19, hold_expires_at = $20,
       capture_minor = $21, canceled_by = $22, canceled_for = $23, captured_at = $24,
       canceled_at = $25, due_at = $26, deal_facts = $27, receipt_order = $28,
       receipt_registration = $29, details = $30, transfers = $31, client_ip = $32,
       connector = $33, version = version + 1
 where id = $1 and shop_id = $2 and version = $3";

const FIND: &str = "\
select id, shop_id, gateway_id, test, currency, amount_asked_minor, description, metadata,
       merchant_customer_id, client_ip, capture_mode, confirmation, flow, method_asked,
       confirm_until, created_at, amount_minor, save_method, method_id, method_kind, method_saved,
       method_phone, method_facts, authorization_facts, commission_minor, vat_minor,
       refunded_minor, refunding_minor, state, operation_id, challenge, reference,
       hold_expires_at, capture_minor, canceled_by, canceled_for, captured_at, canceled_at,
       deal_facts, receipt_order, receipt_registration, details, transfers, connector, version
  from payment
 where id = $1 and shop_id = coalesce($2, shop_id)";

const LOCK_POSTGRES: &str = "\
select id, shop_id, gateway_id, test, currency, amount_asked_minor, description, metadata,
       merchant_customer_id, client_ip, capture_mode, confirmation, flow, method_asked,
       confirm_until, created_at, amount_minor, save_method, method_id, method_kind, method_saved,
       method_phone, method_facts, authorization_facts, commission_minor, vat_minor,
       refunded_minor, refunding_minor, state, operation_id, challenge, reference,
       hold_expires_at, capture_minor, canceled_by, canceled_for, captured_at, canceled_at,
       deal_facts, receipt_order, receipt_registration, details, transfers, connector, version
  from payment
 where id = $1 and shop_id = coalesce($2, shop_id)
   for update";

/// Walks down `payment_by_creation`; the other conditions only leave rows out.
const LIST: &str = "\
select id, shop_id, gateway_id, test, currency, amount_asked_minor, description, metadata,
       merchant_customer_id, client_ip, capture_mode, confirmation, flow, method_asked,
       confirm_until, created_at, amount_minor, save_method, method_id, method_kind, method_saved,
       method_phone, method_facts, authorization_facts, commission_minor, vat_minor,
       refunded_minor, refunding_minor, state, operation_id, challenge, reference,
       hold_expires_at, capture_minor, canceled_by, canceled_for, captured_at, canceled_at,
       deal_facts, receipt_order, receipt_registration, details, transfers, connector, version
  from payment
 where shop_id = $1
   and created_at >= $2
   and (created_at, id) < ($3, $4)
   and (cast($5 as text) is null or method_kind = $5)
   and (cast($6 as text) is null or state in ($6, $7, $8, $11))
   and (cast($9 as bigint) is null or captured_at <= $9)
 order by created_at desc, id desc
 limit $10";

/// Walks down `payment_by_application`.
const LIST_OF_APPLICATION: &str = "\
select id, shop_id, gateway_id, test, currency, amount_asked_minor, description, metadata,
       merchant_customer_id, client_ip, capture_mode, confirmation, flow, method_asked,
       confirm_until, created_at, amount_minor, save_method, method_id, method_kind, method_saved,
       method_phone, method_facts, authorization_facts, commission_minor, vat_minor,
       refunded_minor, refunding_minor, state, operation_id, challenge, reference,
       hold_expires_at, capture_minor, canceled_by, canceled_for, captured_at, canceled_at,
       deal_facts, receipt_order, receipt_registration, details, transfers, connector, version
  from payment
 where shop_id = $1
   and application_id = $12
   and created_at >= $2
   and (created_at, id) < ($3, $4)
   and (cast($5 as text) is null or method_kind = $5)
   and (cast($6 as text) is null or state in ($6, $7, $8, $11))
   and (cast($9 as bigint) is null or captured_at <= $9)
 order by created_at desc, id desc
 limit $10";

/// Takes the range from `payment_by_capture` and sorts it; the plus signs keep the planners from
/// walking down `payment_by_creation` in search of old captures.
const LIST_CAPTURED: &str = "\
select id, shop_id, gateway_id, test, currency, amount_asked_minor, description, metadata,
       merchant_customer_id, client_ip, capture_mode, confirmation, flow, method_asked,
       confirm_until, created_at, amount_minor, save_method, method_id, method_kind, method_saved,
       method_phone, method_facts, authorization_facts, commission_minor, vat_minor,
       refunded_minor, refunding_minor, state, operation_id, challenge, reference,
       hold_expires_at, capture_minor, canceled_by, canceled_for, captured_at, canceled_at,
       deal_facts, receipt_order, receipt_registration, details, transfers, connector, version
  from payment
 where shop_id = $1
   and +created_at >= $2
   and (+created_at, id) < ($3, $4)
   and (cast($5 as text) is null or method_kind = $5)
   and (cast($6 as text) is null or state in ($6, $7, $8, $11))
   and captured_at >= $12
   and (cast($13 as text) is null or application_id = $13)
   and captured_at <= $9
 order by +created_at desc, id desc
 limit $10";

const DUE_ANY_SHOP: &str = "\
select id, shop_id
  from payment
 where due_at <= $1
 order by due_at
 limit $2";

/// Adds a payment.
pub fn insert(tx: &mut Tx<'_>, shop: &Shop, payment: &Payment) -> Result<(), StoreError> {
    let mut params = row::fixed(payment)?;
    params.extend(row::changing(shop, payment)?);
    params.push(Param::Integer(payment.version));
    tx.write(INSERT, &refs(&params))
}

/// Stores the next state of a payment, unless someone else was faster. Its version in the database
/// is then one more than in `payment`.
pub fn update(tx: &mut Tx<'_>, shop: &Shop, payment: &Payment) -> Result<(), StoreError> {
    let mut params = row::identity(payment);
    params.extend(row::changing(shop, payment)?);
    tx.write_one(UPDATE, &refs(&params))
}

/// The shop's payment with this id.
pub fn find(
    conn: &mut Conn<'_>,
    shop: ShopId,
    id: PaymentId,
) -> Result<Option<Payment>, StoreError> {
    conn.query_opt(FIND, &[&id, &shop], row::read)
}

/// The payment with this id.
pub fn find_any_shop(conn: &mut Conn<'_>, id: PaymentId) -> Result<Option<Payment>, StoreError> {
    conn.query_opt(FIND, &[&id, &None::<i64>], row::read)
}

/// The shop's payment with this id, which nobody else changes until this unit has ended.
pub fn lock(tx: &mut Tx<'_>, shop: ShopId, id: PaymentId) -> Result<Option<Payment>, StoreError> {
    let statement = tx.pick(FIND, LOCK_POSTGRES);
    tx.query_opt(statement, &[&id, &shop], row::read)
}

/// The shop's payments that `filter` lets through, the newest first.
pub fn list(
    conn: &mut Conn<'_>,
    shop: ShopId,
    filter: &Filter,
) -> Result<Vec<Payment>, StoreError> {
    let after = filter.after.map(|(time, id)| (time, id.to_string()));
    let (mut below, mut below_id) = filter.created.below(after);
    let captured = filter.captured != Range::default();
    let (first, last) = (filter.captured.first(), filter.captured.last());
    // Nothing is captured before it was created.
    if last < below {
        (below, below_id) = (last.saturating_add(1), String::new());
    }
    let states = filter.status.map(row::states);
    let state = |index: usize| states.and_then(|states| states.get(index).copied());
    let from = filter.created.first();
    let method = filter.method.map(MethodKind::code);
    let last = captured.then_some(last);
    let (one, two, three, four) = (state(0), state(1), state(2), state(3));
    let statement = match filter.application {
        _ if first != i64::MIN => LIST_CAPTURED,
        Some(_) => LIST_OF_APPLICATION,
        None => LIST,
    };
    let mut params: Vec<&dyn ToParam<Altyn>> = vec![
        &shop,
        &from,
        &below,
        &below_id,
        &method,
        &one,
        &two,
        &three,
        &last,
        &filter.limit,
        &four,
    ];
    if first != i64::MIN {
        params.push(&first);
        params.push(&filter.application);
    } else if filter.application.is_some() {
        params.push(&filter.application);
    }
    conn.query(statement, &params, row::read)
}

/// Payments that time alone will change now, the longest due first.
pub fn due_any_shop(
    conn: &mut Conn<'_>,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(ShopId, PaymentId)>, StoreError> {
    conn.query(DUE_ANY_SHOP, &[&now, &limit], |row| {
        let mut cells = Cells::new(row);
        let id = cells.parse()?;
        Ok((cells.shop_id()?, id))
    })
}
