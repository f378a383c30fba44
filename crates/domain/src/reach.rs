//! Which addresses may be called on a merchant's behalf: public ones. A merchant chooses the URL,
//! so without this rule anyone could make the platform call its own neighbours.
//!
//! There is one list for everybody: whoever accepts an address asks it about the host in the text,
//! and whoever connects asks it again about the addresses that the name resolved to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// What may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses, by HTTPS.
    Public,
    /// The machine itself as well, and HTTP: for a demo on a laptop.
    PublicAndLoopback,
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(first: u16, second: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(first, second, 0, 0, 0, 0, 0, 0), prefix)
}

/// What the registry of special addresses sets apart (RFC 6890 and its successors).
const SPECIAL_V4: [Ipv4Net; 15] = [
    v4(0, 0, 0, 0, 8),       // this network, unspecified
    v4(10, 0, 0, 0, 8),      // private
    v4(100, 64, 0, 0, 10),   // carrier-grade NAT
    v4(127, 0, 0, 0, 8),     // loopback
    v4(169, 254, 0, 0, 16),  // link-local, and clouds' metadata services
    v4(172, 16, 0, 0, 12),   // private
    v4(192, 0, 0, 0, 24),    // protocol assignments
    v4(192, 0, 2, 0, 24),    // documentation
    v4(192, 88, 99, 0, 24),  // 6to4 relays
    v4(192, 168, 0, 0, 16),  // private
    v4(198, 18, 0, 0, 15),   // benchmarks
    v4(198, 51, 100, 0, 24), // documentation
    v4(203, 0, 113, 0, 24),  // documentation
    v4(224, 0, 0, 0, 4),     // multicast
    v4(240, 0, 0, 0, 4),     // reserved, broadcast
];

/// The only block that public addresses are given from; mapped, unique-local, link-local,
/// multicast and loopback addresses are all outside.
const GLOBAL_V6: Ipv6Net = v6(0x2000, 0, 3);

/// Special blocks within it; some of them may hold a private IPv4 address.
const SPECIAL_V6: [Ipv6Net; 4] = [
    v6(0x2001, 0, 23),     // protocol assignments, Teredo
    v6(0x2001, 0xdb8, 32), // documentation
    v6(0x2002, 0, 16),     // 6to4
    v6(0x3fff, 0, 20),     // documentation
];

impl Reach {
    /// Returns whether this address may be called.
    #[must_use]
    pub fn allows(self, address: IpAddr) -> bool {
        let loopback = self == Self::PublicAndLoopback && address.is_loopback();
        loopback || is_public(address)
    }

    /// Returns whether a host with this name may be called, judging by the name alone.
    #[must_use]
    pub fn allows_name(self, name: &str) -> bool {
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        let loopback = name == "localhost" || name.ends_with(".localhost");
        !name.is_empty() && (self == Self::PublicAndLoopback || !loopback)
    }

    /// Returns whether this scheme may be used.
    #[must_use]
    pub fn allows_scheme(self, scheme: &str) -> bool {
        match scheme {
            "https" => true,
            "http" => self == Self::PublicAndLoopback,
            _ => false,
        }
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|network| network.contains(&address)),
        IpAddr::V6(address) => {
            let special = SPECIAL_V6.iter().any(|network| network.contains(&address));
            GLOBAL_V6.contains(&address) && !special
        }
    }
}

#[cfg(test)]
mod tests;
