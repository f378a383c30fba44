//! The head of a request, checked before hyper sees it: requests for which hyper would close the
//! connection without an answer get one, and requests that hyper is too lenient with are refused.

use std::mem::MaybeUninit;

use axum::http::Uri;

use super::framing::Framing;
use super::refused::Why;

/// Most header fields of a request.
const FIELDS_MAX: usize = 100;
/// The longest address that a request can be routed by, whatever the limit of the head is.
const ADDRESS_BYTES_MAX: usize = 65_534;
/// The longest body that can be counted.
const LENGTH_MAX: u64 = u64::MAX >> 2;

/// A head that may be handed on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// How many bytes it has, with the empty line at its end.
    pub(super) length: usize,
    /// The body after it; none if it has none.
    pub(super) body: Option<Framing>,
}

/// Reads a head at the beginning of `bytes`, which may have up to `bytes_max`. `None` if it is not
/// complete yet.
pub(super) fn read(bytes: &[u8], bytes_max: usize) -> Result<Option<Head>, Why> {
    let mut fields = [const { MaybeUninit::uninit() }; FIELDS_MAX];
    let mut request = httparse::Request::new(&mut []);
    let length = match request.parse_with_uninit_headers(bytes, &mut fields) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) if bytes.len() < bytes_max => return Ok(None),
        Ok(httparse::Status::Partial) => return Err(too_long(bytes, bytes_max)),
        Err(httparse::Error::TooManyHeaders) => return Err(Why::HeadTooLong),
        Err(_malformed) => return Err(Why::Malformed),
    };
    if bytes_max < length {
        return Err(too_long(bytes, bytes_max));
    }
    check_address(request.path.unwrap_or(""))?;
    let is_http_11 = request.version == Some(1);
    let body = body(request.headers, is_http_11)?;
    Ok(Some(Head { length, body }))
}

/// Which part of a head is too long.
fn too_long(bytes: &[u8], bytes_max: usize) -> Why {
    let line = bytes.iter().position(|byte| *byte == b'\n');
    if line.is_some_and(|line| line < bytes_max) {
        Why::HeadTooLong
    } else {
        Why::AddressTooLong
    }
}

