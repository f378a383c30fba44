//! What shops have granted to applications. Times are the platform's.

use domain::grant::{RevokedBy, State};
use domain::{ApplicationId, Grant, GrantId, Scope, ShopId, Timestamp};
use sql::{Param, Row, StoreError};

use crate::application::scopes;
use crate::columns::{Cells, refs, text, text_or_null, time_or_null};
use crate::database::{Conn, Tx};

const INSERT: &str = "\
insert into shop_grant (id, application_id, shop_id, scopes, code_hash, granted_at, state,
       token_hash, issued_at, expires_at, revoked_by, revoked_at, version, code_challenge)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";

const NOTE_USE_ANY_SHOP: &str = "\
update shop_grant
   set last_used_at = $2
 where token_hash = $1";

const UPDATE: &str = "\
update shop_grant
   set state = $4, token_hash = $5, issued_at = $6, expires_at = $7, revoked_by = $8,
       revoked_at = $9, version = version + 1
 where id = $1 and shop_id = $2 and version = $3";

const FIND: &str = "\
select id, application_id, shop_id, scopes, code_hash, granted_at, state, token_hash, issued_at,
       expires_at, revoked_by, revoked_at, version, code_challenge, last_used_at
  from shop_grant
 where id = $1 and shop_id = $2";

const LOCK_POSTGRES: &str = "\
select id, application_id, shop_id, scopes, code_hash, granted_at, state, token_hash, issued_at,
       expires_at, revoked_by, revoked_at, version, code_challenge, last_used_at
  from shop_grant
 where id = $1 and shop_id = $2
   for update";

const FIND_BY_CODE_ANY_SHOP: &str = "\
select id, application_id, shop_id, scopes, code_hash, granted_at, state, token_hash, issued_at,
       expires_at, revoked_by, revoked_at, version, code_challenge, last_used_at
  from shop_grant
 where code_hash = $1";

const FIND_BY_TOKEN_ANY_SHOP: &str = "\
select id, application_id, shop_id, scopes, code_hash, granted_at, state, token_hash, issued_at,
       expires_at, revoked_by, revoked_at, version, code_challenge, last_used_at
  from shop_grant
 where token_hash = $1";

const LIST: &str = "\
select id, application_id, shop_id, scopes, code_hash, granted_at, state, token_hash, issued_at,
       expires_at, revoked_by, revoked_at, version, code_challenge, last_used_at
  from shop_grant
 where shop_id = $1
 order by granted_at, id";

const LIST_OF_APPLICATION_ANY_SHOP: &str = "\
select id, application_id, shop_id, scopes, code_hash, granted_at, state, token_hash, issued_at,
       expires_at, revoked_by, revoked_at, version, code_challenge, last_used_at
  from shop_grant
 where application_id = $1
 order by shop_id, granted_at, id";

/// Adds a grant.
pub fn insert(tx: &mut Tx<'_>, grant: &Grant) -> Result<(), StoreError> {
    let mut params = vec![
        text(grant.id.to_string()),
        text(grant.application_id.to_string()),
        Param::Integer(grant.shop_id.as_i64()),
        text(scopes(&grant.scopes)),
        Param::Bytes((&grant.code_hash).into()),
        Param::Integer(grant.granted_at.as_micros()),
    ];
    params.extend(changing(grant));
    params.push(Param::Integer(grant.version));
    let challenge = grant.challenge.as_ref();
    params.push(challenge.map_or(Param::Null, |hash| Param::Bytes(hash.into())));
    tx.execute(INSERT, &refs(&params)).map(|_| ())
}

/// Stores the next state of a grant, unless someone else was faster.
pub fn update(tx: &mut Tx<'_>, grant: &Grant) -> Result<(), StoreError> {
    let mut params = vec![
        text(grant.id.to_string()),
        Param::Integer(grant.shop_id.as_i64()),
        Param::Integer(grant.version),
    ];
    params.extend(changing(grant));
    tx.write_one(UPDATE, &refs(&params))
}

