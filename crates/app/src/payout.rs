//! Payouts: create, show, list, search; and what a call for one needs.
//!
//! Locks are taken in one order: the deal, then personal data, the payout, its receiver's limits,
//! then the book.

use std::collections::BTreeMap;

use card::CardNumber;
use connectors::Payer;
use connectors::acquirer::CallError;
use connectors::payer::{CardSource, PayOut, Receiver as CallReceiver};
use connectors::registry::Need;
use contract::payout::{CreatePayout, ListPayouts, Receiver, SearchPayouts};
use domain::ledger::{Account, LedgerRefused, Transfer};
use domain::payout::limit::{Standing, periods};
use domain::payout::{CreateRefused, Destination, DestinationKind, Funds, NewPayout, PayoutCard};
use domain::personal_data::Kind;
use domain::{
    ConnectorName, Duration, MethodFacts, Money, Operation, OperationId, OperationObject, Payout,
    PayoutId, PersonalData, PersonalDataId, Right, SelfEmployed, SelfEmployedId, ShopKind,
};
use store::{Conn, StoreError};

use crate::call::{Task, What};
use crate::card_attempts::{Tried, Used};
use crate::cx::{Allowed, Cx, Work};
use crate::deal;
use crate::effects::{self, Recorded};
use crate::error::{Cause, Error, Refusal};
use crate::once::{self, Once, Reply, Started};
use crate::payment::range;
use crate::render;
use crate::token;

/// How far back payouts are searched: three months.
const SEARCH_REACH: Duration = Duration::days(92);

/// Where a payout goes, as it may be kept, through whom, and whose limits it counts towards.
struct Resolved {
    connector: ConnectorName,
    destination: Destination,
    payee: Option<String>,
}

/// Starts to pay out.
///
/// A payout that the limits or the gateway's balance do not allow is created and canceled at once.
///
/// # Errors
/// A rule does not allow it, the key was used for something else, or the storage fails.
pub async fn create(cx: &Cx, once: Once, command: CreatePayout) -> Result<Reply, Error> {
    let cx = &cx.require(Right::PayoutCreate)?;
    // A repetition gets its answer also while cards cannot be looked up.
    let resolved = match once::is_known(cx, &once).await? {
        true => None,
        false => Some(resolve(cx, &command.receiver, command.amount).await?),
    };
    once::carry_out(cx, once, move |work| match &resolved {
        Some(resolved) => start(work, &command, resolved),
        // The key's life has ended just now.
        None => Err(StoreError::Conflict.into()),
    })
    .await
}

/// Exchanges a card for the name by which the payer knows it. No money moves.
async fn resolve(cx: &Allowed, receiver: &Receiver, amount: Money) -> Result<Resolved, Error> {
    let by = |kind, bound| cx.connector_of_payout(kind, amount, bound);
    match receiver {
        Receiver::Card(number) => {
            if !cx.shop.may_send_cards {
                return Err(Refusal::PayoutCardsNotPermitted.into());
            }
            let used = count(cx, number)?;
            let connector = by(DestinationKind::Card, None)?;
            let card = number.payout_card();
            let source = CardSource::Number(CardNumber::clone(number));
            let known = identify(cx, connector, card, source).await?;
            // A card that the bank knows may be paid to any number of times.
            cx.app.card_attempts.give_back(used);
            Ok(known)
        }
        Receiver::SavedCard(id) => {
            let owner = match cx.shop.kind {
                ShopKind::Shop => Some(cx.shop.id),
                ShopKind::Gateway { cards_of } => cards_of,
            };
            let owner = owner.ok_or(Refusal::PaymentMethodNotFound)?;
            let id = *id;
            let method = cx
                .read(move |conn| Ok(store::payment_method::find(conn, owner, id)?))
                .await?;
            let method = method.ok_or(Refusal::PaymentMethodNotFound)?;
            let (Some(MethodFacts::Card(facts)), Some(token)) = (&method.facts, method.token())
            else {
                return Err(Refusal::PaymentMethodNotFound.into());
            };
            let connector = by(DestinationKind::Card, method.connector)?;
            let source = CardSource::Saved(token.to_owned());
            identify(cx, connector, PayoutCard::of_saved(facts), source).await
        }
        Receiver::Token(given) => {
            let (card, keeper, token) = token::recipient(cx, given.reveal()).await?;
            let connector = by(DestinationKind::Card, Some(keeper))?;
            identify(cx, connector, card, CardSource::Saved(token)).await
        }
        Receiver::Wallet(account_number) => Ok(Resolved {
            connector: by(DestinationKind::Wallet, None)?,
            payee: Some(format!("wallet:{account_number}")),
            destination: Destination::Wallet {
                account_number: account_number.clone(),
            },
        }),
        Receiver::Sbp { phone, bank_id } => Ok(Resolved {
            connector: by(DestinationKind::Sbp, None)?,
            payee: None,
            destination: Destination::Sbp {
                phone: phone.clone(),
                bank_id: bank_id.clone(),
                recipient_checked: false,
                operation_id: None,
            },
        }),
    }
}

