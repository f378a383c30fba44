//! What all pages share: language and its switch, style, script.

use domain::shop::Site;

use crate::assets;
use crate::lang::Lang;
use crate::text::Texts;

/// The frame of a page.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The language of the page.
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
    /// What the page says to the shop's page around it, if there is one.
    pub framed: Option<Framed>,
}

/// What a page in a frame says to the page around it.
#[derive(Clone, Debug)]
pub struct Framed {
    /// How far the payer is: `form`, `waiting`, `challenge`, `paid`, `failed`, `over`, `returned`
    /// or `error`.
    pub state: &'static str,
    /// The address of a challenge, or the code of an error.
    pub detail: String,
    /// After how many milliseconds the page is out of date.
    pub left: Option<i64>,
    /// The sites whose pages may stand around it; empty if every site may.
    pub sites: Vec<Site>,
}

/// A link of the language switch.
#[derive(Clone, Debug)]
pub struct LangLink {
    /// The language's tag.
    pub tag: &'static str,
    /// Its name in itself.
    pub name: &'static str,
    /// The address of the page in it.
    pub url: String,
    /// Whether it is the language of the page.
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
            framed: None,
        }
    }

    /// The frame of a page that stands in a shop's page.
    #[must_use]
    pub fn framed(mut self, state: &'static str, detail: &str, sites: &[Site]) -> Self {
        self.script = assets::frame_script_url();
        self.framed = Some(Framed {
            state,
            detail: detail.to_owned(),
            left: None,
            sites: sites.to_vec(),
        });
        self
    }

    /// The same page, which is out of date after `millis`.
    #[must_use]
    pub fn left(mut self, millis: i64) -> Self {
        if let Some(framed) = &mut self.framed {
            framed.left = Some(millis);
        }
        self
    }
}