fn changing(grant: &Grant) -> [Param<'_>; 6] {
    let (token, issued_at, expires_at, by, revoked_at) = match &grant.state {
        State::Coded { expires_at } => (None, None, Some(*expires_at), None, None),
        State::Issued {
            token_hash,
            issued_at,
            expires_at,
        } => (
            Some(token_hash),
            Some(*issued_at),
            Some(*expires_at),
            None,
            None,
        ),
        State::Revoked { by, revoked_at } => (None, None, None, Some(*by), Some(*revoked_at)),
    };
    [
        text(grant.state.code()),
        token.map_or(Param::Null, |hash| Param::Bytes(hash.into())),
        time_or_null(issued_at),
        time_or_null(expires_at),
        text_or_null(by.map(RevokedBy::code)),
        time_or_null(revoked_at),
    ]
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
    conn.query_opt(FIND, &[&id, &shop], read)
}

/// The shop's grant with this id, which nobody else changes until this unit has ended.
pub fn lock(tx: &mut Tx<'_>, shop: ShopId, id: GrantId) -> Result<Option<Grant>, StoreError> {
    let statement = tx.pick(FIND, LOCK_POSTGRES);
    tx.query_opt(statement, &[&id, &shop], read)
}

/// The grant whose code has this hash.
pub fn find_by_code_any_shop(
    conn: &mut Conn<'_>,
    code_hash: &[u8; 32],
) -> Result<Option<Grant>, StoreError> {
    conn.query_opt(FIND_BY_CODE_ANY_SHOP, &[code_hash], read)
}

/// The grant whose token has this hash. Whether it still opens the shop is the caller's question.
pub fn find_by_token_any_shop(
    conn: &mut Conn<'_>,
    token_hash: &[u8; 32],
) -> Result<Option<Grant>, StoreError> {
    conn.query_opt(FIND_BY_TOKEN_ANY_SHOP, &[token_hash], read)
}

/// All grants of a shop, the oldest first.
pub fn list(conn: &mut Conn<'_>, shop: ShopId) -> Result<Vec<Grant>, StoreError> {
    conn.query(LIST, &[&shop], read)
}

/// All grants to an application, by shop.
pub fn list_of_application_any_shop(
    conn: &mut Conn<'_>,
    application: ApplicationId,
) -> Result<Vec<Grant>, StoreError> {
    conn.query(LIST_OF_APPLICATION_ANY_SHOP, &[&application], read)
}

fn read(row: &Row<'_>) -> Result<Grant, StoreError> {
    let mut cells = Cells::new(row);
    Ok(Grant {
        id: cells.parse()?,
        application_id: cells.parse()?,
        shop_id: cells.shop_id()?,
        scopes: cells.list(Scope::from_code)?,
        code_hash: cells.hash()?,
        granted_at: cells.time()?,
        state: read_state(&mut cells)?,
        version: cells.get()?,
        challenge: cells.hash_or_null()?,
        last_used_at: cells.time_or_null()?,
    })
}

fn read_state(cells: &mut Cells<'_>) -> Result<State, StoreError> {
    let code: &str = cells.get()?;
    let unknown = cells.corrupt();
    let token_hash: Option<[u8; 32]> = cells.hash_or_null()?;
    let issued_at: Option<Timestamp> = cells.time_or_null()?;
    let expires_at = cells.time_or_null()?;
    let by = cells.named_or_null(RevokedBy::from_code)?;
    let revoked_at = cells.time_or_null()?;
    let state = || {
        Some(match code {
            "coded" => State::Coded {
                expires_at: expires_at?,
            },
            "issued" => State::Issued {
                token_hash: token_hash?,
                issued_at: issued_at?,
                expires_at: expires_at?,
            },
            "revoked" => State::Revoked {
                by: by?,
                revoked_at: revoked_at?,
            },
            _ => return None,
        })
    };
    state().ok_or(unknown)
}
