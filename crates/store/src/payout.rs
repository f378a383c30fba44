//! Payouts, and what their receivers got.

mod destination;
pub mod usage;

use domain::payout::{DestinationKind, IncomeReceipt, State, Status};
use domain::{DealId, OperationId, Payout, PayoutId, Shop, ShopId, Timestamp};
use sql::{Param, Row, StoreError, ToParam, many};

use crate::columns::{
    Cells, id_or_null, integer_or_null, json_or_null, refs, text, text_or_null, time_or_null,
};
use crate::database::{Altyn, Conn, Tx};
use crate::facts;
use crate::range::Range;

/// Which payouts to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Created when.
    pub created: Range,
    /// Arrived when.
    pub succeeded: Range,
    /// By which way.
    pub destination: Option<DestinationKind>,
    /// With this status.
    pub status: Option<Status>,
    /// With this pair among their metadata; of those only creation is looked at beside it.
    pub note: Option<(String, String)>,
    /// At most so many.
    pub limit: u32,
    /// The last one of the page before.
    pub after: Option<(Timestamp, PayoutId)>,
}

const INSERT: &str = "\
insert into payout (id, shop_id, test, currency, amount_minor, destination_kind, payee, description,
       deal_id, personal_data, self_employed_id, service_name, receipt_minor, metadata, created_at,
       connector, destination, state, operation_id, reference, canceled_by, canceled_for,
       succeeded_at, canceled_at, version)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
       $21, $22, $23, $24, $25)";

const INSERT_NOTES_HEAD: &str = "\
insert into payout_note (payout_id, shop_id, key, value, created_at)
values";

const UPDATE: &str = "\
update payout
   set destination = $4, state = $5, operation_id = $6, reference = $7, canceled_by = $8,
       canceled_for = $9, succeeded_at = $10, canceled_at = $11, version = version + 1
 where id = $1 and shop_id = $2 and version = $3";

const FIND: &str = "\
select id, shop_id, test, currency, amount_minor, payee, description, deal_id, personal_data,
       self_employed_id, service_name, receipt_minor, metadata, created_at, destination, state,
       operation_id, reference, canceled_by, canceled_for, succeeded_at, canceled_at, connector,
       version
  from payout
 where id = $1 and shop_id = coalesce($2, shop_id)";

const LOCK_POSTGRES: &str = "\
select id, shop_id, test, currency, amount_minor, payee, description, deal_id, personal_data,
       self_employed_id, service_name, receipt_minor, metadata, created_at, destination, state,
       operation_id, reference, canceled_by, canceled_for, succeeded_at, canceled_at, connector,
       version
  from payout
 where id = $1 and shop_id = coalesce($2, shop_id)
   for update";

/// Walks down `payout_by_creation`.
const LIST: &str = "\
select id, shop_id, test, currency, amount_minor, payee, description, deal_id, personal_data,
       self_employed_id, service_name, receipt_minor, metadata, created_at, destination, state,
       operation_id, reference, canceled_by, canceled_for, succeeded_at, canceled_at, connector,
       version
  from payout
 where shop_id = $1
   and created_at >= $2
   and (created_at, id) < ($3, $4)
   and (cast($5 as text) is null or state = $5)
   and (cast($6 as text) is null or destination_kind = $6)
   and (cast($7 as bigint) is null or succeeded_at >= $7)
   and (cast($8 as bigint) is null or succeeded_at <= $8)
 order by created_at desc, id desc
 limit $9";

/// Walks down `payout_note_by_pair`.
const SEARCH: &str = "\
select p.id, p.shop_id, p.test, p.currency, p.amount_minor, p.payee, p.description, p.deal_id,
       p.personal_data, p.self_employed_id, p.service_name, p.receipt_minor, p.metadata,
       p.created_at, p.destination, p.state, p.operation_id, p.reference, p.canceled_by,
       p.canceled_for, p.succeeded_at, p.canceled_at, p.connector, p.version
  from payout_note n
  join payout p on p.id = n.payout_id
 where n.shop_id = $1 and n.key = $5 and n.value = $6
   and n.created_at >= $2
   and (n.created_at, n.payout_id) < ($3, $4)
 order by n.created_at desc, n.payout_id desc
 limit $7";

