//! Each check finds what it is for, and does not complain about what is right.

use super::source::{self, Kind};
use super::{
    Exceptions, File, Finding, Tree, banned, circles, coverage, crates, layout, migrations,
};
use super::{paths, text};

type Check = fn(&Tree, &Exceptions) -> Vec<Finding>;

fn tree(files: &[(&str, &str)]) -> Tree {
    let file = |(path, text): &(&str, &str)| File {
        path: (*path).to_owned(),
        text: (*text).to_owned(),
    };
    Tree {
        files: files.iter().map(file).collect(),
    }
}

fn findings(check: Check, files: &[(&str, &str)]) -> Vec<String> {
    let found = check(&tree(files), &Exceptions::default());
    found.iter().map(ToString::to_string).collect()
}

/// Expects one finding per text, each containing it, in order.
fn expect(check: Check, files: &[(&str, &str)], wanted: &[&str]) {
    let found = findings(check, files);
    assert_eq!(found.len(), wanted.len(), "{found:#?}");
    for (found, wanted) in found.iter().zip(wanted) {
        assert!(found.contains(wanted), "{found} does not say {wanted}");
    }
}

#[test]
fn source_is_cut_into_code_comments_and_literals() {
    let text = "let a = \"x // \\\" y\"; // f64 'a\nlet b: &'a str = r#\"\"q\"\"#; let c = '\"';";
    let pieces = source::pieces(text);
    let of = |kind: Kind| -> Vec<&str> {
        pieces
            .iter()
            .filter(|piece| piece.kind == kind)
            .map(|piece| piece.text.as_str())
            .collect()
    };
    assert_eq!(of(Kind::Literal), ["\"x // \\\" y\"", "r#\"\"q\"\"#"]);
    assert_eq!(of(Kind::Comment), ["// f64 'a"]);
    assert_eq!(
        pieces
            .iter()
            .map(|piece| piece.text.as_str())
            .collect::<String>(),
        text
    );
    assert_eq!(pieces.last().map(|piece| piece.line), Some(2));
}

#[test]
fn nested_comments_and_escaped_characters_are_followed() {
    let pieces = source::pieces("/* a /* b */ c */ x('\\'', b'\"', \"s\")");
    let kinds: Vec<Kind> = pieces.iter().map(|piece| piece.kind).collect();
    assert_eq!(
        kinds,
        [Kind::Comment, Kind::Code, Kind::Literal, Kind::Code]
    );
}

#[test]
fn long_lines_and_blanks_are_found() {
    let long = format!("//! {}\n", "word ".repeat(25).trim_end());
    expect(text::check, &[("a/x.rs", &long)], &["x.rs:1: 128 columns"]);
    expect(text::check, &[("a.md", "word \n")], &["a.md:1: blank"]);
    expect(text::check, &[("a.sql", "\tselect 1\n")], &["a tab"]);
    expect(text::check, &[("a.rs", "//! A.")], &["newline"]);
    expect(text::check, &[("a.rs", "//! A.\n\n")], &["empty line"]);
}

#[test]
fn long_words_and_wide_prose_pass() {
    let address = format!("//! See {}/{}.\n", "https://example.test", "a".repeat(90));
    let row = format!("| {} |\n", "cell ".repeat(40));
    expect(text::check, &[("x.rs", &address), ("x.md", &row)], &[]);
}

#[test]
fn unfinished_marks_are_found() {
    let mark = format!("//! A.\n// {}{} later\n", "FIX", "ME");
    expect(text::check, &[("x.rs", &mark)], &["x.rs:2: unfinished"]);
}

#[test]
fn code_that_was_commented_out_is_found() {
    let code = "//! A.\n// let x = 1;\n//     send(mail);\n// if paid {\n";
    expect(
        text::check,
        &[("x.rs", code)],
        &["x.rs:2", "x.rs:3", "x.rs:4"],
    );
    let prose = "//! A.\n// The buyer paid;\n// for each of them there is a job.\n";
    expect(text::check, &[("x.rs", prose)], &[]);
}

#[test]
fn doc_comments_that_ask_are_found() {
    let asking = "//! A. Is it?\n/// May it? Perhaps.\nfn f() {}\n";
    expect(
        text::check,
        &[("x.rs", asking)],
        &["x.rs:1: a doc comment that asks", "x.rs:2"],
    );
    let saying = "//! A.\n//! f()?;\n/// Returns whether it may.\nfn f() {} // Why? So.\n";
    expect(text::check, &[("x.rs", saying)], &[]);
}

