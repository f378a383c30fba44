//! Self-employed persons who are paid.

use domain::self_employed::{Confirmation, State};
use domain::{SelfEmployed, SelfEmployedId, Shop, ShopId};
use sql::StoreError;

use crate::database::{Conn, Tx};
use crate::table::{Rows, table};

table! {
    pub(crate) SelfEmployedRows: SelfEmployed = "self_employed";
    written of (person: SelfEmployed);
    columns {
        key id = person.id => parse();
        key shop_id = person.shop_id => shop_id();
        fixed test = person.test => get();
        fixed itn = person.itn.as_deref() => get();
        fixed phone = person.phone.as_deref() => get();
        fixed confirmation = confirmation_code(person.confirmation)
            => named(confirmation_from_code);
        fixed created_at = person.created_at => time();
        changing state = person.state.code() => named(State::from_code);
        version version = person.version => get();
    }
    read(cells) {
        SelfEmployed { id, shop_id, test, itn, phone, confirmation, created_at, state, version }
    }
}

/// Adds a person.
pub fn insert(tx: &mut Tx<'_>, _shop: &Shop, person: &SelfEmployed) -> Result<(), StoreError> {
    SelfEmployedRows::insert(tx, (person,))
}

/// Stores what a person decided, unless someone else was faster.
pub fn update(tx: &mut Tx<'_>, _shop: &Shop, person: &SelfEmployed) -> Result<(), StoreError> {
    SelfEmployedRows::update(tx, (person,))
}

/// The shop's person with this id.
pub fn find(
    conn: &mut Conn<'_>,
    shop: ShopId,
    id: SelfEmployedId,
) -> Result<Option<SelfEmployed>, StoreError> {
    SelfEmployedRows::find(conn, &[&id, &shop])
}

/// The person with this id.
pub fn find_any_shop(
    conn: &mut Conn<'_>,
    id: SelfEmployedId,
) -> Result<Option<SelfEmployed>, StoreError> {
    SelfEmployedRows::find(conn, &[&id, &None::<i64>])
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
