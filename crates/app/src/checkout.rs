//! What a payer does on the platform's pages: look at a payment, try to pay it, come back from a
//! bank's page. Also the binding of a card without a payment.

use std::net::IpAddr;
use std::sync::Arc;

use card::{Card, CardNumber};
use connectors::acquirer::Means as CallMeans;
use domain::access::Object;
use domain::payment::{Attempt, State};
use domain::{
    Actor, Challenge, Decline, EventKind, MethodFacts, MethodKind, Operation, OperationId,
    OperationKind, OperationObject, OperationState, Payment, PaymentId, PaymentMethod,
    PaymentMethodId, Right, Shop, Timestamp, payment_method,
};

use crate::app::App;
use crate::call;
use crate::card_attempts::{Exceeded, Limit, Tried, Whence};
use crate::cx::{Allowed, Work};
use crate::error::{Error, Refusal};
use crate::heard::Of;
use crate::{
    answer, deal, effects, payment as payments, payment_method as methods, reconcile, split,
};

/// After how many attempts that reached the bank, by whatever method and whatever became of them,
/// a payment or a binding takes no more cards. A page that tells good card numbers from bad ones
/// without end is what thieves of numbers look for; a buyer has given up long before. That a bank
/// asks for a confirmation tells them as much as that it declines.
pub const ATTEMPTS_MAX: usize = 10;

/// A payment as its payer sees it.
#[derive(Clone, Debug)]
pub struct CheckoutView {
    /// The payment.
    pub payment: Payment,
    /// Who is paid.
    pub shop: Arc<Shop>,
    /// The methods that can pay it, best first.
    pub methods: Vec<MethodKind>,
    /// Why the last attempt was declined, if it was.
    pub last_decline: Option<Decline>,
    /// There were so many attempts, by whatever method, that no more cards are taken.
    pub cards_over: bool,
    /// Whether the payer may be asked to save the card.
    pub may_save: bool,
    /// Whether the shop has accepted a notification that it is paid; only looked up where it
    /// matters.
    pub told: bool,
    /// The shop's time.
    pub now: Timestamp,
}

/// The binding of a card as the payer sees it.
#[derive(Clone, Debug)]
pub struct BindingView {
    /// The method that is bound.
    pub method: PaymentMethod,
    /// For whom.
    pub shop: Arc<Shop>,
    /// Why the last attempt was declined, if it was.
    pub last_decline: Option<Decline>,
    /// There were so many attempts that no more cards are taken.
    pub cards_over: bool,
    /// The shop's time.
    pub now: Timestamp,
}

/// Who tries to pay on a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Buyer {
    /// The buyer's address.
    pub client_ip: Option<IpAddr>,
    /// Whether they agree to the card's being charged again.
    pub agreed_to_save: bool,
}

/// Shows a payment to its payer; whoever knows its id may see it.
///
/// # Errors
/// There is no such payment, or the storage fails.
pub async fn show(app: &Arc<App>, id: PaymentId) -> Result<CheckoutView, Error> {
    let cx = context(app, id, Right::PaymentFollow).await?;
    let mut view = view(&cx, id).await?;
    view.told = was_told(&cx, &view.payment).await?;
    Ok(view)
}

/// Returns whether the shop has accepted a notification that a payment is paid.
pub(crate) async fn was_told(cx: &Allowed, payment: &Payment) -> Result<bool, Error> {
    if !matches!(payment.state, State::Succeeded { .. }) {
        return Ok(false);
    }
    let (shop, id) = (payment.shop_id, payment.id.to_string());
    let paid = EventKind::PaymentSucceeded;
    cx.read(move |conn| Ok(store::delivery::was_taken(conn, shop, &id, paid)?))
        .await
}

async fn context(app: &Arc<App>, id: PaymentId, right: Right) -> Result<Allowed, Error> {
    let payer = app.acting(Actor::Payer(Object::Payment(id)));
    let find = move |conn: &mut store::Conn<'_>| {
        let found = store::payment::find_any_shop(conn, id)?;
        found.ok_or_else(|| Error::not_found("payment", id))
    };
    let shop = payer.require_any_shop(right)?.read(find).await?.shop_id;
    payer.require_in(shop, right).await
}

