//! Removes what a shop pays for a payment from a body that was written with it, for applications
//! that may not see it (YooKassa API v3: rights of applications).

/// How the member begins in all our bodies. Quotes inside strings are escaped, and notes of
/// merchants are strings, so nothing else can look like this.
const BEGIN: &str = r#","income_amount":{"#;

/// The body without `income_amount`.
pub(crate) fn cut(body: &mut String) {
    let Some(begin) = body.find(BEGIN) else {
        return;
    };
    let inside = begin.saturating_add(BEGIN.len());
    // An amount has no objects and no braces in its strings.
    let length = body.get(inside..).and_then(|rest| rest.find('}'));
    if let Some(length) = length {
        body.replace_range(begin..=inside.saturating_add(length), "");
    }
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[track_caller]
    fn check(before: &str, after: &str) {
        let mut body = before.to_owned();
        cut(&mut body);
        assert_eq!(body, after);
    }

    #[test]
    fn only_the_member_itself_is_taken_out() {
        check(
            r#"{"id":"1","income_amount":{"value":"955.00","currency":"RUB"},"paid":true}"#,
            r#"{"id":"1","paid":true}"#,
        );
        check(r#"{"id":"1","paid":true}"#, r#"{"id":"1","paid":true}"#);
        let noted = r#"{"id":"1","metadata":{"a":",\"income_amount\":{","income_amount":"5"}}"#;
        check(noted, noted);
    }
}
