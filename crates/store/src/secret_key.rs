//! The keys that open a shop's API. Only hashes are kept.

use domain::{ShopId, Timestamp};
use sql::StoreError;

use crate::database::{Conn, Tx};
use crate::table::{Rows, Sample, Select, table};

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

table! {
    pub(crate) SecretKeys: SecretKey = "secret_key";
    written of (shop_id: ShopId, key: SecretKey);
    columns {
        key shop_id = *shop_id;
        key hash = &key.hash => hash();
        fixed hint = key.hint.as_str() => get();
        fixed created_at = key.created_at => time();
        noted last_used_at => time_or_null();
        noted revoked_at => time_or_null();
    }
    read(cells) { SecretKey { hash, hint, created_at, last_used_at, revoked_at } }
}

pub(crate) static LIST: Select = Select::new(
    SecretKeys::table,
    "where secret_key.shop_id = $1
 order by secret_key.created_at, secret_key.hash",
)
.by("secret_key_pk", &[Sample::Integer]);

const REVOKE: &str = "\
update secret_key
   set revoked_at = $3
 where shop_id = $1 and hash = $2 and revoked_at is null";

const NOTE_USE: &str = "\
update secret_key
   set last_used_at = $3
 where shop_id = $1 and hash = $2";

/// Adds a key.
pub fn insert(
    tx: &mut Tx<'_>,
    shop: ShopId,
    hash: &[u8; 32],
    hint: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let key = SecretKey {
        hash: *hash,
        hint: hint.to_owned(),
        created_at: now,
        last_used_at: None,
        revoked_at: None,
    };
    SecretKeys::insert_now(tx, (&shop, &key))
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
    LIST.query(conn, &[&shop], SecretKeys::read)
}
