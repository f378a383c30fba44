//! Deciding a test payment in the place of its buyer: what a browser would do on the payment page
//! and on the test bank's pages, in one request.

use card::{Card, CardNumber, Csc};
use contract::payment::{Outcome, SimulatePayment};
use domain::card::Expiry;
use domain::payment::{AuthorizeRefused, State};
use domain::{MethodKind, Payment, PaymentId, Right};

use crate::checkout;
use crate::cx::{Allowed, Cx};
use crate::error::{Error, Refusal};
use crate::once::Reply;
use crate::sandbox::{self, Decision};

/// The test card that asks for 3-D Secure, so that there is something to decide.
const CARD_NUMBER: &str = "5555555555554477";
/// A phone for methods that ask their payer by one.
const PHONE: &str = "79000000000";

/// The buyer of a test payment pays or refuses.
///
/// # Errors
/// The shop is no test shop, nothing waits for the buyer, or the storage fails.
pub async fn payment(cx: &Cx, id: PaymentId, command: SimulatePayment) -> Result<Reply, Error> {
    let cx = &cx.require(Right::PaymentSimulate)?;
    if !cx.shop.test {
        return Err(Refusal::NotATest.into());
    }
    let mut payment = find(cx, id).await?;
    if matches!(payment.state, State::Pending { .. }) {
        let kind = command.method.or(payment.method_asked);
        payment = choose(cx, id, kind.unwrap_or(MethodKind::BankCard)).await?;
    }
    let decision = match command.outcome {
        Outcome::Approve => Decision::Approve,
        Outcome::Decline => Decision::Decline,
    };
    if let State::Challenged { operation, .. } = payment.state {
        sandbox::decide(&cx.app, operation, decision).await?;
        payment = find(cx, id).await?;
    } else {
        let status = payment.status();
        return Err(AuthorizeRefused::NotPending { status }.into());
    }
    Ok(Reply(contract::payment::body(&payment, cx.app.links())))
}

async fn find(cx: &Allowed, id: PaymentId) -> Result<Payment, Error> {
    let shop = cx.shop.id;
    cx.read(move |conn| {
        let found = store::payment::find(conn, shop, id)?;
        found.ok_or_else(|| Error::not_found("payment", id))
    })
    .await
}

/// What the buyer does on the payment page.
async fn choose(cx: &Allowed, id: PaymentId, kind: MethodKind) -> Result<Payment, Error> {
    let buyer = checkout::Buyer::default();
    let view = if kind == MethodKind::BankCard {
        checkout::pay_by_card(&cx.app, id, card()?, buyer).await?
    } else {
        checkout::pay_by(&cx.app, id, kind, Some(PHONE.to_owned()), buyer).await?
    };
    Ok(view.payment)
}

fn card() -> Result<Card, Error> {
    let defect = || Error::defect("the test card");
    Ok(Card {
        number: CardNumber::parse(CARD_NUMBER).ok_or_else(defect)?,
        expiry: Expiry::new(2099, 12).ok_or_else(defect)?,
        csc: Csc::parse("123"),
    })
}
