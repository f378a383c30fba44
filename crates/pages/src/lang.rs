//! The language of a page: the buyer's own choice, then the payment's, then the browser's.

use domain::payment::Locale;

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    /// Russian, the default.
    Ru,
    /// English.
    En,
}

impl Lang {
    /// Every language, in the order of the switch.
    pub const ALL: [Self; 2] = [Self::Ru, Self::En];

    /// The tag of the `lang` attribute and of our addresses.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Ru => "ru",
            Self::En => "en",
        }
    }

    /// The language of a tag such as `ru`, `en-GB` or `ru_RU`.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or("");
        Self::ALL
            .into_iter()
            .find(|lang| primary.eq_ignore_ascii_case(lang.tag()))
    }

    /// The first of these that is one of ours: what the buyer chose on the page, what the merchant
    /// asked for the payment, what the browser accepts; otherwise Russian.
    #[must_use]
    pub fn choose(chosen: Option<&str>, locale: Option<Locale>, accepted: Option<&str>) -> Self {
        chosen
            .and_then(Self::from_tag)
            .or_else(|| locale.map(Self::from))
            .or_else(|| accepted.and_then(Self::from_accepted))
            .unwrap_or(Self::Ru)
    }

    /// The one of our languages that an `Accept-Language` header likes best.
    fn from_accepted(header: &str) -> Option<Self> {
        let mut best: Option<(u16, Self)> = None;
        for range in header.split(',') {
            let (tag, weight) = match range.split_once(';') {
                Some((tag, parameter)) => (tag, per_mille(parameter)),
                None => (range, 1_000),
            };
            let Some(lang) = Self::from_tag(tag) else {
                continue;
            };
            if weight > 0 && best.is_none_or(|(highest, _)| weight > highest) {
                best = Some((weight, lang));
            }
        }
        best.map(|(_, lang)| lang)
    }
}

impl From<Locale> for Lang {
    fn from(locale: Locale) -> Self {
        match locale {
            Locale::Russian => Self::Ru,
            Locale::English => Self::En,
        }
    }
}

impl From<Lang> for Locale {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::Ru => Self::Russian,
            Lang::En => Self::English,
        }
    }
}

/// The weight `q=0.8` as 800; 0 if it cannot be read.
fn per_mille(parameter: &str) -> u16 {
    let Some(value) = parameter.trim().strip_prefix("q=") else {
        return 0;
    };
    let (whole, part) = value.split_once('.').unwrap_or((value, ""));
    let part: String = part.chars().chain("000".chars()).take(3).collect();
    match whole {
        "1" => 1_000,
        "0" => part.parse().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use domain::payment::Locale;

    use super::Lang;

    #[track_caller]
    fn check(chosen: &str, locale: Option<Locale>, accepted: &str, expected: Lang) {
        let given = |text| Some(text).filter(|text: &&str| !text.is_empty());
        let lang = Lang::choose(given(chosen), locale, given(accepted));
        assert_eq!(lang, expected);
    }

    #[test]
    fn nobody_says_anything_and_the_page_is_russian() {
        check("", None, "", Lang::Ru);
        check("", None, "de-DE,fr;q=0.5", Lang::Ru);
    }

    #[test]
    fn the_buyers_choice_beats_the_payments_locale_and_that_beats_the_browser() {
        check("en", Some(Locale::Russian), "ru", Lang::En);
        check("", Some(Locale::English), "ru", Lang::En);
        check("xx", None, "en-GB", Lang::En);
    }

    #[test]
    fn the_browser_is_heard_by_weight() {
        check("", None, "de, en;q=0.7, ru;q=0.9", Lang::Ru);
        check("", None, "en-US,en;q=0.9,ru;q=0.8", Lang::En);
        check("", None, "en;q=0, ru;q=0.1", Lang::Ru);
        check("", None, "en;q=garbage", Lang::Ru);
    }
}
