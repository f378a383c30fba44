//! Lists as data: a list's filters, its order and the indexes that serve them stand once.
//!
//! A *shape* is the set of filters that a caller asks for. Each shape has a text of its own, which
//! is made when it is first asked for and kept. What no index serves cannot be declared: rows come
//! from the index of the leading filter, or from that of the list's order, and all other filters
//! leave rows out on the way. A test asks both engines for the plan of every shape.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::{Mutex, PoisonError};

use domain::{ShopId, Timestamp};
use sql::{Param, StoreError};

use crate::columns::{Written, refs, text};
use crate::database::Conn;
use crate::range::Range;
use crate::table::{Rows, Sample, Table, numbers};

/// A list of a shop's rows, the newest first.
pub(crate) struct List<const N: usize> {
    table: fn() -> &'static Table,
    /// What its rows are read from, and the columns there.
    place: Place,
    /// The index that has the shop and the order.
    index: &'static str,
    /// What holds of each row of the list.
    always: &'static str,
    filters: [Filter; N],
    /// How many of the filters, the first ones, each caller asks for.
    needed: u32,
    texts: Mutex<BTreeMap<u32, &'static str>>,
}

/// Where the rows of a list are, and the columns that it goes by.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) from: &'static str,
    pub(crate) shop_id: &'static str,
    pub(crate) created_at: &'static str,
    pub(crate) id: &'static str,
}

/// The rows of a table, by its own columns.
macro_rules! place {
    ($table:literal) => {
        crate::list::Place {
            from: $table,
            shop_id: concat!($table, ".shop_id"),
            created_at: concat!($table, ".created_at"),
            id: concat!($table, ".id"),
        }
    };
}

pub(crate) use place;

/// What a caller may ask of a list.
pub(crate) struct Filter {
    /// The column, or what is asked for in its stead.
    column: &'static str,
    op: Op,
    lead: Lead,
}

#[derive(Clone, Copy)]
enum Op {
    /// Equal to one value.
    Is,
    /// Equal to one of so many.
    OneOf(usize),
    /// This or later.
    From,
    /// This or earlier.
    Until,
    /// With this text in it.
    Has,
}

/// How a filter finds rows.
#[derive(Clone, Copy)]
enum Lead {
    /// It only leaves rows out.
    No,
    /// Its index has the shop, the column and the list's order.
    Walked(&'static str),
    /// Its index finds few rows, which are sorted.
    Sorted(&'static str),
    /// The same, and the index begins with the shop.
    SortedOfShop(&'static str),
}

impl Filter {
    const fn new(column: &'static str, op: Op) -> Self {
        let lead = Lead::No;
        Self { column, op, lead }
    }

    pub(crate) const fn is(column: &'static str) -> Self {
        Self::new(column, Op::Is)
    }

    pub(crate) const fn one_of(column: &'static str, count: usize) -> Self {
        Self::new(column, Op::OneOf(count))
    }

    pub(crate) const fn from(column: &'static str) -> Self {
        Self::new(column, Op::From)
    }

    pub(crate) const fn until(column: &'static str) -> Self {
        Self::new(column, Op::Until)
    }

    pub(crate) const fn has(column: &'static str) -> Self {
        Self::new(column, Op::Has)
    }

    /// Leads by an index of the shop, this column and the list's order.
    pub(crate) const fn walked(mut self, index: &'static str) -> Self {
        self.lead = Lead::Walked(index);
        self
    }

    /// Leads by an index of this column, which finds few rows.
    pub(crate) const fn sorted(mut self, index: &'static str) -> Self {
        self.lead = Lead::Sorted(index);
        self
    }

    /// Leads by an index of the shop and this column.
    pub(crate) const fn sorted_of_shop(mut self, index: &'static str) -> Self {
        self.lead = Lead::SortedOfShop(index);
        self
    }

    fn values(&self) -> usize {
        match self.op {
            Op::OneOf(count) => count,
            Op::Is | Op::From | Op::Until | Op::Has => 1,
        }
    }

    fn sample(&self) -> Sample {
        match self.op {
            Op::From | Op::Until => Sample::Integer,
            Op::Is | Op::OneOf(_) | Op::Has => Sample::Text,
        }
    }

    /// A filter that has an index and does not lead hides its column from the planners.
    fn condition(&self, number: usize, leads: bool) -> String {
        let column = self.column;
        let hides = !leads && !matches!(self.lead, Lead::No);
        match self.op {
            Op::Is if hides => format!("coalesce({column}, '') = ${number}"),
            Op::Is => format!("{column} = ${number}"),
            Op::OneOf(count) => format!("{column} in ({})", numbers(number, count)),
            Op::From => format!("{column} >= ${number}"),
            Op::Until => format!("{column} <= ${number}"),
            Op::Has => format!("replace({column}, ${number}, '') <> {column}"),
        }
    }
}

/// What is asked of a filter: its values, or nothing.
pub(crate) type Asked<'a> = Option<Vec<Param<'a>>>;

/// One of these, or nothing.
pub(crate) fn asked_of<'a, const M: usize>(values: Option<[&'a str; M]>) -> Asked<'a> {
    values.map(|values| values.map(text).to_vec())
}

/// One value, or nothing.
pub(crate) fn asked<'a>(value: Option<impl Written<'a>>) -> Asked<'a> {
    value.map(|value| vec![value.param()])
}

/// Which part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// The first microsecond of creation.
    pub(crate) first: i64,
    /// Above this place nothing is listed.
    pub(crate) below: (i64, String),
    /// At most so many.
    pub(crate) limit: u32,
}

