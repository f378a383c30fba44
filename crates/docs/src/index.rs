//! The first page: how to begin, recipes, operations by topic.

use askama::Template;
use pages::frame::Frame;
use pages::lang::Lang;
use pages::{assets, routes};

use super::description::{Description, Operation, in_lang};
use super::side::{self, Side};
use super::words::{self, Piece};

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "index.html")]
pub struct IndexPage {
    /// Language and style.
    pub frame: Frame,
    /// The pages and the search beside it.
    pub side: Side,
    /// The address of the API.
    pub api_url: String,
    /// Recipes.
    pub recipes: Vec<Entry>,
    /// Operations by topic.
    pub topics: Vec<TopicPart>,
}

/// A link with what it leads to.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where to.
    pub url: String,
    /// Its name.
    pub title: String,
    /// A note beside it.
    pub aside: String,
}

/// A topic.
#[derive(Clone, Debug)]
pub struct TopicPart {
    /// Its name.
    pub title: String,
    /// Its name in addresses.
    pub anchor: String,
    /// The description of the topic.
    pub says: Vec<Piece>,
    /// Its operations.
    pub operations: Vec<Entry>,
}

impl IndexPage {
    /// The page in a language.
    pub(super) fn of(lang: Lang, description: &Description, base_url: &str, side: Side) -> Self {
        Self {
            frame: frame(lang, routes::docs),
            side,
            api_url: format!("{base_url}/v3"),
            recipes: side::recipes(lang).entries,
            topics: topics(lang, description),
        }
    }

    /// The page in each of its looks.
    #[must_use]
    pub fn samples(lang: Lang) -> Vec<(String, Self)> {
        let description = super::description::sample();
        let side = Side::of(lang, &description);
        let page = Self::of(lang, &description, "https://pay.example", side);
        vec![("plain".to_owned(), page)]
    }
}

/// The frame of a page of the documentation.
pub(super) fn frame(lang: Lang, address: impl Fn(Lang) -> String) -> Frame {
    Frame {
        style: assets::docs_style_url(),
        script: assets::docs_script_url(),
        ..Frame::new(lang, address)
    }
}

fn topics(lang: Lang, description: &Description) -> Vec<TopicPart> {
    let topic = |tag: &super::description::Tag| {
        let own = description.operations();
        let own = own.filter(|(_, _, operation)| operation.tags.contains(&tag.name));
        TopicPart {
            title: in_lang(lang, &tag.name, Some(&tag.name_ru)).to_owned(),
            anchor: tag.name.to_lowercase().replace(' ', "-"),
            says: words::of(in_lang(lang, &tag.description, Some(&tag.description_ru))),
            operations: own.map(|found| entry(lang, found)).collect(),
        }
    };
    description.tags.iter().map(topic).collect()
}

/// An operation in a list.
pub(super) fn entry(lang: Lang, (path, method, operation): (&str, &str, &Operation)) -> Entry {
    Entry {
        url: routes::docs_operation(&operation.operation_id, lang),
        title: in_lang(lang, &operation.summary, Some(&operation.summary_ru)).to_owned(),
        aside: format!("{} {path}", method.to_ascii_uppercase()),
    }
}
