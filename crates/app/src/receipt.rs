//! Receipts: those that come with payments, captures and refunds, and those of requests of their
//! own. Asking the register is [`crate::register`]'s.

use std::borrow::Cow;

use contract::payment::CapturePayment;
use contract::receipt::{CreateReceipt, ListReceipts, ReceiptOf};
use contract::refund::CreateRefund;
use domain::fiscal::{Fiscalization, Scenario};
use domain::payment::{PaymentReceipt, ReceiptOrder, ReceiptWork, State as PaymentState, Status};
use domain::receipt::{
    Content, NewReceipt, Origin, RECEIPTS_MAX, ReceiptKind, ReceiptRefused, Registration, State,
};
use domain::{
    Money, OperationId, OperationObject, Payment, PaymentId, Receipt, ReceiptId, Refund, RefundId,
    Right, Shop, ShopId, payment, refund,
};

use crate::cx::{Cx, Work};
use crate::effects::{self, Recorded};
use crate::error::{Error, Refusal};
use crate::once::{self, Once, Reply, Started};
use crate::payment::range;
use crate::render;

/// A receipt that will come with its payment.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    /// When it is registered.
    pub(crate) order: ReceiptOrder,
    content: Content,
    total: Money,
}

/// The receipt of a new payment of `amount`, by the rules of its shop. A payment that is `apart`
/// carries none, for that reason.
pub(crate) fn planned(
    shop: &Shop,
    content: Option<&Content>,
    amount: Money,
    apart: Option<ReceiptRefused>,
) -> Result<Option<Planned>, Error> {
    if let Some(refused) = apart {
        return match content {
            Some(_) => Err(refused.into()),
            None => Ok(None),
        };
    }
    match (&shop.fiscalization, content) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(ReceiptRefused::NotEnabled.into()),
        (Some(settings), None) if settings.scenario.requires_receipt() => {
            Err(ReceiptRefused::Missing.into())
        }
        (Some(_), None) => Ok(None),
        (Some(settings), Some(content)) => Ok(Some(checked(settings, content, amount)?)),
    }
}

/// Why the receipts of a payment and of its captures and refunds are made by requests of their own.
pub(crate) fn apart(in_deal: bool, split: bool) -> Option<ReceiptRefused> {
    match (in_deal, split) {
        (true, _) => Some(ReceiptRefused::InDeal),
        (false, true) => Some(ReceiptRefused::InSplit),
        (false, false) => None,
    }
}

fn apart_of(payment: &Payment) -> Option<ReceiptRefused> {
    apart(payment.deal.is_some(), payment.split.is_some())
}

fn checked(
    settings: &Fiscalization,
    content: &Content,
    amount: Money,
) -> Result<Planned, ReceiptRefused> {
    let total = content.check(settings.provider, amount.currency(), Some(amount))?;
    let order = match settings.scenario {
        Scenario::Together | Scenario::Separate => ReceiptOrder::AfterMoney,
        Scenario::ReceiptFirst => ReceiptOrder::BeforeMoney,
    };
    Ok(Planned {
        order,
        content: content.clone(),
        total,
    })
}

/// Stores the receipt of a new payment until its money moves.
pub(crate) fn draft(
    work: &mut Work<'_, '_>,
    payment: PaymentId,
    planned: Option<Planned>,
) -> Result<(), Error> {
    insert_draft(work, payment, None, planned)
}

/// Stores the receipt of a new refund until its money moves.
pub(crate) fn draft_of_refund(
    work: &mut Work<'_, '_>,
    refund: &Refund,
    planned: Option<Planned>,
) -> Result<(), Error> {
    insert_draft(work, refund.payment_id, Some(refund.id), planned)
}

fn insert_draft(
    work: &mut Work<'_, '_>,
    payment_id: PaymentId,
    refund_id: Option<RefundId>,
    planned: Option<Planned>,
) -> Result<(), Error> {
    let Some(planned) = planned else {
        return Ok(());
    };
    let cx = work.cx;
    let new = NewReceipt {
        id: ReceiptId::new(work.ids.next()),
        shop_id: cx.shop.id,
        kind: match refund_id {
            None => ReceiptKind::Payment,
            Some(_) => ReceiptKind::Refund,
        },
        origin: Origin::Flow,
        payment_id,
        refund_id,
        on_behalf_of: None,
        content: planned.content,
        total: planned.total,
    };
    let receipt = Receipt::draft(new, cx.now);
    Ok(store::receipt::insert(work.tx, &cx.shop, &receipt)?)
}

