//! A payment as a row and back.

use std::borrow::Cow;

use domain::payment::{
    CaptureMode, Flow, Hold, PaymentReceipt, ReceiptOrder, Registering, SaveMethod, State, Status,
    UsedMethod,
};
use domain::receipt::Registration;
use domain::{
    Challenge, ConnectorName, Decline, Fee, MethodKind, Money, OperationId, Party, Payment, Shop,
    Timestamp,
};

use crate::columns::{due_or_null, json_or_null};
use crate::facts;
use crate::table::table;

table! {
    pub(crate) Payments: Payment = "payment";
    written of (shop: Shop, payment: Payment) with {
        let method = payment.method.as_ref();
        let state = StateColumns::of(&payment.state);
    };
    columns {
        key id = payment.id => parse();
        key shop_id = payment.shop_id => shop_id();
        fixed gateway_id = payment.gateway_id => gateway_id();
        fixed test = payment.test => get();
        fixed currency = payment.amount.currency() => currency();
        fixed amount_asked_minor = payment.amount_asked => money(currency);
        fixed description = payment.description.as_deref() => get();
        fixed metadata = json_or_null(facts::write_metadata(&payment.metadata)?) => metadata();
        fixed merchant_customer_id = payment.merchant_customer_id.as_deref() => get();
        fixed capture_mode = capture_mode_code(payment.capture_mode)
            => named(capture_mode_from_code);
        fixed confirmation = json_or_null(facts::write_confirmation(payment.confirmation.as_ref())?)
            => named_or_null(facts::read_confirmation);
        fixed flow = flow_code(payment.flow) => named(flow_from_code);
        fixed method_asked = payment.method_asked.map(MethodKind::code)
            => named_or_null(MethodKind::from_code);
        fixed confirm_until = payment.confirm_until => time();
        fixed created_at = payment.created_at => time();
        changing amount_minor = payment.amount => money(currency);
        changing save_method = save_method_code(payment.save_method)
            => named(save_method_from_code);
        changing method_id = method.map(|method| method.id) => parse_or_null();
        changing method_kind = method.map(|method| method.kind.code())
            => named_or_null(MethodKind::from_code);
        changing method_saved = method.map(|method| method.saved) => get();
        changing method_phone = method.and_then(|method| method.phone.as_deref()) => get();
        changing method_facts
            = json_or_null(facts::write_method(method.and_then(|it| it.facts.as_ref()))?)
            => named_or_null(facts::read_method);
        changing authorization_facts
            = json_or_null(facts::write_authorization(payment.authorization.as_ref())?)
            => named_or_null(facts::read_authorization);
        changing commission_minor = payment.fee.map(|fee| fee.commission)
            => money_or_null(currency);
        changing vat_minor = payment.fee.map(|fee| fee.vat) => money_or_null(currency);
        changing refunded_minor = payment.refunded => money(currency);
        changing refunding_minor = payment.refunding => money(currency);
        changing state = payment.state.code() => get();
        changing operation_id = state.operation => parse_or_null();
        changing challenge = json_or_null(facts::write_challenge(state.challenge.as_deref())?)
            => named_or_null(facts::read_challenge);
        changing reference = state.reference => get();
        changing hold_expires_at = state.hold_expires_at => time_or_null();
        changing capture_minor = state.capture => money_or_null(currency);
        changing canceled_by = state.cause.map(|cause| cause.party.code())
            => named_or_null(Party::from_code);
        changing canceled_for = state.cause.map(|cause| cause.reason.code())
            => cause_or_null(canceled_by);
        changing captured_at = state.captured_at => time_or_null();
        changing canceled_at = state.canceled_at => time_or_null();
        changing due_at = due_or_null(shop, payment.due_at());
        changing deal_facts = json_or_null(facts::write_payment_deal(payment.deal.as_ref())?)
            => named_or_null(|json| facts::read_payment_deal(json, currency));
        changing receipt_order = payment.receipt.map(|receipt| receipt.order.code())
            => named_or_null(ReceiptOrder::from_code);
        changing receipt_registration = payment.receipt.map(|it| it.registration.code())
            => named_or_null(Registration::from_code);
        changing details = json_or_null(facts::write_details(payment.details.as_deref())?)
            => named_or_null(facts::read_details);
        changing transfers = json_or_null(facts::write_split(payment.split.as_deref())?)
            => named_or_null(facts::read_split);
        changing client_ip = payment.client_ip => parse_or_null();
        changing connector = payment.connector => parse_or_null();
        version version = payment.version => get();
    }
    read(cells) {
        let method = match (method_id, method_kind, method_saved) {
            (Some(id), Some(kind), Some(saved)) => {
                Some(UsedMethod { id, kind, saved, phone: method_phone, facts: method_facts })
            }
            (None, None, None) => None,
            _ => return Err(cells.corrupt_at("method_facts")),
        };
        let fee = match (commission_minor, vat_minor) {
            (Some(commission), Some(vat)) => Some(Fee { commission, vat }),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => return Err(cells.corrupt_at("vat_minor")),
        };
        let receipt = match (receipt_order, receipt_registration) {
            (Some(order), Some(registration)) => Some(PaymentReceipt { order, registration }),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => {
                return Err(cells.corrupt_at("receipt_registration"));
            }
        };
        let columns = StateColumns {
            operation: operation_id,
            challenge: challenge.map(Cow::Owned),
            reference,
            hold_expires_at,
            capture: capture_minor,
            cause: canceled_for,
            captured_at,
            canceled_at,
        };
        // A program of before asks without saying whom: it knows the sandbox alone.
        let asked = columns.operation.is_some() || columns.reference.is_some();
        let connector = connector.or(asked.then_some(ConnectorName::SANDBOX));
        Payment {
            id,
            shop_id,
            gateway_id,
            test,
            amount: amount_minor,
            amount_asked: amount_asked_minor,
            description,
            metadata,
            merchant_customer_id,
            client_ip,
            connector,
            capture_mode,
            save_method,
            confirmation,
            flow,
            method_asked,
            method,
            details,
            split: transfers,
            authorization: authorization_facts,
            fee,
            deal: deal_facts,
            receipt,
            refunded: refunded_minor,
            refunding: refunding_minor,
            confirm_until,
            state: columns.state(state).ok_or_else(|| cells.corrupt_at("state"))?,
            created_at,
            version,
        }
    }
}