#[test]
fn files_open_with_their_purpose_and_stay_short() {
    expect(
        layout::files,
        &[("x.rs", "use std::fmt;\n")],
        &["x.rs:1: does not open"],
    );
    let long = format!("//! A.\n{}", "\n".repeat(800));
    expect(
        layout::files,
        &[("src/x.rs", &long)],
        &["801 lines; the limit is 800"],
    );
    expect(layout::files, &[("src/x/tests.rs", &long)], &[]);
}

#[test]
fn exceptions_of_length_only_shrink() {
    let long = format!("//! A.\n{}", "\n".repeat(899));
    let check = |allowed: usize, path: &str| {
        let exceptions = Exceptions {
            lines: [(path.to_owned(), allowed)].into(),
            ..Exceptions::default()
        };
        layout::files(&tree(&[("src/x.rs", &long)]), &exceptions).len()
    };
    assert_eq!(check(900, "src/x.rs"), 0);
    assert_eq!(check(899, "src/x.rs"), 1, "longer than its exception");
    assert_eq!(check(901, "src/x.rs"), 1, "shorter than its exception");
    assert_eq!(
        check(900, "src/gone.rs"),
        2,
        "no exception of its own, and one for nothing"
    );
}

#[test]
fn names_that_say_nothing_are_found() {
    expect(layout::names, &[("src/utils.rs", "//! A.\n")], &["`utils`"]);
    expect(
        layout::names,
        &[("src/common/a.rs", "//! A.\n")],
        &["`common`"],
    );
    expect(
        layout::names,
        &[("src/a.rs", "//! A.\npub mod types {\n}\n")],
        &["`types`"],
    );
    expect(
        layout::names,
        &[("src/money.rs", "//! A.\nmod common_law;\n")],
        &[],
    );
}

fn manifest(name: &str, rest: &str) -> String {
    let inherited: String = ["version", "edition", "rust-version", "license", "publish"]
        .map(|key| format!("{key}.workspace = true\n"))
        .concat();
    format!("[package]\nname = \"{name}\"\n{inherited}[lints]\nworkspace = true\n{rest}")
}

#[test]
fn crates_use_each_other_as_the_architecture_says() {
    let map = "# Map\n```dependencies\ndomain →\nstore → domain\n```\n";
    let domain = manifest("domain", "");
    let right = manifest("store", "[dependencies]\ndomain.workspace = true\n");
    let none = manifest("store", "");
    let reversed = manifest("domain", "[dependencies]\nstore.workspace = true\n");
    let run = |domain: &str, store: &str, wanted: &[&str]| {
        let files = [
            ("ARCHITECTURE.md", map),
            ("crates/domain/Cargo.toml", domain),
            ("crates/store/Cargo.toml", store),
        ];
        expect(crates::dependencies, &files, wanted);
    };
    run(&domain, &right, &[]);
    run(&domain, &none, &["store does not use domain"]);
    run(&reversed, &right, &["domain may not use store"]);
    let tests = manifest("domain", "[dev-dependencies]\nstore.workspace = true\n");
    run(&tests, &right, &["domain may not use store in tests"]);
    let files = [
        ("ARCHITECTURE.md", map),
        ("crates/domain/Cargo.toml", domain.as_str()),
    ];
    expect(crates::dependencies, &files, &["there is no crate store"]);
    expect(
        crates::dependencies,
        &[("ARCHITECTURE.md", "# Map\n")],
        &["has no block"],
    );
}

#[test]
fn who_names_a_cards_number_is_found() {
    let docs = manifest("docs", "[dependencies]\ncard.workspace = true\n");
    let checkout = manifest("checkout", "[dependencies]\ncard.workspace = true\n");
    let tests = manifest("pages", "[dev-dependencies]\ncard.workspace = true\n");
    let files = [
        ("crates/docs/Cargo.toml", docs.as_str()),
        ("crates/checkout/Cargo.toml", checkout.as_str()),
        ("crates/pages/Cargo.toml", tests.as_str()),
        (
            "crates/app/src/lib.rs",
            "//! A.\npub use card::CardNumber;\n",
        ),
        ("crates/app/src/a.rs", "//! A.\nuse card::CardNumber;\n"),
    ];
    let wanted = [
        "crates/docs/Cargo.toml: may not name",
        "crates/pages/Cargo.toml: may not name",
        "crates/app/src/lib.rs:2: passes",
    ];
    expect(crates::cards, &files, &wanted);
}

