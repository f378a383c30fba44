//! Rows on their way out of a statement.
//!
//! A column that is not what the caller asked for is [`StoreError::Corrupt`], naming the column:
//! never a panic, never a silent default.

use std::borrow::Cow;

use crate::error::StoreError;
use crate::{postgres, sqlite};

/// A column's content, in the kinds that both engines share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'r> {
    /// No value.
    Null,
    /// Any integer type.
    Integer(i64),
    /// A truth value; SQLite gives integers instead.
    Bool(bool),
    /// Text, and JSON as its text.
    Text(&'r str),
    /// Bytes.
    Bytes(&'r [u8]),
}

/// What a column can be read as.
pub trait FromColumn<'r>: Sized {
    /// The value, or nothing if the column holds something else.
    fn from_value(value: Value<'r>) -> Option<Self>;
}

impl FromColumn<'_> for i64 {
    fn from_value(value: Value<'_>) -> Option<Self> {
        if let Value::Integer(number) = value {
            Some(number)
        } else {
            None
        }
    }
}

impl FromColumn<'_> for i32 {
    fn from_value(value: Value<'_>) -> Option<Self> {
        if let Value::Integer(number) = value {
            number.try_into().ok()
        } else {
            None
        }
    }
}

impl FromColumn<'_> for u32 {
    fn from_value(value: Value<'_>) -> Option<Self> {
        if let Value::Integer(number) = value {
            number.try_into().ok()
        } else {
            None
        }
    }
}

impl FromColumn<'_> for bool {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Bool(truth) => Some(truth),
            Value::Integer(0) => Some(false),
            Value::Integer(1) => Some(true),
            Value::Null | Value::Integer(_) | Value::Text(_) | Value::Bytes(_) => None,
        }
    }
}

impl<'r> FromColumn<'r> for &'r str {
    fn from_value(value: Value<'r>) -> Option<Self> {
        if let Value::Text(text) = value {
            Some(text)
        } else {
            None
        }
    }
}

impl<'r> FromColumn<'r> for Cow<'r, str> {
    fn from_value(value: Value<'r>) -> Option<Self> {
        <&str>::from_value(value).map(Cow::Borrowed)
    }
}

impl FromColumn<'_> for String {
    fn from_value(value: Value<'_>) -> Option<Self> {
        if let Value::Text(text) = value {
            Some(text.to_owned())
        } else {
            None
        }
    }
}

impl<'r> FromColumn<'r> for &'r [u8] {
    fn from_value(value: Value<'r>) -> Option<Self> {
        if let Value::Bytes(bytes) = value {
            Some(bytes)
        } else {
            None
        }
    }
}

impl FromColumn<'_> for Vec<u8> {
    fn from_value(value: Value<'_>) -> Option<Self> {
        if let Value::Bytes(bytes) = value {
            Some(bytes.to_vec())
        } else {
            None
        }
    }
}

impl<'r, T: FromColumn<'r>> FromColumn<'r> for Option<T> {
    fn from_value(value: Value<'r>) -> Option<Self> {
        if value == Value::Null {
            Some(None)
        } else {
            T::from_value(value).map(Some)
        }
    }
}

/// One row of an answer, valid while the caller's `map` looks at it.
#[derive(Clone, Copy)]
pub struct Row<'r> {
    cells: Cells<'r>,
    statement: &'static str,
}

#[derive(Clone, Copy)]
enum Cells<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r tokio_postgres::Row),
}

impl<'r> Row<'r> {
    pub(crate) fn sqlite(row: &'r rusqlite::Row<'r>, statement: &'static str) -> Self {
        Self {
            cells: Cells::Sqlite(row),
            statement,
        }
    }

    pub(crate) fn postgres(row: &'r tokio_postgres::Row, statement: &'static str) -> Self {
        Self {
            cells: Cells::Postgres(row),
            statement,
        }
    }

    /// The column at `index`, counted from 0, as `T`.
    pub fn get<T: FromColumn<'r>>(&self, index: usize) -> Result<T, StoreError> {
        self.value(index)
            .and_then(T::from_value)
            .ok_or_else(|| self.corrupt(index))
    }

    /// The text at `index`, borrowed from the row.
    pub fn text(&self, index: usize) -> Result<&'r str, StoreError> {
        self.get(index)
    }

    /// The error for a column whose content the caller does not understand.
    #[must_use]
    pub fn corrupt(&self, index: usize) -> StoreError {
        self.corrupt_at(&self.column(index))
    }

    /// The same for the column with this name.
    #[must_use]
    pub fn corrupt_at(&self, column: &str) -> StoreError {
        let id = self.value(0).and_then(<&str>::from_value).unwrap_or("?");
        StoreError::corrupt(self.table(), column, id)
    }

    fn value(&self, index: usize) -> Option<Value<'r>> {
        match self.cells {
            Cells::Sqlite(row) => sqlite::value(row, index),
            Cells::Postgres(row) => postgres::value(row, index),
        }
    }

    fn column(&self, index: usize) -> String {
        let name = match self.cells {
            Cells::Sqlite(row) => row.as_ref().column_name(index).ok(),
            Cells::Postgres(row) => row.columns().get(index).map(tokio_postgres::Column::name),
        };
        name.map_or_else(|| index.to_string(), str::to_owned)
    }

    /// The first table that the statement names: enough for a person to find the row.
    fn table(&self) -> &'static str {
        let mut words = self.statement.split_whitespace();
        words
            .by_ref()
            .find(|word| matches!(*word, "from" | "into" | "update"))
            .and_then(|_| words.next())
            .unwrap_or("?")
    }
}