/// Counts a card that the gateway's server gave.
fn count(cx: &Allowed, number: &CardNumber) -> Result<Used, Error> {
    let tried = Tried {
        from: None,
        number: Some(number),
        shop: None,
    };
    let now = cx.app.now();
    Ok(cx.app.card_attempts.take_once(tried, &cx.shop, now)?)
}

async fn identify(
    cx: &Allowed,
    connector: ConnectorName,
    card: PayoutCard,
    source: CardSource,
) -> Result<Resolved, Error> {
    let asked = payer(cx, Some(connector))?.identify(source);
    let known = match tokio::time::timeout(cx.app.settings.call_time_max, asked).await {
        Ok(Ok(known)) => known,
        Ok(Err(error)) => return Err(Error::Internal(Cause::Payer(error))),
        Err(_elapsed) => return Err(Error::Internal(Cause::Payer(CallError::Unknown(None)))),
    };
    Ok(Resolved {
        connector,
        payee: known
            .fingerprint
            .map(|fingerprint| format!("card:{fingerprint}")),
        destination: Destination::Card {
            card,
            token: known.token,
        },
    })
}

/// The payer of this connector.
fn payer(cx: &Allowed, connector: Option<ConnectorName>) -> Result<&dyn Payer, Error> {
    let connector = cx.app.connector(connector);
    let payer = connector.and_then(|one| one.payer.as_deref());
    payer.ok_or(Error::Internal(Cause::Payer(CallError::NotSent(None))))
}

fn start(
    work: &mut Work<'_, '_>,
    command: &CreatePayout,
    resolved: &Resolved,
) -> Result<Started, Error> {
    let shop = work.cx.shop.id;
    if let Some(id) = command.deal_id.filter(|_| !work.cx.shop.is_gateway()) {
        store::deal::lock(work.tx, shop, id)?.ok_or(Refusal::DealNotFound)?;
    }
    let people = personal_data(work, &command.personal_data)?;
    let new = NewPayout {
        id: PayoutId::new(work.ids.next()),
        amount: command.amount,
        connector: resolved.connector,
        destination: resolved.destination.clone(),
        payee: resolved.payee.clone(),
        description: command.description.clone(),
        deal_id: command.deal_id,
        personal_data: people.clone(),
        self_employed: self_employed(work, command.self_employed_id)?,
        receipt: command.receipt.clone(),
        metadata: command.metadata.clone(),
        operation: OperationId::new(work.ids.next()),
    };
    let object = OperationObject::Payout(new.id);
    let funds = funds(work, &new)?;
    let step = Payout::create(work.shop(), new, funds, work.now())?;
    let Some(call) = step.operations.first() else {
        return Ok(Started {
            object,
            recorded: effects::new_payout(work, &step)?,
            task: None,
        });
    };
    let operation = Operation::send(call.clone(), work.now());
    if let Some(id) = step.next.deal_id {
        deal::reserve_payout(work, id, step.next.amount)?;
    }
    use_up(work, &people)?;
    let recorded = effects::new_payout(work, &step).map_err(taken_meanwhile)?;
    let task = task(work.tx, &step.next, operation.id)?;
    let task = task.ok_or(Error::defect("a payout without its receiver"))?;
    Ok(Started {
        object,
        recorded: recorded.without(operation.id),
        task: Some((operation.id, task)),
    })
}

