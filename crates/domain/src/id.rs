//! Identifiers: one type a kind, in the shape that YooKassa's clients know,
//! `ssssssss-kkkk-5000-vrrr-rrrrrrrrrrrr`: seconds since 2000-01-01T12:00:00Z, kind, randomness.
//!
//! They sort by time of creation, and an id of the wrong kind does not parse. Nothing is random
//! here: the caller brings an [`IdSeed`].

use std::fmt;
use std::str::FromStr;

use crate::time::Timestamp;

/// 2000-01-01T12:00:00Z in seconds of the Unix epoch.
const EPOCH_SECONDS: i64 = 946_728_000;
const RANDOM_BITS: u64 = (1 << 60) - 1;
const BODY_LENGTH: usize = 36;
const DASHES: [usize; 4] = [8, 13, 18, 23];
/// The version and the variant, `5000` and `8`, which are the same in all ids.
const MARKS: u128 = 0x5_0008;

/// What a new id is made of: when, and 60 random bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdSeed {
    /// Time of creation.
    pub at: Timestamp,
    /// Random bits; the upper four are not used.
    pub random: u64,
}

/// A text that is not an id of the expected kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a {kind} id")]
pub struct IdError {
    /// The expected kind.
    pub kind: &'static str,
}

/// The digits that all ids share, without their prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Body {
    seconds: u32,
    kind: u16,
    random: u64,
}

impl Body {
    fn new(seed: IdSeed, kind: u16) -> Self {
        let seconds = seed.at.as_seconds().saturating_sub(EPOCH_SECONDS);
        let seconds = u32::try_from(seconds.max(0)).unwrap_or(u32::MAX);
        Self {
            seconds,
            kind,
            random: seed.random & RANDOM_BITS,
        }
    }

    /// Reads digits and dashes in one pass, because lists and audits read hundreds of thousands of
    /// ids.
    fn parse(text: &str) -> Option<Self> {
        let bytes: &[u8; BODY_LENGTH] = text.as_bytes().try_into().ok()?;
        let mut bits = 0_u128;
        for (place, byte) in bytes.iter().enumerate() {
            let digit = match byte {
                b'-' if DASHES.contains(&place) => continue,
                _ if DASHES.contains(&place) => return None,
                b'0'..=b'9' => byte.saturating_sub(b'0'),
                b'a'..=b'f' => byte.saturating_sub(b'a').saturating_add(10),
                _ => return None,
            };
            bits = (bits << 4) | u128::from(digit);
        }
        if (bits >> 60) & 0xf_ffff != MARKS {
            return None;
        }
        Some(Self {
            seconds: u32::try_from(bits >> 96).ok()?,
            kind: u16::try_from((bits >> 80) & 0xffff).ok()?,
            random: u64::try_from(bits & u128::from(RANDOM_BITS)).ok()?,
        })
    }
}

impl fmt::Display for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (high, low) = (self.random >> 48, self.random & 0xffff_ffff_ffff);
        write!(
            f,
            "{:08x}-{:04x}-5000-8{high:03x}-{low:012x}",
            self.seconds, self.kind
        )
    }
}

/// What all ids of objects can do.
pub trait EntityId: Copy + fmt::Display + FromStr<Err = IdError> {
    /// The kind's name as errors show it.
    const KIND: &'static str;
    /// What its text begins with, before the digits that all ids share.
    const PREFIX: &'static str;
}

macro_rules! typed_id {
    (
        $(#[$doc:meta])* $name:ident, $kind:literal, $prefix:literal,
        [$code:literal $(, $also:literal)*]
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Body);

        impl $name {
            /// A new id.
            #[must_use]
            pub fn new(seed: IdSeed) -> Self {
                Self(Body::new(seed, $code))
            }
        }

        impl EntityId for $name {
            const KIND: &'static str = $kind;
            const PREFIX: &'static str = $prefix;
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", $prefix, self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let error = IdError { kind: $kind };
                let body = text.strip_prefix($prefix).and_then(Body::parse).ok_or(error)?;
                if [$code $(, $also)*].contains(&body.kind) { Ok(Self(body)) } else { Err(error) }
            }
        }
    };
}

