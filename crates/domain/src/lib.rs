//! The rules: money, ledger, state machines. No I/O, SQL, JSON, clock or async: whatever a rule
//! needs, it gets as an argument.
#![warn(clippy::arithmetic_side_effects)]

pub mod id;
pub mod money;
pub mod time;

pub use id::{
    DeliveryId, EntityId, EventId, GatewayId, IdSeed, OperationId, PaymentId, PaymentMethodId,
    RefundId, ShopId, TransferId, WebhookId,
};
pub use money::{Currency, Money, MoneyError, Rate, Rounding};
pub use time::{Duration, Timestamp};
