//! What all pages share: language and its switch, style, script.

use crate::assets;
use crate::lang::Lang;
use crate::text::Texts;

/// The frame of a page.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The language the page speaks.
    pub lang: Lang,
    /// Its texts.
    pub t: Texts,
    /// The same page in each language.
    pub langs: Vec<LangLink>,
    /// Address of the style.
    pub style: String,
    /// Address of the script, if it has been built.
    pub script: Option<String>,
    /// Address of the icon.
    pub icon: String,
}

/// A link of the language switch.
#[derive(Clone, Debug)]
pub struct LangLink {
    /// The language's tag.
    pub tag: &'static str,
    /// Its name in itself.
    pub name: &'static str,
    /// The page in it.
    pub url: String,
    /// Is it the page's own?
    pub current: bool,
}

impl Frame {
    /// A frame for a page that has no address of its own in each language.
    #[must_use]
    pub fn plain(lang: Lang) -> Self {
        Self {
            langs: Vec::new(),
            ..Self::new(lang, |_| String::new())
        }
    }

    /// A frame in `lang` for the page whose address in a language is `address(language)`.
    #[must_use]
    pub fn new(lang: Lang, address: impl Fn(Lang) -> String) -> Self {
        let langs = Lang::ALL
            .into_iter()
            .map(|other| LangLink {
                tag: other.tag(),
                name: match other {
                    Lang::Ru => "Русский",
                    Lang::En => "English",
                },
                url: address(other),
                current: other == lang,
            })
            .collect();
        Self {
            lang,
            t: Texts::of(lang),
            langs,
            style: assets::style_url(),
            script: assets::script_url(),
            icon: assets::icon_url(),
        }
    }
}
