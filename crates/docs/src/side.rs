//! The column beside every page of the documentation: all of its pages, and the search.

use pages::lang::Lang;
use pages::routes;
use pages::text::Texts;

use super::description::{Description, in_lang};
use super::index::{Entry, entry};
use super::recipe::RECIPES;

/// The column beside a page.
#[derive(Clone, Debug)]
pub struct Side {
    /// The first page.
    pub home: String,
    /// The address of the search.
    pub search: &'static str,
    /// The words that were searched for.
    pub query: String,
    /// The pages, in groups.
    pub groups: Vec<Group>,
    /// Notifications.
    pub notifications: String,
    /// Test shops.
    pub testing: String,
    /// All errors.
    pub errors: String,
}

/// Pages that belong together.
#[derive(Clone, Debug)]
pub struct Group {
    /// Their name.
    pub title: String,
    /// The pages.
    pub entries: Vec<Entry>,
}

impl Side {
    /// The column in a language.
    pub(super) fn of(lang: Lang, description: &Description) -> Self {
        let mut groups = vec![recipes(lang)];
        groups.extend(topics(lang, description));
        Self {
            home: routes::docs(lang),
            search: routes::DOCS_SEARCH,
            query: String::new(),
            groups,
            notifications: routes::docs_notifications(lang),
            testing: routes::docs_testing(lang),
            errors: routes::docs_errors(lang),
        }
    }
}

/// The recipes.
pub(super) fn recipes(lang: Lang) -> Group {
    let t = Texts::of(lang);
    let recipes = RECIPES.iter().map(|recipe| Entry {
        url: routes::docs_recipe(recipe.name, lang),
        title: t.say(recipe.title),
        aside: recipe.name.to_owned(),
    });
    Group {
        title: t.say("docs-recipes"),
        entries: recipes.collect(),
    }
}

fn topics(lang: Lang, description: &Description) -> impl Iterator<Item = Group> {
    description.tags.iter().map(move |tag| {
        let own = description.operations();
        let own = own.filter(|(_, _, operation)| operation.tags.contains(&tag.name));
        Group {
            title: in_lang(lang, &tag.name, Some(&tag.name_ru)).to_owned(),
            entries: own.map(|found| entry(lang, found)).collect(),
        }
    })
}
