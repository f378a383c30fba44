//! A whole platform in memory, for tests: clock, ids, bank, receivers.

pub mod database;

mod world;

pub use world::{Answer, BASE_URL, BEGIN, HandClock, SeededRandom, Surroundings, World, test_shop};
