//! The test cards and the outcome of each (YooKassa API v3: test cards).

use domain::{CancellationReason, Decline, Party};
use serde::{Deserialize, Serialize};

use super::wire;

use Outcome::{Declined, FirstOnly, Success, SuccessAfterChallenge};

/// The outcome of a payment with a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Paid, without 3-D Secure.
    Success,
    /// Paid once the payer has passed 3-D Secure.
    SuccessAfterChallenge,
    /// Paid by the payer; later charges without the payer are declined.
    FirstOnly,
    /// Declined.
    Declined(#[serde(with = "wire")] Decline),
}

const fn network(reason: CancellationReason) -> Outcome {
    Declined(Decline::new(Party::PaymentNetwork, reason))
}

const fn platform(reason: CancellationReason) -> Outcome {
    Declined(Decline::new(Party::YooMoney, reason))
}

/// The decline of a saved means once the payer has withdrawn the consent.
pub(super) const REVOKED: Decline =
    Decline::new(Party::PaymentNetwork, CancellationReason::PermissionRevoked);

const CHALLENGE_FAILED: Outcome = network(CancellationReason::ThreeDSecureFailed);
const CALL_ISSUER: Outcome = network(CancellationReason::CallIssuer);
const CARD_EXPIRED: Outcome = network(CancellationReason::CardExpired);
const FRAUD_AT_NETWORK: Outcome = network(CancellationReason::FraudSuspected);
const GENERAL_DECLINE: Outcome = network(CancellationReason::GeneralDecline);
const INSUFFICIENT_FUNDS: Outcome = network(CancellationReason::InsufficientFunds);
const INVALID_NUMBER: Outcome = network(CancellationReason::InvalidCardNumber);
const INVALID_CSC: Outcome = network(CancellationReason::InvalidCsc);
const ISSUER_UNAVAILABLE: Outcome = network(CancellationReason::IssuerUnavailable);
const LIMIT_EXCEEDED: Outcome = network(CancellationReason::PaymentMethodLimitExceeded);
const RESTRICTED: Outcome = network(CancellationReason::PaymentMethodRestricted);
const COUNTRY_FORBIDDEN: Outcome = platform(CancellationReason::CountryForbidden);
const FRAUD_AT_PLATFORM: Outcome = platform(CancellationReason::FraudSuspected);

/// The published test cards, by outcome: MasterCard, Visa, Mir, others.
pub const TEST_CARDS: &[(&str, Outcome)] = &[
    ("5555555555554477", SuccessAfterChallenge),
    ("4793128161644804", SuccessAfterChallenge),
    ("2200000000000004", SuccessAfterChallenge),
    ("5555555555554444", Success),
    ("4111111111111111", Success),
    ("2202474301322987", Success),
    ("6759649826438453", Success),
    ("4175001000000017", Success),
    ("370000000000002", Success),
    ("3528000700000000", Success),
    ("36700102000000", Success),
    ("5555555555554592", CHALLENGE_FAILED),
    ("4839665499603842", CHALLENGE_FAILED),
    ("2200000000000012", CHALLENGE_FAILED),
    ("5555555555554535", CALL_ISSUER),
    ("4926946416239025", CALL_ISSUER),
    ("2200000000000020", CALL_ISSUER),
    ("5555555555554543", CARD_EXPIRED),
    ("4141435412630840", CARD_EXPIRED),
    ("2200000000000038", CARD_EXPIRED),
    ("5555555555554568", FRAUD_AT_NETWORK),
    ("4483274282299972", FRAUD_AT_NETWORK),
    ("2200000000000046", FRAUD_AT_NETWORK),
    ("5555555555554527", GENERAL_DECLINE),
    ("4889971706588753", GENERAL_DECLINE),
    ("2202202212312379", GENERAL_DECLINE),
    ("5555555555554600", INSUFFICIENT_FUNDS),
    ("4562265587712390", INSUFFICIENT_FUNDS),
    ("2200000000000053", INSUFFICIENT_FUNDS),
    ("5555555555554618", INVALID_NUMBER),
    ("4951017853630544", INVALID_NUMBER),
    ("2201382000000013", INVALID_NUMBER),
    ("5555555555554626", INVALID_CSC),
    ("4194180666146368", INVALID_CSC),
    ("2200770212727079", INVALID_CSC),
    ("5555555555554501", ISSUER_UNAVAILABLE),
    ("4654130848359150", ISSUER_UNAVAILABLE),
    ("2201382000000021", ISSUER_UNAVAILABLE),
    ("5555555555554576", LIMIT_EXCEEDED),
    ("4565231022577548", LIMIT_EXCEEDED),
    ("2201382000000039", LIMIT_EXCEEDED),
    ("5555555555554550", RESTRICTED),
    ("4233961169071671", RESTRICTED),
    ("2201382000000047", RESTRICTED),
    ("5555555555554584", COUNTRY_FORBIDDEN),
    ("4969751510013864", COUNTRY_FORBIDDEN),
    ("2201382000000054", COUNTRY_FORBIDDEN),
    ("5555555555554634", FRAUD_AT_PLATFORM),
    ("4119098878796485", FRAUD_AT_PLATFORM),
    ("2201696981989955", FRAUD_AT_PLATFORM),
    ("5555555555554642", FirstOnly),
];

/// The outcome of the card with this number. One that is not a test card pays without 3-D Secure.
pub(super) fn outcome(number: &str) -> Outcome {
    let known = TEST_CARDS.iter().find(|(known, _)| *known == number);
    known.map_or(Success, |(_, outcome)| *outcome)
}
