//! The answers of strangers' servers, in the form in which they are written down.

/// How much is kept of an answer.
const CHARS_MAX: usize = 500;

/// One line, and not too long.
pub(crate) fn shortened(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(CHARS_MAX).collect()
}
