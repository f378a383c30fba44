//! Which proxies are believed when they say where a request comes from. Only those that the
//! operator names: anybody could send such a header.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName};

/// The proxies in front of the server.
#[derive(Clone, Debug)]
pub(crate) struct Proxies {
    pub(super) trusted: Vec<Network>,
    /// The header in which they name their client.
    pub(crate) header: HeaderName,
    /// Whether this is a demo on somebody's own machine. Then connections from the machine itself
    /// need not come from a proxy.
    pub(crate) at_home: bool,
}

/// Headers in which proxies name their client, and that the operator may choose.
const SAYING: [&str; 10] = [
    "x-real-ip",
    "x-forwarded-for",
    "x-client-ip",
    "true-client-ip",
    "cf-connecting-ip",
    "fly-client-ip",
    "fastly-client-ip",
    "x-azure-clientip",
    "x-cluster-client-ip",
    "x-envoy-external-address",
];
/// Other headers that only proxies send.
const SIGNS: [&str; 4] = ["forwarded", "via", "x-forwarded-proto", "x-forwarded-host"];

/// A block of addresses; those of IPv4 stand among those of IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Network {
    address: u128,
    /// How many bits count.
    bits: u32,
}

impl Default for Proxies {
    fn default() -> Self {
        Self {
            trusted: Vec::new(),
            header: HeaderName::from_static("x-real-ip"),
            at_home: false,
        }
    }
}

impl Proxies {
    /// The address that a request on this connection comes from. Each proxy adds an address at the
    /// end; everything before the first unknown one could be made up. `None` if a proxy does not
    /// name its client: its own address is not the client's, and must not be counted as one.
    pub(crate) fn client(&self, peer: SocketAddr, headers: &HeaderMap) -> Option<SocketAddr> {
        let own = peer.ip().to_canonical();
        let mut client = own;
        let values = headers.get_all(&self.header).iter().rev();
        // Anything before that may come from a stranger, and hides nothing that stands after it.
        let said = values.flat_map(|value| value.as_bytes().rsplit(|byte| *byte == b','));
        for text in said {
            if !self.trusts(client) {
                break;
            }
            let text = std::str::from_utf8(text).unwrap_or_default();
            let Some(before) = address(text.trim()) else {
                break;
            };
            client = before.to_canonical();
        }
        let unsaid = client == own && self.trusts(own) && self.is_proxy(own, headers);
        (!unsaid).then(|| SocketAddr::new(client, peer.port()))
    }

    /// Returns whether a trusted address is a proxy. One that sends no header of a proxy may be a
    /// client on the same machine; where other clients can come by it, it is not taken for a
    /// client.
    fn is_proxy(&self, from: IpAddr, headers: &HeaderMap) -> bool {
        let mut names = headers.keys().map(HeaderName::as_str);
        !self.at_home
            || !from.is_loopback()
            || names.any(|name| SAYING.contains(&name) || SIGNS.contains(&name))
    }

    /// Another header in which a proxy may have named its client.
    pub(crate) fn other_header(&self, headers: &HeaderMap) -> Option<&'static str> {
        let others = SAYING.into_iter().filter(|name| *name != self.header);
        let mut others = others.filter(|name| headers.contains_key(*name));
        others.next()
    }

    /// Returns whether a proxy at this address is believed.
    pub(crate) fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.has(address))
    }
}

impl Network {
    /// Reads `10.0.0.0/8, ::1`, or `none`.
    pub(super) fn parse_list(text: &str) -> Result<Vec<Self>, String> {
        if text == "none" {
            return Ok(Vec::new());
        }
        let refuse =
            |text: &str| format!("{text:?} is not an address or network such as 10.0.0.0/8");
        let networks = text.split(',').map(str::trim);
        let read = |text| Self::parse(text).ok_or_else(|| refuse(text));
        networks.map(read).collect()
    }

    fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            None => (text, None),
            Some((address, bits)) => (address, Some(bits.parse::<u32>().ok()?)),
        };
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        let before = 128_u32.checked_sub(most)?;
        (bits <= most).then_some(Self {
            address: number(address),
            bits: before.checked_add(bits)?,
        })
    }

    fn has(self, address: IpAddr) -> bool {
        let differ = self.address ^ number(address);
        differ.leading_zeros() >= self.bits
    }
}

