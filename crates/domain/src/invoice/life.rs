//! The life of an invoice: made, attempted, paid, or over.

use super::{Attempt, Cause, Delivery, Invoice, Line, Order, Reason, State, cart};
use crate::acquiring::{CancellationReason, Challenge, Decline, Party};
use crate::id::{IdSeed, InvoiceId, PaymentId};
use crate::invoice::CartRefused;
use crate::metadata::Metadata;
use crate::method::{ConfirmationKind, TIME_TO_CHOOSE};
use crate::payment::{
    self, CaptureMode, Confirmation, Details, Locale, NewMeans, NewPayment, Payment, ReceiptOrder,
};
use crate::shop::Shop;
use crate::time::{Duration, Timestamp};

/// The longest time that an invoice can be paid.
pub const LIFE_MAX: Duration = Duration::days(30);

/// What a merchant asks for.
#[derive(Clone, Debug)]
pub struct NewInvoice {
    /// The new id.
    pub id: InvoiceId,
    /// What the buyer pays for.
    pub cart: Vec<Line>,
    /// What its payment is made of.
    pub order: Order,
    /// How the buyer gets it.
    pub delivery: Delivery,
    /// The language of its page and messages.
    pub locale: Option<Locale>,
    /// What it is for.
    pub description: Option<String>,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// Until when it can be paid.
    pub expires_at: Timestamp,
}

/// Why an invoice cannot be created, in order of precedence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreateRefused {
    /// A payment like this would be refused.
    #[error(transparent)]
    Payment(#[from] payment::CreateRefused),
    /// The cart is refused.
    #[error(transparent)]
    Cart(#[from] CartRefused),
    /// The end is not within the next 30 days.
    #[error("the end of the invoice is not within the next 30 days")]
    ExpiryOutsideLimits,
}

/// Why an attempt cannot begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BeginRefused {
    /// The buyer has paid.
    #[error("the invoice is paid")]
    Paid,
    /// It is canceled, or its time is over.
    #[error("the invoice is over")]
    Over,
    /// Another attempt has begun, and the buyer goes on with that.
    #[error("payment {payment} has begun")]
    Begun {
        /// The payment.
        payment: PaymentId,
    },
}

/// What an invoice needs whose time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nothing: its time is not over, it is decided, or it waits already.
    Nothing,
    /// Its attempt, which nobody has confirmed, has to be ended, and the invoice after it.
    EndAttempt,
    /// The call for its attempt is under way and has to be waited for.
    Wait,
    /// It has missed a change of its attempt, and follows that now.
    Follow,
    /// It has to be canceled.
    Cancel,
}

