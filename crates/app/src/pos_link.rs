//! Plates at a shop's tills: add, show, switch on and off, move to another till; and payments
//! through them. The plate is locked before its payment.

use contract::payment::{CreatePayment, PosLinkPayment, RequestedMeans};
use contract::pos_link::CreatePosLink;
use domain::pos_link::{PosLinkChangeRefused, Through};
use domain::{GatewayId, Payment, PaymentId, PosLink, PosLinkId, Right, Timestamp};

use crate::cx::{Allowed, Cx, Work};
use crate::error::{Error, Refusal};
use crate::once::{self, Made, Once, Reply};

/// Adds a plate, switched on.
///
/// # Errors
/// Its code is another plate's, the till is not this shop's, the key was used for something else,
/// or the storage fails.
pub async fn create(cx: &Cx, once: Once, command: CreatePosLink) -> Result<Reply, Error> {
    let cx = &cx.require(Right::PosLinkCreate)?;
    once::make(cx, once, move |work| {
        own_till(work, command.gateway_id)?;
        if store::pos_link::find_by_link_any_shop(work.tx, &command.link)?.is_some() {
            return Err(PosLinkChangeRefused::LinkTaken.into());
        }
        let link = PosLink {
            id: PosLinkId::new(work.ids.next()),
            shop_id: work.cx.shop.id,
            gateway_id: command.gateway_id,
            link: command.link.clone(),
            active: true,
            payment_id: None,
            created_at: work.now(),
            version: 1,
        };
        store::pos_link::insert(work.tx, &work.cx.shop, &link)?;
        Ok(made(&link, None))
    })
    .await
}

/// Shows a plate with its last payment.
///
/// # Errors
/// It is not in this shop.
pub async fn show(cx: &Cx, id: PosLinkId) -> Result<Reply, Error> {
    let cx = &cx.require(Right::PosLinkRead)?;
    let shop = cx.shop.id;
    let (link, last) = cx
        .read(move |conn| {
            let link = store::pos_link::find(conn, shop, id)?;
            let link = link.ok_or_else(|| Error::not_found("pos link", id))?;
            let last = match link.payment_id {
                None => None,
                Some(payment) => store::payment::find(conn, shop, payment)?,
            };
            Ok((link, last))
        })
        .await?;
    Ok(Reply(contract::pos_link::body(&link, last.as_ref())))
}

/// Switches a plate on or off.
///
/// # Errors
/// It is in that state already, it is not in this shop, the key was used for something else, or the
/// storage fails.
pub async fn switch(cx: &Cx, once: Once, id: PosLinkId, active: bool) -> Result<Reply, Error> {
    let cx = &cx.require(Right::PosLinkChange)?;
    change(cx, once, id, move |_work, link| Ok(link.switched(active)?)).await
}

/// Moves a plate to another till.
///
/// # Errors
/// The till is not this shop's, the plate is not, the key was used for something else, or the
/// storage fails.
pub async fn move_to(
    cx: &Cx,
    once: Once,
    id: PosLinkId,
    gateway_id: GatewayId,
) -> Result<Reply, Error> {
    let cx = &cx.require(Right::PosLinkChange)?;
    change(cx, once, id, move |work, link| {
        own_till(work, gateway_id)?;
        Ok(PosLink {
            gateway_id,
            ..link.clone()
        })
    })
    .await
}

async fn change<F>(cx: &Allowed, once: Once, id: PosLinkId, step: F) -> Result<Reply, Error>
where
    F: Fn(&Work<'_, '_>, &PosLink) -> Result<PosLink, Error> + Send + Sync + 'static,
{
    once::make(cx, once, move |work| {
        let (link, last) = lock(work, id)?;
        let next = step(work, &link)?;
        store::pos_link::update(work.tx, &work.cx.shop, &next)?;
        Ok(made(&next, last.as_ref()))
    })
    .await
}

fn own_till(work: &Work<'_, '_>, gateway_id: GatewayId) -> Result<(), Error> {
    if gateway_id == work.cx.shop.gateway_id {
        Ok(())
    } else {
        Err(Refusal::GatewayUnknown.into())
    }
}

fn made(link: &PosLink, last: Option<&Payment>) -> Made {
    Made {
        object_id: link.id.to_string(),
        body: contract::pos_link::body(link, last),
    }
}

/// The plate, which nobody else changes until this unit has ended, and its last payment.
fn lock(work: &mut Work<'_, '_>, id: PosLinkId) -> Result<(PosLink, Option<Payment>), Error> {
    let shop = work.cx.shop.id;
    let link = store::pos_link::lock(work.tx, shop, id)?;
    let link = link.ok_or_else(|| Error::not_found("pos link", id))?;
    let last = match link.payment_id {
        None => None,
        Some(payment) => store::payment::find(work.tx, shop, payment)?,
    };
    Ok((link, last))
}

/// Lets a new payment go through a plate, which shows it from now on. Returns until when its payer
/// may confirm.
pub(crate) fn admit(
    work: &mut Work<'_, '_>,
    payment: PaymentId,
    command: &CreatePayment,
    asked: &PosLinkPayment,
) -> Result<Timestamp, Error> {
    let found = store::pos_link::lock(work.tx, work.cx.shop.id, asked.id)?;
    let found = found.ok_or(Refusal::PosLinkNotFound)?;
    let last = match found.payment_id {
        None => None,
        Some(payment) => store::payment::find(work.tx, work.cx.shop.id, payment)?,
    };
    let through = Through {
        last: last.as_ref(),
        gateway_id: command.gateway_id,
        method: match command.means {
            RequestedMeans::Method { kind, .. } => Some(kind),
            RequestedMeans::PayerChooses
            | RequestedMeans::Card(_)
            | RequestedMeans::CertificateCard(_)
            | RequestedMeans::Token(_)
            | RequestedMeans::Saved(_) => None,
        },
        capture_mode: command.capture_mode,
        expires_at: asked.expires_at,
    };
    let until = found.admit(&through, work.now())?;
    let next = PosLink {
        payment_id: Some(payment),
        ..found
    };
    store::pos_link::update(work.tx, &work.cx.shop, &next)?;
    Ok(until)
}
