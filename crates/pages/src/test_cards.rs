//! The sandbox acquirer's cards, shown on the page of a test payment.

/// Cards with one outcome.
#[derive(Clone, Copy, Debug)]
pub struct TestCards {
    /// The message that names the outcome.
    pub outcome: &'static str,
    /// Their numbers.
    pub cards: &'static [&'static str],
}

/// All outcomes, the wanted ones first.
pub const ALL: &[TestCards] = &[
    TestCards {
        outcome: "test-success-3ds",
        cards: &["5555555555554477", "4793128161644804", "2200000000000004"],
    },
    TestCards {
        outcome: "test-success",
        cards: &["5555555555554444", "4111111111111111", "2202474301322987"],
    },
    TestCards {
        outcome: "test-insufficient_funds",
        cards: &["5555555555554600", "4562265587712390", "2200000000000053"],
    },
    TestCards {
        outcome: "test-3d_secure_failed",
        cards: &["5555555555554592", "4839665499603842", "2200000000000012"],
    },
    TestCards {
        outcome: "test-call_issuer",
        cards: &["5555555555554535", "4926946416239025", "2200000000000020"],
    },
    TestCards {
        outcome: "test-card_expired",
        cards: &["5555555555554543", "4141435412630840", "2200000000000038"],
    },
    TestCards {
        outcome: "test-fraud_suspected",
        cards: &["5555555555554568", "4483274282299972", "2200000000000046"],
    },
    TestCards {
        outcome: "test-general_decline",
        cards: &["5555555555554527", "4889971706588753", "2202202212312379"],
    },
    TestCards {
        outcome: "test-invalid_card_number",
        cards: &["5555555555554618", "4951017853630544", "2201382000000013"],
    },
    TestCards {
        outcome: "test-invalid_csc",
        cards: &["5555555555554626", "4194180666146368", "2200770212727079"],
    },
    TestCards {
        outcome: "test-issuer_unavailable",
        cards: &["5555555555554501", "4654130848359150", "2201382000000021"],
    },
    TestCards {
        outcome: "test-payment_method_limit_exceeded",
        cards: &["5555555555554576", "4565231022577548", "2201382000000039"],
    },
    TestCards {
        outcome: "test-payment_method_restricted",
        cards: &["5555555555554550", "4233961169071671", "2201382000000047"],
    },
    TestCards {
        outcome: "test-country_forbidden",
        cards: &["5555555555554584", "4969751510013864", "2201382000000054"],
    },
    TestCards {
        outcome: "test-fraud_suspected_by_us",
        cards: &["5555555555554634", "4119098878796485", "2201696981989955"],
    },
    TestCards {
        outcome: "test-permission_revoked",
        cards: &["5555555555554642"],
    },
];

impl TestCards {
    /// The number in groups of four, as on a card.
    #[must_use]
    pub fn grouped(&self, number: &str) -> String {
        let mut text = String::new();
        for (place, digit) in number.chars().enumerate() {
            if place > 0 && place.is_multiple_of(4) {
                text.push('\u{a0}');
            }
            text.push(digit);
        }
        text
    }
}
