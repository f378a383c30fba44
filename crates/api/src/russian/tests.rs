//! The catalogue is complete, and has no message that is not used.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{CATALOGUE, DESCRIPTION, entries, of};
use crate::error::rows;
use crate::openapi::document;

/// Every `description` of a schema or parameter with the Russian beside it.
fn said<'v>(value: &'v Value, found: &mut Vec<(&'v str, Option<&'v str>)>) {
    match value {
        Value::Object(members) => {
            if let Some(english) = members.get("description").and_then(Value::as_str) {
                let russian = members.get(DESCRIPTION).and_then(Value::as_str);
                found.push((english, russian));
            }
            members.values().for_each(|value| said(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| said(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn everything_is_said_in_russian() {
    let whole: Value = serde_json::from_str(&document()).unwrap();
    let mut found = Vec::new();
    said(&whole["components"]["schemas"], &mut found);
    said(&whole["components"]["parameters"], &mut found);
    for operations in whole["paths"].as_object().unwrap().values() {
        for operation in operations.as_object().unwrap().values() {
            if let Some(parameters) = operation.get("parameters") {
                said(parameters, &mut found);
            }
        }
    }
    for webhook in whole["webhooks"].as_object().unwrap().values() {
        said(&webhook["post"]["requestBody"], &mut found);
    }
    found.extend(rows::all().map(|row| (row.advice, of(row.advice))));
    assert!(found.len() > 300, "{} texts were found", found.len());
    let missing: BTreeSet<&str> = found
        .iter()
        .filter(|(_, russian)| !russian.is_some_and(is_russian))
        .map(|(english, _)| *english)
        .collect();
    assert!(missing.is_empty(), "locales/ru.po lacks {missing:#?}");
    let asked: BTreeSet<&str> = found.iter().map(|(english, _)| *english).collect();
    let idle: Vec<&str> = entries(CATALOGUE)
        .map(|(english, _)| english)
        .filter(|english| !asked.contains(english))
        .collect();
    assert!(idle.is_empty(), "nothing says {idle:#?} any more");
}

fn is_russian(text: &str) -> bool {
    text.chars().any(|c| ('а'..='я').contains(&c)) && text.ends_with('.')
}

#[test]
fn every_entry_stands_on_its_line_once() {
    let keys: Vec<&str> = entries(CATALOGUE).map(|(english, _)| english).collect();
    let unique: BTreeSet<&str> = keys.iter().copied().collect();
    assert_eq!(keys.len(), unique.len(), "an entry stands twice");
    let lines = CATALOGUE.lines();
    let messages = lines.filter(|line| line.starts_with("msgid ")).count();
    assert_eq!(messages, keys.len() + 1, "a line is not read");
    for (english, russian) in entries(CATALOGUE) {
        let quoted = |text: &str| text.matches('`').count();
        assert!(!russian.contains(['\\', '"']), "{english}");
        assert_eq!(quoted(russian) % 2, 0, "{english}");
    }
}
