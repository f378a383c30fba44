//! PostgreSQL's schema in the normal form: types in the kinds that SQLite has.

use tokio_postgres::Client;

use super::Catalogue;

const COLUMNS: &str = "select c.relname::text, a.attname::text, t.typname::text, a.attnotnull
  from pg_class c
  join pg_attribute a on a.attrelid = c.oid
  join pg_type t on t.oid = a.atttypid
 where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
   and a.attnum > 0 and not a.attisdropped
 order by c.relname, a.attnum";

const CONSTRAINTS: &str = "select c.relname::text,
       case k.contype when 'c' then 'check ' || k.conname
                      when 'p' then 'primary key ' || k.conname || ' (' || own.columns || ')'
                      when 'u' then 'unique ' || k.conname || ' (' || own.columns || ')'
                      else 'foreign key ' || k.conname || ' (' || own.columns || ') references '
                           || f.relname || ' (' || other.columns || ')' end
  from pg_constraint k
  join pg_class c on c.oid = k.conrelid
  left join pg_class f on f.oid = k.confrelid
  left join lateral (select string_agg(a.attname, ', ' order by u.n) as columns
               from unnest(k.conkey) with ordinality u (attnum, n)
               join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.attnum) own on true
  left join lateral (select string_agg(a.attname, ', ' order by u.n) as columns
               from unnest(k.confkey) with ordinality u (attnum, n)
               join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.attnum) other
         on true
 where c.relnamespace = 'public'::regnamespace and k.contype in ('c', 'p', 'u', 'f')
 order by c.relname";

const INDEXES: &str = "select c.relname::text,
       case when i.indisunique then 'unique index ' else 'index ' end || x.relname || ' ('
       || own.columns || ')' || case when i.indpred is null then '' else ' where …' end
  from pg_index i
  join pg_class c on c.oid = i.indrelid
  join pg_class x on x.oid = i.indexrelid
  join lateral (select string_agg(coalesce(a.attname, '<expression>')
                                  || case when o.option & 1 = 1 then ' desc' else '' end,
                                  ', ' order by u.n) as columns
               from unnest(i.indkey) with ordinality u (attnum, n)
               join unnest(i.indoption) with ordinality o (option, n) on o.n = u.n
               left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = u.attnum) own
    on true
 where c.relnamespace = 'public'::regnamespace
   and not exists (select 1 from pg_constraint k
                    where k.conindid = i.indexrelid and k.contype in ('p', 'u'))
 order by c.relname";

pub(super) async fn catalogue(client: &Client) -> Catalogue {
    let mut tables = Catalogue::new();
    for row in client.query(COLUMNS, &[]).await.unwrap() {
        let (table, name, kind): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        let kind = match kind.as_str() {
            "int8" | "int4" | "int2" | "bool" => "integer",
            "text" | "jsonb" => "text",
            "bytea" => "bytes",
            other => panic!("{table}.{name} has the type {other}, which SQLite does not"),
        };
        let required = if row.get(3) { " not null" } else { "" };
        tables
            .entry(table)
            .or_default()
            .push(format!("{name} {kind}{required}"));
    }
    for statement in [CONSTRAINTS, INDEXES] {
        let mut found = Catalogue::new();
        for row in client.query(statement, &[]).await.unwrap() {
            found.entry(row.get(0)).or_default().push(row.get(1));
        }
        for (table, mut lines) in found {
            lines.sort();
            tables.get_mut(&table).unwrap().extend(lines);
        }
    }
    tables
}