fn check_address(address: &str) -> Result<(), Why> {
    if ADDRESS_BYTES_MAX < address.len() {
        return Err(Why::AddressTooLong);
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~?=&%:+,".contains(&byte);
    let is_plain = address.starts_with('/') && address.bytes().all(plain);
    if is_plain || Uri::try_from(address).is_ok() {
        Ok(())
    } else {
        Err(Why::Malformed)
    }
}

/// How the body is framed. Anything that two readers could understand in two ways is refused: there
/// is one `Host`, and one length or chunks.
fn body(fields: &[httparse::Header<'_>], is_http_11: bool) -> Result<Option<Framing>, Why> {
    let (mut hosts, mut length, mut chunked) = (0_u8, None, false);
    for field in fields {
        let is = |name: &str| field.name.eq_ignore_ascii_case(name);
        match field.name.len() {
            4 if is("host") => hosts = hosts.saturating_add(1),
            14 if is("content-length") => {
                let said = read_length(field.value).ok_or(Why::Malformed)?;
                if length.replace(said).is_some() {
                    return Err(Why::Malformed);
                }
            }
            17 if is("transfer-encoding") => {
                let known = field.value.trim_ascii().eq_ignore_ascii_case(b"chunked");
                if chunked || !known || !is_http_11 {
                    return Err(Why::Malformed);
                }
                chunked = true;
            }
            _ => {}
        }
    }
    if hosts != 1 && (is_http_11 || 1 < hosts) {
        return Err(Why::Malformed);
    }
    match (length, chunked) {
        (Some(_), true) => Err(Why::Malformed),
        (None, true) => Ok(Some(Framing::chunked())),
        (Some(0) | None, false) => Ok(None),
        (Some(length), false) => Ok(Some(Framing::Length(length))),
    }
}

/// A length of digits alone: no sign, no list.
fn read_length(value: &[u8]) -> Option<u64> {
    let digits = value.trim_ascii();
    let all = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let text = std::str::from_utf8(digits).ok().filter(|_| all)?;
    text.parse().ok().filter(|length| *length <= LENGTH_MAX)
}

/// Returns whether the end of a head may be in `bytes`, of which the first `seen` were checked
/// before.
pub(super) fn may_end(bytes: &[u8], seen: usize) -> bool {
    let new = bytes.get(seen.saturating_sub(3)..).unwrap_or_default();
    new.windows(2).any(|two| two == b"\n\n") || new.windows(3).any(|three| three == b"\n\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: usize = 8_192;

    #[track_caller]
    fn check(head: &str, expected: Result<Option<Framing>, Why>) {
        let read = read(head.as_bytes(), MAX);
        let read = read.map(|head| head.expect("its end has come").body);
        assert_eq!(read, expected, "{head}");
    }

    #[test]
    fn the_body_is_framed_in_one_way_only() {
        let with = |fields: &str| format!("POST /v3/payments HTTP/1.1\r\nHost: x\r\n{fields}\r\n");
        check(&with(""), Ok(None));
        check(&with("Content-Length: 0\r\n"), Ok(None));
        check(
            &with("content-length: 12\r\n"),
            Ok(Some(Framing::Length(12))),
        );
        check(
            &with("Transfer-Encoding: Chunked\r\n"),
            Ok(Some(Framing::chunked())),
        );
        for fields in [
            "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n",
            "Content-Length: 2\r\nContent-Length: 2\r\n",
            "Content-Length: 2, 2\r\n",
            "Content-Length: +2\r\n",
            "Content-Length: -2\r\n",
            "Content-Length:\r\n",
            "Content-Length: 18446744073709551616\r\n",
            "Transfer-Encoding: gzip, chunked\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: identity\r\n",
        ] {
            check(&with(fields), Err(Why::Malformed));
        }
        let old = "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n";
        check(old, Err(Why::Malformed));
    }

    #[test]
    fn a_request_names_one_host() {
        check("GET / HTTP/1.1\r\n\r\n", Err(Why::Malformed));
        check(
            "GET / HTTP/1.1\r\nHost: a\r\nHOST: a\r\n\r\n",
            Err(Why::Malformed),
        );
        check(
            "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
            Err(Why::Malformed),
        );
        check("GET / HTTP/1.0\r\n\r\n", Ok(None));
    }

    #[test]
    fn what_is_no_http_is_refused_before_its_end() {
        for noise in [
            "\x16\x03\x01\x02",
            "GET / HTTP/2.0\r\n",
            "GET / HTTP/1.1\r\nA b\r\n",
        ] {
            assert_eq!(
                read(noise.as_bytes(), MAX),
                Err(Why::Malformed),
                "{noise:?}"
            );
        }
        check(
            "GET nowhere[ HTTP/1.1\r\nHost: x\r\n\r\n",
            Err(Why::Malformed),
        );
        assert_eq!(read(b"GET / HTTP/1.1\r\nHo", MAX), Ok(None));
    }

    #[test]
    fn a_head_has_exactly_so_many_bytes_and_fields() {
        let sized = |length: usize| {
            let head = "GET / HTTP/1.1\r\nHost: x\r\nX: \r\n\r\n";
            let filling = "a".repeat(length - head.len());
            head.replace("X: ", &format!("X: {filling}"))
        };
        check(&sized(MAX), Ok(None));
        check(&sized(MAX + 1), Err(Why::HeadTooLong));
        let unfinished = sized(MAX + 4);
        assert_eq!(read(&unfinished.as_bytes()[..MAX - 1], MAX), Ok(None));
        let refused = Err(Why::HeadTooLong);
        assert_eq!(read(&unfinished.as_bytes()[..MAX], MAX), refused);

        let fields = |count| {
            format!(
                "GET / HTTP/1.1\r\nHost: x\r\n{}\r\n",
                "A: b\r\n".repeat(count)
            )
        };
        check(&fields(99), Ok(None));
        check(&fields(100), Err(Why::HeadTooLong));

        let address = |count| format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(count));
        check(&address(8_000), Ok(None));
        check(&address(MAX), Err(Why::AddressTooLong));
        let long = address(66_000);
        assert_eq!(read(long.as_bytes(), 1 << 20), Err(Why::AddressTooLong));
    }
}
