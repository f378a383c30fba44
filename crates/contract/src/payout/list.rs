//! `GET /payouts` and `GET /payouts/search`.

use domain::payout::{DestinationKind, Status};
use domain::{Payout, PayoutId, Timestamp};

use crate::invalid::InvalidRequest;
use crate::query::{Filters, Query, Range};

pub(super) const KEY_CHARS_MAX: usize = 32;
pub(super) const VALUE_CHARS_MAX: usize = 512;

/// Which payouts, and which page of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListPayouts {
    /// When they were created.
    pub created: Range,
    /// When they arrived.
    pub succeeded: Range,
    /// By which way.
    pub destination: Option<DestinationKind>,
    /// How far they are.
    pub status: Option<Status>,
    /// Most objects on the page.
    pub limit: u32,
    /// The last object of the page before.
    pub after: Option<(Timestamp, PayoutId)>,
}

impl ListPayouts {
    /// Reads a query.
    ///
    /// # Errors
    /// The first parameter that is wrong.
    pub fn parse(query: &str) -> Result<Self, InvalidRequest> {
        let query = Query::parse(query)?;
        let mut list = Self {
            created: query.range("created_at")?,
            succeeded: query.range("succeeded_at")?,
            destination: query.read("payout_destination.type", DestinationKind::from_code)?,
            status: query.read("status", Status::from_code)?,
            limit: query.limit()?,
            after: None,
        };
        list.after = query.after(list.filters())?;
        Ok(list)
    }

    /// Where the page after `last` begins.
    #[must_use]
    pub fn next_cursor(&self, last: &Payout) -> String {
        self.filters().cursor(last.created_at, last.id)
    }

    fn filters(&self) -> Filters {
        let destination = self.destination.map(DestinationKind::code);
        let status = self.status.map(Status::code);
        let filters = (self.created, self.succeeded, destination, status);
        Filters::of("payouts", &filters)
    }
}

/// Payouts by their metadata, and which page of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchPayouts {
    /// When they were created.
    pub created: Range,
    /// Only those with this pair of metadata; all if `None`.
    pub note: Option<(String, String)>,
    /// Most objects on the page.
    pub limit: u32,
    /// The last object of the page before.
    pub after: Option<(Timestamp, PayoutId)>,
}

impl SearchPayouts {
    /// Reads a query.
    ///
    /// # Errors
    /// The first parameter that is wrong.
    pub fn parse(query: &str) -> Result<Self, InvalidRequest> {
        let query = Query::parse(query)?;
        let mut search = Self {
            created: query.range("created_at")?,
            note: note(&query)?,
            limit: query.limit()?,
            after: None,
        };
        search.after = query.after(search.filters())?;
        Ok(search)
    }

    /// Where the page after `last` begins.
    #[must_use]
    pub fn next_cursor(&self, last: &Payout) -> String {
        self.filters().cursor(last.created_at, last.id)
    }

    fn filters(&self) -> Filters {
        Filters::of("payouts/search", &(self.created, &self.note))
    }
}

/// The pair of metadata; at most one may be named.
fn note(query: &Query) -> Result<Option<(String, String)>, InvalidRequest> {
    let illegal = || InvalidRequest::value("metadata");
    let mut members = query.members("metadata");
    let Some((key, value)) = members.next() else {
        return Ok(None);
    };
    let fits = (1..=KEY_CHARS_MAX).contains(&key.chars().count())
        && value.chars().count() <= VALUE_CHARS_MAX;
    if !fits || members.next().is_some() {
        return Err(illegal());
    }
    Ok(Some((key.to_owned(), value.to_owned())))
}
