//! How every body is written.

use std::fmt::Display;

use serde::{Serialize, Serializer};

/// A body's usual size; most need no more.
const BODY_BYTES: usize = 1_024;

/// A value that is a string on the wire and something else inside: an id, a number.
pub(crate) struct Shown<T>(pub(crate) T);

impl<T: Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A body as bytes.
pub(crate) fn written(body: &impl Serialize) -> Vec<u8> {
    let mut out = Vec::with_capacity(BODY_BYTES);
    match serde_json::to_writer(&mut out, body) {
        Ok(()) => out,
        // Bodies have string keys, and times are within what a calendar knows.
        #[expect(
            clippy::panic,
            reason = "no domain object has a body that JSON cannot hold"
        )]
        Err(error) => panic!("a body cannot be written: {error}"),
    }
}
