//! Calls to the acquirer and the payer. What is asked was written down before; what is heard is
//! taken in by [`crate::answer`].

use connectors::CallError;
use connectors::acquirer::{Authorize, Bind, Follow};
use connectors::payer::PayOut;
use domain::{Answer, ConnectorName, Operation, OperationId, OperationKind, OperationObject};
use store::Quiet;
use tracing::{error, info, warn};

use crate::answer;
use crate::cx::Allowed;
use crate::effects::Recorded;
use crate::error::Error;
use crate::heard::Of;
use crate::{payout, register};

/// A call that is to be made.
pub(crate) struct Task {
    /// The connector that is asked; `None` if it is a register.
    pub(crate) connector: Option<ConnectorName>,
    /// What is asked.
    pub(crate) what: What,
}

/// The request itself.
pub(crate) enum What {
    /// Hold or take money.
    Authorize(Box<Authorize>),
    /// Bind a means.
    Bind(Box<Bind>),
    /// Take held money.
    Capture(Follow),
    /// Let held money go.
    Void(Follow),
    /// Give money back.
    Refund(Follow),
    /// Send money to a person.
    PayOut(Box<PayOut>),
}

/// The result of a call.
#[expect(clippy::large_enum_variant, reason = "one a call, taken in at once")]
pub(crate) enum Heard {
    /// An answer.
    Answer(Answer),
    /// Nothing: it may have been carried out.
    Silence,
    /// Nobody could be asked, because its connector is not there.
    Nobody,
    /// The outside does not know it.
    Absent(Absence),
}

/// What it means that the outside does not know a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Absence {
    /// It may still arrive.
    Early,
    /// It never arrived.
    Settled,
    /// It had begun it when it was asked.
    Forgotten,
}

impl Task {
    /// The task of an operation that needs nothing but itself. `None` for those that need the
    /// payer's means, which nobody keeps, and for payouts, whose receiver stands beside them.
    pub(crate) fn of(operation: &Operation) -> Option<Self> {
        let follow = || {
            Some(Follow {
                operation: operation.id,
                shop_id: operation.shop_id,
                reference: operation.reference.clone()?,
                amount: operation.amount,
            })
        };
        let what = match operation.kind {
            OperationKind::Authorize
            | OperationKind::Bind
            | OperationKind::PayOut
            | OperationKind::Register => None,
            OperationKind::Capture => follow().map(What::Capture),
            OperationKind::Void => follow().map(What::Void),
            OperationKind::Refund => follow().map(What::Refund),
        };
        let connector = operation.connector;
        what.map(|what| Self { connector, what })
    }
}

/// Asks the task's connector, within the time limit. A call that could not even be sent counts as
/// silence: the reconciler repeats it, or gives it up.
pub(crate) async fn perform(cx: &Allowed, task: Task) -> Heard {
    let Some(connector) = cx.app.connector(task.connector) else {
        return Heard::Nobody;
    };
    let name = connector.name;
    let (acquirer, payer) = (&connector.acquirer, connector.payer.as_ref());
    let call = async {
        match (task.what, payer) {
            (What::Authorize(request), _) => acquirer.authorize(*request).await,
            (What::Bind(request), _) => acquirer.bind(*request).await,
            (What::Capture(request), _) => acquirer.capture(request).await,
            (What::Void(request), _) => acquirer.void(request).await,
            (What::Refund(request), _) => acquirer.refund(request).await,
            (What::PayOut(request), Some(payer)) => payer.pay_out(*request).await,
            (What::PayOut(_), None) => Err(CallError::NotSent(None)),
        }
    };
    let shop = &cx.shop;
    match tokio::time::timeout(cx.app.settings.call_time_max, call).await {
        Ok(Ok(answer)) => Heard::Answer(answer.in_time_of(shop)),
        Ok(Err(CallError::NotSent(cause))) => {
            warn!(%shop.id, connector = %name, ?cause, "a call could not be sent");
            Heard::Silence
        }
        Ok(Err(CallError::Unknown(cause))) => {
            warn!(%shop.id, connector = %name, ?cause, "the acquirer did not answer");
            Heard::Silence
        }
        Err(_elapsed) => {
            warn!(%shop.id, connector = %name, "the acquirer did not answer in time");
            Heard::Silence
        }
    }
}

/// Makes a written-down call and takes its answer in.
pub(crate) async fn run(cx: &Allowed, operation: OperationId) -> Result<(), Error> {
    let shop = cx.shop.id;
    let found = cx
        .read(move |conn| Ok(store::operation::find(conn, shop, operation)?))
        .await?;
    let found = found.ok_or_else(|| Error::not_found("operation", operation))?;
    let task = match found.object {
        OperationObject::Receipt(_) => return register::look(cx, &found).await,
        OperationObject::Payout(id) => payout::task_of(cx, id, operation).await?,
        OperationObject::Payment(_)
        | OperationObject::Refund(_)
        | OperationObject::PaymentMethod(_) => Task::of(&found),
    };
    let Some(task) = task else {
        return Ok(());
    };
    if found.is_final() {
        return Ok(());
    }
    let heard = perform(cx, task).await;
    let object = found.object;
    answer::take(cx, Of { operation, object }, heard).await
}

/// Logs that the reconciler has to finish a call.
fn unfinished(operation: OperationId, error: &Error) {
    static QUIET: Quiet = Quiet::new();
    if !error.is_of_storage() {
        error!(operation.id = %operation, ?error, "a call could not be finished");
    } else if let Some(unsaid) = QUIET.turn() {
        error!(operation.id = %operation, ?error, unsaid, "a call could not be finished");
    }
}

/// Does what a step needs after its commit: counts events, wakes the workers that send
/// notifications, and makes the calls. If a call gets lost here, the reconciler finds it.
pub(crate) fn follow_up(cx: &Allowed, recorded: Recorded) {
    cx.app.happened.count(&recorded.happened);
    cx.app.discrepancies.count(&recorded.discrepancies);
    if recorded.notifies {
        cx.app.wake_deliveries();
    }
    if recorded.writes {
        cx.app.wake_messages();
    }
    for operation in recorded.operations {
        let cx = cx.clone();
        let app = std::sync::Arc::clone(&cx.app);
        app.tasks.spawn(async move {
            info!(shop.id = %cx.shop.id, operation.id = %operation, "calling the outside");
            if let Err(error) = Box::pin(run(&cx.later(), operation)).await {
                unfinished(operation, &error);
            }
        });
    }
}
