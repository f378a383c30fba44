//! A payment as a row and back.

use domain::payment::{
    CaptureMode, Flow, Hold, PaymentReceipt, ReceiptOrder, Registering, SaveMethod, State, Status,
    UsedMethod,
};
use domain::receipt::Registration;
use domain::{Currency, Decline, Fee, MethodKind, Money, OperationId, Payment, Shop, Timestamp};
use sql::{Param, Row, StoreError};

use crate::columns::{
    Cells, due_or_null, id_or_null, integer_or_null, json_or_null, text, text_or_null, time_or_null,
};
use crate::facts;

/// What names the row of a payment and the version that is expected.
pub(super) fn identity(payment: &Payment) -> Vec<Param<'static>> {
    vec![
        text(payment.id.to_string()),
        Param::Integer(payment.shop_id.as_i64()),
        Param::Integer(payment.version),
    ]
}

/// The columns that never change.
pub(super) fn fixed(payment: &Payment) -> Result<Vec<Param<'_>>, StoreError> {
    Ok(vec![
        text(payment.id.to_string()),
        Param::Integer(payment.shop_id.as_i64()),
        Param::Integer(payment.gateway_id.as_i64()),
        Param::Bool(payment.test),
        text(payment.amount.currency().code()),
        Param::Integer(payment.amount_asked.minor()),
        text_or_null(payment.description.as_deref()),
        json_or_null(facts::write_metadata(&payment.metadata)?),
        text_or_null(payment.merchant_customer_id.as_deref()),
        text(capture_mode_code(payment.capture_mode)),
        json_or_null(facts::write_confirmation(payment.confirmation.as_ref())?),
        text(flow_code(payment.flow)),
        text_or_null(payment.method_asked.map(MethodKind::code)),
        Param::Integer(payment.confirm_until.as_micros()),
        Param::Integer(payment.created_at.as_micros()),
    ])
}

/// The columns that change.
pub(super) fn changing<'a>(
    shop: &Shop,
    payment: &'a Payment,
) -> Result<Vec<Param<'a>>, StoreError> {
    let method = payment.method.as_ref();
    let facts = method.and_then(|method| method.facts.as_ref());
    let state = StateColumns::of(&payment.state);
    Ok(vec![
        Param::Integer(payment.amount.minor()),
        text(save_method_code(payment.save_method)),
        id_or_null(method.map(|method| method.id)),
        text_or_null(method.map(|method| method.kind.code())),
        method.map_or(Param::Null, |method| Param::Bool(method.saved)),
        text_or_null(method.and_then(|method| method.phone.as_deref())),
        json_or_null(facts::write_method(facts)?),
        json_or_null(facts::write_authorization(payment.authorization.as_ref())?),
        integer_or_null(payment.fee.map(|fee| fee.commission.minor())),
        integer_or_null(payment.fee.map(|fee| fee.vat.minor())),
        Param::Integer(payment.refunded.minor()),
        Param::Integer(payment.refunding.minor()),
        text(payment.state.code()),
        id_or_null(state.operation),
        json_or_null(facts::write_challenge(state.challenge)?),
        text_or_null(state.reference),
        time_or_null(state.hold_expires_at),
        integer_or_null(state.capture.map(Money::minor)),
        text_or_null(state.cause.map(|cause| cause.party.code())),
        text_or_null(state.cause.map(|cause| cause.reason.code())),
        time_or_null(state.captured_at),
        time_or_null(state.canceled_at),
        due_or_null(shop, payment.due_at()),
        json_or_null(facts::write_payment_deal(payment.deal.as_ref())?),
        text_or_null(payment.receipt.map(|receipt| receipt.order.code())),
        text_or_null(payment.receipt.map(|receipt| receipt.registration.code())),
        json_or_null(facts::write_details(payment.details.as_deref())?),
        json_or_null(facts::write_split(payment.split.as_deref())?),
        id_or_null(payment.client_ip),
        id_or_null(payment.connector),
    ])
}

/// What the states carry, spread over columns.
#[derive(Default)]
struct StateColumns<'a> {
    operation: Option<OperationId>,
    challenge: Option<&'a domain::Challenge>,
    reference: Option<&'a str>,
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
                challenge: Some(challenge),
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
                reference: Some(reference),
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
            reference: Some(&hold.reference),
            hold_expires_at: Some(hold.expires_at),
            ..Self::default()
        }
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

