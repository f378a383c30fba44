//! Safe deals.
//!
//! `due_at` is the platform's time; everything else in a row is the shop's.

use domain::deal::{FeeMoment, State, Status, Sums};
use domain::{Deal, DealId, Shop, ShopId, Timestamp};
use sql::StoreError;

use crate::columns::{due_or_null, json_or_null};
use crate::database::{Conn, Tx};
use crate::facts;
use crate::list::{Filter as By, List, Page, asked, place};
use crate::range::Range;
use crate::table::{Part, Rows, table};

/// Which deals to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Created when.
    pub created: Range,
    /// Ending when.
    pub expires: Range,
    /// With this status.
    pub status: Option<Status>,
    /// With this text in the description, in capital or small letters.
    pub text: Option<String>,
    /// At most so many.
    pub limit: u32,
    /// The last one of the page before.
    pub after: Option<(Timestamp, DealId)>,
}

table! {
    pub(crate) Deals: Deal = "deal";
    written of (shop: Shop, deal: Deal) with {
        let state = StateColumns::of(&deal.state);
    };
    columns {
        key id = deal.id => parse();
        key shop_id = deal.shop_id => shop_id();
        fixed test = deal.test => get();
        fixed currency = deal.currency() => currency();
        fixed fee_moment = deal.fee_moment.code() => named(FeeMoment::from_code);
        fixed description = deal.description.as_deref() => get();
        fixed description_folded = deal.description.as_deref().map(folded);
        fixed metadata = json_or_null(facts::write_metadata(&deal.metadata)?) => metadata();
        fixed created_at = deal.created_at => time();
        fixed expires_at = deal.expires_at => time();
        changing payment_id = deal.payment_id => parse_or_null();
        changing charged_minor = deal.sums.charged => money(currency);
        changing held_minor = deal.sums.held => money(currency);
        changing payable_minor = deal.sums.payable => money(currency);
        changing paying_out_minor = deal.sums.paying_out => money(currency);
        changing paid_out_minor = deal.sums.paid_out => money(currency);
        changing refunding_minor = deal.sums.refunding => money(currency);
        changing refunded_minor = deal.sums.refunded => money(currency);
        changing covered_minor = deal.sums.covered => money(currency);
        changing state = deal.status().code() => named(Status::from_code);
        changing look_at = state.look_at => time_or_null();
        changing awaits_payment = state.awaits_payment => get();
        changing declined = state.declined => get();
        changing closed_at = state.closed_at => time_or_null();
        changing due_at = due_or_null(shop, deal.due_at());
        version version = deal.version => get();
    }
    read(cells) {
        let facts = StateColumns { look_at, awaits_payment, declined, closed_at };
        Deal {
            id,
            shop_id,
            test,
            fee_moment,
            description,
            metadata,
            created_at,
            expires_at,
            payment_id,
            sums: Sums {
                charged: charged_minor,
                held: held_minor,
                payable: payable_minor,
                paying_out: paying_out_minor,
                paid_out: paid_out_minor,
                refunding: refunding_minor,
                refunded: refunded_minor,
                covered: covered_minor,
            },
            state: facts.state(state).ok_or_else(|| cells.corrupt_at("state"))?,
            version,
        }
    }
}

/// Leaves alone what `deal_due` holds, so that the index is not written.
pub(crate) static UPDATE_PAYMENT: Part = Part::new(
    Deals::table,
    &["payment_id", "charged_minor", "held_minor", "payable_minor"],
);

pub(crate) static LIST: List<4> = List::new(
    Deals::table,
    place!("deal"),
    "deal_by_creation",
    [
        By::from("deal.expires_at"),
        By::until("deal.expires_at"),
        By::is("deal.state"),
        By::has("deal.description_folded"),
    ],
);

/// The values of the states, as columns.
struct StateColumns {
    look_at: Option<Timestamp>,
    awaits_payment: Option<bool>,
    declined: Option<i64>,
    closed_at: Option<Timestamp>,
}

impl StateColumns {
    fn of(state: &State) -> Self {
        match *state {
            State::Opened {
                look_at,
                awaits_payment,
                declined,
            } => Self {
                look_at: Some(look_at),
                awaits_payment: Some(awaits_payment),
                declined: Some(declined),
                closed_at: None,
            },
            State::Closed { closed_at } => Self {
                look_at: None,
                awaits_payment: None,
                declined: None,
                closed_at: Some(closed_at),
            },
        }
    }

    /// The state in these columns; `None` if one is missing. Columns that the state does not have
    /// are ignored.
    fn state(self, status: Status) -> Option<State> {
        Some(match status {
            Status::Opened => State::Opened {
                look_at: self.look_at?,
                awaits_payment: self.awaits_payment?,
                declined: self.declined?,
            },
            Status::Closed => State::Closed {
                closed_at: self.closed_at?,
            },
        })
    }
}

/// Adds a deal.
pub fn insert(tx: &mut Tx<'_>, shop: &Shop, deal: &Deal) -> Result<(), StoreError> {
    Deals::insert(tx, (shop, deal))
}

/// Stores the next state of a deal, unless someone else was faster. Its version in the database is
/// then one more than in `deal`.
pub fn update(tx: &mut Tx<'_>, shop: &Shop, deal: &Deal) -> Result<(), StoreError> {
    Deals::update(tx, (shop, deal))
}

/// Stores which payment counts in the deal and what came in with it, like [`update`]; nothing else
/// of the deal may have changed.
pub fn update_payment(tx: &mut Tx<'_>, shop: &Shop, deal: &Deal) -> Result<(), StoreError> {
    Deals::update_part(tx, &UPDATE_PAYMENT, (shop, deal))
}

/// A text as it is searched for.
fn folded(text: &str) -> String {
    text.to_lowercase()
}

/// The shop's deal with this id.
pub fn find(conn: &mut Conn<'_>, shop: ShopId, id: DealId) -> Result<Option<Deal>, StoreError> {
    Deals::find(conn, &[&id, &shop])
}

/// The shop's deals with these ids, in no order.
pub fn find_many(
    conn: &mut Conn<'_>,
    shop: ShopId,
    ids: &[DealId],
) -> Result<Vec<Deal>, StoreError> {
    Deals::find_many(conn, shop, ids)
}

/// The shop's deal with this id, which nobody else changes until this unit has ended.
pub fn lock(tx: &mut Tx<'_>, shop: ShopId, id: DealId) -> Result<Option<Deal>, StoreError> {
    Deals::lock(tx, &[&id, &shop])
}

/// The shop's deals that `filter` lets through, the newest first.
pub fn list(conn: &mut Conn<'_>, shop: ShopId, filter: &Filter) -> Result<Vec<Deal>, StoreError> {
    let page = Page::new(&filter.created, filter.after, filter.limit);
    let asked = [
        asked(filter.expires.from()),
        asked(filter.expires.until()),
        asked(filter.status.map(Status::code)),
        asked(filter.text.as_deref().map(folded)),
    ];
    LIST.query::<Deals>(conn, shop, &page, asked)
}

/// Deals that time alone will change now, the longest due first.
pub fn due_any_shop(
    conn: &mut Conn<'_>,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(ShopId, DealId)>, StoreError> {
    Deals::due(conn, now, limit)
}