/// An address as proxies write it: some add the port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.parse().ok();
    bare.or_else(|| text.parse().ok().map(|with: SocketAddr| with.ip()))
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn proxies(trusted: &str, header: &'static str) -> Proxies {
        Proxies {
            trusted: Network::parse_list(trusted).unwrap(),
            header: HeaderName::from_static(header),
            at_home: false,
        }
    }

    #[track_caller]
    fn check(proxies: &Proxies, peer: &str, said: &[(&'static str, &str)], expected: &str) {
        let mut headers = HeaderMap::new();
        for (name, value) in said {
            headers.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let peer = SocketAddr::new(peer.parse().unwrap(), 5_000);
        let found = proxies.client(peer, &headers);
        let found = found.map_or("nobody says".to_owned(), |found| found.ip().to_string());
        assert_eq!(found, expected, "{peer} {said:?}");
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let here = proxies("127.0.0.0/8,::1", "x-real-ip");
        let said = [("x-real-ip", "192.0.2.7")];
        check(&here, "127.0.0.1", &said, "192.0.2.7");
        check(&here, "127.9.9.9", &said, "192.0.2.7");
        check(&here, "::1", &said, "192.0.2.7");
        check(&here, "::ffff:127.0.0.1", &said, "192.0.2.7");
        check(&here, "198.51.100.1", &said, "198.51.100.1");
        check(&here, "::2", &said, "::2");
        check(
            &here,
            "127.0.0.1",
            &[("x-real-ip", "192.0.2.7:4433")],
            "192.0.2.7",
        );
        let nobody = proxies("none", "x-real-ip");
        check(&nobody, "127.0.0.1", &said, "127.0.0.1");
    }

    #[test]
    fn of_several_proxies_the_first_stranger_counts_from_the_end() {
        let two = proxies("10.0.0.0/8, 2001:db8::/32", "x-forwarded-for");
        let said = [("x-forwarded-for", "1.1.1.1, 203.0.113.5, 10.2.3.4")];
        check(&two, "2001:db8::9", &said, "203.0.113.5");
        check(&two, "2001:db9::9", &said, "2001:db9::9");
        let lines = [
            ("x-forwarded-for", "1.1.1.1"),
            ("x-forwarded-for", "::ffff:203.0.113.6,10.2.3.4"),
        ];
        check(&two, "10.1.1.1", &lines, "203.0.113.6");
        check(
            &two,
            "10.1.1.1",
            &[("x-forwarded-for", "10.9.9.9")],
            "10.9.9.9",
        );
        check(
            &two,
            "10.1.1.1",
            &[("x-forwarded-for", "x, 10.9.9.9")],
            "10.9.9.9",
        );
        // A stranger's odd letters hide nothing that a proxy wrote after them.
        let odd = [("x-forwarded-for", "é, 203.0.113.7, 10.2.3.4")];
        check(&two, "10.1.1.1", &odd, "203.0.113.7");
    }

    #[test]
    fn a_proxy_that_does_not_say_for_whom_it_asks_is_not_taken_for_the_client() {
        let mut here = proxies("127.0.0.0/8,10.0.0.0/8", "x-real-ip");
        let unsaid = "nobody says";
        // Those that name nobody are such proxies too, wherever they are.
        check(&here, "127.0.0.1", &[], unsaid);
        check(&here, "::1", &[], "::1");
        check(&here, "10.0.0.1", &[], unsaid);
        // Beside a demo there are clients on the same machine, which send no header of a proxy.
        here.at_home = true;
        check(&here, "127.0.0.1", &[], "127.0.0.1");
        for (name, value) in [
            ("x-forwarded-for", "192.0.2.7"),
            ("forwarded", "for=192.0.2.7"),
            ("x-real-ip", "unknown"),
        ] {
            check(&here, "127.0.0.1", &[(name, value)], unsaid);
            check(&here, "198.51.100.1", &[(name, value)], "198.51.100.1");
        }
        check(&here, "10.0.0.1", &[], unsaid);
        check(&here, "10.0.0.1", &[("x-real-ip", "10.0.0.2")], "10.0.0.2");
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in [
            "",
            "10.0.0.0/33",
            "::/129",
            "10.0.0",
            "10.0.0.0/-1",
            "a",
            "::1,",
        ] {
            assert!(Network::parse_list(text).is_err(), "{text}");
        }
        let everybody = Network::parse_list("0.0.0.0/0").unwrap();
        assert!(everybody[0].has([203, 0, 113, 1].into()));
        assert!(!everybody[0].has("2001:db8::1".parse().unwrap()));
    }
}
