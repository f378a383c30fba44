//! The phone number whose balance pays.

use pages::text::Texts;

/// The field as shown.
#[derive(Clone, Debug, Default)]
pub struct PhoneField {
    /// What was typed.
    pub typed: String,
    /// What is wrong with it.
    pub error: Option<String>,
}

/// The eleven digits of a Russian number, typed with `+7` or `8` and any separators.
///
/// # Errors
/// The field with its message.
pub fn parse(typed: &str, t: Texts) -> Result<String, PhoneField> {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let plain = typed
        .chars()
        .all(|c| c.is_ascii_digit() || "+()-. \u{a0}".contains(c));
    let national = match digits.len() {
        11 => digits
            .strip_prefix('7')
            .or_else(|| digits.strip_prefix('8')),
        10 => Some(digits.as_str()),
        _ => None,
    };
    let key = match national {
        Some(national) if plain && national.starts_with('9') => return Ok(format!("7{national}")),
        _ if typed.trim().is_empty() => "phone-empty",
        _ => "phone-wrong",
    };
    Err(PhoneField {
        typed: typed.to_owned(),
        error: Some(t.say(key)),
    })
}

#[cfg(test)]
mod tests {
    use pages::lang::Lang;
    use pages::text::Texts;

    use super::parse;

    #[track_caller]
    fn check(typed: &str, expected: Option<&str>) {
        let parsed = parse(typed, Texts::of(Lang::Ru));
        assert_eq!(parsed.ok().as_deref(), expected, "{typed}");
    }

    #[test]
    fn a_phone_is_read_however_it_is_typed() {
        check("+7 (921) 123-45-67", Some("79211234567"));
        check("8 921 123 45 67", Some("79211234567"));
        check("9211234567", Some("79211234567"));
    }

    #[test]
    fn what_is_no_mobile_number_is_refused_and_kept() {
        check("", None);
        check("+7 812 123-45-67", None);
        check("921 123 45", None);
        check("+7 921 123-45-67 доб. 8", None);
        let field = parse("12", Texts::of(Lang::Ru)).unwrap_err();
        assert_eq!(field.typed, "12");
    }
}
