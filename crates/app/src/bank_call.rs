//! A bank calls. Anybody can claim to be one: the connector proves it, and what its bank says
//! counts for its own operations alone.

use std::sync::Arc;

pub use connectors::bank_call::{BankCall, Reply};
use connectors::bank_call::{NotReceived, TakesCalls};
use connectors::{CallError, Called};
use domain::ConnectorName;
use store::Quiet;
use tracing::warn;

use crate::answer;
use crate::app::App;
use crate::error::{Cause, Error};

/// Takes in a call to the connector with this name. Returns what the bank expects to get; the same
/// call again changes nothing and gets the same.
///
/// # Errors
/// No connector of this name takes calls, nothing proves that its bank calls, the connector does
/// not know the operation, or the storage fails.
pub async fn receive(app: &Arc<App>, name: &str, call: BankCall) -> Result<Reply, Error> {
    let unknown = || Error::not_found("connector", name);
    let connector: ConnectorName = name.parse().map_err(|_no_name| unknown())?;
    let found = app.connector(Some(connector));
    let bank: Arc<dyn TakesCalls> = found.and_then(|one| one.bank.clone()).ok_or_else(unknown)?;
    let received = match bank.receive(&call).await {
        Ok(received) => received,
        Err(NotReceived::Unproven) => {
            unproven(connector);
            return Err(Error::Denied);
        }
        Err(NotReceived::Unreadable) => return Err(Error::not_found("call", call.path)),
        Err(NotReceived::Failed(cause)) => {
            return Err(Error::Internal(Cause::Call(CallError::NotSent(Some(
                cause,
            )))));
        }
    };
    if let Some(callback) = received.callback {
        let called = Called {
            connector,
            callback,
        };
        answer::hear(app, called).await?;
    }
    Ok(received.reply)
}

/// Logs that somebody else calls in a bank's name, or that the keys of both sides differ.
fn unproven(connector: ConnectorName) {
    static QUIET: Quiet = Quiet::new();
    if let Some(unsaid) = QUIET.turn() {
        warn!(%connector, unsaid, "nothing proves that a call is the bank's");
    }
}
