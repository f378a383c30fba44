//! Writes down what a step of the domain does beside the object itself: money that moves, calls
//! that are to be made, notifications. All in the transaction of the change.

use domain::ledger::{Transfer, TransferKind};
use domain::webhook::{Delivery, DeliveryState, Webhook};
use domain::{
    DeliveryId, Discrepancy, Event, EventId, EventKind, NewOperation, Operation, OperationId,
    TransferId, deal, payment, payment_method, payout, refund,
};

use crate::cx::Work;
use crate::error::Error;
use crate::receipt;
use crate::split;
use crate::statement;

/// What a step left to do after its commit.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    /// Calls that are to be made now.
    pub(crate) operations: Vec<OperationId>,
    /// Whether there are notifications to send.
    pub(crate) notifies: bool,
    /// Whether there are messages to send.
    pub(crate) writes: bool,
    /// What happened.
    pub(crate) happened: Vec<EventKind>,
    /// What the operator has to know.
    pub(crate) discrepancies: Vec<Discrepancy>,
    /// The object as it is shown after the step, if that was rendered anyway.
    pub(crate) shown: Option<Vec<u8>>,
}

impl Recorded {
    /// Together with what another step of the same unit left to do.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.operations.extend(other.operations);
        self.notifies |= other.notifies;
        self.writes |= other.writes;
        self.happened.extend(other.happened);
        self.discrepancies.extend(other.discrepancies);
        self
    }

    /// Without a call that the use case makes itself.
    pub(crate) fn without(mut self, own: OperationId) -> Self {
        self.operations.retain(|operation| *operation != own);
        self
    }
}

fn kinds(events: &[Event]) -> Vec<EventKind> {
    events.iter().map(|event| event.kind()).collect()
}

/// Stores the next state of a payment with all that goes with it.
pub(crate) fn payment(work: &mut Work<'_, '_>, step: &payment::Step) -> Result<Recorded, Error> {
    let cx = work.cx;
    let step = receipt::fitting(work, step)?;
    let step = step.as_ref();
    store::payment::update(work.tx, &cx.shop, &step.next)?;
    crate::deal::tell_payment(work, step)?;
    crate::invoice::tell(work, step)?;
    payment_effects(work, step)
}

/// Stores a payment that was created and taken a step further in the same unit.
pub(crate) fn new_payment(
    work: &mut Work<'_, '_>,
    step: &payment::Step,
) -> Result<Recorded, Error> {
    let cx = work.cx;
    store::payment::insert(work.tx, &cx.shop, &step.next)?;
    payment_effects(work, step)
}

fn payment_effects(work: &mut Work<'_, '_>, step: &payment::Step) -> Result<Recorded, Error> {
    let cx = work.cx;
    let registers = receipt::of_payment(work, &step.next, step.receipt)?;
    if let Some(method) = &step.saved_method {
        store::payment_method::insert(work.tx, &cx.shop, method)?;
    }
    split::lock_books(work, &step.partners)?;
    transfers(work, &step.transfers)?;
    split::post(work, &step.partners)?;
    operations(work, &step.operations)?;
    let shown = contract::payment::body(&step.next, cx.app.links());
    let notifies = events(work, &step.events, &shown)?;
    let writes = statement::of_payment(work, step)?;
    let calls = step.operations.iter().map(|operation| operation.id);
    Ok(Recorded {
        operations: calls.chain(registers).collect(),
        notifies,
        writes,
        happened: kinds(&step.events),
        discrepancies: Vec::new(),
        shown: Some(shown),
    })
}

/// Stores the next state of a refund and of its payment with all that goes with it.
pub(crate) fn refund(work: &mut Work<'_, '_>, step: &refund::Step) -> Result<Recorded, Error> {
    let cx = work.cx;
    store::refund::update(work.tx, &cx.shop, &step.next)?;
    refund_effects(work, step)
}

/// Stores a refund that reached its payer when it was over. Its deal is not told: it is closed, or
/// has given the money to somebody else.
pub(crate) fn late_refund(work: &mut Work<'_, '_>, step: &refund::Step) -> Result<Recorded, Error> {
    let cx = work.cx;
    store::refund::update(work.tx, &cx.shop, &step.next)?;
    store::payment::update(work.tx, &cx.shop, &step.payment)?;
    refund_money(work, step)
}

