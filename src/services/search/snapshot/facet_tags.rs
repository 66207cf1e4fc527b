//! Counts the facet values of matching works.
//!
//! All facet values of a work are in one column of tags. For few matches the values are read
//! document by document. For many, the tags of a segment are inverted once: a document set for each
//! frequent tag, which is counted by intersection with the matches, and for each document a list of
//! its rare tags. Both are cached while the segment lives.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use tantivy::SegmentReader;
use tantivy::columnar::StrColumn;

use super::doc_sets::DocSet;
use crate::services::search::filters::Facet;
use crate::services::search::index::schema::column;

/// Counts by facet and value.
pub(crate) type Counts = HashMap<Facet, HashMap<Arc<str>, u64>>;

/// A tag is frequent when more than one in this many documents has it.
const FREQUENT: usize = 64;
/// Up to this many matches are counted document by document.
const FEW: usize = 1024;

/// The tags of one segment.
#[derive(Debug, Default)]
pub(crate) struct SegmentTags {
    column: Option<StrColumn>,
    /// Facet and value by ordinal in the column; `None` for a tag this version does not know.
    names: Vec<Option<(Facet, Arc<str>)>>,
    inverted: Option<InvertedTags>,
}

/// The inverted tags of a large segment.
#[derive(Debug)]
struct InvertedTags {
    /// The documents of each frequent tag.
    frequent: Vec<(u32, DocSet)>,
    /// The other tags of each document, by facet.
    rare: Vec<(Facet, OrdinalLists)>,
}

/// A list of tag ordinals for each document, stored in one vector.
#[derive(Debug, Default)]
struct OrdinalLists {
    /// Start of the list of each document, and the end of the last.
    starts: Vec<u32>,
    ordinals: Vec<u32>,
}

impl OrdinalLists {
    fn of(&self, doc: usize) -> &[u32] {
        &self.ordinals[self.starts[doc] as usize..self.starts[doc + 1] as usize]
    }
}

impl SegmentTags {
    /// Reads and, for a large segment, inverts the tags.
    pub(crate) fn read(reader: &SegmentReader) -> tantivy::Result<Self> {
        let Some(column) = reader.fast_fields().str(column::TAGS)? else {
            return Ok(Self::default());
        };
        let mut names = Vec::with_capacity(column.num_terms());
        let mut terms = column.dictionary().stream()?;
        while terms.advance() {
            names.push(std::str::from_utf8(terms.key()).ok().and_then(parse_tag));
        }
        let documents = reader.max_doc();
        let inverted = (documents as usize > FEW).then(|| invert(&column, &names, documents));
        Ok(Self {
            column: Some(column),
            names,
            inverted,
        })
    }

    /// Adds the counts of the values of `facets` among `docs` to `sums`.
    pub(crate) fn count(&self, docs: &DocSet, facets: &[Facet], sums: &mut Counts) {
        let found = docs.count_ones(..);
        let mut counts = vec![0_u32; self.names.len()];
        match &self.inverted {
            Some(inverted) if found > FEW => {
                self.count_inverted(inverted, docs, facets, &mut counts)
            }
            _ => self.count_each(docs, &mut counts),
        }
        for (count, name) in counts.iter().zip(&self.names) {
            if let (1.., Some((facet, value))) = (*count, name)
                && facets.contains(facet)
            {
                let values = sums.entry(*facet).or_default();
                *values.entry(Arc::clone(value)).or_default() += u64::from(*count);
            }
        }
    }

    fn count_each(&self, docs: &DocSet, counts: &mut [u32]) {
        let Some(column) = &self.column else { return };
        for doc in docs.ones() {
            for tag in column.ords().values_for_doc(doc as u32) {
                counts[tag as usize] += 1;
            }
        }
    }

    fn count_inverted(
        &self,
        inverted: &InvertedTags,
        docs: &DocSet,
        facets: &[Facet],
        counts: &mut [u32],
    ) {
        let is_wanted = |tag: u32| {
            let name = &self.names[tag as usize];
            name.as_ref()
                .is_some_and(|(facet, _)| facets.contains(facet))
        };
        for (tag, set) in inverted.frequent.iter().filter(|(tag, _)| is_wanted(*tag)) {
            counts[*tag as usize] = u32::try_from(set.intersection_count(docs)).unwrap_or(u32::MAX);
        }
        let rare = inverted.rare.iter();
        for (_, lists) in rare.filter(|(facet, _)| facets.contains(facet)) {
            for tag in docs.ones().flat_map(|doc| lists.of(doc)) {
                counts[*tag as usize] += 1;
            }
        }
    }
}

fn parse_tag(tag: &str) -> Option<(Facet, Arc<str>)> {
    let (facet, value) = tag.split_once(':')?;
    Some((Facet::from_name(facet)?, value.into()))
}

fn invert(column: &StrColumn, names: &[Option<(Facet, Arc<str>)>], documents: u32) -> InvertedTags {
    let mut works = vec![0_usize; names.len()];
    for doc in 0..documents {
        for tag in column.ords().values_for_doc(doc) {
            works[tag as usize] += 1;
        }
    }
    let min_frequent = documents as usize / FREQUENT;
    let mut sets: Vec<Option<DocSet>> = works
        .iter()
        .map(|works| (*works > min_frequent).then(|| DocSet::with_capacity(documents as usize)))
        .collect();
    let mut rare: BTreeMap<Facet, OrdinalLists> = BTreeMap::new();
    for (name, set) in names.iter().zip(&sets) {
        if let (Some((facet, _)), None) = (name, set) {
            rare.entry(*facet).or_default();
        }
    }
    for doc in 0..documents {
        for lists in rare.values_mut() {
            lists.starts.push(lists.ordinals.len() as u32);
        }
        for tag in column.ords().values_for_doc(doc) {
            if let Some(set) = &mut sets[tag as usize] {
                set.insert(doc as usize);
            } else if let Some((facet, _)) = &names[tag as usize]
                && let Some(lists) = rare.get_mut(facet)
            {
                lists.ordinals.push(tag as u32);
            }
        }
    }
    for lists in rare.values_mut() {
        lists.starts.push(lists.ordinals.len() as u32);
    }
    let frequent = (0_u32..).zip(sets);
    InvertedTags {
        frequent: frequent
            .filter_map(|(tag, set)| Some((tag, set?)))
            .collect(),
        rare: rare.into_iter().collect(),
    }
}

/// The values of a facet, most frequent first; equally frequent ones by value.
pub(crate) fn most_frequent(counts: &Counts, facet: Facet, limit: usize) -> Vec<(Arc<str>, u64)> {
    let of_facet = counts.get(&facet).into_iter().flatten();
    let mut values: Vec<(Arc<str>, u64)> =
        of_facet.map(|(value, n)| (Arc::clone(value), *n)).collect();
    values.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    values.truncate(limit);
    values
}
