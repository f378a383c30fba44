//! Resolves names to addresses and leaves forbidden ones out. The addresses that are checked are
//! the ones connected to, so a name cannot mean something else a moment later.

use std::net::SocketAddr;

use domain::Reach;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// The system's resolver behind a [`Reach`].
#[derive(Debug)]
pub(super) struct Resolver {
    pub(super) reach: Reach,
}

/// The name leads only to addresses that may not be called.
#[derive(Debug, thiserror::Error)]
#[error("the host's address is not public")]
pub(super) struct NotPublic;

/// The name could not be resolved.
#[derive(Debug, thiserror::Error)]
#[error("the host's name was not found")]
pub(super) struct NotFound(#[source] Option<std::io::Error>);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.reach;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            let found: Vec<SocketAddr> = found.map_err(|error| NotFound(Some(error)))?.collect();
            if found.is_empty() {
                return Err(NotFound(None).into());
            }
            let allowed: Vec<SocketAddr> = found
                .into_iter()
                .filter(|address| reach.allows(address.ip()))
                .collect();
            if allowed.is_empty() {
                return Err(NotPublic.into());
            }
            let addresses: Addrs = Box::new(allowed.into_iter());
            Ok(addresses)
        })
    }
}
