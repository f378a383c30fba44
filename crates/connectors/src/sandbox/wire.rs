//! How the sandbox writes the domain's values into its journal and its tokens: each as a text.
//! To be named in `#[serde(with = "wire")]`.

use std::borrow::Cow;

use domain::card::Expiry;
use domain::{CancellationReason, Currency, Decline, MethodKind, Money};
use domain::{OperationId, Party, ShopId};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

/// A value that is written as a text.
pub(super) trait Text: Sized {
    /// What the text should have been, for errors.
    const NAME: &'static str;

    /// The text.
    fn write(&self) -> Cow<'static, str>;

    /// The value of a text; `None` if there is none.
    fn read(text: &str) -> Option<Self>;
}

pub(super) fn serialize<T: Text, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&value.write())
}

pub(super) fn deserialize<'de, T: Text, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    let text = Cow::<str>::deserialize(from)?;
    T::read(&text).ok_or_else(|| D::Error::custom(format_args!("not {}", T::NAME)))
}

impl Text for OperationId {
    const NAME: &'static str = "an operation's id";

    fn write(&self) -> Cow<'static, str> {
        self.to_string().into()
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Text for ShopId {
    const NAME: &'static str = "a shop's id";

    fn write(&self) -> Cow<'static, str> {
        self.to_string().into()
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Text for Money {
    const NAME: &'static str = "minor units and a currency";

    fn write(&self) -> Cow<'static, str> {
        format!("{} {}", self.minor(), self.currency()).into()
    }

    fn read(text: &str) -> Option<Self> {
        let (minor, currency) = text.split_once(' ')?;
        Some(Self::new(
            minor.parse().ok()?,
            Currency::from_code(currency)?,
        ))
    }
}

impl Text for Decline {
    const NAME: &'static str = "a party and a reason";

    fn write(&self) -> Cow<'static, str> {
        format!("{} {}", self.party.code(), self.reason.code()).into()
    }

    fn read(text: &str) -> Option<Self> {
        let (party, reason) = text.split_once(' ')?;
        Some(Self::new(
            Party::from_code(party)?,
            CancellationReason::from_code(reason)?,
        ))
    }
}

impl Text for Expiry {
    const NAME: &'static str = "a year and a month";

    fn write(&self) -> Cow<'static, str> {
        format!("{}-{:02}", self.year(), self.month()).into()
    }

    fn read(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        Self::new(year.parse().ok()?, month.parse().ok()?)
    }
}

impl Text for MethodKind {
    const NAME: &'static str = "a method";

    fn write(&self) -> Cow<'static, str> {
        self.code().into()
    }

    fn read(text: &str) -> Option<Self> {
        Self::from_code(text)
    }
}