pub(super) fn read(row: &Row<'_>) -> Result<Payment, StoreError> {
    let mut cells = Cells::new(row);
    let (id, shop_id) = (cells.parse()?, cells.shop_id()?);
    let (gateway_id, test) = (cells.gateway_id()?, cells.get()?);
    let currency = cells.currency()?;
    let amount_asked = cells.money(currency)?;
    let description = cells.get()?;
    let metadata = cells.named_or_null(facts::read_metadata)?;
    let merchant_customer_id = cells.get()?;
    let client_ip = cells.parse_or_null()?;
    let capture_mode = cells.named(capture_mode_from_code)?;
    let confirmation = cells.named_or_null(facts::read_confirmation)?;
    let flow = cells.named(flow_from_code)?;
    let method_asked = cells.named_or_null(MethodKind::from_code)?;
    let (confirm_until, created_at) = (cells.time()?, cells.time()?);
    let amount = cells.money(currency)?;
    let save_method = cells.named(save_method_from_code)?;
    let method = read_method(&mut cells)?;
    let authorization = cells.named_or_null(facts::read_authorization)?;
    let fee = match (
        cells.money_or_null(currency)?,
        cells.money_or_null(currency)?,
    ) {
        (Some(commission), Some(vat)) => Some(Fee { commission, vat }),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => return Err(cells.corrupt()),
    };
    let (refunded, refunding) = (cells.money(currency)?, cells.money(currency)?);
    let state = read_state(&mut cells, currency)?;
    let deal = cells.named_or_null(|json| facts::read_payment_deal(json, currency))?;
    let receipt = read_receipt(&mut cells)?;
    let details = cells.named_or_null(facts::read_details)?;
    let split = cells.named_or_null(facts::read_split)?;
    let connector = cells.parse_or_null()?;
    Ok(Payment {
        id,
        shop_id,
        gateway_id,
        test,
        amount,
        amount_asked,
        description,
        metadata: metadata.unwrap_or_default(),
        merchant_customer_id,
        client_ip,
        capture_mode,
        save_method,
        confirmation,
        flow,
        method_asked,
        method,
        connector,
        details,
        split,
        authorization,
        fee,
        deal,
        receipt,
        refunded,
        refunding,
        confirm_until,
        state,
        created_at,
        version: cells.get()?,
    })
}

fn read_method(cells: &mut Cells<'_>) -> Result<Option<UsedMethod>, StoreError> {
    let id = cells.parse_or_null()?;
    let kind = cells.named_or_null(MethodKind::from_code)?;
    let saved = cells.get()?;
    let phone = cells.get()?;
    let facts = cells.named_or_null(facts::read_method)?;
    match (id, kind, saved) {
        (Some(id), Some(kind), Some(saved)) => Ok(Some(UsedMethod {
            id,
            kind,
            saved,
            phone,
            facts,
        })),
        (None, None, None) => Ok(None),
        _ => Err(cells.corrupt()),
    }
}

fn read_receipt(cells: &mut Cells<'_>) -> Result<Option<PaymentReceipt>, StoreError> {
    let order = cells.named_or_null(ReceiptOrder::from_code)?;
    let registration = cells.named_or_null(Registration::from_code)?;
    match (order, registration) {
        (Some(order), Some(registration)) => Ok(Some(PaymentReceipt {
            order,
            registration,
        })),
        (None, None) => Ok(None),
        (Some(_), None) | (None, Some(_)) => Err(cells.corrupt()),
    }
}

/// Columns that the state does not carry are not looked at; one that it misses is corrupt.
fn read_state(cells: &mut Cells<'_>, currency: Currency) -> Result<State, StoreError> {
    let code: &str = cells.get()?;
    let unknown = cells.corrupt();
    let operation = cells.parse_or_null()?;
    let challenge = cells.named_or_null(facts::read_challenge)?;
    let reference: Option<String> = cells.get()?;
    let hold_expires_at = cells.time_or_null()?;
    let capture = cells.money_or_null(currency)?;
    let cause = cells.decline_or_null()?;
    let captured_at = cells.time_or_null()?;
    let canceled_at = cells.time_or_null()?;
    let hold = || {
        Some(Hold {
            reference: reference.clone()?,
            expires_at: hold_expires_at?,
        })
    };
    let state = || {
        Some(match code {
            "pending" => State::Pending {
                last_attempt: operation,
            },
            "authorizing" => State::Authorizing {
                operation: operation?,
            },
            "challenged" => State::Challenged {
                operation: operation?,
                challenge: challenge?,
            },
            "waiting_for_capture" => State::WaitingForCapture { hold: hold()? },
            "capturing" => State::Capturing {
                hold: hold()?,
                operation: operation?,
                amount: capture?,
            },
            "voiding" => State::Voiding {
                hold: hold()?,
                operation: operation?,
                cause: cause?,
            },
            "registering" | "registering_capture" => State::Registering {
                hold: hold()?,
                amount: capture?,
                stage: match code {
                    "registering" => CaptureMode::OneStage,
                    _ => CaptureMode::TwoStage,
                },
                step: match (operation, cause) {
                    (None, None) => Registering::Asked,
                    (Some(operation), None) => Registering::Taking { operation },
                    (Some(operation), Some(cause)) => Registering::LettingGo { operation, cause },
                    (None, Some(_)) => return None,
                },
            },
            "succeeded" => State::Succeeded {
                reference: reference.clone()?,
                captured_at: captured_at?,
            },
            "canceled" => State::Canceled {
                cause: cause?,
                canceled_at: canceled_at?,
            },
            _ => return None,
        })
    };
    state().ok_or(unknown)
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
