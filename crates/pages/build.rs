//! Makes cargo notice when the page assets were built: a new file in `assets/dist` is embedded only
//! if the crate is compiled again. A release is not built without them, because its pages would
//! have no scripts; other builds are, so that tests need no npm.

use std::path::Path;

/// The scripts that pages load.
pub(crate) const SCRIPTS: [&str; 7] = [
    "checkout.js",
    "checkout-js.js",
    "checkout-widget.js",
    "demo.js",
    "docs.js",
    "frame.js",
    "payouts-data.js",
];

fn main() {
    println!("cargo:rerun-if-changed=assets/dist");
    println!("cargo:rerun-if-changed=assets/src");
    #[expect(
        clippy::disallowed_methods,
        reason = "cargo tells a build script its profile so"
    )]
    let profile = std::env::var("PROFILE").unwrap_or_default();
    if let Some(refusal) = refusal(&profile, Path::new("assets/dist")) {
        println!("cargo::error={refusal}");
    }
}

/// Why this profile cannot be built with the files in the folder.
pub(crate) fn refusal(profile: &str, built: &Path) -> Option<String> {
    let missing = SCRIPTS.iter().find(|name| !built.join(name).is_file())?;
    let says = format!(
        "crates/pages/assets/dist/{missing} is missing, so pages would have no scripts; \
         run `cargo xtask build`, which makes the page assets and then the release"
    );
    (profile == "release").then_some(says)
}
