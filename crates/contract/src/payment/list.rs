//! `GET /payments`.

use domain::method::RETIRED;
use domain::payment::Status;
use domain::{MethodKind, Payment, PaymentId, Timestamp};

use crate::invalid::InvalidRequest;
use crate::query::{Filters, Query, Range};

/// Which payments, and which page of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListPayments {
    /// When they were created.
    pub created: Range,
    /// When their money was taken.
    pub captured: Range,
    /// By which method.
    pub method: Option<MethodFilter>,
    /// How far they are.
    pub status: Option<Status>,
    /// Most objects on the page.
    pub limit: u32,
    /// The last object of the page before.
    pub after: Option<(Timestamp, PaymentId)>,
}

/// A method that a list is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MethodFilter {
    /// One that payers use.
    Kind(MethodKind),
    /// One that can no longer be used to pay: no payment has it.
    Retired(&'static str),
}

impl MethodFilter {
    fn from_code(code: &str) -> Option<Self> {
        let retired = || RETIRED.into_iter().find(|known| *known == code);
        let kind = MethodKind::from_code(code).map(Self::Kind);
        kind.or_else(|| retired().map(Self::Retired))
    }

    fn code(self) -> &'static str {
        match self {
            Self::Kind(kind) => kind.code(),
            Self::Retired(code) => code,
        }
    }
}

impl ListPayments {
    /// Reads a query.
    ///
    /// # Errors
    /// The first parameter that is wrong.
    pub fn parse(query: &str) -> Result<Self, InvalidRequest> {
        let query = Query::parse(query)?;
        let mut list = Self {
            created: query.range("created_at")?,
            captured: query.range("captured_at")?,
            method: query.read("payment_method", MethodFilter::from_code)?,
            status: query.read("status", Status::from_code)?,
            limit: query.limit()?,
            after: None,
        };
        list.after = query.after(list.filters())?;
        Ok(list)
    }

    /// Where the page after `last` begins.
    #[must_use]
    pub fn next_cursor(&self, last: &Payment) -> String {
        self.filters().cursor(last.created_at, last.id)
    }

    pub(crate) fn filters(&self) -> Filters {
        let method = self.method.map(MethodFilter::code);
        let status = self.status.map(Status::code);
        Filters::of("payments", &(self.created, self.captured, method, status))
    }
}

mod schema;
