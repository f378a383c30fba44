//! The Russian texts of the description: the catalogue `locales/ru.po`, by the English words.
//!
//! Operations, topics and notifications have both languages in their rows. Fields, filters and the
//! advice of errors are many, stand in other crates and often say the same: their Russian is in a
//! catalogue, in the format that translators' tools know.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use contract::schema::Node;

const CATALOGUE: &str = include_str!("../locales/ru.po");

/// The member with the Russian text beside `description`.
pub(crate) const DESCRIPTION: &str = "x-description-ru";

static WORDS: LazyLock<BTreeMap<&str, &str>> = LazyLock::new(|| entries(CATALOGUE).collect());

/// The Russian of these English words, if the catalogue has it.
pub(crate) fn of(english: &str) -> Option<&'static str> {
    WORDS.get(english).copied()
}

/// The same schemas or parameters, with the Russian text beside each description.
pub(crate) fn beside(node: Node) -> Node {
    match node {
        Node::Map(members) => {
            let mut out = Vec::with_capacity(members.len());
            for (name, value) in members {
                let said = match (&*name, &value) {
                    ("description", Node::Text(english)) => of(english),
                    _ => None,
                };
                out.push((name, beside(value)));
                out.extend(said.map(|russian| (DESCRIPTION.into(), Node::from(russian))));
            }
            Node::Map(out)
        }
        Node::List(values) => Node::List(values.into_iter().map(beside).collect()),
        Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text(_) => node,
    }
}

/// The pairs of a catalogue in which each message stands on one line. The first pair, with empty
/// English words, describes the file.
fn entries(catalogue: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut english = "";
    catalogue.lines().filter_map(move |line| {
        if let Some(words) = quoted(line, "msgid") {
            english = words;
        }
        let russian = quoted(line, "msgstr")?;
        Some((english, russian)).filter(|(english, _)| !english.is_empty())
    })
}

/// The text between the quotes of a line that begins with `keyword`.
fn quoted<'l>(line: &'l str, keyword: &str) -> Option<&'l str> {
    let rest = line.strip_prefix(keyword)?.trim();
    rest.strip_prefix('"')?.strip_suffix('"')
}

#[cfg(test)]
mod tests;
