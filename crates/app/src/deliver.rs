//! Sends notifications: claims what is due, posts it, writes down the result.
//!
//! Only its own call waits for a slow receiver; the worker has many under way. [`Slots`] decide
//! which delivery gets the next slot. A delivery whose node died is due again when its lease ends.

mod slots;

pub use slots::{Ending, Slots};

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connectors::courier::{Outcome, Parcel, Receipt};
use domain::access::Job;
use domain::webhook::{DeliveryState, WebhookSecret, next_attempt};
use domain::{DeliveryId, Duration, Right, Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use store::Quiet;
use store::attempt::Attempt;
use store::delivery::{Claimed, Lease, Recorded};
use tokio::time::Instant;
use tracing::error;
use zeroize::Zeroizing;

use crate::app::App;
use crate::error::Error;
use crate::sealing::{Place, Unopened};

/// How long a claimed delivery is left to its carrier, who renews it while the call is under way.
/// As long after a node died, others send what it had under way.
const LEASE: Duration = Duration::seconds(10);

/// A delivery that was carried, and what came of it.
#[derive(Debug)]
pub struct Carried {
    claimed: Claimed,
    headers: Vec<(&'static str, String)>,
    receipt: Receipt,
    /// The platform's time when it was sent.
    sent_at: Timestamp,
}

impl Carried {
    /// The delivery.
    #[must_use]
    pub fn id(&self) -> DeliveryId {
        self.claimed.delivery.id
    }

    /// How it ended.
    #[must_use]
    pub fn ending(&self) -> Ending {
        match self.receipt.outcome {
            Outcome::Answered { .. } => Ending::Answered,
            Outcome::Failed { .. } | Outcome::Forbidden { .. } => Ending::Unanswered,
        }
    }
}

/// Claims deliveries that are due and for whose receivers there are slots. Webhooks take turns.
///
/// # Errors
/// The storage fails.
pub async fn claim(app: &Arc<App>, slots: &mut Slots) -> Result<Vec<Claimed>, Error> {
    let now = app.now();
    let rooms = slots.rooms(Instant::now());
    let claim = store::delivery::Claim {
        now,
        lease_until: now.plus(LEASE),
        limit: rooms.free(),
        per_webhook: app.settings.deliveries_per_webhook_max,
        after: slots.after,
        rooms: rooms.narrow(),
    };
    if claim.limit == 0 {
        return Ok(Vec::new());
    }
    let unit = move |tx: &mut store::Tx<'_>| {
        let mut rooms = rooms.clone();
        let admits = &mut |claimed: &Claimed| rooms.admits(claimed);
        Ok::<_, Error>(store::delivery::claim_any_shop(tx, &claim, admits)?)
    };
    let rows = app.job(Job::Carrier).require_any_shop(Right::EventCarry)?;
    let claimed = rows.write(unit).await?;
    for delivery in &claimed {
        slots.begin(delivery, Instant::now());
    }
    Ok(claimed)
}

/// Renews the leases of slow deliveries.
///
/// # Errors
/// The storage fails; the deliveries are due again when their leases end.
pub async fn renew(app: &Arc<App>, leases: Vec<Lease>) -> Result<(), Error> {
    let lease_until = app.now().plus(LEASE);
    let unit = move |tx: &mut store::Tx<'_>| {
        Ok::<_, Error>(store::delivery::renew_any_shop(tx, &leases, lease_until)?)
    };
    let rows = app.job(Job::Carrier).require_any_shop(Right::EventCarry)?;
    rows.write(unit).await
}

/// Posts one claimed delivery.
pub async fn carry(app: Arc<App>, claimed: Claimed) -> Carried {
    let sent_at = app.now();
    let id = claimed.delivery.event_id.to_string();
    let seconds = sent_at.as_seconds();
    let (shop, webhook) = (claimed.delivery.shop_id, claimed.delivery.webhook_id);
    let place = Place::of_webhook(shop, webhook);
    let opened = app.sealing.open_or_read(&place, &claimed.secret, sent_at);
    let secret = match opened.await {
        Ok(secret) => secret,
        Err(why) => return unsent(&app, claimed, &why, sent_at),
    };
    let body = body(&claimed);
    let signature = signature(&secret, &id, seconds, &body);
    let headers = vec![
        ("webhook-id", id),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", signature),
    ];
    let parcel = Parcel {
        url: claimed.url.clone(),
        headers: headers.clone(),
        body,
    };
    let receipt = app.courier.post(parcel).await;
    Carried {
        claimed,
        headers,
        receipt,
        sent_at,
    }
}

