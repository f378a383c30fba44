//! A whole platform in memory, for tests: clock, ids, bank, receivers.

pub mod database;