/// What the states carry, spread over columns.
#[derive(Default)]
struct StateColumns<'a> {
    operation: Option<OperationId>,
    challenge: Option<Cow<'a, Challenge>>,
    reference: Option<Cow<'a, str>>,
    hold_expires_at: Option<Timestamp>,
    capture: Option<Money>,
    cause: Option<Decline>,
    captured_at: Option<Timestamp>,
    canceled_at: Option<Timestamp>,
}

impl<'a> StateColumns<'a> {
    fn of(state: &'a State) -> Self {
        let none = Self::default();
        match state {
            State::Pending { last_attempt } => Self {
                operation: *last_attempt,
                ..none
            },
            State::Authorizing { operation } => Self {
                operation: Some(*operation),
                ..none
            },
            State::Challenged {
                operation,
                challenge,
            } => Self {
                operation: Some(*operation),
                challenge: Some(Cow::Borrowed(challenge)),
                ..none
            },
            State::WaitingForCapture { hold } => Self::held(hold),
            State::Capturing {
                hold,
                operation,
                amount,
            } => Self {
                operation: Some(*operation),
                capture: Some(*amount),
                ..Self::held(hold)
            },
            State::Voiding {
                hold,
                operation,
                cause,
            } => Self {
                operation: Some(*operation),
                cause: Some(*cause),
                ..Self::held(hold)
            },
            State::Registering {
                hold, amount, step, ..
            } => {
                let (operation, cause) = match step {
                    Registering::Asked => (None, None),
                    Registering::Taking { operation } => (Some(*operation), None),
                    Registering::LettingGo { operation, cause } => (Some(*operation), Some(*cause)),
                };
                Self {
                    operation,
                    cause,
                    capture: Some(*amount),
                    ..Self::held(hold)
                }
            }
            State::Succeeded {
                reference,
                captured_at,
            } => Self {
                reference: Some(reference.into()),
                captured_at: Some(*captured_at),
                ..none
            },
            State::Canceled { cause, canceled_at } => Self {
                cause: Some(*cause),
                canceled_at: Some(*canceled_at),
                ..none
            },
        }
    }