async fn view(cx: &Allowed, id: PaymentId) -> Result<CheckoutView, Error> {
    let shop = cx.shop.id;
    let (payment, attempts) = cx
        .read(move |conn| {
            let payment = store::payment::find(conn, shop, id)?;
            let payment = payment.ok_or_else(|| Error::not_found("payment", id))?;
            let object = OperationObject::Payment(id);
            // The payment knows which attempt is the last one; clocks of nodes do not.
            let last = if let State::Pending { last_attempt } = payment.state {
                last_attempt
            } else {
                None
            };
            let attempts = Attempts::of(conn, shop, object, last)?;
            Ok((payment, attempts))
        })
        .await?;
    let methods = MethodKind::ALL.into_iter();
    let methods = methods
        .filter(|kind| cx.shop.takes(*kind) && payment.accepts(*kind))
        .filter(|kind| payment.settles(*kind, &cx.tariffs, cx.now).is_ok())
        .filter(|kind| cx.connector_of_payment(*kind, payment.amount, None).is_ok())
        .filter(|kind| *kind != MethodKind::BankCard || !attempts.are_over())
        .collect();
    let asks = payment.save_method == domain::payment::SaveMethod::PayerDecides;
    Ok(CheckoutView {
        methods,
        last_decline: attempts.last_decline,
        cards_over: attempts.are_over(),
        told: false,
        may_save: asks && cx.shop.may_save_methods && payment.merchant_customer_id.is_some(),
        shop: Arc::clone(&cx.shop),
        payment,
        now: cx.shop.now(cx.app.now()),
    })
}

/// What became of the attempts to pay or to bind, by whatever method.
struct Attempts {
    made: usize,
    last_decline: Option<Decline>,
}

impl Attempts {
    fn of(
        conn: &mut store::Conn<'_>,
        shop: domain::ShopId,
        object: OperationObject,
        last: Option<OperationId>,
    ) -> Result<Self, Error> {
        let mut attempts = store::operation::list_of(conn, shop, object)?;
        attempts.retain(|o| matches!(o.kind, OperationKind::Authorize | OperationKind::Bind));
        let last = match last {
            Some(last) => attempts.iter().find(|operation| operation.id == last),
            None => attempts.last(),
        };
        Ok(Self {
            last_decline: last.and_then(declined),
            made: attempts.len(),
        })
    }

    fn are_over(&self) -> bool {
        self.made >= ATTEMPTS_MAX
    }

    /// Refuses a card if there were too many.
    fn check(&self) -> Result<(), Exceeded> {
        let limit = Limit::Object;
        if self.are_over() {
            return Err(Exceeded { limit, wait: None });
        }
        Ok(())
    }
}

fn declined(operation: &Operation) -> Option<Decline> {
    match operation.state {
        OperationState::Declined(decline) => Some(decline),
        OperationState::GivenUp => Some(domain::operation::NEVER_ARRIVED),
        OperationState::Sent
        | OperationState::Unknown
        | OperationState::Challenged
        | OperationState::Approved => None,
    }
}

/// Tries to pay by a card that was typed in.
///
/// # Errors
/// The payment cannot be tried now, or the storage fails. A decline is no error: the view says it.
pub async fn pay_by_card(
    app: &Arc<App>,
    id: PaymentId,
    card: Card,
    buyer: Buyer,
) -> Result<CheckoutView, Error> {
    let choice = Choice {
        kind: MethodKind::BankCard,
        phone: None,
        facts: Some(MethodFacts::Card(card.facts())),
        number: Some(card.number.clone()),
        buyer,
    };
    attempt(app, id, choice, CallMeans::Card(card)).await
}

/// Tries to pay by a method that the payer confirms elsewhere.
///
/// # Errors
/// The payment cannot be tried now, or the storage fails. A decline is no error: the view says it.
pub async fn pay_by(
    app: &Arc<App>,
    id: PaymentId,
    kind: MethodKind,
    phone: Option<String>,
    buyer: Buyer,
) -> Result<CheckoutView, Error> {
    let means = CallMeans::Method {
        kind,
        phone: phone.clone(),
    };
    let choice = Choice {
        kind,
        phone,
        facts: None,
        number: None,
        // Only cards are saved.
        buyer: Buyer {
            agreed_to_save: false,
            ..buyer
        },
    };
    attempt(app, id, choice, means).await
}

