//! Recipes: whole programs, which tests run as they are.

use askama::Template;
use pages::frame::Frame;
use pages::lang::Lang;
use pages::routes;

use super::index::frame;
use super::side::Side;
use super::words::{self, Piece};

mod comments;

/// A recipe: its file's name, the name of its title's text, and the program.
pub(super) struct Recipe {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) says: &'static str,
    program: &'static str,
}

/// All recipes, in the order in which they are best read.
pub(super) const RECIPES: &[Recipe] = &[
    Recipe {
        name: "pay_by_page.py",
        title: "docs-recipe-pay",
        says: "docs-recipe-pay-says",
        program: include_str!("../../../docs/recipes/pay_by_page.py"),
    },
    Recipe {
        name: "widget.py",
        title: "docs-recipe-widget",
        says: "docs-recipe-widget-says",
        program: include_str!("../../../docs/recipes/widget.py"),
    },
    Recipe {
        name: "card_form.py",
        title: "docs-recipe-card",
        says: "docs-recipe-card-says",
        program: include_str!("../../../docs/recipes/card_form.py"),
    },
    Recipe {
        name: "two_stages.sh",
        title: "docs-recipe-stages",
        says: "docs-recipe-stages-says",
        program: include_str!("../../../docs/recipes/two_stages.sh"),
    },
    Recipe {
        name: "refund.py",
        title: "docs-recipe-refund",
        says: "docs-recipe-refund-says",
        program: include_str!("../../../docs/recipes/refund.py"),
    },
    Recipe {
        name: "saved_method.py",
        title: "docs-recipe-saved",
        says: "docs-recipe-saved-says",
        program: include_str!("../../../docs/recipes/saved_method.py"),
    },
    Recipe {
        name: "refused.py",
        title: "docs-recipe-refused",
        says: "docs-recipe-refused-says",
        program: include_str!("../../../docs/recipes/refused.py"),
    },
    Recipe {
        name: "invoice.py",
        title: "docs-recipe-invoice",
        says: "docs-recipe-invoice-says",
        program: include_str!("../../../docs/recipes/invoice.py"),
    },
    Recipe {
        name: "pos_link.py",
        title: "docs-recipe-pos",
        says: "docs-recipe-pos-says",
        program: include_str!("../../../docs/recipes/pos_link.py"),
    },
    Recipe {
        name: "statement.py",
        title: "docs-recipe-statement",
        says: "docs-recipe-statement-says",
        program: include_str!("../../../docs/recipes/statement.py"),
    },
    Recipe {
        name: "receipt.py",
        title: "docs-recipe-receipt",
        says: "docs-recipe-receipt-says",
        program: include_str!("../../../docs/recipes/receipt.py"),
    },
    Recipe {
        name: "deal.py",
        title: "docs-recipe-deal",
        says: "docs-recipe-deal-says",
        program: include_str!("../../../docs/recipes/deal.py"),
    },
    Recipe {
        name: "payout.py",
        title: "docs-recipe-payout",
        says: "docs-recipe-payout-says",
        program: include_str!("../../../docs/recipes/payout.py"),
    },
    Recipe {
        name: "payout_widget.py",
        title: "docs-recipe-payout-widget",
        says: "docs-recipe-payout-widget-says",
        program: include_str!("../../../docs/recipes/payout_widget.py"),
    },
    Recipe {
        name: "split.py",
        title: "docs-recipe-split",
        says: "docs-recipe-split-says",
        program: include_str!("../../../docs/recipes/split.py"),
    },
    Recipe {
        name: "partner.py",
        title: "docs-recipe-partner",
        says: "docs-recipe-partner-says",
        program: include_str!("../../../docs/recipes/partner.py"),
    },
    Recipe {
        name: "webhook_signature.py",
        title: "docs-recipe-webhook",
        says: "docs-recipe-webhook-says",
        program: include_str!("../../../docs/recipes/webhook_signature.py"),
    },
    Recipe {
        name: "next_week.py",
        title: "docs-recipe-week",
        says: "docs-recipe-week-says",
        program: include_str!("../../../docs/recipes/next_week.py"),
    },
];

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "recipe.html")]
pub struct RecipePage {
    /// Language and style.
    pub frame: Frame,
    /// The pages and the search beside it.
    pub side: Side,
    /// Its name.
    pub title: String,
    /// What it shows.
    pub says: Vec<Piece>,
    /// Its file.
    pub name: &'static str,
    /// The program.
    pub program: String,
}

impl RecipePage {
    /// The page in a language, if there is such a recipe.
    pub(super) fn of(lang: Lang, side: Side, name: &str) -> Option<Self> {
        let recipe = RECIPES.iter().find(|recipe| recipe.name == name)?;
        let frame = frame(lang, |lang| routes::docs_recipe(recipe.name, lang));
        Some(Self {
            side,
            title: frame.t.say(recipe.title),
            says: words::of(&frame.t.say(recipe.says)),
            name: recipe.name,
            program: match lang {
                Lang::Ru => comments::in_russian(recipe.program),
                Lang::En => recipe.program.to_owned(),
            },
            frame,
        })
    }

    /// The page in each of its looks.
    #[must_use]
    pub fn samples(lang: Lang) -> Vec<(String, Self)> {
        let side = Side::of(lang, &super::description::sample());
        let page = |recipe: &Recipe| {
            let page = Self::of(lang, side.clone(), recipe.name);
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
