//! What commands print: text for people, or one JSON document with `--json`.

use std::io::{self, Write};
use std::process::ExitCode;

use serde_json::Value;

/// The report of a command.
pub(crate) struct Output {
    /// For people; lines.
    pub(crate) text: String,
    /// For programs.
    pub(crate) json: Value,
    /// Whether everything is as it should be.
    pub(crate) good: bool,
}

impl Output {
    /// A report that everything is as it should be.
    pub(crate) fn good(text: impl Into<String>, json: Value) -> Self {
        Self {
            text: text.into(),
            json,
            good: true,
        }
    }

    /// Prints it. Returns the exit code that belongs to it.
    pub(crate) fn print(&self, as_json: bool) -> io::Result<ExitCode> {
        if as_json {
            say(&format!("{:#}", self.json))?;
        } else {
            say(self.text.trim_end())?;
        }
        Ok(if self.good {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

/// Prints a text at once, with a line end.
pub(crate) fn say(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", harmless(text))?;
    out.flush()
}

/// A text in which characters that control a terminal, or turn the direction of writing, are
/// escaped as in JSON: names, addresses and answers of others are printed too. Lines and tabs stay.
pub(crate) fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        let commands = character.is_control() && !['\n', '\t'].contains(&character);
        let turns = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}');
        if commands || turns {
            shown.push_str(&format!("\\u{:04x}", u32::from(character)));
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Rows with aligned columns.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let head: Vec<String> = head.iter().map(|cell| (*cell).to_owned()).collect();
    // A cell is one line, whatever others have written into it.
    let one_line = |cell: &String| harmless(cell).replace('\n', "\\n").replace('\t', " ");
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(one_line).collect())
        .collect();
    let all = || std::iter::once(&head).chain(&rows);
    let width = |column: usize| {
        let cells = all().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let mut text = String::new();
    for row in all() {
        let cells = row.iter().zip(&widths);
        let line: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        text.push_str(line.join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{harmless, table};

    #[test]
    fn what_others_wrote_commands_no_terminal() {
        let text = "a\u{1b}[2Jb\u{9b}31m\u{202e}c\r\u{7f}\n\tЛавка";
        let shown = harmless(text);
        assert_eq!(
            shown,
            "a\\u001b[2Jb\\u009b31m\\u202ec\\u000d\\u007f\n\tЛавка"
        );
        let rows = [vec!["x\n999  forged".to_owned(), "\u{1b}]0;t".to_owned()]];
        assert_eq!(table(&["a", "b"], &rows).lines().count(), 2);
    }

    #[test]
    fn columns_stand_under_each_other() {
        let rows = [
            vec!["100001".to_owned(), "Лавка".to_owned()],
            vec!["7".to_owned(), String::new()],
        ];
        assert_eq!(
            table(&["shop", "name"], &rows),
            "shop    name\n100001  Лавка\n7\n"
        );
    }
}
