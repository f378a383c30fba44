//! Saved payment methods, and their binding without a payment (YooKassa API v3: saved methods).
//!
//! What is kept to charge a method again is the acquirer's token, never a card number.

use std::net::IpAddr;

use crate::acquiring::{Answer, CancellationReason, Challenge, Decline, Party};
use crate::connector::ConnectorName;
use crate::event::{Event, EventKind};
use crate::id::{GatewayId, OperationId, PaymentMethodId, ShopId};
use crate::metadata::Metadata;
use crate::method::{ConfirmationKind, MethodFacts, MethodKind, TIME_TO_CHOOSE};
use crate::money::{Currency, Money};
use crate::operation::{NewOperation, Operation, OperationKind, OperationObject};
use crate::payment::{Confirmation, Flow, UsedMethod};
use crate::shop::Shop;
use crate::time::Timestamp;

/// A payment method of a payer that a shop saved or is about to save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentMethod {
    /// Its id: of its own, or that of the payment that saved it.
    pub id: PaymentMethodId,
    /// The shop that may charge it.
    pub shop_id: ShopId,
    /// Its sub-account.
    pub gateway_id: GatewayId,
    /// The method.
    pub kind: MethodKind,
    /// What is known of it.
    pub facts: Option<MethodFacts>,
    /// The connector of the last attempt to bind it, to which the token belongs.
    pub connector: Option<ConnectorName>,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// How the payer was asked to confirm.
    pub confirmation: Option<Confirmation>,
    /// The payer's address: the one that the merchant gave, or that of the first attempt.
    pub client_ip: Option<IpAddr>,
    /// Where attempts are made.
    pub flow: Flow,
    /// How far it is.
    pub state: State,
    /// Until when the payer may confirm.
    pub confirm_until: Timestamp,
    /// When it was created.
    pub created_at: Timestamp,
    /// Counts changes.
    pub version: i64,
}

/// How far a payment method is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// The payer has not confirmed.
    Pending,
    /// The acquirer has been asked; its answer is open.
    Binding {
        /// The call.
        operation: OperationId,
    },
    /// The payer has to do something first.
    Challenged {
        /// The call that waits for it.
        operation: OperationId,
        /// What to do.
        challenge: Challenge,
    },
    /// It can be charged.
    Active {
        /// What the acquirer charges it by.
        token: String,
    },
    /// It was not saved.
    Inactive {
        /// Who, and why.
        cause: Decline,
    },
}

/// What a merchant asks for.
#[derive(Clone, Debug)]
pub struct NewPaymentMethod {
    /// The new id.
    pub id: PaymentMethodId,
    /// The method.
    pub kind: MethodKind,
    /// What is known of a card that the merchant sent.
    pub facts: Option<MethodFacts>,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// How the payer is to confirm.
    pub confirmation: Option<Confirmation>,
    /// Where the payer is, if the merchant knows it.
    pub client_ip: Option<IpAddr>,
}

/// An attempt to bind a method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The call that it makes.
    pub operation: OperationId,
    /// The connector that is asked.
    pub connector: ConnectorName,
    /// What is known of the means already.
    pub facts: Option<MethodFacts>,
    /// From where it is made; counts unless the merchant has said where the payer is.
    pub client_ip: Option<IpAddr>,
}

/// What a command does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The method after it.
    pub next: PaymentMethod,
    /// What the merchant is notified of.
    pub events: Vec<Event>,
    /// Calls that are to be made.
    pub operations: Vec<NewOperation>,
}

/// Why a method cannot be bound, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BindRefused {
    /// The shop may not save methods.
    #[error("the shop may not save payment methods")]
    SavingNotPermitted,
    /// The shop does not take it, or it cannot be bound without a payment.
    #[error("{} cannot be bound", method.code())]
    MethodNotBindable {
        /// The method.
        method: MethodKind,
    },
    /// The shop may not send card numbers.
    #[error("the shop may not send card numbers")]
    CardsNotPermitted,
    /// Nobody said how the payer confirms.
    #[error("confirmation is missing")]
    ConfirmationMissing,
    /// The method is not bound this way.
    #[error("this is not how the payer confirms here")]
    ConfirmationNotSupported,
    /// It was decided before.
    #[error("the payment method was decided before")]
    NotPending,
    /// An attempt is under way.
    #[error("an attempt is under way")]
    InProgress,
    /// Its time is over.
    #[error("the time to confirm is over")]
    Expired,
}