#[test]
fn circles_between_modules_are_found() {
    let root = (
        "crates/app/src/lib.rs",
        "mod a;\nmod b;\nmod c;\npub use c::{C, D};\n",
    );
    let a = ("crates/app/src/a.rs", "use crate::{b::B, b::{E as F}};\n");
    let b = (
        "crates/app/src/b.rs",
        "// crate::a\nlet x = \"crate::a\";\n",
    );
    let child = (
        "crates/app/src/b/child.rs",
        "use super::B;\nfn f() { super::super::D }\n",
    );
    let c = (
        "crates/app/src/c.rs",
        "#[cfg(test)]\nmod tests {\n    use crate::a::A;\n}\n",
    );
    expect(circles::check, &[root, a, b, child, c], &[]);
    let closed = ("crates/app/src/c.rs", "fn f() -> crate::a::A {}\n");
    let files = [root, a, b, child, closed];
    expect(circles::check, &files, &["in a circle: a, b, c"]);
    let mut exceptions = Exceptions::default();
    let listed = |modules: &[&str]| modules.iter().map(|name| (*name).to_owned()).collect();
    exceptions
        .circles
        .insert("app".to_owned(), listed(&["a", "b", "c"]));
    assert_eq!(circles::check(&tree(&files), &exceptions).len(), 0);
    let open = circles::check(&tree(&[root, a, b, child, c]), &exceptions);
    assert_eq!(open.len(), 3, "what is mended leaves the list");
}

#[test]
fn floats_and_wildcards_are_found() {
    let rust = "//! f64 is fine here.\n// f64\nlet x: f64 = f(\"f32\");\n";
    expect(
        banned::check,
        &[("crates/app/src/a.rs", rust)],
        &["a.rs:3: `f64`"],
    );
    expect(banned::check, &[("benches/src/a.rs", rust)], &[]);
    let mut exceptions = Exceptions::default();
    exceptions
        .floats
        .insert("crates/app/src/a.rs".to_owned(), 1);
    let files = [("crates/app/src/a.rs", rust)];
    assert_eq!(banned::check(&tree(&files), &exceptions).len(), 0);
    exceptions
        .floats
        .insert("crates/app/src/a.rs".to_owned(), 2);
    assert_eq!(
        banned::check(&tree(&files), &exceptions).len(),
        1,
        "larger than needed"
    );
    let store = "//! A.\nconst A: &str = \"select * from payment\";\nconst B: &str = \"real\";\n";
    expect(
        banned::check,
        &[
            ("crates/store/src/a.rs", store),
            ("crates/sql/src/b.rs", store),
        ],
        &["a.rs:2: `select *`", "b.rs:2: `select *`"],
    );
    let sql = "create table a (\n  b real, -- double\n  reality text default (now())\n);\n";
    expect(
        banned::check,
        &[("a.sql", sql)],
        &["a.sql:2: `real`", "a.sql:3: `now(`"],
    );
}

#[test]
fn migrations_are_paired_numbered_and_unchanged() {
    let one = (
        "crates/store/migrations/sqlite/0001_shop.sql",
        "create table shop ();\n",
    );
    let two = (
        "crates/store/migrations/postgres/0001_shop.sql",
        "create table shop ();\n",
    );
    let recorded = migrations::checksums(&tree(&[two, one]));
    let sums = (migrations::CHECKSUMS, recorded.as_str());
    let list = ("crates/store/src/migrations.rs", "1 \"0001_shop\",");
    expect(migrations::check, &[two, one, sums, list], &[]);
    expect(migrations::check, &[two, one, sums], &["is not applied"]);
    expect(
        migrations::check,
        &[one, list],
        &["one database only", "not recorded"],
    );
    let changed = (one.0, "create table shops ();\n");
    expect(
        migrations::check,
        &[two, changed, sums, list],
        &["not recorded", "what is not there"],
    );
    let late = [
        ("crates/store/migrations/sqlite/0002_shop.sql", ""),
        ("crates/store/migrations/postgres/0002_shop.sql", ""),
    ];
    let sums = migrations::checksums(&tree(&late));
    let list = (list.0, "1 \"0002_shop\",");
    let sums = (migrations::CHECKSUMS, sums.as_str());
    let files = [late[0], late[1], sums, list];
    expect(migrations::check, &files, &["a migration 0001 is due"]);
}

