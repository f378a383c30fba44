//! `altyn audit`: proves that the books are right.

use std::path::Path;

use anyhow::{Context as _, Result};
use app::audit::{self, Report};
use serde_json::{Value, json};
use store::book::Head;
use store::{Conn, Store};

use crate::config::Config;
use crate::heads;
use crate::output::Told;
use crate::platform::{Platform, Presence};

/// Audits all shops, and holds their books against where they were known to end: by the file in
/// the data directory, and by `other` if one is named.
pub(super) async fn run(config: &Config, other: Option<&Path>) -> Result<Told> {
    let mut known = heads::known(&config.data_dir)?;
    if let Some(other) = other {
        known.extend(heads::read(other)?);
    }
    let platform = Platform::of_command(config, Presence::MustBeThere).await?;
    let report = whole(&platform, known).await;
    if report
        .as_ref()
        .is_ok_and(|report| report.findings.is_empty())
        && config.data_dir.exists()
    {
        heads::note(&platform.store, &config.data_dir).await?;
    }
    platform.close().await;
    Ok(told(&report?))
}

/// Audits a store, and holds it against the bank's own list.
async fn whole(platform: &Platform, known: Vec<Head>) -> Result<Report> {
    let mut report = of_store(&platform.store, known).await?;
    let held = audit::bank::run(&platform.app, &mut report).await;
    held.context("hold the books against the bank's list")?;
    let looked = audit::secret::run(&platform.app, &mut report).await;
    looked.context("look at the sealed secrets")?;
    Ok(report)
}

/// Audits a store.
async fn of_store(store: &Store, known: Vec<Head>) -> Result<Report> {
    let mut report = audit::run(store).await.context("read the books")?;
    let cut = store.read(move |conn| audit::against(conn, &known)).await;
    report.findings.extend(cut.context("read the books")?);
    Ok(report)
}

/// Audits what a connection sees.
pub(super) fn of_conn(conn: &mut Conn<'_>, known: &[Head]) -> Result<Report> {
    let mut report = audit::of_conn(conn).context("read the books")?;
    let cut = audit::against(conn, known).context("read the books")?;
    report.findings.extend(cut);
    Ok(report)
}

fn told(report: &Report) -> Told {
    let Report {
        shops,
        transfers,
        payments,
        refunds,
        deals,
        payouts,
        invoices,
        receipts,
        carried_out,
        findings,
    } = report;
    let good = findings.is_empty();
    let found: Vec<Value> = findings
        .iter()
        .map(|finding| {
            json!({
                "shop_id": finding.shop_id.to_string(),
                "object": finding.object,
                "problem": finding.problem,
            })
        })
        .collect();
    let json = json!({
        "good": good,
        "shops": shops,
        "transfers": transfers,
        "payments": payments,
        "refunds": refunds,
        "deals": deals,
        "payouts": payouts,
        "invoices": invoices,
        "receipts": receipts,
        "carried_out": carried_out,
        "findings": found,
    });
    let mut text =
        format!("{shops} shops, {transfers} transfers, {payments} payments, {refunds} refunds");
    text.push_str(&format!(
        ", {deals} deals, {payouts} payouts, {invoices} invoices, {receipts} receipts, \
         {carried_out} lines of the bank: "
    ));
    text.push_str(if good {
        "the books are right.\n"
    } else {
        "the books are WRONG.\n"
    });
    for finding in findings {
        let (shop, object) = (finding.shop_id, &finding.object);
        text.push_str(&format!(
            "  shop {shop}, {object}: {}
",
            finding.problem
        ));
    }
    Told { text, json, good }
}

#[cfg(test)]
mod tests {
    use app::audit::{Finding, Report};
    use domain::ShopId;

    use super::told;

    #[test]
    fn a_finding_makes_the_command_fail_and_is_named() {
        assert!(told(&Report::default()).good);
        let finding = Finding {
            shop_id: ShopId::new(7).unwrap(),
            object: "book".to_owned(),
            problem: "its head is not its last transfer".to_owned(),
        };
        let told = told(&Report {
            findings: vec![finding],
            ..Report::default()
        });
        assert!(!told.good);
        assert!(
            told.text.contains("shop 7, book: its head is not"),
            "{}",
            told.text
        );
        assert_eq!(told.json["findings"][0]["shop_id"], "7");
    }
}
