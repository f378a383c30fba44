//! The rules: money, ledger, state machines. No I/O, SQL, JSON, clock or async: whatever a rule
//! needs, it gets as an argument.
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

pub mod bucket;
pub mod id;
pub mod money;
pub mod time;
pub mod web_address;

pub mod card;
pub mod fiscal;
pub mod metadata;
pub mod method;
pub mod shop;
pub mod tariff;
pub mod token;

pub mod access;
pub mod action;
pub mod application;
pub mod deal;
pub mod grant;

pub mod invoice;
pub mod payment;
pub mod payment_method;
pub mod pos_link;
pub mod receipt;
pub mod refund;

pub mod payout;
pub mod personal_data;
pub mod self_employed;

pub mod acquiring;
pub mod connector;
pub mod discrepancy;
pub mod event;
pub mod ledger;
pub mod message;
pub mod operation;
pub mod reach;
pub mod webhook;

pub use access::{Actor, Right, Role};
pub use acquiring::{Answer, Approval, CancellationReason, Challenge, Decline, Party};
pub use action::Action;
pub use application::{Application, Scope};
pub use connector::ConnectorName;
pub use deal::Deal;
pub use discrepancy::{Discrepancy, DiscrepancyKind, Remedy};
pub use event::{Event, EventKind};
pub use grant::Grant;
pub use id::{
    ActionId, ApplicationId, DealId, DeliveryId, EntityId, EventId, GatewayId, GrantId, IdSeed,
    InvoiceId, MessageId, OperationId, PaymentId, PaymentMethodId, PayoutId, PersonalDataId,
    PosLinkId, ReceiptId, RefundId, SelfEmployedId, ShopId, TopUpId, TransferId, WebhookId,
};
pub use invoice::Invoice;
pub use message::Message;
pub use metadata::Metadata;
pub use method::{ConfirmationKind, MethodFacts, MethodKind};
pub use money::{Currency, Money, MoneyError, Rate, Rounding};
pub use operation::{NewOperation, Operation, OperationKind, OperationObject, OperationState};
pub use payment::Payment;
pub use payment_method::PaymentMethod;
pub use payout::Payout;
pub use personal_data::PersonalData;
pub use pos_link::PosLink;
pub use reach::Reach;
pub use receipt::Receipt;
pub use refund::Refund;
pub use self_employed::SelfEmployed;
pub use shop::{Shop, ShopKind};
pub use tariff::{Fee, Tariff};
pub use time::{Duration, Timestamp};
pub use token::CardToken;
pub use web_address::WebAddress;
