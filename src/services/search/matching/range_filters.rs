//! Filters by numbers: dates, durations, image sizes.

use tantivy::SegmentReader;
use tantivy::columnar::Column;

use crate::services::search::filters::Filters;
use crate::services::search::index::schema::column;

/// A numeric column and the range in which its value must lie. A work without a value does not match.
pub(crate) struct RangeFilter {
    column: NumberColumn,
    from: i64,
    to: i64,
}

/// A column of integers. Unsigned ones are durations and sizes, far below the limit of `i64`.
enum NumberColumn {
    Absent,
    Signed(Column<i64>),
    Unsigned(Column<u64>),
}

impl NumberColumn {
    fn read(reader: &SegmentReader, name: &str) -> tantivy::Result<Self> {
        let fast = reader.fast_fields();
        if let Some(column) = fast.column_opt(name)? {
            return Ok(Self::Signed(column));
        }
        Ok(fast.column_opt(name)?.map_or(Self::Absent, Self::Unsigned))
    }

    fn value(&self, doc: u32) -> Option<i64> {
        match self {
            Self::Absent => None,
            Self::Signed(column) => column.first(doc),
            Self::Unsigned(column) => column.first(doc).and_then(|n| i64::try_from(n).ok()),
        }
    }
}

impl RangeFilter {
    /// Whether the value of a document lies in the range.
    pub(crate) fn matches(&self, doc: u32) -> bool {
        self.column
            .value(doc)
            .is_some_and(|value| (self.from..=self.to).contains(&value))
    }
}

/// The range filters of a request, with the columns of a segment.
pub(crate) fn range_filters(
    filters: &Filters,
    reader: &SegmentReader,
) -> tantivy::Result<Vec<RangeFilter>> {
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
            let column = NumberColumn::read(reader, name)?;
            ranges.push(RangeFilter {
                column,
                from: from.unwrap_or(i64::MIN),
                to: to.unwrap_or(i64::MAX),
            });
        }
    }
    Ok(ranges)
}
