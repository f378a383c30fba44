//! The card form: what was typed becomes a card, or messages beside the fields. The number and the
//! code never go back into a page.

use card::{Card, CardNumber, Csc};
use domain::Timestamp;
use domain::card::Expiry;
use pages::text::Texts;

/// What was typed. Cannot be printed.
#[derive(Clone, Copy)]
pub struct CardInput<'a> {
    /// The number.
    pub number: &'a str,
    /// The expiry.
    pub expiry: &'a str,
    /// The verification code.
    pub csc: &'a str,
}

/// The card's fields as shown.
#[derive(Clone, Debug, Default)]
pub struct CardFields {
    /// The expiry that was typed.
    pub expiry: String,
    /// Whether the box to remember the card is ticked.
    pub save: bool,
    /// What is wrong with the number.
    pub number_error: Option<String>,
    /// What is wrong with the expiry.
    pub expiry_error: Option<String>,
    /// What is wrong with the code.
    pub csc_error: Option<String>,
}

/// The longest expiry that is shown again.
const EXPIRY_CHARS_MAX: usize = 9;
/// The fewest digits of a card number.
const NUMBER_DIGITS_MIN: usize = 14;

impl CardInput<'_> {
    /// The card, if each field is right at `now`.
    ///
    /// # Errors
    /// The fields, with a message for each wrong one.
    pub fn parse(self, now: Timestamp, t: Texts) -> Result<Card, CardFields> {
        let number = self.read_number();
        let expiry = self.read_expiry(now);
        let csc = self.read_csc(number.as_ref().ok());
        match (number, expiry, csc) {
            (Ok(number), Ok(expiry), Ok(csc)) => Ok(Card {
                number,
                expiry,
                csc: Some(csc),
            }),
            (number, expiry, csc) => Err(CardFields {
                expiry: self.expiry.chars().take(EXPIRY_CHARS_MAX).collect(),
                save: false,
                number_error: number.err().map(|key| t.say(key)),
                expiry_error: expiry.err().map(|key| t.say(key)),
                csc_error: csc.err().map(|key| t.say(key)),
            }),
        }
    }

    fn read_number(self) -> Result<CardNumber, &'static str> {
        if self.number.trim().is_empty() {
            return Err("card-number-empty");
        }
        let digits = self.number.chars().filter(char::is_ascii_digit).count();
        let short = digits < NUMBER_DIGITS_MIN;
        let message = if short {
            "card-number-short"
        } else {
            "card-number-wrong"
        };
        CardNumber::parse(self.number).ok_or(message)
    }

    fn read_expiry(self, now: Timestamp) -> Result<Expiry, &'static str> {
        if self.expiry.trim().is_empty() {
            return Err("card-expiry-empty");
        }
        let expiry = Expiry::parse(self.expiry).ok_or("card-expiry-wrong")?;
        let past = this_month(now).is_some_and(|month| expiry < month);
        if past {
            Err("card-expiry-past")
        } else {
            Ok(expiry)
        }
    }

    /// If the number does not tell the brand, three digits and four are both right.
    fn read_csc(self, number: Option<&CardNumber>) -> Result<Csc, &'static str> {
        if self.csc.trim().is_empty() {
            return Err("card-csc-empty");
        }
        let csc = Csc::parse(self.csc).ok_or("card-csc-wrong")?;
        let length = number.map(|number| number.brand().csc_length());
        if length.is_some_and(|length| length != csc.reveal().len()) {
            return Err("card-csc-wrong");
        }
        Ok(csc)
    }
}

/// The month at `now` in the time zone where it ends last, so that no card is refused while its
/// month lasts anywhere.
pub(crate) fn this_month(now: Timestamp) -> Option<Expiry> {
    let instant = jiff::Timestamp::from_microsecond(now.as_micros()).ok()?;
    let date = jiff::tz::offset(-12).to_datetime(instant);
    Expiry::new(date.year().unsigned_abs(), date.month().unsigned_abs())
}

#[cfg(test)]
mod tests {
    use card::Card;
    use domain::Timestamp;
    use pages::lang::Lang;
    use pages::test_cards;
    use pages::text::Texts;

    use super::{CardFields, CardInput};

    /// 21 November 2026.
    const NOW: Timestamp = Timestamp::from_micros(1_795_259_100_000_000);

    fn parse(number: &str, expiry: &str, csc: &str) -> Result<Card, CardFields> {
        let input = CardInput {
            number,
            expiry,
            csc,
        };
        input.parse(NOW, Texts::of(Lang::En))
    }

    /// The messages beside number, expiry and code; empty where the field is right.
    #[track_caller]
    fn check(typed: [&str; 3], expected: [&str; 3]) {
        let [number, expiry, csc] = typed;
        let fields = parse(number, expiry, csc).err().unwrap_or_default();
        let errors = [fields.number_error, fields.expiry_error, fields.csc_error];
        let t = Texts::of(Lang::En);
        let expected = expected.map(|key| (!key.is_empty()).then(|| t.say(key)));
        assert_eq!(errors, expected, "{typed:?}");
    }

    #[test]
    fn a_right_card_is_read_with_spaces_and_in_any_common_spelling_of_the_date() {
        check(["5555 5555 5555 4477", "12/30", "123"], ["", "", ""]);
        check(["5555555555554477", "12 / 2030", "123"], ["", "", ""]);
        check(["370000000000002", "1230", "1234"], ["", "", ""]);
        for expiry in ["2030-12", "1/30", "12 / 2030"] {
            check(["5555555555554477", expiry, "123"], ["", "", ""]);
        }
    }

    #[test]
    fn a_card_is_good_until_its_month_is_over() {
        check(["5555555555554477", "11/26", "123"], ["", "", ""]);
        check(
            ["5555555555554477", "10/26", "123"],
            ["", "card-expiry-past", ""],
        );
    }

    #[test]
    fn each_wrong_field_has_its_own_message() {
        check(
            ["", "", ""],
            ["card-number-empty", "card-expiry-empty", "card-csc-empty"],
        );
        check(
            ["5555 5555", "13/30", "12"],
            ["card-number-short", "card-expiry-wrong", "card-csc-wrong"],
        );
        check(
            ["5555555555554478", "завтра", "abc"],
            ["card-number-wrong", "card-expiry-wrong", "card-csc-wrong"],
        );
        check(
            ["370000000000002", "12/30", "123"],
            ["", "", "card-csc-wrong"],
        );
    }

    #[test]
    fn the_date_that_was_typed_comes_back_and_is_cut() {
        let fields = parse("", "12/30 and a whole novel", "123").unwrap_err();
        assert_eq!(fields.expiry, "12/30 and");
    }

    #[test]
    fn every_test_card_can_be_typed_into_the_form() {
        for number in test_cards::ALL.iter().flat_map(|row| row.cards) {
            let code = if number.starts_with('3') {
                "1234"
            } else {
                "123"
            };
            assert!(parse(number, "12/30", code).is_ok(), "{number}");
        }
    }
}
