//! Recipes: whole programs, which tests run as they stand.

use askama::Template;

use super::index::frame;
use crate::frame::Frame;
use crate::lang::Lang;
use crate::routes;

/// A recipe: its file's name, the name of its title's text, and the program.
pub(super) struct Recipe {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    says: &'static str,
    program: &'static str,
}

/// All recipes, in the order in which one learns.
pub(super) const RECIPES: &[Recipe] = &[
    Recipe {
        name: "pay_by_page.py",
        title: "docs-recipe-pay",
        says: "docs-recipe-pay-says",
        program: include_str!("../../../../docs/recipes/pay_by_page.py"),
    },
    Recipe {
        name: "two_stages.sh",
        title: "docs-recipe-stages",
        says: "docs-recipe-stages-says",
        program: include_str!("../../../../docs/recipes/two_stages.sh"),
    },
    Recipe {
        name: "refund.py",
        title: "docs-recipe-refund",
        says: "docs-recipe-refund-says",
        program: include_str!("../../../../docs/recipes/refund.py"),
    },
    Recipe {
        name: "invoice.py",
        title: "docs-recipe-invoice",
        says: "docs-recipe-invoice-says",
        program: include_str!("../../../../docs/recipes/invoice.py"),
    },
    Recipe {
        name: "deal.py",
        title: "docs-recipe-deal",
        says: "docs-recipe-deal-says",
        program: include_str!("../../../../docs/recipes/deal.py"),
    },
    Recipe {
        name: "payout.py",
        title: "docs-recipe-payout",
        says: "docs-recipe-payout-says",
        program: include_str!("../../../../docs/recipes/payout.py"),
    },
    Recipe {
        name: "receipt.py",
        title: "docs-recipe-receipt",
        says: "docs-recipe-receipt-says",
        program: include_str!("../../../../docs/recipes/receipt.py"),
    },
    Recipe {
        name: "split.py",
        title: "docs-recipe-split",
        says: "docs-recipe-split-says",
        program: include_str!("../../../../docs/recipes/split.py"),
    },
    Recipe {
        name: "webhook_signature.py",
        title: "docs-recipe-webhook",
        says: "docs-recipe-webhook-says",
        program: include_str!("../../../../docs/recipes/webhook_signature.py"),
    },
    Recipe {
        name: "next_week.py",
        title: "docs-recipe-week",
        says: "docs-recipe-week-says",
        program: include_str!("../../../../docs/recipes/next_week.py"),
    },
];

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "docs/recipe.html")]
pub struct RecipePage {
    /// Language and style.
    pub frame: Frame,
    /// The first page.
    pub home: String,
    /// Its name.
    pub title: String,
    /// What it shows.
    pub says: String,
    /// Its file.
    pub name: &'static str,
    /// The program.
    pub program: &'static str,
}

impl RecipePage {
    /// The page in a language, if there is such a recipe.
    pub(super) fn of(lang: Lang, name: &str) -> Option<Self> {
        let recipe = RECIPES.iter().find(|recipe| recipe.name == name)?;
        let frame = frame(lang, |lang| routes::docs_recipe(recipe.name, lang));
        Some(Self {
            home: routes::docs(lang),
            title: frame.t.say(recipe.title),
            says: frame.t.say(recipe.says),
            name: recipe.name,
            program: recipe.program,
            frame,
        })
    }

    /// The page in each of its looks.
    #[must_use]
    pub fn samples(lang: Lang) -> Vec<(String, Self)> {
        let page = |recipe: &Recipe| {
            let page = Self::of(lang, recipe.name);
            page.map(|page| (recipe.name.to_owned(), page))
        };
        RECIPES.iter().filter_map(page).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::RECIPES;

    #[test]
    fn every_file_of_a_recipe_is_shown() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/recipes");
        let files = std::fs::read_dir(folder).unwrap();
        let files: BTreeSet<String> = files
            .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        let shown: BTreeSet<String> = RECIPES.iter().map(|one| one.name.to_owned()).collect();
        assert_eq!(files, shown);
    }
}
