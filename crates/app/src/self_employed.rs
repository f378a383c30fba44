//! Self-employed persons who are paid: add and show, and what the person decides.

use std::sync::Arc;

use contract::self_employed::CreateSelfEmployed;
use domain::access::Object;
use domain::self_employed::{Decision, State};
use domain::{Actor, Right, SelfEmployed, SelfEmployedId};

use crate::app::App;
use crate::cx::Cx;
use crate::error::Error;
use crate::once::{self, Made, Once, Reply};

/// Adds a person, who has to agree.
///
/// # Errors
/// The key was used for something else, or the storage fails.
pub async fn create(cx: &Cx, once: Once, command: CreateSelfEmployed) -> Result<Reply, Error> {
    let cx = &cx.require(Right::SelfEmployedCreate)?;
    once::make(cx, once, move |work| {
        let cx = work.cx;
        let person = SelfEmployed {
            id: SelfEmployedId::new(work.ids.next()),
            shop_id: cx.shop.id,
            test: cx.shop.test,
            itn: command.itn.clone(),
            phone: command.phone.clone(),
            confirmation: command.confirmation,
            state: State::Pending,
            created_at: cx.now,
            version: 1,
        };
        store::self_employed::insert(work.tx, &cx.shop, &person)?;
        Ok(Made {
            object_id: person.id.to_string(),
            body: contract::self_employed::body(&person, cx.app.links()),
        })
    })
    .await
}

/// Shows a person.
///
/// # Errors
/// They are not in this shop.
pub async fn show(cx: &Cx, id: SelfEmployedId) -> Result<Reply, Error> {
    let cx = &cx.require(Right::SelfEmployedRead)?;
    let shop = cx.shop.id;
    let person = cx
        .read(move |conn| Ok(store::self_employed::find(conn, shop, id)?))
        .await?;
    let person = person.ok_or_else(|| Error::not_found("self-employed", id))?;
    let links = cx.app.links();
    Ok(Reply(contract::self_employed::body(&person, links)))
}

/// The person as the sandbox's page shows them, which stands for the tax service.
///
/// # Errors
/// There is no such person.
pub async fn find(app: &Arc<App>, id: SelfEmployedId) -> Result<SelfEmployed, Error> {
    let asked = app.acting(Actor::Payer(Object::SelfEmployed(id)));
    let find = move |conn: &mut store::Conn<'_>| {
        let found = store::self_employed::find_any_shop(conn, id)?;
        found.ok_or_else(|| Error::not_found("self-employed", id))
    };
    asked.require_any_shop(Right::BankDecide)?.read(find).await
}

/// The person decides. What they decided before stands.
///
/// # Errors
/// There is no such person, or the storage fails.
pub async fn decide(
    app: &Arc<App>,
    id: SelfEmployedId,
    decision: Decision,
) -> Result<SelfEmployed, Error> {
    let asked = app.acting(Actor::Payer(Object::SelfEmployed(id)));
    let shop = find(app, id).await?.shop_id;
    let cx = asked.require_in(shop, Right::BankDecide).await?;
    cx.write(move |work| {
        let cx = work.cx;
        let found = store::self_employed::find(work.tx, cx.shop.id, id)?;
        let mut person = found.ok_or_else(|| Error::not_found("self-employed", id))?;
        if let Some(state) = person.state.decided(decision) {
            person.state = state;
            store::self_employed::update(work.tx, &cx.shop, &person)?;
        }
        Ok(person)
    })
    .await
}
