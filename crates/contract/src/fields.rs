//! Reads an object's members by name and type. Each refusal carries the dotted path, with the
//! places in arrays: `receipt.items[0].vat_code`. `null` counts as an absent member, and so does an
//! empty array where an object is expected, because PHP writes an empty object so. Members that
//! nobody reads are ignored.

use domain::card;

use crate::invalid::InvalidRequest;
use crate::json::{Json, Text};
use crate::words;

/// An object, with the path that leads to it.
pub(crate) struct Fields<'j> {
    members: &'j [(Text<'j>, Json<'j>)],
    parents: Vec<Parent>,
}

/// A name that leads to an object, or to one of an array of objects.
#[derive(Clone, Copy)]
struct Parent {
    name: &'static str,
    index: Option<usize>,
}

impl<'j> Fields<'j> {
    /// The body's own members.
    pub(crate) fn root(json: &'j Json<'j>) -> Result<Self, InvalidRequest> {
        let members: &[(Text<'j>, Json<'j>)] = match json {
            Json::Object(members) => members,
            Json::Array(values) if values.is_empty() => &[],
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::Array(_) => {
                return Err(InvalidRequest::unreadable());
            }
        };
        Ok(Self {
            members,
            parents: Vec::new(),
        })
    }

    /// The path of a member.
    pub(crate) fn path(&self, name: &str) -> String {
        let mut path = String::new();
        for Parent { name, index } in &self.parents {
            path.push_str(name);
            if let Some(index) = index {
                path.push_str(&format!("[{index}]"));
            }
            path.push('.');
        }
        path.push_str(name);
        path
    }

    /// The refusal of a member's value, in general words.
    pub(crate) fn illegal(&self, name: &str) -> InvalidRequest {
        InvalidRequest::value(self.path(name))
    }

    /// The refusal of a member, in the words of the catalogue.
    pub(crate) fn refuse(&self, name: &str, description: &'static str) -> InvalidRequest {
        InvalidRequest::new(description, self.path(name))
    }

    /// A member of any type.
    pub(crate) fn value(&self, name: &str) -> Option<&'j Json<'j>> {
        let found = self
            .members
            .iter()
            .rfind(|(known, _)| known.as_str() == name);
        found
            .map(|(_, value)| value)
            .filter(|value| !matches!(value, Json::Null))
    }

    /// Returns whether the member is there and not null.
    pub(crate) fn says(&self, name: &str) -> bool {
        match self.value(name) {
            Some(Json::Array(values)) => !values.is_empty(),
            other => other.is_some(),
        }
    }

