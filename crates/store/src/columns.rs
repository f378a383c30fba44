//! Domain values in columns: how they are written and read back.
//!
//! A column that does not hold what the domain allows is [`StoreError::Corrupt`], naming it.

use std::borrow::Cow;
use std::fmt::Display;
use std::net::IpAddr;
use std::str::FromStr;

use domain::card::Expiry;
use domain::deal::Life;
use domain::{
    ActionId, ApplicationId, CancellationReason, ConnectorName, Currency, DealId, Decline,
    DeliveryId, Duration, EventId, GatewayId, GrantId, InvoiceId, MessageId, Metadata, Money,
    OperationId, OperationObject, Party, PaymentId, PaymentMethodId, PayoutId, PersonalDataId,
    PosLinkId, Rate, ReceiptId, RefundId, SelfEmployedId, Shop, ShopId, Timestamp, TransferId,
    WebhookId,
};
use sql::{FromColumn, Param, Row, StoreError, ToParam};

use crate::database::Altyn;
use crate::{facts, idempotency};

/// A value on its way into a column.
pub(crate) trait Written<'a> {
    fn param(self) -> Param<'a>;
}

impl<'a> Written<'a> for Param<'a> {
    fn param(self) -> Param<'a> {
        self
    }
}

impl<'a, T: Written<'a>> Written<'a> for Option<T> {
    fn param(self) -> Param<'a> {
        self.map_or(Param::Null, Written::param)
    }
}

impl<'a> Written<'a> for &'a str {
    fn param(self) -> Param<'a> {
        text(self)
    }
}

impl<'a> Written<'a> for Cow<'a, str> {
    fn param(self) -> Param<'a> {
        Param::Text(self)
    }
}

impl Written<'_> for String {
    fn param(self) -> Param<'static> {
        text(self)
    }
}

impl<'a> Written<'a> for &'a [u8] {
    fn param(self) -> Param<'a> {
        Param::Bytes(self.into())
    }
}

impl<'a> Written<'a> for &'a [u8; 32] {
    fn param(self) -> Param<'a> {
        Param::Bytes(self.into())
    }
}

impl Written<'_> for bool {
    fn param(self) -> Param<'static> {
        Param::Bool(self)
    }
}

impl Written<'_> for i64 {
    fn param(self) -> Param<'static> {
        Param::Integer(self)
    }
}

/// An address of the network.
impl Written<'_> for IpAddr {
    fn param(self) -> Param<'static> {
        text(self.to_string())
    }
}

/// In minor units; the currency has a column of its own.
impl Written<'_> for Money {
    fn param(self) -> Param<'static> {
        Param::Integer(self.minor())
    }
}

impl Written<'_> for Currency {
    fn param(self) -> Param<'static> {
        text(self.code())
    }
}

/// A JSON document, already written as text.
pub(crate) struct Json(pub(crate) String);

impl Written<'_> for Json {
    fn param(self) -> Param<'static> {
        Param::Json(self.0.into())
    }
}

/// Ids that are written as the text that people see.
macro_rules! ids {
    ($($id:ty),+ $(,)?) => {
        $(
            impl ToParam<Altyn> for $id {
                fn to_param(&self) -> Param<'_> {
                    text(self.to_string())
                }
            }

            impl Written<'_> for $id {
                fn param(self) -> Param<'static> {
                    text(self.to_string())
                }
            }
        )+
    };
}

ids! {
    ActionId, ApplicationId, DealId, DeliveryId, EventId, GrantId, InvoiceId, MessageId,
    OperationId, PaymentId, PaymentMethodId, PayoutId, PersonalDataId, PosLinkId, ReceiptId,
    RefundId, SelfEmployedId, TransferId, WebhookId,
}

impl ToParam<Altyn> for ConnectorName {
    fn to_param(&self) -> Param<'_> {
        text(self.as_str())
    }
}

impl Written<'_> for ConnectorName {
    fn param(self) -> Param<'static> {
        text(self.to_string())
    }
}

/// Numbers of shops and gateways, times and spans in microseconds.
macro_rules! integers {
    ($($type:ty: $number:ident),+ $(,)?) => {
        $(
            impl ToParam<Altyn> for $type {
                fn to_param(&self) -> Param<'_> {
                    Param::Integer(self.$number())
                }
            }

            impl Written<'_> for $type {
                fn param(self) -> Param<'static> {
                    Param::Integer(self.$number())
                }
            }
        )+
    };
}

