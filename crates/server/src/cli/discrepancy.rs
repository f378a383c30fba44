//! `altyn discrepancy`.

use clap::{Subcommand, value_parser};
use domain::discrepancy::NOTE_CHARS_MAX;
use domain::{OperationId, ShopId};

/// `altyn discrepancy`.
#[derive(Debug, Subcommand)]
pub(crate) enum Discrepancy {
    /// Lists what is not settled, the newest first
    List {
        /// The shop; without this option, all
        #[arg(long)]
        shop: Option<ShopId>,
        /// Lists what is settled too
        #[arg(long)]
        all: bool,
        /// How many at most
        #[arg(long, default_value_t = 100, value_parser = value_parser!(u32).range(1..=10_000))]
        limit: u32,
    },
    /// Settles the open discrepancies of an operation: they leave the list and stay in `--all`
    Settle {
        /// The operation, as the list names it
        #[arg(value_parser = operation)]
        operation: OperationId,
        /// What you have done about it
        #[arg(long, value_parser = note)]
        note: String,
        /// The payer does not have the money of a refund that is held: it has come back, or had
        /// never left. The shop has it again, and the payment can be refunded by that much
        #[arg(long)]
        came_back: bool,
    },
}

fn operation(text: &str) -> Result<OperationId, String> {
    let id = text.parse();
    id.map_err(|_no_operation| "not the id of an operation".to_owned())
}

fn note(text: &str) -> Result<String, String> {
    let text = text.trim();
    if domain::card::stands_in(text) {
        return Err("a card's number does not belong in it".to_owned());
    }
    match text.chars().count() {
        0 => Err("say what you have done about it".to_owned()),
        1..=NOTE_CHARS_MAX => Ok(text.to_owned()),
        _ => Err(format!("it has more than {NOTE_CHARS_MAX} characters")),
    }
}
