//! Which build this is: the version of the package and, if the build was given it, the commit.
//!
//! The commit comes from a variable of the build, which `cargo xtask build` sets: only this crate
//! is compiled again for another commit, and a build without git has none.

use std::sync::LazyLock;

/// The commit as git names it: `d06f00dfeed1`, or with changes `d06f00dfeed1-dirty`.
const COMMIT: Option<&str> = option_env!("BUILD_COMMIT");

static VERSION: LazyLock<String> = LazyLock::new(|| version(COMMIT));

/// The version in the form that is shown.
pub(crate) fn of_build() -> &'static str {
    &VERSION
}

fn version(commit: Option<&str>) -> String {
    let package = env!("CARGO_PKG_VERSION");
    match commit.map(str::trim).filter(|commit| !commit.is_empty()) {
        Some(commit) => format!("{package} ({commit})"),
        None => package.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn two_builds_of_one_version_differ_by_their_commit() {
        let package = env!("CARGO_PKG_VERSION");
        assert_ne!(package, "0.0.0");
        assert_eq!(version(None), package);
        assert_eq!(version(Some("")), package);
        let one = version(Some("d06f00dfeed1"));
        assert_eq!(one, format!("{package} (d06f00dfeed1)"));
        assert_ne!(one, version(Some("d06f00dfeed1-dirty")));
    }
}