    /// A string. One with a zero character is refused, because PostgreSQL cannot keep it.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&'j str>, InvalidRequest> {
        match self.value(name) {
            None => Ok(None),
            Some(Json::Text(text)) if !text.as_str().contains('\0') => Ok(Some(text.as_str())),
            Some(_) => Err(self.illegal(name)),
        }
    }

    /// A string that has to be there.
    pub(crate) fn required_text(&self, name: &str) -> Result<&'j str, InvalidRequest> {
        self.text(name)?.ok_or_else(|| self.illegal(name))
    }

    /// A string of at most `chars_max` characters that people write and read. A card number in it
    /// is refused.
    pub(crate) fn short_text(
        &self,
        name: &str,
        chars_max: usize,
    ) -> Result<Option<String>, InvalidRequest> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        if chars_max < text.chars().count() {
            return Err(self.illegal(name));
        }
        self.without_card(name, text)?;
        Ok(Some(text.to_owned()))
    }

    /// Refuses a text of this member in which a card number stands.
    pub(crate) fn without_card(&self, name: &str, text: &str) -> Result<(), InvalidRequest> {
        if card::stands_in(text) {
            return Err(self.refuse(name, words::CARD_NUMBER_INSIDE));
        }
        Ok(())
    }

    /// What an object is for.
    pub(crate) fn description(&self, chars_max: usize) -> Result<Option<String>, InvalidRequest> {
        let name = "description";
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        if chars_max < text.chars().count() {
            let says = words::DESCRIPTION_TOO_LONG.replace("{x}", &chars_max.to_string());
            return Err(InvalidRequest::new(says, self.path(name)));
        }
        self.without_card(name, text)?;
        Ok(Some(text.to_owned()))
    }

    /// True or false.
    pub(crate) fn boolean(&self, name: &str) -> Result<Option<bool>, InvalidRequest> {
        match self.value(name) {
            None => Ok(None),
            Some(Json::Bool(value)) => Ok(Some(*value)),
            Some(_) => Err(self.illegal(name)),
        }
    }

    /// A whole number.
    pub(crate) fn integer(&self, name: &str) -> Result<Option<i64>, InvalidRequest> {
        match self.value(name) {
            None => Ok(None),
            Some(Json::Number(number)) => match number.as_i64() {
                Some(number) => Ok(Some(number)),
                None => Err(self.illegal(name)),
            },
            Some(_) => Err(self.illegal(name)),
        }
    }

    /// An object.
    pub(crate) fn object(&self, name: &'static str) -> Result<Option<Self>, InvalidRequest> {
        match self.value(name) {
            None => Ok(None),
            Some(Json::Object(members)) => Ok(Some(self.child(members, name, None))),
            Some(Json::Array(values)) if values.is_empty() => Ok(None),
            Some(_) => Err(self.illegal(name)),
        }
    }

    /// An array of objects. SDKs always send some as empty ones, which stand for absent ones.
    pub(crate) fn objects(&self, name: &'static str) -> Result<Option<Vec<Self>>, InvalidRequest> {
        let values = match self.value(name) {
            None => return Ok(None),
            Some(Json::Array(values)) if values.is_empty() => return Ok(None),
            Some(Json::Array(values)) => values,
            Some(_) => return Err(self.illegal(name)),
        };
        let object = |(index, value): (usize, &'j Json<'j>)| match value {
            Json::Object(members) => Ok(self.child(members, name, Some(index))),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::Array(_) => {
                Err(self.illegal(&format!("{name}[{index}]")))
            }
        };
        let objects: Result<Vec<Self>, _> = values.iter().enumerate().map(object).collect();
        objects.map(Some)
    }

    fn child(
        &self,
        members: &'j [(Text<'j>, Json<'j>)],
        name: &'static str,
        index: Option<usize>,
    ) -> Self {
        let mut parents = self.parents.clone();
        parents.push(Parent { name, index });
        Self { members, parents }
    }

    /// Names and values of all members.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&'j str, &'j Json<'j>)> {
        self.members
            .iter()
            .map(|(name, value)| (name.as_str(), value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_the_place_in_an_array() {
        let json = Json::parse(br#"{"a":{"b":[{"c":1},{"c":2}]},"d":[],"e":[1]}"#).unwrap();
        let root = Fields::root(&json).unwrap();
        let b = root
            .object("a")
            .unwrap()
            .unwrap()
            .objects("b")
            .unwrap()
            .unwrap();
        assert_eq!(b[1].path("c"), "a.b[1].c");
        assert!(root.objects("d").unwrap().is_none() && root.objects("f").unwrap().is_none());
        assert_eq!(root.objects("e").err(), Some(InvalidRequest::value("e[0]")));
        assert_eq!(root.objects("a").err(), Some(InvalidRequest::value("a")));
    }

    #[test]
    fn an_empty_array_in_the_place_of_an_object_says_nothing() {
        let json = Json::parse(br#"{"a":[],"b":[[]],"c":[1],"d":{}}"#).unwrap();
        let root = Fields::root(&json).unwrap();
        assert!(root.object("a").unwrap().is_none() && root.objects("a").unwrap().is_none());
        assert!(!root.says("a") && root.says("b") && root.says("d") && !root.says("e"));
        assert_eq!(root.object("b").err(), Some(InvalidRequest::value("b")));
        assert_eq!(root.objects("b").err(), Some(InvalidRequest::value("b[0]")));
        assert_eq!(root.object("c").err(), Some(InvalidRequest::value("c")));
        assert_eq!(root.text("a").err(), Some(InvalidRequest::value("a")));
        let empty = Json::parse(b"[]").unwrap();
        assert_eq!(Fields::root(&empty).unwrap().members().count(), 0);
        let full = Json::parse(b"[{}]").unwrap();
        assert!(Fields::root(&full).is_err());
    }
}
