//! Creating a payment: what may be asked for, and who does the next step.

use std::net::IpAddr;

use super::{
    CaptureMode, Confirmation, Details, Flow, NewPart, Payment, PaymentDeal, PaymentReceipt,
    ReceiptOrder, SaveMethod, Split, SplitRefused, State, UsedMethod,
};
use crate::card::CardFacts;
use crate::id::PaymentId;
use crate::metadata::Metadata;
use crate::method::{ConfirmationKind, MethodFacts, MethodKind, TIME_TO_CHOOSE};
use crate::money::{Currency, Money};
use crate::payment_method::PaymentMethod;
use crate::shop::Shop;
use crate::time::Timestamp;

/// What a merchant asks for.
#[derive(Clone, Debug)]
pub struct NewPayment {
    /// The new id.
    pub id: PaymentId,
    /// How much.
    pub amount: Money,
    /// What for.
    pub description: Option<String>,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// The merchant's name for the payer.
    pub merchant_customer_id: Option<String>,
    /// The payer's address, if the merchant knows it.
    pub client_ip: Option<IpAddr>,
    /// Whether the money is taken at once or held first.
    pub capture_mode: CaptureMode,
    /// Whether the method is saved.
    pub save_method: SaveMethod,
    /// How the payer is to confirm.
    pub confirmation: Option<Confirmation>,
    /// The safe deal that it belongs to.
    pub deal: Option<PaymentDeal>,
    /// By which means.
    pub means: NewMeans,
    /// When its receipt is registered, if it comes with one.
    pub receipt: Option<ReceiptOrder>,
    /// The parts that few payments have.
    pub details: Details,
    /// Who gets what, if it is split; otherwise empty.
    pub parts: Vec<NewPart>,
    /// The shops among `parts` that were found.
    pub partners: Vec<Shop>,
    /// Until when the payer may confirm, if it is not the method's own time.
    pub confirm_until: Option<Timestamp>,
}

/// By which means a merchant wants to be paid.
#[derive(Clone, Debug)]
pub enum NewMeans {
    /// Whatever the payer chooses on the page.
    PayerChooses,
    /// This method, on the page or by the payer's phone.
    Method {
        /// The method.
        kind: MethodKind,
        /// The payer's phone, digits.
        phone: Option<String>,
    },
    /// A card whose number the merchant sent.
    Card(CardFacts),
    /// A card that the merchant's page gave for a token.
    Token(CardFacts),
    /// The same behind a certificate.
    CertificateCard(CardFacts),
    /// A saved method, without the payer.
    Saved(Box<PaymentMethod>),
}

/// Why a payment cannot be created, in order of precedence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreateRefused {
    /// Nothing, or less.
    #[error("the amount is not more than zero")]
    AmountNotPositive,
    /// The shop takes another currency.
    #[error("the shop takes {shop} only")]
    CurrencyNotTaken {
        /// The shop's currency.
        shop: Currency,
    },
    /// The shop does not offer the method.
    #[error("the shop does not take {}", method.code())]
    MethodNotTaken {
        /// The method.
        method: MethodKind,
    },
    /// The method cannot pay into a safe deal.
    #[error("{} cannot pay into a safe deal", method.code())]
    MethodNotInDeals {
        /// The method.
        method: MethodKind,
    },
    /// No method that the shop offers can take this payment.
    #[error("no method of the shop can take this payment")]
    NoMethod,
    /// The amount is outside the method's limits.
    #[error("the amount is outside the limits of {}", method.code())]
    AmountOutsideLimits {
        /// The method.
        method: MethodKind,
    },
    /// The shop may not send card numbers.
    #[error("the shop may not send card numbers")]
    CardsNotPermitted,
    /// The shop may not use payment tokens.
    #[error("the shop may not use payment tokens")]
    TokensNotPermitted,
    /// The shop may not save methods, or charge saved ones.
    #[error("the shop may not save payment methods")]
    SavingNotPermitted,
    /// The saved method cannot be charged.
    #[error("the payment method is not saved")]
    MethodNotSaved,
    /// The method cannot be charged again.
    #[error("{} cannot be saved", method.code())]
    MethodNotSaveable {
        /// The method.
        method: MethodKind,
    },
    /// The method takes money at once and cannot hold it.
    #[error("{} takes money at once", method.code())]
    MethodNotHeld {
        /// The method.
        method: MethodKind,
    },
    /// Nobody said how the payer confirms.
    #[error("confirmation is missing")]
    ConfirmationMissing {
        /// The method, if one was named.
        method: Option<MethodKind>,
    },
    /// A saved method is charged without the payer.
    #[error("a saved method is charged without confirmation")]
    ConfirmationWithSaved,
    /// The method is not confirmed this way.
    #[error("this is not how the payer confirms here")]
    ConfirmationNotSupported {
        /// How it can be.
        supported: &'static [ConfirmationKind],
    },
    /// The method needs the payer's phone.
    #[error("the phone is missing")]
    PhoneMissing,
    /// The method cannot pay what is split.
    #[error("{} cannot pay what is split", method.code())]
    MethodNotSplit {
        /// The method.
        method: MethodKind,
    },
    /// It cannot be split in this way.
    #[error(transparent)]
    Split(#[from] SplitRefused),
}

