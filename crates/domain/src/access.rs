//! Who may what: rights, roles, the table of both, and who is acting.

mod actor;
mod right;
mod role;
mod table;

pub use actor::{Actor, Job, Machine, Object};
pub use right::Right;
pub use role::{Role, Roles};
pub use table::{Mark, RIGHTS, Row};

#[cfg(test)]
mod tests;