integers! {
    ShopId: as_i64,
    GatewayId: as_i64,
    Timestamp: as_micros,
    Duration: as_micros,
}
/// A text.
pub(crate) fn text<'a>(value: impl Into<Cow<'a, str>>) -> Param<'a> {
    Param::Text(value.into())
}

/// A text, or nothing.
pub(crate) fn text_or_null<'a>(value: Option<impl Into<Cow<'a, str>>>) -> Param<'a> {
    value.map_or(Param::Null, text)
}

/// An id, or nothing.
pub(crate) fn id_or_null(value: Option<impl Display>) -> Param<'static> {
    value.map_or(Param::Null, |id| text(id.to_string()))
}

/// An integer, or nothing.
pub(crate) fn integer_or_null(value: Option<i64>) -> Param<'static> {
    value.map_or(Param::Null, Param::Integer)
}

/// A time, or nothing.
pub(crate) fn time_or_null(value: Option<Timestamp>) -> Param<'static> {
    integer_or_null(value.map(Timestamp::as_micros))
}

/// A JSON document, or nothing.
pub(crate) fn json_or_null(value: Option<String>) -> Param<'static> {
    value.map_or(Param::Null, |json| Param::Json(json.into()))
}

/// A time of the shop as the platform's, which `due_at` columns hold.
pub(crate) fn due_or_null(shop: &Shop, value: Option<Timestamp>) -> Param<'static> {
    time_or_null(value.map(|time| time.minus(shop.clock_offset)))
}

/// Parameters that were collected in a list, as statements take them.
pub(crate) fn refs<'p>(params: &'p [Param<'p>]) -> Vec<&'p dyn ToParam<Altyn>> {
    params
        .iter()
        .map(|param| -> &dyn ToParam<Altyn> { param })
        .collect()
}

/// Reads a row's columns one after the other.
pub(crate) struct Cells<'r> {
    row: Row<'r>,
    next: usize,
}

impl<'r> Cells<'r> {
    pub(crate) fn new(row: &Row<'r>) -> Self {
        Self { row: *row, next: 0 }
    }

    /// The error for the column that was read last.
    pub(crate) fn corrupt(&self) -> StoreError {
        self.row.corrupt(self.next.saturating_sub(1))
    }

    /// The error for this column.
    pub(crate) fn corrupt_at(&self, column: &str) -> StoreError {
        self.row.corrupt_at(column)
    }

