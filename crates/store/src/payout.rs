//! Payouts, and what their receivers got.

mod destination;
pub mod usage;

use std::borrow::Cow;

use domain::payout::{DestinationKind, IncomeReceipt, State, Status};
use domain::{DealId, Decline, OperationId, Party, Payout, PayoutId, Shop, ShopId, Timestamp};
use sql::{Param, StoreError, many};

use crate::columns::{Json, json_or_null, refs, text};
use crate::database::{Conn, Tx};
use crate::facts;
use crate::list::{Filter as By, List, Page, Place, asked, place};
use crate::range::Range;
use crate::table::{Rows, Sample, Select, table};

/// Which payouts to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Created when.
    pub created: Range,
    /// Arrived when.
    pub succeeded: Range,
    /// By which way.
    pub destination: Option<DestinationKind>,
    /// With this status.
    pub status: Option<Status>,
    /// With this pair among their metadata; of those only creation is looked at beside it.
    pub note: Option<(String, String)>,
    /// At most so many.
    pub limit: u32,
    /// The last one of the page before.
    pub after: Option<(Timestamp, PayoutId)>,
}

table! {
    pub(crate) Payouts: Payout = "payout";
    written of (payout: Payout) with {
        let state = StateColumns::of(&payout.state);
    };
    columns {
        key id = payout.id => parse();
        key shop_id = payout.shop_id => shop_id();
        fixed test = payout.test => get();
        fixed currency = payout.amount.currency() => currency();
        fixed amount_minor = payout.amount => money(currency);
        fixed destination_kind = payout.destination.kind().code();
        fixed payee = payout.payee.as_deref() => get();
        fixed description = payout.description.as_deref() => get();
        fixed deal_id = payout.deal_id => parse_or_null();
        fixed personal_data = people(payout) => list(|id| id.parse().ok());
        fixed self_employed_id = payout.self_employed_id => parse_or_null();
        fixed service_name = payout.receipt.as_ref().map(|receipt| receipt.service_name.as_str())
            => get();
        fixed receipt_minor = payout.receipt.as_ref().and_then(|receipt| receipt.amount)
            => money_or_null(currency);
        fixed metadata = json_or_null(facts::write_metadata(&payout.metadata)?) => metadata();
        fixed created_at = payout.created_at => time();
        fixed connector = payout.connector => parse();
        changing destination = Json(destination::write(&payout.destination)?)
            => named(destination::read);
        changing state = state_code(payout.status()) => get();
        changing operation_id = state.operation => parse_or_null();
        changing reference = state.reference => get();
        changing canceled_by = state.cause.map(|cause| cause.party.code())
            => named_or_null(Party::from_code);
        changing canceled_for = state.cause.map(|cause| cause.reason.code())
            => cause_or_null(canceled_by);
        changing succeeded_at = state.succeeded_at => time_or_null();
        changing canceled_at = state.canceled_at => time_or_null();
        version version = payout.version => get();
    }
    read(cells) {
        let columns = StateColumns {
            operation: operation_id,
            reference,
            cause: canceled_for,
            succeeded_at,
            canceled_at,
        };
        let service_name: Option<String> = service_name;
        Payout {
            id,
            shop_id,
            test,
            amount: amount_minor,
            connector,
            payee,
            description,
            deal_id,
            personal_data,
            self_employed_id,
            receipt: service_name.map(|service_name| IncomeReceipt {
                service_name,
                amount: receipt_minor,
            }),
            metadata,
            created_at,
            destination,
            state: columns.state(state).ok_or_else(|| cells.corrupt_at("state"))?,
            version,
        }
    }
}

pub(crate) static LIST: List<4> = List::new(
    Payouts::table,
    place!("payout"),
    "payout_by_creation",
    [
        By::is("payout.state"),
        By::is("payout.destination_kind"),
        By::from("payout.succeeded_at"),
        By::until("payout.succeeded_at"),
    ],
);

/// By a pair of their metadata.
pub(crate) static SEARCH: List<2> = List::new(
    Payouts::table,
    Place {
        from: "payout_note join payout on payout.id = payout_note.payout_id",
        shop_id: "payout_note.shop_id",
        created_at: "payout_note.created_at",
        id: "payout_note.payout_id",
    },
    "payout_note_by_pair",
    [By::is("payout_note.key"), By::is("payout_note.value")],
)
.needed(2);

pub(crate) static LIST_OF_DEAL: Select = Select::new(
    Payouts::table,
    "where payout.deal_id = $1 and +payout.shop_id = $2
 order by payout.created_at, payout.id",
)
.by("payout_by_deal", &[Sample::Text, Sample::Integer]);

const INSERT_NOTES_HEAD: &str = "\
insert into payout_note (payout_id, shop_id, key, value, created_at)
values";

/// What the shop gave for payouts of a deal that came late, less what the deal has repaid: by the
/// transfers of its payouts and of its refunds.
const ADVANCED: &str = "\
select cast(coalesce(sum(case e.side when 'debit' then e.amount_minor
                                     else -e.amount_minor end), 0) as bigint)
  from (select t.id
          from payout p
          join transfer t on t.object_id = p.id and t.kind in ('payout_late', 'payout_repay')
         where p.deal_id = $1 and p.shop_id = $2
        union all
        select t.id
          from deal d
          join refund r on r.payment_id = d.payment_id
          join transfer t on t.object_id = r.id and t.kind = 'refund_repay'
         where d.id = $1 and d.shop_id = $2) of_deal
  join entry e on e.transfer_id = of_deal.id and e.account in ('available', 'claim')";

