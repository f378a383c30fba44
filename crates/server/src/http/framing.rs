//! Where a body ends, so that the next request is seen apart from it. The chunks are for hyper to
//! understand and to refuse; here they are only counted.

/// What is left of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// So many bytes.
    Length(u64),
    /// Chunks, and a trailer after them.
    Chunks(Chunk),
    /// Unknown: hyper will refuse it.
    Unknown,
}

/// A position in a body of chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chunk {
    /// In the length before a chunk, which is so much up to now.
    Size(u64),
    /// In the rest of the line with the length.
    Extension(u64),
    /// In a chunk of which so many bytes are left, with its line end.
    Data(u64),
    /// In a line of the trailer that has so many bytes.
    Trailer(u64),
}

impl Framing {
    pub(super) fn chunked() -> Self {
        Self::Chunks(Chunk::Size(0))
    }

    /// Passes the body's bytes at the beginning of `bytes`. Returns how many they are, and what is
    /// left of the body then; `None` if nothing.
    pub(super) fn pass(self, bytes: &[u8]) -> (usize, Option<Self>) {
        match self {
            Self::Length(left) => {
                let here = u64::try_from(bytes.len()).unwrap_or(u64::MAX).min(left);
                let rest = left.saturating_sub(here);
                let rest = (0 < rest).then_some(Self::Length(rest));
                (usize::try_from(here).unwrap_or(bytes.len()), rest)
            }
            Self::Chunks(chunk) => chunk.pass(bytes),
            Self::Unknown => (bytes.len(), Some(self)),
        }
    }
}

impl Chunk {
    fn pass(mut self, bytes: &[u8]) -> (usize, Option<Framing>) {
        let mut passed = 0_usize;
        while let Some(byte) = bytes.get(passed) {
            if let Self::Data(left) = self {
                let rest = u64::try_from(bytes.len().saturating_sub(passed)).unwrap_or(u64::MAX);
                let here = rest.min(left);
                passed = passed.saturating_add(usize::try_from(here).unwrap_or(usize::MAX));
                let left = left.saturating_sub(here);
                self = if left == 0 {
                    Self::Size(0)
                } else {
                    Self::Data(left)
                };
                continue;
            }
            passed = passed.saturating_add(1);
            match self.step(*byte) {
                Some(Step::Stay(next)) => self = next,
                Some(Step::End) => return (passed, None),
                None => return (bytes.len(), Some(Framing::Unknown)),
            }
        }
        (passed, Some(Framing::Chunks(self)))
    }

    /// The state after a byte outside of data. `None` if the byte is not allowed there.
    fn step(self, byte: u8) -> Option<Step> {
        let next = match (self, byte) {
            (Self::Size(0) | Self::Extension(0), b'\n') => Self::Trailer(0),
            // The chunk has a line end after it.
            (Self::Size(size) | Self::Extension(size), b'\n') => Self::Data(size.checked_add(2)?),
            (Self::Size(size), byte) if byte.is_ascii_hexdigit() => {
                let digit = char::from(byte).to_digit(16)?;
                Self::Size(size.checked_mul(16)?.checked_add(digit.into())?)
            }
            (Self::Size(size), b'\r' | b';' | b' ' | b'\t') | (Self::Extension(size), _) => {
                Self::Extension(size)
            }
            (Self::Trailer(0), b'\n') => return Some(Step::End),
            (Self::Trailer(_), b'\n') | (Self::Trailer(0), b'\r') => Self::Trailer(0),
            (Self::Trailer(length), _) => Self::Trailer(length.saturating_add(1)),
            (Self::Size(_) | Self::Data(_), _) => return None,
        };
        Some(Step::Stay(next))
    }
}

enum Step {
    Stay(Chunk),
    End,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The length of the body in `bytes`, which are given in parts of `part` bytes. `None` if it
    /// does not end.
    fn length(bytes: &[u8], part: usize) -> Option<usize> {
        let (mut framing, mut passed) = (Framing::chunked(), 0);
        for part in bytes.chunks(part) {
            let (here, rest) = framing.pass(part);
            passed += here;
            framing = match rest {
                Some(rest) => rest,
                None => return Some(passed),
            };
            assert_eq!(here, part.len());
        }
        None
    }

    #[test]
    fn a_body_of_chunks_ends_where_it_says_however_it_comes() {
        for body in [
            "0\r\n\r\n",
            "2\r\n{}\r\n0\r\n\r\n",
            "1a;x=\"y\"\r\nabcdefghijklmnopqrstuvwxyz\r\n00\r\n\r\n",
            "2\r\n0\r\r\n0\r\nX-A: b\r\nY: c\r\n\r\n",
            "4 \r\n\r\n\r\n\r\n0\r\n\r\n",
        ] {
            let bytes = format!("{body}GET / HTTP/1.1\r\n");
            for part in 1..bytes.len() {
                assert_eq!(
                    length(bytes.as_bytes(), part),
                    Some(body.len()),
                    "{body:?} {part}"
                );
            }
        }
    }

    #[test]
    fn what_are_no_chunks_are_left_to_be_refused() {
        for body in ["x\r\n", "-1\r\n", "fffffffffffffffff\r\n", "2\r\n{}\r\nz"] {
            let (passed, rest) = Framing::chunked().pass(body.as_bytes());
            assert_eq!(
                (passed, rest),
                (body.len(), Some(Framing::Unknown)),
                "{body:?}"
            );
        }
    }

    #[test]
    fn a_length_is_counted_down() {
        let (passed, rest) = Framing::Length(5).pass(b"abc");
        assert_eq!((passed, rest), (3, Some(Framing::Length(2))));
        assert_eq!(Framing::Length(2).pass(b"deGET"), (2, None));
    }
}
