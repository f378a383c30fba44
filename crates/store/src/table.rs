//! Tables as data: each noun names its columns once, with how each is written and read, and the
//! statements on whole rows are made of that.
//!
//! [`table!`] declares a table. Texts are made when they are first used and kept, so a statement
//! stays prepared. [`crate::texts`] shows them all to the tests.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::{Mutex, OnceLock, PoisonError};

use domain::{ShopId, Timestamp};
use sql::{Param, ROWS_MAX, Row, StoreError, ToParam, many};

use crate::columns::{Cells, Written, refs};
use crate::database::{Altyn, Conn, Tx};

/// What a column is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Names the row, and never changes.
    Key,
    /// Never changes.
    Fixed,
    /// Changes with the noun's state.
    Changing,
    /// Counts the changes; an update names the version that it expects.
    Version,
    /// Is written by statements of its own.
    Noted,
}

/// How a column is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// It is not read; it is there for conditions.
    Never,
    /// As it is.
    Plain,
    /// As the value of this expression.
    As(&'static str),
}

/// A column.
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) reading: Reading,
}

/// A table, and the texts that are made of it.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// What its rows are read from.
    pub(crate) from: &'static str,
    /// What an insert does about a row that is there.
    pub(crate) conflict: &'static str,
    pub(crate) columns: &'static [Column],
    texts: [OnceLock<String>; 8],
    many: Mutex<BTreeMap<usize, &'static str>>,
}

/// The texts of every table.
#[derive(Clone, Copy)]
enum Text {
    InsertHead,
    Insert,
    Update,
    Find,
    Lock,
    Due,
    DueIndex,
    Advance,
}

impl Table {
    pub(crate) const fn new(
        name: &'static str,
        from: &'static str,
        conflict: &'static str,
        columns: &'static [Column],
    ) -> Self {
        Self {
            name,
            from,
            conflict,
            columns,
            texts: [const { OnceLock::new() }; 8],
            many: Mutex::new(BTreeMap::new()),
        }
    }

    /// The columns that are read, in their order, as they stand behind `select`.
    pub(crate) fn selected(&self) -> String {
        self.selected_of(&format!("{}.", self.name))
    }

    /// The same, each behind `prefix`. A text is looked up by its content each time it is run, so
    /// those that are run most stay short.
    fn selected_of(&self, prefix: &str) -> String {
        let columns = self
            .columns
            .iter()
            .filter_map(|column| match column.reading {
                Reading::Never => None,
                Reading::Plain => Some(format!("{prefix}{}", column.name)),
                Reading::As(expression) => Some(format!("{expression} as {}", column.name)),
            });
        columns.collect::<Vec<_>>().join(", ")
    }

