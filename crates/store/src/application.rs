//! Applications of partners.

use domain::application::Callback;
use domain::{Application, ApplicationId, Scope};
use sql::StoreError;

use crate::database::{Conn, Tx};
use crate::table::{Rows, Select, table};

table! {
    pub(crate) Applications: Application = "application";
    written of (application: Application);
    columns {
        key id = application.id => parse();
        fixed name = application.name.as_str() => get();
        fixed description = application.description.as_deref() => get();
        fixed site = application.site.as_deref() => get();
        fixed callback_url = address(&application.callback) => get();
        fixed scopes = scopes(&application.scopes) => list(Scope::from_code);
        fixed created_at = application.created_at => time();
        changing secret_hash = &application.secret_hash => hash();
        changing deleted_at = application.deleted_at => time_or_null();
        version version = application.version => get();
    }
    read(cells) {
        let address: Option<String> = callback_url;
        Application {
            id,
            name,
            description,
            site,
            callback: address.map_or(Callback::Shown, Callback::Address),
            scopes,
            secret_hash,
            created_at,
            deleted_at,
            version,
        }
    }
}

pub(crate) static LIST: Select = Select::new(
    Applications::table,
    "order by application.created_at, application.id",
);

fn address(callback: &Callback) -> Option<&str> {
    match callback {
        Callback::Address(url) => Some(url.as_str()),
        Callback::Shown => None,
    }
}

/// Adds an application.
pub fn insert(tx: &mut Tx<'_>, application: &Application) -> Result<(), StoreError> {
    Applications::insert_now(tx, (application,))
}

/// Stores the next secret or the end of an application, unless someone else was faster.
pub fn update(tx: &mut Tx<'_>, application: &Application) -> Result<(), StoreError> {
    Applications::update(tx, (application,))
}

/// The application with this id, also one that was taken away.
pub fn find(conn: &mut Conn<'_>, id: ApplicationId) -> Result<Option<Application>, StoreError> {
    Applications::find(conn, &[&id])
}

/// All applications, also those that were taken away, the oldest first.
pub fn list(conn: &mut Conn<'_>) -> Result<Vec<Application>, StoreError> {
    LIST.query(conn, &[], Applications::read)
}

/// Rights as a column holds them.
pub(crate) fn scopes(scopes: &[Scope]) -> String {
    let codes: Vec<&str> = scopes.iter().map(|scope| scope.code()).collect();
    codes.join(" ")
}
