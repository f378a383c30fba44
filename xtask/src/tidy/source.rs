//! Cuts Rust source into code, comments and string literals, so that a check can look at one
//! kind. It knows just enough of the language to tell them apart.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Code,
    Comment,
    Literal,
}

/// A run of one kind; a literal and a comment are whole pieces.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) kind: Kind,
    /// Line of its first character, counted from one.
    pub(super) line: usize,
    pub(super) text: String,
}

/// Cuts a source text into pieces, in order and without gaps.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut cutter = Cutter {
        rest: text,
        line: 1,
        pieces: Vec::new(),
    };
    let mut before = ' ';
    while let Some(first) = cutter.rest.chars().next() {
        let (kind, length) = measure(cutter.rest, before);
        let length = length.max(first.len_utf8());
        before = cutter.take(kind, length);
    }
    cutter.pieces
}

struct Cutter<'a> {
    rest: &'a str,
    line: usize,
    pieces: Vec<Piece>,
}

impl Cutter<'_> {
    /// Moves `length` bytes into a piece; returns the last character.
    fn take(&mut self, kind: Kind, length: usize) -> char {
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .unwrap_or((self.rest, ""));
        match self.pieces.last_mut() {
            Some(piece) if kind == Kind::Code && piece.kind == Kind::Code => {
                piece.text.push_str(taken);
            }
            Some(_) | None => {
                self.pieces.push(Piece {
                    kind,
                    line: self.line,
                    text: taken.to_owned(),
                });
            }
        }
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken.chars().next_back().unwrap_or(' ')
    }
}

/// The kind and the length of the piece that begins here; code is measured one character at a time.
fn measure(rest: &str, before: char) -> (Kind, usize) {
    if rest.starts_with("//") {
        return (Kind::Comment, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (Kind::Comment, block_comment(rest));
    }
    if rest.starts_with('"') {
        return (Kind::Literal, quoted(rest, 0));
    }
    if !is_word(before)
        && let Some(length) = prefixed(rest)
    {
        return (Kind::Literal, length);
    }
    if rest.starts_with('\'') {
        return (Kind::Code, character(rest));
    }
    (Kind::Code, 0)
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut position = 0;
    while let Some(here) = rest.get(position..).filter(|here| !here.is_empty()) {
        if here.starts_with("/*") {
            depth += 1;
            position += 2;
        } else if here.starts_with("*/") {
            depth = depth.saturating_sub(1);
            position += 2;
            if depth == 0 {
                return position;
            }
        } else {
            position += here.chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// Length of a literal whose opening quote stands at `open`.
fn quoted(rest: &str, open: usize) -> usize {
    let mut escaped = false;
    for (position, character) in rest.char_indices().skip_while(|(at, _)| *at <= open) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return position + 1,
            _ => {}
        }
    }
    rest.len()
}

/// Length of a literal with a prefix: `b"…"`, `c"…"`, `r"…"`, `br#"…"#`.
fn prefixed(rest: &str) -> Option<usize> {
    let letters = rest.find(|character: char| !matches!(character, 'b' | 'c' | 'r'))?;
    if letters == 0 || letters > 2 {
        return None;
    }
    let (prefix, after) = rest.split_at_checked(letters)?;
    let marks = after.find(|character| character != '#')?;
    if !after.get(marks..)?.starts_with('"') {
        return None;
    }
    if !prefix.ends_with('r') {
        return (marks == 0).then(|| quoted(rest, letters));
    }
    let end = format!("\"{}", "#".repeat(marks));
    let body = letters + marks + 1;
    let length = rest.get(body..)?.find(&end)?;
    Some(body + length + end.len())
}

/// Length of a character literal, or of the quote alone if it begins a lifetime.
fn character(rest: &str) -> usize {
    let mut characters = rest.char_indices().skip(1);
    let second = characters.next();
    if second.is_some_and(|(_, character)| character == '\\') {
        let close = characters.skip(1).find(|(_, character)| *character == '\'');
        return close.map_or(1, |(position, _)| position + 1);
    }
    match characters.next() {
        Some((position, '\'')) => position + 1,
        Some(_) | None => 1,
    }
}
