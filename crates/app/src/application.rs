//! Applications of partners, as the operator handles them and as they prove who they are.

use std::sync::Arc;

use domain::access::Job;
use domain::application::NewApplication;
use domain::grant::RevokedBy;
use domain::{Actor, Application, ApplicationId, IdSeed, Right};
use subtle::ConstantTimeEq as _;

use crate::app::App;
use crate::cx::{About, Cx};
use crate::error::{Error, Refusal};
use crate::{grant, secret};

/// An application with the one secret that is shown only now.
#[derive(Clone, Debug)]
pub struct Created {
    /// The application.
    pub application: Application,
    /// Its secret: `client_secret` of OAuth.
    pub secret: String,
}

/// Adds an application.
///
/// # Errors
/// A rule does not allow it, or the storage fails.
pub async fn create(cx: &Cx, new: NewApplication) -> Result<Created, Error> {
    let rows = cx.require_any_shop(Right::ApplicationChange)?;
    let app = rows.app();
    let secret = secret::fresh(app);
    let seed = IdSeed {
        at: app.now(),
        random: app.random_bits(),
    };
    let id = ApplicationId::new(seed);
    let hash = secret::hash(&secret);
    let made = Application::create(id, new, hash, app.now()).map_err(Refusal::Application)?;
    let application = made.clone();
    let unit = move |tx: &mut store::Tx<'_>| {
        store::application::insert(tx, &application)?;
        Ok(((), about(id)))
    };
    rows.write_about(unit).await?;
    let application = made;
    Ok(Created {
        application,
        secret,
    })
}

/// All applications that are there, the oldest first.
///
/// # Errors
/// The storage fails.
pub async fn list(cx: &Cx) -> Result<Vec<Application>, Error> {
    let rows = cx.require_any_shop(Right::ApplicationRead)?;
    let read = |conn: &mut store::Conn<'_>| Ok::<_, Error>(store::application::list(conn)?);
    let mut all = rows.read(read).await?;
    all.retain(Application::is_there);
    Ok(all)
}

/// An application that is there.
///
/// # Errors
/// There is none, or the storage fails.
pub async fn show(cx: &Cx, id: ApplicationId) -> Result<Application, Error> {
    let rows = cx.require_any_shop(Right::ApplicationRead)?;
    rows.read(move |conn| grant::find_application(conn, id))
        .await
}

/// An application that asks for access, as the page shows it that a merchant grants it on.
///
/// # Errors
/// There is none, or the storage fails.
pub async fn meet(app: &Arc<App>, id: ApplicationId) -> Result<Application, Error> {
    let visitor = app.acting(Actor::Visitor);
    let rows = visitor.require_any_shop(Right::ApplicationMeet)?;
    rows.read(move |conn| grant::find_application(conn, id))
        .await
}

/// Gives an application another secret; the one before is refused from now on. Tokens stay.
///
/// # Errors
/// There is no such application, or the storage fails.
pub async fn renew_secret(cx: &Cx, id: ApplicationId) -> Result<String, Error> {
    let rows = cx.require_any_shop(Right::ApplicationChange)?;
    let secret = secret::fresh(rows.app());
    let hash = secret::hash(&secret);
    let unit = move |tx: &mut store::Tx<'_>| {
        let found = grant::find_application(tx, id)?;
        let next = Application {
            secret_hash: hash,
            ..found
        };
        store::application::update(tx, &next)?;
        Ok(((), about(id)))
    };
    rows.write_about(unit).await?;
    Ok(secret)
}

/// Takes an application away: nobody can grant it anything any more, and what was granted ends.
/// How many grants that were.
///
/// # Errors
/// There is no such application, or the storage fails.
pub async fn delete(cx: &Cx, id: ApplicationId) -> Result<usize, Error> {
    let right = Right::ApplicationChange;
    let rows = cx.require_any_shop(right)?;
    let now = rows.app().now();
    let unit = move |tx: &mut store::Tx<'_>| {
        let found = grant::find_application(tx, id)?;
        let next = Application {
            deleted_at: Some(now),
            ..found
        };
        store::application::update(tx, &next)?;
        Ok(((), about(id)))
    };
    rows.write_about(unit).await?;
    let read = move |conn: &mut store::Conn<'_>| {
        Ok::<_, Error>(store::grant::list_of_application_any_shop(conn, id)?)
    };
    let mut ended = 0_usize;
    for granted in rows.read(read).await? {
        let cx = cx.require_in(granted.shop_id, right).await?;
        if grant::end(&cx, granted.id, RevokedBy::Deletion).await? {
            ended = ended.saturating_add(1);
        }
    }
    Ok(ended)
}

fn about(id: ApplicationId) -> About {
    About {
        shop: None,
        object: Some(id.to_string()),
    }
}

/// Finds out which application is asking, by its id and secret.
///
/// # Errors
/// [`Error::Denied`] if there is no such application, or the secret is not its.
pub async fn prove(app: &Arc<App>, id: ApplicationId, secret: &str) -> Result<Application, Error> {
    let hash = secret::hash(secret);
    let door = app.job(Job::Door).require_any_shop(Right::CallerProve)?;
    match door
        .read(move |conn| grant::find_application(conn, id))
        .await
    {
        Ok(application) if bool::from(application.secret_hash.ct_eq(&hash)) => Ok(application),
        Ok(_) | Err(Error::NotFound { .. }) => Err(Error::Denied),
        Err(error) => Err(error),
    }
}
