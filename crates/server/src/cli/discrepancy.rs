//! `altyn discrepancy`.

use clap::{Subcommand, value_parser};
use domain::ShopId;

/// `altyn discrepancy`.
#[derive(Debug, Subcommand)]
pub(crate) enum Discrepancy {
    /// Lists what nobody has put right, the newest first
    List {
        /// The shop; all of them if none is named
        #[arg(long)]
        shop: Option<ShopId>,
        /// Lists what is settled too
        #[arg(long)]
        all: bool,
        /// How many at most
        #[arg(long, default_value_t = 100, value_parser = value_parser!(u32).range(1..=10_000))]
        limit: u32,
    },
}