    /// `insert into … values`, for rows that [`many`] adds.
    pub(crate) fn insert_head(&'static self) -> &'static str {
        self.text(Text::InsertHead)
    }

    pub(crate) fn insert(&'static self) -> &'static str {
        self.text(Text::Insert)
    }

    /// Nothing of a row without a version is updated as a whole.
    pub(crate) fn update(&'static self) -> &'static str {
        self.text(Text::Update)
    }

    /// One row by its key. The shop after it may be null, which stands for any shop.
    pub(crate) fn find(&'static self) -> &'static str {
        self.text(Text::Find)
    }

    /// The same as PostgreSQL locks it.
    pub(crate) fn lock(&'static self) -> &'static str {
        self.text(Text::Lock)
    }

    /// A shop's rows with these ids. The number of ids is rounded up to a power of two, so that few
    /// texts are kept.
    pub(crate) fn find_many(&'static self, ids: usize) -> &'static str {
        let size = ids.next_power_of_two();
        let mut texts = self.many.lock().unwrap_or_else(PoisonError::into_inner);
        texts.entry(size).or_insert_with(|| {
            let (columns, from, name) = (self.selected(), self.from, self.name);
            let ids = numbers(2, size);
            let text = format!(
                "select {columns}\n  from {from}\n where {name}.id in ({ids})\n   \
                 and +{name}.shop_id = $1"
            );
            text.leak()
        })
    }

    /// The rows that time alone will change now.
    pub(crate) fn due(&'static self) -> &'static str {
        self.text(Text::Due)
    }

    /// The index that finds them.
    pub(crate) fn due_index(&'static self) -> &'static str {
        self.text(Text::DueIndex)
    }

    /// Makes everything of a shop that waits for a time due that much earlier.
    pub(crate) fn advance(&'static self) -> &'static str {
        self.text(Text::Advance)
    }

    /// How many columns a new row writes.
    pub(crate) fn width(&self) -> usize {
        self.written().count()
    }

    pub(crate) fn has(&self, kind: Kind) -> bool {
        self.of_kind(kind).next().is_some()
    }

    /// Returns whether it is a table of rows with an id, each of a shop.
    pub(crate) fn is_of_shop(&self) -> bool {
        let mut keys = self.of_kind(Kind::Key).map(|column| column.name);
        keys.next() == Some("id") && keys.next() == Some("shop_id")
    }

    fn text(&'static self, text: Text) -> &'static str {
        let [head, insert, update, find, lock, due, due_index, advance] = &self.texts;
        let name = self.name;
        match text {
            Text::InsertHead => head.get_or_init(|| self.made_head()),
            Text::Insert => insert.get_or_init(|| self.made_insert()),
            Text::Update => update.get_or_init(|| self.made_update()),
            Text::Find => find.get_or_init(|| self.made_find()),
            Text::Lock => lock.get_or_init(|| locking(self, &self.made_find(), Locking::Waits)),
            Text::Due => due.get_or_init(|| {
                format!(
                    "select id, shop_id\n  from {name}\n where due_at <= $1\n order by due_at\n \
                     limit $2"
                )
            }),
            Text::DueIndex => due_index.get_or_init(|| format!("{name}_due")),
            Text::Advance => advance.get_or_init(|| {
                format!(
                    "update {name}\n   set due_at = due_at - $2\n where shop_id = $1 and due_at is \
                     not null"
                )
            }),
        }
    }

    fn written(&self) -> impl Iterator<Item = &Column> {
        self.columns
            .iter()
            .filter(|column| column.kind != Kind::Noted)
    }

    fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(move |it| it.kind == kind)
    }

    /// What an update names the row by.
    fn naming(&self) -> impl Iterator<Item = &Column> {
        self.of_kind(Kind::Key).chain(self.of_kind(Kind::Version))
    }

    fn made_head(&self) -> String {
        let names: Vec<&str> = self.written().map(|column| column.name).collect();
        format!("insert into {} ({})\nvalues", self.name, names.join(", "))
    }

    fn made_insert(&self) -> String {
        let mut text = format!("{} ({})", self.made_head(), numbers(1, self.width()));
        if !self.conflict.is_empty() {
            text.push('\n');
            text.push_str(self.conflict);
        }
        text
    }

    fn made_update(&self) -> String {
        updating(self, self.of_kind(Kind::Changing).map(|column| column.name))
    }

    fn made_find(&self) -> String {
        let alone = self.from == self.name;
        let prefix = if alone {
            String::new()
        } else {
            format!("{}.", self.name)
        };
        let conditions = (1..).zip(self.of_kind(Kind::Key)).map(|(number, column)| {
            let name = format!("{prefix}{}", column.name);
            if number != 1 && column.name == "shop_id" {
                format!("{name} = coalesce(${number}, {name})")
            } else {
                format!("{name} = ${number}")
            }
        });
        let conditions: Vec<String> = conditions.collect();
        format!(
            "select {}\n  from {}\n where {}",
            self.selected_of(&prefix),
            self.from,
            conditions.join(" and ")
        )
    }
}

/// `$1, $2, …`
pub(crate) fn numbers(first: usize, count: usize) -> String {
    let numbers = (first..).take(count).map(|number| format!("${number}"));
    numbers.collect::<Vec<_>>().join(", ")
}

fn updating(table: &Table, changing: impl Iterator<Item = &'static str>) -> String {
    let keys: Vec<String> = (1..)
        .zip(table.naming())
        .map(|(number, column)| format!("{} = ${number}", column.name))
        .collect();
    let first = keys.len().saturating_add(1);
    let changes: Vec<String> = (first..)
        .zip(changing)
        .map(|(number, name)| format!("{name} = ${number}, "))
        .collect();
    format!(
        "update {}\n   set {}version = version + 1\n where {}",
        table.name,
        changes.concat(),
        keys.join(" and ")
    )
}

/// What a read does with its rows besides reading them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Locking {
    /// Nothing.
    No,
    /// Nobody else changes them until the unit has ended.
    Waits,
    /// The same, and those that someone else holds are left out.
    Skips,
}

/// The text as PostgreSQL gets it. SQLite has one writer and no such clause.
fn locking(table: &Table, text: &str, locking: Locking) -> String {
    match locking {
        Locking::No => text.to_owned(),
        Locking::Waits => format!("{text}\n   for update of {}", table.name),
        Locking::Skips => format!("{text}\n   for update of {} skip locked", table.name),
    }
}

/// A value that a test gives a statement when it asks for its plan.
#[derive(Clone, Copy)]
pub(crate) enum Sample {
    Integer,
    Text,
    Bytes,
}

/// A read of whole rows by something else than their key. A plus sign before a column keeps the
/// planners from looking for few rows along an index that has that column.
pub(crate) struct Select {
    table: fn() -> &'static Table,
    /// Further tables, and the conditions.
    tail: &'static str,
    /// Columns of other tables behind the noun's own.
    more: &'static [&'static str],
    locking: Locking,
    /// The index that serves it, with values to ask for the plan.
    pub(crate) index: Option<(&'static str, &'static [Sample])>,
    texts: [OnceLock<String>; 2],
}

impl Select {
    /// The noun's rows under these conditions, and in this order.
    pub(crate) const fn new(table: fn() -> &'static Table, tail: &'static str) -> Self {
        Self {
            table,
            tail,
            more: &[],
            locking: Locking::No,
            index: None,
            texts: [const { OnceLock::new() }; 2],
        }
    }

    /// By this index; the values are for the test that asks for the plan.
    pub(crate) const fn by(mut self, index: &'static str, samples: &'static [Sample]) -> Self {
        self.index = Some((index, samples));
        self
    }

    /// With these columns behind the noun's own.
    pub(crate) const fn with(mut self, more: &'static [&'static str]) -> Self {
        self.more = more;
        self
    }

    /// With its rows locked.
    pub(crate) const fn locked(mut self, locking: Locking) -> Self {
        self.locking = locking;
        self
    }

    /// The text for both engines, or if it locks, for SQLite.
    pub(crate) fn text(&'static self) -> &'static str {
        let [text, _] = &self.texts;
        text.get_or_init(|| {
            let table = (self.table)();
            let more: Vec<String> = self.more.iter().map(|it| format!(", {it}")).collect();
            let (columns, more, from) = (table.selected(), more.concat(), table.from);
            format!("select {columns}{more}\n  from {from}\n {}", self.tail)
        })
    }

    /// The text for PostgreSQL.
    pub(crate) fn text_postgres(&'static self) -> &'static str {
        let [_, text] = &self.texts;
        text.get_or_init(|| locking((self.table)(), self.text(), self.locking))
    }

    /// The text for the engine behind a connection.
    fn text_for(&'static self, conn: &Conn<'_>) -> &'static str {
        match self.locking {
            Locking::No => self.text(),
            Locking::Waits | Locking::Skips => conn.pick(self.text(), self.text_postgres()),
        }
    }

    /// All its rows.
    pub(crate) fn query<T>(
        &'static self,
        conn: &mut Conn<'_>,
        params: &[&dyn ToParam<Altyn>],
        map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        conn.query(self.text_for(conn), params, map)
    }

    /// Its only row, or none.
    pub(crate) fn query_opt<T>(
        &'static self,
        conn: &mut Conn<'_>,
        params: &[&dyn ToParam<Altyn>],
        map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        conn.query_opt(self.text_for(conn), params, map)
    }
}

/// A text that changes a few columns of a versioned row.
pub(crate) struct Part {
    table: fn() -> &'static Table,
    columns: &'static [&'static str],
    text: OnceLock<String>,
}

impl Part {
    pub(crate) const fn new(
        table: fn() -> &'static Table,
        columns: &'static [&'static str],
    ) -> Self {
        Self {
            table,
            columns,
            text: OnceLock::new(),
        }
    }

    pub(crate) fn text(&'static self) -> &'static str {
        self.text.get_or_init(|| {
            let table = (self.table)();
            let changing = table.of_kind(Kind::Changing).map(|column| column.name);
            updating(table, changing.filter(|name| self.columns.contains(name)))
        })
    }

    /// Those of an update's values that it writes.
    fn of<'a>(&self, changed: Vec<Param<'a>>) -> Vec<Param<'a>> {
        let table = (self.table)();
        let keys = table.naming().map(|_| true);
        let changing = table.of_kind(Kind::Changing);
        let wanted = keys.chain(changing.map(|column| self.columns.contains(&column.name)));
        let values = changed.into_iter().zip(wanted);
        values
            .filter_map(|(value, is)| is.then_some(value))
            .collect()
    }
}

/// The rows of a noun.
pub(crate) trait Rows {
    /// What a row is written of.
    type Given<'a>;
    /// What a row is read as.
    type Noun;

    fn table() -> &'static Table;

    /// The values of a new row.
    fn written<'a>(given: Self::Given<'a>) -> Result<Vec<Param<'a>>, StoreError>;

    /// The values of an update: key, version, what changes.
    fn changed<'a>(given: Self::Given<'a>) -> Result<Vec<Param<'a>>, StoreError>;

    /// Reads a row's columns; whoever selects more goes on behind them.
    fn read_cells(cells: &mut Cells<'_>) -> Result<Self::Noun, StoreError>;

    fn read(row: &Row<'_>) -> Result<Self::Noun, StoreError> {
        Self::read_cells(&mut Cells::new(row))
    }

    /// Adds a row at the latest before the next read or the commit.
    fn insert(tx: &mut Tx<'_>, given: Self::Given<'_>) -> Result<(), StoreError> {
        tx.write(Self::table().insert(), &refs(&Self::written(given)?))
    }

    /// Adds a row, and exactly one, else [`StoreError::Conflict`].
    fn insert_one(tx: &mut Tx<'_>, given: Self::Given<'_>) -> Result<(), StoreError> {
        tx.write_one(Self::table().insert(), &refs(&Self::written(given)?))
    }

    /// Adds a row now, so that what the schema refuses is known at once.
    fn insert_now(tx: &mut Tx<'_>, given: Self::Given<'_>) -> Result<(), StoreError> {
        let params = Self::written(given)?;
        tx.execute(Self::table().insert(), &refs(&params))
            .map(|_| ())
    }

    /// Adds rows, in their order.
    fn insert_many<'a>(
        tx: &mut Tx<'_>,
        given: impl Iterator<Item = Self::Given<'a>>,
    ) -> Result<(), StoreError> {
        let (table, mut values) = (Self::table(), Vec::new());
        for given in given {
            values.extend(Self::written(given)?);
        }
        for values in values.chunks(table.width().saturating_mul(ROWS_MAX)) {
            let rows = values.chunks(table.width()).count();
            let text = many(table.insert_head(), table.width(), rows, table.conflict);
            tx.write(text, &refs(values))?;
        }
        Ok(())
    }

    /// Stores what changed of a row, unless someone else was faster: [`StoreError::Conflict`]. The
    /// version in the database is then one more than the one that was given.
    fn update(tx: &mut Tx<'_>, given: Self::Given<'_>) -> Result<(), StoreError> {
        tx.write_one(Self::table().update(), &refs(&Self::changed(given)?))
    }

    /// The same for a few of the columns that change; nothing else of the row may have changed.
    fn update_part(
        tx: &mut Tx<'_>,
        part: &'static Part,
        given: Self::Given<'_>,
    ) -> Result<(), StoreError> {
        let params = part.of(Self::changed(given)?);
        tx.write_one(part.text(), &refs(&params))
    }

    /// The row with this key.
    fn find(
        conn: &mut Conn<'_>,
        key: &[&dyn ToParam<Altyn>],
    ) -> Result<Option<Self::Noun>, StoreError> {
        conn.query_opt(Self::table().find(), key, Self::read)
    }

    /// The shop's rows with these ids, in no order.
    fn find_many<Id: ToString>(
        conn: &mut Conn<'_>,
        shop: ShopId,
        ids: &[Id],
    ) -> Result<Vec<Self::Noun>, StoreError> {
        let mut found = Vec::new();
        for ids in ids.chunks(ROWS_MAX) {
            let text = Self::table().find_many(ids.len());
            let last = ids.last().map(ToString::to_string);
            let mut params = vec![shop.param()];
            params.extend(ids.iter().map(|id| id.to_string().param()));
            params.resize(
                ids.len().next_power_of_two().saturating_add(1),
                last.param(),
            );
            found.extend(conn.query(text, &refs(&params), Self::read)?);
        }
        Ok(found)
    }

    /// Rows of any shop that time alone will change now, the longest due first.
    fn due<Id: FromStr>(
        conn: &mut Conn<'_>,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<(ShopId, Id)>, StoreError> {
        conn.query(Self::table().due(), &[&now, &limit], |row| {
            let mut cells = Cells::new(row);
            let id = cells.parse()?;
            Ok((cells.shop_id()?, id))
        })
    }

    /// The row with this key, which nobody else changes until this unit has ended.
    fn lock(
        tx: &mut Tx<'_>,
        key: &[&dyn ToParam<Altyn>],
    ) -> Result<Option<Self::Noun>, StoreError> {
        let table = Self::table();
        let text = tx.pick(table.find(), table.lock());
        tx.query_opt(text, key, Self::read)
    }
}

/// Declares the table of a noun, with a type that stands for its rows:
///
/// ```text
/// table! {
///     pub(crate) Deals: Deal = "deal";
///     written of (shop: Shop, deal: Deal) with { let state = …; };
///     columns {
///         key id = deal.id => parse();
///         fixed description_folded = …;
///         changing charged_minor = deal.sums.charged => money(currency);
///         version version = deal.version => get();
///     }
///     read(cells) { Deal { id, … } }
/// }
/// ```
///
/// A column is `kind name ["expression to read"] = value => how it is read`. Whatever is read is a
/// variable of its column's name, in its turn and in the block at the end.
macro_rules! table {
    (
        $(#[$doc:meta])*
        $see:vis $rows:ident: $noun:ty = $table:literal
            $(from $from:literal)? $(conflict $conflict:literal)?;
        written of ($($given:ident: $type:ty),+) $(with { $($before:tt)* })?;
        columns {
            $(
                $kind:ident $name:ident $([$select:literal])? $(= $write:expr)?
                    $(=> $read:ident($($argument:expr),*))?;
            )+
        }
        read($cells:ident) $made:block
    ) => {
        $(#[$doc])*
        $see enum $rows {}

        impl crate::table::Rows for $rows {
            type Given<'a> = ($(&'a $type,)+);
            type Noun = $noun;

            fn table() -> &'static crate::table::Table {
                static TABLE: crate::table::Table = crate::table::Table::new(
                    $table,
                    crate::table::or!({ $($from)? } $table),
                    crate::table::or!({ $($conflict)? } ""),
                    &[
                        $(
                            crate::table::Column {
                                name: stringify!($name),
                                kind: crate::table::kind!($kind),
                                reading: crate::table::reading!({ $($select)? } { $($read)? }),
                            },
                        )+
                    ],
                );
                &TABLE
            }

            fn written<'a>(
                ($($given,)+): Self::Given<'a>,
            ) -> Result<Vec<sql::Param<'a>>, sql::StoreError> {
                $($($before)*)?
                let mut params = Vec::with_capacity(const { [$(stringify!($name)),+].len() });
                $(crate::table::written!(all $kind params { $($write)? });)+
                Ok(params)
            }

            fn changed<'a>(
                ($($given,)+): Self::Given<'a>,
            ) -> Result<Vec<sql::Param<'a>>, sql::StoreError> {
                $(let _ = $given;)+
                $($($before)*)?
                let mut params = Vec::with_capacity(const { [$(stringify!($name)),+].len() });
                $(crate::table::written!(key $kind params { $($write)? });)+
                $(crate::table::written!(version $kind params { $($write)? });)+
                $(crate::table::written!(changing $kind params { $($write)? });)+
                Ok(params)
            }

            fn read_cells(
                $cells: &mut crate::columns::Cells<'_>,
            ) -> Result<Self::Noun, sql::StoreError> {
                $($(let $name = $cells.$read($($argument),*)?;)?)+
                Ok($made)
            }
        }
    };
}