    pub(crate) fn get<T: FromColumn<'r>>(&mut self) -> Result<T, StoreError> {
        let index = self.next;
        self.next = index.saturating_add(1);
        self.row.get(index)
    }

    /// A text that `T` reads.
    pub(crate) fn parse<T: FromStr>(&mut self) -> Result<T, StoreError> {
        self.named(|text| text.parse().ok())
    }

    pub(crate) fn parse_or_null<T: FromStr>(&mut self) -> Result<Option<T>, StoreError> {
        self.named_or_null(|text| text.parse().ok())
    }

    /// A text that `read` knows: the name of a variant, or JSON.
    pub(crate) fn named<T>(&mut self, read: impl Fn(&str) -> Option<T>) -> Result<T, StoreError> {
        let text: &str = self.get()?;
        read(text).ok_or_else(|| self.corrupt())
    }

    pub(crate) fn named_or_null<T>(
        &mut self,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        let Some(text) = self.get::<Option<&str>>()? else {
            return Ok(None);
        };
        read(text).map(Some).ok_or_else(|| self.corrupt())
    }

    /// Names with spaces between, in order.
    pub(crate) fn list<T>(
        &mut self,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<T>, StoreError> {
        let text: &str = self.get()?;
        text.split_whitespace()
            .map(|name| read(name).ok_or_else(|| self.corrupt()))
            .collect()
    }

    /// An object's metadata; no column is none.
    pub(crate) fn metadata(&mut self) -> Result<Metadata, StoreError> {
        Ok(self
            .named_or_null(facts::read_metadata)?
            .unwrap_or_default())
    }

    /// The id of an object of an operation, behind its kind.
    pub(crate) fn object(&mut self, kind: &str) -> Result<OperationObject, StoreError> {
        Ok(match kind {
            "payment" => OperationObject::Payment(self.parse()?),
            "refund" => OperationObject::Refund(self.parse()?),
            "payment_method" => OperationObject::PaymentMethod(self.parse()?),
            "receipt" => OperationObject::Receipt(self.parse()?),
            "payout" => OperationObject::Payout(self.parse()?),
            _ => return Err(self.row.corrupt(self.next.saturating_sub(1))),
        })
    }

    /// A rate in parts per million.
    pub(crate) fn rate(&mut self) -> Result<Rate, StoreError> {
        Rate::from_ppm(self.get()?).ok_or_else(|| self.corrupt())
    }

    /// The id of a key's object, behind its kind.
    pub(crate) fn key_object(
        &mut self,
        kind: Option<&str>,
    ) -> Result<Option<idempotency::Object>, StoreError> {
        Ok(match kind {
            Some(kind) => Some(idempotency::Object::Asked(self.object(kind)?)),
            None => self
                .get::<Option<String>>()?
                .map(idempotency::Object::Other),
        })
    }

    /// A small number, as an HTTP status is one.
    pub(crate) fn small_or_null(&mut self) -> Result<Option<u16>, StoreError> {
        let Some(number) = self.get::<Option<i64>>()? else {
            return Ok(None);
        };
        let small = u16::try_from(number).map_err(|_range| self.corrupt())?;
        Ok(Some(small))
    }

    /// A SHA-256.
    pub(crate) fn hash(&mut self) -> Result<[u8; 32], StoreError> {
        self.hash_or_null()?.ok_or_else(|| self.corrupt())
    }

    pub(crate) fn hash_or_null(&mut self) -> Result<Option<[u8; 32]>, StoreError> {
        let Some(bytes) = self.get::<Option<&[u8]>>()? else {
            return Ok(None);
        };
        let hash = bytes.try_into().map_err(|_length| self.corrupt())?;
        Ok(Some(hash))
    }

    pub(crate) fn shop_id(&mut self) -> Result<ShopId, StoreError> {
        ShopId::new(self.get()?).ok_or_else(|| self.corrupt())
    }

    pub(crate) fn shop_id_or_null(&mut self) -> Result<Option<ShopId>, StoreError> {
        let Some(number) = self.get()? else {
            return Ok(None);
        };
        ShopId::new(number).map(Some).ok_or_else(|| self.corrupt())
    }

    pub(crate) fn gateway_id(&mut self) -> Result<GatewayId, StoreError> {
        GatewayId::new(self.get()?).ok_or_else(|| self.corrupt())
    }

    /// The life of a platform's deals, in days, or nothing.
    pub(crate) fn life_or_null(&mut self) -> Result<Option<Life>, StoreError> {
        let Some(days) = self.get::<Option<i64>>()? else {
            return Ok(None);
        };
        Life::from_days(days)
            .map(Some)
            .ok_or_else(|| self.corrupt())
    }

    /// The month of a card's end, behind its year. Both or none.
    pub(crate) fn expiry_or_null(
        &mut self,
        year: Option<i64>,
    ) -> Result<Option<Expiry>, StoreError> {
        let month: Option<i64> = self.get()?;
        let expiry = || Expiry::new(year?.try_into().ok()?, month?.try_into().ok()?);
        match (expiry(), year, month) {
            (Some(expiry), _, _) => Ok(Some(expiry)),
            (None, None, None) => Ok(None),
            (None, _, _) => Err(self.corrupt()),
        }
    }

    pub(crate) fn time(&mut self) -> Result<Timestamp, StoreError> {
        self.get().map(Timestamp::from_micros)
    }

    pub(crate) fn time_or_null(&mut self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.get::<Option<i64>>()?.map(Timestamp::from_micros))
    }

    pub(crate) fn currency(&mut self) -> Result<Currency, StoreError> {
        self.named(Currency::from_code)
    }

    pub(crate) fn money(&mut self, currency: Currency) -> Result<Money, StoreError> {
        Ok(Money::new(self.get()?, currency))
    }

    pub(crate) fn money_or_null(
        &mut self,
        currency: Currency,
    ) -> Result<Option<Money>, StoreError> {
        let minor: Option<i64> = self.get()?;
        Ok(minor.map(|minor| Money::new(minor, currency)))
    }

    /// Why it ended, behind who ended it. Both or none.
    pub(crate) fn cause_or_null(
        &mut self,
        party: Option<Party>,
    ) -> Result<Option<Decline>, StoreError> {
        let reason = self.named_or_null(CancellationReason::from_code)?;
        match (party, reason) {
            (Some(party), Some(reason)) => Ok(Some(Decline::new(party, reason))),
            (None, None) => Ok(None),
            (Some(_), None) | (None, Some(_)) => Err(self.corrupt()),
        }
    }
}
