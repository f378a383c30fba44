//! Both databases have the same tables, columns, keys and indexes, and `schema.txt` shows them.
//!
//! After a migration: `ALTYN_UPDATE_SCHEMA=1 cargo nextest run -p store schema`.

mod postgres;
mod sqlite;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use store::Engine;

use crate::database::{both, connect};

/// Tables by name, each with its lines in a normal form.
type Catalogue = BTreeMap<String, Vec<String>>;

#[tokio::test]
async fn both_schemas_agree_with_the_committed_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.txt");
    both(|store, engine| {
        let path = path.clone();
        async move {
            let catalogue = match store.database() {
                store::Database::Sqlite { path } => sqlite::catalogue(path),
                store::Database::Postgres { .. } => {
                    postgres::catalogue(&connect(store.database()).await).await
                }
            };
            let printed = print(&catalogue);
            if engine == Engine::Sqlite && std::env::var_os("ALTYN_UPDATE_SCHEMA").is_some() {
                fs::write(&path, &printed).unwrap();
            }
            let committed = fs::read_to_string(&path).unwrap();
            let differing = differing(&committed, &printed);
            assert!(
                differing.is_empty(),
                "{engine:?} differs from schema.txt:\n{differing}"
            );
        }
    })
    .await;
}

fn print(catalogue: &Catalogue) -> String {
    let mut text = String::from(
        "The schema, as both databases have it. Printed by a test; see tests/it/schema.rs.\n",
    );
    for (table, lines) in catalogue {
        text.push_str(&format!("\n{table}\n"));
        for line in lines {
            text.push_str(&format!("  {line}\n"));
        }
    }
    text
}

/// The lines that only one of two texts has, each after the table it is in.
fn differing(committed: &str, printed: &str) -> String {
    let placed = |text: &str| -> Vec<String> {
        let mut table = String::new();
        let mut lines = Vec::new();
        for line in text.lines().skip(1).filter(|line| !line.is_empty()) {
            if line.starts_with(' ') {
                lines.push(format!("{table}: {}", line.trim()));
            } else {
                table = line.to_owned();
                lines.push(format!("{table}:"));
            }
        }
        lines
    };
    let (committed, printed) = (placed(committed), placed(printed));
    let missing = committed
        .iter()
        .filter(|it| !printed.contains(it))
        .map(|it| format!("- {it}\n"));
    let added = printed
        .iter()
        .filter(|it| !committed.contains(it))
        .map(|it| format!("+ {it}\n"));
    missing.chain(added).collect()
}
