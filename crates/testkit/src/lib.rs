//! A whole platform in memory, for tests: clock, ids, bank, receivers.

pub mod cluster;
pub mod database;

mod doors;
mod world;

pub use doors::{pages, samples};
pub use world::{
    Answer, BASE_URL, BEGIN, Gateway, HandClock, SeededRandom, Surroundings, World, machine,
    sealing_keys, test_gateway, test_shop,
};