/// A step of a capture with its receipt: the one that came with it, or the payment's own, which
/// fits only the whole amount.
pub(crate) fn captured(
    work: &mut Work<'_, '_>,
    step: payment::Step,
    command: &CapturePayment,
) -> Result<payment::Step, Error> {
    let cx = work.cx;
    let amount = match &step.next.state {
        PaymentState::Capturing { amount, .. } | PaymentState::Registering { amount, .. } => {
            *amount
        }
        PaymentState::Pending { .. }
        | PaymentState::Authorizing { .. }
        | PaymentState::Challenged { .. }
        | PaymentState::WaitingForCapture { .. }
        | PaymentState::Voiding { .. }
        | PaymentState::Succeeded { .. }
        | PaymentState::Canceled { .. } => {
            return Err(Error::defect("a capture that does not capture"));
        }
    };
    let Some(content) = &command.receipt else {
        if step.next.receipt.is_none() {
            return Ok(step);
        }
        // A capture before, which came to nothing, may have left a receipt of its own.
        return match own_of_payment(work, step.next.id)? {
            Some(own) if own.total == amount => Ok(step),
            Some(_) | None => Err(ReceiptRefused::Missing.into()),
        };
    };
    if let Some(refused) = apart_of(&step.next) {
        return Err(refused.into());
    }
    let settings = cx.shop.fiscalization.as_ref();
    let settings = settings.ok_or(ReceiptRefused::NotEnabled)?;
    let planned = checked(settings, content, amount)?;
    if step.next.receipt.is_none() {
        // The payment had none and is taken as it was held: the receipt comes after the money.
        let mut step = step;
        step.next.receipt = Some(PaymentReceipt::new(ReceiptOrder::AfterMoney));
        draft(work, step.next.id, Some(planned))?;
        return Ok(step);
    }
    let found = own_of_payment(work, step.next.id)?;
    let replaced = found.and_then(|own| own.replaced(planned.content, planned.total));
    let replaced = replaced.ok_or(Error::defect("a held payment without its draft"))?;
    store::receipt::update(work.tx, &cx.shop, &replaced)?;
    Ok(step)
}

/// The receipt of a new refund: the one that came with it, or for the whole of a payment the
/// payment's own.
pub(crate) fn of_new_refund(
    work: &mut Work<'_, '_>,
    payment: &Payment,
    command: &CreateRefund,
) -> Result<Option<Planned>, Error> {
    let cx = work.cx;
    if let Some(refused) = apart_of(payment) {
        return match command.receipt {
            Some(_) => Err(refused.into()),
            None => Ok(None),
        };
    }
    let Some(settings) = &cx.shop.fiscalization else {
        return match command.receipt {
            Some(_) => Err(ReceiptRefused::NotEnabled.into()),
            None => Ok(None),
        };
    };
    if let Some(content) = &command.receipt {
        let mut planned = checked(settings, content, command.amount)?;
        planned.order = ReceiptOrder::AfterMoney;
        return Ok(Some(planned));
    }
    let whole = command.amount == payment.amount;
    let own = match whole {
        true => own_of_payment(work, payment.id)?,
        false => None,
    };
    match own.filter(Receipt::is_shown) {
        Some(own) if own.total == command.amount => Ok(Some(Planned {
            order: ReceiptOrder::AfterMoney,
            content: own.content,
            total: own.total,
        })),
        Some(_) | None if settings.scenario.requires_receipt() => {
            Err(ReceiptRefused::Missing.into())
        }
        Some(_) | None => Ok(None),
    }
}

/// A step of a payment with the receipt that fits it. A capture that was carried out after all may
/// have another sum than the receipt that came with a later one. That receipt is dropped, and the
/// merchant makes one for the money that was taken.
pub(crate) fn fitting<'step>(
    work: &mut Work<'_, '_>,
    step: &'step payment::Step,
) -> Result<Cow<'step, payment::Step>, Error> {
    if step.late.is_none() || step.receipt != ReceiptWork::Register {
        return Ok(Cow::Borrowed(step));
    }
    let own = own_of_payment(work, step.next.id)?;
    if own.is_some_and(|own| own.total == step.next.amount) {
        return Ok(Cow::Borrowed(step));
    }
    let mut step = step.clone();
    step.receipt = ReceiptWork::Drop;
    if let Some(receipt) = &mut step.next.receipt {
        receipt.registration = Registration::Canceled;
    }
    Ok(Cow::Owned(step))
}

/// Does with a payment's receipt what its step wants. Returns the call that is to be made.
pub(crate) fn of_payment(
    work: &mut Work<'_, '_>,
    payment: &Payment,
    wanted: ReceiptWork,
) -> Result<Option<OperationId>, Error> {
    if wanted == ReceiptWork::None {
        return Ok(None);
    }
    match own_of_payment(work, payment.id)? {
        Some(own) => carry_out(work, &own, wanted),
        None => Err(Error::defect("a payment without its receipt")),
    }
}

