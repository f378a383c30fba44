//! `altyn sealing`.

use clap::Subcommand;

/// `altyn sealing`.
#[derive(Debug, Subcommand)]
pub(crate) enum Sealing {
    /// Lists the sealing keys, with what is sealed with each
    List,
    /// Adds a sealing key and seals every secret anew with it; finishes a rotation that was
    /// interrupted
    Rotate {
        /// Only adds the key to the file, so that it can be copied to other nodes first
        #[arg(long, conflicts_with = "lost")]
        prepare: bool,
        /// Goes on without keys that are lost: what they sealed stays unreadable
        #[arg(long)]
        lost: bool,
    },
    /// Shows the keys that nothing is sealed with any more, and the backups that still need them
    Prune {
        /// Drops them
        #[arg(long)]
        drop: bool,
    },
}
