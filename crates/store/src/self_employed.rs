//! Self-employed persons who are paid.

use domain::self_employed::{Confirmation, State};
use domain::{SelfEmployed, SelfEmployedId, Shop, ShopId};
use sql::{Param, Row, StoreError};

use crate::columns::{Cells, refs, text, text_or_null};
use crate::database::{Conn, Tx};

const INSERT: &str = "\
insert into self_employed (id, shop_id, test, itn, phone, confirmation, created_at, state, version)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

const UPDATE: &str = "\
update self_employed
   set state = $4, version = version + 1
 where id = $1 and shop_id = $2 and version = $3";

const FIND: &str = "\
select id, shop_id, test, itn, phone, confirmation, created_at, state, version
  from self_employed
 where id = $1 and shop_id = coalesce($2, shop_id)";

/// Adds a person.
pub fn insert(tx: &mut Tx<'_>, _shop: &Shop, person: &SelfEmployed) -> Result<(), StoreError> {
    let params = [
        text(person.id.to_string()),
        Param::Integer(person.shop_id.as_i64()),
        Param::Bool(person.test),
        text_or_null(person.itn.as_deref()),
        text_or_null(person.phone.as_deref()),
        text(confirmation_code(person.confirmation)),
        Param::Integer(person.created_at.as_micros()),
        text(person.state.code()),
        Param::Integer(person.version),
    ];
    tx.write(INSERT, &refs(&params))
}

/// Stores what a person decided, unless someone else was faster.
pub fn update(tx: &mut Tx<'_>, _shop: &Shop, person: &SelfEmployed) -> Result<(), StoreError> {
    let (id, shop, version) = (&person.id, &person.shop_id, &person.version);
    tx.write_one(UPDATE, &[id, shop, version, &person.state.code()])
}

/// The shop's person with this id.
pub fn find(
    conn: &mut Conn<'_>,
    shop: ShopId,
    id: SelfEmployedId,
) -> Result<Option<SelfEmployed>, StoreError> {
    conn.query_opt(FIND, &[&id, &shop], read)
}

/// The person with this id.
pub fn find_any_shop(
    conn: &mut Conn<'_>,
    id: SelfEmployedId,
) -> Result<Option<SelfEmployed>, StoreError> {
    conn.query_opt(FIND, &[&id, &None::<i64>], read)
}

const fn confirmation_code(confirmation: Confirmation) -> &'static str {
    match confirmation {
        Confirmation::Application => "application",
        Confirmation::Redirect => "redirect",
    }
}

fn confirmation_from_code(code: &str) -> Option<Confirmation> {
    [Confirmation::Application, Confirmation::Redirect]
        .into_iter()
        .find(|confirmation| confirmation_code(*confirmation) == code)
}

fn read(row: &Row<'_>) -> Result<SelfEmployed, StoreError> {
    let mut cells = Cells::new(row);
    Ok(SelfEmployed {
        id: cells.parse()?,
        shop_id: cells.shop_id()?,
        test: cells.get()?,
        itn: cells.get()?,
        phone: cells.get()?,
        confirmation: cells.named(confirmation_from_code)?,
        created_at: cells.time()?,
        state: cells.named(State::from_code)?,
        version: cells.get()?,
    })
}
