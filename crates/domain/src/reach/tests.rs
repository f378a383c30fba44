//! The table of addresses.

use super::*;

#[track_caller]
fn check(address: &str, public: bool, with_loopback: bool) {
    let parsed = address.parse().unwrap();
    assert_eq!(Reach::Public.allows(parsed), public, "{address}");
    assert_eq!(
        Reach::PublicAndLoopback.allows(parsed),
        with_loopback,
        "{address}, loopback"
    );
}

#[test]
fn only_public_addresses_are_called_and_loopback_where_it_is_allowed() {
    for address in [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
    ] {
        check(address, true, true);
    }
    for address in [
        "172.15.255.255",
        "172.32.0.0",
        "185.71.76.1",
        "198.20.0.0",
        "223.255.255.255",
    ] {
        check(address, true, true);
    }
    for address in [
        "2a02:5180::1",
        "2606:4700:4700::1111",
        "2001:4860:4860::8888",
    ] {
        check(address, true, true);
    }
    for address in ["127.0.0.1", "127.255.255.254", "::1"] {
        check(address, false, true);
    }
}

#[test]
fn what_is_set_apart_is_never_called() {
    for address in [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:1.1.1.1",
        "64:ff9b::a00:1",
        "64:ff9b::101:101",
        "64:ff9b:1::a00:1",
        "64:ff9b:1:7f00:0:100::",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "2002:a00:1::1",
        "2002:c0a8:101::1",
        "2002:101:101::1",
        "2001:0:7f00:1::1",
        "::a00:1",
        "::ffff:0:127.0.0.1",
        "3fff::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ] {
        check(address, false, false);
    }
}

#[test]
fn this_machine_is_known_by_its_names() {
    for name in ["localhost", "LOCALHOST", "localhost.", "shop.localhost"] {
        assert!(!Reach::Public.allows_name(name), "{name}");
        assert!(Reach::PublicAndLoopback.allows_name(name), "{name}");
    }
    for name in ["shop.example", "localhost.example", "notlocalhost"] {
        assert!(Reach::Public.allows_name(name), "{name}");
    }
    assert!(!Reach::PublicAndLoopback.allows_name(""));
}

#[test]
fn plain_http_needs_the_loopback_permission() {
    assert!(Reach::Public.allows_scheme("https"));
    assert!(!Reach::Public.allows_scheme("http"));
    assert!(Reach::PublicAndLoopback.allows_scheme("http"));
    for scheme in ["file", "ftp", "gopher", "ws", ""] {
        assert!(!Reach::PublicAndLoopback.allows_scheme(scheme), "{scheme}");
    }
}
