//! Data of persons who are paid. Names are forgotten when their time is over.
//!
//! `due_at` is the platform's time; everything else in a row is the shop's.

use domain::personal_data::{Kind, Person, State};
use domain::{PersonalData, PersonalDataId, Shop, ShopId, Timestamp};
use sql::{Param, Row, StoreError};

use crate::columns::{Cells, due_or_null, json_or_null, refs, text, text_or_null, time_or_null};
use crate::database::{Conn, Tx};
use crate::facts;

const INSERT: &str = "\
insert into personal_data (id, shop_id, kind, metadata, created_at, state, last_name, first_name,
       middle_name, birthdate, expires_at, due_at, version)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";

const UPDATE: &str = "\
update personal_data
   set state = $4, last_name = $5, first_name = $6, middle_name = $7, birthdate = $8,
       expires_at = $9, due_at = $10, version = version + 1
 where id = $1 and shop_id = $2 and version = $3";

const FIND: &str = "\
select id, shop_id, kind, metadata, created_at, state, last_name, first_name, middle_name,
       birthdate, expires_at, version
  from personal_data
 where id = $1 and shop_id = $2";

const LOCK_POSTGRES: &str = "\
select id, shop_id, kind, metadata, created_at, state, last_name, first_name, middle_name,
       birthdate, expires_at, version
  from personal_data
 where id = $1 and shop_id = $2
   for update";

const DUE_ANY_SHOP: &str = "\
select id, shop_id
  from personal_data
 where due_at <= $1
 order by due_at
 limit $2";

/// Adds data.
pub fn insert(tx: &mut Tx<'_>, shop: &Shop, data: &PersonalData) -> Result<(), StoreError> {
    let mut params = vec![
        text(data.id.to_string()),
        Param::Integer(data.shop_id.as_i64()),
        text(data.kind.code()),
        json_or_null(facts::write_metadata(&data.metadata)?),
        Param::Integer(data.created_at.as_micros()),
    ];
    params.extend(changing(shop, data));
    params.push(Param::Integer(data.version));
    tx.write(INSERT, &refs(&params))
}

/// Stores the next state of data, unless someone else was faster.
pub fn update(tx: &mut Tx<'_>, shop: &Shop, data: &PersonalData) -> Result<(), StoreError> {
    let mut params = vec![
        text(data.id.to_string()),
        Param::Integer(data.shop_id.as_i64()),
        Param::Integer(data.version),
    ];
    params.extend(changing(shop, data));
    tx.write_one(UPDATE, &refs(&params))
}

fn changing<'a>(shop: &Shop, data: &'a PersonalData) -> [Param<'a>; 7] {
    let (code, expires_at) = match &data.state {
        State::Waiting { .. } => ("waiting", None),
        State::Active { expires_at, .. } => ("active", Some(*expires_at)),
        State::Canceled => ("canceled", None),
    };
    let person = data.person();
    [
        text(code),
        text_or_null(person.map(|person| person.last_name.as_str())),
        text_or_null(person.map(|person| person.first_name.as_str())),
        text_or_null(person.and_then(|person| person.middle_name.as_deref())),
        text_or_null(person.and_then(|person| person.birthdate.as_deref())),
        time_or_null(expires_at),
        due_or_null(shop, data.due_at()),
    ]
}

/// The shop's data with this id.
pub fn find(
    conn: &mut Conn<'_>,
    shop: ShopId,
    id: PersonalDataId,
) -> Result<Option<PersonalData>, StoreError> {
    conn.query_opt(FIND, &[&id, &shop], read)
}

/// The shop's data with this id, which nobody else changes until this unit has ended.
pub fn lock(
    tx: &mut Tx<'_>,
    shop: ShopId,
    id: PersonalDataId,
) -> Result<Option<PersonalData>, StoreError> {
    let statement = tx.pick(FIND, LOCK_POSTGRES);
    tx.query_opt(statement, &[&id, &shop], read)
}

/// Data that time alone will change now, the longest due first.
pub fn due_any_shop(
    conn: &mut Conn<'_>,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(ShopId, PersonalDataId)>, StoreError> {
    conn.query(DUE_ANY_SHOP, &[&now, &limit], |row| {
        let mut cells = Cells::new(row);
        let id = cells.parse()?;
        Ok((cells.shop_id()?, id))
    })
}

fn read(row: &Row<'_>) -> Result<PersonalData, StoreError> {
    let mut cells = Cells::new(row);
    Ok(PersonalData {
        id: cells.parse()?,
        shop_id: cells.shop_id()?,
        kind: cells.named(Kind::from_code)?,
        metadata: cells
            .named_or_null(facts::read_metadata)?
            .unwrap_or_default(),
        created_at: cells.time()?,
        state: read_state(&mut cells)?,
        version: cells.get()?,
    })
}

fn read_state(cells: &mut Cells<'_>) -> Result<State, StoreError> {
    let code: &str = cells.get()?;
    let unknown = cells.corrupt();
    let (last_name, first_name): (Option<String>, Option<String>) = (cells.get()?, cells.get()?);
    let (middle_name, birthdate) = (cells.get()?, cells.get()?);
    let expires_at = cells.time_or_null()?;
    let person = last_name
        .zip(first_name)
        .map(|(last_name, first_name)| Person {
            last_name,
            first_name,
            middle_name,
            birthdate,
        });
    let state = match (code, person, expires_at) {
        ("waiting", Some(person), _) => Some(State::Waiting { person }),
        ("active", Some(person), Some(expires_at)) => Some(State::Active { person, expires_at }),
        ("canceled", None, _) => Some(State::Canceled),
        _ => None,
    };
    state.ok_or(unknown)
}
