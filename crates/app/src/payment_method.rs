//! Saved payment methods: binding one without a payment, and showing it.

use connectors::acquirer::{Bind, ChallengePolicy, Means as CallMeans};
use contract::payment_method::CreatePaymentMethod;
use domain::payment::Flow;
use domain::payment_method::{Attempt, NewPaymentMethod};
use domain::{MethodFacts, OperationId, OperationObject, PaymentMethod, PaymentMethodId, Right};

use crate::call::{Task, What};
use crate::card_attempts::{Tried, Whence};
use crate::cx::{Allowed, Cx, Work};
use crate::effects::{self, Recorded};
use crate::error::{Error, Refusal};
use crate::once::{self, Once, Reply, Started};

/// Starts to bind a method without taking money.
///
/// # Errors
/// A rule does not allow it, the key was used for something else, or the storage fails.
pub async fn create(cx: &Cx, once: Once, command: CreatePaymentMethod) -> Result<Reply, Error> {
    let cx = &cx.require(Right::MethodBind)?;
    if command
        .gateway_id
        .is_some_and(|gateway| gateway != cx.shop.gateway_id)
    {
        return Err(Refusal::GatewayUnknown.into());
    }
    once::try_card(cx, once, move |work| start(work, &command)).await
}

fn start(work: &mut Work<'_, '_>, command: &CreatePaymentMethod) -> Result<Started, Error> {
    let kind = command.kind;
    let facts = command
        .card
        .as_ref()
        .map(|card| MethodFacts::Card(card.facts()));
    let means = match &command.card {
        Some(card) => CallMeans::Card(card.clone()),
        None => CallMeans::Method { kind, phone: None },
    };
    let new = NewPaymentMethod {
        id: PaymentMethodId::new(work.ids.next()),
        kind,
        facts: facts.clone(),
        metadata: command.metadata.clone(),
        confirmation: command.confirmation.clone(),
        client_ip: command.client_ip,
    };
    let method = PaymentMethod::create(work.shop(), new, work.now())?;
    let object = OperationObject::PaymentMethod(method.id);
    store::payment_method::insert(work.tx, &work.cx.shop, &method)?;
    if method.flow == Flow::Page {
        return Ok(Started {
            object,
            recorded: Recorded::default(),
            task: None,
        });
    }
    let id = OperationId::new(work.ids.next());
    let attempt = Attempt {
        operation: id,
        connector: work.cx.connector_of_binding(kind)?,
        facts,
        client_ip: work.cx.client_ip,
    };
    let step = method.bind(attempt, work.cx.shop.currency, work.now())?;
    if let Some(card) = &command.card {
        let tried = Tried {
            from: method.client_ip.map(Whence::Named),
            number: Some(&card.number),
            shop: Some(method.shop_id),
        };
        work.count_card(id, tried)?;
    }
    let recorded = effects::payment_method(work, &step)?;
    let task = bind_task(work.cx, &step.next, id, means);
    Ok(Started {
        object,
        recorded: recorded.without(id),
        task: Some((id, task)),
    })
}

/// The call that an attempt to bind makes.
pub(crate) fn bind_task(
    cx: &Allowed,
    method: &PaymentMethod,
    operation: OperationId,
    means: CallMeans,
) -> Task {
    let challenge = match &method.confirmation {
        None => ChallengePolicy::Never,
        Some(confirmation) if confirmation.enforce => ChallengePolicy::Always,
        Some(_) => ChallengePolicy::IfNeeded,
    };
    let what = What::Bind(Box::new(Bind {
        operation,
        shop_id: method.shop_id,
        means,
        challenge,
        client_ip: method.client_ip,
        return_url: cx.app.binding_returned(method.id),
    }));
    Task {
        connector: method.connector,
        what,
    }
}

/// Shows a payment method.
///
/// # Errors
/// It is not in this shop.
pub async fn show(cx: &Cx, id: PaymentMethodId) -> Result<Reply, Error> {
    let cx = &cx.require(Right::MethodRead)?;
    let asking = cx.clone();
    let method = cx
        .read(move |conn| {
            asking.require_seen(conn, "payment method", id)?;
            Ok(store::payment_method::find(conn, asking.shop.id, id)?)
        })
        .await?;
    let method = method.ok_or_else(|| Error::not_found("payment method", id))?;
    Ok(Reply(contract::payment_method::body(
        &method,
        cx.app.links(),
    )))
}
