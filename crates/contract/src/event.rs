//! Notifications (YooKassa API v3: notifications).

use domain::EventKind;

/// The body of a notification about an object whose body is `object`.
#[must_use]
pub fn body(kind: EventKind, object: &[u8]) -> Vec<u8> {
    let head = format!(
        r#"{{"type":"notification","event":"{}","object":"#,
        kind.code()
    );
    [head.as_bytes(), object, b"}"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_holds_the_whole_object() {
        let body = body(EventKind::RefundSucceeded, br#"{"id":"1"}"#);
        insta::assert_snapshot!(
            String::from_utf8(body).unwrap(),
            @r#"{"type":"notification","event":"refund.succeeded","object":{"id":"1"}}"#
        );
    }
}
