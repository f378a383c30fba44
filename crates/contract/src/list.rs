//! Pages of lists.

/// Room for what surrounds the items.
const FRAME_BYTES: usize = 128;

/// The body of a page: the bodies of its objects, and where the next page begins.
#[must_use]
pub fn body(items: &[Vec<u8>], next_cursor: Option<&str>) -> Vec<u8> {
    let bytes: usize = items.iter().map(|item| item.len() + 1).sum();
    let mut out = Vec::with_capacity(bytes + FRAME_BYTES);
    out.extend_from_slice(br#"{"type":"list","items":["#);
    for (index, item) in items.iter().enumerate() {
        if index != 0 {
            out.push(b',');
        }
        out.extend_from_slice(item);
    }
    out.push(b']');
    if let Some(cursor) = next_cursor {
        // Cursors are made of digits, letters, hyphens and dots.
        out.extend_from_slice(br#","next_cursor":""#);
        out.extend_from_slice(cursor.as_bytes());
        out.push(b'"');
    }
    out.push(b'}');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_the_next_one_if_there_is_one() {
        let items = [br#"{"id":"1"}"#.to_vec(), br#"{"id":"2"}"#.to_vec()];
        let page = String::from_utf8(body(&items, Some("5f.x.0"))).unwrap();
        insta::assert_snapshot!(
            page,
            @r#"{"type":"list","items":[{"id":"1"},{"id":"2"}],"next_cursor":"5f.x.0"}"#
        );
        let last = String::from_utf8(body(&[], None)).unwrap();
        insta::assert_snapshot!(last, @r#"{"type":"list","items":[]}"#);
    }
}
