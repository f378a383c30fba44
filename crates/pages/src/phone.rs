//! Phone numbers in the form that pages may show.

/// The number for the page that asks the payer to look at the phone: only its last digits.
#[must_use]
pub fn masked(phone: &str) -> String {
    let skip = phone.chars().count().saturating_sub(2);
    let end: String = phone.chars().skip(skip).collect();
    format!("+7\u{a0}•••\u{a0}•••\u{2011}••\u{2011}{end}")
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn only_the_end_of_a_phone_is_shown() {
        assert_eq!(
            masked("79211234567").replace('\u{a0}', " "),
            "+7 ••• •••\u{2011}••\u{2011}67"
        );
    }
}
