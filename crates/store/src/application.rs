//! Applications of partners.

use domain::application::Callback;
use domain::{Application, ApplicationId, Scope};
use sql::{Param, Row, StoreError};

use crate::columns::{Cells, refs, text, text_or_null, time_or_null};
use crate::database::{Conn, Tx};

const INSERT: &str = "\
insert into application (id, name, description, site, callback_url, scopes, secret_hash,
       created_at, deleted_at, version)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

const UPDATE: &str = "\
update application
   set secret_hash = $3, deleted_at = $4, version = version + 1
 where id = $1 and version = $2";

const FIND: &str = "\
select id, name, description, site, callback_url, scopes, secret_hash, created_at, deleted_at,
       version
  from application
 where id = $1";

const LIST: &str = "\
select id, name, description, site, callback_url, scopes, secret_hash, created_at, deleted_at,
       version
  from application
 order by created_at, id";

/// Adds an application.
pub fn insert(tx: &mut Tx<'_>, application: &Application) -> Result<(), StoreError> {
    let callback = match &application.callback {
        Callback::Address(url) => Some(url.as_str()),
        Callback::Shown => None,
    };
    let params = [
        text(application.id.to_string()),
        text(application.name.as_str()),
        text_or_null(application.description.as_deref()),
        text_or_null(application.site.as_deref()),
        text_or_null(callback),
        text(scopes(&application.scopes)),
        Param::Bytes((&application.secret_hash).into()),
        Param::Integer(application.created_at.as_micros()),
        time_or_null(application.deleted_at),
        Param::Integer(application.version),
    ];
    tx.execute(INSERT, &refs(&params)).map(|_| ())
}

/// Stores the next secret or the end of an application, unless someone else was faster.
pub fn update(tx: &mut Tx<'_>, application: &Application) -> Result<(), StoreError> {
    tx.write_one(
        UPDATE,
        &[
            &application.id,
            &application.version,
            &application.secret_hash,
            &time_or_null(application.deleted_at),
        ],
    )
}

/// The application with this id, also one that was taken away.
pub fn find(conn: &mut Conn<'_>, id: ApplicationId) -> Result<Option<Application>, StoreError> {
    conn.query_opt(FIND, &[&id], read)
}

/// All applications, also those that were taken away, the oldest first.
pub fn list(conn: &mut Conn<'_>) -> Result<Vec<Application>, StoreError> {
    conn.query(LIST, &[], read)
}

/// Rights as a column holds them.
pub(crate) fn scopes(scopes: &[Scope]) -> String {
    let codes: Vec<&str> = scopes.iter().map(|scope| scope.code()).collect();
    codes.join(" ")
}

fn read(row: &Row<'_>) -> Result<Application, StoreError> {
    let mut cells = Cells::new(row);
    Ok(Application {
        id: cells.parse()?,
        name: cells.get()?,
        description: cells.get()?,
        site: cells.get()?,
        callback: cells
            .get::<Option<String>>()?
            .map_or(Callback::Shown, Callback::Address),
        scopes: cells.list(Scope::from_code)?,
        secret_hash: cells.hash()?,
        created_at: cells.time()?,
        deleted_at: cells.time_or_null()?,
        version: cells.get()?,
    })
}