const LIST_OF_DEAL: &str = "\
select id, shop_id, test, currency, amount_minor, payee, description, deal_id, personal_data,
       self_employed_id, service_name, receipt_minor, metadata, created_at, destination, state,
       operation_id, reference, canceled_by, canceled_for, succeeded_at, canceled_at, connector,
       version
  from payout
 where deal_id = $1 and shop_id = $2
 order by created_at, id";

/// What the shop gave for payouts of a deal that came late, less what the deal has repaid: by the
/// transfers of its payouts and of its refunds.
const ADVANCED: &str = "\
select cast(coalesce(sum(case e.side when 'debit' then e.amount_minor
                                     else -e.amount_minor end), 0) as bigint)
  from (select t.id
          from payout p
          join transfer t on t.object_id = p.id and t.kind in ('payout_late', 'payout_repay')
         where p.deal_id = $1 and p.shop_id = $2
        union all
        select t.id
          from deal d
          join refund r on r.payment_id = d.payment_id
          join transfer t on t.object_id = r.id and t.kind = 'refund_repay'
         where d.id = $1 and d.shop_id = $2) of_deal
  join entry e on e.transfer_id = of_deal.id and e.account in ('available', 'claim')";

/// Adds a payout.
pub fn insert(tx: &mut Tx<'_>, _shop: &Shop, payout: &Payout) -> Result<(), StoreError> {
    let people: Vec<String> = payout
        .personal_data
        .iter()
        .map(ToString::to_string)
        .collect();
    let receipt = payout.receipt.as_ref();
    let mut params = vec![
        text(payout.id.to_string()),
        Param::Integer(payout.shop_id.as_i64()),
        Param::Bool(payout.test),
        text(payout.amount.currency().code()),
        Param::Integer(payout.amount.minor()),
        text(payout.destination.kind().code()),
        text_or_null(payout.payee.as_deref()),
        text_or_null(payout.description.as_deref()),
        id_or_null(payout.deal_id),
        text(people.join(" ")),
        id_or_null(payout.self_employed_id),
        text_or_null(receipt.map(|receipt| receipt.service_name.as_str())),
        integer_or_null(
            receipt
                .and_then(|receipt| receipt.amount)
                .map(domain::Money::minor),
        ),
        json_or_null(facts::write_metadata(&payout.metadata)?),
        Param::Integer(payout.created_at.as_micros()),
        text(payout.connector.to_string()),
    ];
    params.extend(changing(payout)?);
    params.push(Param::Integer(payout.version));
    tx.write(INSERT, &refs(&params))?;
    insert_notes(tx, payout)
}

fn insert_notes(tx: &mut Tx<'_>, payout: &Payout) -> Result<(), StoreError> {
    let pairs = payout.metadata.pairs();
    if pairs.is_empty() {
        return Ok(());
    }
    let params: Vec<Param<'_>> = pairs
        .iter()
        .flat_map(|(key, value)| {
            [
                text(payout.id.to_string()),
                Param::Integer(payout.shop_id.as_i64()),
                text(key.as_str()),
                text(value.as_str()),
                Param::Integer(payout.created_at.as_micros()),
            ]
        })
        .collect();
    tx.write(many(INSERT_NOTES_HEAD, 5, pairs.len(), ""), &refs(&params))
}

