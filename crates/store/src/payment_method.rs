//! Payment methods that shops saved or are about to save.
//!
//! `due_at` is the platform's time; everything else in a row is the shop's.

use domain::payment_method::State;
use domain::{MethodKind, OperationId, PaymentMethod, PaymentMethodId, Shop, ShopId, Timestamp};
use sql::{Param, Row, StoreError};

use crate::columns::{Cells, due_or_null, id_or_null, json_or_null, refs, text, text_or_null};
use crate::database::{Conn, Tx};
use crate::facts;
use crate::payment::row::{flow_code, flow_from_code};

const INSERT: &str = "\
insert into payment_method (id, shop_id, gateway_id, kind, metadata, confirmation, flow,
       confirm_until, created_at, facts, state, operation_id, challenge, token, canceled_by,
       canceled_for, due_at, client_ip, connector, version)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)";

const UPDATE: &str = "\
update payment_method
   set facts = $4, state = $5, operation_id = $6, challenge = $7, token = $8, canceled_by = $9,
       canceled_for = $10, due_at = $11, client_ip = $12, connector = $13,
       version = version + 1
 where id = $1 and shop_id = $2 and version = $3";

const FIND: &str = "\
select id, shop_id, gateway_id, kind, metadata, confirmation, flow, confirm_until, created_at,
       facts, state, operation_id, challenge, token, canceled_by, canceled_for, client_ip,
       connector, version
  from payment_method
 where id = $1 and shop_id = coalesce($2, shop_id)";

const LOCK_POSTGRES: &str = "\
select id, shop_id, gateway_id, kind, metadata, confirmation, flow, confirm_until, created_at,
       facts, state, operation_id, challenge, token, canceled_by, canceled_for, client_ip,
       connector, version
  from payment_method
 where id = $1 and shop_id = coalesce($2, shop_id)
   for update";

const DUE_ANY_SHOP: &str = "\
select id, shop_id
  from payment_method
 where due_at <= $1
 order by due_at
 limit $2";

/// Adds a payment method.
pub fn insert(tx: &mut Tx<'_>, shop: &Shop, method: &PaymentMethod) -> Result<(), StoreError> {
    let mut params = vec![
        text(method.id.to_string()),
        Param::Integer(method.shop_id.as_i64()),
        Param::Integer(method.gateway_id.as_i64()),
        text(method.kind.code()),
        json_or_null(facts::write_metadata(&method.metadata)?),
        json_or_null(facts::write_confirmation(method.confirmation.as_ref())?),
        text(flow_code(method.flow)),
        Param::Integer(method.confirm_until.as_micros()),
        Param::Integer(method.created_at.as_micros()),
    ];
    params.extend(changing(shop, method)?);
    params.push(Param::Integer(method.version));
    tx.write(INSERT, &refs(&params))
}

/// Stores the next state of a payment method, unless someone else was faster.
pub fn update(tx: &mut Tx<'_>, shop: &Shop, method: &PaymentMethod) -> Result<(), StoreError> {
    let mut params = vec![
        text(method.id.to_string()),
        Param::Integer(method.shop_id.as_i64()),
        Param::Integer(method.version),
    ];
    params.extend(changing(shop, method)?);
    tx.write_one(UPDATE, &refs(&params))
}

fn changing<'a>(shop: &Shop, method: &'a PaymentMethod) -> Result<Vec<Param<'a>>, StoreError> {
    let (code, operation, challenge, token, cause) = match &method.state {
        State::Pending => ("pending", None, None, None, None),
        State::Binding { operation } => ("binding", Some(*operation), None, None, None),
        State::Challenged {
            operation,
            challenge,
        } => ("challenged", Some(*operation), Some(challenge), None, None),
        State::Active { token } => ("active", None, None, Some(token.as_str()), None),
        State::Inactive { cause } => ("inactive", None, None, None, Some(*cause)),
    };
    Ok(vec![
        json_or_null(facts::write_method(method.facts.as_ref())?),
        text(code),
        id_or_null(operation),
        json_or_null(facts::write_challenge(challenge)?),
        text_or_null(token),
        text_or_null(cause.map(|cause| cause.party.code())),
        text_or_null(cause.map(|cause| cause.reason.code())),
        due_or_null(shop, method.due_at()),
        id_or_null(method.client_ip),
        id_or_null(method.connector),
    ])
}

/// The shop's payment method with this id.
pub fn find(
    conn: &mut Conn<'_>,
    shop: ShopId,
    id: PaymentMethodId,
) -> Result<Option<PaymentMethod>, StoreError> {
    conn.query_opt(FIND, &[&id, &shop], read)
}

/// The payment method with this id.
pub fn find_any_shop(
    conn: &mut Conn<'_>,
    id: PaymentMethodId,
) -> Result<Option<PaymentMethod>, StoreError> {
    conn.query_opt(FIND, &[&id, &None::<i64>], read)
}

/// The shop's payment method with this id, which nobody else changes until this unit has ended.
pub fn lock(
    tx: &mut Tx<'_>,
    shop: ShopId,
    id: PaymentMethodId,
) -> Result<Option<PaymentMethod>, StoreError> {
    let statement = tx.pick(FIND, LOCK_POSTGRES);
    tx.query_opt(statement, &[&id, &shop], read)
}

/// Payment methods that time alone will change now, the longest due first.
pub fn due_any_shop(
    conn: &mut Conn<'_>,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(ShopId, PaymentMethodId)>, StoreError> {
    conn.query(DUE_ANY_SHOP, &[&now, &limit], |row| {
        let mut cells = Cells::new(row);
        let id = cells.parse()?;
        Ok((cells.shop_id()?, id))
    })
}

fn read(row: &Row<'_>) -> Result<PaymentMethod, StoreError> {
    let mut cells = Cells::new(row);
    Ok(PaymentMethod {
        id: cells.parse()?,
        shop_id: cells.shop_id()?,
        gateway_id: cells.gateway_id()?,
        kind: cells.named(MethodKind::from_code)?,
        metadata: cells
            .named_or_null(facts::read_metadata)?
            .unwrap_or_default(),
        confirmation: cells.named_or_null(facts::read_confirmation)?,
        flow: cells.named(flow_from_code)?,
        confirm_until: cells.time()?,
        created_at: cells.time()?,
        facts: cells.named_or_null(facts::read_method)?,
        state: read_state(&mut cells)?,
        client_ip: cells.parse_or_null()?,
        connector: cells.parse_or_null()?,
        version: cells.get()?,
    })
}

fn read_state(cells: &mut Cells<'_>) -> Result<State, StoreError> {
    let code: &str = cells.get()?;
    let unknown = cells.corrupt();
    let operation: Option<OperationId> = cells.parse_or_null()?;
    let challenge = cells.named_or_null(facts::read_challenge)?;
    let token: Option<String> = cells.get()?;
    let cause = cells.decline_or_null()?;
    let state = || {
        Some(match code {
            "pending" => State::Pending,
            "binding" => State::Binding {
                operation: operation?,
            },
            "challenged" => State::Challenged {
                operation: operation?,
                challenge: challenge?,
            },
            "active" => State::Active { token: token? },
            "inactive" => State::Inactive { cause: cause? },
            _ => return None,
        })
    };
    state().ok_or(unknown)
}
