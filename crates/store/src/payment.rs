//! Payments.
//!
//! `due_at` is the platform's time; everything else in a row is the shop's.

pub(crate) mod row;

use domain::payment::Status;
use domain::{ApplicationId, MethodKind, Payment, PaymentId, Shop, ShopId, Timestamp};
use sql::StoreError;

use crate::database::{Conn, Tx};
use crate::list::{Filter as By, List, Page, asked, asked_of, place};
use crate::range::Range;
use crate::table::Rows;
use row::Payments;

/// Which payments to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Created when.
    pub created: Range,
    /// Captured when; if anything is said here, only captured ones.
    pub captured: Range,
    /// Of this method.
    pub method: Option<MethodKind>,
    /// With this status.
    pub status: Option<Status>,
    /// Made by this application.
    pub application: Option<ApplicationId>,
    /// At most so many.
    pub limit: u32,
    /// The last one of the page before.
    pub after: Option<(Timestamp, PaymentId)>,
}

pub(crate) static LIST: List<5> = List::new(
    Payments::table,
    place!("payment"),
    "payment_by_creation",
    [
        By::from("payment.captured_at").sorted_of_shop("payment_by_capture"),
        By::until("+payment.captured_at"),
        By::is("payment.application_id").walked("payment_by_application"),
        By::is("payment.method_kind"),
        By::one_of("payment.state", 4),
    ],
);

/// Adds a payment.
pub fn insert(tx: &mut Tx<'_>, shop: &Shop, payment: &Payment) -> Result<(), StoreError> {
    Payments::insert(tx, (shop, payment))
}

/// Stores the next state of a payment, unless someone else was faster. Its version in the database
/// is then one more than in `payment`.
pub fn update(tx: &mut Tx<'_>, shop: &Shop, payment: &Payment) -> Result<(), StoreError> {
    Payments::update(tx, (shop, payment))
}

/// The shop's payment with this id.
pub fn find(
    conn: &mut Conn<'_>,
    shop: ShopId,
    id: PaymentId,
) -> Result<Option<Payment>, StoreError> {
    Payments::find(conn, &[&id, &shop])
}

/// The payment with this id.
pub fn find_any_shop(conn: &mut Conn<'_>, id: PaymentId) -> Result<Option<Payment>, StoreError> {
    Payments::find(conn, &[&id, &None::<i64>])
}

/// The shop's payment with this id, which nobody else changes until this unit has ended.
pub fn lock(tx: &mut Tx<'_>, shop: ShopId, id: PaymentId) -> Result<Option<Payment>, StoreError> {
    Payments::lock(tx, &[&id, &shop])
}

/// The shop's payments that `filter` lets through, the newest first.
pub fn list(
    conn: &mut Conn<'_>,
    shop: ShopId,
    filter: &Filter,
) -> Result<Vec<Payment>, StoreError> {
    let mut page = Page::new(&filter.created, filter.after, filter.limit);
    // Nothing is captured before it was created.
    let captured_until = filter.captured.until();
    if let Some(last) = captured_until.filter(|last| *last < page.below.0) {
        page.below = (last.saturating_add(1), String::new());
    }
    let asked = [
        asked(filter.captured.from()),
        asked(captured_until),
        asked(filter.application),
        asked(filter.method.map(MethodKind::code)),
        asked_of(filter.status.map(row::states)),
    ];
    LIST.query::<Payments>(conn, shop, &page, asked)
}

/// Payments that time alone will change now, the longest due first.
pub fn due_any_shop(
    conn: &mut Conn<'_>,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(ShopId, PaymentId)>, StoreError> {
    Payments::due(conn, now, limit)
}