/// What is said, or else what stands behind it.
macro_rules! or {
    ({ $said:literal } $other:literal) => {
        $said
    };
    ({} $other:literal) => {
        $other
    };
}

macro_rules! kind {
    (key) => {
        crate::table::Kind::Key
    };
    (fixed) => {
        crate::table::Kind::Fixed
    };
    (changing) => {
        crate::table::Kind::Changing
    };
    (version) => {
        crate::table::Kind::Version
    };
    (noted) => {
        crate::table::Kind::Noted
    };
}

macro_rules! reading {
    ({ $($select:literal)? } {}) => {
        crate::table::Reading::Never
    };
    ({} { $read:ident }) => {
        crate::table::Reading::Plain
    };
    ({ $select:literal } { $read:ident }) => {
        crate::table::Reading::As($select)
    };
}

/// Adds a column's value to `params` if its kind is the one that is wanted.
macro_rules! written {
    (all noted $params:ident {}) => {};
    (all $kind:ident $params:ident { $write:expr }) => {
        $params.push(crate::columns::Written::param($write));
    };
    (key key $params:ident { $write:expr }) => {
        $params.push(crate::columns::Written::param($write));
    };
    (version version $params:ident { $write:expr }) => {
        $params.push(crate::columns::Written::param($write));
    };
    (changing changing $params:ident { $write:expr }) => {
        $params.push(crate::columns::Written::param($write));
    };
    ($wanted:ident $kind:ident $params:ident { $($write:expr)? }) => {};
}

pub(crate) use {kind, or, reading, table, written};
