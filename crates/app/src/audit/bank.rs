//! Holds what is written down against each bank's own list, where its connector gives one: money
//! that moved there and not here, here and not there, or with another sum.
//!
//! It works beside a running server: what stands here is read before the list, so all of it must be
//! on the list, and what the list has more may still be under way.

use std::collections::HashMap;

use connectors::CallError;
use connectors::acquirer::{CarriedOut, Statement};
use connectors::{Acquirer, Connector, Payer};
use domain::{ConnectorName, Duration, Operation, OperationId, OperationState, Right, Timestamp};
use store::Conn;
use store::audit::Approved;

use super::{Finding, PAGE, Report, TIME_MAX};
use crate::cx::{AnyShop, Cx};
use crate::error::{Cause, Error};

/// How far back what stands here is held against the list, in memory at once: banks forget. The
/// sandbox does after 60 days; a test shop's clock may be ahead by the rest.
const REACH: Duration = Duration::days(30);

/// What stands here as carried out and was not yet found on the list.
type Here = HashMap<OperationId, Approved>;

/// Who gives a list.
#[derive(Clone, Copy)]
struct Giver<'a> {
    connector: ConnectorName,
    of: Of<'a>,
}

/// The two sides of a connector, with lists of their own.
#[derive(Clone, Copy)]
enum Of<'a> {
    Payments(&'a dyn Acquirer),
    Payouts(&'a dyn Payer),
}

/// Adds what differs to the report.
///
/// # Errors
/// The storage or the bank fails.
pub async fn run(cx: &Cx, report: &mut Report) -> Result<(), Error> {
    let rows = cx.require_any_shop(Right::BookAudit)?;
    let app = rows.app();
    let since = app.now().minus(REACH);
    for giver in app.connectors.iter().flat_map(givers) {
        if statement(giver, None).await?.is_some() {
            compare(&rows, giver, since, report).await?;
        }
    }
    Ok(())
}

fn givers(connector: &Connector) -> impl Iterator<Item = Giver<'_>> {
    let payments = Of::Payments(connector.acquirer.as_ref());
    let payouts = connector.payer.as_deref().map(Of::Payouts);
    let connector = connector.name;
    let both = std::iter::once(payments).chain(payouts);
    both.map(move |of| Giver { connector, of })
}

/// Holds what stands here against one list, page by page.
async fn compare(
    rows: &AnyShop,
    giver: Giver<'_>,
    since: Timestamp,
    report: &mut Report,
) -> Result<(), Error> {
    let mut here = carried_out_here(rows, giver, since).await?;
    let (mut first, mut after) = (None, None);
    loop {
        let page = statement(giver, after).await?.unwrap_or_default();
        first = first.or(page.lines.first().map(|line| line.operation));
        hold_against(rows, giver.connector, page.lines, (&mut here, report)).await?;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    // What is older than the list is not to be found on it; an empty one has no beginning.
    here.retain(|operation, _| first.is_none_or(|first| first <= *operation));
    name_the_missing(here, report);
    Ok(())
}

async fn statement(
    giver: Giver<'_>,
    after: Option<OperationId>,
) -> Result<Option<Statement>, Error> {
    let page = match giver.of {
        Of::Payments(acquirer) => acquirer.statement(after).await,
        Of::Payouts(payer) => payer.statement(after).await,
    };
    page.map_err(|error: CallError| Error::Internal(Cause::Call(error)))
}

/// What stands here as carried out, since then.
async fn carried_out_here(
    rows: &AnyShop,
    giver: Giver<'_>,
    since: Timestamp,
) -> Result<Here, Error> {
    let payouts = match giver.of {
        Of::Payments(_) => false,
        Of::Payouts(_) => true,
    };
    let whose = (giver.connector, payouts);
    let mut here = Here::new();
    let mut after = None;
    loop {
        let read = move |conn: &mut Conn<'_>| {
            let page = store::audit::carried_out(conn, whose, (since, after), PAGE);
            Ok::<_, Error>(page?)
        };
        let page = rows.read_patiently(TIME_MAX, read).await?;
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
    connector: ConnectorName,
    mut lines: Vec<CarriedOut>,
    (here, report): (&mut Here, &mut Report),
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
            findings.extend(
                problem(connector, line, found.as_ref()).map(|problem| Finding {
                    shop_id: line.shop_id,
                    object: line.operation.to_string(),
                    problem: problem.to_owned(),
                }),
            );
        }
        Ok::<_, Error>(findings)
    };
    let found = rows.read_patiently(TIME_MAX, read).await?;
    report.findings.extend(found);
    Ok(())
}

fn is_same(line: &CarriedOut, approved: &Approved) -> bool {
    (line.shop_id, line.kind, line.amount) == (approved.shop_id, approved.kind, approved.amount)
}

/// What is wrong with a line of the list, of which this stands here.
fn problem(
    connector: ConnectorName,
    line: &CarriedOut,
    found: Option<&Operation>,
) -> Option<&'static str> {
    let Some(found) = found else {
        return Some("the bank carried it out, and nobody here knows it");
    };
    if found.connector != Some(connector) {
        return Some("the bank carried it out, and it was asked of another one");
    }
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
