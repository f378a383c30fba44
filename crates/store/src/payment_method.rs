//! Payment methods that shops saved or are about to save.
//!
//! `due_at` is the platform's time; everything else in a row is the shop's.

use std::borrow::Cow;

use domain::payment_method::State;
use domain::{
    Challenge, ConnectorName, Decline, MethodKind, OperationId, Party, PaymentMethod,
    PaymentMethodId, Shop, ShopId, Timestamp,
};
use sql::StoreError;

use crate::columns::{due_or_null, json_or_null};
use crate::database::{Conn, Tx};
use crate::facts;
use crate::payment::row::{flow_code, flow_from_code};
use crate::table::{Rows, table};

table! {
    pub(crate) PaymentMethods: PaymentMethod = "payment_method";
    written of (shop: Shop, method: PaymentMethod) with {
        let state = StateColumns::of(&method.state);
    };
    columns {
        key id = method.id => parse();
        key shop_id = method.shop_id => shop_id();
        fixed gateway_id = method.gateway_id => gateway_id();
        fixed kind = method.kind.code() => named(MethodKind::from_code);
        fixed metadata = json_or_null(facts::write_metadata(&method.metadata)?) => metadata();
        fixed confirmation = json_or_null(facts::write_confirmation(method.confirmation.as_ref())?)
            => named_or_null(facts::read_confirmation);
        fixed flow = flow_code(method.flow) => named(flow_from_code);
        fixed confirm_until = method.confirm_until => time();
        fixed created_at = method.created_at => time();
        changing facts = json_or_null(facts::write_method(method.facts.as_ref())?)
            => named_or_null(facts::read_method);
        changing state = state.code => get();
        changing operation_id = state.operation => parse_or_null();
        changing challenge = json_or_null(facts::write_challenge(state.challenge.as_deref())?)
            => named_or_null(facts::read_challenge);
        changing token = state.token => get();
        changing canceled_by = state.cause.map(|cause| cause.party.code())
            => named_or_null(Party::from_code);
        changing canceled_for = state.cause.map(|cause| cause.reason.code())
            => cause_or_null(canceled_by);
        changing due_at = due_or_null(shop, method.due_at());
        changing client_ip = method.client_ip => parse_or_null();
        changing connector = method.connector => parse_or_null();
        version version = method.version => get();
    }
    read(cells) {
        let columns = StateColumns {
            code: state,
            operation: operation_id,
            challenge: challenge.map(Cow::Owned),
            token,
            cause: canceled_for,
        };
        // A program of before asks without saying whom: it knows the sandbox alone.
        let asked = columns.operation.is_some() || columns.token.is_some();
        let connector = connector.or(asked.then_some(ConnectorName::SANDBOX));
        PaymentMethod {
            id,
            shop_id,
            gateway_id,
            kind,
            metadata,
            confirmation,
            flow,
            confirm_until,
            created_at,
            facts,
            state: columns.state().ok_or_else(|| cells.corrupt_at("state"))?,
            client_ip,
            connector,
            version,
        }
    }
}

/// What the states carry, spread over columns.
#[derive(Default)]
struct StateColumns<'a> {
    code: &'a str,
    operation: Option<OperationId>,
    challenge: Option<Cow<'a, Challenge>>,
    token: Option<Cow<'a, str>>,
    cause: Option<Decline>,
}

impl<'a> StateColumns<'a> {
    fn of(state: &'a State) -> Self {
        let none = Self::default();
        match state {
            State::Pending => Self {
                code: "pending",
                ..none
            },
            State::Binding { operation } => Self {
                code: "binding",
                operation: Some(*operation),
                ..none
            },
            State::Challenged {
                operation,
                challenge,
            } => Self {
                code: "challenged",
                operation: Some(*operation),
                challenge: Some(Cow::Borrowed(challenge)),
                ..none
            },
            State::Active { token } => Self {
                code: "active",
                token: Some(token.into()),
                ..none
            },
            State::Inactive { cause } => Self {
                code: "inactive",
                cause: Some(*cause),
                ..none
            },
        }
    }

    /// Columns that the state does not carry are not looked at; there is none if it misses one.
    fn state(self) -> Option<State> {
        Some(match self.code {
            "pending" => State::Pending,
            "binding" => State::Binding {
                operation: self.operation?,
            },
            "challenged" => State::Challenged {
                operation: self.operation?,
                challenge: self.challenge?.into_owned(),
            },
            "active" => State::Active {
                token: self.token?.into_owned(),
            },
            "inactive" => State::Inactive { cause: self.cause? },
            _ => return None,
        })
    }
}

/// Adds a payment method.
pub fn insert(tx: &mut Tx<'_>, shop: &Shop, method: &PaymentMethod) -> Result<(), StoreError> {
    PaymentMethods::insert(tx, (shop, method))
}

/// Stores the next state of a payment method, unless someone else was faster.
pub fn update(tx: &mut Tx<'_>, shop: &Shop, method: &PaymentMethod) -> Result<(), StoreError> {
    PaymentMethods::update(tx, (shop, method))
}

/// The shop's payment method with this id.
pub fn find(
    conn: &mut Conn<'_>,
    shop: ShopId,
    id: PaymentMethodId,
) -> Result<Option<PaymentMethod>, StoreError> {
    PaymentMethods::find(conn, &[&id, &shop])
}

/// The payment method with this id.
pub fn find_any_shop(
    conn: &mut Conn<'_>,
    id: PaymentMethodId,
) -> Result<Option<PaymentMethod>, StoreError> {
    PaymentMethods::find(conn, &[&id, &None::<i64>])
}

/// The shop's payment method with this id, which nobody else changes until this unit has ended.
pub fn lock(
    tx: &mut Tx<'_>,
    shop: ShopId,
    id: PaymentMethodId,
) -> Result<Option<PaymentMethod>, StoreError> {
    PaymentMethods::lock(tx, &[&id, &shop])
}

/// Payment methods that time alone will change now, the longest due first.
pub fn due_any_shop(
    conn: &mut Conn<'_>,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(ShopId, PaymentMethodId)>, StoreError> {
    PaymentMethods::due(conn, now, limit)
}
