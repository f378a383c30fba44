//! Holds what is written down against the bank's own list, where a connector gives one: money that
//! moved there and not here, here and not there, or with another sum.
//!
//! It works beside a running server: what stands here is read before the list, so all of it must be
//! on the list, and what the list has more may still be under way.

use std::collections::HashSet;
use std::sync::Arc;

use connectors::CallError;
use connectors::acquirer::{CarriedOut, Statement};
use domain::{Duration, OperationId, OperationState, Timestamp};
use store::Conn;

use super::{Finding, PAGE, Report};
use crate::app::App;
use crate::error::{Cause, Error};

/// How far back what stands here is looked for on the list: banks forget.
const REACH: Duration = Duration::days(30);

/// The two who give lists.
#[derive(Clone, Copy)]
enum Giver {
    Acquirer,
    Payer,
}

/// Adds what differs to the report.
///
/// # Errors
/// The storage or the bank fails.
pub async fn run(app: &Arc<App>, report: &mut Report) -> Result<(), Error> {
    for giver in [Giver::Acquirer, Giver::Payer] {
        let since = app.now().minus(REACH);
        let mut here = carried_out_here(app, giver, since).await?;
        let Some(mut page) = statement(app, giver, None).await? else {
            continue;
        };
        let mut first = None;
        loop {
            first = first.or(page.lines.first().map(|line| line.operation));
            for line in &page.lines {
                here.remove(&line.operation);
            }
            hold_against(app, page.lines, report).await?;
            let Some(next) = page.next else { break };
            page = statement(app, giver, Some(next)).await?.unwrap_or_default();
        }
        // What is older than the list is not to be found on it; an empty one has no beginning.
        here.retain(|operation| first.is_none_or(|first| first <= *operation));
        name_the_missing(app, here, report).await?;
    }
    Ok(())
}

async fn statement(
    app: &Arc<App>,
    giver: Giver,
    after: Option<OperationId>,
) -> Result<Option<Statement>, Error> {
    let page = match giver {
        Giver::Acquirer => app.acquirer.statement(after).await,
        Giver::Payer => app.payer.statement(after).await,
    };
    page.map_err(|error: CallError| Error::Internal(Cause::Call(error)))
}

/// What stands here as carried out, since then.
async fn carried_out_here(
    app: &Arc<App>,
    giver: Giver,
    since: Timestamp,
) -> Result<HashSet<OperationId>, Error> {
    let payouts = match giver {
        Giver::Acquirer => false,
        Giver::Payer => true,
    };
    let mut here = HashSet::new();
    let mut after = None;
    loop {
        let read = move |conn: &mut Conn<'_>| {
            let page = store::audit::carried_out(conn, payouts, (since, after), PAGE);
            Ok::<_, Error>(page?)
        };
        let page = app.store.read(read).await?;
        let Some(last) = page.last() else {
            return Ok(here);
        };
        after = Some(*last);
        here.extend(page);
    }
}

/// Holds lines of the list against what stands here.
async fn hold_against(
    app: &Arc<App>,
    lines: Vec<CarriedOut>,
    report: &mut Report,
) -> Result<(), Error> {
    let count = u64::try_from(lines.len()).unwrap_or(u64::MAX);
    report.carried_out = report.carried_out.saturating_add(count);
    let read = move |conn: &mut Conn<'_>| {
        let mut findings = Vec::new();
        for line in &lines {
            let found = store::operation::find_any_shop(conn, line.operation)?;
            let problem = match found.as_ref().map(|found| found.state) {
                Some(OperationState::Approved) => {
                    let same = found.is_some_and(|found| {
                        (found.shop_id, found.kind, found.amount)
                            == (line.shop_id, line.kind, line.amount)
                    });
                    (!same).then_some("the bank did something else, or with another sum")
                }
                Some(
                    OperationState::Sent | OperationState::Unknown | OperationState::Challenged,
                ) => None,
                Some(OperationState::GivenUp | OperationState::Declined(_)) => {
                    Some("the bank carried it out, and here it stands as not carried out")
                }
                None => Some("the bank carried it out, and nobody here knows it"),
            };
            findings.extend(problem.map(|problem| Finding {
                shop_id: line.shop_id,
                object: line.operation.to_string(),
                problem: problem.to_owned(),
            }));
        }
        Ok::<_, Error>(findings)
    };
    report.findings.extend(app.store.read(read).await?);
    Ok(())
}

/// Names what stands here as carried out and is not on the list.
async fn name_the_missing(
    app: &Arc<App>,
    missing: HashSet<OperationId>,
    report: &mut Report,
) -> Result<(), Error> {
    let mut missing: Vec<OperationId> = missing.into_iter().collect();
    missing.sort_unstable();
    let read = move |conn: &mut Conn<'_>| {
        let mut findings = Vec::new();
        for id in &missing {
            let found = store::operation::find_any_shop(conn, *id)?;
            findings.extend(found.map(|found| Finding {
                shop_id: found.shop_id,
                object: id.to_string(),
                problem: "it stands here as carried out, and the bank does not know it".to_owned(),
            }));
        }
        Ok::<_, Error>(findings)
    };
    report.findings.extend(app.store.read(read).await?);
    Ok(())
}
