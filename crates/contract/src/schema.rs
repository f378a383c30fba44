//! Schemas: what bodies and filters look like, as data. The description of the API is made of them
//! (JSON Schema 2020-12, as OpenAPI 3.1 takes it).
//!
//! A schema stands in a file `schema.rs` beside the parser or the body that it describes, and takes
//! limits and lists of values from the same constants. It says what a sender should send and what a
//! receiver may rely on. Parsers are more lenient where old clients need it: `null` counts as an
//! absent member, and unknown members are ignored.

mod node;
mod shared;

use std::borrow::Cow;

use domain::EntityId;

pub use node::Node;
pub use shared::{
    AMOUNT, CANCELLATION, ERROR, Parameter, limit_and_cursor, notification, of_time, parameter,
};
pub(crate) use shared::{
    CANCELED, amount_asked, description, email_asked, form, id_of, list_of, metadata,
    metadata_asked, party, reason,
};

/// The digits that all ids share; see `domain::id`.
const ID_DIGITS: &str = "[0-9a-f]{8}-[0-9a-f]{4}-5000-8[0-9a-f]{3}-[0-9a-f]{12}";

/// A schema that has a name, so that others can refer to it.
#[derive(Debug)]
pub struct Named {
    /// Its name in the description.
    pub name: &'static str,
    /// Makes it.
    pub schema: fn() -> Schema,
}

/// A schema: keywords with their values, and the named schemas that it refers to.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    keywords: Vec<(Cow<'static, str>, Node)>,
    uses: Vec<&'static Named>,
}

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Member {
    name: &'static str,
    schema: Schema,
    required: bool,
}

/// A member that has to be there.
#[must_use]
pub fn must(name: &'static str, schema: Schema) -> Member {
    Member {
        name,
        schema,
        required: true,
    }
}

/// A member that may be there.
#[must_use]
pub fn may(name: &'static str, schema: Schema) -> Member {
    Member {
        name,
        schema,
        required: false,
    }
}

impl Schema {
    fn of_type(name: &'static str) -> Self {
        Self::default().with("type", name)
    }

    /// A string.
    #[must_use]
    pub fn text() -> Self {
        Self::of_type("string")
    }

    /// One of these strings.
    #[must_use]
    pub fn codes(codes: impl IntoIterator<Item = &'static str>) -> Self {
        let codes = codes.into_iter().map(Node::from).collect();
        Self::text().with("enum", Node::List(codes))
    }

    /// This string.
    #[must_use]
    pub fn constant(code: &'static str) -> Self {
        Self::text().with("const", code)
    }

    /// Always this string.
    #[must_use]
    pub fn always(code: &'static str) -> Self {
        Self::constant(code).says("Always the same word.")
    }

    /// True or false.
    #[must_use]
    pub fn boolean() -> Self {
        Self::of_type("boolean")
    }

    /// A whole number from `min` to `max`.
    #[must_use]
    pub fn integer(min: i64, max: i64) -> Self {
        let whole = Self::of_type("integer");
        whole.with("minimum", min).with("maximum", max)
    }

    /// A number.
    #[must_use]
    pub fn number() -> Self {
        Self::of_type("number")
    }

    /// A point in time.
    #[must_use]
    pub fn moment() -> Self {
        Self::text().with("format", "date-time")
    }

    /// An id of a kind of object.
    #[must_use]
    pub fn id<I: EntityId>() -> Self {
        let prefix = I::PREFIX;
        Self::text().pattern(format!("^{prefix}{ID_DIGITS}$"))
    }

    /// An object with these members.
    #[must_use]
    pub fn object(members: impl IntoIterator<Item = Member>) -> Self {
        let mut object = Self::of_type("object");
        let (mut properties, mut required) = (Vec::new(), Vec::new());
        for member in members {
            object.uses.extend_from_slice(&member.schema.uses);
            if member.required {
                required.push(Node::from(member.name));
            }
            properties.push((
                Cow::Borrowed(member.name),
                Node::Map(member.schema.keywords),
            ));
        }
        object = object.with("properties", Node::Map(properties));
        if required.is_empty() {
            return object;
        }
        object.with("required", Node::List(required))
    }

    /// An object whose members may have any name and have these values.
    #[must_use]
    pub fn texts(values: Self) -> Self {
        Self::of_type("object").with("additionalProperties", Node::Map(values.keywords))
    }

    /// An array.
    #[must_use]
    pub fn array(items: Self) -> Self {
        let mut array = Self::of_type("array");
        array.uses.extend_from_slice(&items.uses);
        array.with("items", Node::Map(items.keywords))
    }

    /// Exactly one of these.
    #[must_use]
    pub fn one_of(variants: impl IntoIterator<Item = Self>) -> Self {
        let mut schema = Self::default();
        let mut nodes = Vec::new();
        for variant in variants {
            schema.uses.extend_from_slice(&variant.uses);
            nodes.push(Node::Map(variant.keywords));
        }
        schema.with("oneOf", Node::List(nodes))
    }

    /// A reference to `named`.
    #[must_use]
    pub fn refer(named: &'static Named) -> Self {
        let mut schema =
            Self::default().with("$ref", format!("#/components/schemas/{}", named.name));
        schema.uses.push(named);
        schema
    }

    /// The same with a keyword, in place of an earlier one with that name.
    #[must_use]
    pub fn with(mut self, keyword: &'static str, value: impl Into<Node>) -> Self {
        self.keywords.retain(|(known, _)| known != keyword);
        self.keywords.push((Cow::Borrowed(keyword), value.into()));
        self
    }

    /// The same with a description for people.
    #[must_use]
    pub fn says(self, text: impl Into<Cow<'static, str>>) -> Self {
        self.with("description", Node::Text(text.into()))
    }

    /// The same with a pattern, a regular expression.
    #[must_use]
    pub fn pattern(self, pattern: impl Into<Cow<'static, str>>) -> Self {
        self.with("pattern", Node::Text(pattern.into()))
    }

    /// The same with a least number of characters.
    #[must_use]
    pub fn at_least(self, chars: usize) -> Self {
        self.with("minLength", chars)
    }

    /// The same with a largest number of characters.
    #[must_use]
    pub fn at_most(self, chars: usize) -> Self {
        self.with("maxLength", chars)
    }

    /// The same with a least and a largest number of items.
    #[must_use]
    pub fn items(self, least: usize, most: usize) -> Self {
        self.with("minItems", least).with("maxItems", most)
    }

    /// The same with the value that counts if it is absent.
    #[must_use]
    pub fn otherwise(self, value: impl Into<Node>) -> Self {
        self.with("default", value)
    }

    /// The keywords.
    #[must_use]
    pub fn node(&self) -> Node {
        Node::Map(self.keywords.clone())
    }

    /// The named schemas that it refers to itself.
    #[must_use]
    pub fn uses(&self) -> &[&'static Named] {
        &self.uses
    }
}

/// The named schemas that these ones need, sorted by name, each once.
#[must_use]
pub fn closure(roots: impl IntoIterator<Item = &'static Named>) -> Vec<&'static Named> {
    let mut open: Vec<&'static Named> = roots.into_iter().collect();
    let mut found: Vec<&'static Named> = Vec::new();
    while let Some(named) = open.pop() {
        if found.iter().any(|known| known.name == named.name) {
            continue;
        }
        found.push(named);
        open.extend_from_slice((named.schema)().uses());
    }
    found.sort_by_key(|named| named.name);
    found
}

#[cfg(test)]
mod tests;
