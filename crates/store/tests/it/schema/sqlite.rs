//! SQLite's schema in the normal form. It keeps the text of `create table` and no names of
//! constraints elsewhere, so these are read from that text.

use std::path::Path;

use rusqlite::Connection;

use super::Catalogue;

const TABLES: &str = "select name, lower(sql) from sqlite_master
  where type = 'table' and name not like 'sqlite!_%' escape '!' order by name";
const COLUMNS: &str =
    "select name, lower(type), \"notnull\", pk from pragma_table_info(?1) order by cid";
const INDEXES: &str = "select name, \"unique\", partial from pragma_index_list(?1)
  where origin = 'c' order by name";
const INDEX_COLUMNS: &str =
    "select coalesce(name, '<expression>'), desc from pragma_index_xinfo(?1)
  where key = 1 order by seqno";

pub(super) fn catalogue(path: &Path) -> Catalogue {
    let connection = Connection::open(path).unwrap();
    let tables: Vec<(String, String)> = rows(&connection, TABLES, None, |row| {
        (row.get_unwrap(0), row.get_unwrap(1))
    });
    tables
        .into_iter()
        .map(|(table, sql)| {
            let mut lines = columns(&connection, &table);
            lines.extend(sorted(constraints(&sql)));
            lines.extend(sorted(indexes(&connection, &table)));
            (table, lines)
        })
        .collect()
}

fn rows<T>(
    connection: &Connection,
    sql: &str,
    argument: Option<&str>,
    map: impl Fn(&rusqlite::Row<'_>) -> T,
) -> Vec<T> {
    let mut statement = connection.prepare(sql).unwrap();
    let params = rusqlite::params_from_iter(argument);
    statement
        .query_map(params, |row| Ok(map(row)))
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

fn columns(connection: &Connection, table: &str) -> Vec<String> {
    rows(connection, COLUMNS, Some(table), |row| {
        let (name, kind): (String, String) = (row.get_unwrap(0), row.get_unwrap(1));
        let required: bool = row.get_unwrap::<_, bool>(2) || row.get_unwrap::<_, i64>(3) != 0;
        let kind = if kind == "blob" {
            "bytes".to_owned()
        } else {
            kind
        };
        format!("{name} {kind}{}", if required { " not null" } else { "" })
    })
}

fn indexes(connection: &Connection, table: &str) -> Vec<String> {
    let found: Vec<(String, bool, bool)> = rows(connection, INDEXES, Some(table), |row| {
        (row.get_unwrap(0), row.get_unwrap(1), row.get_unwrap(2))
    });
    found
        .into_iter()
        .map(|(name, unique, partial)| {
            let columns = rows(connection, INDEX_COLUMNS, Some(&name), |row| {
                let descending = if row.get_unwrap(1) { " desc" } else { "" };
                format!("{}{descending}", row.get_unwrap::<_, String>(0))
            });
            let unique = if unique { "unique index" } else { "index" };
            let partial = if partial { " where …" } else { "" };
            format!("{unique} {name} ({}){partial}", columns.join(", "))
        })
        .collect()
}

/// Named constraints: `check name`, `primary key name (a, b)`, …
fn constraints(sql: &str) -> Vec<String> {
    let body = sql.split_once('(').unwrap().1.rsplit_once(')').unwrap().0;
    let mut found = Vec::new();
    for item in split(body) {
        let words: Vec<&str> = item.split_whitespace().collect();
        let column = words[0];
        for (at, _) in words
            .iter()
            .enumerate()
            .filter(|(_, word)| **word == "constraint")
        {
            let rest = words[at + 2..].join(" ");
            let own = |rest: &str| {
                if at == 0 {
                    list(rest)
                } else {
                    column.to_owned()
                }
            };
            let line = if rest.starts_with("check") {
                format!("check {}", words[at + 1])
            } else if rest.starts_with("unique") {
                format!("unique {} ({})", words[at + 1], own(&rest))
            } else if rest.starts_with("primary key") {
                format!("primary key {} ({})", words[at + 1], own(&rest))
            } else {
                let (before, after) = rest.split_once("references ").unwrap();
                let (table, columns) = after.split_once('(').unwrap();
                let columns = columns.split_once(')').unwrap().0;
                let own = own(before);
                format!(
                    "foreign key {} ({own}) references {} ({columns})",
                    words[at + 1],
                    table.trim()
                )
            };
            found.push(line);
        }
    }
    found
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

/// The columns in the first parentheses.
fn list(text: &str) -> String {
    text.split_once('(')
        .unwrap()
        .1
        .split_once(')')
        .unwrap()
        .0
        .trim()
        .to_owned()
}

/// Splits at the commas that no parenthesis encloses.
fn split(body: &str) -> Vec<String> {
    let mut depth = 0;
    let mut items = vec![String::new()];
    for line in body.lines() {
        let line = line.split_once("--").map_or(line, |(code, _)| code);
        for sign in line.chars().chain([' ']) {
            match sign {
                '(' => depth += 1,
                ')' => depth -= 1,
                ',' if depth == 0 => {
                    items.push(String::new());
                    continue;
                }
                _ => {}
            }
            items.last_mut().unwrap().push(sign);
        }
    }
    items.retain(|item| !item.trim().is_empty());
    items
}