/// Stores a new refund with all that goes with it.
pub(crate) fn new_refund(work: &mut Work<'_, '_>, step: &refund::Step) -> Result<Recorded, Error> {
    let cx = work.cx;
    store::refund::insert(work.tx, &cx.shop, &step.next)?;
    refund_effects(work, step)
}

fn refund_effects(work: &mut Work<'_, '_>, step: &refund::Step) -> Result<Recorded, Error> {
    let cx = work.cx;
    store::payment::update(work.tx, &cx.shop, &step.payment)?;
    let deal_step = crate::deal::tell_refund(work, &step.next)?;
    let recorded = refund_money(work, step)?;
    match deal_step {
        Some(deal_step) => {
            crate::deal::repay(work, &deal_step, TransferKind::RefundRepay(step.next.id))?;
            Ok(recorded.and(deal(work, &deal_step)?))
        }
        None => Ok(recorded),
    }
}

/// What goes with a refund that is stored with its payment, but for its deal.
fn refund_money(work: &mut Work<'_, '_>, step: &refund::Step) -> Result<Recorded, Error> {
    let registers = receipt::of_refund(work, &step.next, step.receipt)?;
    split::lock_books(work, &step.partners)?;
    transfers(work, &step.transfers)?;
    split::post(work, &step.partners)?;
    operations(work, &step.operations)?;
    let shown = contract::refund::body(&step.next);
    let notifies = events(work, &step.events, &shown)?;
    let calls = step.operations.iter().map(|operation| operation.id);
    Ok(Recorded {
        operations: calls.chain(registers).collect(),
        notifies,
        writes: false,
        happened: kinds(&step.events),
        discrepancies: Vec::new(),
        shown: Some(shown),
    })
}

/// Stores the next state of a payout with all that goes with it, but for its deal.
pub(crate) fn payout(work: &mut Work<'_, '_>, step: &payout::Step) -> Result<Recorded, Error> {
    let cx = work.cx;
    store::payout::update(work.tx, &cx.shop, &step.next)?;
    payout_effects(work, step)
}

/// Stores a new payout with all that goes with it, but for its deal.
pub(crate) fn new_payout(work: &mut Work<'_, '_>, step: &payout::Step) -> Result<Recorded, Error> {
    let cx = work.cx;
    store::payout::insert(work.tx, &cx.shop, &step.next)?;
    payout_effects(work, step)
}

fn payout_effects(work: &mut Work<'_, '_>, step: &payout::Step) -> Result<Recorded, Error> {
    if let Some(usage) = &step.usage {
        store::payout::usage::change(work.tx, work.cx.shop.id, usage)?;
    }
    transfers(work, &step.transfers)?;
    operations(work, &step.operations)?;
    let shown = contract::payout::body(&step.next);
    let notifies = events(work, &step.events, &shown)?;
    Ok(Recorded {
        operations: step.operations.iter().map(|o| o.id).collect(),
        notifies,
        writes: false,
        happened: kinds(&step.events),
        discrepancies: Vec::new(),
        shown: Some(shown),
    })
}

/// Stores the next state of a payment method with all that goes with it.
pub(crate) fn payment_method(
    work: &mut Work<'_, '_>,
    step: &payment_method::Step,
) -> Result<Recorded, Error> {
    let cx = work.cx;
    store::payment_method::update(work.tx, &cx.shop, &step.next)?;
    operations(work, &step.operations)?;
    let shown = contract::payment_method::body(&step.next, cx.app.links());
    let notifies = events(work, &step.events, &shown)?;
    Ok(Recorded {
        operations: step.operations.iter().map(|o| o.id).collect(),
        notifies,
        writes: false,
        happened: kinds(&step.events),
        discrepancies: Vec::new(),
        shown: Some(shown),
    })
}

