//! Names that come twice in one object. Two readers could understand such a body in two ways, so it
//! is refused.

use std::collections::HashSet;

use super::{Json, Text};
use crate::invalid::InvalidRequest;
use crate::words;

/// Refuses the first member that comes twice, with its path.
pub(super) fn refuse(json: &Json<'_>) -> Result<(), InvalidRequest> {
    let mut place = Vec::new();
    if !comes_twice(json, &mut place) {
        return Ok(());
    }
    // An unknown name may be anything, even a card number.
    let known = |name: &&str| {
        let letters = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
        !name.is_empty() && name.bytes().all(letters)
    };
    let path: Vec<&str> = place.into_iter().take_while(known).collect();
    let parameter = (!path.is_empty()).then(|| path.join("."));
    Err(InvalidRequest::new(words::NAME_TWICE, parameter))
}

/// Returns whether a name comes twice somewhere; `place` then leads there.
fn comes_twice<'j>(json: &'j Json<'_>, place: &mut Vec<&'j str>) -> bool {
    match json {
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => false,
        Json::Array(values) => values.iter().any(|value| comes_twice(value, place)),
        Json::Object(members) => {
            if let Some(name) = second(members) {
                place.push(name);
                return true;
            }
            members.iter().any(|(name, value)| {
                place.push(name.as_str());
                let found = comes_twice(value, place);
                if !found {
                    place.pop();
                }
                found
            })
        }
    }
}

/// The first name that was there before.
fn second<'j>(members: &'j [(Text<'_>, Json<'_>)]) -> Option<&'j str> {
    let mut names = members.iter().map(|(name, _)| name.as_str());
    if members.len() <= FEW {
        let before =
            |at: usize, name: &str| members.iter().take(at).any(|(n, _)| n.as_str() == name);
        return names
            .enumerate()
            .find(|(at, name)| before(*at, name))
            .map(|(_, name)| name);
    }
    let mut seen = HashSet::with_capacity(members.len());
    names.find(|name| !seen.insert(*name))
}

/// Up to this number, names are compared with each other, which is faster than hashing them.
const FEW: usize = 16;
