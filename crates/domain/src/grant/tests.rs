//! The matrix of grants.

use std::fmt::Write as _;

use super::*;
use crate::application::{Callback, NewApplication};
use crate::id::IdSeed;

const NOW: Timestamp = Timestamp::from_micros(1_784_548_800_000_000);

fn application(random: u64) -> Application {
    let new = NewApplication {
        name: "Касса".to_owned(),
        description: None,
        site: None,
        callback: Callback::Shown,
        scopes: vec![Scope::PaymentsCreate, Scope::PaymentsGet],
    };
    let id = ApplicationId::new(IdSeed { at: NOW, random });
    Application::create(id, new, [7; 32], NOW).unwrap()
}

fn agreed() -> Grant {
    let id = GrantId::new(IdSeed { at: NOW, random: 3 });
    let shop = ShopId::new(100_001).unwrap();
    Grant::agree(id, shop, &application(1), ([1; 32], None), NOW)
}

fn later(seconds: i64) -> Timestamp {
    NOW.plus(Duration::seconds(seconds))
}

fn states() -> [Grant; 3] {
    let coded = agreed();
    let issued = coded
        .exchange(coded.application_id, ([2; 32], None), later(1))
        .unwrap();
    let revoked = issued.revoke(RevokedBy::Shop, later(2)).unwrap();
    [coded, issued, revoked]
}

#[test]
fn matrix() {
    let own = application(1).id;
    let foreign = application(2).id;
    let mut table = String::new();
    for grant in states() {
        let mut row = |command: &str, outcome: String| {
            writeln!(table, "{:8} {command:18} {outcome}", grant.state.code()).unwrap();
        };
        let exchange = |by, at| match grant.exchange(by, ([9; 32], None), at) {
            Ok(next) => next.state.code().to_owned(),
            Err(refused) => format!("{refused:?}"),
        };
        row("exchange", exchange(own, later(299)));
        row("exchange too late", exchange(own, later(300)));
        row("exchange by other", exchange(foreign, later(1)));
        let revoked = grant.revoke(RevokedBy::Application, later(5));
        let revoked = revoked.map_or("-", |next| next.state.code());
        row("revoke", revoked.to_owned());
        row("opens", grant.open_until(later(5)).is_some().to_string());
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_token_opens_the_shop_for_three_years_and_not_a_moment_longer() {
    let [_, issued, _] = states();
    let until = later(1).plus(TOKEN_LIFE);
    assert_eq!(
        issued.open_until(until.minus(Duration::micros(1))),
        Some(until)
    );
    assert_eq!(issued.open_until(until), None);
}

#[test]
fn a_code_with_a_challenge_is_exchanged_by_who_has_its_secret_alone() {
    for (challenge, proof, expected) in [
        (None, None, None),
        (None, Some([4; 32]), Some(ExchangeRefused::Unproved)),
        (Some([4; 32]), None, Some(ExchangeRefused::Unproved)),
        (
            Some([4; 32]),
            Some([5; 32]),
            Some(ExchangeRefused::Unproved),
        ),
        (Some([4; 32]), Some([4; 32]), None),
    ] {
        let grant = Grant {
            challenge,
            ..agreed()
        };
        let exchanged = grant.exchange(grant.application_id, ([2; 32], proof), later(1));
        assert_eq!(exchanged.err(), expected, "{challenge:?} {proof:?}");
    }
}

#[test]
fn a_grant_permits_what_was_agreed_to() {
    let grant = agreed();
    for scope in Scope::ALL {
        let agreed = [Scope::PaymentsCreate, Scope::PaymentsGet].contains(&scope);
        assert_eq!(grant.permits(scope), agreed, "{scope:?}");
    }
}

#[test]
fn every_end_has_a_name() {
    for by in RevokedBy::ALL {
        assert_eq!(RevokedBy::from_code(by.code()), Some(by));
    }
}