impl Page {
    pub(crate) fn new(
        created: &Range,
        after: Option<(Timestamp, impl Display)>,
        limit: u32,
    ) -> Self {
        Self {
            first: created.first(),
            below: created.below(after.map(|(time, id)| (time, id.to_string()))),
            limit,
        }
    }
}

/// A shape, as the test wants it that asks for its plan.
pub(crate) struct Shape {
    pub(crate) text: &'static str,
    pub(crate) samples: Vec<Sample>,
    pub(crate) index: &'static str,
    pub(crate) sorts: bool,
}

/// The shop, the first time, the place below which is listed, the limit.
const PAGE: [Sample; 5] = [
    Sample::Integer,
    Sample::Integer,
    Sample::Integer,
    Sample::Text,
    Sample::Integer,
];

impl<const N: usize> List<N> {
    pub(crate) const fn new(
        table: fn() -> &'static Table,
        place: Place,
        index: &'static str,
        filters: [Filter; N],
    ) -> Self {
        Self {
            table,
            place,
            index,
            always: "",
            filters,
            needed: 0,
            texts: Mutex::new(BTreeMap::new()),
        }
    }

    /// Of rows alone for which this holds.
    pub(crate) const fn always(mut self, condition: &'static str) -> Self {
        self.always = condition;
        self
    }

    /// Offered only with so many of the filters, the first ones: its index begins with them.
    pub(crate) const fn needed(mut self, count: u32) -> Self {
        self.needed = count;
        self
    }

    /// Returns whether this shape has a text.
    fn offers(&self, shape: u32) -> bool {
        shape.trailing_ones() >= self.needed
    }

    /// The rows of a page of the list.
    pub(crate) fn query<R: Rows>(
        &'static self,
        conn: &mut Conn<'_>,
        shop: ShopId,
        page: &Page,
        asked: [Asked<'_>; N],
    ) -> Result<Vec<R::Noun>, StoreError> {
        let mut shape = 0;
        let mut params = vec![
            shop.param(),
            page.first.param(),
            page.below.0.param(),
            text(page.below.1.as_str()),
            i64::from(page.limit).param(),
        ];
        for (bit, values) in asked.into_iter().enumerate() {
            if let Some(values) = values {
                shape |= 1 << bit;
                params.extend(values);
            }
        }
        if !self.offers(shape) {
            return Err(StoreError::corrupt(
                (self.table)().name,
                "shape",
                "not offered",
            ));
        }
        conn.query(self.text(shape), &refs(&params), R::read)
    }

    /// Every shape that is offered.
    pub(crate) fn shapes(&'static self) -> Vec<Shape> {
        let offered = (0..1_u32 << N).filter(|shape| self.offers(*shape));
        let shapes = offered.map(|shape| {
            let mut samples = PAGE.to_vec();
            for filter in self.asked(shape) {
                samples.extend(vec![filter.sample(); filter.values()]);
            }
            let (index, sorts) = match self.lead(shape).map(|filter| filter.lead) {
                None | Some(Lead::No) => (self.index, false),
                Some(Lead::Walked(index)) => (index, false),
                Some(Lead::Sorted(index) | Lead::SortedOfShop(index)) => (index, true),
            };
            let text = self.text(shape);
            Shape {
                text,
                samples,
                index,
                sorts,
            }
        });
        shapes.collect()
    }

    fn text(&'static self, shape: u32) -> &'static str {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        texts
            .entry(shape)
            .or_insert_with(|| self.made(shape).leak())
    }

    fn asked(&'static self, shape: u32) -> impl Iterator<Item = &'static Filter> {
        let filters = self.filters.iter().enumerate();
        filters.filter_map(move |(bit, filter)| (shape >> bit & 1 == 1).then_some(filter))
    }

    /// What finds the rows of a shape: a filter that finds few, or else one that has the order.
    fn lead(&'static self, shape: u32) -> Option<&'static Filter> {
        let few = |it: &&Filter| matches!(it.lead, Lead::Sorted(_) | Lead::SortedOfShop(_));
        let walked = |it: &&Filter| matches!(it.lead, Lead::Walked(_));
        let found = self.asked(shape).find(few);
        found.or_else(|| self.asked(shape).find(walked))
    }

    /// A plus sign keeps the planners from an index that has the column: rows that are sorted
    /// anyway are not looked for along the order.
    fn made(&'static self, shape: u32) -> String {
        let Place {
            from,
            shop_id,
            created_at,
            id,
        } = self.place;
        let lead = self.lead(shape);
        let (shop_sign, sign) = match lead.map(|filter| filter.lead) {
            None | Some(Lead::No | Lead::Walked(_)) => ("", ""),
            Some(Lead::Sorted(_)) => ("+", "+"),
            Some(Lead::SortedOfShop(_)) => ("", "+"),
        };
        let mut conditions = vec![
            format!("{shop_sign}{shop_id} = $1"),
            format!("{sign}{created_at} >= $2"),
            format!("({sign}{created_at}, {id}) < ($3, $4)"),
        ];
        if !self.always.is_empty() {
            conditions.push(self.always.to_owned());
        }
        let mut number = PAGE.len().saturating_add(1);
        for filter in self.asked(shape) {
            let leads = lead.is_some_and(|lead| std::ptr::eq(lead, filter));
            conditions.push(filter.condition(number, leads));
            number = number.saturating_add(filter.values());
        }
        format!(
            "select {}\n  from {from}\n where {}\n order by {sign}{created_at} desc, {id} desc\n \
             limit $5",
            (self.table)().selected(),
            conditions.join("\n   and ")
        )
    }
}
