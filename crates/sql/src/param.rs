//! Values on their way into a statement.
//!
//! Printing a parameter shows its kind and never its content: statements are logged, data is not.

use std::borrow::Cow;
use std::fmt;

/// One value of a statement, in the few kinds that both engines share.
#[derive(Clone, PartialEq, Eq)]
pub enum Param<'a> {
    /// No value, of any type.
    Null,
    /// A 64-bit integer; also for narrower columns, where it must fit.
    Integer(i64),
    /// A truth value.
    Bool(bool),
    /// Text.
    Text(Cow<'a, str>),
    /// Bytes.
    Bytes(Cow<'a, [u8]>),
    /// A JSON document as text; `jsonb` on PostgreSQL.
    Json(Cow<'a, str>),
}

impl Param<'_> {
    pub(crate) fn into_owned(self) -> Param<'static> {
        match self {
            Self::Null => Param::Null,
            Self::Integer(value) => Param::Integer(value),
            Self::Bool(value) => Param::Bool(value),
            Self::Text(value) => Param::Text(Cow::Owned(value.into_owned())),
            Self::Bytes(value) => Param::Bytes(Cow::Owned(value.into_owned())),
            Self::Json(value) => Param::Json(Cow::Owned(value.into_owned())),
        }
    }
}

impl fmt::Debug for Param<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Integer(_) => "integer",
            Self::Bool(_) => "bool",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
            Self::Json(_) => "json",
        })
    }
}

/// What can be bound to a statement on a database with the schema `S`. Values of any schema are
/// here; whoever has a schema adds the types of its own.
pub trait ToParam<S> {
    /// The value as a parameter.
    fn to_param(&self) -> Param<'_>;
}

impl<S, T: ToParam<S> + ?Sized> ToParam<S> for &T {
    fn to_param(&self) -> Param<'_> {
        (**self).to_param()
    }
}

impl<S, T: ToParam<S>> ToParam<S> for Option<T> {
    fn to_param(&self) -> Param<'_> {
        self.as_ref().map_or(Param::Null, ToParam::to_param)
    }
}

impl<S> ToParam<S> for Param<'_> {
    fn to_param(&self) -> Param<'_> {
        match self {
            Self::Null => Param::Null,
            Self::Integer(value) => Param::Integer(*value),
            Self::Bool(value) => Param::Bool(*value),
            Self::Text(value) => Param::Text(Cow::Borrowed(value)),
            Self::Bytes(value) => Param::Bytes(Cow::Borrowed(value)),
            Self::Json(value) => Param::Json(Cow::Borrowed(value)),
        }
    }
}

impl<S> ToParam<S> for i64 {
    fn to_param(&self) -> Param<'_> {
        Param::Integer(*self)
    }
}

impl<S> ToParam<S> for i32 {
    fn to_param(&self) -> Param<'_> {
        Param::Integer(i64::from(*self))
    }
}

impl<S> ToParam<S> for u32 {
    fn to_param(&self) -> Param<'_> {
        Param::Integer(i64::from(*self))
    }
}

impl<S> ToParam<S> for bool {
    fn to_param(&self) -> Param<'_> {
        Param::Bool(*self)
    }
}

impl<S> ToParam<S> for str {
    fn to_param(&self) -> Param<'_> {
        Param::Text(Cow::Borrowed(self))
    }
}

impl<S> ToParam<S> for String {
    fn to_param(&self) -> Param<'_> {
        Param::Text(Cow::Borrowed(self))
    }
}

impl<S> ToParam<S> for Cow<'_, str> {
    fn to_param(&self) -> Param<'_> {
        Param::Text(Cow::Borrowed(self))
    }
}

impl<S> ToParam<S> for [u8] {
    fn to_param(&self) -> Param<'_> {
        Param::Bytes(Cow::Borrowed(self))
    }
}

impl<S> ToParam<S> for Vec<u8> {
    fn to_param(&self) -> Param<'_> {
        Param::Bytes(Cow::Borrowed(self))
    }
}

impl<S, const N: usize> ToParam<S> for [u8; N] {
    fn to_param(&self) -> Param<'_> {
        Param::Bytes(Cow::Borrowed(self))
    }
}

/// A JSON document, already written as text: a text column on SQLite, `jsonb` on PostgreSQL.
#[derive(Debug, Clone, Copy)]
pub struct Json<'a>(pub &'a str);

impl<S> ToParam<S> for Json<'_> {
    fn to_param(&self) -> Param<'_> {
        Param::Json(Cow::Borrowed(self.0))
    }
}