#[derive(Clone)]
struct Choice {
    kind: MethodKind,
    phone: Option<String>,
    facts: Option<MethodFacts>,
    number: Option<CardNumber>,
    buyer: Buyer,
}

async fn attempt(
    app: &Arc<App>,
    id: PaymentId,
    choice: Choice,
    means: CallMeans,
) -> Result<CheckoutView, Error> {
    let cx = context(app, id, Right::PaymentPay).await?;
    cx.require_enabled()?;
    let started = cx.write(move |work| start(work, id, &choice)).await;
    let (operation, payment) = started.inspect_err(|refused| note(&cx, refused))?;
    let task = payments::authorize_task(&cx, &payment, operation, means);
    let inner = cx.clone();
    // The call goes on when the payer leaves the page.
    cx.app
        .tasks
        .spawn(async move {
            let heard = call::perform(&inner, task).await;
            let object = OperationObject::Payment(id);
            answer::take(&inner, Of { operation, object }, heard).await
        })
        .await??;
    view(&cx, id).await
}

fn start(
    work: &mut Work<'_, '_>,
    id: PaymentId,
    choice: &Choice,
) -> Result<(OperationId, Payment), Error> {
    let found = store::payment::lock(work.tx, work.cx.shop.id, id)?;
    let payment = found.ok_or_else(|| Error::not_found("payment", id))?;
    let method = choice.kind;
    if !work.shop().takes(method) {
        return Err(domain::payment::AuthorizeRefused::MethodNotAccepted { method }.into());
    }
    if method == MethodKind::BankCard {
        let object = OperationObject::Payment(id);
        Attempts::of(work.tx, work.cx.shop.id, object, None)?.check()?;
    }
    deal::check_attempt(work, &payment, choice.kind)?;
    split::require_enabled(work, &payment)?;
    let attempt = Attempt {
        operation: OperationId::new(work.ids.next()),
        connector: work.cx.connector_of_payment(method, payment.amount, None)?,
        kind: choice.kind,
        phone: choice.phone.clone(),
        facts: choice.facts.clone(),
        agreed_to_save: choice.buyer.agreed_to_save,
        client_ip: choice.buyer.client_ip,
    };
    let operation = attempt.operation;
    let step = payment.authorize(attempt, work.now())?;
    if let Some(number) = &choice.number {
        count(work, operation, choice.buyer.client_ip, number)?;
    }
    effects::payment(work, &step)?;
    Ok((operation, step.next))
}

/// Counts a payment or a binding that takes no more cards. Other limits count by themselves.
fn note(cx: &Allowed, refused: &Error) {
    if let Error::Refused(Refusal::CardAttempts(Exceeded { limit, .. })) = refused
        && *limit == Limit::Object
    {
        let now = cx.app.now();
        cx.app.card_attempts.refuse(*limit, cx.shop.id, now);
    }
}

/// Counts a card that was typed in.
fn count(
    work: &Work<'_, '_>,
    operation: OperationId,
    from: Option<IpAddr>,
    number: &CardNumber,
) -> Result<(), Exceeded> {
    let tried = Tried {
        from: from.map(Whence::Seen),
        number: Some(number),
        shop: Some(work.cx.shop.id),
    };
    work.count_card(operation, tried)
}

/// The payer is back from a bank's page: asks the acquirer for the result, in case its callback has
/// not arrived.
///
/// # Errors
/// There is no such payment, or the storage fails.
pub async fn returned(app: &Arc<App>, id: PaymentId) -> Result<CheckoutView, Error> {
    let cx = context(app, id, Right::PaymentFollow).await?;
    let before = view(&cx, id).await?;
    match before.payment.state {
        // The acquirer is asked when that is over.
        State::Challenged {
            challenge: Challenge::CoolingOff { .. },
            ..
        } => Ok(before),
        State::Challenged { operation, .. } => {
            reconcile::look(&cx, operation).await?;
            view(&cx, id).await
        }
        State::Pending { .. }
        | State::Authorizing { .. }
        | State::WaitingForCapture { .. }
        | State::Capturing { .. }
        | State::Voiding { .. }
        | State::Registering { .. }
        | State::Succeeded { .. }
        | State::Canceled { .. } => Ok(before),
    }
}

