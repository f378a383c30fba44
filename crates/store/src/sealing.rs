//! What is sealed in the database, and which keys it was sealed with. The keys themselves are never
//! here, only what tells whether a process has the same ones.

use std::fmt;

use domain::Timestamp;
use sql::StoreError;

use crate::database::{Conn, Tx};
use crate::table::{Rows, Select, table};

/// A secret as a column holds it: sealed, or plain in a row from before. It cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(String);

impl Sealed {
    /// What a column holds.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// For the column, and for whoever opens it.
    #[must_use]
    pub fn as_text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(…)")
    }
}

/// A key that the database's secrets are sealed with, as far as the database knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealingKey {
    /// Its number; the highest one seals.
    pub number: u32,
    /// What only this key gives.
    pub check: [u8; 32],
    /// Since when it is used.
    pub created_at: Timestamp,
}

table! {
    pub(crate) SealingKeys: SealingKey = "sealing_key";
    written of (key: SealingKey);
    columns {
        key number = i64::from(key.number) => get();
        fixed check_value = &key.check => hash();
        fixed created_at = key.created_at => time();
    }
    read(cells) { SealingKey { number, check: check_value, created_at } }
}

pub(crate) static LIST: Select = Select::new(SealingKeys::table, "order by sealing_key.number");

const DELETE: &str = "\
delete from sealing_key
 where number = $1";

/// Adds a key. [`StoreError::Duplicate`] if the database knows one with this number.
pub fn insert(tx: &mut Tx<'_>, key: &SealingKey) -> Result<(), StoreError> {
    SealingKeys::insert_now(tx, (key,))
}

/// Forgets a key.
pub fn delete(tx: &mut Tx<'_>, number: u32) -> Result<(), StoreError> {
    tx.write(DELETE, &[&number])
}

/// All keys, the oldest first.
pub fn list(conn: &mut Conn<'_>) -> Result<Vec<SealingKey>, StoreError> {
    LIST.query(conn, &[], SealingKeys::read)
}
