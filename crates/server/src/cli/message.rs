//! `altyn message`.

use clap::{Subcommand, value_parser};
use domain::{MessageId, ShopId};

/// `altyn message`.
#[derive(Debug, Subcommand)]
pub(crate) enum Message {
    /// Lists the newest messages, without addresses and texts
    List {
        /// The shop; without this option, all shops and the platform itself
        #[arg(long)]
        shop: Option<ShopId>,
        /// How many at most
        #[arg(long, default_value_t = 100, value_parser = value_parser!(u32).range(1..=10_000))]
        limit: u32,
    },
    /// Shows one message: to whom, what it says, and what the server said
    Show {
        /// The message
        id: MessageId,
    },
}
