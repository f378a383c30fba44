//! Sentences of the description, in which words between backticks are code.

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Whether it is code.
    pub code: bool,
    /// The words.
    pub text: String,
}

/// The pieces of a sentence, in their order.
pub(super) fn of(sentence: &str) -> Vec<Piece> {
    let pieces = sentence.split('`').enumerate();
    let pieces = pieces.filter(|(_, text)| !text.is_empty());
    let piece = |(place, text): (usize, &str)| Piece {
        code: place % 2 == 1,
        text: text.to_owned(),
    };
    pieces.map(piece).collect()
}

#[cfg(test)]
mod tests {
    use super::{Piece, of};

    #[test]
    fn what_stands_between_backticks_is_code() {
        let piece = |code, text: &str| Piece {
            code,
            text: text.to_owned(),
        };
        assert_eq!(of("Plain."), [piece(false, "Plain.")]);
        let expected = [
            piece(true, "id"),
            piece(false, " of "),
            piece(true, "a b"),
            piece(false, "."),
        ];
        assert_eq!(of("`id` of `a b`."), expected);
        assert_eq!(of(""), []);
    }
}
