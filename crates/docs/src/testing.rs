//! The page about test shops: the outcome of each card, wallet or phone, and what can be decided
//! without a browser. A test of the binary compares the values with the sandbox's own.

use askama::Template;
use pages::frame::Frame;
use pages::lang::Lang;
use pages::routes;
use pages::test_cards;

use super::description::Description;
use super::index::{Entry, entry, frame};
use super::side::Side;

/// The topic whose operations decide for the buyer and move the clock.
const TOPIC: &str = "Testing";
/// A wallet to which payouts succeed.
const WALLET: &str = "41001614575714";

/// Wallets to which payouts fail, and the reason that is given.
pub const WALLETS: &[(&str, &str)] = &[
    ("41001614575572", "one_time_limit_exceeded"),
    ("41001614575643", "periodic_limit_exceeded"),
    ("410011806060766", "insufficient_funds"),
    ("410011788545536", "general_decline"),
];

/// Phones to which payouts through SBP fail, and the reason that is given.
pub const PHONES: &[(&str, &str)] = &[
    ("79000000001", "recipient_not_found"),
    ("79000000002", "rejected_by_payee"),
    ("79000000003", "general_decline"),
    ("79000000004", "issuer_unavailable"),
    ("79000000005", "fraud_suspected"),
    ("79000000006", "identification_required"),
    ("79000000007", "periodic_limit_exceeded"),
];

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "testing.html")]
pub struct TestingPage {
    /// Language and style.
    pub frame: Frame,
    /// The pages and the search beside it.
    pub side: Side,
    /// Cards, by outcome.
    pub cards: Vec<Values>,
    /// Receivers of payouts, by reason.
    pub payees: Vec<Values>,
    /// A wallet to which payouts succeed.
    pub wallet: &'static str,
    /// Operations and recipes that decide and wait.
    pub deciding: Vec<Entry>,
}

/// The values for one outcome.
#[derive(Clone, Debug)]
pub struct Values {
    /// The outcome, in words.
    pub outcome: String,
    /// The reason that is given, if it is a refusal.
    pub reason: Option<String>,
    /// The values.
    pub values: Vec<String>,
}

impl TestingPage {
    /// The page in a language.
    pub(super) fn of(lang: Lang, side: Side, description: &Description) -> Self {
        let frame = frame(lang, routes::docs_testing);
        let operations = description.operations();
        let own = operations.filter(|(_, _, one)| one.tags.iter().any(|tag| tag == TOPIC));
        let mut deciding: Vec<Entry> = own.map(|found| entry(lang, found)).collect();
        let recipes = super::side::recipes(lang).entries.into_iter();
        let wanted = ["refused.py", "next_week.py"];
        deciding.extend(recipes.filter(|recipe| wanted.contains(&recipe.aside.as_str())));
        let cards = test_cards::ALL.iter().map(|row| Values {
            outcome: frame.t.say(row.outcome),
            reason: reason(row.outcome),
            values: row.cards.iter().map(|card| (*card).to_owned()).collect(),
        });
        Self {
            cards: cards.collect(),
            payees: payees(&frame),
            wallet: WALLET,
            side,
            deciding,
            frame,
        }
    }

    /// The page in each of its looks.
    #[must_use]
    pub fn samples(lang: Lang) -> Vec<(String, Self)> {
        let description = super::description::sample();
        let page = Self::of(lang, Side::of(lang, &description), &description);
        vec![("plain".to_owned(), page)]
    }
}

/// The reason that belongs to a message about a card.
fn reason(message: &str) -> Option<String> {
    let code = message.strip_prefix("test-")?;
    let code = code.strip_suffix("_by_us").unwrap_or(code);
    (!code.starts_with("success")).then(|| code.to_owned())
}

fn payees(frame: &Frame) -> Vec<Values> {
    let of = |kind: &str, (value, reason): &(&str, &str)| Values {
        outcome: frame.t.say(kind),
        reason: Some((*reason).to_owned()),
        values: vec![(*value).to_owned()],
    };
    let wallets = WALLETS.iter().map(|one| of("docs-testing-wallet", one));
    let phones = PHONES.iter().map(|one| of("docs-testing-phone", one));
    wallets.chain(phones).collect()
}
