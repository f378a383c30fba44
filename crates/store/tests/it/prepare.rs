//! Every SQL text in this crate and in `sql` is prepared on both engines.
//!
//! The texts are found in the sources: each string literal that begins like a statement. So none
//! can be forgotten. A text for one engine alone says so: its constant's name ends in `_SQLITE` or
//! `_POSTGRES`. A text that ends in `values` is the head of a many-row insert; one that ends in a
//! comma, after a row of typed nulls, is the head of a many-row update, and the next text its tail.

use std::fs;
use std::path::{Path, PathBuf};

use store::Engine;

use crate::database::{TestDatabase, connect};

/// The engines' own statements, which differ by nature.
const SKIPPED: [&str; 6] = [
    "sqlite",
    "postgres",
    "migrate.rs",
    "tests.rs",
    // Backups of PostgreSQL alone.
    "replacement.rs",
    "snapshot.rs",
];

const BEGINNINGS: [&str; 5] = ["select ", "insert ", "update ", "delete ", "with "];

struct Text {
    place: String,
    engine: Option<Engine>,
    sql: String,
}

#[tokio::test]
async fn every_statement_is_prepared_on_both_engines() {
    let mut texts = texts();
    texts.extend(store::texts::statements().into_iter().map(|made| Text {
        place: format!("made of data: {}", made.text),
        engine: made.engine,
        sql: made.text.to_owned(),
    }));
    assert!(
        texts.iter().any(|text| text.sql == "select 1"),
        "the engine's own probe was not found"
    );
    let mut refused = Vec::new();

    let sqlite = TestDatabase::new(Engine::Sqlite).await;
    sqlite.open().await.close().await;
    let store::Database::Sqlite { path } = sqlite.database() else {
        panic!("not SQLite")
    };
    let connection = rusqlite::Connection::open(path).unwrap();
    for text in texts
        .iter()
        .filter(|text| text.engine != Some(Engine::Postgres))
    {
        if let Err(error) = connection.prepare(&text.sql) {
            refused.push(format!("{} on SQLite: {error}", text.place));
        }
    }

    let postgres = TestDatabase::new(Engine::Postgres).await;
    let client = connect(postgres.database()).await;
    for text in texts
        .iter()
        .filter(|text| text.engine != Some(Engine::Sqlite))
    {
        if let Err(error) = client.prepare(&text.sql).await {
            let why = error
                .as_db_error()
                .map_or_else(|| error.to_string(), ToString::to_string);
            refused.push(format!("{} on PostgreSQL: {why}", text.place));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

/// What is declared in the sources is also shown to these tests.
#[test]
fn no_table_read_or_list_is_left_out() {
    let sources: Vec<String> = files()
        .iter()
        .map(|file| fs::read_to_string(file).unwrap())
        .collect();
    let count = |text: &str| -> usize {
        let counts = sources.iter().map(|source| source.matches(text).count());
        counts.sum()
    };
    let declared = store::texts::Count {
        tables: count("\ntable! {"),
        selects: count(": Select ="),
        parts: count(": Part ="),
        lists: count("List::new("),
    };
    assert_eq!(declared, store::texts::count());
}

fn texts() -> Vec<Text> {
    files().iter().flat_map(|file| in_file(file)).collect()
}

fn files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let store = Path::new(env!("CARGO_MANIFEST_DIR"));
    list(&store.join("src"), &mut files);
    list(&store.join("../sql/src"), &mut files);
    files
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if SKIPPED.contains(&name) || SKIPPED.contains(&name.trim_end_matches(".rs")) {
            continue;
        }
        if path.is_dir() {
            list(&path, files);
        } else {
            files.push(path);
        }
    }
}

fn in_file(file: &Path) -> Vec<Text> {
    let source = fs::read_to_string(file).unwrap();
    let mut texts = Vec::new();
    let literals = literals(&source);
    for (index, (line, before, literal)) in literals.iter().enumerate() {
        let begins = BEGINNINGS
            .iter()
            .any(|beginning| literal.starts_with(beginning));
        if !begins || literal.contains('{') {
            continue;
        }
        let name = before.rsplit_once("const ").map_or("", |(_, it)| it);
        let name = name.split(':').next().unwrap_or_default();
        let engine = if name.ends_with("_SQLITE") {
            Some(Engine::Sqlite)
        } else if name.ends_with("_POSTGRES") {
            Some(Engine::Postgres)
        } else {
            None
        };
        let place = format!("{}:{line}", file.file_name().unwrap().display());
        texts.push(Text {
            place,
            engine,
            sql: whole(literal, literals.get(index + 1).map_or("", |next| &next.2)),
        });
    }
    texts
}

/// A head of many rows gets one row of placeholders and, of an update, its tail.
fn whole(literal: &str, next: &str) -> String {
    let text = literal.trim_end();
    if text.ends_with(',') {
        let columns = text.matches("cast(null as ").count();
        let row: Vec<_> = (1..=columns).map(|it| format!("${it}")).collect();
        return format!("{text} ({}) {next}", row.join(", "));
    }
    if !text.ends_with("values") {
        return text.to_owned();
    }
    let columns = text
        .split_once('(')
        .and_then(|(_, it)| it.split_once(')'))
        .unwrap()
        .0;
    let row: Vec<_> = (1..=columns.split(',').count())
        .map(|it| format!("${it}"))
        .collect();
    format!("{text} ({})", row.join(", "))
}

/// The string literals of a source: line, the code before it on the same statement, content.
fn literals(source: &str) -> Vec<(usize, String, String)> {
    let mut found = Vec::new();
    let mut code = String::new();
    let mut rest = source;
    while let Some(sign) = rest.chars().next() {
        let line = source.len() - rest.len();
        if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if rest.starts_with("r\"") {
            let end = 2 + rest[2..].find('"').unwrap();
            found.push((line, code.clone(), rest[2..end].to_owned()));
            rest = &rest[end + 1..];
        } else if rest.starts_with("'\"'") {
            rest = &rest[3..];
        } else if sign == '"' {
            let (literal, length) = unescaped(&rest[1..]);
            found.push((line, code.clone(), literal));
            rest = &rest[1 + length..];
        } else {
            if sign == ';' {
                code.clear();
            } else {
                code.push(sign);
            }
            rest = &rest[sign.len_utf8()..];
        }
    }
    for (place, _, _) in &mut found {
        *place = 1 + source[..*place].matches('\n').count();
    }
    found
}

/// The content of a literal whose opening quote was taken, and its length with the closing one.
fn unescaped(text: &str) -> (String, usize) {
    let mut content = String::new();
    let mut signs = text.char_indices().peekable();
    while let Some((at, sign)) = signs.next() {
        match sign {
            '"' => return (content, at + 1),
            '\\' => match signs.next().unwrap().1 {
                '\n' => while signs.next_if(|(_, sign)| sign.is_whitespace()).is_some() {},
                'n' => content.push('\n'),
                other => content.push(other),
            },
            other => content.push(other),
        }
    }
    panic!("a literal without an end");
}

#[test]
fn literals_are_found_as_the_compiler_sees_them() {
    let source = concat!(
        "// \"select no\"\nconst A_SQLITE: &str = \"\\\nselect \\\"x\\\"\n  from t\";\n",
        "f('\"', \"update t\");"
    );
    let found = literals(source);
    assert_eq!(found.len(), 2);
    assert_eq!(
        found[0],
        (
            2,
            "\nconst A_SQLITE: &str = ".to_owned(),
            "select \"x\"\n  from t".to_owned()
        )
    );
    assert_eq!((found[1].0, found[1].2.as_str()), (5, "update t"));
    assert_eq!(
        whole("insert into t (a, b) values", "x"),
        "insert into t (a, b) values ($1, $2)"
    );
    assert_eq!(
        whole("update t from (values (cast(null as text)),", ") v"),
        "update t from (values (cast(null as text)), ($1) ) v"
    );
}
