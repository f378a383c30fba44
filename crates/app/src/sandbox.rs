//! The buyer's side of the sandbox acquirer: what its pages show and decide; and its memory, which
//! all nodes share.

mod memory;

pub use memory::{Records, forget};

use std::sync::Arc;

use connectors::sandbox::DecideError;
pub use connectors::sandbox::{Decision, Shown, ShownKind, ShownStatus};
use domain::access::Object;
use domain::{Actor, OperationId, Right};

use crate::answer;
use crate::app::App;
use crate::error::{Cause, Error};

/// What the sandbox's page shows of an operation.
///
/// # Errors
/// There is no sandbox, or it does not know the operation.
pub async fn show(app: &Arc<App>, operation: OperationId) -> Result<Shown, Error> {
    of_payer(app, operation)?;
    let shown = match &app.sandbox {
        Some(sandbox) => sandbox.shown(operation).await,
        None => Ok(None),
    };
    let shown = shown.map_err(|error| Error::Internal(Cause::Sandbox(error)))?;
    shown.ok_or_else(|| Error::not_found("operation", operation))
}

/// The buyer decides on the sandbox's page. Where the buyer goes back to.
///
/// # Errors
/// There is no sandbox, it does not know the operation, or the storage fails.
pub async fn decide(
    app: &Arc<App>,
    operation: OperationId,
    decision: Decision,
) -> Result<String, Error> {
    of_payer(app, operation)?;
    let sandbox = app
        .sandbox
        .as_ref()
        .ok_or_else(|| Error::not_found("operation", operation))?;
    let decided = sandbox
        .decide(operation, decision)
        .await
        .map_err(|error| match error {
            DecideError::NotFound => Error::not_found("operation", operation),
            DecideError::Memory(error) => Error::Internal(Cause::Sandbox(error)),
        })?;
    answer::hear(app, operation, decided.answer).await?;
    Ok(decided.return_url)
}

/// What is behind these pages is the bank's and not ours: the right opens no rows.
fn of_payer(app: &Arc<App>, operation: OperationId) -> Result<(), Error> {
    let payer = app.acting(Actor::Payer(Object::Operation(operation)));
    let _bank = payer.require_any_shop(Right::BankDecide)?;
    Ok(())
}
