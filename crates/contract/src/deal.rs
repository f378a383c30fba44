//! Safe deals, both ways (YooKassa API v3: safe deals).

use domain::deal::{FeeMoment, Status};
use domain::{Deal, DealId, Metadata, Timestamp};
use serde::Serialize;

use crate::amount::Amount;
use crate::fields::Fields;
use crate::invalid::InvalidRequest;
use crate::json::Json;
use crate::metadata::{self, Notes};
use crate::moment::Moment;
use crate::query::{Filters, Query, Range};
use crate::wire::Shown;

const DESCRIPTION_CHARS_MAX: usize = 128;
const SEARCH_CHARS_MIN: usize = 4;
const SEARCH_CHARS_MAX: usize = 128;
/// The only type of deals.
const SAFE_DEAL: &str = "safe_deal";

/// `POST /deals`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateDeal {
    /// When the platform gets its fee.
    pub fee_moment: FeeMoment,
    /// What it is about.
    pub description: Option<String>,
    /// The platform's notes.
    pub metadata: Metadata,
}

impl CreateDeal {
    /// Reads a body.
    ///
    /// # Errors
    /// The first parameter that is wrong.
    pub fn parse(body: &[u8]) -> Result<Self, InvalidRequest> {
        let json = Json::parse(body)?;
        let fields = Fields::root(&json)?;
        if fields.required_text("type")? != SAFE_DEAL {
            return Err(fields.illegal("type"));
        }
        let moment = FeeMoment::from_code(fields.required_text("fee_moment")?);
        Ok(Self {
            fee_moment: moment.ok_or_else(|| fields.illegal("fee_moment"))?,
            description: fields.description(DESCRIPTION_CHARS_MAX)?,
            metadata: metadata::read(&fields)?,
        })
    }
}

/// `GET /deals`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListDeals {
    /// When they were created.
    pub created: Range,
    /// When they end.
    pub expires: Range,
    /// How far they are.
    pub status: Option<Status>,
    /// A part of their description.
    pub text: Option<String>,
    /// Most objects on the page.
    pub limit: u32,
    /// The last object of the page before.
    pub after: Option<(Timestamp, DealId)>,
}

impl ListDeals {
    /// Reads a query.
    ///
    /// # Errors
    /// The first parameter that is wrong.
    pub fn parse(query: &str) -> Result<Self, InvalidRequest> {
        let query = Query::parse(query)?;
        let search = |text: &str| {
            let chars = text.chars().count();
            let fits = SEARCH_CHARS_MIN <= chars && chars <= SEARCH_CHARS_MAX;
            fits.then(|| text.to_owned())
        };
        let mut list = Self {
            created: query.range("created_at")?,
            expires: query.range("expires_at")?,
            status: query.read("status", Status::from_code)?,
            text: query.read("full_text_search", search)?,
            limit: query.limit()?,
            after: None,
        };
        list.after = query.after(list.filters())?;
        Ok(list)
    }

    /// Where the page after `last` begins.
    #[must_use]
    pub fn next_cursor(&self, last: &Deal) -> String {
        self.filters().cursor(last.created_at, last.id)
    }

    fn filters(&self) -> Filters {
        let status = self.status.map(Status::code);
        Filters::of("deals", &(self.created, self.expires, status, &self.text))
    }
}

#[derive(Serialize)]
struct DealBody<'a> {
    r#type: &'static str,
    fee_moment: &'static str,
    id: Shown<DealId>,
    balance: Amount,
    payout_balance: Amount,
    status: &'static str,
    created_at: Moment,
    expires_at: Moment,
    metadata: Notes<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    test: bool,
}

/// The body of a deal.
#[must_use]
pub fn body(deal: &Deal) -> Vec<u8> {
    crate::wire::written(&DealBody {
        r#type: SAFE_DEAL,
        fee_moment: deal.fee_moment.code(),
        id: Shown(deal.id),
        balance: Amount(deal.balance()),
        payout_balance: Amount(deal.sums.payable),
        status: deal.status().code(),
        created_at: Moment(deal.created_at),
        expires_at: Moment(deal.expires_at),
        metadata: Notes(&deal.metadata),
        description: deal.description.as_deref(),
        test: deal.test,
    })
}

mod schema;
pub use schema::{CREATE_DEAL, DEAL, DEAL_LIST};

#[cfg(test)]
mod tests;
