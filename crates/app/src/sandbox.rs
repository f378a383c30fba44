//! The buyer's side of banks that live in this process: what their pages show and decide; and the
//! sandbox's memory, which all nodes share.

mod memory;

pub use memory::{Records, forget};

use std::sync::Arc;

use connectors::sandbox::DecideError;
pub use connectors::sandbox::{Decision, Shown, ShownKind, ShownStatus};
use connectors::{Callback, Called};
use domain::access::Object;
use domain::{Actor, OperationId, Right};

use crate::answer;
use crate::app::App;
use crate::error::{Cause, Error};

/// What the sandbox's page shows of an operation.
///
/// # Errors
/// No such bank knows the operation.
pub async fn show(app: &Arc<App>, operation: OperationId) -> Result<Shown, Error> {
    of_payer(app, operation)?;
    for local in app.connectors.iter().filter_map(|one| one.local.as_ref()) {
        let shown = local.shown(operation).await;
        let shown = shown.map_err(|error| Error::Internal(Cause::Sandbox(error)))?;
        if let Some(shown) = shown {
            return Ok(shown);
        }
    }
    Err(Error::not_found("operation", operation))
}

/// The buyer decides on the sandbox's page. Where the buyer goes back to.
///
/// # Errors
/// No such bank knows the operation, or the storage fails.
pub async fn decide(
    app: &Arc<App>,
    operation: OperationId,
    decision: Decision,
) -> Result<String, Error> {
    of_payer(app, operation)?;
    for one in app.connectors.iter() {
        let Some(local) = &one.local else { continue };
        let decided = match local.decide(operation, decision).await {
            Ok(decided) => decided,
            Err(DecideError::NotFound) => continue,
            Err(DecideError::Memory(error)) => return Err(Error::Internal(Cause::Sandbox(error))),
        };
        let callback = Callback {
            operation,
            answer: decided.answer,
        };
        let connector = one.name;
        answer::hear(
            app,
            Called {
                connector,
                callback,
            },
        )
        .await?;
        return Ok(decided.return_url);
    }
    Err(Error::not_found("operation", operation))
}

/// What is behind these pages is the bank's and not ours: the right opens no rows.
fn of_payer(app: &Arc<App>, operation: OperationId) -> Result<(), Error> {
    let payer = app.acting(Actor::Payer(Object::Operation(operation)));
    let _bank = payer.require_any_shop(Right::BankDecide)?;
    Ok(())
}
