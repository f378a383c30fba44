//! `altyn sealing`.

use clap::Subcommand;

/// `altyn sealing`.
#[derive(Debug, Subcommand)]
pub(crate) enum Sealing {
    /// Adds a sealing key and seals every secret anew with it; finishes a rotation that was cut off
    Rotate {
        /// Only adds the key to the file, so that it can be copied to other nodes first
        #[arg(long, conflicts_with = "lost")]
        prepare: bool,
        /// Goes on without keys that nobody has any more: what they sealed stays unreadable
        #[arg(long)]
        lost: bool,
    },
}
