//! Schemas as tables: a row for each member, with the path that leads to it.

use std::collections::BTreeMap;

use pages::lang::Lang;
use pages::text::Texts;

use super::description::{Description, Schema};
use super::words::{self, Piece};

/// The type of an amount whose members were shown before.
const MONEY: &str = "object {value, currency}";
/// How many levels of members are shown.
const DEPTH_MAX: usize = 5;

/// A row with those of its members, which the page folds away.
#[derive(Clone, Debug)]
pub struct Group {
    /// The row.
    pub row: Row,
    /// The rows below it, at any depth.
    pub inner: Vec<Row>,
}

/// A row.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name in addresses.
    pub anchor: String,
    /// The path of the member.
    pub path: String,
    /// The variant of the object around it that has this member.
    pub variant: Option<String>,
    /// Its type.
    pub kind: String,
    /// Whether it is required.
    pub required: bool,
    /// Its description.
    pub says: Vec<Piece>,
    /// The values that it may have.
    pub values: Vec<String>,
    /// Its limits.
    pub limits: Vec<String>,
}

/// The part of a page that has the rows of the request.
pub(super) const REQUEST: &str = "request";
/// The part of a page that has the rows of the answer.
pub(super) const ANSWER: &str = "answer";

/// The rows of `schema` in a part of a page; those of an object's own members are groups.
pub(super) fn of(
    description: &Description,
    schema: &Schema,
    lang: Lang,
    part: &'static str,
) -> Vec<Group> {
    let mut writer = Writer {
        description,
        part,
        lang,
        t: Texts::of(lang),
        rows: Vec::new(),
        money_is_said: false,
    };
    writer.members("", None, schema, 0);
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for row in &mut writer.rows {
        let times = taken.entry(row.anchor.clone()).or_default();
        *times = times.saturating_add(1);
        if 1 < *times {
            row.anchor = format!("{}~{times}", row.anchor);
        }
    }
    grouped(writer.rows)
}

/// The name in addresses of a row of a part of a page.
pub(super) fn anchor(part: &str, path: &str, variant: Option<&str>) -> String {
    let path = path.replace("[]", "").replace('[', ".").replace(']', "");
    match variant {
        Some(variant) => format!("{part}.{path}~{variant}"),
        None => format!("{part}.{path}"),
    }
}

/// The rows, each with those that follow it and belong below it.
pub(super) fn grouped(rows: Vec<Row>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for row in rows {
        match groups.last_mut() {
            Some(group) if row.is_below(&group.row) => group.inner.push(row),
            Some(_) | None => groups.push(Group {
                row,
                inner: Vec::new(),
            }),
        }
    }
    groups
}

impl Row {
    fn is_below(&self, other: &Self) -> bool {
        let rest = self.path.strip_prefix(&other.path);
        rest.is_some_and(|rest| rest.starts_with(['.', '[']))
    }
}

struct Writer<'d> {
    description: &'d Description,
    part: &'static str,
    lang: Lang,
    t: Texts,
    rows: Vec<Row>,
    /// Whether the members of an amount were shown.
    money_is_said: bool,
}

impl Writer<'_> {
    fn members(&mut self, path: &str, variant: Option<&str>, schema: &Schema, depth: usize) {
        let schema = self.description.resolve(schema);
        if DEPTH_MAX < depth {
            return;
        }
        for one in &schema.one_of {
            let one = self.description.resolve(one);
            let named = one.properties.get("type").and_then(Schema::constant);
            self.members(path, named.as_deref().or(variant), one, depth);
        }
        for (name, member) in &schema.properties.0 {
            let path = if path.is_empty() {
                name.clone()
            } else {
                format!("{path}.{name}")
            };
            let required = schema.required.contains(name);
            self.member(path, variant, member, (required, depth));
        }
    }

    fn member(
        &mut self,
        path: String,
        variant: Option<&str>,
        asked: &Schema,
        (required, depth): (bool, usize),
    ) {
        let schema = self.description.resolve(asked);
        let items = schema.items.as_deref();
        let items = items.map(|items| self.description.resolve(items));
        let inner = items.unwrap_or(schema);
        let known = self.is_known_money(asked);
        let kind = match (&schema.kind, items) {
            (_, None) if known => MONEY.to_owned(),
            (_, Some(items)) => {
                let of = items.kind.as_deref().unwrap_or("object");
                format!("array of {of}")
            }
            (Some(kind), None) => kind.clone(),
            (None, None) => {
                let variant = schema.one_of.first();
                let variant = variant.map(|variant| self.description.resolve(variant));
                let kind = variant.and_then(|variant| variant.kind.clone());
                kind.unwrap_or_else(|| "object".to_owned())
            }
        };
        let says = asked.says(self.lang).or_else(|| schema.says(self.lang));
        let below = if items.is_some() {
            format!("{path}[]")
        } else {
            path.clone()
        };
        self.rows.push(Row {
            anchor: anchor(self.part, &path, variant),
            path,
            variant: variant.map(str::to_owned),
            kind,
            required,
            says: says.map(words::of).unwrap_or_default(),
            values: inner.values(),
            limits: limits(schema, inner, self.t),
        });
        if !known {
            self.members(&below, None, inner, depth.saturating_add(1));
        }
    }

    /// Returns whether it is an amount, and the table has shown the members of amounts already.
    fn is_known_money(&mut self, asked: &Schema) -> bool {
        let name = asked.reference.as_deref().unwrap_or_default();
        let money = name
            .rsplit('/')
            .next()
            .is_some_and(|name| name.starts_with("MonetaryAmount"));
        money && std::mem::replace(&mut self.money_is_said, true)
    }
}

/// The limits of a value, in words.
pub(super) fn limits(schema: &Schema, inner: &Schema, t: Texts) -> Vec<String> {
    let mut limits = Vec::new();
    let mut say = |key: &str, value: Option<String>| {
        limits.extend(value.map(|value| t.say_with(key, "value", &value)));
    };
    let number = |value: Option<u64>| value.map(|value| value.to_string());
    let json = |value: Option<&serde_json::Value>| value.map(ToString::to_string);
    say("docs-chars-min", number(inner.min_length));
    say("docs-chars-max", number(inner.max_length));
    say("docs-items-min", number(schema.min_items));
    say("docs-items-max", number(schema.max_items));
    say("docs-from", json(inner.minimum.as_ref()));
    say("docs-to", json(inner.maximum.as_ref()));
    say("docs-default", json(inner.default.as_ref()));
    say("docs-format", inner.format.clone());
    say("docs-pattern", inner.pattern.clone());
    limits
}
