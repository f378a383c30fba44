//! How asking for access ends: granted, refused, or not possible. The page leads on to the
//! application if that has an address, and shows the code if it has none.

use askama::Template;
use pages::frame::Frame;
use pages::lang::Lang;
use pages::routes;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "oauth/message.html")]
pub struct MessagePage {
    /// Language, style, script.
    pub frame: Frame,
    /// What happened, in a few words.
    pub title: String,
    /// What it means, and what to do.
    pub text: String,
    /// The code that a merchant types into the application, if that has no address.
    pub code: Option<String>,
    /// The application's address, with the answer in it.
    pub target: Option<String>,
}

impl MessagePage {
    /// Access is granted.
    pub(crate) fn granted(frame: Frame, application: &str, code: &str) -> Self {
        let t = frame.t;
        Self {
            title: t.say("oauth-granted"),
            text: t.say_with("oauth-granted-text", "application", application),
            code: Some(code.to_owned()),
            target: None,
            frame,
        }
    }

    /// Access is refused.
    pub(crate) fn refused(frame: Frame, application: &str) -> Self {
        let t = frame.t;
        Self {
            title: t.say("oauth-refused"),
            text: t.say_with("oauth-refused-text", "application", application),
            code: None,
            target: None,
            frame,
        }
    }

    /// Nothing can be granted; the text says why.
    pub(crate) fn wrong(frame: Frame, text: &str) -> Self {
        let t = frame.t;
        Self {
            title: t.say("oauth-wrong"),
            text: t.say(text),
            code: None,
            target: None,
            frame,
        }
    }

    /// The page in each of its looks.
    #[must_use]
    pub fn samples(lang: Lang) -> Vec<(String, Self)> {
        let frame = || Frame::new(lang, |lang| routes::authorize("ap-1", "", "", lang));
        let code = "q7x1kTn0S0mZ2o3vVfY8wJr5uB6cD9eFgHiJkLmNoPq";
        let shown = Self::granted(frame(), "Касса", code);
        let mut leaving = shown.clone();
        leaving.target = Some(format!("https://partner.example/back?code={code}&state=1"));
        let refused = Self::refused(frame(), "Касса");
        let mut samples = vec![
            ("shown".to_owned(), shown),
            ("leaving".to_owned(), leaving),
            ("refused".to_owned(), refused),
        ];
        for text in [
            "oauth-wrong-client",
            "oauth-wrong-request",
            "oauth-wrong-state",
            "oauth-wrong-form",
            "oauth-wrong-fields",
        ] {
            let page = Self::wrong(Frame::plain(lang), text);
            samples.push((text.to_owned(), page));
        }
        samples
    }
}
