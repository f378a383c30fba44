//! Which applications are accepted, and where codes are sent.

use super::*;
use crate::id::IdSeed;

const NOW: Timestamp = Timestamp::from_micros(1_784_548_800_000_000);

fn new() -> NewApplication {
    NewApplication {
        name: "Касса".to_owned(),
        description: None,
        site: Some("https://partner.example".to_owned()),
        callback: Callback::Address("https://partner.example/back".to_owned()),
        scopes: vec![Scope::GetFees, Scope::PaymentsGet, Scope::GetFees],
    }
}

fn create(new: NewApplication) -> Result<Application, ApplicationRefused> {
    let id = ApplicationId::new(IdSeed { at: NOW, random: 1 });
    Application::create(id, new, [7; 32], NOW)
}

#[test]
fn a_right_has_one_name() {
    for scope in Scope::ALL {
        assert_eq!(Scope::from_code(scope.code()), Some(scope));
    }
    assert_eq!(Scope::from_code("checkout:everything"), None);
}

#[test]
fn an_application_asks_for_each_right_once() {
    let made = create(new()).unwrap();
    assert_eq!(made.scopes, [Scope::PaymentsGet, Scope::GetFees]);
    assert!(made.is_there());
}

#[test]
fn what_cannot_be_used_is_refused_by_name() {
    let refused = |change: fn(&mut NewApplication)| {
        let mut new = new();
        change(&mut new);
        create(new).unwrap_err()
    };
    let name = refused(|new| new.name = " ".to_owned());
    assert_eq!(name, ApplicationRefused::NameIllegal);
    let name = refused(|new| new.name = "я".repeat(101));
    assert_eq!(name, ApplicationRefused::NameIllegal);
    let description = refused(|new| new.description = Some("я".repeat(501)));
    assert_eq!(description, ApplicationRefused::DescriptionTooLong);
    let site = refused(|new| new.site = Some("http://partner.example".to_owned()));
    assert_eq!(site, ApplicationRefused::SiteIllegal);
    let scopes = refused(|new| new.scopes.clear());
    assert_eq!(scopes, ApplicationRefused::NoScopes);
}

#[test]
fn browsers_are_sent_to_plain_addresses_only() {
    let usable = |url: &str| Callback::Address(url.to_owned()).is_usable();
    for good in [
        "https://partner.example",
        "https://partner.example:8443/back?from=altyn",
        "http://127.0.0.1:3000/back",
        "http://localhost/back",
        "http://[::1]:3000/",
    ] {
        assert!(usable(good), "{good}");
    }
    for bad in [
        "",
        "https://",
        "https:///back",
        "http://partner.example/back",
        "http://127.0.0.1.evil.example/",
        "http://localhost@evil.example/",
        "https://user:word@partner.example/",
        "https://partner.example/#part",
        "https://partner.example/with space",
        "https://partner.example\\@evil.example/",
        "javascript:alert(1)",
        "//partner.example",
        "https://партнёр.example/",
    ] {
        assert!(!usable(bad), "{bad}");
    }
    let long = format!("https://partner.example/{}", "x".repeat(ADDRESS_BYTES_MAX));
    assert!(!usable(&long));
}

#[test]
fn what_goes_back_is_escaped() {
    let pairs = [("code", "a-b"), ("state", "x&y=1 #ё\r\n")];
    let address = Callback::Address("https://partner.example/back".to_owned());
    assert_eq!(
        address.with(&pairs).as_deref(),
        Some("https://partner.example/back?code=a-b&state=x%26y%3D1%20%23%D1%91%0D%0A")
    );
    let address = Callback::Address("https://partner.example/back?a=1".to_owned());
    assert_eq!(
        address.with(&[("code", "b")]).as_deref(),
        Some("https://partner.example/back?a=1&code=b")
    );
    assert_eq!(Callback::Shown.with(&pairs), None);
}

#[test]
fn what_is_not_ascii_in_an_address_is_escaped_or_it_is_said_what_to_write() {
    let create = |site: &str, callback: &str| {
        let new = NewApplication {
            name: "Касса".to_owned(),
            description: None,
            site: Some(site.to_owned()),
            callback: Callback::Address(callback.to_owned()),
            scopes: vec![Scope::PaymentsGet],
        };
        let id = ApplicationId::new(IdSeed {
            at: Timestamp::from_micros(0),
            random: 1,
        });
        Application::create(id, new, [7; 32], Timestamp::from_micros(0))
    };
    let plain = "https://partner.example/back";
    let made = create(
        "https://partner.example/касса",
        "https://partner.example/назад?к=я",
    );
    let made = made.unwrap();
    let expected = "https://partner.example/%D0%BA%D0%B0%D1%81%D1%81%D0%B0";
    assert_eq!(made.site.as_deref(), Some(expected));
    let expected = "https://partner.example/%D0%BD%D0%B0%D0%B7%D0%B0%D0%B4?%D0%BA=%D1%8F";
    assert_eq!(made.callback, Callback::Address(expected.to_owned()));
    for (site, callback) in [
        ("https://касса.рф/", plain),
        (plain, "https://касса.рф/back"),
        (plain, "http://локально:8080/"),
    ] {
        let refused = create(site, callback).err();
        assert_eq!(
            refused,
            Some(ApplicationRefused::HostNotAscii),
            "{site} {callback}"
        );
    }
    assert!(
        ApplicationRefused::HostNotAscii
            .to_string()
            .contains("xn--")
    );
}
