//! The commands on the journal of actions.

use clap::{Subcommand, value_parser};
use domain::ShopId;

/// `altyn journal`.
#[derive(Debug, Subcommand)]
pub(crate) enum Journal {
    /// Lists the newest actions, the newest first
    List {
        /// Only actions in this shop
        #[arg(long)]
        shop: Option<ShopId>,
        /// How many at most
        #[arg(long, default_value_t = 100, value_parser = value_parser!(u32).range(1..=10_000))]
        limit: u32,
    },
}
