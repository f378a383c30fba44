//! The rights that each command asks for. It gets no others, so `docs/routes.md` can be trusted.

use clap::ArgMatches;
use domain::Right;

/// A command.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Way {
    /// As it is typed.
    pub(crate) words: &'static str,
    /// The rights that it asks for.
    pub(crate) rights: &'static [Right],
}

/// Every command.
pub(crate) static WAYS: [Way; 48] = [
    // With `--demo` it makes a shop to try everything with.
    way(
        "serve",
        &[
            Right::SealingRotate,
            Right::ShopCreate,
            Right::ShopChange,
            Right::GatewayTopUp,
            Right::ApplicationRead,
            Right::ApplicationChange,
        ],
    ),
    way("shop create", &[Right::ShopCreate]),
    way("shop list", &[Right::ShopRead]),
    way("shop disable", &[Right::ShopSwitch]),
    way("shop enable", &[Right::ShopSwitch]),
    way("shop key add", &[Right::KeyCreate]),
    way("shop key list", &[Right::KeyRead]),
    way("shop key revoke", &[Right::KeyRead, Right::KeyRevoke]),
    way("shop webhook add", &[Right::WebhookChange]),
    way("shop webhook renew", &[Right::WebhookChange]),
    way("shop webhook list", &[Right::WebhookRead]),
    way("shop webhook remove", &[Right::WebhookChange]),
    way("shop receipts set", &[Right::ShopChange]),
    way("shop receipts off", &[Right::ShopChange]),
    way("shop widget", &[Right::ShopChange]),
    way("shop connector set", &[Right::ShopChange]),
    way("shop connector list", &[Right::ShopRead]),
    way("shop grants", &[Right::GrantRead]),
    way("shop revoke", &[Right::GrantRevoke]),
    way("app create", &[Right::ApplicationChange]),
    way("app list", &[Right::ApplicationRead]),
    way("app show", &[Right::ApplicationRead]),
    way("app secret", &[Right::ApplicationChange]),
    way("app delete", &[Right::ApplicationChange]),
    way("gateway create", &[Right::ShopCreate]),
    way("gateway key add", &[Right::KeyCreate]),
    way("gateway key list", &[Right::KeyRead]),
    way("gateway key revoke", &[Right::KeyRead, Right::KeyRevoke]),
    way("gateway top-up", &[Right::ShopRead, Right::GatewayTopUp]),
    way("event list", &[Right::ShopRead, Right::EventRead]),
    way("event show", &[Right::ShopRead, Right::EventRead]),
    way(
        "event resend",
        &[Right::ShopRead, Right::EventRead, Right::EventResend],
    ),
    way("event replay", &[Right::ShopRead, Right::EventResend]),
    way("message list", &[Right::MessageRead]),
    way("message show", &[Right::MessageRead]),
    way("discrepancy list", &[Right::DiscrepancyRead]),
    way("discrepancy settle", &[Right::DiscrepancySettle]),
    way("journal list", &[Right::JournalRead]),
    way("sealing list", &[Right::SealingRead]),
    way("sealing rotate", &[Right::SealingRotate]),
    way("sealing prune", &[Right::SealingRead, Right::SealingRotate]),
    way("clock advance", &[Right::ClockMove]),
    way("listen", &[Right::WebhookChange]),
    way("audit", &[Right::BookAudit]),
    way("backup", &[Right::DataMove]),
    way("restore", &[Right::DataMove]),
    way("migrate", &[Right::DataMove]),
    way("bench-store", &[Right::SealingRotate, Right::ShopCreate]),
];

const fn way(words: &'static str, rights: &'static [Right]) -> Way {
    Way { words, rights }
}

impl Way {
    /// The command that was typed; `None` if it asks for no rights.
    pub(crate) fn of(typed: &ArgMatches) -> Option<&'static Self> {
        let words = words(typed);
        WAYS.iter().find(|way| way.words == words)
    }
}

fn words(typed: &ArgMatches) -> String {
    let mut words = Vec::new();
    let mut rest = typed.subcommand();
    while let Some((word, inner)) = rest {
        words.push(word);
        rest = inner.subcommand();
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::{Command, CommandFactory as _};
    use domain::Role;

    use super::WAYS;
    use crate::cli::Cli;

    fn leaves(command: &Command, above: &str, found: &mut BTreeSet<String>) {
        for inner in command.get_subcommands() {
            let words = format!("{above} {}", inner.get_name());
            let words = words.trim().to_owned();
            if inner.get_subcommands().next().is_none() {
                found.insert(words);
            } else {
                leaves(inner, &words, found);
            }
        }
    }

    #[test]
    fn every_command_says_what_it_asks_for() {
        let mut typed = BTreeSet::new();
        leaves(&Cli::command(), "", &mut typed);
        // They open no database.
        for free in ["openapi", "bench-echo"] {
            assert!(typed.remove(free));
        }
        let known: BTreeSet<String> = WAYS.iter().map(|way| way.words.to_owned()).collect();
        assert_eq!(typed, known);
        for way in &WAYS {
            for right in way.rights {
                assert!(Role::Machine.may(*right), "{way:?}");
            }
        }
    }
}
