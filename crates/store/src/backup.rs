//! What a backup of Altyn's database holds. How databases are copied and replaced stands in
//! [`sql::backup`].

mod contents;

pub use contents::Contents;
pub use sql::backup::{drop_kept, settle};

use crate::database::Altyn;

/// A copy of an SQLite database that nobody else uses, open.
pub type Copy = sql::backup::Copy<Altyn>;

/// A transaction that replaces what is in a PostgreSQL database.
pub type Replacement = sql::backup::Replacement<Altyn>;

/// One moment of a PostgreSQL database.
pub type Snapshot = sql::backup::Snapshot<Altyn>;
