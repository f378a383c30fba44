//! What is sealed in the database, and which keys it was sealed with. The keys themselves are never
//! here, only what tells whether a process has the same ones.

use std::fmt;

use domain::Timestamp;
use sql::StoreError;

use crate::columns::Cells;
use crate::database::{Conn, Tx};

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

const INSERT: &str = "\
insert into sealing_key (number, check_value, created_at)
values ($1, $2, $3)";

const DELETE: &str = "\
delete from sealing_key
 where number = $1";

const LIST: &str = "\
select number, check_value, created_at
  from sealing_key
 order by number";

/// Adds a key. [`StoreError::Duplicate`] if the database knows one with this number.
pub fn insert(tx: &mut Tx<'_>, key: &SealingKey) -> Result<(), StoreError> {
    tx.execute(INSERT, &[&key.number, &key.check, &key.created_at])
        .map(|_| ())
}

/// Forgets a key.
pub fn delete(tx: &mut Tx<'_>, number: u32) -> Result<(), StoreError> {
    tx.write(DELETE, &[&number])
}

/// All keys, the oldest first.
pub fn list(conn: &mut Conn<'_>) -> Result<Vec<SealingKey>, StoreError> {
    conn.query(LIST, &[], |row| {
        let mut cells = Cells::new(row);
        let number: i64 = cells.get()?;
        Ok(SealingKey {
            number: u32::try_from(number).map_err(|_range| cells.corrupt())?,
            check: cells.hash()?,
            created_at: cells.time()?,
        })
    })
}
