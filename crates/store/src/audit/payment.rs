//! Payments beside their postings, refunds, calls and events.

use domain::ledger::Account;
use domain::payment::PaymentDeal;
use domain::{ConnectorName, Money, PaymentId, ShopId, Timestamp};
use sql::{Row, StoreError};

use super::place;
use super::witness::{Call, Sums, Told};
use crate::columns::Cells;
use crate::database::Conn;
use crate::facts;

/// A capture: the sum, and what the platform takes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Captured {
    /// What was taken.
    pub amount: Money,
    /// The commission.
    pub commission: Money,
    /// VAT on the commission.
    pub vat: Money,
}

/// A payment, the postings of its capture, the sums of its refunds, its calls and its events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentProof {
    /// The payment.
    pub id: PaymentId,
    /// When it was created.
    pub created_at: Timestamp,
    /// How far it is.
    pub state: String,
    /// Whether it is captured by a call of its own.
    pub two_stage: bool,
    /// What was asked of the buyer.
    pub asked: Money,
    /// What it is about now.
    pub amount: Money,
    /// What the payment says, if it succeeded.
    pub captured: Option<Captured>,
    /// What was posted, if anything was.
    pub posted: Option<Captured>,
    /// Given back, as the payment says.
    pub refunded: Money,
    /// Being given back, as the payment says.
    pub refunding: Money,
    /// The sum of its refunds that succeeded.
    pub refunds_succeeded: Money,
    /// The sum of its refunds that are on their way.
    pub refunds_pending: Money,
    /// The sum of its refunds that are canceled.
    pub refunds_canceled: Money,
    /// Whether it waits for a call.
    pub awaits: bool,
    /// What the acquirer was asked.
    pub calls: Vec<Call>,
    /// What was told of it.
    pub told: Vec<Told>,
    /// Its part in a deal.
    pub deal: Option<PaymentDeal>,
}

const PAYMENTS: &str = "\
select p.id, p.created_at, p.currency, p.state, p.capture_mode, p.amount_asked_minor,
       p.captured_at, p.amount_minor, p.commission_minor, p.vat_minor, p.refunded_minor,
       p.refunding_minor, p.operation_id,
       (select string_agg(e.account || ' ' || e.currency || ' ' || cast(e.amount_minor as text),
                          '\n')
          from transfer t
          join entry e on e.transfer_id = t.id
         where t.object_id = p.id and t.kind = 'capture') as posted,
       (select string_agg(r.state || ' ' || r.currency || ' ' || cast(r.amount_minor as text),
                          '\n')
          from refund r
         where r.payment_id = p.id) as refunds,
       (select string_agg(o.kind || ' ' || o.state || ' ' || o.currency || ' '
                          || cast(o.amount_minor as text) || ' '
                          || case when o.id = p.operation_id then '1' else '0' end, '\n')
          from operation o
         where o.object_id = p.id and o.shop_id = p.shop_id
           and o.object_kind = 'payment') as calls,
       (select string_agg(case when v.shop_id = p.shop_id then v.kind || ' ' || v.body end, '\n')
          from event v
         where v.object_id = p.id) as told,
       p.deal_facts, p.connector
  from payment p
 where p.shop_id = $1 and (p.created_at, p.id) > ($2, $3)
 order by p.created_at, p.id
 limit $4";

/// The shop's payments that follow `after`, the oldest first, at most `limit`.
pub fn payments(
    conn: &mut Conn<'_>,
    shop: ShopId,
    after: Option<(Timestamp, PaymentId)>,
    limit: u32,
) -> Result<Vec<PaymentProof>, StoreError> {
    let (time, id) = place(after);
    conn.query(PAYMENTS, &[&shop, &time, &id, &limit], read)
}

fn read(row: &Row<'_>) -> Result<PaymentProof, StoreError> {
    let mut cells = Cells::new(row);
    let (id, created_at) = (cells.parse()?, cells.time()?);
    let currency = cells.currency()?;
    let zero = Money::zero(currency);
    let (state, mode): (String, &str) = (cells.get()?, cells.get()?);
    let two_stage = mode == "two_stage";
    let asked = cells.money(currency)?;
    let succeeded = cells.time_or_null()?.is_some();
    let said = Captured {
        amount: cells.money(currency)?,
        commission: cells.money_or_null(currency)?.unwrap_or(zero),
        vat: cells.money_or_null(currency)?.unwrap_or(zero),
    };
    let (refunded, refunding) = (cells.money(currency)?, cells.money(currency)?);
    // One that is pending names its last attempt, for which it does not wait.
    let named = cells.get::<Option<&str>>()?.is_some();
    let awaits = named && state != "pending";
    let posted = Sums::read(cells.get()?).ok_or_else(|| cells.corrupt())?;
    let refunds = Sums::read(cells.get()?).ok_or_else(|| cells.corrupt())?;
    let calls = Call::list(cells.get()?).ok_or_else(|| cells.corrupt())?;
    let told = Told::list(cells.get()?).ok_or_else(|| cells.corrupt())?;
    let deal = cells.named_or_null(|json| facts::read_payment_deal(json, currency))?;
    let connector = cells.parse_or_null()?.unwrap_or(ConnectorName::SANDBOX);
    let acquirer = Account::Acquirer(connector).name();
    Ok(PaymentProof {
        id,
        created_at,
        state,
        two_stage,
        asked,
        amount: said.amount,
        captured: succeeded.then_some(said),
        posted: posted.of(&acquirer, currency).map(|amount| Captured {
            amount,
            commission: posted.of("fees", currency).unwrap_or(zero),
            vat: posted.of("fees/vat", currency).unwrap_or(zero),
        }),
        refunded,
        refunding,
        refunds_succeeded: refunds.of("succeeded", currency).unwrap_or(zero),
        refunds_pending: refunds.of("sending", currency).unwrap_or(zero),
        refunds_canceled: refunds.of("canceled", currency).unwrap_or(zero),
        awaits,
        calls,
        told,
        deal,
    })
}
