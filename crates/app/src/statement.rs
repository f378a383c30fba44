//! Overviews of payments that merchants order for their buyers with `statements`: mailed once the
//! payment has succeeded, if it was paid by a method that has them (YooKassa API v3: statements).

use domain::message::{About, Address};
use domain::payment::{Locale, State, Step};
use domain::{Event, EventKind, MethodKind};

use crate::cx::Work;
use crate::error::Error;
use crate::letter::{Letter, Overview};
use crate::message::{self, NewMessage};

/// Returns whether an overview of a payment by this method is sent.
fn is_stated(method: MethodKind) -> bool {
    matches!(
        method,
        MethodKind::BankCard | MethodKind::Sberbank | MethodKind::Sbp
    )
}

/// Writes the overviews that go with a step: those of a payment that has just succeeded. Returns
/// whether there are any.
pub(crate) fn of_payment(work: &mut Work<'_, '_>, step: &Step) -> Result<bool, Error> {
    let succeeds = |event: &Event| matches!(event, Event::Payment(EventKind::PaymentSucceeded, _));
    let payment = &step.next;
    let (Some(details), Some(method)) = (&payment.details, &payment.method) else {
        return Ok(false);
    };
    if details.extras.statements.is_none() || !step.events.iter().any(succeeds) {
        return Ok(false);
    }
    let State::Succeeded { captured_at, .. } = payment.state else {
        return Ok(false);
    };
    if !is_stated(method.kind) {
        return Ok(false);
    }
    let asked = payment.confirmation.as_ref().and_then(|asked| asked.locale);
    let cx = work.cx;
    let mut any = false;
    let addresses = contract::payment::overview_addresses(&details.extras);
    for email in addresses.map_err(|_error| Error::defect("statements are no list"))? {
        let overview = Overview {
            shop: &cx.shop,
            payment,
            paid_at: captured_at,
        };
        let new = NewMessage {
            about: About::Payment(payment.id),
            to: Address::Email(email),
            locale: asked.unwrap_or(Locale::Russian),
            letter: Letter::Overview(overview),
        };
        message::queue(work, new)?;
        any = true;
    }
    Ok(any)
}
