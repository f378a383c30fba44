//! `altyn discrepancy`: where the bank did something else than was written down.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use app::discrepancy::Settlement;
use domain::{Discrepancy, OperationId, OperationObject};
use serde_json::{Value, json};

use super::shown;
use crate::cli;
use crate::config::Config;
use crate::output::{Output, harmless, table};
use crate::platform::Platform;

/// Runs the command.
pub(super) async fn run(config: &Config, command: cli::Discrepancy) -> Result<Output> {
    let platform = Platform::of_command(config).await?;
    let output = match command {
        cli::Discrepancy::List { shop, all, limit } => {
            let found = app::discrepancy::list(&platform.cx, shop, all, limit).await;
            found
                .context("list the discrepancies")
                .map(|found| list(&found))
        }
        cli::Discrepancy::Settle {
            operation,
            note,
            came_back,
        } => {
            let how = match came_back {
                true => Settlement::CameBack,
                false => Settlement::Stands,
            };
            let settled = app::discrepancy::settle(&platform.cx, operation, how, note).await;
            settled
                .context("settle the discrepancy")
                .map(|settled| done(operation, settled))
        }
    };
    platform.close().await;
    output
}

fn done(operation: OperationId, settled: u64) -> Output {
    let json = json!({ "operation_id": operation.to_string(), "settled": settled });
    Output::good(format!("settled {settled} of {operation}"), json)
}

fn list(found: &[Discrepancy]) -> Output {
    let row = |one: &Discrepancy| {
        vec![
            shown(one.found_at),
            one.shop_id.to_string(),
            object(one.object),
            one.operation_id.to_string(),
            one.asked.code().to_owned(),
            one.amount.to_string(),
            one.kind.code().to_owned(),
            one.remedy.code().to_owned(),
            one.resolved_at.map_or_else(|| "open".to_owned(), shown),
        ]
    };
    let rows: Vec<Vec<String>> = found.iter().map(row).collect();
    let text = if rows.is_empty() {
        "The bank did what is written down.".to_owned()
    } else {
        let head = [
            "found",
            "shop",
            "object",
            "operation",
            "asked",
            "amount",
            "what",
            "remedy",
            "settled",
        ];
        let advice = |one: &Discrepancy| Some(format!("{}: {}", one.remedy.code(), one.advice()?));
        let note = |one: &Discrepancy| {
            let note = harmless(one.note.as_ref()?);
            Some(format!("{}: {note}", one.operation_id))
        };
        // Advice is printed once a remedy, and a note once an operation.
        let below: BTreeSet<String> = found.iter().filter_map(advice).collect();
        let notes: BTreeSet<String> = found.iter().filter_map(note).collect();
        let mut text = table(&head, &rows);
        for line in below.iter().chain(&notes) {
            text.push_str(&format!("\n{line}"));
        }
        text
    };
    let items: Vec<Value> = found.iter().map(outline).collect();
    Output::good(text, json!({ "items": items }))
}

fn object(object: OperationObject) -> String {
    match object {
        OperationObject::Payment(id) => id.to_string(),
        OperationObject::Refund(id) => id.to_string(),
        OperationObject::PaymentMethod(id) => id.to_string(),
        OperationObject::Receipt(id) => id.to_string(),
        OperationObject::Payout(id) => id.to_string(),
    }
}

fn outline(one: &Discrepancy) -> Value {
    let given_back_by = one.remedy.given_back_by();
    json!({
        "shop_id": one.shop_id.to_string(),
        "object_id": object(one.object),
        "operation_id": one.operation_id.to_string(),
        "asked": one.asked.code(),
        "amount": { "value": one.amount.value(), "currency": one.amount.currency().code() },
        "kind": one.kind.code(),
        "remedy": one.remedy.code(),
        "given_back_by": given_back_by.map(|operation| operation.to_string()),
        "found_at": shown(one.found_at),
        "resolved_at": one.resolved_at.map(shown),
        "advice": one.advice(),
        "note": one.note,
    })
}