typed_id!(
    /// A payment.
    PaymentId, "payment", "", [0x000f]
);
typed_id!(
    /// A refund.
    RefundId, "refund", "", [0x0015]
);
typed_id!(
    /// A payment method, saved or not. One that was used in a payment has the payment's id.
    PaymentMethodId, "payment method", "", [0x0037, 0x000f]
);
typed_id!(
    /// A safe deal.
    DealId, "deal", "dl-", [0x0022]
);
typed_id!(
    /// A payout.
    PayoutId, "payout", "po-", [0x0025]
);
typed_id!(
    /// A fiscal receipt.
    ReceiptId, "receipt", "rt-", [0x0018]
);
typed_id!(
    /// An invoice.
    InvoiceId, "invoice", "in-", [0x0031]
);
typed_id!(
    /// Data of a person who is paid.
    PersonalDataId, "personal data", "pd-", [0x0033]
);
typed_id!(
    /// A self-employed person who is paid.
    SelfEmployedId, "self-employed", "se-", [0x0045]
);
typed_id!(
    /// A plate with a code at a till.
    PosLinkId, "POS link", "pl-", [0x0046]
);
typed_id!(
    /// One call to an outside system: authorization, capture, void, refund, binding. It is also
    /// the idempotency key of that call.
    OperationId, "operation", "op-", [0x0051]
);
typed_id!(
    /// A fact that merchants are notified of.
    EventId, "event", "ev-", [0x0052]
);
typed_id!(
    /// One event on its way to one webhook.
    DeliveryId, "delivery", "dv-", [0x0053]
);
typed_id!(
    /// A balanced movement of money in a shop's book.
    TransferId, "transfer", "tr-", [0x0054]
);
typed_id!(
    /// Money that came for a payout gateway.
    TopUpId, "top-up", "tu-", [0x0056]
);
typed_id!(
    /// A mail or an SMS to a person.
    MessageId, "message", "ms-", [0x0057]
);
typed_id!(
    /// A URL that a shop wants to be notified at.
    WebhookId, "webhook", "wh-", [0x0055]
);
typed_id!(
    /// An application of a partner: the `client_id` of OAuth.
    ApplicationId, "application", "ap-", [0x0061]
);
typed_id!(
    /// What a shop has granted to an application.
    GrantId, "grant", "gr-", [0x0062]
);

typed_id!(
    /// A line of the journal of actions.
    ActionId, "action", "ac-", [0x0063]
);

const TOKEN_PREFIX: &str = "ct-";

impl PaymentId {
    /// The token that the payment widget is opened with: the payment's digits with a prefix.
    #[must_use]
    pub fn confirmation_token(self) -> String {
        format!("{TOKEN_PREFIX}{self}")
    }

    /// The payment that a widget's token opens; `None` if the text is no such token.
    #[must_use]
    pub fn from_confirmation_token(token: &str) -> Option<Self> {
        token.strip_prefix(TOKEN_PREFIX)?.parse().ok()
    }

    /// The id of the payment method that is used in this payment.
    #[must_use]
    pub fn method_id(self) -> PaymentMethodId {
        PaymentMethodId(self.0)
    }
}

macro_rules! numbered_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// The id with this number; `None` unless it is positive.
            #[must_use]
            pub fn new(number: i64) -> Option<Self> {
                (number > 0).then_some(Self(number))
            }

            /// Its number, positive.
            #[must_use]
            pub fn number(self) -> u64 {
                self.0.unsigned_abs()
            }

            /// Its number as databases hold it, positive.
            #[must_use]
            pub fn as_i64(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let digits = text.len() <= 18 && text.bytes().all(|b| b.is_ascii_digit());
                let number = if digits { text.parse().ok() } else { None };
                number.and_then(Self::new).ok_or(IdError { kind: $kind })
            }
        }
    };
}

numbered_id!(
    /// A shop: the `account_id` of the API and the user name of its keys.
    ShopId, "shop"
);
numbered_id!(
    /// A sub-account of a shop: the `gateway_id` of the API.
    GatewayId, "gateway"
);

#[cfg(test)]
mod tests;
