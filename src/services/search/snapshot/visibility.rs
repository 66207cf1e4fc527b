//! What a document must be beside having the words: visible to the caller, and within the ranges
//! of numbers asked for.

use tantivy::SegmentReader;
use tantivy::columnar::Column;
use tantivy::schema::Field;

use super::doc_sets::Docs;
use super::doc_sets::SegmentSets;
use super::view::Viewer;
use crate::services::search::filters::Filters;
use crate::services::search::index::schema::column;

/// The documents of a segment that a caller may see, deleted ones left out. `tags` is the field
/// in which works carry their organisation.
pub(crate) fn visible(
    sets: &SegmentSets<'_>,
    viewer: &Viewer,
    tags: Field,
) -> tantivy::Result<Docs> {
    let mut docs = sets.none();
    let fast = sets.reader.fast_fields();
    let circles = fast.u64(column::CIRCLE)?;
    let embargoes: Option<Column<i64>> = fast.column_opt(column::EMBARGO)?;
    let is_embargoed = |doc: u32| {
        let until = embargoes.as_ref().and_then(|column| column.first(doc));
        until.is_some_and(|until| viewer.now_ms < until)
    };
    let is_open = |doc: u32| viewer.circle <= circles.first(doc).unwrap_or(0);
    for doc in 0..sets.reader.max_doc() {
        if viewer.circle == 0 || (is_open(doc) && !is_embargoed(doc)) {
            docs.insert(doc as usize);
        }
    }
    if let Some(own) = &viewer.own {
        docs.union_with(&*sets.with_term(tags, own)?);
    }
    if let Some(alive) = sets.reader.alive_bitset() {
        let mut left = sets.none();
        left.extend(alive.iter_alive().map(|doc| doc as usize));
        docs.intersect_with(&left);
    }
    Ok(docs)
}

/// A number that must lie between two others; without a number the work does not pass.
pub(crate) struct Range {
    column: Numbers,
    from: i64,
    to: i64,
}

/// A column of numbers. Unsigned ones are lengths, far below the signed limit.
enum Numbers {
    Absent,
    Signed(Column<i64>),
    Unsigned(Column<u64>),
}

impl Numbers {
    fn read(reader: &SegmentReader, name: &str) -> tantivy::Result<Self> {
        let fast = reader.fast_fields();
        if let Some(column) = fast.column_opt(name)? {
            return Ok(Self::Signed(column));
        }
        Ok(fast.column_opt(name)?.map_or(Self::Absent, Self::Unsigned))
    }

    fn of(&self, doc: u32) -> Option<i64> {
        match self {
            Self::Absent => None,
            Self::Signed(column) => column.first(doc),
            Self::Unsigned(column) => column.first(doc).and_then(|n| i64::try_from(n).ok()),
        }
    }
}

impl Range {
    pub(crate) fn holds(&self, doc: u32) -> bool {
        self.column
            .of(doc)
            .is_some_and(|number| (self.from..=self.to).contains(&number))
    }
}

/// The ranges asked for, as columns of a segment.
pub(crate) fn ranges(filters: &Filters, reader: &SegmentReader) -> tantivy::Result<Vec<Range>> {
    let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let wanted = [
        (
            column::LAST_DAY,
            filters.made_from.map(|date| i64::from(date.first_day())),
            None,
        ),
        (
            column::FIRST_DAY,
            None,
            filters.made_to.map(|date| i64::from(date.last_day())),
        ),
        (
            column::DURATION,
            filters.min_duration_ms.map(signed),
            filters.max_duration_ms.map(signed),
        ),
        (
            column::MIN_SIDE,
            filters.min_image_side_px.map(i64::from),
            None,
        ),
    ];
    let mut ranges = Vec::new();
    for (name, from, to) in wanted {
        if from.is_some() || to.is_some() {
            let column = Numbers::read(reader, name)?;
            ranges.push(Range {
                column,
                from: from.unwrap_or(i64::MIN),
                to: to.unwrap_or(i64::MAX),
            });
        }
    }
    Ok(ranges)
}
