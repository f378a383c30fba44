//! The keys that open a shop's API. Only hashes are kept.

use domain::{ShopId, Timestamp};
use sql::StoreError;

use crate::columns::Cells;
use crate::database::{Conn, Tx};

/// A key as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretKey {
    /// SHA-256 of the key.
    pub hash: [u8; 32],
    /// The key's last characters, for people.
    pub hint: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the hour.
    pub last_used_at: Option<Timestamp>,
    /// When it stopped to open anything.
    pub revoked_at: Option<Timestamp>,
}

const INSERT: &str = "\
insert into secret_key (shop_id, hash, hint, created_at)
values ($1, $2, $3, $4)";

const REVOKE: &str = "\
update secret_key
   set revoked_at = $3
 where shop_id = $1 and hash = $2 and revoked_at is null";

const NOTE_USE: &str = "\
update secret_key
   set last_used_at = $3
 where shop_id = $1 and hash = $2";

const LIST: &str = "\
select hint, hash, created_at, last_used_at, revoked_at
  from secret_key
 where shop_id = $1
 order by created_at, hash";

/// Adds a key.
pub fn insert(
    tx: &mut Tx<'_>,
    shop: ShopId,
    hash: &[u8; 32],
    hint: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(INSERT, &[&shop, hash, &hint, &now]).map(|_| ())
}

/// Ends a key's use. [`StoreError::Conflict`] if the shop has no such key in use.
pub fn revoke(
    tx: &mut Tx<'_>,
    shop: ShopId,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.write_one(REVOKE, &[&shop, hash, &now])
}

/// Notes that a key was used.
pub fn note_use(
    tx: &mut Tx<'_>,
    shop: ShopId,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(NOTE_USE, &[&shop, hash, &now]).map(|_| ())
}

/// All keys of a shop, the oldest first.
pub fn list(conn: &mut Conn<'_>, shop: ShopId) -> Result<Vec<SecretKey>, StoreError> {
    conn.query(LIST, &[&shop], |row| {
        let mut cells = Cells::new(row);
        let hint = cells.get()?;
        let hash: &[u8] = cells.get()?;
        Ok(SecretKey {
            hint,
            hash: hash.try_into().map_err(|_length| cells.corrupt())?,
            created_at: cells.time()?,
            last_used_at: cells.time_or_null()?,
            revoked_at: cells.time_or_null()?,
        })
    })
}
