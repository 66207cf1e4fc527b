//! Counting the values of found works.
//!
//! All values of a work stand in one column of tags. A handful of works are counted one by one.
//! For large sets the tags of a segment are turned around once: the documents of each frequent
//! tag as a set, which is counted by intersecting it with what was found, and the few other tags
//! of each document in one list. Both are kept while the segment lives.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use tantivy::SegmentReader;
use tantivy::columnar::StrColumn;

use super::doc_sets::Docs;
use crate::services::search::filters::Facet;
use crate::services::search::index::schema::column;

/// Counts by facet and value.
pub(crate) type Counts = HashMap<Facet, HashMap<Arc<str>, u64>>;

/// A tag that at least one in so many documents carries is frequent.
const FREQUENT: usize = 64;
/// Fewer found documents than this are counted one by one.
const FEW: usize = 1024;

/// The tags of one segment.
#[derive(Debug, Default)]
pub(crate) struct SegmentTags {
    column: Option<StrColumn>,
    /// By number in the column; `None` for what is no tag of this version.
    names: Vec<Option<(Facet, Arc<str>)>>,
    turned: Option<Turned>,
}

/// The tags of a large segment, turned around.
#[derive(Debug)]
struct Turned {
    frequent: Vec<(u32, Docs)>,
    /// Of each facet that has any.
    others: Vec<(Facet, Lists)>,
}

/// A list of numbers for each document, one behind the other.
#[derive(Debug, Default)]
struct Lists {
    /// Where the list of each document begins; one more than there are documents.
    starts: Vec<u32>,
    numbers: Vec<u32>,
}

impl Lists {
    fn of(&self, doc: usize) -> &[u32] {
        &self.numbers[self.starts[doc] as usize..self.starts[doc + 1] as usize]
    }
}

impl SegmentTags {
    /// Reads them.
    pub(crate) fn read(reader: &SegmentReader) -> tantivy::Result<Self> {
        let Some(column) = reader.fast_fields().str(column::TAGS)? else {
            return Ok(Self::default());
        };
        let mut names = Vec::with_capacity(column.num_terms());
        let mut terms = column.dictionary().stream()?;
        while terms.advance() {
            names.push(std::str::from_utf8(terms.key()).ok().and_then(name));
        }
        let documents = reader.max_doc();
        let turned = (documents as usize > FEW).then(|| turn(&column, &names, documents));
        Ok(Self {
            column: Some(column),
            names,
            turned,
        })
    }

    /// Adds the values of some facets among these documents to the sums of all segments.
    pub(crate) fn count(&self, docs: &Docs, facets: &[Facet], sums: &mut Counts) {
        let found = docs.count_ones(..);
        let mut counts = vec![0_u32; self.names.len()];
        match &self.turned {
            Some(turned) if found > FEW => self.count_turned(turned, docs, facets, &mut counts),
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

    fn count_each(&self, docs: &Docs, counts: &mut [u32]) {
        let Some(column) = &self.column else { return };
        for doc in docs.ones() {
            for tag in column.ords().values_for_doc(doc as u32) {
                counts[tag as usize] += 1;
            }
        }
    }

    fn count_turned(&self, turned: &Turned, docs: &Docs, facets: &[Facet], counts: &mut [u32]) {
        let is_wanted = |tag: u32| {
            let name = &self.names[tag as usize];
            name.as_ref()
                .is_some_and(|(facet, _)| facets.contains(facet))
        };
        for (tag, set) in turned.frequent.iter().filter(|(tag, _)| is_wanted(*tag)) {
            counts[*tag as usize] = u32::try_from(set.intersection_count(docs)).unwrap_or(u32::MAX);
        }
        let others = turned.others.iter();
        for (_, lists) in others.filter(|(facet, _)| facets.contains(facet)) {
            for tag in docs.ones().flat_map(|doc| lists.of(doc)) {
                counts[*tag as usize] += 1;
            }
        }
    }
}

fn name(tag: &str) -> Option<(Facet, Arc<str>)> {
    let (facet, value) = tag.split_once(':')?;
    Some((Facet::from_name(facet)?, value.into()))
}

fn turn(column: &StrColumn, names: &[Option<(Facet, Arc<str>)>], documents: u32) -> Turned {
    let mut works = vec![0_usize; names.len()];
    for doc in 0..documents {
        for tag in column.ords().values_for_doc(doc) {
            works[tag as usize] += 1;
        }
    }
    let enough = documents as usize / FREQUENT;
    let mut sets: Vec<Option<Docs>> = works
        .iter()
        .map(|works| (*works > enough).then(|| Docs::with_capacity(documents as usize)))
        .collect();
    let mut others: BTreeMap<Facet, Lists> = BTreeMap::new();
    for (name, set) in names.iter().zip(&sets) {
        if let (Some((facet, _)), None) = (name, set) {
            others.entry(*facet).or_default();
        }
    }
    for doc in 0..documents {
        for lists in others.values_mut() {
            lists.starts.push(lists.numbers.len() as u32);
        }
        for tag in column.ords().values_for_doc(doc) {
            if let Some(set) = &mut sets[tag as usize] {
                set.insert(doc as usize);
            } else if let Some((facet, _)) = &names[tag as usize]
                && let Some(lists) = others.get_mut(facet)
            {
                lists.numbers.push(tag as u32);
            }
        }
    }
    for lists in others.values_mut() {
        lists.starts.push(lists.numbers.len() as u32);
    }
    let frequent = (0_u32..).zip(sets);
    Turned {
        frequent: frequent
            .filter_map(|(tag, set)| Some((tag, set?)))
            .collect(),
        others: others.into_iter().collect(),
    }
}

/// The most frequent values of one facet, most frequent first, equal ones by value.
pub(crate) fn most_frequent(counts: &Counts, facet: Facet, limit: usize) -> Vec<(Arc<str>, u64)> {
    let of_facet = counts.get(&facet).into_iter().flatten();
    let mut values: Vec<(Arc<str>, u64)> =
        of_facet.map(|(value, n)| (Arc::clone(value), *n)).collect();
    values.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    values.truncate(limit);
    values
}
