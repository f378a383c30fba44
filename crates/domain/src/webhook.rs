//! Webhooks: where a shop is notified, and when a failed delivery is tried again
//! (YooKassa API v3: notifications).

use std::fmt;

use zeroize::Zeroizing;

use crate::event::EventKind;
use crate::id::{ApplicationId, DeliveryId, EventId, GrantId, ShopId, WebhookId};
use crate::time::{Duration, Timestamp};

/// A URL that a shop wants to be notified at. The key of its signatures is kept beside it, sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// Whose it is.
    pub shop_id: ShopId,
    /// Where to.
    pub url: String,
    /// Of what; never empty.
    pub events: Vec<EventKind>,
    /// Whether an event waits until an earlier one of its object was taken or given up. Otherwise
    /// it waits for the first attempt of that one only.
    pub strict_order: bool,
    /// The application that set it up; `None` for the shop's own.
    pub holder: Option<Holder>,
    /// When it was added.
    pub created_at: Timestamp,
}

/// The key of a webhook's signatures, as it is shown: `whsec_` and base64. It cannot be printed and
/// is wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(Zeroizing<String>);

impl WebhookSecret {
    /// The secret that says this.
    #[must_use]
    pub fn new(text: Zeroizing<String>) -> Self {
        Self(text)
    }

    /// Its text: for a signature, or for whoever added the webhook.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

/// The application that set a webhook up, and what its notifications depend on. It is told of what
/// it created itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Who it is.
    pub application_id: ApplicationId,
    /// By which grant; the webhook ends with it.
    pub grant_id: GrantId,
    /// Whether it may see what the shop pays for a payment.
    pub shows_fees: bool,
    /// When the grant's token ends by itself, by the platform's clock.
    pub ends_at: Timestamp,
}

/// What applications may be notified of.
pub const APPLICATION_EVENTS: [EventKind; 5] = [
    EventKind::PaymentWaitingForCapture,
    EventKind::PaymentSucceeded,
    EventKind::PaymentCanceled,
    EventKind::RefundSucceeded,
    EventKind::PaymentMethodActive,
];

/// How far a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    /// Waits for its first or next attempt.
    Pending,
    /// The receiver answered 200.
    Delivered,
    /// The attempts are used up.
    Exhausted,
    /// The webhook was removed before.
    Dropped,
}

/// One event on its way to one webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// Whose it is.
    pub shop_id: ShopId,
    /// What is delivered.
    pub event_id: EventId,
    /// Where to.
    pub webhook_id: WebhookId,
    /// The object that the event is about: first attempts keep the order of its events.
    pub object_id: String,
    /// How far it is.
    pub state: DeliveryState,
    /// How many attempts there were.
    pub attempts: i64,
    /// When it was written, in the shop's time.
    pub created_at: Timestamp,
    /// When it is tried next, in the shop's time.
    pub due_at: Option<Timestamp>,
}

/// When a failed delivery is tried again: seconds after its first attempt, 24 hours in all.
pub const RETRY_OFFSETS_SECONDS: [i64; 7] = [10, 42, 84, 168, 672, 5_376, 86_016];

/// When the next attempt is due after `attempts` failed ones, the first of them at `first_at`.
/// `None` when the attempts are used up.
#[must_use]
pub fn next_attempt(first_at: Timestamp, attempts: i64) -> Option<Timestamp> {
    let index = usize::try_from(attempts.checked_sub(1)?).ok()?;
    let seconds = RETRY_OFFSETS_SECONDS.get(index)?;
    Some(first_at.plus(Duration::seconds(*seconds)))
}

impl DeliveryState {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Pending,
        Self::Delivered,
        Self::Exhausted,
        Self::Dropped,
    ];

    /// Its name in the database and in reports.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Exhausted => "exhausted",
            Self::Dropped => "dropped",
        }
    }

    /// The state with this name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}
