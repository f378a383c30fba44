//! Data of persons who are paid. Names are forgotten when their time is over.
//!
//! `due_at` is the platform's time; everything else in a row is the shop's.

use domain::personal_data::{Kind, Person, State};
use domain::{PersonalData, PersonalDataId, Shop, ShopId, Timestamp};
use sql::StoreError;

use crate::columns::{due_or_null, json_or_null};
use crate::database::{Conn, Tx};
use crate::facts;
use crate::table::{Rows, table};

table! {
    pub(crate) PersonalDataRows: PersonalData = "personal_data";
    written of (shop: Shop, data: PersonalData) with {
        let person = data.person();
        let (code, expires) = state_columns(&data.state);
    };
    columns {
        key id = data.id => parse();
        key shop_id = data.shop_id => shop_id();
        fixed kind = data.kind.code() => named(Kind::from_code);
        fixed metadata = json_or_null(facts::write_metadata(&data.metadata)?) => metadata();
        fixed created_at = data.created_at => time();
        changing state = code => get();
        changing last_name = person.map(|person| person.last_name.as_str()) => get();
        changing first_name = person.map(|person| person.first_name.as_str()) => get();
        changing middle_name = person.and_then(|person| person.middle_name.as_deref()) => get();
        changing birthdate = person.and_then(|person| person.birthdate.as_deref()) => get();
        changing expires_at = expires => time_or_null();
        changing due_at = due_or_null(shop, data.due_at());
        version version = data.version => get();
    }
    read(cells) {
        let person = match (last_name, first_name) {
            (Some(last_name), Some(first_name)) => {
                Some(Person { last_name, first_name, middle_name, birthdate })
            }
            (Some(_) | None, _) => None,
        };
        let state = match (state, person, expires_at) {
            ("waiting", Some(person), _) => State::Waiting { person },
            ("active", Some(person), Some(expires_at)) => State::Active { person, expires_at },
            ("canceled", None, _) => State::Canceled,
            _ => return Err(cells.corrupt_at("state")),
        };
        PersonalData { id, shop_id, kind, metadata, created_at, state, version }
    }
}

fn state_columns(state: &State) -> (&'static str, Option<Timestamp>) {
    match state {
        State::Waiting { .. } => ("waiting", None),
        State::Active { expires_at, .. } => ("active", Some(*expires_at)),
        State::Canceled => ("canceled", None),
    }
}

/// Adds data.
pub fn insert(tx: &mut Tx<'_>, shop: &Shop, data: &PersonalData) -> Result<(), StoreError> {
    PersonalDataRows::insert(tx, (shop, data))
}

/// Stores the next state of data, unless someone else was faster.
pub fn update(tx: &mut Tx<'_>, shop: &Shop, data: &PersonalData) -> Result<(), StoreError> {
    PersonalDataRows::update(tx, (shop, data))
}

/// The shop's data with this id.
pub fn find(
    conn: &mut Conn<'_>,
    shop: ShopId,
    id: PersonalDataId,
) -> Result<Option<PersonalData>, StoreError> {
    PersonalDataRows::find(conn, &[&id, &shop])
}

/// The shop's data with this id, which nobody else changes until this unit has ended.
pub fn lock(
    tx: &mut Tx<'_>,
    shop: ShopId,
    id: PersonalDataId,
) -> Result<Option<PersonalData>, StoreError> {
    PersonalDataRows::lock(tx, &[&id, &shop])
}

/// Data that time alone will change now, the longest due first.
pub fn due_any_shop(
    conn: &mut Conn<'_>,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(ShopId, PersonalDataId)>, StoreError> {
    PersonalDataRows::due(conn, now, limit)
}