/// Does with a refund's receipt what its step wants. Returns the call that is to be made.
pub(crate) fn of_refund(
    work: &mut Work<'_, '_>,
    refund: &Refund,
    wanted: ReceiptWork,
) -> Result<Option<OperationId>, Error> {
    if wanted == ReceiptWork::None {
        return Ok(None);
    }
    let shop = work.cx.shop.id;
    let receipts = store::receipt::all_of_payment(work.tx, shop, refund.payment_id)?;
    let own =
        |receipt: &Receipt| receipt.origin == Origin::Flow && receipt.refund_id == Some(refund.id);
    match receipts.into_iter().find(own) {
        Some(own) => carry_out(work, &own, wanted),
        None => Err(Error::defect("a refund without its receipt")),
    }
}

fn own_of_payment(work: &mut Work<'_, '_>, payment: PaymentId) -> Result<Option<Receipt>, Error> {
    let receipts = store::receipt::all_of_payment(work.tx, work.cx.shop.id, payment)?;
    let own = |receipt: &Receipt| receipt.origin == Origin::Flow && receipt.refund_id.is_none();
    Ok(receipts.into_iter().find(own))
}

fn carry_out(
    work: &mut Work<'_, '_>,
    own: &Receipt,
    wanted: ReceiptWork,
) -> Result<Option<OperationId>, Error> {
    let cx = work.cx;
    match wanted {
        ReceiptWork::None => Ok(None),
        ReceiptWork::Drop => {
            if let Some(dropped) = own.drop_draft() {
                store::receipt::update(work.tx, &cx.shop, &dropped)?;
            }
            Ok(None)
        }
        ReceiptWork::Register => {
            let operation = OperationId::new(work.ids.next());
            let Some(step) = own.register(operation, cx.now) else {
                return Ok(None);
            };
            store::receipt::update(work.tx, &cx.shop, &step.next)?;
            asked(work, &step)
        }
        ReceiptWork::Reverse => match &own.state {
            State::Registered(_) => {
                let reversal = own.reversal(ReceiptId::new(work.ids.next()), cx.now);
                insert_registering(work, &reversal)
            }
            State::Draft | State::Registering { .. } | State::Canceled { .. } | State::Dropped => {
                Ok(None)
            }
        },
    }
}

/// Stores a new receipt that is registered at once.
fn insert_registering(
    work: &mut Work<'_, '_>,
    receipt: &Receipt,
) -> Result<Option<OperationId>, Error> {
    let cx = work.cx;
    let operation = OperationId::new(work.ids.next());
    let step = receipt.register(operation, cx.now);
    let step = step.ok_or(Error::defect("a new receipt that is no draft"))?;
    store::receipt::insert(work.tx, &cx.shop, &step.next)?;
    asked(work, &step)
}

fn asked(
    work: &mut Work<'_, '_>,
    step: &domain::receipt::Step,
) -> Result<Option<OperationId>, Error> {
    effects::operations(work, step.operation.as_slice())?;
    Ok(step.operation.as_ref().map(|operation| operation.id))
}

/// Creates a receipt of a payment or a refund whose money has moved.
///
/// # Errors
/// A rule does not allow it, the key was used for something else, or the storage fails.
pub async fn create(cx: &Cx, once: Once, command: CreateReceipt) -> Result<Reply, Error> {
    let cx = &cx.require(Right::ReceiptCreate)?;
    once::carry_out(cx, once, move |work| start(work, &command)).await
}

