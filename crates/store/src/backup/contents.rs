//! What a database holds, in few words: enough to tell one from another, and a whole copy from one
//! that lacks something.

use std::collections::BTreeMap;

use domain::ShopId;
use domain::ledger::Hash;
use sql::backup::{Cells, Overview};
use sql::{Engine, StoreError};

use crate::book::Head;

/// What a database holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// The number of the last migration that was applied; 0 if it is no database of ours.
    pub schema: i64,
    /// How many rows each table has.
    pub tables: BTreeMap<String, u64>,
    /// The ends of the books' chains.
    pub heads: Vec<Head>,
}

const SCHEMA: &str = "select max(number) from migration";

const HEADS_SQLITE: &str = "select shop_id, sequence, lower(hex(hash)) from book order by shop_id";

const HEADS_POSTGRES: &str = "\
select shop_id, sequence, encode(hash, 'hex')
  from book
 order by shop_id";

impl Contents {
    /// Looks a database over.
    pub fn of(database: &mut dyn Overview) -> Result<Self, StoreError> {
        let mut contents = Self::default();
        for table in database.tables()? {
            let quoted = table.replace('"', "\"\"");
            let count = database.texts(&format!("select count(*) from \"{quoted}\""))?;
            let count = number(count.first(), 0)?;
            let count = u64::try_from(count).unwrap_or(0);
            contents.tables.insert(table, count);
        }
        if contents.tables.contains_key("migration") {
            let last = database.texts(SCHEMA)?;
            let told = last
                .first()
                .and_then(|row| row.first())
                .is_some_and(Option::is_some);
            contents.schema = if told { number(last.first(), 0)? } else { 0 };
        }
        if contents.tables.contains_key("book") {
            let heads = match database.engine() {
                Engine::Sqlite => HEADS_SQLITE,
                Engine::Postgres => HEADS_POSTGRES,
            };
            for row in database.texts(heads)? {
                let shop = ShopId::new(number(Some(&row), 0)?);
                contents.heads.push(Head {
                    shop_id: shop.ok_or_else(|| StoreError::corrupt("book", "shop_id", "?"))?,
                    sequence: number(Some(&row), 1)?,
                    hash: hash_from_hex(text(&row, 2)?)
                        .ok_or_else(|| StoreError::corrupt("book", "hash", "?"))?,
                });
            }
        }
        Ok(contents)
    }
}

/// A hash as `0123…`.
fn hash_from_hex(text: &str) -> Option<Hash> {
    let mut hash = Hash::default();
    if text.len() != hash.len().checked_mul(2)? || !text.is_ascii() {
        return None;
    }
    for (byte, digits) in hash.iter_mut().zip(text.as_bytes().chunks(2)) {
        let digits = std::str::from_utf8(digits).ok()?;
        *byte = u8::from_str_radix(digits, 16).ok()?;
    }
    Some(hash)
}

fn text(row: &Cells, column: usize) -> Result<&str, StoreError> {
    let cell = row.get(column).and_then(Option::as_deref);
    cell.ok_or_else(|| StoreError::corrupt("the catalogue", "a name", column))
}

fn number(row: Option<&Cells>, column: usize) -> Result<i64, StoreError> {
    let cell = row.and_then(|row| row.get(column)?.as_deref()?.parse().ok());
    cell.ok_or_else(|| StoreError::corrupt("the catalogue", "a number", column))
}