    fn held(hold: &'a Hold) -> Self {
        Self {
            reference: Some(hold.reference.as_str().into()),
            hold_expires_at: Some(hold.expires_at),
            ..Self::default()
        }
    }

    fn hold(&self) -> Option<Hold> {
        Some(Hold {
            reference: self.reference.as_deref()?.to_owned(),
            expires_at: self.hold_expires_at?,
        })
    }

    /// Columns that the state does not carry are not looked at; there is none if it misses one.
    fn state(self, code: &str) -> Option<State> {
        Some(match code {
            "pending" => State::Pending {
                last_attempt: self.operation,
            },
            "authorizing" => State::Authorizing {
                operation: self.operation?,
            },
            "challenged" => State::Challenged {
                operation: self.operation?,
                challenge: self.challenge?.into_owned(),
            },
            "waiting_for_capture" => State::WaitingForCapture { hold: self.hold()? },
            "capturing" => State::Capturing {
                hold: self.hold()?,
                operation: self.operation?,
                amount: self.capture?,
            },
            "voiding" => State::Voiding {
                hold: self.hold()?,
                operation: self.operation?,
                cause: self.cause?,
            },
            "registering" => self.registering(CaptureMode::OneStage)?,
            "registering_capture" => self.registering(CaptureMode::TwoStage)?,
            "succeeded" => State::Succeeded {
                reference: self.reference?.into_owned(),
                captured_at: self.captured_at?,
            },
            "canceled" => State::Canceled {
                cause: self.cause?,
                canceled_at: self.canceled_at?,
            },
            _ => return None,
        })
    }

    fn registering(&self, stage: CaptureMode) -> Option<State> {
        Some(State::Registering {
            hold: self.hold()?,
            amount: self.capture?,
            stage,
            step: match (self.operation, self.cause) {
                (None, None) => Registering::Asked,
                (Some(operation), None) => Registering::Taking { operation },
                (Some(operation), Some(cause)) => Registering::LettingGo { operation, cause },
                (None, Some(_)) => return None,
            },
        })
    }
}

/// The names of the states that the API sums up as this status.
pub(crate) const fn states(status: Status) -> [&'static str; 4] {
    match status {
        Status::Pending => ["pending", "authorizing", "challenged", "registering"],
        Status::WaitingForCapture => [
            "waiting_for_capture",
            "capturing",
            "voiding",
            "registering_capture",
        ],
        Status::Succeeded => ["succeeded"; 4],
        Status::Canceled => ["canceled"; 4],
    }
}

pub(crate) const fn capture_mode_code(mode: CaptureMode) -> &'static str {
    match mode {
        CaptureMode::OneStage => "one_stage",
        CaptureMode::TwoStage => "two_stage",
    }
}

pub(crate) fn capture_mode_from_code(code: &str) -> Option<CaptureMode> {
    [CaptureMode::OneStage, CaptureMode::TwoStage]
        .into_iter()
        .find(|mode| capture_mode_code(*mode) == code)
}

pub(crate) const fn save_method_code(save: SaveMethod) -> &'static str {
    match save {
        SaveMethod::Always => "always",
        SaveMethod::PayerDecides => "payer_decides",
        SaveMethod::PayerAgreed => "payer_agreed",
    }
}

pub(crate) fn save_method_from_code(code: &str) -> Option<SaveMethod> {
    [
        SaveMethod::Always,
        SaveMethod::PayerDecides,
        SaveMethod::PayerAgreed,
    ]
    .into_iter()
    .find(|save| save_method_code(*save) == code)
}

pub(crate) const fn flow_code(flow: Flow) -> &'static str {
    match flow {
        Flow::Page => "page",
        Flow::Direct => "direct",
    }
}

pub(crate) fn flow_from_code(code: &str) -> Option<Flow> {
    [Flow::Page, Flow::Direct]
        .into_iter()
        .find(|flow| flow_code(*flow) == code)
}
