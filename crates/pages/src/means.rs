//! The names of payment methods.

use domain::payment::UsedMethod;
use domain::{MethodFacts, MethodKind};

use crate::text::Texts;

/// The message that names a method, and the one that says what will happen.
#[must_use]
pub fn messages(kind: MethodKind) -> (&'static str, &'static str) {
    match kind {
        MethodKind::BankCard => ("method-bank_card", ""),
        MethodKind::YooMoney => ("method-yoo_money", "method-yoo_money-help"),
        MethodKind::Sbp => ("method-sbp", "method-sbp-help"),
        MethodKind::Sberbank => ("method-sberbank", "method-sberbank-help"),
        MethodKind::TinkoffBank => ("method-tinkoff_bank", "method-tinkoff_bank-help"),
        MethodKind::MobileBalance => ("method-mobile_balance", "method-mobile_balance-help"),
        MethodKind::Cash => ("method-cash", "method-cash-help"),
        MethodKind::AlfaPay => ("method-alfa_pay", "method-alfa_pay-help"),
        MethodKind::SberLoan => ("method-sber_loan", "method-sber_loan-help"),
        MethodKind::SberBnpl => ("method-sber_bnpl", "method-sber_bnpl-help"),
        MethodKind::B2bSberbank => ("method-b2b_sberbank", "method-b2b_sberbank-help"),
        MethodKind::ElectronicCertificate => (
            "method-electronic_certificate",
            "method-electronic_certificate-help",
        ),
    }
}

/// A method that was used, in words that its payer knows: a card by its last digits.
#[must_use]
pub fn text(method: &UsedMethod, t: Texts) -> String {
    let card = match &method.facts {
        Some(MethodFacts::Card(card) | MethodFacts::Certificates { card, .. }) => {
            Some(t.say_with("means-card", "last4", &card.last4))
        }
        Some(
            MethodFacts::Wallet { .. }
            | MethodFacts::Sbp { .. }
            | MethodFacts::Company(_)
            | MethodFacts::Loan { .. },
        )
        | None => None,
    };
    let name = || t.say(messages(method.kind).0);
    card.unwrap_or_else(name)
}
