//! Which connector is chosen for something new, and which is found for something under way.

use super::*;
use crate::sandbox::Sandbox;
use domain::Timestamp;

fn name(text: &str) -> ConnectorName {
    text.parse().unwrap()
}

fn connector(text: &str, abilities: Abilities) -> Connector {
    let clock = Arc::new(|| Timestamp::from_micros(0));
    let bank = Arc::new(Sandbox::in_memory("https://pay.example", clock));
    Connector {
        abilities,
        ..Connector::sandbox(name(text), bank)
    }
}

fn rub(minor: i64) -> Money {
    Money::new(minor, Currency::RUB)
}

fn card(minor: i64) -> Need {
    Need::Payment {
        method: MethodKind::BankCard,
        amount: rub(minor),
    }
}

#[test]
fn the_first_that_is_on_and_can_is_chosen() {
    let small = Abilities {
        methods: vec![MethodKind::BankCard],
        binds: Vec::new(),
        pays_out: vec![DestinationKind::Card],
        currencies: vec![Currency::RUB],
        amounts_minor: 100..=10_000,
    };
    let off = Connector {
        state: State::Off,
        ..connector("off", Abilities::all())
    };
    let all = vec![
        off,
        connector("small", small),
        connector("big", Abilities::all()),
    ];
    let connectors = Connectors::new(all).unwrap();
    let chosen = |need| connectors.choose(need).map(|one| one.name.to_string());
    let sbp = Need::Payment {
        method: MethodKind::Sbp,
        amount: rub(5_000),
    };
    let usd = Need::Payment {
        method: MethodKind::BankCard,
        amount: Money::new(5_000, Currency::from_code("USD").unwrap()),
    };
    let wallet = Need::Payout {
        destination: DestinationKind::Wallet,
        amount: rub(5_000),
    };
    let binding = Need::Binding {
        method: MethodKind::BankCard,
    };
    for need in [card(100), card(10_000), Need::CardToken, Need::CardName] {
        assert_eq!(chosen(need).as_deref(), Some("small"), "{need:?}");
    }
    for need in [
        card(99),
        card(10_001),
        sbp,
        usd,
        wallet,
        binding,
        Need::SbpBanks,
    ] {
        assert_eq!(chosen(need).as_deref(), Some("big"), "{need:?}");
    }
    assert!(
        connectors.get(name("off")).is_some(),
        "what it has comes to its end"
    );
    assert!(connectors.get(name("gone")).is_none());
    assert!(Connectors::default().choose(card(100)).is_none());
}

#[test]
fn two_of_one_name_are_refused() {
    let twice = ["b", "a", "b"].map(|text| connector(text, Abilities::all()));
    let refused = Connectors::new(twice.to_vec()).map(|_| ());
    assert_eq!(refused, Err(NameTwice(name("b"))));
}
