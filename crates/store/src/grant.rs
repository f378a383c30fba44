//! What shops have granted to applications. Times are the platform's.

use domain::grant::{RevokedBy, State};
use domain::{ApplicationId, Grant, GrantId, Scope, ShopId, Timestamp};
use sql::StoreError;

use crate::application::scopes;
use crate::columns::Cells;
use crate::database::{Conn, Tx};
use crate::table::{Rows, Sample, Select, table};

table! {
    pub(crate) Grants: Grant = "shop_grant";
    written of (grant: Grant) with {
        let state = StateColumns::of(&grant.state);
    };
    columns {
        key id = grant.id => parse();
        key shop_id = grant.shop_id => shop_id();
        fixed application_id = grant.application_id => parse();
        fixed scopes = scopes(&grant.scopes) => list(Scope::from_code);
        fixed code_hash = &grant.code_hash => hash();
        fixed code_challenge = grant.challenge.as_ref() => hash_or_null();
        fixed granted_at = grant.granted_at => time();
        changing state = grant.state.code() => get();
        changing token_hash = state.token_hash => hash_or_null();
        changing issued_at = state.issued_at => time_or_null();
        changing expires_at = state.expires_at => time_or_null();
        changing revoked_by = state.revoked_by.map(RevokedBy::code)
            => named_or_null(RevokedBy::from_code);
        changing revoked_at = state.revoked_at => time_or_null();
        noted last_used_at => time_or_null();
        version version = grant.version => get();
    }
    read(cells) {
        let token_hash = token_hash.as_ref();
        let facts = StateColumns { token_hash, issued_at, expires_at, revoked_by, revoked_at };
        Grant {
            id,
            application_id,
            shop_id,
            scopes,
            code_hash,
            granted_at,
            state: facts.state(state).ok_or_else(|| cells.corrupt_at("state"))?,
            version,
            challenge: code_challenge,
            last_used_at,
        }
    }
}

pub(crate) static FIND_BY_CODE_ANY_SHOP: Select =
    Select::new(Grants::table, "where shop_grant.code_hash = $1")
        .by("shop_grant_code", &[Sample::Bytes]);

pub(crate) static FIND_BY_TOKEN_ANY_SHOP: Select =
    Select::new(Grants::table, "where shop_grant.token_hash = $1")
        .by("shop_grant_token", &[Sample::Bytes]);

/// With the names of the applications.
pub(crate) static LIST: Select = Select::new(
    Grants::table,
    "left join application on application.id = shop_grant.application_id
 where shop_grant.shop_id = $1
 order by shop_grant.granted_at, shop_grant.id",
)
.with(&["application.name as application_name"])
.by("shop_grant_by_shop", &[Sample::Integer]);

pub(crate) static LIST_OF_APPLICATION_ANY_SHOP: Select = Select::new(
    Grants::table,
    "where shop_grant.application_id = $1
 order by +shop_grant.shop_id, shop_grant.granted_at, shop_grant.id",
)
.by("shop_grant_by_application", &[Sample::Text]);

const NOTE_USE_ANY_SHOP: &str = "\
update shop_grant
   set last_used_at = $2
 where token_hash = $1";

/// The values of the states, as columns.
#[derive(Default)]
struct StateColumns<'a> {
    token_hash: Option<&'a [u8; 32]>,
    issued_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    revoked_by: Option<RevokedBy>,
    revoked_at: Option<Timestamp>,
}

impl<'a> StateColumns<'a> {
    fn of(state: &'a State) -> Self {
        let none = Self::default();
        match state {
            State::Coded { expires_at } => Self {
                expires_at: Some(*expires_at),
                ..none
            },
            State::Issued {
                token_hash,
                issued_at,
                expires_at,
            } => Self {
                token_hash: Some(token_hash),
                issued_at: Some(*issued_at),
                expires_at: Some(*expires_at),
                ..none
            },
            State::Revoked { by, revoked_at } => Self {
                revoked_by: Some(*by),
                revoked_at: Some(*revoked_at),
                ..none
            },
        }
    }

    /// The state in these columns; `None` if one is missing. Columns that the state does not have
    /// are ignored.
    fn state(&self, code: &str) -> Option<State> {
        Some(match code {
            "coded" => State::Coded {
                expires_at: self.expires_at?,
            },
            "issued" => State::Issued {
                token_hash: *self.token_hash?,
                issued_at: self.issued_at?,
                expires_at: self.expires_at?,
            },
            "revoked" => State::Revoked {
                by: self.revoked_by?,
                revoked_at: self.revoked_at?,
            },
            _ => return None,
        })
    }
}

/// Adds a grant.
pub fn insert(tx: &mut Tx<'_>, grant: &Grant) -> Result<(), StoreError> {
    Grants::insert_now(tx, (grant,))
}

/// Stores the next state of a grant, unless someone else was faster.
pub fn update(tx: &mut Tx<'_>, grant: &Grant) -> Result<(), StoreError> {
    Grants::update(tx, (grant,))
}

/// Notes that the token with this hash was used.
pub fn note_use_any_shop(
    tx: &mut Tx<'_>,
    token_hash: &[u8; 32],
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(NOTE_USE_ANY_SHOP, &[token_hash, &now])
        .map(|_| ())
}

/// The shop's grant with this id.
pub fn find(conn: &mut Conn<'_>, shop: ShopId, id: GrantId) -> Result<Option<Grant>, StoreError> {
    Grants::find(conn, &[&id, &shop])
}

/// The shop's grant with this id, which nobody else changes until this unit has ended.
pub fn lock(tx: &mut Tx<'_>, shop: ShopId, id: GrantId) -> Result<Option<Grant>, StoreError> {
    Grants::lock(tx, &[&id, &shop])
}

/// The grant whose code has this hash.
pub fn find_by_code_any_shop(
    conn: &mut Conn<'_>,
    code_hash: &[u8; 32],
) -> Result<Option<Grant>, StoreError> {
    FIND_BY_CODE_ANY_SHOP.query_opt(conn, &[code_hash], Grants::read)
}

/// The grant whose token has this hash. Whether it still opens the shop is the caller's question.
pub fn find_by_token_any_shop(
    conn: &mut Conn<'_>,
    token_hash: &[u8; 32],
) -> Result<Option<Grant>, StoreError> {
    FIND_BY_TOKEN_ANY_SHOP.query_opt(conn, &[token_hash], Grants::read)
}

/// All grants of a shop, the oldest first, each with its application's name if that is there.
pub fn list(conn: &mut Conn<'_>, shop: ShopId) -> Result<Vec<(Grant, Option<String>)>, StoreError> {
    LIST.query(conn, &[&shop], |row| {
        let mut cells = Cells::new(row);
        Ok((Grants::read_cells(&mut cells)?, cells.get()?))
    })
}

/// All grants to an application, by shop.
pub fn list_of_application_any_shop(
    conn: &mut Conn<'_>,
    application: ApplicationId,
) -> Result<Vec<Grant>, StoreError> {
    LIST_OF_APPLICATION_ANY_SHOP.query(conn, &[&application], Grants::read)
}
