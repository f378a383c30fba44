//! The texts of pages, from the Fluent files under `locales/`. Both languages have the same
//! messages; a test compares them and finds every message that a template names.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use crate::lang::Lang;

type Bundle = FluentBundle<FluentResource>;

const RU: [&str; 9] = [
    include_str!("../locales/ru/checkout.ftl"),
    include_str!("../locales/ru/decline.ftl"),
    include_str!("../locales/ru/docs.ftl"),
    include_str!("../locales/ru/invoice.ftl"),
    include_str!("../locales/ru/letter.ftl"),
    include_str!("../locales/ru/oauth.ftl"),
    include_str!("../locales/ru/demo.ftl"),
    include_str!("../locales/ru/sandbox.ftl"),
    include_str!("../locales/ru/widget.ftl"),
];
const EN: [&str; 9] = [
    include_str!("../locales/en/checkout.ftl"),
    include_str!("../locales/en/decline.ftl"),
    include_str!("../locales/en/docs.ftl"),
    include_str!("../locales/en/invoice.ftl"),
    include_str!("../locales/en/letter.ftl"),
    include_str!("../locales/en/oauth.ftl"),
    include_str!("../locales/en/demo.ftl"),
    include_str!("../locales/en/sandbox.ftl"),
    include_str!("../locales/en/widget.ftl"),
];

static BUNDLE_RU: LazyLock<Bundle> = LazyLock::new(|| bundle(Lang::Ru, RU));
static BUNDLE_EN: LazyLock<Bundle> = LazyLock::new(|| bundle(Lang::En, EN));

/// The texts of one language; cheap to copy into pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Texts(Lang);

impl Texts {
    /// The texts of `lang`.
    #[must_use]
    pub const fn of(lang: Lang) -> Self {
        Self(lang)
    }

    /// The message `key`.
    #[must_use]
    pub fn say(self, key: &str) -> String {
        self.format(key, None)
    }

    /// The message `key`, where `{ $name }` stands for `value`.
    #[must_use]
    pub fn say_with(self, key: &str, name: &str, value: &str) -> String {
        let mut args = FluentArgs::new();
        args.set(name, value);
        self.format(key, Some(&args))
    }

    /// Returns whether the language has this message.
    #[must_use]
    pub fn knows(self, key: &str) -> bool {
        self.bundle().has_message(key)
    }

    fn bundle(self) -> &'static Bundle {
        match self.0 {
            Lang::Ru => &BUNDLE_RU,
            Lang::En => &BUNDLE_EN,
        }
    }

    /// A missing message shows its key, which tests notice and buyers can bear.
    fn format(self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        let bundle = self.bundle();
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            tracing::error!(text.key = key, "text {key} is missing");
            return key.to_owned();
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, args, &mut errors);
        if !errors.is_empty() {
            tracing::error!(text.key = key, ?errors, "text {key} lacks an argument");
        }
        text.into_owned()
    }
}

fn bundle(lang: Lang, sources: [&'static str; 9]) -> Bundle {
    let mut language = LanguageIdentifier::default();
    if let Ok(known) = lang.tag().parse() {
        language = known;
    }
    let mut bundle = Bundle::new_concurrent(vec![language]);
    // These marks protect mixed directions; both languages are written left to right.
    bundle.set_use_isolating(false);
    for source in sources {
        let resource = match FluentResource::try_new(source.to_owned()) {
            Ok(resource) => resource,
            Err((resource, errors)) => {
                tracing::error!(?errors, "texts of {} are malformed", lang.tag());
                resource
            }
        };
        if let Err(errors) = bundle.add_resource(resource) {
            tracing::error!(?errors, "texts of {} are doubled", lang.tag());
        }
    }
    bundle
}

#[cfg(test)]
mod tests;