fn start(work: &mut Work<'_, '_>, command: &CreateReceipt) -> Result<Started, Error> {
    let cx = work.cx;
    let alone = |refused| Error::from(Refusal::ReceiptAlone(refused));
    if command.on_behalf_of.is_none() && cx.shop.fiscalization.is_none() {
        return Err(alone(ReceiptRefused::NotEnabled));
    }
    let payment_id = match command.of {
        ReceiptOf::Payment(id) => id,
        ReceiptOf::Refund(id) => {
            let refund = store::refund::find(work.tx, cx.shop.id, id)?;
            let refund = refund.ok_or(Refusal::ReceiptRefundNotFound)?;
            refund.payment_id
        }
    };
    let payment = store::payment::lock(work.tx, cx.shop.id, payment_id)?;
    let payment = payment.ok_or(Refusal::ReceiptPaymentNotFound)?;
    let settings = settings_of(work, &payment, command.on_behalf_of)?;
    let refund_id = match command.of {
        ReceiptOf::Payment(_) => {
            check_status(command.kind, payment.status())?;
            None
        }
        ReceiptOf::Refund(id) => {
            let refund = store::refund::find(work.tx, cx.shop.id, id)?;
            let succeeded = |refund: &Refund| refund.status() == refund::Status::Succeeded;
            if !refund.as_ref().is_some_and(succeeded) {
                return Err(Refusal::ReceiptRefundStatus.into());
            }
            Some(id)
        }
    };
    let receipts = store::receipt::all_of_payment(work.tx, cx.shop.id, payment.id)?;
    let of_same = receipts.iter().filter(|one| one.refund_id == refund_id);
    if RECEIPTS_MAX <= of_same.count() {
        return Err(Refusal::ReceiptsTooMany.into());
    }
    let currency = payment.amount.currency();
    let total = command.content.check(settings.provider, currency, None);
    let new = NewReceipt {
        id: ReceiptId::new(work.ids.next()),
        shop_id: cx.shop.id,
        kind: command.kind,
        origin: Origin::Merchant,
        payment_id: payment.id,
        refund_id,
        on_behalf_of: command.on_behalf_of,
        content: command.content.clone(),
        total: total.map_err(alone)?,
    };
    let receipt = Receipt::draft(new, cx.now);
    let call = insert_registering(work, &receipt)?;
    Ok(Started {
        object: OperationObject::Receipt(receipt.id),
        recorded: Recorded {
            operations: call.into_iter().collect(),
            ..Recorded::default()
        },
        task: None,
    })
}

/// How the seller registers receipts: the shop, or a partner with a part of the payment.
fn settings_of(
    work: &mut Work<'_, '_>,
    payment: &Payment,
    on_behalf_of: Option<ShopId>,
) -> Result<Fiscalization, Error> {
    let alone = |refused| Error::from(Refusal::ReceiptAlone(refused));
    let settings = match on_behalf_of {
        None => work.shop().fiscalization.clone(),
        Some(seller) => {
            let parts = payment.split.iter().flat_map(|split| &split.parts);
            if !parts.into_iter().any(|part| part.shop_id == seller) {
                return Err(Refusal::ReceiptSellerUnknown.into());
            }
            store::shop::find(work.tx, seller)?.and_then(|shop| shop.fiscalization)
        }
    };
    let settings = settings.ok_or_else(|| alone(ReceiptRefused::NotEnabled))?;
    if settings.provider.is_platforms_own() && apart_of(payment).is_some() {
        return Err(alone(ReceiptRefused::NotByProvider));
    }
    Ok(settings)
}

/// Income belongs to money that is held or taken, its return to money that was taken or let go.
fn check_status(kind: ReceiptKind, status: Status) -> Result<(), Refusal> {
    let fits = match kind {
        ReceiptKind::Payment => matches!(status, Status::WaitingForCapture | Status::Succeeded),
        ReceiptKind::Refund => matches!(status, Status::Succeeded | Status::Canceled),
    };
    if fits {
        Ok(())
    } else {
        Err(Refusal::ReceiptPaymentStatus)
    }
}

/// Shows a receipt.
///
/// # Errors
/// It is not in this shop.
pub async fn show(cx: &Cx, id: ReceiptId) -> Result<Reply, Error> {
    let cx = &cx.require(Right::ReceiptRead)?;
    let asking = cx.clone();
    let receipt = cx
        .read(move |conn| {
            let found = store::receipt::find(conn, asking.shop.id, id)?;
            let Some(receipt) = found.filter(Receipt::is_shown) else {
                return Ok(None);
            };
            // An application sees the receipts of what it made.
            let about = match receipt.refund_id {
                Some(refund) => refund.to_string(),
                None => receipt.payment_id.to_string(),
            };
            Ok(asking.sees(conn, &about)?.then_some(receipt))
        })
        .await?;
    let receipt = receipt.ok_or_else(|| Error::not_found("receipt", id))?;
    Ok(Reply(contract::receipt::body(&receipt)))
}

/// Lists receipts, newest first.
///
/// # Errors
/// The storage fails.
pub async fn list(cx: &Cx, list: ListReceipts) -> Result<Reply, Error> {
    let cx = &cx.require(Right::ReceiptRead)?;
    let shop = cx.shop.id;
    let filter = store::receipt::Filter {
        created: range(list.created),
        payment_id: list.payment_id,
        refund_id: list.refund_id,
        status: list.status,
        application: cx.application(),
        limit: list.limit.saturating_add(1),
        after: list.after,
    };
    let receipts = cx
        .read(move |conn| Ok(store::receipt::list(conn, shop, &filter)?))
        .await?;
    let cursor = |last: &_| list.next_cursor(last);
    Ok(render::page(
        receipts,
        list.limit,
        cursor,
        contract::receipt::body,
    ))
}