/// The status as the API knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Waits for the payer.
    Pending,
    /// It can be charged.
    Active,
    /// It was not saved.
    Inactive,
}

impl Status {
    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Inactive => "inactive",
        }
    }
}

impl PaymentMethod {
    /// A binding that waits for the payer, or for the attempt that follows at once.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn create(shop: &Shop, new: NewPaymentMethod, now: Timestamp) -> Result<Self, BindRefused> {
        if !shop.may_save_methods {
            return Err(BindRefused::SavingNotPermitted);
        }
        let bindable = match new.kind {
            MethodKind::BankCard => true,
            MethodKind::Sbp => !shop.test,
            MethodKind::YooMoney
            | MethodKind::Sberbank
            | MethodKind::TinkoffBank
            | MethodKind::MobileBalance
            | MethodKind::Cash
            | MethodKind::AlfaPay
            | MethodKind::SberLoan
            | MethodKind::SberBnpl
            | MethodKind::B2bSberbank
            | MethodKind::ElectronicCertificate => false,
        };
        if !bindable || !shop.takes(new.kind) {
            return Err(BindRefused::MethodNotBindable { method: new.kind });
        }
        if new.facts.is_some() && !shop.may_send_cards {
            return Err(BindRefused::CardsNotPermitted);
        }
        let confirmation = new
            .confirmation
            .as_ref()
            .map(|confirmation| confirmation.kind);
        match (new.kind, confirmation) {
            (_, None) if new.facts.is_none() => return Err(BindRefused::ConfirmationMissing),
            (_, None | Some(ConfirmationKind::Redirect)) => {}
            (MethodKind::Sbp, Some(ConfirmationKind::Qr)) => {}
            (_, Some(_)) => return Err(BindRefused::ConfirmationNotSupported),
        }
        let on_page = new.facts.is_none() && confirmation == Some(ConfirmationKind::Redirect);
        Ok(Self {
            id: new.id,
            shop_id: shop.id,
            gateway_id: shop.gateway_id,
            kind: new.kind,
            facts: new.facts,
            connector: None,
            metadata: new.metadata,
            confirmation: new.confirmation,
            client_ip: new.client_ip,
            flow: if on_page { Flow::Page } else { Flow::Direct },
            state: State::Pending,
            confirm_until: now.plus(TIME_TO_CHOOSE),
            created_at: now,
            version: 1,
        })
    }

    /// A method that a payment saved.
    #[must_use]
    pub fn saved_by_payment(
        shop_id: ShopId,
        gateway_id: GatewayId,
        used: &UsedMethod,
        (connector, token): (Option<ConnectorName>, String),
        now: Timestamp,
    ) -> Self {
        Self {
            id: used.id,
            shop_id,
            gateway_id,
            kind: used.kind,
            facts: used.facts.clone(),
            connector,
            metadata: Metadata::default(),
            confirmation: None,
            client_ip: None,
            flow: Flow::Direct,
            state: State::Active { token },
            confirm_until: now,
            created_at: now,
            version: 1,
        }
    }

    /// Starts an attempt to bind it.
    ///
    /// # Errors
    /// It is decided, an attempt is under way, or its time is over.
    pub fn bind(
        &self,
        attempt: Attempt,
        currency: Currency,
        now: Timestamp,
    ) -> Result<Step, BindRefused> {
        match &self.state {
            State::Pending | State::Challenged { .. } => {}
            State::Binding { .. } => return Err(BindRefused::InProgress),
            State::Active { .. } | State::Inactive { .. } => return Err(BindRefused::NotPending),
        }
        if now >= self.confirm_until {
            return Err(BindRefused::Expired);
        }
        let mut next = self.clone();
        next.facts = attempt.facts.or(next.facts);
        next.connector = Some(attempt.connector);
        next.client_ip = next.client_ip.or(attempt.client_ip);
        next.state = State::Binding {
            operation: attempt.operation,
        };
        let call = NewOperation {
            id: attempt.operation,
            shop_id: self.shop_id,
            object: OperationObject::PaymentMethod(self.id),
            kind: OperationKind::Bind,
            connector: Some(attempt.connector),
            amount: Money::zero(currency),
            reference: None,
        };
        Ok(Step {
            next,
            events: Vec::new(),
            operations: vec![call],
        })
    }

    /// Takes the acquirer's answer in. `None` if it changes nothing.
    #[must_use]
    pub fn answered(&self, operation: &Operation, answer: &Answer, now: Timestamp) -> Option<Step> {
        match &self.state {
            State::Binding { operation: own } | State::Challenged { operation: own, .. }
                if *own == operation.id => {}
            // An attempt that had been given up was carried out after all.
            State::Pending if matches!(answer, Answer::Approved(_)) => {}
            State::Pending
            | State::Binding { .. }
            | State::Challenged { .. }
            | State::Active { .. }
            | State::Inactive { .. } => return None,
        }
        let mut step = Step {
            next: self.clone(),
            events: Vec::new(),
            operations: Vec::new(),
        };
        match answer {
            Answer::Approved(approval) => {
                step.next.connector = operation.connector;
                step.next.facts = approval.facts.clone().or(step.next.facts);
                match &approval.token {
                    Some(token) => {
                        step.next.state = State::Active {
                            token: token.clone(),
                        };
                        let kind = EventKind::PaymentMethodActive;
                        step.events.push(Event::PaymentMethod(kind, self.id));
                    }
                    None => {
                        let reason = CancellationReason::GeneralDecline;
                        let cause = Decline::new(Party::PaymentNetwork, reason);
                        step.next.state = State::Inactive { cause };
                    }
                }
            }
            Answer::Challenged(challenge) => {
                let challenge = challenge.clone();
                step.next.state = State::Challenged {
                    operation: operation.id,
                    challenge,
                };
            }
            Answer::Declined { decline, facts } => {
                step.next.facts = facts.clone().or(step.next.facts);
                let again = self.flow == Flow::Page && now < self.confirm_until;
                step.next.state = if again {
                    State::Pending
                } else {
                    State::Inactive { cause: *decline }
                };
            }
        }
        Some(step)
    }

    /// The payer's time is over. `None` if it is not, or no longer matters.
    #[must_use]
    pub fn expire(&self, now: Timestamp) -> Option<Self> {
        self.due_at().filter(|due_at| *due_at <= now)?;
        let reason = CancellationReason::ExpiredOnConfirmation;
        let cause = Decline::new(Party::YooMoney, reason);
        Some(Self {
            state: State::Inactive { cause },
            ..self.clone()
        })
    }

    /// When time alone will change it; `None` if time alone changes nothing.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        match &self.state {
            State::Pending | State::Challenged { .. } => Some(self.confirm_until),
            State::Binding { .. } | State::Active { .. } | State::Inactive { .. } => None,
        }
    }

    /// What the acquirer charges it by; `None` unless it can be charged.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        match &self.state {
            State::Active { token } => Some(token),
            State::Pending
            | State::Binding { .. }
            | State::Challenged { .. }
            | State::Inactive { .. } => None,
        }
    }

    /// Returns whether it can be charged.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status() == Status::Active
    }

    /// The status as the API knows it.
    #[must_use]
    pub fn status(&self) -> Status {
        match &self.state {
            State::Pending | State::Binding { .. } | State::Challenged { .. } => Status::Pending,
            State::Active { .. } => Status::Active,
            State::Inactive { .. } => Status::Inactive,
        }
    }
}
