//! Applications of partners, as the operator handles them and as they prove who they are.

use std::sync::Arc;

use domain::application::NewApplication;
use domain::grant::RevokedBy;
use domain::{Application, ApplicationId, IdSeed};
use subtle::ConstantTimeEq as _;

use crate::app::App;
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
pub async fn create(app: &Arc<App>, new: NewApplication) -> Result<Created, Error> {
    let secret = secret::fresh(app);
    let seed = IdSeed {
        at: app.now(),
        random: app.random_bits(),
    };
    let id = ApplicationId::new(seed);
    let hash = secret::hash(&secret);
    let made = Application::create(id, new, hash, app.now()).map_err(Refusal::Application)?;
    let application = made.clone();
    let unit =
        move |tx: &mut store::Tx<'_>| Ok::<_, Error>(store::application::insert(tx, &application)?);
    app.store
        .write_any_shop(unit)
        .await
        .map_err(Error::settled)?;
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
pub async fn list(app: &Arc<App>) -> Result<Vec<Application>, Error> {
    let read = |conn: &mut store::Conn<'_>| Ok::<_, Error>(store::application::list(conn)?);
    let mut all = app.store.read(read).await?;
    all.retain(Application::is_there);
    Ok(all)
}

/// An application that is there.
///
/// # Errors
/// There is none, or the storage fails.
pub async fn show(app: &Arc<App>, id: ApplicationId) -> Result<Application, Error> {
    let read = move |conn: &mut store::Conn<'_>| find(conn, id);
    app.store.read(read).await
}

/// Gives an application another secret; the one before is refused from now on. Tokens stay.
///
/// # Errors
/// There is no such application, or the storage fails.
pub async fn renew_secret(app: &Arc<App>, id: ApplicationId) -> Result<String, Error> {
    let secret = secret::fresh(app);
    let hash = secret::hash(&secret);
    let unit = move |tx: &mut store::Tx<'_>| {
        let found = find(tx, id)?;
        let next = Application {
            secret_hash: hash,
            ..found
        };
        Ok::<_, Error>(store::application::update(tx, &next)?)
    };
    app.store
        .write_any_shop(unit)
        .await
        .map_err(Error::settled)?;
    Ok(secret)
}

/// Takes an application away: nobody can grant it anything any more, and what was granted ends.
/// How many grants that were.
///
/// # Errors
/// There is no such application, or the storage fails.
pub async fn delete(app: &Arc<App>, id: ApplicationId) -> Result<usize, Error> {
    let now = app.now();
    let unit = move |tx: &mut store::Tx<'_>| {
        let found = find(tx, id)?;
        let next = Application {
            deleted_at: Some(now),
            ..found
        };
        Ok::<_, Error>(store::application::update(tx, &next)?)
    };
    app.store
        .write_any_shop(unit)
        .await
        .map_err(Error::settled)?;
    let read = move |conn: &mut store::Conn<'_>| {
        Ok::<_, Error>(store::grant::list_of_application_any_shop(conn, id)?)
    };
    let mut ended = 0_usize;
    for granted in app.store.read(read).await? {
        if grant::end(app, granted.shop_id, granted.id, RevokedBy::Deletion).await? {
            ended = ended.saturating_add(1);
        }
    }
    Ok(ended)
}

/// Finds out which application is asking, by its id and secret.
///
/// # Errors
/// [`Error::Denied`] if there is no such application, or the secret is not its.
pub async fn prove(app: &Arc<App>, id: ApplicationId, secret: &str) -> Result<Application, Error> {
    let hash = secret::hash(secret);
    match show(app, id).await {
        Ok(application) if bool::from(application.secret_hash.ct_eq(&hash)) => Ok(application),
        Ok(_) | Err(Error::NotFound { .. }) => Err(Error::Denied),
        Err(error) => Err(error),
    }
}

pub(crate) fn find(conn: &mut store::Conn<'_>, id: ApplicationId) -> Result<Application, Error> {
    store::application::find(conn, id)?
        .filter(Application::is_there)
        .ok_or_else(|| Error::not_found("application", id))
}
