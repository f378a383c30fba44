//! Plates with a code that payers scan at a shop's till (YooKassa API v3: payments through a
//! cash register link). A plate has at most one payment that waits for its payer.

use crate::id::{GatewayId, PaymentId, PosLinkId, ShopId};
use crate::method::MethodKind;
use crate::payment::{CaptureMode, Payment, Status};
use crate::time::{Duration, Timestamp};

/// How long a payer has at a till if the request does not say.
pub const TIME_TO_PAY: Duration = Duration::minutes(20);
/// The least time that a request may set.
pub const TIME_TO_PAY_MIN: Duration = Duration::minutes(1);

/// A plate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PosLink {
    /// Its id.
    pub id: PosLinkId,
    /// Whose it is.
    pub shop_id: ShopId,
    /// The till that it stands at.
    pub gateway_id: GatewayId,
    /// The address in its code.
    pub link: String,
    /// Whether it can be paid through.
    pub active: bool,
    /// The last payment through it.
    pub payment_id: Option<PaymentId>,
    /// When it was added.
    pub created_at: Timestamp,
    /// Counts changes.
    pub version: i64,
}

/// Why a payment cannot go through a plate, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PosLinkRefused {
    /// The plate was switched off.
    #[error("the plate is switched off")]
    Inactive,
    /// A payer stands at it already.
    #[error("a payment waits at the plate already")]
    Busy,
    /// The plate stands at another till.
    #[error("the plate stands at another till")]
    OtherGateway,
    /// Only payments that take their money at once go through it.
    #[error("only payments in one stage go through a plate")]
    TwoStages,
    /// Plates are paid by SBP.
    #[error("plates are paid by SBP")]
    Method,
    /// The payer's time is not between [`TIME_TO_PAY_MIN`] and [`TIME_TO_PAY`].
    #[error("the payer's time is not between 1 and 20 minutes")]
    TimeOutsideLimits,
}

/// Why a plate cannot be changed or added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PosLinkChangeRefused {
    /// It is in this state already.
    #[error("the plate is so already")]
    Unchanged,
    /// The code is another plate's.
    #[error("the code is another plate's")]
    LinkTaken,
}

/// A payment that is to go through a plate.
#[derive(Clone, Copy, Debug)]
pub struct Through<'p> {
    /// The last payment through it.
    pub last: Option<&'p Payment>,
    /// The till that is named, if one is.
    pub gateway_id: Option<GatewayId>,
    /// By which method.
    pub method: Option<MethodKind>,
    /// When money is taken.
    pub capture_mode: CaptureMode,
    /// Until when the payer may confirm, if the request says so.
    pub expires_at: Option<Timestamp>,
}

impl PosLink {
    /// Until when the payer of a payment through it may confirm.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn admit(
        &self,
        through: &Through<'_>,
        now: Timestamp,
    ) -> Result<Timestamp, PosLinkRefused> {
        if !self.active {
            return Err(PosLinkRefused::Inactive);
        }
        let waits = |payment: &Payment| payment.status() == Status::Pending;
        if through.last.is_some_and(waits) {
            return Err(PosLinkRefused::Busy);
        }
        if through.gateway_id.is_some_and(|id| id != self.gateway_id) {
            return Err(PosLinkRefused::OtherGateway);
        }
        if through.method != Some(MethodKind::Sbp) {
            return Err(PosLinkRefused::Method);
        }
        if through.capture_mode == CaptureMode::TwoStage {
            return Err(PosLinkRefused::TwoStages);
        }
        let until = through.expires_at.unwrap_or(now.plus(TIME_TO_PAY));
        if until < now.plus(TIME_TO_PAY_MIN) || now.plus(TIME_TO_PAY) < until {
            return Err(PosLinkRefused::TimeOutsideLimits);
        }
        Ok(until)
    }

    /// Switched on or off.
    ///
    /// # Errors
    /// It is in that state already.
    pub fn switched(&self, active: bool) -> Result<Self, PosLinkChangeRefused> {
        if self.active == active {
            return Err(PosLinkChangeRefused::Unchanged);
        }
        Ok(Self {
            active,
            ..self.clone()
        })
    }
}
