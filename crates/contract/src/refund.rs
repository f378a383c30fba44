//! Refunds, both ways (YooKassa API v3: refunds).

mod method;
mod sources;

use domain::payment::Source;
use domain::receipt::Content;
use domain::refund::{CertificateRefund, State, Status};
use domain::{Metadata, Money, PaymentId, Refund, RefundId, Timestamp};
use serde::Serialize;

use crate::amount::{self, Amount};
use crate::fields::Fields;
use crate::invalid::InvalidRequest;
use crate::json::Json;
use crate::means::CancellationBody;
use crate::metadata::{self, Notes};
use crate::moment::Moment;

use self::method::RefundMethodBody;
use self::sources::SourceBody;
use crate::query::{Filters, Query, Range};
use crate::receipt;
use crate::settlement::{self, RefundDealBody};
use crate::wire::Shown;

const DESCRIPTION_CHARS_MAX: usize = 250;

/// `POST /refunds`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateRefund {
    /// The payment that is given back, whole or in part.
    pub payment_id: PaymentId,
    /// How much.
    pub amount: Money,
    /// Why.
    pub description: Option<String>,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// By how much the seller's part of a deal becomes less.
    pub payout: Option<Money>,
    /// Its receipt.
    pub receipt: Option<Content>,
    /// From whom it comes, of a split payment.
    pub sources: Vec<Source>,
    /// What is given back to certificates.
    pub certificate: Option<CertificateRefund>,
}

impl CreateRefund {
    /// Reads a body.
    ///
    /// # Errors
    /// The first parameter that is wrong.
    pub fn parse(body: &[u8]) -> Result<Self, InvalidRequest> {
        let json = Json::parse(body)?;
        let fields = Fields::root(&json)?;
        let payment_id = fields.required_text("payment_id")?;
        let amount = amount::read_required(&fields)?;
        Ok(Self {
            payment_id: payment_id
                .parse()
                .map_err(|_kind| fields.illegal("payment_id"))?,
            amount,
            description: fields.description(DESCRIPTION_CHARS_MAX)?,
            metadata: metadata::read(&fields)?,
            payout: settlement::read_refunded(&fields)?,
            receipt: receipt::inside(&fields)?,
            sources: sources::read(&fields)?,
            certificate: method::read(&fields, amount)?,
        })
    }
}

/// `GET /refunds`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListRefunds {
    /// When they were created.
    pub created: Range,
    /// Of one payment only.
    pub payment_id: Option<PaymentId>,
    /// How far they are.
    pub status: Option<Status>,
    /// Most objects on the page.
    pub limit: u32,
    /// The last object of the page before.
    pub after: Option<(Timestamp, RefundId)>,
}

impl ListRefunds {
    /// Reads a query.
    ///
    /// # Errors
    /// The first parameter that is wrong.
    pub fn parse(query: &str) -> Result<Self, InvalidRequest> {
        let query = Query::parse(query)?;
        let mut list = Self {
            created: query.range("created_at")?,
            payment_id: query.read("payment_id", |text| text.parse().ok())?,
            status: query.read("status", Status::from_code)?,
            limit: query.limit()?,
            after: None,
        };
        list.after = query.after(list.filters())?;
        Ok(list)
    }

    /// Where the page after `last` begins.
    #[must_use]
    pub fn next_cursor(&self, last: &Refund) -> String {
        self.filters().cursor(last.created_at, last.id)
    }

    fn filters(&self) -> Filters {
        let status = self.status.map(Status::code);
        Filters::of("refunds", &(self.created, self.payment_id, status))
    }
}

#[derive(Serialize)]
struct RefundBody<'a> {
    id: Shown<RefundId>,
    status: &'static str,
    amount: Amount,
    created_at: Moment,
    payment_id: Shown<PaymentId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deal: Option<RefundDealBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt_registration: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancellation_details: Option<CancellationBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sources: Option<Vec<SourceBody>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_method: Option<RefundMethodBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_authorization_details: Option<RefundAuthorization<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Notes<'a>>,
}

#[derive(Serialize)]
struct RefundAuthorization<'a> {
    rrn: &'a str,
}

/// The body of a refund.
#[must_use]
pub fn body(refund: &Refund) -> Vec<u8> {
    let (cause, rrn, sbp) = match &refund.state {
        State::Sending { .. } => (None, None, None),
        State::Succeeded {
            rrn,
            sbp_operation_id,
            ..
        } => (None, rrn.as_deref(), sbp_operation_id.as_deref()),
        State::Canceled { cause, .. } => (Some(*cause), None, None),
    };
    let certificate = refund.certificate.as_ref();
    crate::wire::written(&RefundBody {
        id: Shown(refund.id),
        status: refund.status().code(),
        amount: Amount(refund.amount),
        created_at: Moment(refund.created_at),
        payment_id: Shown(refund.payment_id),
        description: refund.description.as_deref(),
        deal: refund
            .deal
            .map(|deal| RefundDealBody::new(deal.id, deal.payout)),
        receipt_registration: refund.receipt.map(domain::receipt::Registration::code),
        cancellation_details: cause.map(CancellationBody::new),
        sources: (!refund.sources.is_empty())
            .then(|| refund.sources.iter().map(SourceBody::new).collect()),
        refund_method: certificate
            .map(RefundMethodBody::certificate)
            .or_else(|| sbp.map(RefundMethodBody::sbp)),
        refund_authorization_details: rrn.map(|rrn| RefundAuthorization { rrn }),
        metadata: Notes::unless_empty(&refund.metadata),
    })
}

mod schema;
pub use schema::{CREATE_REFUND, REFUND, REFUND_LIST};

#[cfg(test)]
mod tests;