/// On another node the money was taken between the look at the balance and the posting, which has
/// the lock: the unit looks again.
fn taken_meanwhile(error: Error) -> Error {
    match error {
        Error::Internal(Cause::Ledger(LedgerRefused::InsufficientFunds { .. })) => {
            StoreError::Conflict.into()
        }
        other @ (Error::NotFound { .. }
        | Error::Denied
        | Error::Forbidden { .. }
        | Error::Invalid(_)
        | Error::Refused(_)
        | Error::Conflict
        | Error::Busy
        | Error::Unavailable(_)
        | Error::Unconfirmed(_)
        | Error::Internal(_)) => other,
    }
}

fn personal_data(
    work: &mut Work<'_, '_>,
    ids: &[PersonalDataId],
) -> Result<Vec<PersonalData>, Error> {
    let shop = work.cx.shop.id;
    // Rows are locked in one order, whatever order the request names them in.
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    if sorted.len() != ids.len() {
        return Err(CreateRefused::PersonalDataTwice.into());
    }
    let mut found = Vec::with_capacity(sorted.len());
    for id in sorted {
        let data = store::personal_data::lock(work.tx, shop, id)?;
        found.push(data.ok_or(Refusal::PersonalDataNotFound)?);
    }
    found.sort_by_key(|data| ids.iter().position(|id| *id == data.id));
    Ok(found)
}

fn self_employed(
    work: &mut Work<'_, '_>,
    id: Option<SelfEmployedId>,
) -> Result<Option<SelfEmployed>, Error> {
    let Some(id) = id else { return Ok(None) };
    let found = store::self_employed::find(work.tx, work.cx.shop.id, id)?;
    Ok(Some(found.ok_or(Refusal::SelfEmployedNotFound)?))
}

/// The first payout makes data active.
fn use_up(work: &mut Work<'_, '_>, people: &[PersonalData]) -> Result<(), Error> {
    let cx = work.cx;
    for data in people {
        let used = data.used(cx.now);
        let used = used.ok_or(CreateRefused::PersonalDataUnusable)?;
        store::personal_data::update(work.tx, &cx.shop, &used)?;
    }
    Ok(())
}

/// What there is to pay from. A deal is asked when its money is set aside.
fn funds(work: &mut Work<'_, '_>, new: &NewPayout) -> Result<Funds, Error> {
    let cx = work.cx;
    let standing = match &new.payee {
        None => Standing::default(),
        Some(payee) => {
            store::payout::usage::standing(work.tx, cx.shop.id, payee, &periods(cx.now))?
        }
    };
    if new.deal_id.is_some() || new.amount.currency() != cx.shop.currency {
        return Ok(Funds::Enough(standing));
    }
    let balance = store::book::balance(work.tx, &cx.shop, Account::Available)?;
    let balances = BTreeMap::from([(Account::Available, balance)]);
    let reserve = Transfer::payout_reserve(new.id, Account::Available, new.amount)?;
    match reserve.post(&cx.shop, &balances) {
        Ok(_postings) => Ok(Funds::Enough(standing)),
        Err(LedgerRefused::InsufficientFunds { .. }) => Ok(Funds::Short),
        Err(refused) => Err(refused.into()),
    }
}

/// The call that sends a payout: all that it needs was written down. `None` if the name that is
/// to be compared is forgotten.
pub(crate) fn task(
    conn: &mut Conn<'_>,
    payout: &Payout,
    operation: OperationId,
) -> Result<Option<Task>, Error> {
    let receiver = match payout.destination.clone() {
        Destination::Card { token, .. } => CallReceiver::Card { token },
        Destination::Wallet { account_number } => CallReceiver::Wallet { account_number },
        Destination::Sbp {
            phone,
            bank_id,
            recipient_checked,
            operation_id: _,
        } => {
            let mut owner = None;
            for id in payout.personal_data.iter().filter(|_| recipient_checked) {
                let data = store::personal_data::find(conn, payout.shop_id, *id)?;
                let data = data.filter(|data| data.kind == Kind::SbpPayoutRecipient);
                owner = owner.or(data.and_then(|data| data.person().cloned()));
            }
            if recipient_checked && owner.is_none() {
                return Ok(None);
            }
            CallReceiver::Sbp {
                phone,
                bank_id,
                owner,
            }
        }
    };
    let what = What::PayOut(Box::new(PayOut {
        operation,
        shop_id: payout.shop_id,
        amount: payout.amount,
        receiver,
    }));
    let connector = Some(payout.connector);
    Ok(Some(Task { connector, what }))
}