/// A line a second says that there are such, however many there are.
static UNSENT: Quiet = Quiet::new();

/// Nothing is sent that cannot be signed: the attempt counts as one that failed.
fn unsent(app: &App, claimed: Claimed, why: &Unopened, sent_at: Timestamp) -> Carried {
    app.sealing.count_unopened();
    if let Some(unsaid) = UNSENT.turn() {
        let (shop, webhook) = (claimed.delivery.shop_id, claimed.delivery.webhook_id);
        error!(
            %shop, %webhook, unsaid,
            "a notification is not sent, for the secret that signs it cannot be opened: {why}"
        );
    }
    Carried {
        claimed,
        headers: Vec::new(),
        receipt: Receipt {
            outcome: Outcome::Failed {
                reason: format!("the webhook's secret cannot be opened: {why}"),
            },
            took: Duration::ZERO,
        },
        sent_at,
    }
}

/// The notification as its receiver may see it.
fn body(claimed: &Claimed) -> String {
    let body = claimed.body.clone();
    if claimed.shows_fees {
        return body;
    }
    contract::event::without_fees(body)
}

/// The signature header of Standard Webhooks: `v1,` and base64 of HMAC-SHA256 over id, time and
/// body.
fn signature(secret: &WebhookSecret, id: &str, seconds: i64, body: &str) -> String {
    let secret = secret.reveal();
    let encoded = secret.strip_prefix("whsec_").unwrap_or(secret);
    let key = STANDARD.decode(encoded);
    let key = Zeroizing::new(key.unwrap_or_else(|_| encoded.as_bytes().to_vec()));
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) else {
        return String::new();
    };
    mac.update(format!("{id}.{seconds}.").as_bytes());
    mac.update(body.as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// Writes down the results of a batch, in one unit.
///
/// # Errors
/// The storage fails; the deliveries are due again when their leases end.
pub async fn record(app: &Arc<App>, batch: Vec<Carried>) -> Result<(), Error> {
    let batch: Vec<(Recorded, Attempt)> = batch.iter().map(outcome).collect();
    let batch = Arc::new(batch);
    let unit = move |tx: &mut store::Tx<'_>| {
        let (recorded, attempts): (Vec<Recorded>, Vec<Attempt>) = batch.iter().cloned().unzip();
        store::attempt::insert_many(tx, &attempts)?;
        Ok::<_, Error>(store::delivery::record(tx, &recorded)?)
    };
    let rows = app.job(Job::Carrier).require_any_shop(Right::EventCarry)?;
    rows.write(unit).await
}

/// What an attempt means for its delivery. Only 200 is a success (YooKassa API v3: notifications).
fn outcome(carried: &Carried) -> (Recorded, Attempt) {
    let Carried {
        claimed,
        headers,
        receipt,
        sent_at,
    } = carried;
    let delivery = &claimed.delivery;
    let (status, body, failure) = match &receipt.outcome {
        Outcome::Answered { status, body } => (Some(*status), Some(body.clone()), None),
        Outcome::Failed { reason } | Outcome::Forbidden { reason } => {
            (None, None, Some(reason.clone()))
        }
    };
    let attempts = delivery.attempts.saturating_add(1);
    let sent_at = sent_at.plus(claimed.clock_offset);
    let first_at = claimed.first_attempt_at.unwrap_or(sent_at);
    let next = next_attempt(first_at, attempts);
    let (state, due_at) = match (status, next) {
        (Some(200), _) => (DeliveryState::Delivered, None),
        (_, None) => (DeliveryState::Exhausted, None),
        (_, Some(due_at)) => (
            DeliveryState::Pending,
            Some(due_at.minus(claimed.clock_offset)),
        ),
    };
    let recorded = Recorded {
        id: delivery.id,
        shop_id: delivery.shop_id,
        state,
        attempts,
        due_at,
    };
    let attempt = Attempt {
        delivery_id: delivery.id,
        number: attempts,
        started_at: sent_at,
        took: receipt.took,
        request_headers: headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\n"))
            .collect(),
        status,
        response_body: body,
        failure,
    };
    (recorded, attempt)
}

#[cfg(test)]
mod tests {
    use domain::webhook::WebhookSecret;
    use zeroize::Zeroizing;

    use super::signature;

    #[test]
    fn a_signature_is_the_one_of_standard_webhooks() {
        // The example of the specification.
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned();
        let signature = signature(
            &WebhookSecret::new(Zeroizing::new(secret)),
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
