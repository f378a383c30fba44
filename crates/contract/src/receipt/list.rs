//! `GET /receipts`.

use domain::receipt::Registration;
use domain::{PaymentId, Receipt, ReceiptId, RefundId, Timestamp};

use crate::invalid::InvalidRequest;
use crate::query::{Filters, Query, Range};

/// Which receipts, and which page of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListReceipts {
    /// When they were created.
    pub created: Range,
    /// Of one payment only.
    pub payment_id: Option<PaymentId>,
    /// Of one refund only.
    pub refund_id: Option<RefundId>,
    /// How far they are.
    pub status: Option<Registration>,
    /// Most objects on the page.
    pub limit: u32,
    /// The last object of the page before.
    pub after: Option<(Timestamp, ReceiptId)>,
}

impl ListReceipts {
    /// Reads a query.
    ///
    /// # Errors
    /// The first parameter that is wrong.
    pub fn parse(query: &str) -> Result<Self, InvalidRequest> {
        let query = Query::parse(query)?;
        let mut list = Self {
            created: query.range("created_at")?,
            payment_id: query.read("payment_id", |text| text.parse().ok())?,
            refund_id: query.read("refund_id", |text| text.parse().ok())?,
            status: query.read("status", Registration::from_code)?,
            limit: query.limit()?,
            after: None,
        };
        if list.payment_id.is_some() && list.refund_id.is_some() {
            return Err(InvalidRequest::value("refund_id"));
        }
        list.after = query.after(list.filters())?;
        Ok(list)
    }

    /// Where the page after `last` begins.
    #[must_use]
    pub fn next_cursor(&self, last: &Receipt) -> String {
        self.filters().cursor(last.created_at, last.id)
    }

    fn filters(&self) -> Filters {
        let status = self.status.map(Registration::code);
        let owner = (self.payment_id, self.refund_id);
        Filters::of("receipts", &(self.created, owner, status))
    }
}