/// The call of an operation that was written down before.
pub(crate) async fn task_of(
    cx: &Allowed,
    id: PayoutId,
    operation: OperationId,
) -> Result<Option<Task>, Error> {
    let shop = cx.shop.id;
    cx.read(move |conn| {
        let payout = store::payout::find(conn, shop, id)?;
        let payout = payout.ok_or_else(|| Error::not_found("payout", id))?;
        task(conn, &payout, operation)
    })
    .await
}

/// Takes what a payout's answer does into its deal, where it has one. The payout's own transfers
/// are posted.
pub(crate) fn into_deal(
    work: &mut Work<'_, '_>,
    payout: &Payout,
    recorded: Recorded,
) -> Result<Recorded, Error> {
    let Some(id) = payout.deal_id else {
        return Ok(recorded);
    };
    let of_deal = match payout.status() {
        domain::payout::Status::Pending => Recorded::default(),
        domain::payout::Status::Succeeded => deal::settle_payout(work, id, payout.amount)?,
        domain::payout::Status::Canceled => deal::release_payout(work, id, payout)?,
    };
    Ok(recorded.and(of_deal))
}

/// Shows a payout.
///
/// # Errors
/// It is not in this shop.
pub async fn show(cx: &Cx, id: PayoutId) -> Result<Reply, Error> {
    let cx = &cx.require(Right::PayoutRead)?;
    let shop = cx.shop.id;
    let payout = cx
        .read(move |conn| Ok(store::payout::find(conn, shop, id)?))
        .await?;
    let payout = payout.ok_or_else(|| Error::not_found("payout", id))?;
    Ok(Reply(contract::payout::body(&payout)))
}

/// Lists payouts, newest first.
///
/// # Errors
/// The storage fails.
pub async fn list(cx: &Cx, list: ListPayouts) -> Result<Reply, Error> {
    let cx = &cx.require(Right::PayoutRead)?;
    let filter = store::payout::Filter {
        created: range(list.created),
        succeeded: range(list.succeeded),
        destination: list.destination,
        status: list.status,
        note: None,
        limit: list.limit,
        after: list.after,
    };
    page(cx, filter, move |last| list.next_cursor(last)).await
}

/// Finds payouts of the last three months by their metadata, newest first.
///
/// # Errors
/// The storage fails.
pub async fn search(cx: &Cx, search: SearchPayouts) -> Result<Reply, Error> {
    let cx = &cx.require(Right::PayoutRead)?;
    let reach = cx.now.minus(SEARCH_REACH);
    let mut created = range(search.created);
    created.gte = Some(created.gte.map_or(reach, |from| from.max(reach)));
    let filter = store::payout::Filter {
        created,
        note: search.note.clone(),
        limit: search.limit,
        after: search.after,
        ..store::payout::Filter::default()
    };
    page(cx, filter, move |last| search.next_cursor(last)).await
}

async fn page(
    cx: &Allowed,
    mut filter: store::payout::Filter,
    cursor: impl Fn(&Payout) -> String,
) -> Result<Reply, Error> {
    let (shop, limit) = (cx.shop.id, filter.limit);
    filter.limit = limit.saturating_add(1);
    let payouts = cx
        .read(move |conn| Ok(store::payout::list(conn, shop, &filter)?))
        .await?;
    Ok(render::page(payouts, limit, cursor, contract::payout::body))
}

/// The banks that SBP reaches.
///
/// # Errors
/// The payer does not tell.
pub async fn sbp_banks(cx: &Cx) -> Result<Reply, Error> {
    let cx = &cx.require(Right::SbpBankRead)?;
    let asked = payer(cx, cx.connector_for(Need::SbpBanks, None))?.sbp_banks();
    let banks = match tokio::time::timeout(cx.app.settings.call_time_max, asked).await {
        Ok(Ok(banks)) => banks,
        Ok(Err(error)) => return Err(Error::Internal(Cause::Payer(error))),
        Err(_elapsed) => return Err(Error::Internal(Cause::Payer(CallError::Unknown(None)))),
    };
    let shown = banks.iter().map(|bank| contract::sbp_bank::SbpBank {
        bank_id: bank.bank_id,
        name: bank.name,
        bic: bank.bic,
    });
    Ok(Reply(contract::sbp_bank::list(shown.collect())))
}
