//! Requests of trusted proxies that do not name their client. If the proxy counted as one client,
//! all that come through it would share what one address may have, and one of them could shut out
//! the others. So they count for no address, and the operator is told how to correct it.

use std::net::SocketAddr;
use std::time::Duration;

use axum::http::HeaderMap;
use store::Quiet;

use crate::config::Proxies;

/// How often the warning is repeated.
const INTERVAL: Duration = Duration::from_secs(3_600);

static QUIET: Quiet = Quiet::every(INTERVAL);

/// Warns once in a while, with the correction.
pub(super) fn warn(proxies: &Proxies, peer: SocketAddr, headers: &HeaderMap) {
    if let Some(unsaid) = QUIET.turn() {
        let proxy = peer.ip().to_canonical();
        let advice = advice(proxies, headers);
        tracing::warn!(
            %proxy,
            unsaid,
            "the trusted proxy {proxy} does not say for whom it asks: {advice}"
        );
    }
}

/// What is wrong, and the line of the configuration that corrects it.
fn advice(proxies: &Proxies, headers: &HeaderMap) -> String {
    let expected = &proxies.header;
    let fault = if headers.contains_key(expected) {
        "has no address"
    } else {
        "is missing"
    };
    let counts = "until then limits by address count its requests for nobody";
    match proxies.other_header(headers) {
        Some(other) => format!(
            "the header {expected} {fault}, and {other} is there. If the proxy itself sets that, \
             configure proxy_header = \"{other}\"; else let it set {expected}; {counts}"
        ),
        None => format!(
            "the header {expected} {fault}. Let it set that, or name another with proxy_header, \
             or take it out of trusted_proxies if it asks for itself; {counts}"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_to_change_is_named() {
        let proxies = Proxies::default();
        let mut headers = HeaderMap::new();
        let said = advice(&proxies, &headers);
        assert!(said.starts_with("the header x-real-ip is missing. Let it"));
        headers.insert("x-real-ip", "unknown".parse().unwrap());
        headers.insert("x-forwarded-for", "192.0.2.7".parse().unwrap());
        let said = advice(&proxies, &headers);
        let words = "the header x-real-ip has no address, and x-forwarded-for is there.";
        assert!(said.starts_with(words), "{said}");
        assert!(said.contains("configure proxy_header = \"x-forwarded-for\""));
    }
}