/// Shows a binding to its payer.
///
/// # Errors
/// There is no such binding, or the storage fails.
pub async fn show_binding(app: &Arc<App>, id: PaymentMethodId) -> Result<BindingView, Error> {
    let cx = binding_context(app, id, Right::MethodFollow).await?;
    binding_view(&cx, id).await
}

async fn binding_context(
    app: &Arc<App>,
    id: PaymentMethodId,
    right: Right,
) -> Result<Allowed, Error> {
    let payer = app.acting(Actor::Payer(Object::PaymentMethod(id)));
    let find = move |conn: &mut store::Conn<'_>| {
        let found = store::payment_method::find_any_shop(conn, id)?;
        found.ok_or_else(|| Error::not_found("payment method", id))
    };
    let shop = payer.require_any_shop(right)?.read(find).await?.shop_id;
    payer.require_in(shop, right).await
}

async fn binding_view(cx: &Allowed, id: PaymentMethodId) -> Result<BindingView, Error> {
    let shop = cx.shop.id;
    let (method, attempts) = cx
        .read(move |conn| {
            let method = store::payment_method::find(conn, shop, id)?;
            let method = method.ok_or_else(|| Error::not_found("payment method", id))?;
            let object = OperationObject::PaymentMethod(id);
            Ok((method, Attempts::of(conn, shop, object, None)?))
        })
        .await?;
    let (shop, now) = (Arc::clone(&cx.shop), cx.shop.now(cx.app.now()));
    Ok(BindingView {
        method,
        shop,
        last_decline: attempts.last_decline,
        cards_over: attempts.are_over(),
        now,
    })
}

/// Tries to bind a card that was typed in.
///
/// # Errors
/// The binding cannot be tried now, or the storage fails. A decline is no error.
pub async fn bind_card(
    app: &Arc<App>,
    id: PaymentMethodId,
    card: Card,
    client_ip: Option<IpAddr>,
) -> Result<BindingView, Error> {
    let cx = binding_context(app, id, Right::MethodConfirm).await?;
    cx.require_enabled()?;
    let facts = MethodFacts::Card(card.facts());
    let number = card.number.clone();
    let started = cx
        .write(move |work| {
            let found = store::payment_method::lock(work.tx, work.cx.shop.id, id)?;
            let method = found.ok_or_else(|| Error::not_found("payment method", id))?;
            let object = OperationObject::PaymentMethod(id);
            Attempts::of(work.tx, work.cx.shop.id, object, None)?.check()?;
            let operation = OperationId::new(work.ids.next());
            let currency = work.cx.shop.currency;
            let attempt = payment_method::Attempt {
                operation,
                connector: work.cx.connector_of_binding(method.kind)?,
                facts: Some(facts.clone()),
                client_ip,
            };
            let step = method.bind(attempt, currency, work.now())?;
            count(work, operation, client_ip, &number)?;
            effects::payment_method(work, &step)?;
            Ok((operation, step.next))
        })
        .await;
    let (operation, method) = started.inspect_err(|refused| note(&cx, refused))?;
    let task = methods::bind_task(&cx, &method, operation, CallMeans::Card(card));
    let inner = cx.clone();
    cx.app
        .tasks
        .spawn(async move {
            let heard = call::perform(&inner, task).await;
            let object = OperationObject::PaymentMethod(id);
            answer::take(&inner, Of { operation, object }, heard).await
        })
        .await??;
    binding_view(&cx, id).await
}

/// The payer is back from a bank's page.
///
/// # Errors
/// There is no such binding, or the storage fails.
pub async fn binding_returned(app: &Arc<App>, id: PaymentMethodId) -> Result<BindingView, Error> {
    let cx = binding_context(app, id, Right::MethodFollow).await?;
    let before = binding_view(&cx, id).await?;
    if let payment_method::State::Challenged { operation, .. } = before.method.state {
        reconcile::look(&cx, operation).await?;
        return binding_view(&cx, id).await;
    }
    Ok(before)
}
