//! `altyn audit`: proves that the books are right.

use std::path::Path;

use anyhow::{Context as _, Result};
use app::audit::{self, Finding, Report};
use serde_json::{Value, json};
use store::Conn;
use store::book::Head;

use super::counted;
use crate::config::Config;
use crate::heads;
use crate::output::Output;
use crate::platform::Platform;

/// A file and the ends of the books that it names.
#[derive(Clone, Debug)]
pub(super) struct Known {
    file: String,
    heads: Vec<Head>,
}

impl Known {
    pub(super) fn of_data_dir(data_dir: &Path) -> Result<Self> {
        let file = data_dir.join(heads::HEADS_FILE).display().to_string();
        let heads = heads::known(data_dir)?;
        Ok(Self { file, heads })
    }

    fn read(path: &Path) -> Result<Self> {
        let file = path.display().to_string();
        let heads = heads::read(path)?;
        Ok(Self { file, heads })
    }

    fn against(&self, conn: &mut Conn<'_>) -> Result<Vec<Finding>, app::Error> {
        audit::against(conn, &self.heads, &self.file)
    }
}

/// Audits all shops and compares the ends of their books with the known ones: those in the data
/// directory's file, and those in `other` if that is given.
pub(super) async fn run(config: &Config, other: Option<&Path>) -> Result<Output> {
    let mut known = vec![Known::of_data_dir(&config.data_dir)?];
    if let Some(other) = other {
        known.push(Known::read(other)?);
    }
    let platform = Platform::of_command(config).await?;
    let report = whole(&platform, known).await;
    if report
        .as_ref()
        .is_ok_and(|report| report.findings.is_empty())
        && config.data_dir.exists()
    {
        heads::note(&platform.store, &config.data_dir).await?;
    }
    platform.close().await;
    Ok(output(&report?))
}

/// Audits a store, and compares it with the bank's own list.
async fn whole(platform: &Platform, known: Vec<Known>) -> Result<Report> {
    let mut report = of_store(platform, known).await?;
    let held = audit::bank::run(&platform.cx, &mut report).await;
    held.context("hold the books against the bank's list")?;
    let looked = audit::secret::run(&platform.cx, &mut report).await;
    looked.context("look at the sealed secrets")?;
    Ok(report)
}

/// Audits a store.
async fn of_store(platform: &Platform, known: Vec<Known>) -> Result<Report> {
    let mut report = audit::run(&platform.cx).await.context("read the books")?;
    for known in known {
        let against = move |conn: &mut Conn<'_>| known.against(conn);
        let cut = platform
            .store
            .read_patiently(audit::TIME_MAX, against)
            .await;
        report.findings.extend(cut.context("read the books")?);
    }
    Ok(report)
}

/// Audits what a connection sees.
pub(super) fn of_conn(conn: &mut Conn<'_>, known: Option<&Known>) -> Result<Report> {
    let mut report = audit::of_conn(conn).context("read the books")?;
    if let Some(known) = known {
        let cut = known.against(conn).context("read the books")?;
        report.findings.extend(cut);
    }
    Ok(report)
}

fn output(report: &Report) -> Output {
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
        secrets,
    } = report;
    let right = findings.is_empty();
    let good = right && secrets.is_empty();
    let all = || findings.iter().chain(secrets);
    let found: Vec<Value> = all()
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
        "books_right": right,
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
    let counts = [
        counted(*shops, "shop", "shops"),
        counted(*transfers, "transfer", "transfers"),
        counted(*payments, "payment", "payments"),
        counted(*refunds, "refund", "refunds"),
        counted(*deals, "deal", "deals"),
        counted(*payouts, "payout", "payouts"),
        counted(*invoices, "invoice", "invoices"),
        counted(*receipts, "receipt", "receipts"),
        counted(*carried_out, "line of the bank", "lines of the bank"),
    ];
    let verdict = match (right, good) {
        (false, _) => "the books are WRONG.",
        (true, true) => "the books are right.",
        (true, false) => "the books are right; secrets of webhooks are not as they should be:",
    };
    let mut text = format!("{}: {verdict}\n", counts.join(", "));
    for finding in all() {
        let (shop, object) = (finding.shop_id, &finding.object);
        text.push_str(&format!("  shop {shop}, {object}: {}\n", finding.problem));
    }
    Output { text, json, good }
}

#[cfg(test)]
mod tests {
    use app::audit::{Finding, Report};
    use domain::ShopId;

    use super::output;

    #[test]
    fn a_finding_makes_the_command_fail_and_is_named() {
        assert!(output(&Report::default()).good);
        let finding = Finding {
            shop_id: ShopId::new(7).unwrap(),
            object: "book".to_owned(),
            problem: "its head is not its last transfer".to_owned(),
        };
        let secrets = output(&Report {
            secrets: vec![finding.clone()],
            refunds: 1,
            ..Report::default()
        });
        assert!(!secrets.good && secrets.json["books_right"] == true);
        let begin = "0 shops, 0 transfers, 0 payments, 1 refund, ";
        assert!(secrets.text.starts_with(begin), "{}", secrets.text);
        assert!(secrets.text.contains("the books are right; secrets"));
        let output = output(&Report {
            findings: vec![finding],
            ..Report::default()
        });
        assert!(!output.good);
        assert!(
            output.text.contains("shop 7, book: its head is not"),
            "{}",
            output.text
        );
        assert_eq!(output.json["findings"][0]["shop_id"], "7");
    }
}