#[test]
fn statements_that_differ_are_counted() {
    let code = "//! A.\nlet sql = tx.pick(ONE, OTHER); // tx.pick(\n";
    let files = [("crates/store/src/payment.rs", code)];
    expect(migrations::check, &files, &["1 statements differ"]);
    let exceptions = Exceptions {
        dialect_pairs: 1,
        ..Exceptions::default()
    };
    assert_eq!(migrations::check(&tree(&files), &exceptions).len(), 0);
}

#[test]
fn routes_outside_of_the_table_are_found() {
    let code = "//! A.\nfn f() { r.route(\n    \"/v3/me\", get(me)).route(routes::PAY, pay) }\n";
    let wanted = ["door.rs:3: \"/v3/me\" is not mounted"];
    for file in ["crates/api/src/door.rs", "crates/docs/src/door.rs"] {
        expect(coverage::check, &[(file, code)], &wanted);
    }
    expect(
        coverage::check,
        &[("crates/server/src/health.rs", code)],
        &[],
    );
}

#[test]
fn templates_without_samples_are_found() {
    let template = (
        "crates/checkout/templates/bind/pay.html",
        "{% extends \"base.html\" %}\n",
    );
    let layout = ("crates/pages/templates/base.html", "<html></html>\n");
    let partial = ("crates/checkout/templates/_card.html", "<p></p>\n");
    let page = "//! A.\n#[template(path = \"bind/pay.html\")]\n";
    let bare = ("crates/checkout/src/bind/pay.rs", page);
    let sampled = format!("{page}fn samples() {{}}\n");
    let elsewhere = ("crates/docs/src/pay.rs", sampled.as_str());
    let sampled = ("crates/checkout/src/bind/pay.rs", sampled.as_str());
    expect(
        coverage::check,
        &[template, layout, partial, elsewhere],
        &["no page uses"],
    );
    expect(
        coverage::check,
        &[template, layout, partial, bare],
        &["has no `samples()`"],
    );
    expect(coverage::check, &[template, layout, partial, sampled], &[]);
}

#[test]
fn documents_name_what_exists() {
    let readme = "[map](ARCHITECTURE.md#map) and `crates/gone/src`, not `crates/*/src`.\n";
    let files = [
        ("README.md", readme),
        ("README.ru.md", "[issue](https://example.test)\n"),
        ("ARCHITECTURE.md", "`crates/store`, `docs`\n"),
        ("CONTRIBUTING.md", "[gone](docs/gone.md)\n"),
        ("crates/store/src/lib.rs", "//! A.\n"),
    ];
    let wanted = [
        "README.md:1: `crates/gone/src`",
        "CONTRIBUTING.md:1: `docs/gone.md`",
    ];
    expect(paths::check, &files, &wanted);
    expect(
        paths::check,
        &files[1..4],
        &["README.md: is missing", "crates/store", "gone.md"],
    );
}

#[test]
fn manifests_take_everything_from_the_workspace() {
    let path = "crates/store/Cargo.toml";
    expect(crates::manifests, &[(path, &manifest("store", ""))], &[]);
    let own = manifest("store", "[dependencies]\nserde = \"1\"\n");
    expect(
        crates::manifests,
        &[(path, &own)],
        &["serde does not come from the workspace"],
    );
    expect(
        crates::manifests,
        &[(path, &manifest("shop", ""))],
        &["not named as its folder"],
    );
    let bare = "[package]\nname = \"store\"\n";
    assert_eq!(findings(crates::manifests, &[(path, bare)]).len(), 6);
}

#[test]
fn lock_files_name_public_registries() {
    let cargo = "source = \"registry+https://mirror.test/index\"\n";
    expect(
        crates::manifests,
        &[("Cargo.lock", cargo)],
        &["another registry"],
    );
    let npm = "  \"resolved\": \"http://10.0.0.1/a.tgz\",\n";
    let right = "  \"resolved\": \"https://registry.npmjs.org/a.tgz\",\n";
    expect(
        crates::manifests,
        &[("web/package-lock.json", npm)],
        &["another registry"],
    );
    expect(crates::manifests, &[("web/package-lock.json", right)], &[]);
}

#[test]
fn libraries_without_a_reason_are_found() {
    let root = "[workspace.dependencies]\nstore = { path = \"store\" }\nserde = \"1\"\n";
    let list = "| `toml` | what for | what instead | MIT |\n";
    let files = [("Cargo.toml", root), ("docs/dependencies.md", list)];
    expect(
        crates::manifests,
        &files,
        &["says nothing of serde", "toml is not used"],
    );
}