/// Stores the next state of a payout, unless someone else was faster.
pub fn update(tx: &mut Tx<'_>, _shop: &Shop, payout: &Payout) -> Result<(), StoreError> {
    let mut params = vec![
        text(payout.id.to_string()),
        Param::Integer(payout.shop_id.as_i64()),
        Param::Integer(payout.version),
    ];
    params.extend(changing(payout)?);
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

fn changing(payout: &Payout) -> Result<[Param<'_>; 8], StoreError> {
    let (operation, reference, cause, succeeded_at, canceled_at) = match &payout.state {
        State::Sending { operation } => (Some(*operation), None, None, None, None),
        State::Succeeded {
            reference,
            succeeded_at,
        } => (
            None,
            Some(reference.as_str()),
            None,
            Some(*succeeded_at),
            None,
        ),
        State::Canceled { cause, canceled_at } => {
            (None, None, Some(*cause), None, Some(*canceled_at))
        }
    };
    Ok([
        Param::Json(destination::write(&payout.destination)?.into()),
        text(state_code(payout.status())),
        id_or_null(operation),
        text_or_null(reference),
        text_or_null(cause.map(|cause| cause.party.code())),
        text_or_null(cause.map(|cause| cause.reason.code())),
        time_or_null(succeeded_at),
        time_or_null(canceled_at),
    ])
}

/// The shop's payout with this id.
pub fn find(conn: &mut Conn<'_>, shop: ShopId, id: PayoutId) -> Result<Option<Payout>, StoreError> {
    conn.query_opt(FIND, &[&id, &shop], read)
}

/// The payout with this id.
pub fn find_any_shop(conn: &mut Conn<'_>, id: PayoutId) -> Result<Option<Payout>, StoreError> {
    conn.query_opt(FIND, &[&id, &None::<i64>], read)
}

/// The shop's payout with this id, which nobody else changes until this unit has ended.
pub fn lock(tx: &mut Tx<'_>, shop: ShopId, id: PayoutId) -> Result<Option<Payout>, StoreError> {
    let statement = tx.pick(FIND, LOCK_POSTGRES);
    tx.query_opt(statement, &[&id, &shop], read)
}

/// The shop's payouts that `filter` lets through, the newest first.
pub fn list(conn: &mut Conn<'_>, shop: ShopId, filter: &Filter) -> Result<Vec<Payout>, StoreError> {
    let after = filter.after.map(|(time, id)| (time, id.to_string()));
    let (below, below_id) = filter.created.below(after);
    let from = filter.created.first();
    if let Some((key, value)) = &filter.note {
        let limit = &filter.limit;
        let params: [&dyn ToParam<Altyn>; 7] = [&shop, &from, &below, &below_id, key, value, limit];
        return conn.query(SEARCH, &params, read);
    }
    let arrived = filter.succeeded != Range::default();
    let first = arrived.then(|| filter.succeeded.first());
    let last = arrived.then(|| filter.succeeded.last());
    conn.query(
        LIST,
        &[
            &shop,
            &from,
            &below,
            &below_id,
            &filter.status.map(state_code),
            &filter.destination.map(DestinationKind::code),
            &first,
            &last,
            &filter.limit,
        ],
        read,
    )
}

/// All payouts out of a deal of the shop, the oldest first.
pub fn list_of_deal(
    conn: &mut Conn<'_>,
    shop: ShopId,
    deal: DealId,
) -> Result<Vec<Payout>, StoreError> {
    conn.query(LIST_OF_DEAL, &[&deal.to_string(), &shop], read)
}

/// What the shop gave in a deal's stead for payouts that came late, and has not got back, in minor
/// units.
pub fn advanced(conn: &mut Conn<'_>, shop: ShopId, deal: DealId) -> Result<i64, StoreError> {
    conn.query_one(ADVANCED, &[&deal.to_string(), &shop], |row| row.get(0))
}

fn read(row: &Row<'_>) -> Result<Payout, StoreError> {
    let mut cells = Cells::new(row);
    let (id, shop_id, test) = (cells.parse()?, cells.shop_id()?, cells.get()?);
    let currency = cells.currency()?;
    let amount = cells.money(currency)?;
    let (payee, description) = (cells.get()?, cells.get()?);
    let (deal_id, personal_data) = (cells.parse_or_null()?, cells.list(|id| id.parse().ok())?);
    let self_employed_id = cells.parse_or_null()?;
    let service_name: Option<String> = cells.get()?;
    let receipt_amount = cells.money_or_null(currency)?;
    Ok(Payout {
        id,
        shop_id,
        test,
        amount,
        payee,
        description,
        deal_id,
        personal_data,
        self_employed_id,
        receipt: service_name.map(|service_name| IncomeReceipt {
            service_name,
            amount: receipt_amount,
        }),
        metadata: cells
            .named_or_null(facts::read_metadata)?
            .unwrap_or_default(),
        created_at: cells.time()?,
        destination: cells.named(destination::read)?,
        state: read_state(&mut cells)?,
        connector: cells.parse()?,
        version: cells.get()?,
    })
}

fn read_state(cells: &mut Cells<'_>) -> Result<State, StoreError> {
    let code: &str = cells.get()?;
    let unknown = cells.corrupt();
    let operation: Option<OperationId> = cells.parse_or_null()?;
    let reference: Option<String> = cells.get()?;
    let cause = cells.decline_or_null()?;
    let succeeded_at = cells.time_or_null()?;
    let canceled_at = cells.time_or_null()?;
    let state = || {
        Some(match code {
            "sending" => State::Sending {
                operation: operation?,
            },
            "succeeded" => State::Succeeded {
                reference: reference?,
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