/// How a payer confirms who still has to choose, or whose card the merchant sent.
const ON_PAGE: &[ConfirmationKind] = &[ConfirmationKind::Redirect, ConfirmationKind::Embedded];
const CARD_SENT: &[ConfirmationKind] = &[ConfirmationKind::Redirect];
const BY_PLATE: &[ConfirmationKind] = &[ConfirmationKind::External];

impl Payment {
    /// A new payment, waiting for its first attempt. If its flow is [`Flow::Direct`] the attempt
    /// follows in the same transaction.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn create(shop: &Shop, new: NewPayment, now: Timestamp) -> Result<Self, CreateRefused> {
        check_amount(shop, new.amount)?;
        check_means(shop, &new)?;
        check_confirmation(&new)?;
        let flow = new.means.flow(new.confirmation.as_ref());
        let split = if new.parts.is_empty() {
            None
        } else {
            let split = Split::create(shop, &new.partners, new.amount, new.parts)?;
            Some(Box::new(split))
        };

        let asked = new.means.method_kind();
        let time = asked.map_or(TIME_TO_CHOOSE, |kind| kind.time_to_pay(new.amount));
        let zero = Money::zero(new.amount.currency());
        Ok(Self {
            id: new.id,
            shop_id: shop.id,
            gateway_id: shop.gateway_id,
            test: shop.test,
            amount: new.amount,
            amount_asked: new.amount,
            description: new.description,
            metadata: new.metadata,
            merchant_customer_id: new.merchant_customer_id,
            client_ip: new.client_ip,
            capture_mode: new.capture_mode,
            save_method: new.save_method,
            flow,
            confirmation: new.confirmation,
            method_asked: asked,
            method: new.means.used(new.id),
            connector: None,
            details: new.details.unless_empty(),
            split,
            authorization: None,
            fee: None,
            deal: new.deal,
            receipt: new.receipt.map(PaymentReceipt::new),
            refunded: zero,
            refunding: zero,
            confirm_until: new.confirm_until.unwrap_or(now.plus(time)),
            state: State::Pending { last_attempt: None },
            created_at: now,
            version: 1,
        })
    }

    /// Returns whether the payer of this payment can use this method.
    #[must_use]
    pub fn accepts(&self, kind: MethodKind) -> bool {
        let held = self.takes_at_once() || kind.terms().hold.is_some();
        let asked = self.method_asked.is_none_or(|asked| asked == kind);
        let saved = self.save_method != SaveMethod::Always || kind.terms().saveable;
        let in_deal = self.deal.is_none() || kind.in_deals();
        let chosen = self.method_asked.is_some() || kind.can_be_chosen();
        let split = self.split.is_none() || kind.terms().for_platforms;
        held && asked && saved && in_deal && chosen && split && kind.allows(self.amount)
    }
}

impl NewMeans {
    fn method_kind(&self) -> Option<MethodKind> {
        match self {
            Self::PayerChooses => None,
            Self::Method { kind, .. } => Some(*kind),
            Self::Card(_) | Self::Token(_) => Some(MethodKind::BankCard),
            Self::CertificateCard(_) => Some(MethodKind::ElectronicCertificate),
            Self::Saved(method) => Some(method.kind),
        }
    }

    fn flow(&self, confirmation: Option<&Confirmation>) -> Flow {
        match (self, confirmation.map(|c| c.kind)) {
            (Self::Card(_) | Self::CertificateCard(_) | Self::Token(_) | Self::Saved(_), _) => {
                Flow::Direct
            }
            (_, Some(ConfirmationKind::Redirect | ConfirmationKind::Embedded)) => Flow::Page,
            _ => Flow::Direct,
        }
    }

    fn used(&self, payment: PaymentId) -> Option<UsedMethod> {
        let id = payment.method_id();
        match self {
            Self::PayerChooses => None,
            Self::Method { kind, phone } => {
                let phone = phone.clone();
                Some(UsedMethod {
                    id,
                    kind: *kind,
                    saved: false,
                    phone,
                    facts: None,
                })
            }
            Self::Card(card) | Self::CertificateCard(card) | Self::Token(card) => {
                Some(UsedMethod {
                    id,
                    kind: self.method_kind().unwrap_or(MethodKind::BankCard),
                    saved: false,
                    phone: None,
                    facts: Some(MethodFacts::Card(card.clone())),
                })
            }
            Self::Saved(method) => Some(UsedMethod {
                id: method.id,
                kind: method.kind,
                saved: true,
                phone: None,
                facts: method.facts.clone(),
            }),
        }
    }
}