impl Invoice {
    /// A new invoice.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn create(
        shop: &Shop,
        new: NewInvoice,
        receipt: Option<ReceiptOrder>,
        now: Timestamp,
    ) -> Result<Self, CreateRefused> {
        let invoice = Self {
            id: new.id,
            shop_id: shop.id,
            test: shop.test,
            cart: new.cart,
            order: new.order,
            delivery: new.delivery,
            locale: new.locale,
            description: new.description,
            metadata: new.metadata,
            expires_at: new.expires_at,
            state: State::Open { attempt: None },
            created_at: now,
            version: 1,
        };
        // A payment that is never stored: it only shows whether one like it is possible.
        let probe = PaymentId::new(IdSeed { at: now, random: 0 });
        Payment::create(
            shop,
            invoice.payment(probe, receipt, String::new(), now),
            now,
        )?;
        cart::check(&invoice.cart, invoice.order.amount)?;
        if invoice.expires_at <= now || now.plus(LIFE_MAX) < invoice.expires_at {
            return Err(CreateRefused::ExpiryOutsideLimits);
        }
        Ok(invoice)
    }

    /// A payment of this invoice, which leads back to its `page`. It ends with the invoice at the
    /// latest.
    #[must_use]
    pub fn payment(
        &self,
        id: PaymentId,
        receipt: Option<ReceiptOrder>,
        page: String,
        now: Timestamp,
    ) -> NewPayment {
        let order = &self.order;
        NewPayment {
            id,
            amount: order.amount,
            description: order.description.clone(),
            metadata: order.metadata.clone(),
            merchant_customer_id: None,
            client_ip: order.client_ip,
            capture_mode: order.capture_mode,
            save_method: order.save_method,
            confirmation: Some(Confirmation {
                kind: ConfirmationKind::Redirect,
                return_url: Some(page),
                enforce: false,
                locale: self.locale,
            }),
            deal: None,
            means: NewMeans::PayerChooses,
            receipt,
            details: Details {
                invoice: Some(self.id),
                ..Details::default()
            },
            parts: Vec::new(),
            partners: Vec::new(),
            confirm_until: Some(now.plus(TIME_TO_CHOOSE).min(self.expires_at)),
        }
    }

    /// When time alone will change it; `None` if time alone changes nothing.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        match self.state {
            State::Open { attempt } if attempt.is_none_or(|attempt| !attempt.awaited) => {
                Some(self.expires_at)
            }
            State::Open { .. }
            | State::Held { .. }
            | State::Succeeded { .. }
            | State::Canceled { .. } => None,
        }
    }

    /// The buyer begins to pay by a new payment.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn begin(&self, payment: PaymentId, now: Timestamp) -> Result<Self, BeginRefused> {
        match self.state {
            State::Held { .. } | State::Succeeded { .. } => Err(BeginRefused::Paid),
            State::Canceled { .. } => Err(BeginRefused::Over),
            State::Open {
                attempt: Some(Attempt { payment, .. }),
            } => Err(BeginRefused::Begun { payment }),
            State::Open { attempt: None } if self.expires_at <= now => Err(BeginRefused::Over),
            State::Open { attempt: None } => {
                let awaited = false;
                let attempt = Some(Attempt { payment, awaited });
                Ok(self.in_state(State::Open { attempt }))
            }
        }
    }

    /// Its payment has changed. `None` if that does not change the invoice, or if the invoice does
    /// not wait for this payment.
    #[must_use]
    pub fn follow(&self, payment: &Payment, now: Timestamp) -> Option<Self> {
        let own = match self.state {
            State::Open { attempt } => attempt?.payment,
            State::Held { payment } => payment,
            State::Succeeded { .. } | State::Canceled { .. } => return None,
        };
        if own != payment.id {
            return None;
        }
        let held = matches!(self.state, State::Held { .. });
        let next = match &payment.state {
            payment::State::Succeeded { .. } => State::Succeeded { payment: own },
            payment::State::Canceled { cause, .. } if held => State::Canceled {
                cause: Cause::of(*cause),
                payment: Some(own),
                canceled_at: now,
            },
            payment::State::Canceled { .. } => State::Open { attempt: None },
            payment::State::WaitingForCapture { .. }
            | payment::State::Capturing { .. }
            | payment::State::Voiding { .. }
            | payment::State::Registering {
                stage: CaptureMode::TwoStage,
                ..
            } => State::Held { payment: own },
            // The buyer may try again: the attempt is not waited for any more.
            payment::State::Pending { .. } | payment::State::Challenged { .. } if held => {
                return None;
            }
            payment::State::Pending { .. } | payment::State::Challenged { .. } => State::Open {
                attempt: Some(Attempt {
                    payment: own,
                    awaited: false,
                }),
            },
            payment::State::Authorizing { .. }
            | payment::State::Registering {
                stage: CaptureMode::OneStage,
                ..
            } => return None,
        };
        (next != self.state).then(|| self.in_state(next))
    }

    /// What the invoice needs now because its time is over; `attempt` is its payment.
    #[must_use]
    pub fn due(&self, attempt: Option<&Payment>, now: Timestamp) -> Due {
        if self.due_at().is_none_or(|due_at| now < due_at) {
            return Due::Nothing;
        }
        match attempt.map(|payment| &payment.state) {
            None => Due::Cancel,
            // The buyer has taken a loan, which is as good as a call under way.
            Some(payment::State::Challenged {
                challenge: Challenge::CoolingOff { .. },
                ..
            }) => Due::Wait,
            Some(payment::State::Pending { .. } | payment::State::Challenged { .. }) => {
                Due::EndAttempt
            }
            Some(
                payment::State::Authorizing { .. }
                | payment::State::Registering {
                    stage: CaptureMode::OneStage,
                    ..
                },
            ) => Due::Wait,
            Some(
                payment::State::WaitingForCapture { .. }
                | payment::State::Capturing { .. }
                | payment::State::Voiding { .. }
                | payment::State::Registering {
                    stage: CaptureMode::TwoStage,
                    ..
                }
                | payment::State::Succeeded { .. }
                | payment::State::Canceled { .. },
            ) => Due::Follow,
        }
    }

    /// Its time is over, and the call for its attempt is waited for.
    #[must_use]
    pub fn wait(&self) -> Self {
        match self.state {
            State::Open {
                attempt: Some(attempt),
            } => self.in_state(State::Open {
                attempt: Some(Attempt {
                    awaited: true,
                    ..attempt
                }),
            }),
            State::Open { attempt: None }
            | State::Held { .. }
            | State::Succeeded { .. }
            | State::Canceled { .. } => self.clone(),
        }
    }

    /// Nobody has paid in time. `None` if an attempt is open, or the invoice is decided.
    #[must_use]
    pub fn expire(&self, now: Timestamp) -> Option<Self> {
        match self.state {
            State::Open { attempt: None } if self.expires_at <= now => {
                Some(self.in_state(State::Canceled {
                    cause: Cause {
                        party: Party::YooMoney,
                        reason: Reason::InvoiceExpired,
                    },
                    payment: None,
                    canceled_at: now,
                }))
            }
            State::Open { .. }
            | State::Held { .. }
            | State::Succeeded { .. }
            | State::Canceled { .. } => None,
        }
    }

    fn in_state(&self, state: State) -> Self {
        Self {
            state,
            ..self.clone()
        }
    }
}

impl Cause {
    /// Why the held money of an invoice's payment was let go.
    fn of(decline: Decline) -> Self {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "invoices know two reasons of payments and sum up the others"
        )]
        let (party, reason) = match decline.reason {
            CancellationReason::CanceledByMerchant => (Party::Merchant, Reason::PaymentCanceled),
            CancellationReason::ExpiredOnCapture => {
                (Party::YooMoney, Reason::PaymentExpiredOnCapture)
            }
            _ => (Party::YooMoney, Reason::GeneralDecline),
        };
        Self { party, reason }
    }
}
