//! Finds the name of a violated constraint. SQLite tells a check's name, but of a unique key only
//! its table and columns; the name is then read from the schema.
//!
//! Two unique keys over the same columns of one table cannot be told apart here.

use rusqlite::{Connection, Error, ffi};

use crate::error::StoreError;

const INDEXES: &str = "\
select il.name, group_concat(ii.name, ', ' order by ii.seqno)
  from pragma_index_list(?1) il, pragma_index_info(il.name) ii
 where il.\"unique\" = 1 and il.origin = 'c'
 group by il.name
 order by il.name";

const TABLE: &str = "select sql from sqlite_master where type = 'table' and name = ?1";

/// The error for a violated constraint; nothing if `error` is of another kind.
pub(super) fn named(connection: &Connection, error: &Error) -> Option<StoreError> {
    let Error::SqliteFailure(code, message) = error else {
        return None;
    };
    let subject = message
        .as_deref()
        .and_then(|text| text.split_once("failed: "))
        .map(|it| it.1);
    match code.extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE
        | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
        | ffi::SQLITE_CONSTRAINT_ROWID => {
            let primary = code.extended_code != ffi::SQLITE_CONSTRAINT_UNIQUE;
            let constraint = unique_name(connection, subject.unwrap_or_default(), primary);
            Some(StoreError::Duplicate { constraint })
        }
        ffi::SQLITE_CONSTRAINT_CHECK
        | ffi::SQLITE_CONSTRAINT_NOTNULL
        | ffi::SQLITE_CONSTRAINT_DATATYPE
        | ffi::SQLITE_CONSTRAINT_FOREIGNKEY
        | ffi::SQLITE_CONSTRAINT_TRIGGER => Some(StoreError::Violated {
            constraint: subject.unwrap_or_default().to_owned(),
        }),
        _ => None,
    }
}

/// `subject` is `table.column, table.column`, or `index 'name'` for an index over expressions.
fn unique_name(connection: &Connection, subject: &str, primary: bool) -> String {
    if let Some(index) = subject
        .strip_prefix("index '")
        .and_then(|it| it.strip_suffix('\''))
    {
        return index.to_owned();
    }
    let Some((table, _)) = subject.split_once('.') else {
        return subject.to_owned();
    };
    let columns: Vec<&str> = subject
        .split(", ")
        .filter_map(|column| Some(column.split_once('.')?.1))
        .collect();
    let columns = columns.join(", ");
    named_in_table(connection, table, &columns)
        .or_else(|| index_over(connection, table, &columns))
        .unwrap_or_else(|| {
            if primary {
                format!("{table}_pkey")
            } else {
                format!("{table}_{}_key", columns.replace(", ", "_"))
            }
        })
}

fn index_over(connection: &Connection, table: &str, columns: &str) -> Option<String> {
    let mut statement = connection.prepare(INDEXES).ok()?;
    let indexes = statement
        .query_map([table], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })
        .ok()?;
    indexes
        .flatten()
        .find(|(_, over)| over == columns)
        .map(|(name, _)| name)
}

/// Looks for `constraint NAME unique (columns)` or `primary key (columns)` in the table's text, and
/// for `column … constraint NAME unique` or `primary key`.
fn named_in_table(connection: &Connection, table: &str, columns: &str) -> Option<String> {
    let text: String = connection
        .query_row(TABLE, [table], |row| row.get(0))
        .ok()?;
    name_in(&text, columns)
}

fn name_in(text: &str, columns: &str) -> Option<String> {
    let lines = text
        .lines()
        .map(|line| line.split_once("--").map_or(line, |(code, _)| code));
    let code: Vec<&str> = lines.collect();
    let text = code.join("\n").to_lowercase();
    let text = text.replace(['(', ')', ','], " \u{0} ");
    let mut words: Vec<&str> = text.split_whitespace().collect();
    words.push("\u{0}");
    let wanted: Vec<&str> = columns.split(", ").collect();
    for (at, window) in words.windows(3).enumerate() {
        let &["constraint", name, kind] = window else {
            continue;
        };
        let skipped = match kind {
            "unique" => 3,
            "primary" => 4,
            _ => continue,
        };
        let rest = words.get(at + skipped..).unwrap_or_default();
        let listed: Vec<&str> =
            if rest.first() == Some(&"\u{0}") && words.get(at.wrapping_sub(1)) == Some(&"\u{0}") {
                list(rest)
            } else {
                // A constraint of a column: the column's name opens the definition.
                let before = words.get(..at).unwrap_or_default();
                let start = before
                    .iter()
                    .rposition(|word| *word == "\u{0}")
                    .map_or(0, |it| it + 1);
                before.get(start).copied().into_iter().collect()
            };
        if listed == wanted {
            return Some(name.to_owned());
        }
    }
    None
}

/// The words of `( a , b )`, where each sign is a mark: marks between words, two marks at the end.
fn list<'t>(words: &[&'t str]) -> Vec<&'t str> {
    let mut listed = Vec::new();
    let mut after_mark = false;
    for word in words {
        if *word != "\u{0}" {
            if !after_mark {
                break;
            }
            listed.push(*word);
            after_mark = false;
        } else if after_mark {
            break;
        } else {
            after_mark = true;
        }
    }
    listed
}

#[cfg(test)]
mod tests {
    use super::name_in;

    const TEXT: &str = "create table entry (
        id text constraint entry_pk primary key,
        shop_id integer not null constraint entry_shop_ref references shop (id),
        account text not null, version integer not null,
        amount integer not null constraint entry_amount_range check (amount > 0),
        -- Each version once, (unique) per account.
        constraint entry_version unique (account, version),
        constraint entry_shop unique (shop_id)
    ) strict";

    #[test]
    fn a_unique_key_of_the_table_is_found_by_its_columns() {
        assert_eq!(
            name_in(TEXT, "account, version").as_deref(),
            Some("entry_version")
        );
        assert_eq!(name_in(TEXT, "shop_id").as_deref(), Some("entry_shop"));
    }

    #[test]
    fn a_key_of_a_column_is_found_by_the_column() {
        assert_eq!(name_in(TEXT, "id").as_deref(), Some("entry_pk"));
    }

    #[test]
    fn other_constraints_are_not_taken_for_keys() {
        assert_eq!(name_in(TEXT, "amount"), None);
        assert_eq!(name_in(TEXT, "version"), None);
    }
}
