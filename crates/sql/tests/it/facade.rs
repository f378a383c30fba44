//! Values, rows and statements mean the same on both engines.

use sql::{Json, Row, StoreError, many};

use super::{THING_INSERT, both, place};

const INSERT: &str = "insert into thing (id, label, number, truth, bytes, body)
 values ($1, $2, $3, $4, $5, $6)";
const FIND: &str = "select id, label, number, truth, bytes, body from thing where id = $1";

type Thing = (
    Option<String>,
    Option<i64>,
    Option<bool>,
    Option<Vec<u8>>,
    Option<String>,
);

fn thing(row: &Row<'_>) -> Result<Thing, StoreError> {
    Ok((
        row.get(1)?,
        row.get(2)?,
        row.get(3)?,
        row.get(4)?,
        row.get(5)?,
    ))
}

#[tokio::test]
async fn values_come_back_as_they_went() {
    both(|store| async move {
        let answer: Thing = store
            .write(place(), |tx| {
                let bytes: &[u8] = &[0, 255, 1];
                let body = Json(r#"{"key": "значение"}"#);
                tx.write(INSERT, &[&1i64, &"ё'\"$1", &i64::MIN, &true, &bytes, &body])?;
                tx.query_one(FIND, &[&1i64], thing)
            })
            .await
            .unwrap();
        assert_eq!(answer.0.as_deref(), Some("ё'\"$1"));
        assert_eq!(answer.1, Some(i64::MIN));
        assert_eq!(answer.2, Some(true));
        assert_eq!(answer.3, Some(vec![0, 255, 1]));
        assert_eq!(answer.4.as_deref(), Some(r#"{"key": "значение"}"#));
    })
    .await;
}

#[tokio::test]
async fn null_is_nothing_for_every_kind() {
    both(|store| async move {
        let answer: Thing = store
            .write(place(), |tx| {
                let (text, number, truth) = (None::<String>, None::<i64>, None::<bool>);
                let (bytes, body) = (None::<Vec<u8>>, None::<Json<'_>>);
                tx.write(INSERT, &[&1i64, &text, &number, &truth, &bytes, &body])?;
                tx.query_one(FIND, &[&1i64], thing)
            })
            .await
            .unwrap();
        assert_eq!(answer, (None, None, None, None, None));
    })
    .await;
}

#[tokio::test]
async fn a_column_of_another_kind_is_corrupt_and_named() {
    both(|store| async move {
        store
            .write(place(), |tx| tx.write(THING_INSERT, &[&1i64, &"a"]))
            .await
            .unwrap();
        let number = store.read(|conn| conn.query_one(FIND, &[&1i64], |row| row.get::<i64>(1)));
        let StoreError::Corrupt { table, column, .. } = number.await.unwrap_err() else {
            panic!("text was read as a number");
        };
        assert_eq!((table.as_str(), column.as_str()), ("thing", "label"));
        let null = store.read(|conn| conn.query_one(FIND, &[&1i64], |row| row.get::<i64>(2)));
        assert!(
            matches!(null.await, Err(StoreError::Corrupt { column, .. }) if column == "number")
        );
        let none = store.read(|conn| conn.query_one(FIND, &[&1i64], |row| row.get::<i64>(9)));
        assert!(matches!(none.await, Err(StoreError::Corrupt { column, .. }) if column == "9"));
    })
    .await;
}

#[tokio::test]
async fn the_number_of_rows_is_checked() {
    both(|store| async move {
        store
            .write(place(), |tx| {
                tx.write(THING_INSERT, &[&1i64, &"a"])?;
                tx.write(THING_INSERT, &[&2i64, &"b"])
            })
            .await
            .unwrap();
        let all = "select id from thing order by id";
        let ids = store.read(move |conn| conn.query(all, &[], |row| row.get::<i64>(0)));
        assert_eq!(ids.await.unwrap(), [1, 2]);
        let two = store.read(move |conn| conn.query_opt(all, &[], |row| row.get::<i64>(0)));
        assert!(matches!(two.await, Err(StoreError::Corrupt { .. })));
        let none = store.read(|conn| conn.query_one(FIND, &[&3i64], |row| row.get::<i64>(0)));
        assert!(matches!(none.await, Err(StoreError::Corrupt { .. })));
        let none = store.read(|conn| conn.query_opt(FIND, &[&3i64], |row| row.get::<i64>(0)));
        assert_eq!(none.await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn placeholders_may_repeat_and_come_in_any_order() {
    both(|store| async move {
        let found = store
            .write(place(), |tx| {
                tx.write(
                    "insert into thing (label, id) values ($2, $1)",
                    &[&7i64, &"seven"],
                )?;
                let again = "select id from thing where label = $2 and id = $1 and $1 < id + 1";
                tx.query_one(again, &[&7i64, &"seven"], |row| row.get::<i64>(0))
            })
            .await;
        assert_eq!(found.unwrap(), 7);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_number_of_parameters_is_refused() {
    both(|store| async move {
        for count in [0, 1, 3] {
            let wrong = store.write(place(), move |tx| match count {
                0 => tx.write(THING_INSERT, &[]),
                1 => tx.write(THING_INSERT, &[&1i64]),
                _ => tx.write(THING_INSERT, &[&1i64, &"a", &"b"]),
            });
            let error = wrong.await.unwrap_err();
            assert!(matches!(error, StoreError::Engine { .. }), "{error:?}");
        }
        // The lane goes on.
        store
            .write(place(), |tx| tx.write(THING_INSERT, &[&1i64, &"a"]))
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn many_rows_go_in_one_statement() {
    assert_eq!(
        many("insert into t (a, b) values", 2, 2, "returning a"),
        "insert into t (a, b) values ($1, $2), ($3, $4) returning a"
    );
    let text = many("insert into t (a) values", 1, 3, "");
    assert_eq!(
        text.as_ptr(),
        many("insert into t (a) values", 1, 3, "").as_ptr()
    );
    both(|store| async move {
        let inserted = store.write(place(), |tx| {
            let sql = many(
                "insert into thing (id, label) values",
                2,
                3,
                "on conflict do nothing",
            );
            let first = tx.execute(sql, &[&1i64, &"a", &2i64, &"b", &3i64, &"c"])?;
            let second = tx.execute(sql, &[&3i64, &"x", &4i64, &"a", &5i64, &"e"])?;
            Ok::<_, StoreError>((first, second))
        });
        assert_eq!(inserted.await.unwrap(), (3, 1));
    })
    .await;
}

#[tokio::test]
async fn a_read_cannot_write() {
    both(|store| async move {
        let insert = "insert into thing (id) values (1) returning id";
        let written = store.read(move |conn| conn.query(insert, &[], |row| row.get::<i64>(0)));
        assert!(matches!(
            written.await,
            Err(StoreError::Engine { .. } | StoreError::Unavailable { .. })
        ));
        assert!(!super::thing_exists(&store, 1).await);
    })
    .await;
}
