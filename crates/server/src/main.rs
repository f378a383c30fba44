//! The binary: configuration, wiring, subcommands.
fn main() {}