/// What the states carry, spread over columns.
#[derive(Default)]
struct StateColumns<'a> {
    operation: Option<OperationId>,
    reference: Option<Cow<'a, str>>,
    cause: Option<Decline>,
    succeeded_at: Option<Timestamp>,
    canceled_at: Option<Timestamp>,
}

impl<'a> StateColumns<'a> {
    fn of(state: &'a State) -> Self {
        let none = Self::default();
        match state {
            State::Sending { operation } => Self {
                operation: Some(*operation),
                ..none
            },
            State::Succeeded {
                reference,
                succeeded_at,
            } => Self {
                reference: Some(reference.into()),
                succeeded_at: Some(*succeeded_at),
                ..none
            },
            State::Canceled { cause, canceled_at } => Self {
                cause: Some(*cause),
                canceled_at: Some(*canceled_at),
                ..none
            },
        }
    }

    /// The state in these columns; `None` if one is missing. Columns that the state does not have
    /// are ignored.
    fn state(self, code: &str) -> Option<State> {
        Some(match code {
            "sending" => State::Sending {
                operation: self.operation?,
            },
            "succeeded" => State::Succeeded {
                reference: self.reference?.into_owned(),
                succeeded_at: self.succeeded_at?,
            },
            "canceled" => State::Canceled {
                cause: self.cause?,
                canceled_at: self.canceled_at?,
            },
            _ => return None,
        })
    }
}

fn people(payout: &Payout) -> String {
    let ids: Vec<String> = payout
        .personal_data
        .iter()
        .map(ToString::to_string)
        .collect();
    ids.join(" ")
}

/// Adds a payout.
pub fn insert(tx: &mut Tx<'_>, _shop: &Shop, payout: &Payout) -> Result<(), StoreError> {
    Payouts::insert(tx, (payout,))?;
    insert_notes(tx, payout)
}

fn insert_notes(tx: &mut Tx<'_>, payout: &Payout) -> Result<(), StoreError> {
    let pairs = payout.metadata.pairs();
    if pairs.is_empty() {
        return Ok(());
    }
    let params: Vec<Param<'_>> = pairs
        .iter()
        .flat_map(|(key, value)| {
            [
                text(payout.id.to_string()),
                Param::Integer(payout.shop_id.as_i64()),
                text(key.as_str()),
                text(value.as_str()),
                Param::Integer(payout.created_at.as_micros()),
            ]
        })
        .collect();
    tx.write(many(INSERT_NOTES_HEAD, 5, pairs.len(), ""), &refs(&params))
}

/// Stores the next state of a payout, unless someone else was faster.
pub fn update(tx: &mut Tx<'_>, _shop: &Shop, payout: &Payout) -> Result<(), StoreError> {
    Payouts::update(tx, (payout,))
}

/// The name in the database of the one state behind each status.
const fn state_code(status: Status) -> &'static str {
    match status {
        Status::Pending => "sending",
        Status::Succeeded => "succeeded",
        Status::Canceled => "canceled",
    }
}

pub(crate) fn status_from_code(code: &str) -> Option<Status> {
    Status::ALL
        .into_iter()
        .find(|status| state_code(*status) == code)
}

/// The shop's payout with this id.
pub fn find(conn: &mut Conn<'_>, shop: ShopId, id: PayoutId) -> Result<Option<Payout>, StoreError> {
    Payouts::find(conn, &[&id, &shop])
}

/// The payout with this id.
pub fn find_any_shop(conn: &mut Conn<'_>, id: PayoutId) -> Result<Option<Payout>, StoreError> {
    Payouts::find(conn, &[&id, &None::<i64>])
}

/// The shop's payout with this id, which nobody else changes until this unit has ended.
pub fn lock(tx: &mut Tx<'_>, shop: ShopId, id: PayoutId) -> Result<Option<Payout>, StoreError> {
    Payouts::lock(tx, &[&id, &shop])
}

/// The shop's payouts that `filter` lets through, the newest first.
pub fn list(conn: &mut Conn<'_>, shop: ShopId, filter: &Filter) -> Result<Vec<Payout>, StoreError> {
    let page = Page::new(&filter.created, filter.after, filter.limit);
    if let Some((key, value)) = &filter.note {
        let pair = [asked(Some(key.as_str())), asked(Some(value.as_str()))];
        return SEARCH.query::<Payouts>(conn, shop, &page, pair);
    }
    let asked = [
        asked(filter.status.map(state_code)),
        asked(filter.destination.map(DestinationKind::code)),
        asked(filter.succeeded.from()),
        asked(filter.succeeded.until()),
    ];
    LIST.query::<Payouts>(conn, shop, &page, asked)
}

/// All payouts out of a deal of the shop, the oldest first.
pub fn list_of_deal(
    conn: &mut Conn<'_>,
    shop: ShopId,
    deal: DealId,
) -> Result<Vec<Payout>, StoreError> {
    LIST_OF_DEAL.query(conn, &[&deal, &shop], Payouts::read)
}

/// What the shop gave in a deal's stead for payouts that came late, and has not got back, in minor
/// units.
pub fn advanced(conn: &mut Conn<'_>, shop: ShopId, deal: DealId) -> Result<i64, StoreError> {
    conn.query_one(ADVANCED, &[&deal.to_string(), &shop], |row| row.get(0))
}
