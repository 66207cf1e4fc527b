//! What a document must be beside having the words: visible to the caller, within the filters,
//! without what was excluded.

use tantivy::columnar::Column;
use tantivy::query::Weight;
use tantivy::schema::IndexRecordOption;
use tantivy::{BitSet, DocSet, SegmentReader, TERMINATED, Term};

use super::facets::Tally;
use super::filters::{Facet, Filters};
use super::matching::{Pass, Viewer};
use super::schema::{Fields, column};

/// What a document of one segment must pass beside the words.
pub(super) struct Sieve<'a> {
    reader: &'a SegmentReader,
    viewer: &'a Viewer,
    circle: Column<u64>,
    embargo: Option<Column<i64>>,
    own: Option<BitSet>,
    ranges: Vec<Range>,
    facets: Vec<(Facet, BitSet)>,
    excluded: Option<BitSet>,
}

/// A number that must lie between two others; without a number the work does not pass.
struct Range {
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

impl<'a> Sieve<'a> {
    pub(super) fn new(
        pass: &'a Pass<'_>,
        excluded: Option<&dyn Weight>,
        reader: &'a SegmentReader,
    ) -> tantivy::Result<Self> {
        let fast = reader.fast_fields();
        let tagged = |tags: &[String]| tagged(reader, pass.fields, tags);
        let facets = pass.filters.values.iter().map(|(facet, values)| {
            let tags: Vec<String> = values.iter().map(|value| facet.tag(value)).collect();
            Ok((*facet, tagged(&tags)?))
        });
        let own = pass
            .viewer
            .own
            .as_ref()
            .map(|tag| tagged(std::slice::from_ref(tag)));
        Ok(Self {
            reader,
            viewer: pass.viewer,
            circle: fast.u64(column::CIRCLE)?,
            embargo: fast.column_opt(column::EMBARGO)?,
            own: own.transpose()?,
            ranges: ranges(pass.filters, reader)?,
            facets: facets.collect::<tantivy::Result<_>>()?,
            excluded: excluded
                .map(|weight| every_document(weight, reader))
                .transpose()?,
        })
    }

    /// Whether a document matches, counting what is to be counted of it.
    pub(super) fn passes(&self, doc: u32, tally: Option<&mut Tally>) -> bool {
        if !self.admits(doc) {
            return false;
        }
        let mut failed = self.facets.iter().filter(|(_, bits)| !bits.contains(doc));
        match (failed.next(), failed.next(), tally) {
            (None, _, Some(tally)) => {
                tally.count(doc);
                true
            }
            (None, _, None) => true,
            (Some((facet, _)), None, Some(tally)) => {
                tally.count_only(doc, *facet);
                false
            }
            _ => false,
        }
    }

    fn admits(&self, doc: u32) -> bool {
        !self.reader.is_deleted(doc)
            && self
                .excluded
                .as_ref()
                .is_none_or(|bits| !bits.contains(doc))
            && self.is_visible(doc)
            && self.ranges.iter().all(|range| range.holds(doc))
    }

    fn is_visible(&self, doc: u32) -> bool {
        if self.viewer.circle == 0 {
            return true;
        }
        let is_embargoed = self
            .embargo
            .as_ref()
            .and_then(|column| column.first(doc))
            .is_some_and(|until| self.viewer.now_ms < until);
        let circle = self.circle.first(doc).unwrap_or(0);
        (!is_embargoed && self.viewer.circle <= circle)
            || self.own.as_ref().is_some_and(|own| own.contains(doc))
    }
}

impl Range {
    fn holds(&self, doc: u32) -> bool {
        self.column
            .of(doc)
            .is_some_and(|number| (self.from..=self.to).contains(&number))
    }
}

fn ranges(filters: &Filters, reader: &SegmentReader) -> tantivy::Result<Vec<Range>> {
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

/// The documents of a segment that match. Exclusions are read into a set first: tantivy 0.27
/// asks an exhausted phrase to go on when it stands on the excluding side of a query.
fn every_document(weight: &dyn Weight, reader: &SegmentReader) -> tantivy::Result<BitSet> {
    let mut bits = BitSet::with_max_value(reader.max_doc());
    weight.for_each_no_score(reader, &mut |docs| {
        for doc in docs {
            bits.insert(*doc);
        }
    })?;
    Ok(bits)
}

/// The documents of a segment that carry any of these tags.
fn tagged(reader: &SegmentReader, fields: &Fields, tags: &[String]) -> tantivy::Result<BitSet> {
    let mut bits = BitSet::with_max_value(reader.max_doc());
    let index = reader.inverted_index(fields.tags)?;
    for tag in tags {
        let term = Term::from_field_text(fields.tags, tag);
        let Some(mut postings) = index.read_postings(&term, IndexRecordOption::Basic)? else {
            continue;
        };
        let mut doc = postings.doc();
        while doc != TERMINATED {
            bits.insert(doc);
            doc = postings.advance();
        }
    }
    Ok(bits)
}