fn check_amount(shop: &Shop, amount: Money) -> Result<(), CreateRefused> {
    if !amount.is_positive() {
        return Err(CreateRefused::AmountNotPositive);
    }
    if amount.currency() != shop.currency {
        return Err(CreateRefused::CurrencyNotTaken {
            shop: shop.currency,
        });
    }
    Ok(())
}

fn check_means(shop: &Shop, new: &NewPayment) -> Result<(), CreateRefused> {
    match &new.means {
        NewMeans::Card(_) | NewMeans::CertificateCard(_) if !shop.may_send_cards => {
            return Err(CreateRefused::CardsNotPermitted);
        }
        NewMeans::Token(_) if !shop.may_use_tokens => {
            return Err(CreateRefused::TokensNotPermitted);
        }
        NewMeans::Saved(_) if !shop.may_save_methods => {
            return Err(CreateRefused::SavingNotPermitted);
        }
        NewMeans::Saved(method) if !method.is_active() => {
            return Err(CreateRefused::MethodNotSaved);
        }
        NewMeans::PayerChooses
        | NewMeans::Method { .. }
        | NewMeans::Card(_)
        | NewMeans::Token(_)
        | NewMeans::CertificateCard(_)
        | NewMeans::Saved(_) => {}
    }
    let always = new.save_method == SaveMethod::Always;
    if always && !shop.may_save_methods {
        return Err(CreateRefused::SavingNotPermitted);
    }
    let one_stage =
        new.capture_mode == CaptureMode::OneStage && new.receipt != Some(ReceiptOrder::BeforeMoney);
    let Some(method) = new.means.method_kind() else {
        let fits = |kind: &MethodKind| {
            let terms = kind.terms();
            kind.allows(new.amount)
                && kind.can_be_chosen()
                && (new.parts.is_empty() || terms.for_platforms)
                && (one_stage || terms.hold.is_some())
                && (!always || terms.saveable)
                && (new.deal.is_none() || kind.in_deals())
        };
        return if shop.methods.iter().any(fits) {
            Ok(())
        } else {
            Err(CreateRefused::NoMethod)
        };
    };
    if !shop.takes(method) {
        return Err(CreateRefused::MethodNotTaken { method });
    }
    if new.deal.is_some() && !method.in_deals() {
        return Err(CreateRefused::MethodNotInDeals { method });
    }
    if !method.allows(new.amount) {
        return Err(CreateRefused::AmountOutsideLimits { method });
    }
    if always && !method.terms().saveable {
        return Err(CreateRefused::MethodNotSaveable { method });
    }
    if !one_stage && method.terms().hold.is_none() {
        return Err(CreateRefused::MethodNotHeld { method });
    }
    if !new.parts.is_empty() && !method.terms().for_platforms {
        return Err(CreateRefused::MethodNotSplit { method });
    }
    Ok(())
}

fn check_confirmation(new: &NewPayment) -> Result<(), CreateRefused> {
    let kind = new
        .confirmation
        .as_ref()
        .map(|confirmation| confirmation.kind);
    let supported = match &new.means {
        NewMeans::Saved(_) if kind.is_some() => return Err(CreateRefused::ConfirmationWithSaved),
        NewMeans::Saved(_) => return Ok(()),
        NewMeans::Card(_) | NewMeans::CertificateCard(_) | NewMeans::Token(_) if kind.is_none() => {
            return Ok(());
        }
        NewMeans::Card(_) | NewMeans::CertificateCard(_) | NewMeans::Token(_) => CARD_SENT,
        NewMeans::PayerChooses => ON_PAGE,
        // A plate is read by the payer's own telephone.
        NewMeans::Method { .. } if new.details.pos_link.is_some() => BY_PLATE,
        NewMeans::Method { kind, .. } => kind.terms().confirmations,
    };
    let Some(kind) = kind else {
        return Err(CreateRefused::ConfirmationMissing {
            method: new.means.method_kind(),
        });
    };
    if !supported.contains(&kind) {
        return Err(CreateRefused::ConfirmationNotSupported { supported });
    }
    match &new.means {
        NewMeans::Method {
            kind: MethodKind::MobileBalance,
            phone: None,
        } => Err(CreateRefused::PhoneMissing),
        NewMeans::Method {
            kind: MethodKind::Sberbank,
            phone: None,
        } if kind == ConfirmationKind::External => Err(CreateRefused::PhoneMissing),
        NewMeans::PayerChooses
        | NewMeans::Method { .. }
        | NewMeans::Card(_)
        | NewMeans::Token(_)
        | NewMeans::CertificateCard(_)
        | NewMeans::Saved(_) => Ok(()),
    }
}
