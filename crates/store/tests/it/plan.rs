//! Each read that names its index is served by it on both engines: each shape of each list, and
//! the reads of one column. The plans are asked for on the connections that the server reads with.

use std::fs;
use std::path::Path;

use sql::Param;
use store::texts::{Planned, planned};
use store::{Conn, Engine, Store, ToParam};

use crate::database::both;

#[tokio::test]
async fn every_shape_of_every_list_is_served_by_its_index() {
    both(|store, engine| async move {
        let all = planned();
        assert!(60 < all.len(), "only {} reads name an index", all.len());
        let mut wrong = Vec::new();
        for planned in all {
            let plan = plan(&store, engine, &planned).await;
            let plan = format!("{plan} ");
            let served = plan.contains(&format!("{} ", planned.index))
                || engine == Engine::Sqlite && is_unique(planned.index) && is_by_key(&plan);
            let sorted = plan.contains("Sort") || plan.contains("TEMP B-TREE");
            if !served || planned.is_walked && sorted {
                wrong.push(format!("{}\n{plan}\n{}", planned.index, planned.text));
            }
        }
        assert!(wrong.is_empty(), "{engine:?}:\n{}", wrong.join("\n\n"));
    })
    .await;
}

/// Returns whether it is the index of a constraint. SQLite gives those names of its own.
fn is_unique(index: &str) -> bool {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.txt");
    let schema = fs::read_to_string(schema).unwrap();
    ["unique", "primary key"]
        .iter()
        .any(|kind| schema.contains(&format!("  {kind} {index} (")))
}

fn is_by_key(plan: &str) -> bool {
    plan.contains("USING INDEX sqlite_autoindex_") || plan.contains("USING INTEGER PRIMARY KEY")
}

async fn plan(store: &Store, engine: Engine, planned: &Planned) -> String {
    let (explain, column) = match engine {
        Engine::Sqlite => ("explain query plan", 3),
        Engine::Postgres => ("explain (costs off)", 0),
    };
    let text: &'static str = format!("{explain} {}", planned.text).leak();
    let params = planned.params.clone();
    let read = move |conn: &mut Conn<'_>| {
        let params: Vec<&dyn ToParam<store::Altyn>> = params
            .iter()
            .map(|param: &Param<'_>| -> &dyn ToParam<store::Altyn> { param })
            .collect();
        conn.query(text, &params, |row| row.text(column).map(str::to_owned))
    };
    let lines = store.read(read).await.unwrap();
    lines.join("\n")
}
