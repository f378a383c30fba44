//! Holds what is written down against the bank's own list, where a connector gives one: money that
//! moved there and not here, here and not there, or with another sum.
//!
//! It works beside a running server: what stands here is read before the list, so all of it must be
//! on the list, and what the list has more may still be under way.

use std::collections::HashMap;
use std::sync::Arc;

use connectors::CallError;
use connectors::acquirer::{CarriedOut, Statement};
use domain::{Duration, Operation, OperationId, OperationState, Right, Timestamp};
use store::Conn;
use store::audit::Approved;

use super::{Finding, PAGE, Report};
use crate::app::App;
use crate::cx::{AnyShop, Cx};
use crate::error::{Cause, Error};

/// How far back what stands here is held against the list, in memory at once: banks forget. The
/// sandbox does after 60 days; a test shop's clock may be ahead by the rest.
const REACH: Duration = Duration::days(30);

/// What stands here as carried out and was not yet found on the list.
type Here = HashMap<OperationId, Approved>;

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
pub async fn run(cx: &Cx, report: &mut Report) -> Result<(), Error> {
    let rows = cx.require_any_shop(Right::BookAudit)?;
    let app = rows.app();
    for giver in [Giver::Acquirer, Giver::Payer] {
        let since = app.now().minus(REACH);
        if statement(app, giver, None).await?.is_none() {
            continue;
        }
        let mut here = carried_out_here(&rows, giver, since).await?;
        let (mut first, mut after) = (None, None);
        loop {
            let page = statement(app, giver, after).await?.unwrap_or_default();
            first = first.or(page.lines.first().map(|line| line.operation));
            hold_against(&rows, page.lines, &mut here, report).await?;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        // What is older than the list is not to be found on it; an empty one has no beginning.
        here.retain(|operation, _| first.is_none_or(|first| first <= *operation));
        name_the_missing(here, report);
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
async fn carried_out_here(rows: &AnyShop, giver: Giver, since: Timestamp) -> Result<Here, Error> {
    let payouts = match giver {
        Giver::Acquirer => false,
        Giver::Payer => true,
    };
    let mut here = Here::new();
    let mut after = None;
    loop {
        let read = move |conn: &mut Conn<'_>| {
            let page = store::audit::carried_out(conn, payouts, (since, after), PAGE);
            Ok::<_, Error>(page?)
        };
        let page = rows.read(read).await?;
        let Some(last) = page.last() else {
            return Ok(here);
        };
        after = Some(last.id);
        here.extend(page.into_iter().map(|approved| (approved.id, approved)));
    }
}

/// Holds lines of the list against what stands here, and takes from it what is found. A line that
/// is as it was written down, which nearly all are, costs no look into the storage.
async fn hold_against(
    rows: &AnyShop,
    mut lines: Vec<CarriedOut>,
    here: &mut Here,
    report: &mut Report,
) -> Result<(), Error> {
    let count = u64::try_from(lines.len()).unwrap_or(u64::MAX);
    report.carried_out = report.carried_out.saturating_add(count);
    lines.retain(|line| {
        let approved = here.remove(&line.operation);
        approved.is_none_or(|approved| !is_same(line, &approved))
    });
    if lines.is_empty() {
        return Ok(());
    }
    let read = move |conn: &mut Conn<'_>| {
        let mut findings = Vec::new();
        for line in &lines {
            let found = store::operation::find_any_shop(conn, line.operation)?;
            findings.extend(problem(line, found.as_ref()).map(|problem| Finding {
                shop_id: line.shop_id,
                object: line.operation.to_string(),
                problem: problem.to_owned(),
            }));
        }
        Ok::<_, Error>(findings)
    };
    report.findings.extend(rows.read(read).await?);
    Ok(())
}

fn is_same(line: &CarriedOut, approved: &Approved) -> bool {
    (line.shop_id, line.kind, line.amount) == (approved.shop_id, approved.kind, approved.amount)
}

/// What is wrong with a line of the list, of which this stands here.
fn problem(line: &CarriedOut, found: Option<&Operation>) -> Option<&'static str> {
    let Some(found) = found else {
        return Some("the bank carried it out, and nobody here knows it");
    };
    match found.state {
        OperationState::Approved => {
            let approved = Approved {
                id: found.id,
                shop_id: found.shop_id,
                kind: found.kind,
                amount: found.amount,
            };
            (!is_same(line, &approved))
                .then_some("the bank did something else, or with another sum")
        }
        OperationState::Sent | OperationState::Unknown | OperationState::Challenged => None,
        OperationState::GivenUp | OperationState::Declined(_) => {
            Some("the bank carried it out, and here it stands as not carried out")
        }
    }
}

/// Names what stands here as carried out and is not on the list.
fn name_the_missing(missing: Here, report: &mut Report) {
    let mut missing: Vec<Approved> = missing.into_values().collect();
    missing.sort_unstable_by_key(|approved| approved.id);
    report
        .findings
        .extend(missing.into_iter().map(|approved| Finding {
            shop_id: approved.shop_id,
            object: approved.id.to_string(),
            problem: "it stands here as carried out, and the bank does not know it".to_owned(),
        }));
}
