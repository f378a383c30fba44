//! Parameters and columns in PostgreSQL's binary format.

use std::error::Error;

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::param::Param;
use crate::row::Value;

/// The version that precedes the text of a `jsonb` value.
const JSONB_VERSION: u8 = 1;

type Wrong = Box<dyn Error + Sync + Send>;

impl ToSql for Param<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Wrong> {
        match (self, ty) {
            (Self::Null, _) => return Ok(IsNull::Yes),
            (Self::Integer(number), &Type::INT8) => out.put_i64(*number),
            (Self::Integer(number), &Type::INT4) => out.put_i32((*number).try_into()?),
            (Self::Integer(number), &Type::INT2) => out.put_i16((*number).try_into()?),
            (Self::Bool(truth), &Type::BOOL) => out.put_u8(u8::from(*truth)),
            (Self::Bytes(bytes), &Type::BYTEA) => out.put_slice(bytes),
            (Self::Text(text), &Type::TEXT | &Type::VARCHAR | &Type::NAME)
            | (Self::Json(text), &Type::TEXT | &Type::JSON) => out.put_slice(text.as_bytes()),
            (Self::Json(text), &Type::JSONB) => {
                out.put_u8(JSONB_VERSION);
                out.put_slice(text.as_bytes());
            }
            _ => return Err(format!("a parameter of kind {self:?} for the type {ty}").into()),
        }
        Ok(IsNull::No)
    }

    fn accepts(_ty: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// The content of a column, or nothing if there is no such column or it is of no shared kind.
pub(crate) fn value(row: &tokio_postgres::Row, index: usize) -> Option<Value<'_>> {
    row.try_get::<usize, Cell<'_>>(index)
        .ok()
        .map(|cell| cell.0)
}

struct Cell<'r>(Value<'r>);

impl<'r> FromSql<'r> for Cell<'r> {
    fn from_sql(ty: &Type, raw: &'r [u8]) -> Result<Self, Wrong> {
        let value = match *ty {
            Type::INT8 => Value::Integer(i64::from_sql(ty, raw)?),
            Type::INT4 => Value::Integer(i32::from_sql(ty, raw)?.into()),
            Type::INT2 => Value::Integer(i16::from_sql(ty, raw)?.into()),
            Type::BOOL => Value::Bool(bool::from_sql(ty, raw)?),
            Type::BYTEA => Value::Bytes(raw),
            Type::TEXT | Type::VARCHAR | Type::NAME | Type::JSON => {
                Value::Text(std::str::from_utf8(raw)?)
            }
            Type::JSONB => match raw.split_first() {
                Some((&JSONB_VERSION, text)) => Value::Text(std::str::from_utf8(text)?),
                Some(_) | None => return Err("an unknown version of jsonb".into()),
            },
            _ => return Err(format!("the type {ty} needs a cast").into()),
        };
        Ok(Self(value))
    }

    fn from_sql_null(_ty: &Type) -> Result<Self, Wrong> {
        Ok(Self(Value::Null))
    }

    fn accepts(_ty: &Type) -> bool {
        true
    }
}
