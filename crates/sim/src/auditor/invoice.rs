//! Invoices are what their payments say: each has one end, by the one payment that was taken, by
//! the one whose held money was let go, or by time alone.

use anyhow::{Context as _, Result, bail, ensure};
use domain::invoice::{Reason, State};
use domain::payment::{CaptureMode, Status};
use domain::{Invoice, Payment};
use testkit::World;

use super::Facts;
use crate::Tally;
use crate::merchant::{Bill, Merchant};

pub(super) async fn agree(
    world: &World,
    merchant: &Merchant,
    facts: &Facts,
    tally: &mut Tally,
) -> Result<()> {
    for (id, bill) in &merchant.bills {
        let id = *id;
        let find = move |conn: &mut store::Conn<'_>| store::invoice::find_any_shop(conn, id);
        let invoice = world.store.read(find).await?;
        let invoice = invoice.with_context(|| format!("invoice {id} is lost"))?;
        let begun_by = |payment: &&Payment| {
            let details = payment.details.as_ref();
            details.and_then(|details| details.invoice) == Some(id)
        };
        let payments: Vec<&Payment> = facts.payments.iter().filter(begun_by).collect();
        as_asked(&invoice, bill, &payments)?;
        has_one_end(&invoice, &payments)?;
        tally.invoices_paid += u64::from(matches!(invoice.state, State::Succeeded { .. }));
    }
    let known = |payment: &Payment| {
        let details = payment.details.as_ref();
        let invoice = details.and_then(|details| details.invoice);
        invoice.is_none_or(|invoice| merchant.bills.contains_key(&invoice))
    };
    let strange = facts.payments.iter().find(|payment| !known(payment));
    let strange = strange.map(|payment| payment.id);
    ensure!(strange.is_none(), "{strange:?} pays an invoice of nobody");
    Ok(())
}

/// Sum, stages, time: as the merchant wanted it.
fn as_asked(invoice: &Invoice, bill: &Bill, payments: &[&Payment]) -> Result<()> {
    let id = invoice.id;
    let same_end = invoice.expires_at == bill.expires_at;
    ensure!(same_end, "invoice {id} has another end");
    for payment in payments {
        let own = payment.id;
        let asked = payment.amount_asked.minor();
        ensure!(
            asked == bill.amount,
            "{own} of invoice {id} is of another sum"
        );
        let at_once = payment.capture_mode == CaptureMode::OneStage;
        ensure!(
            at_once == bill.capture,
            "{own} of invoice {id} is taken otherwise"
        );
        let in_time = payment.created_at < invoice.expires_at;
        ensure!(in_time, "{own} was begun after the end of invoice {id}");
        let no_longer = payment.confirm_until <= invoice.expires_at;
        ensure!(no_longer, "{own} outlives invoice {id}");
    }
    Ok(())
}

fn has_one_end(invoice: &Invoice, payments: &[&Payment]) -> Result<()> {
    let id = invoice.id;
    let ids = |fits: &dyn Fn(&Payment) -> bool| -> Vec<_> {
        let fitting = payments.iter().filter(|payment| fits(payment));
        fitting.map(|payment| payment.id).collect()
    };
    let paid = ids(&|payment| payment.status() == Status::Succeeded);
    let let_go = ids(&|payment| {
        let held = payment.capture_mode == CaptureMode::TwoStage;
        payment.status() == Status::Canceled && held && payment.authorization.is_some()
    });
    match invoice.state {
        State::Succeeded { payment } => {
            ensure!(paid == [payment], "invoice {id} is paid by {paid:?}");
            ensure!(
                let_go.is_empty(),
                "invoice {id} was held before: {let_go:?}"
            );
        }
        State::Canceled {
            payment: Some(payment),
            cause,
            ..
        } => {
            ensure!(
                paid.is_empty(),
                "invoice {id} is canceled, paid by {paid:?}"
            );
            ensure!(let_go == [payment], "invoice {id} was held by {let_go:?}");
            let by_payment = match cause.reason {
                Reason::PaymentCanceled
                | Reason::PaymentExpiredOnCapture
                | Reason::GeneralDecline => true,
                Reason::InvoiceCanceled | Reason::InvoiceExpired => false,
            };
            ensure!(by_payment, "invoice {id} ended by {:?}", cause.reason);
        }
        State::Canceled {
            payment: None,
            cause,
            canceled_at,
        } => {
            ensure!(
                paid.is_empty(),
                "invoice {id} is canceled, paid by {paid:?}"
            );
            ensure!(let_go.is_empty(), "invoice {id} was held by {let_go:?}");
            let by_time =
                cause.reason == Reason::InvoiceExpired && invoice.expires_at <= canceled_at;
            ensure!(by_time, "invoice {id} ended before its time");
        }
        State::Open { .. } | State::Held { .. } => {
            bail!("invoice {id} is still {:?}", invoice.state)
        }
    }
    Ok(())
}
