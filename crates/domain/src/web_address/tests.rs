//! Which addresses are taken, and how they leave.

use super::*;

#[test]
fn an_address_is_taken_as_it_is_and_leaves_in_ascii() {
    for (given, ascii) in [
        (
            "https://shop.test/thanks?order=1#top",
            "https://shop.test/thanks?order=1#top",
        ),
        ("HTTPS://Shop.test", "HTTPS://Shop.test"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]/", "http://[::1]/"),
        (
            "https://shop.test/?mail=a@b.ru",
            "https://shop.test/?mail=a@b.ru",
        ),
        ("myshop://order/7", "myshop://order/7"),
        (
            "bank100000000111://qr.test/A?b=c",
            "bank100000000111://qr.test/A?b=c",
        ),
        (
            "https://магазин.рф/спасибо?заказ=№1",
            "https://xn--80aaak7ajl.xn--p1ai/",
        ),
        ("https://shop.test/a b", "https://shop.test/a%20b"),
        (
            "myshop://заказ/7",
            "myshop://%D0%B7%D0%B0%D0%BA%D0%B0%D0%B7/7",
        ),
    ] {
        let address = WebAddress::parse(given).expect(given);
        assert_eq!(address.given(), given);
        let out = address.ascii();
        assert!(out.bytes().all(|b| b.is_ascii_graphic()), "{out}");
        if given.starts_with("https://магазин") {
            assert!(
                out.starts_with("https://xn--") && out.contains("?%D0%B7"),
                "{out}"
            );
        } else {
            assert_eq!(out, ascii);
        }
    }
    let long = format!("https://shop.test/{}", "я".repeat(CHARS_MAX - 18));
    assert!(WebAddress::parse(&long).is_some());
    assert!(WebAddress::parse(&format!("{long}я")).is_none());
}

#[test]
fn what_browsers_read_otherwise_is_refused() {
    for bad in [
        "",
        "/thanks",
        "//shop.test/",
        "shop.test/thanks",
        "http:evil",
        "http:evil/x://y",
        "https:/shop.test/",
        "https:shop.test",
        "https://",
        "https:///",
        "https:///shop.test/",
        "https://?a=1",
        "https://user:word@shop.test/",
        "https://user@shop.test/",
        "https://@shop.test/",
        "https://shop.test\\@evil.test/",
        "https:\\\\evil.test\\",
        "https://shop.test/a\r\nSet-Cookie: a=b",
        "https://shop.test/\u{7f}",
        "https://shop.test/\u{85}",
        "https://shop.test/\0",
        "ht\ttps://shop.test/",
        " https://shop.test/",
        "https://shop.test/\n",
        "javascript:alert(1)",
        "javascript://shop.test/%0aalert(1)",
        "JavaScript://shop.test/%0aalert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "about:blank",
        "://shop.test/",
        "1shop://a",
        "https://shop test/",
        "https://[::1/",
        "https://shop.test:99999/",
    ] {
        assert!(WebAddress::parse(bad).is_none(), "{bad:?}");
    }
}
