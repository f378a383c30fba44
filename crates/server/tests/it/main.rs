//! The built binary, driven as its users drive it: the command line, signals, HTTP.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod altyn;
mod application;

mod backup;
mod command;
mod config;
mod http;
mod listen;
mod sealing;
mod serve;