/// Stores the next state of a deal with all that goes with it.
pub(crate) fn deal(work: &mut Work<'_, '_>, step: &deal::Step) -> Result<Recorded, Error> {
    let cx = work.cx;
    store::deal::update(work.tx, &cx.shop, &step.next)?;
    transfers(work, &step.transfers)?;
    let shown = contract::deal::body(&step.next);
    let notifies = events(work, &step.events, &shown)?;
    Ok(Recorded {
        operations: Vec::new(),
        notifies,
        writes: false,
        happened: kinds(&step.events),
        discrepancies: Vec::new(),
        shown: Some(shown),
    })
}

fn text(body: Vec<u8>) -> Result<String, Error> {
    String::from_utf8(body).map_err(|_not_text| Error::defect("a body is not UTF-8"))
}

pub(crate) fn transfers(work: &mut Work<'_, '_>, transfers: &[Transfer]) -> Result<(), Error> {
    let cx = work.cx;
    for transfer in transfers {
        let id = TransferId::new(work.ids.next());
        store::book::post(work.tx, &cx.shop, transfer, id, cx.now)?;
    }
    Ok(())
}

/// Calls are written down in the state "sent": whoever finds them later cannot know better.
pub(crate) fn operations(work: &mut Work<'_, '_>, new: &[NewOperation]) -> Result<(), Error> {
    let cx = work.cx;
    for operation in new {
        let operation = Operation::send(operation.clone(), cx.now);
        store::operation::insert(work.tx, &cx.shop, &operation)?;
    }
    Ok(())
}

/// Writes events and a delivery for each webhook that listens. Returns whether there are any.
fn events(work: &mut Work<'_, '_>, events: &[Event], object: &[u8]) -> Result<bool, Error> {
    let cx = work.cx;
    let mut notifies = false;
    for event in events {
        let kind = event.kind();
        let object_id = match event {
            Event::Payment(_, id) => id.to_string(),
            Event::Refund(_, id) => id.to_string(),
            Event::PaymentMethod(_, id) => id.to_string(),
            Event::Deal(_, id) => id.to_string(),
            Event::Payout(_, id) => id.to_string(),
        };
        let row = store::event::Event {
            id: EventId::new(work.ids.next()),
            shop_id: cx.shop.id,
            kind,
            object_id,
            body: text(contract::event::body(kind, object))?,
            created_at: cx.now,
        };
        store::event::insert(work.tx, &row)?;
        notifies |= deliver(work, &row)? > 0;
    }
    Ok(notifies)
}

/// Writes a delivery of an event for each webhook that listens. Returns how many.
pub(crate) fn deliver(
    work: &mut Work<'_, '_>,
    event: &store::event::Event,
) -> Result<usize, Error> {
    let cx = work.cx;
    let webhooks = listeners(work, event)?;
    let deliveries: Vec<Delivery> = webhooks
        .iter()
        .map(|webhook| Delivery {
            id: DeliveryId::new(work.ids.next()),
            shop_id: cx.shop.id,
            event_id: event.id,
            webhook_id: webhook.id,
            object_id: event.object_id.clone(),
            state: DeliveryState::Pending,
            attempts: 0,
            created_at: cx.now,
            due_at: Some(cx.now),
        })
        .collect();
    if !deliveries.is_empty() {
        store::delivery::insert(work.tx, &cx.shop, &deliveries)?;
    }
    Ok(deliveries.len())
}

/// The webhooks that are notified of an event: the shop's own, and those of the application that
/// made the object. If no webhook belongs to an application, that is not looked up.
fn listeners(work: &mut Work<'_, '_>, event: &store::event::Event) -> Result<Vec<Webhook>, Error> {
    let cx = work.cx;
    let mut webhooks = store::webhook::of_event(work.tx, cx.shop.id, event.kind)?;
    if webhooks.iter().all(|webhook| webhook.holder.is_none()) {
        return Ok(webhooks);
    }
    let author = store::authorship::find(work.tx, cx.shop.id, &event.object_id)?;
    let now = cx.app.now();
    webhooks.retain(|webhook| {
        webhook
            .holder
            .is_none_or(|holder| author == Some(holder.application_id) && now < holder.ends_at)
    });
    Ok(webhooks)
}
