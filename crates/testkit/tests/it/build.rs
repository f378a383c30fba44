//! What the build script refuses.

#[path = "../../../pages/build.rs"]
#[expect(
    clippy::print_stdout,
    dead_code,
    reason = "a build script talks to cargo by printing"
)]
mod script;

use std::path::Path;

#[test]
fn a_release_needs_the_page_assets_and_other_builds_do_not() {
    let nothing = Path::new("no such folder");
    let refusal = script::refusal("release", nothing).unwrap();
    assert!(refusal.contains("`cargo xtask build`"), "{refusal}");
    assert_eq!(script::refusal("debug", nothing), None);
    // Which scripts there are, the command that builds them says.
    let package = include_str!("../../../pages/assets/package.json");
    let build = package
        .lines()
        .find(|line| line.contains("\"build\":"))
        .unwrap();
    let made = build
        .split(' ')
        .filter_map(|word| word.strip_prefix("src/"));
    let mut made: Vec<String> = made
        .filter_map(|word| word.strip_suffix(".ts"))
        .map(|name| format!("{name}.js"))
        .collect();
    made.sort();
    let mut wanted = script::SCRIPTS.map(str::to_owned).to_vec();
    wanted.sort();
    assert_eq!(made, wanted);
}
