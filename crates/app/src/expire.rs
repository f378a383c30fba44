//! Time passes: payers who did not confirm and merchants who did not capture lose the chance.
//! Each payment expires in a unit of its own, so it does exactly once.

use std::sync::Arc;

use domain::access::Job;
use domain::{OperationId, PaymentId, PaymentMethodId, PersonalDataId, Right};
use tracing::{info, warn};

use crate::app::App;
use crate::call;
use crate::cx::Allowed;
use crate::deal;
use crate::effects::{self, Recorded};
use crate::error::Error;
use crate::invoice;
use crate::once::KEY_LIFE;

/// Expires what is due. Returns how much there was.
///
/// # Errors
/// The storage fails.
pub async fn run(app: &Arc<App>, limit: u32) -> Result<usize, Error> {
    let now = app.now();
    let read = move |conn: &mut store::Conn<'_>| {
        let payments = store::payment::due_any_shop(conn, now, limit)?;
        let methods = store::payment_method::due_any_shop(conn, now, limit)?;
        let deals = store::deal::due_any_shop(conn, now, limit)?;
        let people = store::personal_data::due_any_shop(conn, now, limit)?;
        let invoices = store::invoice::due_any_shop(conn, now, limit)?;
        Ok::<_, Error>((payments, methods, deals, people, invoices))
    };
    let (expiry, right) = (app.job(Job::Expiry), Right::TimePass);
    let due = expiry.require_any_shop(right)?.read(read).await?;
    let (payments, methods, deals, people, invoices) = due;
    for (shop, id) in &invoices {
        let cx = expiry.require_in(*shop, right).await?;
        if let Err(error) = invoice::end(&cx, *id).await {
            warn!(invoice.id = %id, ?error, "an invoice could not end");
        }
    }
    // Before payments: one that ends with its deal says so.
    for (shop, id) in &deals {
        let cx = expiry.require_in(*shop, right).await?;
        if let Err(error) = deal::end(&cx, *id).await {
            warn!(deal.id = %id, ?error, "a deal could not end");
        }
    }
    for (shop, id) in &payments {
        let cx = expiry.require_in(*shop, right).await?;
        if let Err(error) = payment(&cx, *id).await {
            warn!(payment.id = %id, ?error, "a payment could not expire");
        }
    }
    for (shop, id) in &methods {
        let cx = expiry.require_in(*shop, right).await?;
        if let Err(error) = payment_method(&cx, *id).await {
            warn!(payment_method.id = %id, ?error, "a binding could not expire");
        }
    }
    for (shop, id) in &people {
        let cx = expiry.require_in(*shop, right).await?;
        if let Err(error) = personal_data(&cx, *id).await {
            warn!(personal_data.id = %id, ?error, "personal data could not expire");
        }
    }
    let counts = [
        payments.len(),
        methods.len(),
        deals.len(),
        people.len(),
        invoices.len(),
    ];
    Ok(counts.into_iter().fold(0, usize::saturating_add))
}

async fn payment(cx: &Allowed, id: PaymentId) -> Result<(), Error> {
    let recorded = cx
        .write(move |work| {
            let found = store::payment::lock(work.tx, work.cx.shop.id, id)?;
            let payment = found.ok_or_else(|| Error::not_found("payment", id))?;
            let operation = OperationId::new(work.ids.next());
            match payment.expire(operation, work.now()) {
                Ok(step) => effects::payment(work, &step),
                // Someone was faster.
                Err(_refused) => Ok(Recorded::default()),
            }
        })
        .await?;
    info!(payment.id = %id, "time passed for payment {id}");
    call::follow_up(cx, recorded);
    Ok(())
}

async fn payment_method(cx: &Allowed, id: PaymentMethodId) -> Result<(), Error> {
    cx.write(move |work| {
        let found = store::payment_method::lock(work.tx, work.cx.shop.id, id)?;
        let method = found.ok_or_else(|| Error::not_found("payment method", id))?;
        if let Some(next) = method.expire(work.now()) {
            let cx = work.cx;
            store::payment_method::update(work.tx, &cx.shop, &next)?;
        }
        Ok(())
    })
    .await
}

async fn personal_data(cx: &Allowed, id: PersonalDataId) -> Result<(), Error> {
    cx.write(move |work| {
        let cx = work.cx;
        let found = store::personal_data::lock(work.tx, cx.shop.id, id)?;
        let data = found.ok_or_else(|| Error::not_found("personal data", id))?;
        if let Some(next) = data.expire(cx.now) {
            store::personal_data::update(work.tx, &cx.shop, &next)?;
        }
        Ok(())
    })
    .await
}

/// Forgets idempotency keys whose life is over. Returns how many.
///
/// # Errors
/// The storage fails.
pub async fn forget_keys(app: &Arc<App>, limit: u32) -> Result<u64, Error> {
    let before = app.now().minus(KEY_LIFE);
    let unit = move |tx: &mut store::Tx<'_>| {
        Ok::<_, Error>(store::idempotency::purge_any_shop(tx, before, limit)?)
    };
    let forgetter = app.job(Job::Forgetter);
    let rows = forgetter.require_any_shop(Right::TraceForget)?;
    rows.write(unit).await
}
